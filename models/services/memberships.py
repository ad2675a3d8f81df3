"""Who belongs to which household from when to when."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from models.services.people import resident_rows
from models.services.views import MembershipView
from models.store.rows import KEPT
from models.store.work import Work

_MEMBERSHIP, _HOUSEHOLD = KEPT["membership"], KEPT["household"]


def add_membership(
    work: Work, household_id: str, resident_id: str, *, relation: str, counts: bool, since: date | None
) -> str:
    """Put a resident into a household inside a verb; returns the membership's id."""
    work.concerns(household_id, resident_id)
    work.reindex.add(resident_id)
    fields = {"household_id": household_id, "resident_id": resident_id}
    return work.add("membership", {**fields, "relation": relation, "counts": counts, "since": since})


def memberships_of(
    connection: Connection, on: date, *, household_id: str = "", resident_id: str = ""
) -> Iterator[MembershipView]:
    """Memberships of a household or of a resident, present ones first, the head before the others.

    Who lives in a household is not told of people whose record is frozen.
    """
    column, wanted = (
        (_MEMBERSHIP.c.household_id, household_id) if household_id else (_MEMBERSHIP.c.resident_id, resident_id)
    )
    query = (
        select(_MEMBERSHIP, _HOUSEHOLD.c.kind)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .where(column == wanted, _MEMBERSHIP.c.dead.is_(False))
        .order_by(_MEMBERSHIP.c.until.is_not(None), _MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
    )
    found = list(connection.execute(query))
    people = {row.id: row for row in resident_rows(connection, list({m.resident_id for m in found}), on)}
    for membership in found:
        if membership.resident_id not in people:  # its resident has not arrived with any batch yet
            continue
        if household_id and "frozen" in people[membership.resident_id].flags:
            continue
        yield MembershipView(
            id=membership.id,
            household_id=membership.household_id,
            household_kind=membership.kind,
            resident=people[membership.resident_id],
            relation=membership.relation,
            counts=membership.counts,
            since=membership.since,
            until=membership.until,
            standing=membership.standing,
            ended=membership.ended,
        )
