"""The conversation of the eligibility page: several things in one breath, who of you, taken back; then the results."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QPushButton

from desktop.demo.register import ELDEST
from desktop.demo.stage import Stage
from desktop.hands import HandsError, press, settle, type_text
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.question_ticks import EachField, TickField

ANSWERED = 5
"""Questions that are answered on the spot."""

INCOME = "income_per_capita_month"
PER_HEAD = "900"
"""Yuan a month for each of the family: below the dibao standard of the text."""

DIBAO = "S60"

TRUE: Mapping[str, frozenset[str]] = {
    "单建国": frozenset({"resident_urban_tianjin", "hukou_at_residence", "insured_in_tianjin", "family_supported"}),
    "尉迟秀英": frozenset({"resident_urban_tianjin", "hukou_at_residence", "resident_medical_insured"}),
    "单𬱖": frozenset({"resident_urban_tianjin", "residence_permit", "insured_in_tianjin", "migrant_worker"}),
    "阿依古丽·艾合买提": frozenset({"resident_urban_tianjin", "residence_permit", "job_seeking", "ethnic_minority"}),
    "单一诺": frozenset({"resident_urban_tianjin", "residence_permit", "school_in_tianjin", "formal_enrolment"}),
}
"""What is so of whom; all else that is asked is not."""

VALUES: Mapping[tuple[str, str], str] = {
    ("单建国", "employment_status"): "退休",
    ("尉迟秀英", "employment_status"): "退休",
    ("单𬱖", "employment_status"): "新就业形态",
    ("阿依古丽·艾合买提", "employment_status"): "无业",
    ("单一诺", "employment_status"): "学生",
    ("单一诺", "school_stage"): "小学",
}
"""Of whom what is neither 无 nor the first of its values."""


def questions(stage: Stage) -> int:
    """Everybody against every service; things are asked in one breath, one answer is taken back."""
    page = stage.go("eligibility", household_id=stage.found["household"])
    before = _eligible(page)
    stage.in_both("50-eligibility", lambda: _turn_to(stage, "group"))
    stage.in_both("51-eligibility-who", lambda: _turn_to(stage, "who"))
    page = stage.page
    _take_back(stage)
    for _round in range(ANSWERED):
        if page.question.asked is None:
            break
        tell(stage)
    stage.picture("52-eligibility-answered")
    after = _eligible(page)
    _ask_for_income(stage)
    stage.figures["questions"] = {"answered": ANSWERED, "eligible_before": before, "eligible_after": after}
    return ANSWERED + 1


def tell(stage: Stage) -> None:
    """Answer the question that is shown as this family would; what nobody knows is said to be not known."""
    card = stage.page.question
    asked, field = card.asked, card.field

    def name(of: str) -> str:
        return str(asked.names.get(of, ""))

    if isinstance(field, TickField):
        for item, tick in zip(field.items, field.ticks, strict=True):
            if item.fact in TRUE.get(name(item.of), ()) and item.value in (None, True):
                tick.click()
        card.save.click()
    elif isinstance(field, EachField):
        for of in field.choosers:
            field.choose(of, VALUES.get((name(of), asked.fact), _usual(asked.definition)))
        card.save.click()
    elif isinstance(field, ChoiceField):
        values = [value for value, _zh, _en in asked.definition.choices]
        if asked.definition.type == "bool":
            value: Any = asked.fact in TRUE.get(name(asked.of), ())
        else:
            value = VALUES.get((name(asked.of), asked.fact), _usual(asked.definition))
        field.pick(str(values.index(value)))
        settle(stage.shell, 0.2)  # the card waits a little so that the pressed answer is seen
    else:
        card.not_known.click()
    stage.rest()


def _usual(definition: Any) -> Any:
    values = [value for value, _zh, _en in definition.choices]
    return "无" if "无" in values else values[0]


def _ask_for_income(stage: Stage) -> None:
    """The one fact that the dibao lacks is asked from its own card."""
    page = stage.page
    page.show_person("")
    stage.rest()
    for link in page.area_below.findChildren(QPushButton):
        if link.text().startswith("▸"):
            link.click()
    stage.rest()
    card = next(card for card in page.cards.values() if card.result.service_id == DIBAO)
    card.asked.emit(next(ask.part for ask in card.asks if ask.part.fact == INCOME))
    stage.rest()
    type_text(page.question.field.line, PER_HEAD)
    stage.picture("52-eligibility-asked-from-card")
    press(page.question.save)
    stage.rest()


def _eligible(page: Any) -> int:
    return sum(result.determination.outcome == "eligible" for result in page.loaded.check.results)


def _turn_to(stage: Stage, kind: str) -> None:
    """Ask other questions until one of a kind comes."""
    stage.rest()
    card = stage.page.question
    for _turn in range(40):
        if card.asked is not None and card.asked.prompt.kind == kind:
            return
        press(card.other)
        stage.rest()
    raise HandsError(f"no question of the kind {kind} is asked")


def _take_back(stage: Stage) -> None:
    """Answer the question that is shown, then take the answer back: everything is as before."""
    page = stage.page

    def known() -> int:
        case = page.loaded.check.case
        return len(case.household) + sum(len(person.facts) for person in case.people)

    _turn_to(stage, "who")
    field = page.question.field
    assert isinstance(field, TickField)
    field.ticks[-1].click()
    stage.rest()
    stage.picture("51-eligibility-who-ticked")
    before = known()
    page.question.only_ticked.click()
    stage.rest()
    stage.need(known() > before, "nothing was learnt")
    press(page.question.undo)
    stage.rest()
    stage.need(known() == before, "the answer was not taken back")


def results(stage: Stage) -> int:
    """The results of the eldest with their reasons, what a grant would open, and the check kept."""
    stage.in_both("53-eligibility-if-granted", lambda: _open_follows(stage))
    where = {"household_id": stage.found["household"], "resident_id": stage.found[ELDEST]}
    page = stage.go("eligibility", **where)
    stage.picture("53-eligibility-person")
    card = next(iter(page.cards.values()))
    card.toggle()
    stage.rest()
    stage.picture("53-eligibility-reasons")
    follows = {r.service_id for each in page.loaded.check.results for r in each.follows}
    stage.figures["if_granted"] = len(follows)
    page.keep()
    stage.rest()
    return _eligible(page)


def _open_follows(stage: Stage) -> None:
    """Open under a result what could be applied for if it were granted, and scroll there."""
    stage.rest()
    page = stage.page
    page.show_person("")
    stage.rest()
    card = next((card for card in page.cards.values() if card.follows is not None), None)
    if card is None:
        raise HandsError("nothing would follow from any grant")
    card.follows.toggle()
    stage.rest()
    page.area_below.ensureWidgetVisible(card.follows.place, 0, 0)
    stage.rest()
