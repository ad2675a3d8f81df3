"""The queue of the printer: which papers were asked for, which went to the printer, which are known to be on paper.

A paper is written down as sent before the print system gets it. So whatever happens (a kill, a power cut), a paper is
either still waiting, or known to be printed, or unsure: then the worker, who can look at the tray, is asked. The queue
stays on this installation; only that a record was printed goes into its journal, once for every paper that came out.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from models.clock import milliseconds
from models.errors import NotFound
from models.records.printing import PrintItem, PrintJob
from models.services.book import Book, changed
from models.services.views import Changed
from models.store.rows import KEPT, table_of
from models.store.work import Work
from models.values import new_id

_JOB, _ITEM = table_of(PrintJob), table_of(PrintItem)
_LETTER = KEPT["letter"]
LETTER = "letter"
_AT_ONCE = 500

KEEP_DAYS = 90
"""For so many days a job that is over can be looked at."""

OVER = ("done", "cancelled")
AskedAnswer = Literal["yes", "no", "again"]


@dataclass(frozen=True)
class Wish:
    """One paper to print: its kind, the record it is made from and what else, and what the journal calls the record."""

    paper: str
    subject_id: str
    argument: Mapping[str, Any] = field(default_factory=dict)
    subject_kind: str = ""
    label: str = ""  # what the worker knows it by; no names of persons


@dataclass(frozen=True)
class ItemView:
    """A paper of a job. status: waiting, sent, printed, unsure, failed, left_out."""

    id: str
    job_id: str
    place: int  # the first is 1
    paper: str
    subject_id: str
    argument: Mapping[str, Any]
    label: str
    status: str
    again: bool  # an earlier print of it is or may be out: the paper says that it is a reprint
    ticket: str
    detail: str
    at: int  # milliseconds since 1970 UTC, of the last change


@dataclass(frozen=True)
class JobView:
    """Papers sent together. status: waiting, printing, stopped, done, cancelled; counts: by the status of papers."""

    id: str
    title: str
    printer: str
    options: Mapping[str, Any]
    status: str
    detail: str
    worker: str
    at: int  # milliseconds since 1970 UTC
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many papers."""
        return sum(self.counts.values())

    def count(self, *statuses: str) -> int:
        """How many papers have one of these statuses."""
        return sum(self.counts.get(status, 0) for status in statuses)


@dataclass(frozen=True)
class Left:
    """What an earlier session left: papers of which nobody knows whether they came out, and papers that still wait."""

    unsure: int = 0
    waiting: int = 0


class PrintQueue:
    """The verbs about the queue. All are quick: a job may have hundreds of papers."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Asking for paper.

    def enqueue(self, title: str, wishes: Sequence[Wish], *, printer: str, options: Mapping[str, Any]) -> str:
        """Write down what is to be printed, in this order; returns the job. A paper named twice is printed once.

        Title and labels are shown by the print system to others: no names of persons. Raises ValueError where nothing
        is asked for.
        """
        if not wishes:
            raise ValueError("there is nothing to print")
        now, job_id = milliseconds(self._book.clock), new_id()
        rows: dict[str, dict[str, Any]] = {}
        for wish in wishes:
            key = f"{wish.paper} {wish.subject_id} {sorted(wish.argument.items())}"
            rows.setdefault(
                key,
                {
                    "id": new_id(),
                    "job_id": job_id,
                    "place": len(rows) + 1,
                    "paper": wish.paper,
                    "subject_id": wish.subject_id,
                    "subject_kind": wish.subject_kind or wish.paper,
                    "label": wish.label,
                    "argument": dict(wish.argument),
                    "status": "waiting",
                    "again": False,
                    "ticket": "",
                    "detail": "",
                    "at": now,
                },
            )
        job: dict[str, Any] = {"id": job_id, "title": title, "printer": printer, "options": dict(options)}
        job |= {"status": "waiting", "detail": "", "worker": self._book.worker.name, "at": now}
        job["desk"] = self._book.desk
        with self._book.writing() as connection:
            connection.execute(insert(_JOB).values(**job))
            connection.execute(insert(_ITEM), list(rows.values()))
        return job_id

    # Looking.

    def jobs(self, limit: int = 50) -> list[JobView]:
        """The jobs, newest first."""
        with self._book.reading() as connection:
            rows = connection.execute(
                select(_JOB).where(self._mine()).order_by(_JOB.c.at.desc(), _JOB.c.id.desc()).limit(limit)
            ).all()
            return _jobs(connection, rows)

    def job(self, job_id: str) -> JobView:
        """One job. Raises NotFound."""
        with self._book.reading() as connection:
            return _one(connection, job_id)

    def items(self, job_id: str, statuses: Collection[str] = ()) -> list[ItemView]:
        """The papers of a job in their order; only those of some statuses where any are named."""
        query = select(_ITEM).where(_ITEM.c.job_id == job_id).order_by(_ITEM.c.place)
        if statuses:
            query = query.where(_ITEM.c.status.in_(statuses))
        with self._book.reading() as connection:
            return [_item(row) for row in connection.execute(query)]

    def next(self, job_id: str, most: int = 1) -> list[ItemView]:
        """The papers to print next; `again` says whether an earlier print of the same paper is, or may be, out."""
        query = select(_ITEM).where(_ITEM.c.job_id == job_id, _ITEM.c.status == "waiting").order_by(_ITEM.c.place)
        with self._book.reading() as connection:
            rows = connection.execute(query.limit(most)).all()
            out = _out_already(connection, rows)
            return [_item(row, again=row.again or row.id in out) for row in rows]

    def printed_before(self, wishes: Sequence[Wish]) -> int:
        """Of how many of these papers an earlier print is, or may be, out, so that the next one is a reprint: of a
        letter for ever, of another paper as far back as the queue knows.
        """
        papers = {_key(wish.paper, wish.subject_id, wish.argument) for wish in wishes}
        with self._book.reading() as connection:
            return sum(bool(ids) for ids in _prints_of(connection, papers).values())

    # What became of papers.

    def begin(self, job_id: str) -> None:
        """The job is being printed now."""
        self._set_job(job_id, "printing")

    def sent(self, items: Sequence[ItemView]) -> None:
        """These papers are about to be handed to the print system: from now on they may be on paper."""
        with self._book.writing() as connection:
            for item in items:
                _set(connection, [item.id], self._now(), status="sent", again=item.again, ticket="", detail="")

    def taken(self, tickets: Mapping[str, str]) -> None:
        """The print system took papers: item -> its ticket there."""
        with self._book.writing() as connection:
            for item_id, ticket in tickets.items():
                connection.execute(update(_ITEM).where(_ITEM.c.id == item_id).values(ticket=ticket))

    def printed(self, item_ids: Iterable[str]) -> Changed:
        """These papers are out; each is journalled, once: one that is known to be printed is passed over."""
        with self._book.verb("print_queue.printed") as work:
            query = select(_ITEM).where(_ITEM.c.id.in_(list(item_ids)), _ITEM.c.status.in_(("sent", "unsure")))
            _note_printed(work, work.connection.execute(query).all())
        return changed(work)

    def unsure(self, item_ids: Iterable[str]) -> None:
        """Nobody can tell whether these papers came out."""
        with self._book.writing() as connection:
            _set(connection, item_ids, self._now(), status="unsure")

    def failed(self, item_ids: Iterable[str], detail: str) -> None:
        """These papers were not printed and will not be without the worker; detail holds no names."""
        with self._book.writing() as connection:
            _set(connection, item_ids, self._now(), status="failed", detail=detail)

    def back(self, item_ids: Iterable[str]) -> None:
        """The print system did not take these papers, so they wait again."""
        with self._book.writing() as connection:
            _set(connection, item_ids, self._now(), status="waiting", ticket="")

    # What becomes of a job.

    def stop(self, job_id: str, detail: str = "") -> None:
        """Nothing more of the job is sent until it is resumed; detail says why (a code or a sentence without names)."""
        self._set_job(job_id, "stopped", detail)

    def resume(self, job_id: str) -> None:
        """Go on with what waits."""
        self._set_job(job_id, "waiting")

    def settle(self, job_id: str) -> JobView:
        """The job is done where no paper of it waits or is on its way; returns how it stands."""
        with self._book.writing() as connection:
            view = _one(connection, job_id)
            if view.status not in OVER and not view.count("waiting", "sent"):
                connection.execute(update(_JOB).where(_JOB.c.id == job_id).values(status="done", detail=""))
            return _one(connection, job_id)

    def cancel(self, job_id: str) -> None:
        """What waits is left out; what was sent, and is not known to be printed, is unsure."""
        with self._book.writing() as connection:
            here = _ITEM.c.job_id == job_id
            now = self._now()
            waiting = update(_ITEM).where(here, _ITEM.c.status == "waiting")
            connection.execute(waiting.values(status="left_out", at=now))
            connection.execute(update(_ITEM).where(here, _ITEM.c.status == "sent").values(status="unsure", at=now))
            connection.execute(update(_JOB).where(_JOB.c.id == job_id).values(status="cancelled", detail=""))

    def recover(self) -> Left:
        """After a start: what was sent when the program ended is unsure, and its jobs have stopped; returns what the
        worker must be asked. Jobs that were over long ago are forgotten.

        To be called once in the life of the program, before anything is printed.
        """
        now = self._now()
        old = and_(self._mine(), _JOB.c.status.in_(OVER), _JOB.c.at < now - KEEP_DAYS * 86_400_000)
        going = and_(self._mine(), _JOB.c.status.in_(("printing", "waiting")))
        jobs = select(_JOB.c.id).where(self._mine())
        with self._book.reading() as connection:
            if connection.execute(select(_JOB.c.id).where(or_(old, going)).limit(1)).first() is None:
                return _left(connection, self._mine())
        with self._book.writing() as connection:
            connection.execute(delete(_ITEM).where(_ITEM.c.job_id.in_(select(_JOB.c.id).where(old))))
            connection.execute(delete(_JOB).where(old))
            sent = update(_ITEM).where(_ITEM.c.status == "sent", _ITEM.c.job_id.in_(jobs))
            connection.execute(sent.values(status="unsure", at=now))
            connection.execute(update(_JOB).where(going).values(status="stopped", detail="ended"))
            return _left(connection, self._mine())

    # The worker says.

    def answer(self, item_ids: Iterable[str], came_out: AskedAnswer) -> Changed:
        """The worker looked at the tray. yes: it is out. no: it is not, print it. again: print it as a reprint, since
        the first may be somewhere. Only of papers that are not waiting.
        """
        ids = list(item_ids)
        with self._book.verb("print_queue.answer") as work:
            connection = work.connection
            asked = select(_ITEM).where(_ITEM.c.id.in_(ids), _ITEM.c.status.not_in(("waiting", "printed")))
            rows = connection.execute(asked).all()
            if came_out == "yes":
                _note_printed(work, rows)
            else:
                _wait_again(connection, rows, work.now, again=came_out == "again")
            _reopen(connection, {row.job_id for row in rows})
        return changed(work)

    def last_good(self, job_id: str, item_id: str) -> Changed:
        """After a jam: this paper is the last good one. Those before it came out; all after it are printed anew.

        An empty item_id: none of them came out. Raises NotFound.
        """
        with self._book.verb("print_queue.last_good") as work:
            place = self._place(work.connection, job_id, item_id) if item_id else 0
            here = _ITEM.c.job_id == job_id
            good = and_(here, _ITEM.c.place <= place, _ITEM.c.status.in_(("sent", "unsure")))
            _note_printed(work, work.connection.execute(select(_ITEM).where(good)).all())
            bad = and_(here, _ITEM.c.place > place, _ITEM.c.status.in_(("sent", "unsure", "failed", "printed")))
            _wait_again(work.connection, work.connection.execute(select(_ITEM).where(bad)).all(), work.now)
            _reopen(work.connection, {job_id})
        return changed(work)

    def from_here_on(self, job_id: str, item_id: str) -> None:
        """Print this paper and all after it, whatever became of them; what is before it stays. Raises NotFound."""
        with self._book.writing() as connection:
            place = self._place(connection, job_id, item_id)
            wanted = select(_ITEM).where(_ITEM.c.job_id == job_id, _ITEM.c.place >= place, _ITEM.c.status != "waiting")
            _wait_again(connection, connection.execute(wanted).all(), self._now())
            _reopen(connection, {job_id})

    def leave_out(self, item_ids: Iterable[str]) -> None:
        """These papers are not to be printed."""
        wanted = and_(_ITEM.c.id.in_(list(item_ids)), _ITEM.c.status.in_(("waiting", "failed", "unsure")))
        with self._book.writing() as connection:
            connection.execute(update(_ITEM).where(wanted).values(status="left_out", at=self._now()))

    def exported(self, wishes: Sequence[Wish], *, protected: bool) -> None:
        """Journal that papers leave the casebook as files; to be called before they are written."""
        with self._book.verb("print_queue.exported") as work:
            for wish in wishes:
                detail = "pdf" if protected else "pdf unprotected"
                work.journal("export", wish.subject_kind or wish.paper, wish.subject_id, detail)

    def _set_job(self, job_id: str, status: str, detail: str = "") -> None:
        with self._book.writing() as connection:
            wanted = update(_JOB).where(_JOB.c.id == job_id, _JOB.c.status.not_in(OVER))
            connection.execute(wanted.values(status=status, detail=detail))

    def _place(self, connection: Connection, job_id: str, item_id: str) -> int:
        found = connection.execute(
            select(_ITEM.c.place).where(_ITEM.c.id == item_id, _ITEM.c.job_id == job_id)
        ).scalar()
        if found is None:
            raise NotFound
        return int(found)

    def _mine(self) -> ColumnElement[bool]:
        """Each desk of an office has its own printer and asks its own worker."""
        return _JOB.c.desk == self._book.desk

    def _now(self) -> int:
        return milliseconds(self._book.clock)


def _set(connection: Connection, item_ids: Iterable[str], now: int, **values: object) -> None:
    connection.execute(update(_ITEM).where(_ITEM.c.id.in_(list(item_ids))).values(at=now, **values))


def _wait_again(connection: Connection, rows: Iterable[Row], now: int, *, again: bool = False) -> None:  # type: ignore[type-arg]
    """Put papers back into the queue; one that was known to be out is a reprint in any case."""
    for row in rows:
        values = {"status": "waiting", "ticket": "", "detail": "", "again": again or row.status == "printed"}
        _set(connection, [row.id], now, **values)


def _reopen(connection: Connection, job_ids: Iterable[str]) -> None:
    """A job of which something waits again has not ended; it goes on when the worker says so."""
    waiting = select(_ITEM.c.job_id).where(_ITEM.c.status == "waiting")
    wanted = (_JOB.c.id.in_(list(job_ids)), _JOB.c.status.in_(OVER), _JOB.c.id.in_(waiting))
    connection.execute(update(_JOB).where(*wanted).values(status="stopped", detail=""))


def _note_printed(work: Work, rows: Sequence[Row]) -> None:  # type: ignore[type-arg]
    jobs = {row.job_id for row in rows}
    found = work.connection.execute(select(_JOB.c.id, _JOB.c.options).where(_JOB.c.id.in_(jobs)))
    copies = {row.id: int((row.options or {}).get("copies", 1)) for row in found}
    for row in rows:
        detail = f"copies={copies.get(row.job_id, 1)}" + (" again" if row.again else "")
        if row.paper == LETTER:
            work.amend("letter", row.subject_id, {"printed": True})
            letter = work.connection.execute(select(_LETTER).where(_LETTER.c.id == row.subject_id)).one()
            work.concerns(letter.referral_id, letter.resident_id)
        work.journal("print", row.subject_kind, row.subject_id, detail)
    _set(work.connection, [row.id for row in rows], work.now, status="printed", detail="")


Paper = tuple[str, str, str]
"""What tells a paper from others: its kind, the record it is made from, and what else, as text. Of a letter nothing
else counts: its value is frozen."""


def _key(paper: str, subject_id: str, argument: Mapping[str, Any]) -> Paper:
    return paper, subject_id, "" if paper == LETTER else json.dumps(dict(argument), sort_keys=True, default=str)


def _key_of(row: Row) -> Paper:  # type: ignore[type-arg]
    return _key(row.paper, row.subject_id, row.argument)


def _out_already(connection: Connection, rows: Sequence[Row]) -> set[str]:  # type: ignore[type-arg]
    """Of these papers those of which another print is out or may be."""
    prints = _prints_of(connection, {_key_of(row) for row in rows})
    return {row.id for row in rows if prints.get(_key_of(row), set()) - {row.id}}


def _prints_of(connection: Connection, papers: Collection[Paper]) -> dict[Paper, set[str]]:
    """Of each of these papers those of the queue that are or may be out; "" where a letter was printed otherwise.

    What is made from no record is never the same again.
    """
    found: dict[Paper, set[str]] = {paper: set() for paper in papers if paper[1]}
    subjects = sorted({subject for _kind, subject, _more in found})
    for start in range(0, len(subjects), _AT_ONCE):
        some = subjects[start : start + _AT_ONCE]
        known = select(_LETTER.c.id).where(_LETTER.c.id.in_(some), _LETTER.c.printed.is_(True))
        for letter in connection.execute(known).scalars():
            if (paper := (LETTER, letter, "")) in found:
                found[paper].add("")
        columns = (_ITEM.c.id, _ITEM.c.paper, _ITEM.c.subject_id, _ITEM.c.argument)
        maybe = select(*columns).where(_ITEM.c.subject_id.in_(some), _ITEM.c.status.in_(_MAY_BE_OUT))
        for row in connection.execute(maybe):
            if (paper := _key_of(row)) in found:
                found[paper].add(row.id)
    return found


def _left(connection: Connection, mine: ColumnElement[bool]) -> Left:
    open_jobs = select(_JOB.c.id).where(mine, _JOB.c.status == "stopped")
    query = select(_ITEM.c.status, func.count()).where(_ITEM.c.job_id.in_(open_jobs)).group_by(_ITEM.c.status)
    counts = {str(status): int(count) for status, count in connection.execute(query)}
    return Left(counts.get("unsure", 0), counts.get("waiting", 0))


_MAY_BE_OUT = ("sent", "unsure", "printed")


def _one(connection: Connection, job_id: str) -> JobView:
    rows = connection.execute(select(_JOB).where(_JOB.c.id == job_id)).all()
    if not rows:
        raise NotFound
    return _jobs(connection, rows)[0]


def _jobs(connection: Connection, rows: Sequence[Row]) -> list[JobView]:  # type: ignore[type-arg]
    counts: dict[str, dict[str, int]] = {}
    query = (
        select(_ITEM.c.job_id, _ITEM.c.status, func.count())
        .where(_ITEM.c.job_id.in_([row.id for row in rows]))
        .group_by(_ITEM.c.job_id, _ITEM.c.status)
    )
    for job_id, status, count in connection.execute(query):
        counts.setdefault(job_id, {})[status] = int(count)
    return [
        JobView(
            id=row.id,
            title=row.title,
            printer=row.printer,
            options=row.options,
            status=row.status,
            detail=row.detail,
            worker=row.worker,
            at=row.at,
            counts=counts.get(row.id, {}),
        )
        for row in rows
    ]


def _item(row: Row, again: bool | None = None) -> ItemView:  # type: ignore[type-arg]
    return ItemView(
        id=row.id,
        job_id=row.job_id,
        place=row.place,
        paper=row.paper,
        subject_id=row.subject_id,
        argument=row.argument,
        label=row.label,
        status=row.status,
        again=row.again if again is None else again,
        ticket=row.ticket,
        detail=row.detail,
        at=row.at,
    )
