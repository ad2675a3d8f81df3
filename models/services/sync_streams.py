"""The streams of scoped records, for people: to whom, of which communities, how far they came, what left the scope."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from models.services import partners
from models.services.book import Book
from models.store import down, down_got
from models.store.rows import KEPT

_HOUSEHOLD, _RESIDENT, _MEMBERSHIP = KEPT["household"], KEPT["resident"], KEPT["membership"]


@dataclass(frozen=True)
class StreamView:
    """A stream to a partner, or from an office."""

    direction: Literal["to", "from"]
    partner: str  # key id
    name: str
    scope: tuple[str, ...]
    files: int  # of the stream, confirmed (to) or here without a gap (from)
    waiting: int  # files that came too early: those before them are missing
    anew: bool  # everything is asked for again (from), or is sent again (to), because something did not fit


@dataclass(frozen=True)
class DepartedView:
    """A household or resident that an office brings up to date no more."""

    office: str  # name of the office whose stream it left
    entity: Literal["household", "resident"]
    row: str
    name: str  # of the resident, or of the household's head or first member; empty where nobody is known
    at: int  # milliseconds


def streams(book: Book) -> list[StreamView]:
    """Those to partners with a scope and those from offices."""
    found = []
    with book.reading() as connection:
        for partner in partners.all_trusted(connection):
            kept = down.state_of(connection, partner.id)
            if partner.scope:
                begin = down.resumes_from(connection, partner.id)
                confirmed = begin[1][0] if begin else 0
                anew = bool(kept.get("out")) and begin is None
                found.append(StreamView("to", partner.id, partner.name, partner.scope, confirmed, 0, anew))
            if state := kept.get("in"):
                scope, at = tuple(state["scope"]), int(state["at"][0])
                gaps = len(state["pending"])
                found.append(StreamView("from", partner.id, partner.name, scope, at, gaps, bool(state["anew"])))
    return found


def departed(book: Book) -> list[DepartedView]:
    """What left the scope of the streams that come here; nothing of it was removed."""
    found = []
    with book.reading() as connection:
        names = {partner.id: partner.name for partner in partners.everybody(connection)}
        for peer, entity, row, at in down_got.departed(connection):
            if entity == "resident":
                query = select(_RESIDENT.c.name).where(_RESIDENT.c.id == row)
            else:
                query = (
                    select(_RESIDENT.c.name)
                    .join_from(_MEMBERSHIP, _RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
                    .where(_MEMBERSHIP.c.household_id == row, _MEMBERSHIP.c.dead.is_(False))
                    .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
                )
            name = str(connection.execute(query.limit(1)).scalar() or "")
            kind: Literal["household", "resident"] = "resident" if entity == "resident" else "household"
            found.append(DepartedView(names.get(peer, ""), kind, row, name, at))
    return found
