"""The papers about people and the blank ones: how their values are put together from the casebook and the forms.

Called off the window's thread. What a paper is made from besides its record is plain JSON, so that the queue of the
printer can make it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from models import texts
from models.clock import today
from models.errors import NotFound
from models.records.papers import EnvelopeSheet, PaperLanguage, without_whole_numbers
from models.records.referral import MatterEntry
from models.texts import _

if TYPE_CHECKING:
    from models.casebook import Casebook
    from models.services.papers import Addressed

Argument = Mapping[str, Any]

AT_ONCE = 500
"""So many envelopes or labels are printed at once: more could not be looked at."""

PAPER_FORMS = ("resident", "household", "visit", "change", "contact")
"""The forms that make sense on paper; a referral needs the rules, a plan the case."""


class NobodyToWriteTo(NotFound):
    """A list, or this part of it, has nobody with a door."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Nobody in this part of the list has an address to write to: everybody there has died, has no door, or is "
            "only kept on the register. Choose another part or another list."
        )


def language_of(argument: Argument) -> PaperLanguage:
    """The language of a paper: as asked for, else Chinese."""
    return "en" if argument.get("language") == "en" else "zh"


def _speaking(language: PaperLanguage) -> Any:
    return texts.speaking("en" if language == "en" else "zh_CN")


# About people.


def notice(casebook: "Casebook", resident_id: str, argument: Argument) -> Any:
    """The one-time notice; argument: services as [[id, component], ...], note."""
    matters = [MatterEntry(service_id=str(one[0]), component=str(one[1])) for one in argument.get("services", ())]
    return casebook.papers.notice(resident_id, matters, language_of(argument), str(argument.get("note") or ""))


def visit_record(casebook: "Casebook", visit_id: str, argument: Argument) -> Any:
    """The record of a visit."""
    from forms.on_paper import instrument_words

    return casebook.papers.visit(visit_id, instrument_words, language_of(argument))


def household_sheet(casebook: "Casebook", household_id: str, argument: Argument) -> Any:
    """The sheet of a household."""
    return casebook.papers.household(household_id, language_of(argument))


def assessment(casebook: "Casebook", assessment_id: str, argument: Argument) -> Any:
    """The report of an assessment with an instrument."""
    from forms.on_paper import assessment_report

    language = language_of(argument)
    found = casebook.papers.assessed(assessment_id, language)
    with _speaking(language):
        return without_whole_numbers(assessment_report(found.report, found.made, found.before))


def questionnaire(casebook: "Casebook", answer_id: str, argument: Argument) -> Any:
    """The report of a filled-in questionnaire."""
    from desktop.pages.questionnaire_load import compiled_of
    from forms.xlsform.on_paper import Given, questionnaire_report

    language = language_of(argument)
    found = casebook.papers.answered(answer_id, language)
    with _speaking(language):
        made = found.made
        given = Given(compiled_of(found.asked), made.answers, made.answered_on, made.score, made.level_label)
        before = None
        if found.before is not None and found.before_asked is not None:
            last = found.before
            before = Given(
                compiled_of(found.before_asked), last.answers, last.answered_on, last.score, last.level_label
            )
        return without_whole_numbers(questionnaire_report(found.report, given, before))


# Envelopes.


def addressed(casebook: "Casebook", argument: Argument) -> "Addressed":
    """To whom envelopes go; argument: resident_ids, household_ids (their heads), of_household (all of it), everybody,
    once (one for each household), postal_code, part (from 1: of a long list so many at once).
    """
    residents = list(map(str, argument.get("resident_ids", ())))
    if argument.get("household_ids"):
        residents += casebook.papers.heads(list(map(str, argument["household_ids"])))
    if argument.get("of_household"):
        view = casebook.households.get(str(argument["of_household"]))
        residents += [member.resident.id for member in view.members]
    if argument.get("everybody"):
        residents += casebook.residents.ids("address")
    once = bool(argument.get("once"))
    found = casebook.papers.addressed(
        residents, one_per_household=once, postal_code=str(argument.get("postal_code") or "")
    )
    first = (max(int(argument.get("part") or 1), 1) - 1) * AT_ONCE
    part = slice(first, first + AT_ONCE)
    return replace(found, people=found.people[part], subjects=found.subjects[part])


def envelopes(casebook: "Casebook", _subject: str, argument: Argument) -> EnvelopeSheet:
    """Envelopes or labels; argument: as addressed(), and format, sender_address, sender_postal_code, boxes, start,
    frames. Raises NobodyToWriteTo.
    """
    found = addressed(casebook, argument)
    if not found.people:
        raise NobodyToWriteTo
    sheet = EnvelopeSheet(
        language=language_of(argument),
        made_on=today(casebook.clock),
        format=str(argument.get("format") or "DL"),
        sender=casebook.office.name,
        sender_address=str(argument.get("sender_address") or ""),
        sender_postal_code=str(argument.get("sender_postal_code") or ""),
        boxes=bool(argument.get("boxes", True)),
        start=int(argument.get("start") or 1),
        frames=bool(argument.get("frames")),
        people=found.people,
        layout=casebook.templates.of_letter("envelopes")[1],
    )
    return without_whole_numbers(sheet)


# Blank forms.


def blank(casebook: "Casebook", form_id: str, argument: Argument) -> Any:
    """A blank form, by its id: a form, an instrument, or a questionnaire of the office (argument: copies)."""
    from forms import definitions
    from forms.instruments import instruments
    from forms.on_paper import blank_form
    from forms.xlsform.on_paper import blank_questionnaire

    language = language_of(argument)
    office, on, copies = casebook.office.name, today(casebook.clock), int(argument.get("copies") or 1)
    with _speaking(language):
        if form_id in PAPER_FORMS or form_id in instruments():
            form = definitions.load(form_id)
            known = form_id in instruments()
            return blank_form(form, office=office, made_on=on, language=language, copies=copies, instrument=known)
        compiled = _questionnaire_form(casebook, form_id)
        return blank_questionnaire(compiled, office=office, made_on=on, language=language, copies=copies)


def _questionnaire_form(casebook: "Casebook", form_id: str) -> Any:
    """A questionnaire of the office, else one that came with the program. Raises NotFound."""
    from desktop.pages.questionnaire_load import compiled_of
    from forms.xlsform import shipped

    try:
        return compiled_of(casebook.questionnaires.get(form_id))
    except NotFound:
        if form_id in shipped.names():
            return shipped.load(form_id)
        raise


def blank_choices(casebook: "Casebook") -> list[tuple[str, str]]:
    """(id, title) of everything that can be printed blank, in the language shown."""
    from forms import definitions
    from forms.instruments import instruments
    from forms.xlsform import shipped

    found = {form_id: definitions.load(form_id).title for form_id in (*PAPER_FORMS, *instruments())}
    for view in casebook.questionnaires.in_use():
        found[view.form_id] = view.title
    for name in shipped.names():
        if name not in found:
            found[name] = shipped.load(name).title
    return list(found.items())


# Drawing. Imports stand inside, because ReportLab comes when something is printed and not with the window.


def draw_notice(value: Any, again: date | None = None) -> bytes:
    """The notice as a PDF."""
    from reports.notice import render_notice

    return render_notice(value, again)


def draw_visit_record(value: Any, again: date | None = None) -> bytes:
    """The record of a visit as a PDF."""
    from reports.visit_record import render_visit

    return render_visit(value, again)


def draw_household_sheet(value: Any, again: date | None = None) -> bytes:
    """The sheet of a household as a PDF."""
    from reports.household_sheet import render_household

    return render_household(value, again)


def draw_assessment(value: Any, again: date | None = None) -> bytes:
    """The report of an assessment or questionnaire as a PDF."""
    from reports.assessment_report import render_assessment

    return render_assessment(value, again)


def draw_envelopes(value: Any) -> bytes:
    """Envelopes or labels as a PDF."""
    from reports.envelopes import render_envelopes

    return render_envelopes(value)


def draw_blank(value: Any) -> bytes:
    """A blank form as a PDF."""
    from reports.blank_forms import render_blank

    return render_blank(value)


def when(day: date | None, words: Sequence[str]) -> str:
    """A day and words beside it, for a line of a choice."""
    return "  ".join(filter(None, (day.isoformat() if day else "", *words)))
