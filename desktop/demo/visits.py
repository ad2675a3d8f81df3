"""A visit at the door, the assessment of the eldest, and visits that were planned from lists and are kept."""

from typing import Any

from PySide6.QtWidgets import QApplication

from desktop.demo.register import ELDEST
from desktop.demo.stage import Stage
from desktop.hands import answer, settle, type_text, wait_until


def visit(stage: Stage) -> int:
    """The visit: who was met, two needs, what was learnt, when to come again."""
    page = stage.go("visit", household_id=stage.found["household"])
    rows = page.view.rows
    answer(rows["outcome"], "met")
    stage.rest()
    rows["met"].field.pick(stage.found[ELDEST])
    rows["met"].field.pick(stage.found["尉迟秀英"])
    for group in ("elderly", "education"):
        page.needs.groups.pick(group)
    QApplication.processEvents()
    type_text(page.needs.rows["elderly"].note.first_focus(), "老两口做饭吃力，想了解助餐。")
    type_text(page.needs.rows["education"].note.first_focus(), "孙女明年上小学，问入学怎么办。")
    settle(stage.shell)
    stage.picture("40-visit")
    type_text(rows["notes"].field.first_focus(), "家人热情，约定下月再来。")
    type_text(rows["next_visit"].field.first_focus(), "2026-12-22")
    page.area.verticalScrollBar().setValue(page.area.verticalScrollBar().maximum())
    stage.picture("41-visit-end")
    page.save()
    wait_until(lambda: stage.on("household"), "the visit is saved")
    stage.rest()
    needs = stage.shell.casebook.visits.of_household(stage.found["household"])[0].needs
    stage.need(len(needs) == 2, f"{len(needs)} needs were kept")
    return len(needs)


def assess(stage: Stage) -> int:
    """The elder ability assessment of the eldest."""
    page = stage.go("assessment", resident_id=stage.found[ELDEST])
    scored = [q for section in page.instrument.sections for q in section.questions if q.id in page.view.rows]
    for place, question in enumerate(scored):
        field = page.view.rows[question.id].field
        if not hasattr(field, "pick"):
            continue  # who was there, when and where
        codes = [code for code, _button in field._buttons]
        if all(code.isdigit() for code in codes):
            ranked = sorted(codes, key=int)
            field.pick(ranked[-2] if place % 3 and len(ranked) > 2 else ranked[-1])
        elif "no" in codes:
            field.pick("no")
    settle(stage.shell)
    stage.picture("45-assessment")
    page.save()
    wait_until(lambda: stage.on("person"), "the assessment is saved")
    stage.rest()
    made = stage.shell.casebook.assessments.of_resident(stage.found[ELDEST])
    return int(made[0].score)


def planned(stage: Stage) -> int:
    """What was planned waits on the pages of today and of visits; a visit that is recorded keeps it."""
    stage.next_morning()
    casebook = stage.shell.casebook
    stage.go("today")
    stage.picture("58-today-planned")
    stage.go("visits")
    stage.picture("58-visits-planned")
    plan = casebook.planning.open()[0]
    home = casebook.households.get(plan.household_id)
    page = stage.go("visit", household_id=home.id)
    _keep(stage, page, home.members[0].resident.id)
    kept = [each for each in casebook.planning.of_household(home.id) if each.status == "done"]
    stage.need(plan.id in [each.id for each in kept], "the visit kept no plan")
    stage.picture("59-household-plan-kept")
    stage.figures["planned_visits"] = {
        source: sum(each.source == source for each in casebook.planning.open()) for source in ("screening", "calendar")
    } | {"kept": len(kept)}
    return len(kept)


def _keep(stage: Stage, page: Any, resident: str) -> None:
    rows = page.view.rows
    answer(rows["outcome"], "met")
    stage.rest()
    if resident not in (rows["met"].answer() or ()):  # where one lives alone, it is filled in
        rows["met"].field.pick(resident)
    stage.picture("59-visit-planned")
    page.save()
    wait_until(lambda: stage.on("household"), "the visit is saved")
    stage.rest()
