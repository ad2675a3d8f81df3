"""Every kind of paper that can be printed from a record: how its value is got, how it is drawn, what it is called.

The queue of the printer keeps of a paper only its kind, the identity of its record and a few arguments; from these the
same bytes are made again after a jam or a power cut. A new kind is one line in KINDS (or a call of `add`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from desktop import paper_values, register_words, transfer_words
from models.clock import today
from models.services.print_queue import Wish
from models.texts import N_, _

if TYPE_CHECKING:
    from models.casebook import Casebook

Value = Callable[["Casebook", str, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class PaperKind:
    """A kind of paper.

    title: its name in English, marked for translation. subject: what the journal calls the record that it is about.
    value: the frozen value from the casebook, given the record's identity and the arguments. render: the value as a
    PDF. render_again: the same as a reprint, marked so with the day; None where reprints are not marked. render_many:
    several as one file that holds its faces once. All are called off the window's thread and bring ReportLab along.
    """

    title: str
    subject: str
    value: Value
    render: Callable[[Any], bytes]
    render_again: Callable[[Any, date], bytes] | None = None
    render_many: Callable[[Sequence[Any]], bytes] | None = None


@dataclass(frozen=True)
class PaperItem:
    """One paper to print. argument: what else it is made from, as JSON can carry it, without anybody's name; pdf: the
    very bytes that are shown, where the paper is on the screen already; label: what the worker knows it by, no name.
    """

    paper: str
    subject_id: str
    argument: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    pdf: bytes = b""
    subject_kind: str = ""  # where the journal calls the record otherwise than its kind of paper says

    def wish(self) -> Wish:
        """As it is asked for in the queue."""
        return Wish(
            self.paper, self.subject_id, self.argument, self.subject_kind or KINDS[self.paper].subject, self.label
        )


def title_of(paper: str) -> str:
    """What a kind of paper is called in the language now shown."""
    return _(KINDS[paper].title) if paper in KINDS else _("Paper")


def make(casebook: "Casebook", paper: str, subject_id: str, argument: Mapping[str, Any], *, again: bool) -> bytes:
    """A paper as a PDF, from its record. Called off the window's thread.

    again: an earlier print of it is out, so it is marked as a reprint of today, where this kind is. Raises NotFound
    where the record is gone, UnprintableText for a character in no face, KeyError for a kind that is not known.
    """
    return draw(casebook, paper, KINDS[paper].value(casebook, subject_id, argument), again=again)


def draw(casebook: "Casebook", paper: str, value: Any, *, again: bool) -> bytes:
    """A value of this kind as a PDF, marked as a reprint of today where it is one and the kind marks them."""
    kind = KINDS[paper]
    if again and kind.render_again is not None:
        return kind.render_again(value, today(casebook.clock))
    return kind.render(value)


def make_many(casebook: "Casebook", items: Sequence[PaperItem]) -> bytes:
    """Papers of one kind in one file, drawn together; b"" where their kinds cannot do that. Raises as `make`."""
    kinds = {item.paper for item in items}
    together = KINDS[items[0].paper].render_many
    if len(kinds) > 1 or together is None:
        return b""
    value = KINDS[items[0].paper].value
    return together([value(casebook, item.subject_id, item.argument) for item in items])


def says_again(paper: str) -> bool:
    """Whether another print of a paper of this kind says that it is a reprint."""
    return paper in KINDS and KINDS[paper].render_again is not None


def add(paper: str, kind: PaperKind) -> None:
    """Make a further kind known; the same name again replaces it."""
    KINDS[paper] = kind


# The kinds. Imports stand inside, because ReportLab comes when something is printed and not with the window.


def _letter(casebook: "Casebook", letter_id: str, _argument: Mapping[str, Any]) -> Any:
    return casebook.referrals.letter(letter_id)


def _draw_letter(value: Any, again: date | None = None) -> bytes:
    from reports.letter import render_letter

    return render_letter(value, again)


def _draw_letters(values: Sequence[Any]) -> bytes:
    from reports.letter import render_letters

    return render_letters(values)


def _round(casebook: "Casebook", round_id: str, argument: Mapping[str, Any]) -> Any:
    from desktop.round_paper import round_sheet
    from desktop.round_words import paper_names

    view = casebook.rounds.get(round_id)
    return round_sheet(
        view,
        office=casebook.office.name,
        on=today(casebook.clock),
        papers=paper_names(casebook, view),
        layout=casebook.templates.of_letter("round_list")[1],
        family_names=bool(argument.get("family_names")),
        only_open=bool(argument.get("only_open")),
    )


def _draw_round(value: Any) -> bytes:
    from reports.round_list import render_round

    return render_round(value)


def _handover(casebook: "Casebook", handover_id: str, _argument: Mapping[str, Any]) -> Any:
    from desktop.handover_words import sheet_of

    return sheet_of(casebook, casebook.care.get(handover_id))


def _draw_handover(value: Any, again: date | None = None) -> bytes:
    from reports.handover import render_handover

    return render_handover(value, again)


def _plan(casebook: "Casebook", plan_id: str, _argument: Mapping[str, Any]) -> Any:
    from desktop.pages.plans_paper import plan_sheet

    plan = casebook.plans.get(plan_id)
    address = casebook.households.get(plan.household_id).address if plan.household_id else ""
    return plan_sheet(plan, address, casebook)


def _draw_plan(value: Any, again: date | None = None) -> bytes:
    from reports.case_plan import render_plan

    return render_plan(value, again)


def _consent(casebook: "Casebook", _household_id: str, argument: Mapping[str, Any]) -> Any:
    from desktop.pages.rights_paper import paper_of

    names = [casebook.residents.row(str(one)).name for one in argument.get("resident_ids", ())]
    return paper_of(casebook, names, str(argument.get("language") or "zh_CN"))


def _draw_consent(value: Any) -> bytes:
    from reports.consent_form import render_consent

    return render_consent(value)


def _held(casebook: "Casebook", resident_id: str, _argument: Mapping[str, Any]) -> Any:
    from desktop.fact_words import dictionary
    from desktop.held_words import paper_of

    return paper_of(casebook.rights.copy(resident_id), dictionary(casebook))


def _draw_held(value: Any, again: date | None = None) -> bytes:
    from reports.held_data import render_held

    return render_held(value, again)


def _safety(casebook: "Casebook", _subject: str, _argument: Mapping[str, Any]) -> Any:
    from desktop.safety_paper import safety_sheet

    return safety_sheet(casebook)


def _draw_safety(value: Any) -> bytes:
    from reports.safety_sheet import render_safety_sheet

    return render_safety_sheet(value)


def _given(title: str, subject: str, value: Value, draw: Callable[..., bytes], **more: Any) -> PaperKind:
    """A paper that somebody is given: another print of it says that it is a reprint."""
    return PaperKind(title, subject, value, draw, draw, **more)


def _exchange_receipt(casebook: "Casebook", partner_id: str, argument: Mapping[str, Any]) -> Any:
    from desktop.pages.sync_paper import value_of

    return value_of(casebook, partner_id, argument)


def _draw_exchange_receipt(value: Any) -> bytes:
    from desktop.pages.sync_paper import draw

    return draw(value)


KINDS: dict[str, PaperKind] = {
    "letter": _given(N_("Referral letter"), "letter", _letter, _draw_letter, render_many=_draw_letters),
    "round_list": PaperKind(N_("Round"), "round", _round, _draw_round),
    "handover": _given(N_("Handing over"), "handover", _handover, _draw_handover),
    "case_plan": _given(N_("Case plan"), "case_plan", _plan, _draw_plan),
    "consent_form": PaperKind(N_("Consent"), "household", _consent, _draw_consent),
    "notice": _given(N_("One-time notice"), "resident", paper_values.notice, paper_values.draw_notice),
    "visit_record": _given(N_("Record of a visit"), "visit", paper_values.visit_record, paper_values.draw_visit_record),
    "assessment_report": _given(
        N_("Report of an assessment"), "assessment", paper_values.assessment, paper_values.draw_assessment
    ),
    "questionnaire_report": _given(
        N_("Report of a questionnaire"),
        "questionnaire_answer",
        paper_values.questionnaire,
        paper_values.draw_assessment,
    ),
    "household_sheet": _given(
        N_("Household sheet"), "household", paper_values.household_sheet, paper_values.draw_household_sheet
    ),
    "envelopes": PaperKind(N_("Envelopes"), "list", paper_values.envelopes, paper_values.draw_envelopes),
    "labels": PaperKind(N_("Address labels"), "list", paper_values.envelopes, paper_values.draw_envelopes),
    "blank_form": PaperKind(N_("Blank form"), "form", paper_values.blank, paper_values.draw_blank),
    "case_request": _given(
        N_("Request to take over a case"), "case_transfer", transfer_words.request, transfer_words.draw_request
    ),
    "case_sheet": _given(
        N_("List of what is handed over"), "case_transfer", transfer_words.sheet, transfer_words.draw_sheet
    ),
    "register": PaperKind(N_("Register"), "register", register_words.register, register_words.draw_register),
    "statistics": PaperKind(
        N_("Monthly statistics"), "statistics", register_words.statistics, register_words.draw_statistics
    ),
    "safety": PaperKind(N_("Safety sheet"), "casebook", _safety, _draw_safety),
    "held_data": _given(N_("Everything held about a person"), "resident", _held, _draw_held),
}
"""The kinds by the name under which the queue keeps them; a name stays for ever. Lists for our own work, forms to be
filled in, and envelopes are printed anew each time and say nothing of it."""
