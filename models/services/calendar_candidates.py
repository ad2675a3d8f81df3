"""Whom the calendar must decide: households found by their dates, then the parts that can change for them.

Where many households are concerned, all rules are first decided for all of them at both ends of the window, by the
columns (models.eligibility.batch). An answer that ends takes knowledge away and never brings any: where nothing else
happens to a household, what is the same at both ends was the same in between. Where a birthday or an anniversary meets
something else, the parts that draw that line are looked at day by day, and so are sums that hang on facts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, and_, or_, select

from models.eligibility import Policies
from models.eligibility.batch.plan import make_plan
from models.eligibility.batch.screening import ELIGIBLE, NOT_ELIGIBLE, OPEN_ASK, OPEN_OFFICE, screen_columns
from models.eligibility.case import HOUSEHOLD, checked_value
from models.eligibility.watching import Cut, CutKey, PartKey, Watch
from models.store import bulk
from models.store.rows import KEPT

_RESIDENT, _FACT, _DWELLING = KEPT["resident"], KEPT["fact"], KEPT["dwelling"]
_MEMBERSHIP, _HOUSEHOLD = KEPT["membership"], KEPT["household"]
_BIRTH = "birth_date"
_WORDS = np.zeros(256, np.uint8)  # verdicts that are told; 0 for all others
_WORDS[[NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE]] = (NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE)


@dataclass(frozen=True)
class Homes:
    """Where everybody is decided: the living household, or the registered one of who has no other."""

    of_resident: Mapping[str, str]  # "": elsewhere than asked for
    with_people: frozenset[str]  # households that are somebody's home


@dataclass
class Candidate:
    """What the dates of a household say: lines that are passed, on which days, and whether an answer ends."""

    cuts: set[CutKey] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    ends: bool = False


def homes_of_all(connection: Connection, where: str, on: date) -> Homes:
    """Everybody's home on a day. where: the first digits of a division code; homes elsewhere are left out."""
    query = (
        select(_MEMBERSHIP.c.resident_id, _HOUSEHOLD.c.id, _DWELLING.c.community_code)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id, isouter=True)
        .where(
            _MEMBERSHIP.c.dead.is_(False),
            or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on),
            _HOUSEHOLD.c.dead.is_(False),
            or_(_HOUSEHOLD.c.until.is_(None), _HOUSEHOLD.c.until > on),
        )
        .order_by(_HOUSEHOLD.c.kind.desc(), _MEMBERSHIP.c.id)  # registered first, so that living overwrites it
    )
    homes: dict[str, str] = {}
    for row in connection.execute(query):
        homes[row[0]] = row[1] if (row[2] or "").startswith(where) else ""
    return Homes(homes, frozenset(home for home in homes.values() if home))


def candidates(connection: Connection, watched: Watch, homes: Homes, start: date, until: date) -> dict[str, Candidate]:
    """Households in which a date, or an answer that ends, may change something after start and until a day."""
    spans: dict[str, list[tuple[CutKey, Cut, date, date]]] = defaultdict(list)
    for name, cut in watched.cuts.items():
        span = cut.window(start, until)
        if span is not None:
            spans[cut.fact.name].append((name, cut, *span))
    found: dict[str, Candidate] = defaultdict(Candidate)

    def passes(subject: str, fact: str, ends: Sequence[date]) -> None:
        home = homes.of_resident.get(subject, subject)
        if home not in homes.with_people:
            return
        for name, cut, low, high in spans[fact]:
            for end in ends:
                day = cut.passed(end, start, until) if low <= end <= high else None
                if day is not None:
                    found[home].cuts.add(name)
                    found[home].days.add(day)

    if spans[_BIRTH]:
        ranges = (
            and_(_RESIDENT.c.birth_date >= low, _RESIDENT.c.birth_date <= high) for _n, _c, low, high in spans[_BIRTH]
        )
        for row in connection.execute(select(_RESIDENT.c.id, _RESIDENT.c.birth_date).where(or_(*ranges))):
            passes(row[0], _BIRTH, (row[1],))
    dated = select(_FACT.c.subject_id, _FACT.c.name, _FACT.c.value).where(
        _FACT.c.name.in_(list(spans)), _FACT.c.state == "known", _FACT.c.dead.is_(False)
    )
    for subject, fact, value in connection.execute(dated):
        try:
            low, high = checked_value(watched.policies.facts, fact, value.get("v"))
        except ValueError:
            continue  # from a newer pack
        passes(subject, fact, (low, high) if low != high else (low,))
    facts = watched.policies.facts
    ending = select(_FACT.c.subject_id, _FACT.c.name).where(
        _FACT.c.good_until >= start, _FACT.c.good_until < until, _FACT.c.state == "known", _FACT.c.dead.is_(False)
    )
    for subject, fact in connection.execute(ending):
        definition = facts.get(fact)
        home = homes.of_resident.get(subject, subject)
        if definition is not None and not definition.sensitive and home in homes.with_people:
            found[home].ends = True
    return dict(found)


def changing_parts(
    connection: Connection,
    watched: Watch,
    some: Mapping[str, Candidate],
    start: date,
    until: date,
    *,
    reopened: bool,
) -> dict[str, dict[PartKey, set[str] | None]]:
    """For each of some candidates the parts that may change, and for whom; those of whom nothing can are left out.

    reopened: also where the end of an answer only makes an open question of a no.
    """
    found: dict[str, dict[PartKey, set[str] | None]] = defaultdict(dict)
    for home, candidate in some.items():
        if candidate.ends or len(candidate.days) > 1:
            for name in candidate.cuts:
                found[home] |= dict.fromkeys(watched.cut_parts(name))
    places, words, homes, people = _both_ends(connection, watched.policies, list(some), start, until)
    dated = np.array([bool(some[home].cuts) for home in homes], np.bool_)
    for place, (was, will) in enumerate(zip(*words, strict=True)):
        key = places[place]
        of_household = watched.parts[key][1].subject == HOUSEHOLD
        changed = was != will
        if not reopened:
            changed &= dated | (was != NOT_ELIGIBLE)
        if key in watched.varying:
            changed |= (was == ELIGIBLE) & (will == ELIGIBLE)
        for row in np.flatnonzero(changed).tolist():
            parts = found[homes[row]]
            if of_household:
                parts[key] = None
            else:
                named = parts.setdefault(key, set())
                if named is not None:
                    named.add(people[row])
    return found


def _both_ends(
    connection: Connection, policies: Policies, households: list[str], start: date, until: date
) -> tuple[list[PartKey], tuple[Any, Any], list[str], list[str]]:
    """(parts, the verdicts of each part at both ends, row by row; the household and the person of each row)."""
    rows: list[dict[tuple[str, str], int]] = []
    verdicts = []
    places: list[PartKey] = []
    for day in (start, until):
        loaded = bulk.load(connection, policies.facts, day, households)
        screened = screen_columns(make_plan(policies, day), loaded.columns, missing=False)
        assert screened is not None  # nobody cancels it
        places = [_key(policies, part.service_id, part.component) for part in screened.parts]
        verdicts.append(_WORDS[screened.verdicts])
        homes = np.char.decode(loaded.lists.home)[loaded.columns.household].tolist()
        people = np.char.decode(loaded.lists.person).tolist()
        rows.append({key: row for row, key in enumerate(zip(homes, people, strict=True))})
    both = [key for key in rows[0] if key in rows[1]]
    first, last = (np.array([one[key] for key in both], np.int64) for one in rows)
    words = verdicts[0][:, first], verdicts[1][:, last]
    return places, words, [home for home, _person in both], [person for _home, person in both]


def _key(policies: Policies, service_id: str, component: str | None) -> PartKey:
    return service_id, component if component is not None else policies.services[service_id].components[0].name
