"""What happened with a resident or a household, as sentences, newest first."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, Row, select

from models.clock import local_time, today
from models.records import codes
from models.records.operation import Operation
from models.services.book import Book
from models.services.casework_lines import casework_lines
from models.services.changes import events
from models.services.changes.sentences import names_for, sentence
from models.services.questionnaire_lines import questionnaire_lines
from models.services.referral_reading import views
from models.services.referral_words import step_sentence
from models.services.transfer_words import transfer_lines
from models.services.views import TimelineLine
from models.store.rows import KEPT, table_of
from models.texts import _, pgettext

_OPERATION = table_of(Operation)
_MEMBERSHIP, _HOUSEHOLD, _LINK, _RESIDENT = (
    KEPT[name] for name in ("membership", "household", "person_link", "resident")
)


class Timeline:
    """Reads the record's past from the typed rows and the operations."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def of_resident(self, resident_id: str) -> list[TimelineLine]:
        """Everything about a resident, including the visits to the households lived in."""
        with self._book.reading() as connection:
            query = select(_MEMBERSHIP.c.household_id).where(_MEMBERSHIP.c.resident_id == resident_id)
            households = list(connection.execute(query).scalars())
            lines = _visits(connection, households) + _planned(connection, households, resident_id)
            lines += casework_lines(connection, households, resident_id)
            lines += questionnaire_lines(connection, households, resident_id)
            lines += transfer_lines(connection, households, resident_id)
            for entity, words in (
                ("assessment", _assessed),
                ("determination", None),
                ("letter", _printed),
            ):
                if words is not None:
                    table = KEPT[entity]
                    rows = connection.execute(select(table).where(table.c.resident_id == resident_id))
                    lines += [words(row) for row in rows if not row.dead]
            lines += _referrals(connection, resident_id, self._book)
            lines += self._determinations(connection, resident_id)
            happened = events.of_resident(connection, resident_id)
            lines += _happened(connection, happened)
            lines += _operations(connection, resident_id, events.operations_of(happened))
            lines += _merged(connection, resident_id)
        return sorted(lines, key=_in_time, reverse=True)

    def of_household(self, household_id: str) -> list[TimelineLine]:
        """Everything about a household: what happened in it, visits made and planned, and what was changed on it."""
        with self._book.reading() as connection:
            lines = _visits(connection, [household_id]) + _planned(connection, [household_id])
            lines += casework_lines(connection, [household_id])
            lines += questionnaire_lines(connection, [household_id])
            lines += transfer_lines(connection, [household_id])
            happened = events.of_household(connection, household_id)
            lines += _happened(connection, happened)
            lines += _operations(connection, household_id, events.operations_of(happened))
        return sorted(lines, key=_in_time, reverse=True)

    def of_dwelling(self, dwelling_id: str) -> list[TimelineLine]:
        """Everything that happened at a door: who came and left, the households there, and the visits to them there.

        A visit to a household that had moved here or away by then is told where the household was on that day.
        """
        with self._book.reading() as connection:
            happened = events.of_dwelling(connection, dwelling_id)
            homes = {event[name] for event in happened for name in ("household_id", "other_household_id")} - {""}
            here = select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.dwelling_id == dwelling_id, _HOUSEHOLD.c.dead.is_(False))
            homes |= set(connection.execute(here).scalars())
            moves = {home: events.moves_of(connection, home) for home in homes}
            lines = [
                line
                for home in sorted(homes)
                for line in _visits(connection, [home])
                if events.door_on(connection, home, moves[home], line.on) == dwelling_id
            ]
            lines += _happened(connection, happened)
        return sorted(lines, key=_in_time, reverse=True)

    def _determinations(self, connection: Connection, resident_id: str) -> list[TimelineLine]:
        """One line for each time that the eligibility was kept, with how many services came out as eligible."""
        table = KEPT["determination"]
        kept: dict[int, list[Row[tuple[object, ...]]]] = {}
        for row in connection.execute(select(table).where(table.c.resident_id == resident_id, table.c.dead.is_(False))):
            kept.setdefault(row.at, []).append(row)
        lines = []
        for at, rows in kept.items():
            eligible = sum(row.outcome == "eligible" for row in rows)
            text = _("Eligibility checked: {eligible} of {all} services may apply").format(
                eligible=eligible, all=len(rows)
            )
            lines.append(TimelineLine(_day(at), at, "determination", rows[0].id, text, ""))
        return lines


def _day(at: int) -> date:
    return local_time(at).date()


def _visits(connection: Connection, households: list[str]) -> list[TimelineLine]:
    table, need = KEPT["visit"], KEPT["need"]
    rows = connection.execute(select(table).where(table.c.household_id.in_(households), table.c.dead.is_(False))).all()
    groups: dict[str, list[str]] = {}
    for found in connection.execute(select(need).where(need.c.household_id.in_(households), need.c.dead.is_(False))):
        groups.setdefault(found.visit_id, []).append(codes.label("need_group", found.group))
    lines = []
    for row in rows:
        text = _("Visit: {outcome}").format(outcome=codes.label("outcome", row.outcome))
        if groups.get(row.id):
            text += _("; needs: {needs}").format(needs=_(", ").join(dict.fromkeys(groups[row.id])))
        if row.next_visit:
            text += _("; next visit {day}").format(day=row.next_visit.isoformat())
        lines.append(TimelineLine(row.happened_on, row.at, "visit", row.id, text, row.worker))
    return lines


def _planned(connection: Connection, households: list[str], resident_id: str = "") -> list[TimelineLine]:
    """Visits that the office planned; a resident's are those for the person or for the whole household."""
    table = KEPT["planned_visit"]
    rows = connection.execute(select(table).where(table.c.household_id.in_(households), table.c.dead.is_(False)))
    lines = []
    for row in rows:
        if resident_id and row.resident_id not in ("", resident_id):
            continue
        words = {
            "done": _("Planned visit of {day}, kept: {reason}"),
            "dropped": _("Planned visit of {day}, dropped: {reason}"),
        }.get(row.status, _("Visit planned for {day}: {reason}"))
        day = row.due_on.isoformat() if row.due_on else ""
        text = words.format(day=day, reason=row.reason or codes.label("plan_source", row.source))
        if row.assignee and row.status == "open":
            text += _("; {name} is to go").format(name=row.assignee)
        lines.append(TimelineLine(_day(row.at), row.at, "planned", row.id, text, row.worker))
    return lines


def _assessed(row: Row) -> TimelineLine:  # type: ignore[type-arg]
    text = _("Assessment: {level} ({score} points)").format(level=row.level, score=row.score)
    return TimelineLine(row.assessed_on, row.at, "assessment", row.id, text, row.worker)


def _referrals(connection: Connection, resident_id: str, book: Book) -> list[TimelineLine]:
    """The steps of a resident's letters; one of an earlier program, which kept none, is told as it stands."""
    table = KEPT["referral"]
    rows = connection.execute(select(table).where(table.c.resident_id == resident_id, table.c.dead.is_(False))).all()
    lines = []
    for view in views(connection, rows, today(book.clock)):
        lines += [
            TimelineLine(step.happened_on, step.at, "referral", view.id, step_sentence(view, step), step.worker)
            for step in view.steps
        ]
        if not view.steps:
            text = _("Referred to {office} for {services}: {status}").format(
                office=view.receiver,
                services=_(", ").join(view.matters),
                status=codes.label("referral_status", view.status),
            )
            lines.append(TimelineLine(view.issued_on, view.at, "referral", view.id, text, view.worker))
    return lines


def _printed(row: Row) -> TimelineLine:  # type: ignore[type-arg]
    text = (_("Letter {number} printed") if row.printed else _("Letter {number} made")).format(number=row.number)
    if row.version > 1:
        text += _(" (correction {version})").format(version=row.version)
    return TimelineLine(_day(row.at), row.at, "letter", row.id, text, row.worker)


def _in_time(line: TimelineLine) -> tuple[date, int]:
    """When it happened; of one day what was written later comes later."""
    return (line.on or date.min, line.at)


def _happened(connection: Connection, happened: Sequence[events.Event]) -> list[TimelineLine]:
    """What happened with households, as sentences; what was taken back says so."""
    names = names_for(connection, happened)
    return [
        TimelineLine(
            event["happened_on"],
            event["at"],
            "event",
            event["id"],
            sentence(event, names, dated=False) + (_(" ({note})").format(note=event["note"]) if event["note"] else ""),
            event["worker"],
        )
        for event in happened
    ]


def _merged(connection: Connection, resident_id: str) -> list[TimelineLine]:
    """The past of records that were merged into this one, and that they were."""
    query = (
        select(_LINK.c.id, _RESIDENT.c.id.label("other"), _RESIDENT.c.name)
        .join(_RESIDENT, _RESIDENT.c.id == _LINK.c.b_id)
        .where(_LINK.c.a_id == resident_id, _LINK.c.active.is_(True), _LINK.c.dead.is_(False))
    )
    lines = []
    for row in connection.execute(query).all():
        for line in _operations(connection, row.other, frozenset()):
            told = _("On the second record, “{name}”: {what}").format(name=row.name, what=line.text)
            lines.append(TimelineLine(line.on, line.at, line.kind, line.subject_id, told, line.worker))
        said = _operations(connection, row.id, frozenset())
        if said:
            text = _("Was registered twice; the record of “{name}” became part of this one").format(name=row.name)
            lines.append(TimelineLine(said[-1].on, said[-1].at, "changed", row.id, text, said[-1].worker))
    return lines


def _operations(connection: Connection, row_id: str, told: Collection[str]) -> list[TimelineLine]:
    """Registration and later changes of the record itself, by the names of the fields, never their values.

    told: operations of which an event tells in a sentence; what takes an event back is told there as well.
    """
    lines = []
    query = select(_OPERATION).where(_OPERATION.c.row == row_id).order_by(_OPERATION.c.clock)
    for position, operation in enumerate(connection.execute(query)):
        if operation.id in told or operation.verb == "changes.undo":
            continue
        if position == 0:
            text, kind = _("Registered"), "registered"
        else:
            fields = _(", ").join(field_label(name) for name in sorted(operation.fields))
            text, kind = _("Changed: {fields}").format(fields=fields), "changed"
        lines.append(TimelineLine(_day(operation.at), operation.at, kind, operation.id, text, operation.worker))
    return lines


def field_label(name: str) -> str:
    """A column's name in the worker's words."""
    labels = {
        "name": pgettext("field", "name"),
        "former_name": pgettext("field", "former name"),
        "sex": pgettext("field", "sex"),
        "birth_date": pgettext("field", "birth date"),
        "birth_source": pgettext("field", "source of the birth date"),
        "ethnic_group": pgettext("field", "ethnic group"),
        "education": pgettext("field", "education"),
        "marital_status": pgettext("field", "marital status"),
        "hukou_place": pgettext("field", "place of the hukou"),
        "provisional_number": pgettext("field", "provisional number"),
        "note": pgettext("field", "note"),
        "dwelling_id": pgettext("field", "address"),
        "book_number": pgettext("field", "household register number"),
        "since": pgettext("field", "from"),
        "until": pgettext("field", "until"),
        "form": pgettext("field", "kind of household"),
        "died_on": pgettext("field", "day of death"),
        "frozen": pgettext("field", "frozen"),
        "dead": pgettext("field", "removed"),
    }
    return labels.get(name, name)
