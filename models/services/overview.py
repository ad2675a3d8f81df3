"""What waits today, and the figures of the register."""

from datetime import date, timedelta

from sqlalchemy import Connection, func, select, tuple_

from models.clock import today
from models.services.book import Book
from models.services.conflicts_listing import waiting
from models.services.drafts import Drafts
from models.services.planning import assignees
from models.services.referral_reading import find
from models.services.referral_views import Kind, ReferralFilter, ReferralView
from models.services.views import Today
from models.services.visits import Visits, due_visits
from models.store.present import in_use
from models.store.rows import KEPT
from models.store.work import read_meta

_FACT, _DOCUMENT, _RESIDENT = KEPT["fact"], KEPT["identity_document"], KEPT["resident"]
_AHEAD = timedelta(days=30)
_LETTERS = 20  # of each kind


def today_overview(book: Book) -> Today:
    """The today page: due visits, drafts, what waits to be sent, papers about to expire, figures of the month."""
    on = today(book.clock)
    visits, living = KEPT["visit"], KEPT["household"].c.kind == "living"
    with book.reading() as connection:
        sent = read_meta(connection, "exported")
        device = read_meta(connection, "device")
        return Today(
            on=on,
            due=tuple(due_visits(connection, book, on)),
            drafts=tuple(Drafts(book).all()),
            waiting_changes=max(int(device.get("seq", 0)) - int(sent.get("seq", 0)), 0),
            last_export_at=int(sent.get("at", 0)),
            expiring=tuple(_expiring(connection, on)),
            residents=_all_residents(connection)
            - _count(connection, "resident", _RESIDENT.c.frozen > "")  # ">": an index answers it
            - _count(connection, "resident", _RESIDENT.c.died_on.is_not(None), _RESIDENT.c.frozen == ""),
            households=_count(connection, "household", living)
            - _count(connection, "household", living, KEPT["household"].c.until <= on),
            visits_this_month=_count(connection, "visit", visits.c.happened_on >= on.replace(day=1)),
            open_needs=tuple(Visits(book).open_needs(20)),
            **_letters(connection, book, on),
            workers=tuple(dict.fromkeys((book.worker.name, *assignees(connection)))),
            conflicts=waiting(connection),
        )


def _letters(connection: Connection, book: Book, on: date) -> dict[str, tuple[ReferralView, ...]]:
    """Letters that wait for who is signed in: to be written anew, to be signed, to be asked about."""

    def of(kind: Kind) -> tuple[ReferralView, ...]:
        return find(connection, ReferralFilter(kind), on, _LETTERS).views

    me = book.worker.name
    return {
        "sent_back": tuple(view for view in of("returned") if view.writer == me),
        "to_sign": tuple(view for view in of("waiting") if view.writer != me),
        "to_chase": of("chase"),
    }


def _count(connection: Connection, entity: str, *also: object) -> int:
    table = KEPT[entity]
    query = select(func.count()).select_from(table).where(table.c.dead.is_(False), *also)  # type: ignore[arg-type]
    return int(connection.execute(query).scalar() or 0)


def _all_residents(connection: Connection) -> int:
    """Residents on the register. "All but the removed": an index knows these few, none knows the many others."""
    counted = select(func.count()).select_from(_RESIDENT)
    gone = connection.execute(counted.where(_RESIDENT.c.dead.is_(True))).scalar() or 0
    return int(connection.execute(counted).scalar() or 0) - int(gone)


def _expiring(connection: Connection, on: date) -> list[tuple[str, str, str, date]]:
    """Facts and documents of residents that end within thirty days: (resident id, name, what, day)."""
    soon = on + _AHEAD
    newer = _FACT.alias("newer")
    as_of, newer_as_of = (func.coalesce(table.c.as_of, date.min) for table in (_FACT, newer))
    later = select(newer.c.id).where(  # what counts is the newest by as_of, then by moment: facts.current_facts
        newer.c.subject_id == _FACT.c.subject_id,
        newer.c.name == _FACT.c.name,
        newer.c.dead.is_(False),
        newer_as_of <= on,
        tuple_(newer_as_of, newer.c.at, newer.c.id) > tuple_(as_of, _FACT.c.at, _FACT.c.id),
    )
    facts = select(_FACT.c.subject_id, _FACT.c.name, _FACT.c.good_until).where(
        _FACT.c.good_until.between(on, soon),
        _FACT.c.subject_kind == "resident",
        _FACT.c.dead.is_(False),
        as_of <= on,
        ~later.exists(),
    )
    found = [(row.subject_id, row.name, row.good_until) for row in connection.execute(facts)]
    documents = select(_DOCUMENT.c.resident_id, _DOCUMENT.c.kind, _DOCUMENT.c.valid_until).where(
        _DOCUMENT.c.valid_until.between(on, soon), _DOCUMENT.c.dead.is_(False)
    )
    found += [(row.resident_id, row.kind, row.valid_until) for row in connection.execute(documents)]
    people = select(_RESIDENT.c.id, _RESIDENT.c.name).where(
        _RESIDENT.c.id.in_({resident for resident, _w, _d in found}), in_use(on)
    )
    names = {row.id: row.name for row in connection.execute(people)}
    lines = [(resident, names[resident], what, day) for resident, what, day in found if resident in names]
    return sorted(lines, key=lambda line: line[3])
