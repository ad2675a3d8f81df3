"""What was said of two residents: that they are one person, or that they were compared and are two."""

import uuid

from sqlalchemy import Connection, or_, select

from models.store.rows import KEPT
from models.store.work import Work

_LINK = KEPT["person_link"]


def pair_id(a: str, b: str) -> str:
    """The identity of the link of two residents, the same wherever it is made."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "|".join(sorted((a, b)))))


def say(work: Work, a: str, b: str, *, active: bool, grounds: str = "", reason: str = "") -> str:
    """Say that two residents are one person (active) or two, inside a verb; returns the link's id."""
    first, second = sorted((a, b))
    row = pair_id(first, second)
    told = {"active": active, "dead": False, "worker": work.worker, "grounds": grounds, "reason": reason}
    work.flush()
    if work.connection.execute(select(_LINK.c.id).where(_LINK.c.id == row)).first():
        work.amend("person_link", row, told)
    else:
        work.add("person_link", {"a_id": first, "b_id": second, **told}, row=row)
    work.concerns(a, b)
    return row


def survivors(connection: Connection, residents: set[str]) -> dict[str, str]:
    """For each of these residents who is part of somebody else by now, the record that lives on: the smallest id of
    all that are linked with one another, over chains and in whatever direction they were merged."""
    found: dict[str, str] = {}
    for resident in residents - {""}:
        seen, todo = {resident}, [resident]
        while todo:
            one = todo.pop()
            query = select(_LINK.c.a_id, _LINK.c.b_id).where(
                or_(_LINK.c.a_id == one, _LINK.c.b_id == one), _LINK.c.active.is_(True), _LINK.c.dead.is_(False)
            )
            for row in connection.execute(query):
                for other in (row.a_id, row.b_id):
                    if other not in seen:
                        seen.add(other)
                        todo.append(other)
        if (least := min(seen)) != resident:
            found[resident] = least
    return found
