"""The cases that travel with a pack: run here, so that an office sees that a changed rule still says what it should."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.pages.workbench_rows import number_text
from desktop.pages.workbench_try import INVENTED
from desktop.widgets import pieces
from desktop.widgets.fact_form import Key
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.outline_view import OutlineRow, OutlineView
from models.eligibility import HOUSEHOLD, Determination, Policies, Service, decide
from models.eligibility.answers import all_missing
from models.eligibility.packset import pack_of
from models.eligibility.running import case_of, run_case
from models.eligibility.schema import Expectation
from models.eligibility.tracing import MEMBER
from models.texts import _, language, ngettext, pgettext


@dataclass(frozen=True)
class Ran:
    """One case that was run. differs: what came out otherwise, in words; none: as expected."""

    case: Expectation
    differs: tuple[str, ...]


def cases_of(policies: Policies, service: Service) -> list[Expectation]:
    """The cases about one service."""
    return [case for _file, case in policies.cases if case.service in (service.id, service.name)]


def cases_of_pack(policies: Policies, service: Service) -> list[Expectation]:
    """All cases of the pack that a service stands in."""
    return [case for file, case in policies.cases if pack_of(file) == service.pack.id]


def run(
    policies: Policies,
    cases: Iterable[Expectation],
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Ran]:
    """Run cases; those run so far where it was cancelled."""
    wanted = list(cases)
    found: list[Ran] = []
    for done, case in enumerate(wanted):
        if cancelled is not None and cancelled():
            break
        if progress is not None:
            progress(done, len(wanted))
        found.append(Ran(case, _differs(policies, case)))
    if progress is not None:
        progress(len(wanted), len(wanted))
    return found


def _differs(policies: Policies, case: Expectation) -> tuple[str, ...]:
    try:
        misses = run_case(policies, case)
    except (ValueError, LookupError, ArithmeticError, TypeError) as trouble:
        return (_("This case cannot be run: {problem}").format(problem=str(trouble)[:120]),)
    if not misses:
        return ()
    service = policies.services.get(case.service) or policies.by_name.get(case.service)
    if service is None:
        return (_("There is no such service."),)
    said = decide(policies, case_of(case), case.applicant, service.id, case.component)
    return tuple(_words(policies, case, said))


def _words(policies: Policies, case: Expectation, said: Determination) -> Iterable[str]:
    yield _("expected: {expected}; came out: {found}").format(
        expected=expected_word(case), found=outcome_words()[said.outcome]
    )
    if case.missing is not None:
        wanted, found = set(case.missing), {f"{part['fact']}@{part['of']}" for part in all_missing(said)}
        gone, more = _("not missing any more: {facts}"), _("also missing: {facts}")
        for words, names in ((gone, wanted - found), (more, found - wanted)):
            if names:
                yield words.format(facts=_(", ").join(sorted(fact_label(policies, name) for name in names)))
    for words, number, key in (
        (_("amount expected {expected}, came out {found}"), case.amount, "number"),
        (_("lowest amount expected {expected}, came out {found}"), case.amount_low, "number_min"),
        (_("highest amount expected {expected}, came out {found}"), case.amount_high, "number_max"),
    ):
        given = getattr(said.amount, key) if said.amount is not None else None
        if number is not None and given != number:
            yield words.format(
                expected=number_text(number), found=pgettext("rules", "none") if given is None else number_text(given)
            )


def fact_label(policies: Policies, name: str) -> str:
    """fact@person of a case in words."""
    definition = policies.facts.get(name.partition("@")[0])
    if definition is None:
        return name
    words = definition.zh if language() == "zh_CN" else definition.en
    return words.label or words.holds or words.ask


def outcome_words() -> dict[str, str]:
    """The outcomes in words, by their names."""
    return {
        "eligible": pgettext("rules", "meets the conditions"),
        "not_eligible": pgettext("rules", "does not meet the conditions"),
        "unknown": pgettext("rules", "open"),
    }


def expected_word(case: Expectation) -> str:
    """What a case expects."""
    return outcome_words()[{"符合": "eligible", "不符合": "not_eligible", "未定": "unknown"}[case.expect]]


def values_of(case: Expectation) -> dict[Key, Any]:
    """The facts of a case as the form of an invented person takes them: by relation, the applicant as the person."""
    found: dict[Key, Any] = {(HOUSEHOLD, name): value for name, value in case.household.items()}
    for person in case.people:
        own = str(person["id"]) == case.applicant
        owner = INVENTED if own else _RELATIONS.get(str(person.get("role", "")), MEMBER)
        for name, value in person.items():
            if name not in ("id", "role"):
                found.setdefault((owner, name), value)
    return found


_RELATIONS = {name: name for name in ("spouse", "father", "mother", "parent", "child", "deceased")} | {
    "wife": "spouse",
    "husband": "spouse",
    "son": "child",
    "daughter": "child",
}


class CasesPane(QWidget):
    """The cases of one service, before and after they were run."""

    run_service = Signal()
    run_pack = Signal()
    chosen = Signal(object)  # Expectation

    def __init__(self) -> None:
        super().__init__()
        self.cases: list[Expectation] = []
        self.summary = pieces.text("", "subheading")
        self.button = pieces.button(_("Run these cases"), self.run_service.emit, "primary")
        self.pack_button = pieces.button(_("Run all cases of the pack"), self.run_pack.emit)
        self.list = OutlineView(pgettext("rules", "Cases"), {})
        self.list.activated.connect(lambda index: self.chosen.emit(self.cases[index.row()]))
        self.list.clicked.connect(lambda index: self.chosen.emit(self.cases[index.row()]))
        hint = pieces.text(_("Click a case, or press Enter, to try its people on the rule."), "small")
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=theme.px(8))  # below one another where there is little room
        flow.addWidget(self.button)
        flow.addWidget(self.pack_button)
        whole = pieces.column(self, self.summary, buttons, self.list, hint, gap=8)
        whole.setStretch(2, 1)
        whole.setContentsMargins(0, theme.px(10), 0, 0)

    def show_cases(self, cases: list[Expectation]) -> None:
        """Show these, not run yet."""
        self.cases = cases
        words = ngettext("{n} case about this service", "{n} cases about this service", len(cases))
        self.summary.setText(words.format(n=len(cases)) if cases else _("No case is about this service."))
        self.button.setEnabled(bool(cases))
        self.list.show_rows([_row(case, None) for case in cases])

    def show_ran(self, ran: list[Ran], total: int) -> None:
        """Show what came of them, those that differ first."""
        ordered = sorted(ran, key=lambda each: not each.differs)
        self.cases = [each.case for each in ordered]
        wrong = sum(bool(each.differs) for each in ran)
        parts = [ngettext("{n} as expected", "{n} as expected", len(ran) - wrong).format(n=len(ran) - wrong)]
        if wrong:
            parts.append(ngettext("{n} comes out otherwise", "{n} come out otherwise", wrong).format(n=wrong))
        if len(ran) < total:
            parts.append(_("{n} not run").format(n=total - len(ran)))
        self.summary.setText(_(", ").join(parts))
        self.list.show_rows([_row(each.case, each.differs) for each in ordered])

    def busy(self, busy: bool) -> None:
        """While cases run, no others can be started."""
        self.button.setEnabled(not busy and bool(self.cases))
        self.pack_button.setEnabled(not busy)


def _row(case: Expectation, differs: tuple[str, ...] | None) -> OutlineRow:
    note = " · ".join((day_text(case.day), _("expected: {outcome}").format(outcome=expected_word(case))))
    state = "" if differs is None else "false" if differs else "true"
    if differs:
        note = "\n".join(differs)
    return OutlineRow("plain", case.title, note=note, state=state, decides=bool(differs))
