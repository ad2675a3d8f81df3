"""What the page of papers offers about somebody: visits, reports, services; read off the window's thread."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.case_words import person_line, visit_outcome_text
from desktop.paper_values import blank_choices, when
from models.texts import language

if TYPE_CHECKING:
    from models.casebook import Casebook


@dataclass(frozen=True)
class Offer:
    """One thing that can be chosen: its kind of paper, what the paper is made from, and what it is called."""

    paper: str
    key: str
    words: str
    component: str = ""


@dataclass(frozen=True)
class About:
    """Whom the papers are about."""

    resident_id: str = ""
    household_id: str = ""
    name: str = ""
    detail: str = ""


def about(casebook: "Casebook", resident_id: str, household_id: str) -> About:
    """Somebody with the household, or a household with its head. Raises NotFound."""
    if resident_id:
        resident_id = casebook.merging.survivor(resident_id)
        row = casebook.residents.row(resident_id)
        if not household_id:
            homes = casebook.households.of_resident(resident_id)
            household_id = homes[0].id if homes else casebook.households.died_in(resident_id)
        detail = "  ·  ".join(filter(None, (person_line(row), row.address)))
        return About(resident_id, household_id, row.name, detail)
    if household_id:
        view = casebook.households.get(household_id)
        head = view.members[0].resident if view.members else None
        names = "  ".join(member.resident.name for member in view.members[:6])
        return About(head.id if head else "", household_id, view.address, names)
    return About()


def visits(casebook: "Casebook", whose: About) -> list[Offer]:
    """The visits to the household, newest first."""
    if not whose.household_id:
        return []
    return [
        Offer("visit_record", visit.id, when(visit.happened_on, (visit_outcome_text(visit.outcome), visit.purpose)))
        for visit in casebook.visits.of_household(whose.household_id)
    ]


def reports(casebook: "Casebook", whose: About) -> list[Offer]:
    """Assessments of the person, and questionnaires about the person or the household, newest first."""
    from forms.on_paper import instrument_words

    found = []
    if whose.resident_id:
        for made in casebook.assessments.of_resident(whose.resident_id):
            title, level = instrument_words(made.instrument, made.version, made.level)
            words = when(made.assessed_on, (title, level))
            found.append((made.assessed_on, Offer("assessment_report", made.id, words)))
    answers = casebook.questionnaires.answers_of(household_id=whose.household_id) if whose.household_id else []
    for answer in answers:
        if answer.resident_id in ("", whose.resident_id):
            words = when(answer.answered_on, (answer.title, answer.level_label))
            found.append((answer.answered_on, Offer("questionnaire_report", answer.id, words)))
    found.sort(key=lambda one: (one[0] is not None, one[0]), reverse=True)
    return [offer for _day, offer in found]


def services(casebook: "Casebook", whose: About) -> list[Offer]:
    """What the rules say of each service for this person, in the order of the check."""
    if not whose.household_id or not whose.resident_id:
        return []
    chinese = language() == "zh_CN"
    found: dict[tuple[str, str], Offer] = {}
    for result in casebook.eligibility.check(whose.household_id).results:
        if result.resident_id in ("", whose.resident_id):
            name = result.name if chinese else result.name_en
            part = result.component if chinese else result.component_en or result.component
            words = "  ·  ".join(filter(None, (name, part, result.determination.word())))
            key = (result.service_id, result.component)
            found.setdefault(key, Offer("notice", result.service_id, words, result.component))
    return list(found.values())


def blanks(casebook: "Casebook") -> list[Offer]:
    """What can be printed blank."""
    return [Offer("blank_form", key, title) for key, title in blank_choices(casebook)]
