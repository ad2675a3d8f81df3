"""The worklist: who is to be seen and why, put off, written out; and households handed to a colleague."""

from datetime import timedelta

from desktop.demo.stage import CARD, Stage
from desktop.hands import press, settle
from models.services.views import Worker

COLLEAGUE = "王芳"
HOUSEHOLDS = 4
"""So many are handed over."""


def work_through(stage: Stage) -> int:
    """The list of the day, by need and from door to door; one household is put off."""
    page = stage.go("worklist")
    stage.rest(CARD)
    stage.in_both("58-worklist", lambda: stage.rest(CARD))
    page = stage.page
    stage.need(page.shown.total, "nobody is on the worklist")
    stage.figures["worklist"] = {
        "households": page.shown.total,
        "by_kind": {kind: count for kind, count in page.shown.kinds.items() if count},
    }
    press(page.order_buttons["walk"])
    stage.rest(CARD)
    stage.picture("58-worklist-walk")
    press(page.order_buttons["need"])
    stage.rest(CARD)
    page.lines.go_to(1)
    press(page.card.put_off_button)
    page.question.reason.setText("住院")
    page.question.day.show_answer((page.on() + timedelta(days=14)).isoformat())
    stage.picture_of(page.question, "58-worklist-put-off")
    press(page.question.go)
    stage.rest(CARD)
    return int(page.shown.total)


def hand_over(stage: Stage) -> int:
    """Some households go to a colleague, who checks and takes all but one of them."""
    casebook, me = stage.shell.casebook, stage.shell.worker
    page = stage.go("worklist")
    stage.rest()
    homes = [item.household_id for item in page.shown.items[:HOUSEHOLDS]]
    casebook.care.assign(homes, me.name)
    page = stage.go("handover")
    settle(stage.shell)
    page.cared_list.tick_all()
    page.taker.setCurrentText(COLLEAGUE)
    page.note.setText("下月起调到另一网格")
    stage.in_both("59-handover-give", stage.rest)
    page = stage.page
    page.show_pane("give")
    page.cared_list.tick_all()
    page.taker.setCurrentText(COLLEAGUE)
    page.note.setText("下月起调到另一网格")
    press(page.offer_button)
    stage.rest()
    press(page.print_button)
    stage.rest()
    stage.picture("59-handover-paper")
    casebook.set_office(casebook.office, Worker(COLLEAGUE))  # the colleague signs in
    try:
        page = stage.go("handover")
        stage.rest()
        page.show_pane("take")
        page.handed_list.tick(0, 0, False)
        stage.picture("59-handover-take")
        press(page.accept_button)
        stage.rest()
    finally:
        casebook.set_office(casebook.office, me)
    taken = len(casebook.care.households_of(COLLEAGUE))
    stage.need(taken, "nothing was handed over")
    stage.figures["handover"] = {"offered": len(homes), "taken": taken}
    return taken
