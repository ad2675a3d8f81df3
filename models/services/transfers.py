"""The transfer of a whole case to another office: asked for, answered, handed over, taken; and what ends here with it.

Each step is written down by the office that asked, as it hears of it; where the other office exchanges files with this
one, it does its own steps in its own casebook, and they travel like any other change.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models import texts
from models.clock import today
from models.errors import CannotUndo, NotFound, Problem
from models.records import codes, divisions
from models.records.layout import Layout
from models.records.papers import PaperLanguage
from models.records.template import PROGRAM
from models.records.transfer import TransferEntry
from models.records.transfer_paper import CaseSheet, TransferRequest
from models.services import barred, transfer_rules
from models.services.book import Book, changed
from models.services.people import short_address
from models.services.referral_rules import WrongDay
from models.services.template_choice import layout_for
from models.services.transfer_rules import OPEN, LastStepRests, NobodyGoes, OwnOffice, ReasonMissing, TransferOpen
from models.services.transfer_sheet import case_sheet, request_value, who_goes
from models.services.transfer_views import Beginning, Candidate, Side, TransferView
from models.services.undoing import take_back
from models.services.views import Changed
from models.services.walking import portions
from models.services.working_days import working_days_later
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

_TRANSFER, _HOUSEHOLD, _DWELLING = KEPT["case_transfer"], KEPT["household"], KEPT["dwelling"]
_MEMBERSHIP, _RESIDENT = KEPT["membership"], KEPT["resident"]
_PLANNED, _ASSIGNMENT = KEPT["planned_visit"], KEPT["assignment"]

CLOSED_LISTED = 200
"""Of transfers that came to an end the list shows so many."""

_LANGUAGES: tuple[tuple[PaperLanguage, str], ...] = (("zh", "zh_CN"), ("en", "en"))


class SheetErased(Problem):
    """What was handed over can no longer be shown, because somebody on it was erased."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The list of what was handed over is no longer here: somebody on it asked for erasure, and it was erased "
            "with the record. That the case was transferred, and when, stays known."
        )


class Transfers:
    """The verbs about transfers."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Asking.

    def begin(self, household_id: str) -> Beginning:
        """What is to be known before asking; nothing is written. Raises NotFound."""
        day = today(self._book.clock)
        with self._book.reading() as connection:
            _known(connection, household_id)
            people = who_goes(connection, household_id, (), day)
            begun = _open_of(connection, household_id)
            return Beginning(
                household_id=household_id,
                address=_addresses(connection, [household_id]).get(household_id, ""),
                people=tuple(Candidate(one.id, one.name, codes.label("relation", one.relation)) for one in people),
                left_out=tuple(one.name for one in barred.left_out(connection, household_id, day)),
                answer_by=working_days_later(day, transfer_rules.ANSWER_DAYS),
                open_id=begun.id if begun is not None else "",
                without_consent=tuple(one.name for one in people if one.missing or not one.plain),
            )

    def ask(self, entry: TransferEntry) -> Changed:
        """Ask another office to take the case of a household, or of some of its people.

        Whose record is only kept stays out, even where the whole household is named. Raises NotFound, TransferOpen,
        OwnOffice, NobodyGoes, RecordFrozen where somebody chosen is only kept, WrongDay for an answer in the past.
        """
        book, day = self._book, today(self._book.clock)
        if entry.to_office == book.office.code:
            raise OwnOffice
        answer_by = entry.answer_by or working_days_later(day, transfer_rules.ANSWER_DAYS)
        if answer_by < day:
            raise WrongDay(first=day, last=date(day.year + 1, day.month, 1))
        with book.verb("transfers.ask") as work:
            connection = work.connection
            _known(connection, entry.household_id)
            begun = _open_of(connection, entry.household_id)
            if begun is not None:
                raise TransferOpen(office=begun.to_name)
            going = self._going(connection, entry, day)
            place = divisions.division(entry.to_office) if entry.to_office else None
            told = {
                **entry.model_dump(exclude={"resident_ids", "to_name", "answer_by"}),
                "resident_ids": going,
                "to_name": entry.to_name or (place.full_name if place is not None else entry.to_office),
                "from_name": book.office.name,
                "from_contact": book.office.phone,
                "status": "asked",
                "asked_on": day,
                "answer_by": answer_by,
                "worker": work.worker,
                "at": work.now,
            }
            made = work.add("case_transfer", told)
            work.concerns(entry.household_id, *going)
        return changed(work, made)

    def _going(self, connection: Connection, entry: TransferEntry, day: date) -> list[str]:
        """Whose case goes; nobody named where it is the whole household. Raises NotFound, RecordFrozen, NobodyGoes."""
        barred.check_in_use(connection, entry.resident_ids)
        everybody = [one.id for one in who_goes(connection, entry.household_id, (), day)]
        if not everybody:
            raise NobodyGoes
        chosen = list(dict.fromkeys(entry.resident_ids))
        if any(one not in everybody for one in chosen):
            raise NotFound
        kept = barred.left_out(connection, entry.household_id, day)
        if not chosen or set(chosen) == set(everybody):
            return everybody if kept else []
        return chosen

    # Steps.

    def step(self, transfer_id: str, step: str, *, by: str = "", note: str = "", on: date | None = None) -> Changed:
        """Note a step (transfer_rules.STEPS): accept, decline, hand_over, take, withdraw, come_back.

        by: who said it at the other office. on: when it happened (none: today). Handing over freezes the list of what
        is handed over. Taking ends what is planned here for these people, and the care for the household. Raises
        NotFound, StepDoesNotFit, NotAddressedHere, ReasonMissing, WrongDay, NobodyGoes.
        """
        book, day = self._book, today(self._book.clock)
        happened = on or day
        sheet = self._frozen_sheet(transfer_id, happened) if step == "hand_over" else {}
        with book.verb(f"transfers.{step}") as work:
            row = _row(work.connection, transfer_id)
            work.rest_on("case_transfer", transfer_id)
            status = transfer_rules.check(step, row["status"], incoming=self._side(row) != "out")
            if self._side(row) == "other":
                raise NotFound
            first = max(filter(None, (row["asked_on"], row["answered_on"], row["handed_on"], row["taken_on"])))
            if not first <= happened <= day:
                raise WrongDay(first=first, last=day)
            if step in ("decline", "come_back") and not note.strip():
                raise ReasonMissing
            said_by = by.strip() or (book.worker.name if self._side(row) == "in" else "")
            told = self._told(step, happened, said_by, note.strip()) | {"status": status}
            if step == "hand_over":
                told["sheet"] = sheet
            if step == "take":
                told["operations"] = _end_here(work, row, happened)
            work.amend("case_transfer", transfer_id, told)
            work.concerns(row["household_id"], *_people_of(row))
        return changed(work, transfer_id)

    def _told(self, step: str, on: date, by: str, note: str) -> dict[str, Any]:
        if step in ("accept", "decline"):
            return {"answered_on": on, "answered_by": by, "answer_note": note}
        if step == "hand_over":
            return {"handed_on": on}
        if step == "take":
            return {"taken_on": on, "taken_by": by}
        return {"ended_on": on, "ended_note": note}

    def _frozen_sheet(self, transfer_id: str, on: date) -> dict[str, Any]:
        """What is handed over, in both languages, with the ids of the people on it and of the template's version."""
        book = self._book
        sheet: dict[str, Any] = {}
        book.policies  # noqa: B018  # read before the connection is taken
        with book.reading() as connection:
            row = _row(connection, transfer_id)
            people = [one.id for one in who_goes(connection, row["household_id"], row["resident_ids"], on)]
            if not people:
                raise NobodyGoes
            for language, code in _LANGUAGES:
                with texts.speaking(code):
                    value = case_sheet(book, connection, row, language, on, frozen=True)
                sheet[language] = value.model_dump(mode="json", exclude={"layout"})
            template = layout_for(connection, "case_sheet")[0] or PROGRAM
        return {**sheet, "people": people, "template": template}

    def take_back(self, transfer_id: str) -> Changed:
        """Take the last step back: the transfer stands where it stood before, and what ended with it goes on.

        Raises NotFound, StepDoesNotFit where there is none, TransferOpen where another one was begun since, and
        LastStepRests where something was built on it.
        """
        with self._book.verb("transfers.take_back") as work:
            row = _row(work.connection, transfer_id)
            work.rest_on("case_transfer", transfer_id)
            was = row["status"]
            status = transfer_rules.before(was, answered_on=row["answered_on"], handed_on=row["handed_on"])
            if not status or self._side(row) == "other":
                raise transfer_rules.StepDoesNotFit(step="take_back", status=was)
            begun = _open_of(work.connection, row["household_id"])
            if begun is not None and begun.id != transfer_id:
                raise TransferOpen(office=begun.to_name)
            told: dict[str, Any] = {"status": status}
            if was in ("accepted", "declined"):
                told |= {"answered_on": None, "answered_by": "", "answer_note": ""}
            elif was == "handed_over":
                told |= {"handed_on": None, "sheet": {}}
            elif was == "taken":
                told |= {"taken_on": None, "taken_by": "", "operations": []}
                if not row["resident_ids"] and _is_cared_for(work.connection, row["household_id"]):
                    raise LastStepRests
                try:
                    take_back(work, row["operations"])
                except CannotUndo:
                    raise LastStepRests from None
            else:
                told |= {"ended_on": None, "ended_note": ""}
            work.amend("case_transfer", transfer_id, told)
            work.concerns(row["household_id"], *_people_of(row))
        return changed(work, transfer_id)

    # Reading.

    def get(self, transfer_id: str) -> TransferView:
        """One transfer. Raises NotFound."""
        with self._book.reading() as connection:
            return self._views(connection, [_row(connection, transfer_id)])[0]

    def listed(self) -> list[TransferView]:
        """Those that are open, the oldest first, then those that came to an end lately, the newest first."""
        living = _TRANSFER.c.dead.is_(False)
        begun = select(_TRANSFER).where(_TRANSFER.c.status.in_(OPEN), living).order_by(_TRANSFER.c.at)
        closed = [status for status, _label in codes.choices("transfer_status") if status not in OPEN]
        ended = select(_TRANSFER).where(_TRANSFER.c.status.in_(closed), living).order_by(_TRANSFER.c.at.desc())
        with self._book.reading() as connection:
            rows = [*connection.execute(begun).mappings(), *connection.execute(ended.limit(CLOSED_LISTED)).mappings()]
            return self._views(connection, rows)

    def of_household(self, household_id: str) -> list[TransferView]:
        """The transfers of a household, the newest first."""
        query = select(_TRANSFER).where(_TRANSFER.c.household_id == household_id, _TRANSFER.c.dead.is_(False))
        with self._book.reading() as connection:
            rows = connection.execute(query.order_by(_TRANSFER.c.at.desc(), _TRANSFER.c.id.desc())).mappings().all()
            return self._views(connection, rows)

    def request(self, transfer_id: str, language: PaperLanguage = "zh") -> TransferRequest:
        """The letter that asks the other office; journalled as a view. Raises NotFound, NobodyGoes."""
        with self._book.reading() as connection, texts.speaking(dict(_LANGUAGES)[language]):
            value = request_value(self._book, connection, _row(connection, transfer_id), language)
            layout = layout_for(connection, "case_request")[1]
        if value is None:
            raise NobodyGoes
        self._book.note("view", "case_transfer", transfer_id, "request")
        return value.model_copy(update={"layout": layout})

    def sheet(self, transfer_id: str, language: PaperLanguage = "zh") -> CaseSheet:
        """The list of what is handed over: as it was frozen, before that as it would be today; journalled as a view.

        Raises NotFound, NobodyGoes, SheetErased.
        """
        book, day = self._book, today(self._book.clock)
        book.policies  # noqa: B018  # read before the connection is taken
        with book.reading() as connection, texts.speaking(dict(_LANGUAGES)[language]):
            row = _row(connection, transfer_id)
            kept: Mapping[str, Any] = row["sheet"] if row["handed_on"] else {}
            layout = _layout(connection, str(kept.get("template", "")))
            if kept:
                told = {name: told for name, told in kept[language].items() if name != "head"}  # as it was once kept
                value = CaseSheet.model_validate(told)
            elif row["handed_on"]:
                raise SheetErased
            else:
                value = case_sheet(book, connection, row, language, day, frozen=False)
        if not value.people:
            raise NobodyGoes
        book.note("view", "case_transfer", transfer_id, "sheet")
        return value.model_copy(update={"layout": layout})

    def _side(self, row: Mapping[Any, Any]) -> Side:
        here = self._book.office.code
        return "out" if row["office"] == here else "in" if row["to_office"] == here else "other"

    def _views(self, connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> list[TransferView]:
        homes = [row["household_id"] for row in rows]
        addresses, names = _addresses(connection, homes), _names(connection, rows)
        day = today(self._book.clock)
        same = (
            *(
                "id",
                "household_id",
                "from_name",
                "from_contact",
                "to_office",
                "to_name",
                "to_contact",
                "reason",
                "note",
            ),
            *("status", "asked_on", "answer_by", "answered_on", "answered_by", "answer_note", "handed_on", "taken_on"),
            *("taken_by", "ended_on", "ended_note", "worker", "at"),
        )
        views = []
        for row in rows:
            side = self._side(row)
            before = transfer_rules.before(row["status"], answered_on=row["answered_on"], handed_on=row["handed_on"])
            late = row["status"] == "asked" and row["answer_by"] is not None and row["answer_by"] < day
            views.append(
                TransferView(
                    **{name: row[name] for name in same},
                    address=addresses.get(row["household_id"], ""),
                    names=tuple(names[row["id"]]),
                    resident_ids=tuple(row["resident_ids"]),
                    whole=not row["resident_ids"],
                    from_office=row["office"],
                    side=side,
                    overdue=late,
                    steps=() if side == "other" else transfer_rules.steps(row["status"], incoming=side == "in"),
                    may_take_back=bool(before) and side != "other",
                    has_sheet=bool(row["sheet"]),
                )
            )
        return views


def _layout(connection: Connection, template_id: str) -> Layout:
    """How the list is set: as it was when it was frozen; in use now where it was not, or where that is not here."""
    try:
        return layout_for(connection, "case_sheet", template_id)[1]
    except NotFound:
        return layout_for(connection, "case_sheet")[1]


def _known(connection: Connection, household_id: str) -> None:
    query = select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id == household_id, _HOUSEHOLD.c.dead.is_(False))
    if connection.execute(query).first() is None:
        raise NotFound


def _row(connection: Connection, transfer_id: str) -> Mapping[Any, Any]:
    query = select(_TRANSFER).where(_TRANSFER.c.id == transfer_id, _TRANSFER.c.dead.is_(False))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound
    return dict(row)


def _open_of(connection: Connection, household_id: str) -> Any:
    query = select(_TRANSFER.c.id, _TRANSFER.c.to_name).where(
        _TRANSFER.c.household_id == household_id, _TRANSFER.c.status.in_(OPEN), _TRANSFER.c.dead.is_(False)
    )
    return connection.execute(query.order_by(_TRANSFER.c.at)).first()


def _people_of(row: Mapping[Any, Any]) -> list[str]:
    return list(row["resident_ids"] or row["sheet"].get("people", []))


def _end_here(work: Work, row: Mapping[Any, Any], day: date) -> list[str]:
    """End the open planned visits of who goes and, where the whole household does, the care for it.

    Returns the operations, by which taking the step back puts all of it as it was.
    """
    began = len(work.said)
    visits = select(_PLANNED.c.id).where(
        _PLANNED.c.household_id == row["household_id"], _PLANNED.c.status == "open", _PLANNED.c.dead.is_(False)
    )
    if row["resident_ids"]:
        visits = visits.where(_PLANNED.c.resident_id.in_(row["resident_ids"]))
    for plan in list(work.connection.execute(visits.order_by(_PLANNED.c.id)).scalars()):
        work.amend("planned_visit", plan, {"status": "dropped"})
    if not row["resident_ids"]:
        care = select(_ASSIGNMENT.c.id, _ASSIGNMENT.c.until).where(
            _ASSIGNMENT.c.household_id == row["household_id"], _ASSIGNMENT.c.dead.is_(False)
        )
        for found in work.connection.execute(care.order_by(_ASSIGNMENT.c.id)).all():
            if found.until is None or found.until > day:
                work.amend("assignment", found.id, {"until": day})
    return work.said[began:]


def _is_cared_for(connection: Connection, household_id: str) -> bool:
    """Whether somebody looks after a household now; whoever did when the case was taken does not any more."""
    query = select(_ASSIGNMENT.c.id).where(
        _ASSIGNMENT.c.household_id == household_id, _ASSIGNMENT.c.until.is_(None), _ASSIGNMENT.c.dead.is_(False)
    )
    return connection.execute(query.limit(1)).first() is not None


def _addresses(connection: Connection, homes: Sequence[str]) -> dict[str, str]:
    names = ("community_code", "street_line", "building", "unit", "door")
    query = select(_HOUSEHOLD.c.id.label("home"), *(_DWELLING.c[name] for name in names)).join(
        _DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id
    )
    return {
        row["home"]: short_address(row)
        for some in portions(homes)
        for row in connection.execute(query.where(_HOUSEHOLD.c.id.in_(some))).mappings()
    }


def _names(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> dict[str, list[str]]:
    """Transfer -> who goes: as was said, as is on the list that was handed over, or who lives there now."""
    told = {row["id"]: _people_of(row) for row in rows}
    now: dict[str, list[str]] = {}
    homes = [row["household_id"] for row in rows if not told[row["id"]]]
    for some in portions(homes):
        query = (
            select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.resident_id)
            .where(_MEMBERSHIP.c.household_id.in_(some), _MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False))
            .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
        )
        for row in connection.execute(query):
            now.setdefault(row.household_id, []).append(row.resident_id)
    every = {row["id"]: told[row["id"]] or now.get(row["household_id"], []) for row in rows}
    names: dict[str, str] = {}
    for some in portions({one for people in every.values() for one in people}):
        query = select(_RESIDENT.c.id, _RESIDENT.c.name).where(
            _RESIDENT.c.id.in_(some), _RESIDENT.c.frozen == "", _RESIDENT.c.dead.is_(False)
        )
        names |= {row.id: row.name for row in connection.execute(query)}
    return {key: [names[one] for one in dict.fromkeys(people) if names.get(one)] for key, people in every.items()}
