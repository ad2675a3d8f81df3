"""The value of the record of a visit: who was met, what was found, learnt and filled in, what comes next."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select

from models.clock import today
from models.records import codes
from models.records.papers import FactLearnt, FormFilled, NeedFound, PaperLanguage, PersonMet, VisitSheet
from models.records.phones import masked_phone
from models.services.book import Book
from models.services.fact_words import fact_pair, source_text
from models.services.households import Households
from models.services.questionnaire_views import in_language
from models.services.views import FactView, HouseholdView, VisitView
from models.services.visits import Visits
from models.store.rows import KEPT
from models.texts import _

_VISIT, _FACT, _ASSESSMENT = KEPT["visit"], KEPT["fact"], KEPT["assessment"]
_ANSWER, _QUESTIONNAIRE, _PHONE = KEPT["questionnaire_answer"], KEPT["questionnaire"], KEPT["phone"]
_RESIDENT = KEPT["resident"]

InstrumentWords = Callable[[str, str, str], tuple[str, str]]
"""(instrument, version, level) -> its name and what the level is called, in the language now spoken."""


def visit_sheet(
    book: Book, visit_id: str, instruments: InstrumentWords, language: PaperLanguage
) -> tuple[VisitSheet, str]:
    """The record in the language now spoken, and the household. Raises NotFound."""
    visit = Visits(book).get(visit_id)
    view = Households(book).get(visit.household_id)
    with book.reading() as connection:
        row = connection.execute(select(_VISIT.c.met).where(_VISIT.c.id == visit_id)).one()
        people = {m.resident.id: m.resident.name for m in (*view.members, *view.former)}
        wanted = {*row.met, *(need.resident_id for need in visit.needs)} - people.keys() - {""}
        people |= _names(connection, wanted)
        head = next((m for m in view.members if m.relation == "0"), view.members[0] if view.members else None)
        phone = _phone(connection, head.resident.id) if head else ""
        value = VisitSheet(
            language=language,
            community=book.office.name,
            visited_on=visit.happened_on or today(book.clock),
            worker=visit.worker,
            outcome=codes.label("outcome", visit.outcome),
            address=view.address,
            householder=head.resident.name if head else "",
            phone=phone,
            purpose=visit.purpose,
            met=_met(view, visit, list(row.met), people),
            needs=tuple(
                NeedFound(
                    who=people.get(need.resident_id, ""),
                    group=codes.label("need_group", need.group),
                    urgency=codes.label("urgency", need.urgency) if need.urgency else "",
                    words=need.note,
                )
                for need in visit.needs
            ),
            learnt=_learnt(book, connection, visit_id, people),
            filled=_filled(connection, visit_id, people, instruments),
            notes=visit.notes,
            next_visit=visit.next_visit,
            next_reason=visit.next_reason,
        )
    return value, visit.household_id


def _names(connection: Connection, ids: set[str]) -> dict[str, str]:
    query = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(ids), _RESIDENT.c.frozen == "")
    return {row.id: row.name for row in connection.execute(query)}


def _phone(connection: Connection, resident_id: str) -> str:
    query = select(_PHONE.c.number).where(_PHONE.c.resident_id == resident_id, _PHONE.c.dead.is_(False))
    number = connection.execute(query.order_by(_PHONE.c.whose != "own", _PHONE.c.id)).scalar()
    return masked_phone(number) if number else ""


def _met(view: HouseholdView, visit: VisitView, met: list[str], people: Mapping[str, str]) -> tuple[PersonMet, ...]:
    relations = {m.resident.id: codes.label("relation", m.relation) for m in (*view.former, *view.members)}
    found = [PersonMet(name=people[who], relation=relations.get(who, "")) for who in met if who in people]
    if visit.met_other:
        found.append(PersonMet(name=visit.met_other, remark=_("not of the household")))
    return tuple(found)


def _learnt(book: Book, connection: Connection, visit_id: str, people: Mapping[str, str]) -> tuple[FactLearnt, ...]:
    """What was told at the door, without sensitive facts."""
    policies = book.policies
    query = select(_FACT).where(_FACT.c.visit_id == visit_id, _FACT.c.visit_id > "", _FACT.c.dead.is_(False))
    found = []
    for row in connection.execute(query.order_by(_FACT.c.at, _FACT.c.id)):
        definition = policies.facts.get(row.name)
        if definition is not None and definition.sensitive:
            continue
        if row.subject_kind == "resident" and row.subject_id not in people:
            continue
        view = FactView(
            row.id, row.name, row.value.get("v"), row.state, row.as_of, row.good_until, row.source,
            row.document_seen, row.worker,
        )  # fmt: skip
        what, answer = fact_pair(policies, view)
        seen = _("seen: {document}").format(document=row.document_seen) if row.document_seen else ""
        found.append(
            FactLearnt(
                who=people.get(row.subject_id, ""), what=what, answer=answer, source=seen or source_text(row.source)
            )
        )
    return tuple(found)


def _filled(
    connection: Connection, visit_id: str, people: Mapping[str, str], instruments: InstrumentWords
) -> tuple[FormFilled, ...]:
    """Instruments and questionnaires of this visit."""
    found = []
    query = select(_ASSESSMENT).where(_ASSESSMENT.c.visit_id == visit_id, _ASSESSMENT.c.dead.is_(False))
    for row in connection.execute(query.order_by(_ASSESSMENT.c.at)):
        if row.resident_id in people:
            name, level = instruments(row.instrument, row.version, row.level)
            points = _("{n} points").format(n=row.score) if row.level else ""
            found.append(FormFilled(who=people[row.resident_id], name=name, result=_join(points, level)))
    answers = (
        select(_ANSWER, _QUESTIONNAIRE.c.title)
        .outerjoin(_QUESTIONNAIRE, _QUESTIONNAIRE.c.id == _ANSWER.c.questionnaire_id)
        .where(_ANSWER.c.visit_id == visit_id, _ANSWER.c.dead.is_(False))
        .order_by(_ANSWER.c.at)
    )
    for row in connection.execute(answers):
        if row.resident_id and row.resident_id not in people:
            continue
        points = _("{n} points").format(n=row.score) if row.score else ""
        found.append(
            FormFilled(
                who=people.get(row.resident_id, ""),
                name=in_language(row.title or {}) or row.form_id,
                result=_join(points, in_language(row.level_words) or row.level),
            )
        )
    return tuple(found)


def _join(points: str, level: str) -> str:
    return _("{points}, {level}").format(points=points, level=level) if points and level else points or level
