"""One eligibility check as the page holds it: the household, the results, who is meant, what can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop import theme
from desktop.eligibility_words import OUTCOMES, heading_of, mark_of
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, ClickRow
from desktop.widgets.question_card import Asked
from desktop.widgets.result_card import Ask
from models.eligibility import HOUSEHOLD, Policies
from models.services.views import HouseholdCheck, HouseholdView, ResidentRow, ServiceResult
from models.texts import _, language


@dataclass(frozen=True)
class Loaded:
    """One check and what is needed to show it."""

    view: HouseholdView
    check: HouseholdCheck
    policies: Policies

    @property
    def people(self) -> Mapping[str, ResidentRow]:
        """The members by id, head first."""
        return {member.resident.id: member.resident for member in self.view.members}

    def who(self, of: str) -> str:
        """The name of a person; what the household is called; a relation of whom nobody is recorded."""
        if of == HOUSEHOLD:
            return _("The household")
        if of in self.people:
            return self.people[of].name
        return {
            "spouse": _("the spouse (not registered)"),
            "child": _("a child (not registered)"),
            "parent": _("a parent (not registered)"),
            "father": _("the father (not registered)"),
            "mother": _("the mother (not registered)"),
        }.get(of, _("a relative (not registered)"))


def asks_of(loaded: Loaded, result: ServiceResult) -> tuple[Ask, ...]:
    """The facts a result lacks, in short words, each with whether it can be asked here and now."""
    chinese = language() == "zh_CN"
    found = []
    for part in result.determination.missing:
        if part.alternative:
            continue
        definition = loaded.policies.facts[part.fact]
        possible = part.of == HOUSEHOLD or part.of in loaded.people
        words = definition.question_zh if chinese else definition.question_en
        if part.of != result.resident_id:
            words = _("{who}: {question}").format(who=loaded.who(part.of), question=words)
        state = loaded.check.case.states.get((part.of, part.fact))
        if state in ("not_known", "refused"):
            words += _(" (asked before: not known)") if state == "not_known" else _(" (asked before: no answer)")
        found.append(Ask(part, words, possible))
    return tuple(found)


def still_open(loaded: Loaded, asked: Asked) -> bool:
    """Whether the fact still matters to some result."""
    return any(
        part.fact == asked.fact and part.of == asked.of
        for result in loaded.check.results
        for part in (*result.determination.missing, *result.determination.amount_missing)
    )


class PersonRow(ClickRow):
    """A person in the list on the left, with how many services stand where."""

    def __init__(self, name: str, detail: str, counts: Mapping[str, int]) -> None:
        told = [f"{heading_of(outcome)} {counts[outcome]}" for outcome in OUTCOMES if counts[outcome]]
        super().__init__(", ".join((name, detail, *told)))
        box = pieces.column(self, gap=3)
        box.setContentsMargins(theme.px(12), theme.px(6), theme.px(10), theme.px(7))
        head = pieces.line(None, gap=8)
        head.addWidget(pieces.text(name, "label"), 1)
        if detail:
            head.addWidget(pieces.text(detail, "small", wrap=False))
        box.addLayout(head)
        figures = pieces.line(None, gap=6)
        for outcome in ("eligible", "missing", "office", "received"):
            if counts[outcome]:
                mark, tone = mark_of(outcome)
                chip = Chip(str(counts[outcome]), mark, tone, ground="surface")
                chip.setToolTip(heading_of(outcome))
                figures.addWidget(chip)
        figures.addStretch(1)
        box.addLayout(figures)
