"""What changes by itself: the days on which a determination changes though nobody says anything new.

A birthday or an anniversary is a day on which the cut of some threshold passes a date of the case; the others are the
days on which versions, parameters and packs begin or end, and on which an answer is no longer good (see
models.eligibility.watching). Between two such days no determination changes.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from models.eligibility.case import HOUSEHOLD, Case, View
from models.eligibility.deciding import decide_parts
from models.eligibility.determination import Amount, Determination
from models.eligibility.policies import Citation, Policies
from models.eligibility.watching import DAY, Cause, PartKey, Reason, Watch, watch

ChangeKind = Literal["begins", "ends", "amount", "may_begin", "ask", "lapses", "reopens", "validity", "expires"]

Parts = Mapping[PartKey, Container[str] | None]
"""Parts to look at, each for the people named (None: everybody)."""


@dataclass(frozen=True)
class ComingChange:
    """What one service says from a day on of one person (None: of the household), and said until the day before.

    kind: begins, ends, amount (only the sum), may_begin (ruled out till then, now facts or an office's word are
    missing), ask (it stood on an answer that is no longer good), lapses (open till then, now ruled out), reopens (ruled
    out till then by an answer that is no longer good), validity (only the period of the text). Outcomes: eligible,
    not_eligible, missing, office; "" where nothing speaks for it.
    """

    day: date
    service_id: str
    component: str | None
    person_id: str | None
    kind: ChangeKind
    before: str
    after: str
    received: bool
    amount_before: Amount | None
    amount_after: Amount | None
    reasons: tuple[Reason, ...]
    said: Determination | None = field(repr=False, compare=False)  # of the day; None where nothing speaks for it


Expiries = Mapping[tuple[str, str], date]
"""(person id or "household", fact) -> the last day on which the answer is good."""


def changes_ahead(
    policies: Policies,
    case: Case,
    until: date,
    *,
    expires: Expiries | None = None,
    with_sensitive: bool = False,
    texts_too: bool = True,
    parts: Parts | None = None,
) -> list[ComingChange]:
    """Every change after case.on and until a day, the earliest first, if nobody says anything new.

    expires: until when answers are good; one that is expired already is no news. Services that tell of a sensitive fact
    are left out unless with_sensitive. Not texts_too: leave out the days on which only the texts change. parts: look at
    these alone. Raises ValueError for a fact outside the vocabulary or its domain.
    """
    expires = expires or {}
    watched = watch(policies)
    causes: dict[date, list[Cause]] = defaultdict(list)
    for cause in causes_ahead(watched, case, until, expires, texts_too=texts_too):
        if watched.tells(cause, with_sensitive=with_sensitive):
            causes[cause.day].append(cause)
    found: list[ComingChange] = []
    for day in sorted(causes):
        found += changes_on(watched, case, causes[day], expires, with_sensitive=with_sensitive, parts=parts)
    return found


def causes_ahead(
    watched: Watch, case: Case, until: date, expires: Expiries, *, texts_too: bool = True
) -> Iterator[Cause]:
    """The days on which something may change, with why."""
    start = case.on
    if texts_too:
        yield from watched.fixed(start, until)
    yield from watched.dated(View(watched.policies.facts, case), start, until)
    for (owner, fact), last in expires.items():
        if start <= last < until and fact in watched.policies.facts and (owner, fact) not in case.states:
            yield watched.expired(owner, fact, last)


def changes_on(
    watched: Watch,
    case: Case,
    causes: list[Cause],
    expires: Expiries,
    *,
    with_sensitive: bool = False,
    parts: Parts | None = None,
) -> list[ComingChange]:
    """What the causes of one day change: the case is decided as of the day before and as of the day."""
    day = causes[0].day
    people: dict[PartKey, set[str] | None] = {}
    for cause in causes:
        for key in cause.parts:
            if parts is not None and key not in parts:
                continue
            if key in watched.beyond or cause.reason.of in ("", HOUSEHOLD):
                people[key] = None
            elif people.setdefault(key, set()) is not None:
                people[key].add(cause.reason.of)  # type: ignore[union-attr]  # just seen not to be None
    if not people:
        return []
    if parts is not None:
        for key, named in people.items():
            only = parts[key]
            if only is not None:
                people[key] = {
                    person.id for person in case.people if person.id in only and (not named or person.id in named)
                }
    wanted = [(*watched.parts[key], people[key]) for key in sorted(people, key=str)]
    views = [View(watched.policies.facts, case_on(case, on, expires)) for on in (day - DAY, day)]
    was, will = (
        {
            (said.service_id, said.component, said.person_id): said
            for said in decide_parts(watched.policies, view, wanted, with_sensitive=with_sensitive)
        }
        for view in views
    )
    found = []
    for place in dict.fromkeys((*was, *will)):
        change = _changed(day, place, was.get(place), will.get(place))
        if change is not None:
            reasons = _reasons(watched, change, causes)
            forgotten = change.kind == "may_begin" and all(reason.kind == "expired" for reason in reasons)
            found.append(replace(change, reasons=reasons, kind="reopens" if forgotten else change.kind))
    return sorted(found, key=lambda change: (change.service_id, change.component or "", change.person_id or ""))


def case_on(case: Case, on: date, expires: Expiries) -> Case:
    """The case as it is on another day: the same answers, without those no longer good."""
    gone = {key for key, last in expires.items() if last < on and key not in case.states}
    if not gone:
        return replace(case, on=on)

    def good(owner: str, facts: Mapping[str, object]) -> Mapping[str, object]:
        return {name: value for name, value in facts.items() if (owner, name) not in gone}

    return replace(
        case,
        on=on,
        household=good(HOUSEHOLD, case.household),
        people=tuple(replace(person, facts=good(person.id, person.facts)) for person in case.people),
        states={**case.states, **dict.fromkeys(gone, "expired")},
    )


def outcome_word(said: Determination | None) -> str:
    """eligible, not_eligible, missing or office, whether received already or not; "" where nothing was said."""
    if said is None:
        return ""
    if said.outcome != "unknown":
        return said.outcome
    return "missing" if said.missing else "office"


def _period(said: Determination | None) -> frozenset[str]:
    return frozenset(said.flags if said else ()) & {"period_ended", "not_yet_in_force"}


def _changed(
    day: date, place: tuple[str, str | None, str | None], was: Determination | None, will: Determination | None
) -> ComingChange | None:
    before, after = outcome_word(was), outcome_word(will)
    amounts = was.amount if was else None, will.amount if will else None
    if before == after and amounts[0] == amounts[1] and _period(was) == _period(will):
        return None
    service = place[0]
    received = any("received" in said.flags for said in (was, will) if said)
    known = next(said for said in (will, was) if said is not None)
    kind = change_kind(before, after, same_sum=amounts[0] == amounts[1])
    return ComingChange(
        day, service, known.component, known.person_id, kind, before, after, received, *amounts, reasons=(), said=will
    )


def change_kind(before: str, after: str, *, same_sum: bool) -> ChangeKind:
    """What kind of change lies between two outcomes."""
    if before == after:
        return "validity" if same_sum else "amount"
    if after == "eligible":
        return "begins"
    if after == "not_eligible":
        return "ends" if before == "eligible" else "lapses"
    return "may_begin" if before == "not_eligible" else "ask"


def _reasons(watched: Watch, change: ComingChange, causes: Iterable[Cause]) -> tuple[Reason, ...]:
    """The causes that touch what has changed; those of the person itself where there are any."""
    service = watched.policies.services[change.service_id]
    keys = {(service.id, part.name) for part in service.components if change.component in (None, part.name)}
    touching: list[Reason] = []
    for cause in causes:
        for key in sorted(cause.parts & keys, key=str):
            quote = cause.quotes.get(key) or _first_quote(change.said)
            touching.append(replace(cause.reason, citation=quote))
    own = [reason for reason in touching if reason.of in ("", HOUSEHOLD, change.person_id)]
    return tuple(dict.fromkeys(own or touching))


def _first_quote(said: Determination | None) -> Citation | None:
    return said.citations[0] if said is not None and said.citations else None
