"""What the page of a questionnaire reads, off the window's thread: whose it is, which form, how far a draft is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from desktop.case_words import person_line
from desktop.questionnaire_words import level_words
from forms.xlsform import shipped
from forms.xlsform.compiled import Compiled
from forms.xlsform.session import Session
from forms.xlsform.states import Context
from models.clock import Clock, local_time, milliseconds
from models.errors import NotFound, Problem
from models.records.questionnaire import QuestionnaireAnswerEntry
from models.services.questionnaire_views import AnswerView, QuestionnaireView
from models.services.views import Changed, HouseholdView, ResidentRow
from models.texts import _


class UnreadableForm(Problem):
    """The compiled form was written by a newer program."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This questionnaire was put in use by a newer Jinmen. Nothing was changed. Please update the program.")


@dataclass(frozen=True)
class Whose:
    """About whom can be asked: a household, somebody of it, or somebody who has none."""

    household: HouseholdView | None
    people: tuple[ResidentRow, ...]
    resident_id: str  # who is asked about; "" for the household

    @property
    def household_id(self) -> str:
        """The household's id, or ""."""
        return self.household.id if self.household is not None else ""

    @property
    def person(self) -> ResidentRow | None:
        """Who is asked about, where it is a person."""
        return next((row for row in self.people if row.id == self.resident_id), None)

    @property
    def name(self) -> str:
        """Who is asked about, for titles."""
        if self.person is not None:
            return self.person.name
        return self.household.address if self.household is not None and self.household.address else _("Household")

    @property
    def detail(self) -> str:
        """A line about them."""
        if self.person is not None:
            return "  ·  ".join(filter(None, (person_line(self.person), self.person.address)))
        return _(", ").join(row.name for row in self.people)


@dataclass(frozen=True)
class Chosen:
    """What the page offers before a questionnaire is chosen; new: came with the program, and nobody has used it yet."""

    whose: Whose
    offered: tuple[QuestionnaireView, ...]
    earlier: tuple[AnswerView, ...]
    new: tuple[Compiled, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A questionnaire to be filled in, or one that was."""

    whose: Whose | None  # None: it is only tried
    view: QuestionnaireView | None
    session: Session
    body: Mapping[str, Any] = field(default_factory=dict)
    draft_id: str = ""
    newer: str = ""  # the version in use, where this draft is of another one
    answer: AnswerView | None = None
    taken: tuple[str, ...] = ()  # pictures kept with the draft, the newest first


def whose(casebook: Any, resident_id: str, household_id: str) -> Whose:
    """Read whom it can be about. Raises NotFound."""
    if resident_id:
        resident_id = casebook.merging.survivor(resident_id)
        if not household_id:
            homes = casebook.households.of_resident(resident_id)
            household_id = homes[0].id if homes else ""
    view = casebook.households.get(household_id) if household_id else None
    people = tuple(member.resident for member in view.members) if view is not None else ()
    if resident_id and all(row.id != resident_id for row in people):
        people = (casebook.residents.row(resident_id), *people)
    return Whose(view, people, resident_id)


def choose(casebook: Any, resident_id: str, household_id: str) -> Chosen:
    """What is offered about somebody, and what was filled in before."""
    about = whose(casebook, resident_id, household_id)
    answers = casebook.questionnaires.answers_of(household_id=about.household_id) if about.household_id else []
    if resident_id and not about.household_id:
        answers = casebook.questionnaires.answers_of(resident_id=about.resident_id)
    known = {view.form_id for view in casebook.questionnaires.all()}  # a withdrawn one is not offered again
    new = tuple(shipped.load(name) for name in shipped.names() if name not in known)
    return Chosen(about, tuple(casebook.questionnaires.in_use()), tuple(answers), new)


def put_in_use(casebook: Any, compiled: Compiled, source: str = "", sha256: str = "") -> Changed:
    """Put a questionnaire in use: a workbook that was brought in, or, without a source, one of ours."""
    source_name = source or f"{compiled.id}.md"
    digest = sha256 or hashlib.sha256(shipped.source(compiled.id)).hexdigest()
    titles, body = compiled.titles, dict(compiled.body)
    made: Changed = casebook.questionnaires.install(
        compiled.id, compiled.version, titles, compiled.subject, body, source_name, digest
    )
    return made


def begin(casebook: Any, worker: str, form_id: str, resident_id: str, household_id: str) -> Opened:
    """An empty one. Raises NotFound."""
    view = casebook.questionnaires.get(form_id)
    about = whose(casebook, resident_id, household_id)
    about = fitting(about, view.subject)
    return Opened(about, view, session_of(compiled_of(view), casebook.clock, worker))


def resume(casebook: Any, worker: str, draft_id: str) -> Opened:
    """Go on with a draft, with the version that it was begun with. Raises NotFound."""
    draft = casebook.drafts.get(draft_id)
    body = draft.body
    view = casebook.questionnaires.get(str(body.get("form_id")), str(body.get("version")))
    about = whose(casebook, str(body.get("resident_id") or ""), str(body.get("household_id") or ""))
    session = session_of(
        compiled_of(view), casebook.clock, worker, body.get("answers"), str(body.get("language") or "")
    )
    offered = [each for each in casebook.questionnaires.in_use() if each.form_id == view.form_id]
    newer = offered[0].version if offered and offered[0].id != view.id else ""
    taken = tuple(picture.id for picture in casebook.pictures.of("visit", draft_id))
    return Opened(about, view, session, body, draft_id, newer, taken=taken)


def read_again(casebook: Any, worker: str, answer_id: str) -> Opened:
    """What was filled in, with the version of then. Raises NotFound."""
    answer = casebook.questionnaires.answer_of(answer_id)
    view = casebook.questionnaires.get(answer.form_id, answer.version)
    about = whose(casebook, answer.resident_id, answer.household_id)
    session = session_of(compiled_of(view), casebook.clock, worker, answer.answers)
    return Opened(about, view, session, answer=answer)


def fitting(about: Whose, subject: str) -> Whose:
    """The same people, asked as a questionnaire of this subject asks. Raises NotFound where that cannot be."""
    if subject == "household":
        if about.household is None:
            raise NotFound
        return Whose(about.household, about.people, "")
    if about.resident_id:
        return about
    if len(about.people) == 1:
        return Whose(about.household, about.people, about.people[0].id)
    raise NotFound


def compiled_of(view: QuestionnaireView) -> Compiled:
    """The form itself. Raises UnreadableForm."""
    try:
        return Compiled.from_body(view.body)
    except ValueError as newer:
        raise UnreadableForm from newer


def session_of(
    compiled: Compiled, clock: Clock, worker: str, answers: Mapping[str, Any] | None = None, language: str = ""
) -> Session:
    """A session that tells the time of Tianjin."""

    def now() -> datetime:
        return local_time(milliseconds(clock)).replace(tzinfo=None)

    return Session(compiled, answers, Context(now=now, worker=worker, language=language))


def warning_of(opened: Opened) -> str:
    """What the worker must know of the version that is filled in; "" for nothing."""
    if opened.newer:
        return _(
            "This draft was begun with version {old}; version {new} is in use by now. It is finished with the "
            "questions that it was begun with."
        ).format(old=opened.session.compiled.version, new=opened.newer)
    if opened.view is not None and not opened.view.in_use and opened.answer is None:
        return _("The office has withdrawn this questionnaire. What was begun can still be finished.")
    return ""


def entry_of(opened: Opened, visit_id: str, draft_id: str, on: date) -> QuestionnaireAnswerEntry:
    """What is saved of a questionnaire that was filled in about somebody."""
    assert opened.whose is not None
    assert opened.view is not None
    result = opened.session.result()
    return QuestionnaireAnswerEntry(
        questionnaire_id=opened.view.id,
        household_id=opened.whose.household_id,
        resident_id=opened.whose.resident_id,
        visit_id=visit_id,
        draft_id=draft_id,
        answered_on=on,
        answers=opened.session.answers(),
        score=result.score,
        level=result.level,
        level_words=level_words(opened.session.compiled, result.level),
        facts=result.facts,
        needs=result.needs,  # type: ignore[arg-type]  # checked by the record
        pictures=result.pictures,
    )
