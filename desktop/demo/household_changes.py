"""What happens in the household of five: a marriage, a birth, a move of the young family, and the move taken back."""

from typing import Any

from desktop.demo.register import ELDEST
from desktop.demo.stage import Stage
from desktop.hands import pick_in_finder, press, type_text, wait_until

FATHER, MOTHER, SISTER, CHILD = "单𬱖", "阿依古丽·艾合买提", "单一诺", "单小满"


def change(stage: Stage) -> int:
    """Three changes through the page, each looked at before it is made, and one way back."""
    casebook = stage.shell.casebook
    household = stage.found["household"]
    who = {member.resident.name: member.resident.id for member in casebook.households.get(household).members}
    book = next(home.id for home in casebook.households.of_resident(who[ELDEST]) if home.kind == "registered")
    stage.in_both("46-change", lambda: stage.go("change", household_id=household))

    page = _begin(stage, household, "marriage")
    page.view.rows["resident_id"].field.pick(who[FATHER])
    pick_in_finder(stage.shell, page.view.rows["spouse_id"].field.finder, MOTHER)
    page.view.rows["happened_on"].field.quick_buttons[1].click()
    stage.picture("46-change-marriage")
    _make(stage, page, "46-change-marriage-check")
    stage.need(
        {casebook.residents.get(who[name]).marital_status[:1] for name in (FATHER, MOTHER)} == {"2"}, "not married"
    )

    page = _begin(stage, household, "birth")
    type_text(page.view.rows["child_name"].field.line, CHILD)
    page.view.rows["child_sex"].field.pick("1")
    page.view.rows["born_on"].field.quick_buttons[0].click()
    for parent, name in (("mother_id", MOTHER), ("father_id", FATHER)):
        page.view.rows[parent].field.pick(who[name])
    stage.rest()
    page.view.rows["registered_household_id"].field.pick(book)
    stage.picture("46-change-birth")
    _make(stage, page, "46-change-birth-check")
    child = next(m for m in casebook.households.get(household).members if m.resident.name == CHILD)
    stage.need(child.relation == "4", "the grandchild stands otherwise to the head")

    page = _begin(stage, household, "move_out")
    young = [who[name] for name in (FATHER, MOTHER, SISTER)] + [child.resident.id]
    for one in young:
        page.view.rows["people"].field.pick(one)
    page.view.rows["where_to"].field.pick("door")
    stage.rest()
    address = page.view.rows["to_dwelling"].field
    pick_in_finder(stage.shell, address.community, "hyl")
    for part, text in (("street_line", "河沿路9号"), ("building", "1"), ("unit", "1"), ("door", "302")):
        type_text(address.lines[part], text)
    page.view.rows["happened_on"].field.quick_buttons[0].click()
    stage.rest()
    _heads(page, who[FATHER], {who[MOTHER]: "1", who[SISTER]: "3", child.resident.id: "2"})
    stage.rest()
    page.area.verticalScrollBar().setValue(page.area.verticalScrollBar().maximum() // 2)
    stage.picture("46-change-move")
    _make(stage, page, "46-change-move-check")
    stage.need(len(casebook.households.get(household).members) == 2, "the young family still lives there")
    stage.in_both("47-household-side-by-side", lambda: stage.go("household", household_id=household))

    page = stage.go("household", household_id=household)
    last = page.loaded.events[0]
    press(page.events.undo_buttons[last.id])
    page.see(page.events)
    stage.picture("47-household-undo")
    press(page.events.agree_buttons[last.id])
    stage.rest()
    stage.need(len(casebook.households.get(household).members) == len(who) + 1, "the move was not taken back")
    made = [event for event in casebook.changes.of_household(household) if event.kind != "new"]
    stage.figures["household_changes"] = {"made": len(made), "taken_back": sum(event.undone for event in made)}
    return len(made)


def _begin(stage: Stage, household: str, kind: str) -> Any:
    page = stage.go("change", household_id=household)
    page.tiles.tile(kind).click()
    stage.rest()
    return page


def _heads(page: Any, head: str, relations: dict[str, str]) -> None:
    """Who is the head of the household that begins, and how the others stand to that head."""
    view = page.view.rows["heads"].field.views[0]
    view.head.pick(head)
    for who, code in relations.items():
        box = view.relations[who]
        box.setCurrentIndex(box.findData(code))
        box.activated.emit(box.currentIndex())


def _make(stage: Stage, page: Any, picture: str) -> None:
    """Look at what will be, agree to what is unusual, and make it."""
    page.forward()
    wait_until(lambda: page.stage == "check", "what will be is shown")
    stage.rest()
    for tick in page.preview.ticks:
        tick.tick.click()
    stage.picture(picture)
    press(page.bar.forward_button)
    wait_until(lambda: stage.on("household"), "the change is made")
    stage.rest()
