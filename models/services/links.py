"""What was said of two residents: that they are one person, or that they were compared and are two."""

import uuid

from sqlalchemy import Connection, or_, select

from models.records.operation import Conflict
from models.store.rows import KEPT, table_of
from models.store.work import Work

_LINK, _CONFLICT = KEPT["person_link"], table_of(Conflict)
_ACTIVE = select(_LINK.c.a_id, _LINK.c.b_id).where(_LINK.c.active.is_(True), _LINK.c.dead.is_(False))


def pair_id(a: str, b: str) -> str:
    """The identity of the link of two residents, the same wherever it is made."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "|".join(sorted((a, b)))))


def say(work: Work, a: str, b: str, *, active: bool, grounds: str = "", reason: str = "") -> str:
    """Say that two residents are one person (active) or two, inside a verb; returns the link's id."""
    first, second = sorted((a, b))
    row = pair_id(first, second)
    # Who said it stands in the log: neither worker nor office is part of the record, so that two offices that say the
    # same of a pair have nothing to settle.
    told = {"active": active, "dead": False, "grounds": grounds, "reason": reason, "office": ""}
    work.flush()
    if work.connection.execute(select(_LINK.c.id).where(_LINK.c.id == row)).first():
        # A merge ends with this operation, so it is written even where it says nothing new (Merging.undo); and where
        # two offices said different things, somebody has chosen now.
        work.amend("person_link", row, told, settle=active or is_disputed(work.connection, row))
    else:
        work.add("person_link", {"a_id": first, "b_id": second, **told}, row=row, outright=("active",))
    work.concerns(a, b)
    return row


def is_disputed(connection: Connection, link: str) -> bool:
    """Whether offices said different things of a pair, and nobody has chosen yet."""
    return connection.execute(select(_CONFLICT.c.row).where(_CONFLICT.c.row == link)).first() is not None


def survivors(connection: Connection, residents: set[str]) -> dict[str, str]:
    """For each of these residents who is part of somebody else by now, the record that lives on: the smallest id of
    all that are linked with one another, over chains and in whatever direction they were merged."""
    found: dict[str, str] = {}
    for resident in residents - {""}:
        seen, todo = {resident}, [resident]
        while todo:
            one = todo.pop()
            query = _ACTIVE.where(or_(_LINK.c.a_id == one, _LINK.c.b_id == one))
            for row in connection.execute(query):
                fresh = {row.a_id, row.b_id} - seen
                seen |= fresh
                todo += fresh
        if (least := min(seen)) != resident:
            found[resident] = least
    return found


def all_survivors(connection: Connection) -> dict[str, str]:
    """The same of everybody who was ever merged."""
    into: dict[str, str] = {}

    def root(one: str) -> str:
        while into.get(one, one) != one:
            one = into[one]
        return one

    for row in connection.execute(_ACTIVE):
        first, second = sorted((root(row.a_id), root(row.b_id)))
        into[second] = into[first] = first
    return {one: root(one) for one in into if root(one) != one}
