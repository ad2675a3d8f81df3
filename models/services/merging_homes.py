"""The memberships of one person who had two records: one for each household, and no two of a kind at once.

What holds afterwards is what the guided changes hold to (models.services.changes): nobody belongs twice to a household
on one day, nor to two households of a kind; a family that goes on has exactly one head; an empty household is closed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from models.records.kinship import HEAD, OTHER, SPOUSE, kin, relation_to
from models.store.rows import KEPT
from models.store.work import Work

_MEMBERSHIP, _HOUSEHOLD, _RESIDENT = KEPT["membership"], KEPT["household"], KEPT["resident"]
_PLANNED = KEPT["planned_visit"]
KINDS = ("living", "registered")


@dataclass
class Stay:
    """A membership, and what became of it."""

    id: str
    home: str
    kind: str
    mine: bool  # of the record that lives on
    relation: str
    counts: bool
    standing: str
    since: date | None
    until: date | None
    dead: bool = False
    left: bool = field(default=False, compare=False)  # ended by the merge

    def is_open(self, today: date) -> bool:
        """Whether it holds today or begins later."""
        return not self.dead and (self.until is None or self.until > today)


def read_stays(connection: Connection, survivor: str, other: str) -> list[Stay]:
    """All memberships of the two records."""
    query = (
        select(_MEMBERSHIP, _HOUSEHOLD.c.kind)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .where(_MEMBERSHIP.c.resident_id.in_((survivor, other)), _MEMBERSHIP.c.dead.is_(False))
        .order_by(_MEMBERSHIP.c.id)
    )
    return [
        Stay(
            m.id, m.household_id, m.kind, m.resident_id == survivor, m.relation, m.counts, m.standing, m.since, m.until
        )
        for m in connection.execute(query)
    ]


def unite(stays: Sequence[Stay], homes: Mapping[str, str], today: date) -> None:
    """Make the memberships of two records those of one person. homes: kind -> the household that goes on."""
    by_home: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        by_home[stay.home].append(stay)
    for same in by_home.values():
        _unite_in_one_household(same)
    for kind in KINDS:
        of_kind = [stay for stay in stays if stay.kind == kind and not stay.dead]
        _one_at_a_time(of_kind, homes.get(kind, ""), today)


def _unite_in_one_household(same: Sequence[Stay]) -> None:
    """Memberships of one household that hold on the same day become one: from the first day to the last."""
    left = sorted(same, key=lambda stay: (stay.since or date.min, not stay.mine, stay.id))
    kept: list[Stay] = []
    for stay in left:
        before = kept[-1] if kept else None
        if before is None or (before.until is not None and before.until < (stay.since or date.min)):
            kept.append(stay)
            continue
        if not before.mine and stay.mine:  # the survivor's own row goes on
            before, stay = stay, before
            kept[-1] = before
        known = [day for day in (before.since, stay.since) if day is not None]
        before.since = min(known, default=None)
        before.until = None if None in (before.until, stay.until) else max(before.until, stay.until)  # type: ignore[type-var]
        if HEAD in (before.relation, stay.relation):
            before.relation = HEAD
        belongs = not before.standing or not stay.standing
        before.standing = "" if belongs else before.standing
        before.counts = before.counts or stay.counts
        stay.dead = True


def _one_at_a_time(stays: Sequence[Stay], chosen: str, today: date) -> None:
    """Of several open memberships the chosen one goes on; the others end when it begins, or are taken off."""
    open_ones = [stay for stay in stays if stay.is_open(today)]
    goes_on = next((stay for stay in open_ones if stay.home == chosen), None) or max(
        open_ones, key=lambda stay: (stay.since or date.min, stay.mine, stay.id), default=None
    )
    order = sorted((s for s in stays if s is not goes_on), key=lambda s: (s.since or date.min, s.id))
    if goes_on is not None:
        order.append(goes_on)
    for earlier, later in pairwise(order):
        if earlier.until is not None and earlier.until <= (later.since or date.min):
            continue
        earlier.left = earlier.is_open(today)
        if later.since is not None and (earlier.since or date.min) < later.since:
            earlier.until = later.since
        elif earlier.mine != later.mine or earlier.left:
            earlier.dead = True  # two records of one stay, or of a stay that never was


def write(
    work: Work, survivor: str, stays: Sequence[Stay], before: Sequence[Stay], heads: Mapping[str, str], today: date
) -> None:
    """Write what became of the memberships, then see to the households that lost the person.

    heads: household -> who is its head from then on, where its head left; else the spouse, else the eldest.
    """
    was = {stay.id: stay for stay in before}
    for stay in stays:
        told: dict[str, object] = {"resident_id": survivor}
        for name in ("relation", "counts", "standing", "since", "until", "dead"):
            if getattr(stay, name) != getattr(was[stay.id], name):
                told[name] = getattr(stay, name)
        if stay.dead:  # keeps its person for who looks it up
            told = {"dead": True}
        work.amend("membership", stay.id, told, disputable=not stay.dead)
    here = {stay.home for stay in stays if not stay.dead and stay.until is None}
    for stay in stays:
        lost = was[stay.id].until is None and (stay.dead or stay.until is not None)
        if lost and stay.home not in here:
            _settle_household(work, survivor, stay, heads.get(stay.home, ""), was[stay.id], today)
    work.concerns(*{stay.home for stay in stays})


def _settle_household(work: Work, survivor: str, stay: Stay, head: str, before: Stay, today: date) -> None:
    """A household that somebody left: closed where it is empty, with a head where it goes on without its own."""
    home = work.connection.execute(select(_HOUSEHOLD).where(_HOUSEHOLD.c.id == stay.home)).one()
    work.flush()
    left = list(
        work.connection.execute(
            select(_MEMBERSHIP, _RESIDENT.c.birth_date, _RESIDENT.c.sex)
            .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
            .where(
                _MEMBERSHIP.c.household_id == stay.home, _MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False)
            )
            .order_by(_MEMBERSHIP.c.id)
        )
    )
    work.reindex.update(row.resident_id for row in left)
    if not left:
        _close(work, survivor, home.until, stay, today)
        return
    own = [row for row in left if not row.standing] or left
    if home.form not in ("", "family") or before.relation != HEAD or any(row.relation == HEAD for row in own):
        return
    new = next((row for row in own if row.resident_id == head), None) or next_head(own)
    seen = [kin(row.relation, row.sex, row.birth_date, today) for row in own]
    as_head = seen[own.index(new)]
    for row, person in zip(own, seen, strict=True):
        relation = HEAD if row is new else relation_to(as_head, person) or OTHER
        work.amend("membership", row.id, {"relation": relation})
        work.concerns(row.resident_id)


def next_head(rows: Sequence[Any]) -> Any:
    """Who is head after the head: the spouse, else the eldest. Rows of memberships with birth_date."""
    spouse = next((row for row in rows if row.relation == SPOUSE), None)
    return spouse or min(rows, key=lambda row: (row.birth_date or date.max, row.id))


def _close(work: Work, survivor: str, until: date | None, stay: Stay, today: date) -> None:
    """Nobody is left: the household ends, and what was planned for it goes with the person."""
    if until is None:
        work.amend("household", stay.home, {"until": today if stay.dead or stay.until is None else stay.until})
    query = (
        select(_MEMBERSHIP.c.household_id)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .where(
            _MEMBERSHIP.c.resident_id == survivor,
            _MEMBERSHIP.c.until.is_(None),
            _MEMBERSHIP.c.dead.is_(False),
            _HOUSEHOLD.c.kind == stay.kind,
        )
    )
    goes_on = work.connection.execute(query).scalar()
    planned = select(_PLANNED.c.id).where(
        _PLANNED.c.household_id == stay.home, _PLANNED.c.status == "open", _PLANNED.c.dead.is_(False)
    )
    for row in work.connection.execute(planned).scalars().all():
        work.amend("planned_visit", row, {"household_id": goes_on} if goes_on else {"status": "dropped"})


def copies(stays: Sequence[Stay]) -> list[Stay]:
    """The memberships as they are now, to compare with later."""
    return [replace(stay) for stay in stays]
