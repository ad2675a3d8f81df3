"""Questionnaires of the office: put in use version by version, filled in, kept with the version that was asked.

The compiled form is handed in and out as plain JSON; what it means is known to forms.xlsform alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Row, func, select

from models.eligibility import checked_value
from models.errors import NotFound, Problem
from models.records.fact import FactEntry
from models.records.questionnaire import IN_USE, WITHDRAWN, QuestionnaireAnswerEntry
from models.services.book import Book, changed
from models.services.facts import add_facts
from models.services.people import short_address
from models.services.questionnaire_views import AnswerView, QuestionnaireView
from models.services.views import Changed
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

_QUESTIONNAIRE, _ANSWER = KEPT["questionnaire"], KEPT["questionnaire_answer"]
_RESIDENT, _HOUSEHOLD, _MEMBERSHIP = KEPT["resident"], KEPT["household"], KEPT["membership"]
_PICTURE, _NEED, _DWELLING = KEPT["picture"], KEPT["need"], KEPT["dwelling"]
_LISTED = [column for column in _QUESTIONNAIRE.c if column.name != "body"]  # a list has no use for whole forms


class SameVersion(Problem):
    """Another questionnaire is kept under this id and version. Facts: title, version."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Version {version} of “{title}” is here already, and its questions are others. Nothing was changed. Give "
            "the workbook another version on its sheet settings, so that old answers stay what they are."
        ).format(**self.facts)


class OtherSubject(Problem):
    """A questionnaire about people was filled in for a household, or the other way round."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This questionnaire does not ask about that. Nothing was saved; your answers are kept as a draft.")


class Questionnaires:
    """The verbs about questionnaires."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Putting in use.

    def install(
        self,
        form_id: str,
        version: str,
        title: Mapping[str, str],
        subject: str,
        body: Mapping[str, Any],
        source_name: str,
        source_sha256: str,
    ) -> Changed:
        """Put a version of a questionnaire in use; the version before it is withdrawn and stays readable.

        The very same one is brought back where it was withdrawn. Raises SameVersion where other contents are kept
        under this id and version.
        """
        with self._book.verb("questionnaires.install") as work:
            kept = _versions(work.connection, form_id)
            same = next((row for row in kept if row.version == version), None)
            if same is None:
                fields = {"form_id": form_id, "version": version, "title": dict(title), "subject": subject}
                fields |= {"body": dict(body), "source_name": source_name, "source_sha256": source_sha256}
                made = work.add("questionnaire", {**fields, "status": IN_USE, "worker": work.worker, "at": work.now})
            elif same.source_sha256 != source_sha256 and same.body != dict(body):
                raise SameVersion(title=QuestionnaireView(**_fields(same), answers=0).title, version=version)
            else:
                made = str(same.id)
                work.amend("questionnaire", made, {"status": IN_USE})
            _withdraw_others(work, kept, made)
        return changed(work, made)

    def withdraw(self, questionnaire_id: str) -> Changed:
        """Offer it no more. Answers stay, and drafts of it can be finished. Raises NotFound."""
        with self._book.verb("questionnaires.withdraw") as work:
            _questionnaire(work.connection, questionnaire_id)
            work.rest_on("questionnaire", questionnaire_id)
            work.amend("questionnaire", questionnaire_id, {"status": WITHDRAWN})
        return changed(work, questionnaire_id)

    def bring_back(self, questionnaire_id: str) -> Changed:
        """Offer a withdrawn version again, in place of any other version of it. Raises NotFound."""
        with self._book.verb("questionnaires.bring_back") as work:
            row = _questionnaire(work.connection, questionnaire_id)
            work.rest_on("questionnaire", questionnaire_id)
            work.amend("questionnaire", questionnaire_id, {"status": IN_USE})
            _withdraw_others(work, _versions(work.connection, row.form_id), questionnaire_id)
        return changed(work, questionnaire_id)

    # Reading.

    def all(self) -> list[QuestionnaireView]:
        """All versions, those in use first, then by form, the newest version of each first; without their bodies."""
        with self._book.reading() as connection:
            query = select(*_LISTED).where(_QUESTIONNAIRE.c.dead.is_(False))
            rows = connection.execute(query.order_by(_QUESTIONNAIRE.c.form_id, _QUESTIONNAIRE.c.at.desc())).all()
            counted = select(_ANSWER.c.questionnaire_id, func.count()).where(_ANSWER.c.dead.is_(False))
            counted = counted.group_by(_ANSWER.c.questionnaire_id)
            counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(counted)}
        views = [QuestionnaireView(**_fields(row), answers=counts.get(row.id, 0)) for row in rows]
        return sorted(views, key=lambda view: not view.in_use)

    def in_use(self, subject: str = "") -> list[QuestionnaireView]:
        """What is offered to be filled in, one version of each; of a subject, where one is named."""
        found: dict[str, QuestionnaireView] = {}
        for view in self.all():
            if view.in_use and subject in ("", view.subject):
                found.setdefault(view.form_id, view)  # two offices may have put two versions in use: the newest
        return list(found.values())

    def get(self, form_id: str, version: str | None = None) -> QuestionnaireView:
        """A questionnaire with its compiled form: a version of it, else the one in use, else the newest.

        A version is found even after its installation was taken back: a draft of it may still be finished. Raises
        NotFound.
        """
        query = select(_QUESTIONNAIRE).where(_QUESTIONNAIRE.c.form_id == form_id)
        if version is None:
            query = query.where(_QUESTIONNAIRE.c.dead.is_(False))
        else:
            query = query.where(_QUESTIONNAIRE.c.version == version)
        with self._book.reading() as connection:
            rows = list(connection.execute(query.order_by(_QUESTIONNAIRE.c.dead, _QUESTIONNAIRE.c.at.desc())))
            if not rows:
                raise NotFound
            row = next((each for each in rows if each.status == IN_USE and not each.dead), rows[0])
            return QuestionnaireView(**_fields(row), answers=_count(connection, row.id), body=row.body)

    def by_id(self, questionnaire_id: str) -> QuestionnaireView:
        """One version with its compiled form. Raises NotFound."""
        with self._book.reading() as connection:
            row = _questionnaire(connection, questionnaire_id)
            return QuestionnaireView(**_fields(row), answers=_count(connection, row.id), body=row.body)

    # Filling in.

    def answer(self, entry: QuestionnaireAnswerEntry) -> Changed:
        """Keep a filled-in questionnaire with what follows from it, all or nothing.

        Facts go to the resident or to the household by the policy vocabulary; one about a person that a questionnaire
        about a household yields, and one that the vocabulary does not take, stay answers only. A need is opened for
        each group where none is open yet. Pictures that were kept with the draft are given to the visit. Raises
        NotFound, OtherSubject, and what consent forbids.
        """
        with self._book.verb("questionnaires.answer") as work:
            asked = _questionnaire(work.connection, entry.questionnaire_id, dead_too=True)
            resident, household = _about(work.connection, entry)
            if asked.subject != ("resident" if resident else "household"):
                raise OtherSubject
            plain = entry.model_dump(exclude={"facts", "needs", "pictures", "draft_id"})
            plain |= {"household_id": household, "form_id": asked.form_id, "version": asked.version}
            plain |= {"pictures": list(entry.pictures), "worker": work.worker, "at": work.now}
            answer_id = work.add("questionnaire_answer", plain)
            for level, subject in (("resident", resident), ("household", household)):
                facts = [fact for fact in entry.facts if subject and self._belongs(fact, level)]
                add_facts(work, level, subject, facts, entry.answered_on, entry.visit_id)
            _add_needs(work, entry, resident, household)
            _give_pictures(work, entry)
            work.concerns(*filter(None, (resident, household)))
        return changed(work, answer_id)

    def _belongs(self, fact: FactEntry, subject: str) -> bool:
        """Whether the vocabulary takes a fact as one of a resident, or of a household."""
        facts = self._book.policies.facts
        if fact.name not in facts or facts[fact.name].level != {"resident": "person"}.get(subject, subject):
            return False
        if fact.state == "known":
            with suppress(ValueError):
                checked_value(facts, fact.name, fact.value)
                return True
            return False
        return True

    def answers_of(self, *, resident_id: str = "", household_id: str = "") -> list[AnswerView]:
        """What was filled in about a resident, or about a household and everybody in it; the newest first."""
        about = _ANSWER.c.resident_id == resident_id if resident_id else _ANSWER.c.household_id == household_id
        return self._answers(about)

    def answer_of(self, answer_id: str) -> AnswerView:
        """One filled-in questionnaire; journalled as looked at. Raises NotFound."""
        found = self._answers(_ANSWER.c.id == answer_id)
        if not found:
            raise NotFound
        view = found[0]
        kind, subject = ("resident", view.resident_id) if view.resident_id else ("household", view.household_id)
        self._book.note("view", kind, subject, f"questionnaire {answer_id}")
        return view

    def answers_with(self, questionnaire_id: str) -> list[AnswerView]:
        """Everything that was filled in with one version, the oldest first. Whoever writes it out notes it."""
        return self._answers(_ANSWER.c.questionnaire_id == questionnaire_id)[::-1]

    def whom(self, answers: Iterable[AnswerView]) -> dict[str, tuple[str, str]]:
        """For each answer by its id the resident's name ("" for a household) and the household's address."""
        answers = list(answers)
        people = {answer.resident_id for answer in answers} - {""}
        homes = {answer.household_id for answer in answers} - {""}
        named = select(_RESIDENT.c.id, _RESIDENT.c.name)
        lived = select(_HOUSEHOLD.c.id.label("home"), _DWELLING)
        lived = lived.join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        names: dict[str, str] = {}
        doors: dict[str, str] = {}
        with self._book.reading() as connection:
            for part in _parts(people):
                names |= {row.id: row.name for row in connection.execute(named.where(_RESIDENT.c.id.in_(part)))}
            for part in _parts(homes):
                rows = connection.execute(lived.where(_HOUSEHOLD.c.id.in_(part))).mappings()
                doors |= {row["home"]: short_address(row) for row in rows}
        return {
            answer.id: (names.get(answer.resident_id, ""), doors.get(answer.household_id, "")) for answer in answers
        }

    def note_export(self, questionnaire_id: str, rows: int) -> None:
        """Journal that the answers to a questionnaire were written to a file."""
        self._book.note("export", "questionnaire", questionnaire_id, f"{rows} answers")

    def _answers(self, wanted: Any) -> list[AnswerView]:
        query = (
            select(_ANSWER, _QUESTIONNAIRE.c.title)
            .outerjoin(_QUESTIONNAIRE, _QUESTIONNAIRE.c.id == _ANSWER.c.questionnaire_id)
            .where(wanted, _ANSWER.c.dead.is_(False))
            .order_by(_ANSWER.c.answered_on.desc(), _ANSWER.c.at.desc(), _ANSWER.c.id.desc())
        )
        about = ("id", "questionnaire_id", "form_id", "version", "household_id", "resident_id", "visit_id")
        said = ("answered_on", "answers", "score", "level", "level_words", "worker", "at")
        with self._book.reading() as connection:
            return [
                AnswerView(
                    **{name: getattr(row, name) for name in (*about, *said)},
                    titles=row.title or {},
                    pictures=tuple(row.pictures),
                )
                for row in connection.execute(query)
            ]


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    """Ids in parts that one statement takes."""
    wanted = sorted(ids)
    for first in range(0, len(wanted), 500):
        yield wanted[first : first + 500]


def _fields(row: "Row[Any]") -> dict[str, Any]:
    names = ("id", "form_id", "version", "subject", "source_name", "source_sha256", "status", "worker", "at")
    return {"titles": row.title, **{name: getattr(row, name) for name in names}}


def _versions(connection: Connection, form_id: str) -> "list[Row[Any]]":
    query = select(_QUESTIONNAIRE).where(_QUESTIONNAIRE.c.form_id == form_id, _QUESTIONNAIRE.c.dead.is_(False))
    return list(connection.execute(query.order_by(_QUESTIONNAIRE.c.at.desc())))


def _withdraw_others(work: Work, kept: "Iterable[Row[Any]]", but: str) -> None:
    for row in kept:
        if row.id != but and row.status == IN_USE:
            work.amend("questionnaire", row.id, {"status": WITHDRAWN})


def _questionnaire(connection: Connection, questionnaire_id: str, *, dead_too: bool = False) -> "Row[Any]":
    row = connection.execute(select(_QUESTIONNAIRE).where(_QUESTIONNAIRE.c.id == questionnaire_id)).first()
    if row is None or (row.dead and not dead_too):
        raise NotFound
    return row


def _count(connection: Connection, questionnaire_id: str) -> int:
    query = select(func.count()).where(_ANSWER.c.questionnaire_id == questionnaire_id, _ANSWER.c.dead.is_(False))
    return connection.execute(query).scalar_one()


def _about(connection: Connection, entry: QuestionnaireAnswerEntry) -> tuple[str, str]:
    """The resident ("" for a household as a whole) and the household, which is looked up where it is not named."""
    for table, row_id in ((_RESIDENT, entry.resident_id), (_HOUSEHOLD, entry.household_id)):
        known = select(table.c.id).where(table.c.id == row_id, table.c.dead.is_(False))
        if row_id and connection.execute(known).first() is None:
            raise NotFound
    household = entry.household_id
    if entry.resident_id and not household:
        homes = (
            select(_MEMBERSHIP.c.household_id)
            .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
            .where(_MEMBERSHIP.c.resident_id == entry.resident_id, _MEMBERSHIP.c.dead.is_(False))
            .where(_MEMBERSHIP.c.until.is_(None), _HOUSEHOLD.c.dead.is_(False))
            .order_by(_HOUSEHOLD.c.kind, _MEMBERSHIP.c.id)  # the living household, by which somebody is visited
        )
        household = connection.execute(homes.limit(1)).scalar() or ""
    return entry.resident_id, household


def _add_needs(work: Work, entry: QuestionnaireAnswerEntry, resident: str, household: str) -> None:
    query = select(_NEED.c.group).where(_NEED.c.status == "open", _NEED.c.dead.is_(False))
    query = query.where(_NEED.c.household_id == household, _NEED.c.resident_id == resident)
    waiting = set(work.connection.execute(query).scalars())
    for group in dict.fromkeys(entry.needs):
        if group not in waiting:
            told = {"group": group, "urgency": "soon", "note": "", "visit_id": entry.visit_id}
            whose = {"household_id": household, "resident_id": resident}
            work.add("need", {**told, **whose, "status": "open", "at": work.now})


def _give_pictures(work: Work, entry: QuestionnaireAnswerEntry) -> None:
    """Pictures that carry the draft's id get the visit's, or none."""
    if not entry.draft_id:
        return
    mine = select(_PICTURE.c.id).where(_PICTURE.c.visit_id == entry.draft_id, _PICTURE.c.dead.is_(False))
    for picture_id in work.connection.execute(mine).scalars().all():
        work.amend("picture", picture_id, {"visit_id": entry.visit_id})
