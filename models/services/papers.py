"""What is printed beside letters: gathers the values of the other papers, and journals who looked at and printed them.

Nothing here is kept: a paper is made anew from the records each time. Whole numbers never leave; records that are only
kept are not printed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models import texts
from models.clock import today
from models.errors import NotFound
from models.records import codes
from models.records.papers import (
    Addressee,
    AssessmentReport,
    HouseholdSheet,
    NoticeValue,
    PaperLanguage,
    VisitSheet,
    without_whole_numbers,
)
from models.records.referral import MatterEntry
from models.services import barred
from models.services.book import Book
from models.services.papers_household import household_sheet
from models.services.papers_notice import notice_value
from models.services.papers_visit import InstrumentWords, visit_sheet
from models.services.people import full_address, homes_of, resident_rows
from models.services.questionnaire_views import AnswerView, QuestionnaireView
from models.services.questionnaires import Questionnaires
from models.services.template_choice import layout_for
from models.services.views import AssessmentView
from models.services.visits import Assessments
from models.store.rows import KEPT
from models.values import age_on

_ASSESSMENT, _RESIDENT, _HOUSEHOLD = KEPT["assessment"], KEPT["resident"], KEPT["household"]
_DWELLING, _DOCUMENT, _MEMBERSHIP = (KEPT[name] for name in ("dwelling", "identity_document", "membership"))
_AT_ONCE = 500


@dataclass(frozen=True)
class Assessed:
    """An assessment to report on: whom it is about, what was made, and the one before it with the same instrument."""

    report: AssessmentReport  # without items: forms.on_paper puts them in
    made: AssessmentView
    before: AssessmentView | None


@dataclass(frozen=True)
class Answered:
    """A filled-in questionnaire to report on, and the one before it about the same person or household."""

    report: AssessmentReport
    made: AnswerView
    asked: QuestionnaireView
    before: AnswerView | None
    before_asked: QuestionnaireView | None


@dataclass(frozen=True)
class Addressed:
    """To whom envelopes go, and who was left out: no door known, died, or the record is only kept."""

    people: tuple[Addressee, ...]
    subjects: tuple[str, ...]  # the residents they are addressed to, in that order
    left_out: int


class Papers:
    """The verbs about papers."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Gathering. Whoever calls looks at the record: journalled as a view of the paper.

    def notice(
        self, resident_id: str, matters: Sequence[MatterEntry], language: PaperLanguage = "zh", note: str = ""
    ) -> NoticeValue:
        """The one-time notice for a resident about some services, by the rules in force today.

        Raises NotFound where the resident or the household is not here, NothingToRefer where the resident has died and
        something else than the funeral is asked about, RecordFrozen, KeyError for a service that no pack has.
        """
        with self._book.reading() as connection, texts.speaking(_code(language)):
            value = notice_value(self._book, connection, resident_id, matters, language, note)
            value = value.model_copy(update={"layout": layout_for(connection, "notice")[1]})
        self._looked("notice", "resident", resident_id)
        return without_whole_numbers(value)

    def visit(self, visit_id: str, instruments: InstrumentWords, language: PaperLanguage = "zh") -> VisitSheet:
        """The record of a visit. instruments(id, version, level) gives what an instrument and its level are called.

        Raises NotFound.
        """
        with texts.speaking(_code(language)):
            value, household_id = visit_sheet(self._book, visit_id, instruments, language)
        with self._book.reading() as connection:
            value = value.model_copy(update={"layout": layout_for(connection, "visit_record")[1]})
        self._looked("visit_record", "household", household_id)
        return without_whole_numbers(value)

    def household(self, household_id: str, language: PaperLanguage = "zh") -> HouseholdSheet:
        """The sheet of a household: both households of these people, facts that are not sensitive, what is open.

        Raises NotFound.
        """
        with texts.speaking(_code(language)):
            value = household_sheet(self._book, household_id, language)
        with self._book.reading() as connection:
            value = value.model_copy(update={"layout": layout_for(connection, "household_sheet")[1]})
        self._looked("household_sheet", "household", household_id)
        return without_whole_numbers(value)

    def assessed(self, assessment_id: str, language: PaperLanguage = "zh") -> Assessed:
        """An assessment with an instrument, beside the one before it. Raises NotFound, RecordFrozen."""
        with self._book.reading() as connection, texts.speaking(_code(language)):
            row = connection.execute(
                select(_ASSESSMENT.c.resident_id, _ASSESSMENT.c.instrument).where(_ASSESSMENT.c.id == assessment_id)
            ).first()
            if row is None:
                raise NotFound
            barred.check_in_use(connection, [row.resident_id])
        all_of = Assessments(self._book).of_resident(row.resident_id, row.instrument)
        place = next((n for n, each in enumerate(all_of) if each.id == assessment_id), None)
        if place is None:
            raise NotFound
        made = all_of[place]
        before = all_of[place + 1] if place + 1 < len(all_of) else None
        with self._book.reading() as connection, texts.speaking(_code(language)):
            report = self._report(connection, row.resident_id, "", made.assessed_on, made.worker, language)
        report = report.model_copy(update={"version": made.version, "note": made.note})
        self._looked("assessment_report", "resident", row.resident_id)
        return Assessed(report, made, before)

    def answered(self, answer_id: str, language: PaperLanguage = "zh") -> Answered:
        """A filled-in questionnaire, beside the one before it of the same form. Raises NotFound, RecordFrozen."""
        questionnaires = Questionnaires(self._book)
        made = questionnaires.answer_of(answer_id)
        asked = questionnaires.get(made.form_id, made.version)
        about = {"resident_id": made.resident_id} if made.resident_id else {"household_id": made.household_id}
        same = [
            each
            for each in questionnaires.answers_of(**about)
            if each.form_id == made.form_id and each.resident_id == made.resident_id
        ]
        place = next((n for n, each in enumerate(same) if each.id == answer_id), len(same))
        before = same[place + 1] if place + 1 < len(same) else None
        before_asked = questionnaires.get(before.form_id, before.version) if before is not None else None
        with self._book.reading() as connection, texts.speaking(_code(language)):
            if made.resident_id:
                barred.check_in_use(connection, [made.resident_id])
            report = self._report(
                connection, made.resident_id, made.household_id, made.answered_on, made.worker, language
            )
        kind, subject = ("resident", made.resident_id) if made.resident_id else ("household", made.household_id)
        self._looked("assessment_report", kind, subject)
        return Answered(report, made, asked, before, before_asked)

    def addressed(
        self, residents: Sequence[str], *, one_per_household: bool = False, postal_code: str = ""
    ) -> Addressed:
        """Where letters to some residents go, in their order; of a household only the first where one is enough.

        postal_code: of the area, where the office has told it; the register holds none.
        """
        on = today(self._book.clock)
        wanted = list(dict.fromkeys(residents))
        people: list[Addressee] = []
        subjects: list[str] = []
        homes_seen: set[str] = set()
        skipped = 0
        with self._book.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                homes = homes_of(connection, part, on)
                rows = {row.id: row for row in resident_rows(connection, part, on)}
                for resident_id in part:
                    row, home = rows.get(resident_id), homes.get(resident_id)
                    if row is None or home is None or {"deceased", "frozen"} & set(row.flags):
                        skipped += 1
                        continue
                    if one_per_household and home.household_id in homes_seen:
                        continue
                    homes_seen.add(home.household_id)
                    address = full_address(home.dwelling)
                    people.append(Addressee(name=row.name, address=_with_city(address), postal_code=postal_code))
                    subjects.append(resident_id)
        return Addressed(tuple(people), tuple(subjects), skipped)

    def heads(self, households: Sequence[str]) -> list[str]:
        """Of each household the resident whom a letter to it is addressed to: the head, else who is named first."""
        found: dict[str, str] = {}
        with self._book.reading() as connection:
            for start in range(0, len(households), _AT_ONCE):
                query = (
                    select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.resident_id)
                    .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
                    .where(
                        _MEMBERSHIP.c.household_id.in_(households[start : start + _AT_ONCE]),
                        _MEMBERSHIP.c.until.is_(None),
                        _MEMBERSHIP.c.dead.is_(False),
                        _RESIDENT.c.frozen == "",
                        _RESIDENT.c.died_on.is_(None),
                    )
                    .order_by(_MEMBERSHIP.c.standing, _MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
                )
                for row in connection.execute(query):
                    found.setdefault(row.household_id, row.resident_id)
        return [found[home] for home in dict.fromkeys(households) if home in found]

    # Journal.

    def printed(self, paper: str, subject_kind: str, subjects: Iterable[str], copies: int = 1) -> None:
        """Journal that a paper about some residents or households (or a record) went to the printer."""
        self._note("print", paper, subject_kind, subjects, f" copies={copies}")

    def saved(self, paper: str, subject_kind: str, subjects: Iterable[str]) -> None:
        """Journal that a paper left the store as a file."""
        self._note("export", paper, subject_kind, subjects)

    def _looked(self, paper: str, subject_kind: str, subject_id: str) -> None:
        self._book.note("view", subject_kind, subject_id, f"paper={paper}")

    def _note(self, action: str, paper: str, kind: str, subjects: Iterable[str], more: str = "") -> None:
        named = [subject for subject in dict.fromkeys(subjects) if subject]
        if not named:
            return
        with self._book.verb(f"papers.{action}") as work:
            for subject in named:
                work.journal(action, kind, subject, f"paper={paper}{more}")

    # Pieces.

    def _report(
        self,
        connection: Connection,
        resident_id: str,
        household_id: str,
        on: date | None,
        worker: str,
        language: PaperLanguage,
    ) -> AssessmentReport:
        """The head of a report: the office, the person or the household, the day and who assessed."""
        day = today(self._book.clock)
        fields: dict[str, Any] = {
            "language": language,
            "office": self._book.office.name,
            "title": "",
            "name": "",
            "assessed_on": on,
            "assessor": worker,
            "printed_on": day,
            "layout": layout_for(connection, "assessment_report")[1],
        }
        if resident_id:
            return AssessmentReport(**fields | person_head(connection, resident_id, on or day))
        dwelling = (
            connection.execute(
                select(_DWELLING)
                .join(_HOUSEHOLD, _HOUSEHOLD.c.dwelling_id == _DWELLING.c.id)
                .where(_HOUSEHOLD.c.id == household_id)
            )
            .mappings()
            .first()
        )
        address = full_address(dwelling) if dwelling else ""
        return AssessmentReport(**fields | {"name": address, "address": address, "household": True})


def person_head(connection: Connection, resident_id: str, on: date) -> dict[str, Any]:
    """Name, sex, birth, age on a day, the masked document and the address of a resident. Raises NotFound."""
    person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == resident_id)).first()
    if person is None:
        raise NotFound
    document = connection.execute(
        select(_DOCUMENT)
        .where(_DOCUMENT.c.resident_id == resident_id, _DOCUMENT.c.dead.is_(False))
        .order_by(_DOCUMENT.c.kind != "resident_card", _DOCUMENT.c.id)
    ).first()
    home = homes_of(connection, [resident_id], on).get(resident_id)
    return {
        "name": person.name,
        "sex": codes.label("sex", person.sex) if person.sex in ("1", "2") else "",
        "birth_date": person.birth_date,
        "age": age_on(person.birth_date, on) if person.birth_date and person.birth_date <= on else None,
        "document_kind": codes.label("document", document.kind) if document else "",
        "document_masked": last_four(document.number) if document else "",
        "address": full_address(home.dwelling) if home else "",
    }


def last_four(number: str) -> str:
    """A document's number as papers show it: the last four only."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


def _with_city(address: str) -> str:
    return address if address.startswith("天津") else f"天津市{address}"


def _code(language: PaperLanguage) -> str:
    return "en" if language == "en" else "zh_CN"
