"""A questionnaire of the office: taken from those that come along, asked in an old kitchen, and written out."""

from typing import Any

from desktop.demo.register import ELDEST
from desktop.demo.stage import CARD, Stage
from desktop.hands import press

DANGERS = {"smoke_alarm", "gas_shutoff", "bathroom"}
"""What is wrong in the invented home."""


def ask(stage: Stage) -> int:
    """Home safety is put in use, tried, asked at one door and saved; the answers go into a spreadsheet."""
    casebook = stage.shell.casebook
    page = stage.go("questionnaires")
    stage.in_both("47-questionnaires", lambda: stage.rest(CARD))
    page = stage.page
    press(page.buttons["use", "home_safety"])
    stage.rest()
    stage.need(len(casebook.questionnaires.in_use()) == 1, "the questionnaire is not in use")
    household = casebook.households.of_resident(stage.found[ELDEST])[0].id
    stage.go("questionnaire", household_id=household)
    stage.picture("47-questionnaire-choose")
    stage.page.choosing.rows["home_safety"].chosen.emit()
    stage.rest()
    _answer(stage)
    stage.in_both("47-questionnaire", lambda: stage.rest(CARD))
    page = stage.page
    page.forward()
    stage.rest()
    stage.need(page.stage == page.CHECK, f"{len(page.session.check())} answers are missing")
    stage.picture("47-questionnaire-check")
    page.forward()
    stage.rest()
    (answer,) = casebook.questionnaires.answers_of(household_id=household)
    stage.need(answer.level == "at_once", f"the home came out as {answer.level}")
    stage.picture("47-questionnaire-saved")
    stage.go("questionnaire", answer_id=answer.id)
    stage.picture("47-questionnaire-read")
    _write_out(stage)
    stage.figures["questionnaire"] = {"score": answer.score, "level": answer.level}
    return 1


def _answer(stage: Stage) -> None:
    """Bottled gas, a coal stove, and what is wrong; every question that is asked."""
    page: Any = stage.page
    for code, name in (("bottle", "fuel"), ("stove", "heat")):
        path = next(path for path in page.view.rows if path.endswith(f"/{name}"))
        page.view.rows[path].field.pick(code)
    for _turn in range(60):
        missing = page.session.check()
        if not missing:
            break
        path = missing[0].field
        page.view.rows[path].field.pick("danger" if path.rpartition("/")[2] in DANGERS else "ok")
    stage.rest()


def _write_out(stage: Stage) -> None:
    page: Any = stage.go("questionnaires")
    target = stage.out / "questionnaire-answers.xlsx"
    target.unlink(missing_ok=True)
    page.choose_place = lambda _name: str(target)
    view = next(view for view in page.views if view.answers)
    page.write_answers(view)
    stage.rest()
    stage.need(target.exists(), "the answers were not written")
