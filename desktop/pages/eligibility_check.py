"""One eligibility check as the page holds it: the household, the results, who is meant, what can be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop import theme
from desktop.case_words import day_text, short_person
from desktop.eligibility_words import OUTCOMES, heading_of, mark_of
from desktop.fact_words import dictionary
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip, ClickRow
from desktop.widgets.question_card import Asked
from desktop.widgets.result_card import Ask
from models.eligibility import HOUSEHOLD, Policies, Prompt, single_prompt
from models.services.views import HouseholdCheck, HouseholdView, MembershipView, ResidentRow, ServiceResult
from models.texts import _, language, ngettext

DRAFT_FORM = "eligibility"
"""The form under which ticks that are not answered yet are kept as a draft."""

MOST_QUESTIONS = 40
"""That can be asked one instead of the other; then it begins again with the first."""

LIKELY = 0.25
"""From this estimated chance on an open service is shown at once; the others are folded."""

_SUM = 1.3  # a service for which the text gives a sum comes a little before one that is as likely


@dataclass(frozen=True)
class Loaded:
    """One check and what is needed to show it; draft: ticks that were not answered yet, with the draft's id.

    alone: the one person it is about, who lives in the household without belonging to it.
    """

    view: HouseholdView
    check: HouseholdCheck
    policies: Policies
    draft: tuple[str, Mapping[str, Any]] = ("", {})
    alone: str = ""
    seen: int = -1  # the moment from which it is (casebook.desks.seen())

    @property
    def people(self) -> Mapping[str, ResidentRow]:
        """Whom the check is about by id: the members, head first, and then those who died lately."""
        members = [*self.view.members, *self.dead.values()]
        rows = {member.resident.id: member.resident for member in members}
        return {self.alone: rows[self.alone]} if self.alone else rows

    @property
    def dead(self) -> Mapping[str, MembershipView]:
        """Those who died lately, by id: their family may apply for funeral services."""
        known = {person.id for person in self.check.case.people}
        return {member.resident.id: member for member in self.view.mourned if member.resident.id in known}

    def detail(self, row: ResidentRow) -> str:
        """What stands beside a name: sex and age, or the day of death."""
        gone = self.dead.get(row.id)
        return _("died on {day}").format(day=day_text(gone.until)) if gone is not None else short_person(row)

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


def load(casebook: Any, where: Mapping[str, Any]) -> Loaded | None:
    """Check the household named by household_id, draft_id or resident_id; None where the resident is in none.

    alone: one person of the household, who lives there without belonging to it. Somebody who belongs nowhere is checked
    so at once. Of somebody who died lately the household is that of the family.
    """
    seen = casebook.desks.seen()
    drafts = {draft.id: draft for draft in casebook.drafts.all() if draft.form == DRAFT_FORM}
    begun = drafts.get(str(where.get("draft_id") or ""))
    household_id = str(where.get("household_id") or (begun.subject_id if begun else ""))
    resident_id, alone = str(where.get("resident_id") or ""), str(where.get("alone") or "")
    if not household_id and resident_id:
        homes = casebook.households.of_resident(resident_id)
        homes.sort(key=lambda home: (lives_apart(home, resident_id), home.kind != "living"))
        household_id = homes[0].id if homes else casebook.households.died_in(resident_id)
        alone = resident_id if homes and lives_apart(homes[0], resident_id) else alone
    if not household_id:
        return None
    begun = begun or next((draft for draft in drafts.values() if draft.subject_id == household_id), None)
    return Loaded(
        casebook.households.get(household_id),
        casebook.eligibility.check(household_id, alone=alone),
        dictionary(casebook),
        (begun.id, begun.body) if begun is not None else ("", {}),
        alone,
        seen,
    )


def lives_apart(home: HouseholdView, resident_id: str) -> bool:
    """Whether a member only lives in a household without belonging to it: a lodger, or among strangers."""
    if home.form not in ("", "family"):
        return True
    return any(member.standing for member in home.members if member.resident.id == resident_id)


def head_words(loaded: Loaded) -> str:
    """Where, who and when is checked, and that others decide."""
    count = len(loaded.people) - len(loaded.dead)
    people = ngettext("{n} person", "{n} people", count).format(n=count)
    if loaded.alone:
        people = _("{name} alone, without the household").format(name=loaded.people[loaded.alone].name)
    caution = _("What is shown may apply; the office that approves decides")
    parts = (loaded.view.address, people, _("as of {day}").format(day=day_text(loaded.check.on)), caution)
    return "  ·  ".join(part for part in parts if part)


def left_out_words(loaded: Loaded) -> str:
    """Who of the household is not in the check, and since when; nothing of why. Empty where nobody is left out."""
    people = [
        _("{name} (since {day})").format(name=person.name, day=day_text(person.since)) if person.since else person.name
        for person in loaded.check.left_out
    ]
    told = _("Decided without {people}: the record is only kept and used for nothing.")
    return told.format(people=_(", ").join(people)) if people else ""


def asks_of(loaded: Loaded, result: ServiceResult) -> tuple[Ask, ...]:
    """The facts a result lacks, in short words, each with whether it can be asked here and now."""
    chinese = language() == "zh_CN"
    found = []
    for part in result.determination.missing:
        if part.alternative:
            continue
        definition = loaded.policies.facts[part.fact]
        possible = part.of in loaded.people or (part.of == HOUSEHOLD and not loaded.alone)  # not theirs to tell
        words = definition.question_zh if chinese else definition.question_en
        if part.of != result.resident_id:
            words = _("{who}: {question}").format(who=loaded.who(part.of), question=words)
        state = loaded.check.case.states.get((part.of, part.fact))
        if state in ("not_known", "refused"):
            words += _(" (asked before: not known)") if state == "not_known" else _(" (asked before: no answer)")
        found.append(Ask(part, words, possible))
    return tuple(found)


def still_open(loaded: Loaded, asked: Asked) -> bool:
    """Whether one of the facts still matters to some result."""
    wanted = set(asked.prompt.asks)
    return any(
        (part.fact, part.of) in wanted
        for result in loaded.check.results
        for part in (*result.determination.missing, *result.determination.amount_missing)
    )


def asked_of(loaded: Loaded, prompt: Prompt) -> Asked:
    """A question with the names of those it is about."""
    who = loaded.who(prompt.of) if prompt.of else _("The members")
    return Asked(prompt, loaded.policies, who, {key: row.name for key, row in loaded.people.items()})


def questions_of(loaded: Loaded, shown: str) -> list[Asked]:
    """The next best questions, each asking something new.

    Who is looked at (an id) is asked first, as in the conversation at the door: of that person and the household.
    """
    about = (shown, HOUSEHOLD) if shown in loaded.people else ()
    prompts = loaded.check.prompts
    found = prompts.distinct(MOST_QUESTIONS, about) if prompts else []
    if loaded.alone:  # what is known of the household is said of its family
        found = [prompt for prompt in found if all(of != HOUSEHOLD for _fact, of in prompt.asks)]
    return [asked_of(loaded, prompt) for prompt in found]


def single_of(loaded: Loaded, fact: str, of: str) -> Asked:
    """The question about this one fact."""
    helps = sum(
        any(part.fact == fact and part.of == of for part in result.determination.missing)
        for result in loaded.check.results
    )
    return asked_of(loaded, single_prompt(loaded.policies, fact, of, helps))


def likelihood_of(loaded: Loaded, result: ServiceResult) -> float:
    """How likely an open result comes true, estimated, from 0 to 1."""
    said = result.determination
    return loaded.check.likelihood.get((said.service_id, said.component, said.person_id), 1.0)


def by_likelihood(loaded: Loaded, results: Sequence[ServiceResult]) -> tuple[list[ServiceResult], list[ServiceResult]]:
    """(open results that are likely enough to be read, the unlikely), the likelier and more valuable first."""

    def worth(result: ServiceResult) -> float:
        service = loaded.policies.services[result.service_id]
        part = service.component(result.determination.component) or service.components[0]
        pays = any(not amount.none for _node, amount in part.rule(result.determination.on).amounts)
        return likelihood_of(loaded, result) * (_SUM if pays else 1)

    order = sorted(results, key=lambda result: -worth(result))
    likely = [result for result in order if likelihood_of(loaded, result) >= LIKELY]
    return likely, [result for result in order if likelihood_of(loaded, result) < LIKELY]


class PersonRow(ClickRow):
    """A person in the list on the left, with how many services stand where."""

    def __init__(self, name: str, detail: str, counts: Mapping[str, int], likely: int) -> None:
        """`likely`: of those that lack facts, how many are likely enough to be shown at once."""
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
            shown = likely if outcome == "missing" else counts[outcome]
            if shown:
                mark, tone = mark_of(outcome)
                chip = Chip(str(shown), mark, tone, ground="surface")
                words = heading_of(outcome)
                if outcome == "missing":
                    words = _("{outcome}: {n} likely, {all} in all").format(outcome=words, n=shown, all=counts[outcome])
                chip.setToolTip(words)
                figures.addWidget(chip)
        figures.addStretch(1)
        box.addLayout(figures)
