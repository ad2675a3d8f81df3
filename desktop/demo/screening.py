"""The whole register screened: services, people, filters, visits planned from a selection, lists written."""

from typing import Any

from desktop.demo.letter import render
from desktop.demo.stage import CARD, SIZE, SMALL, Stage, go
from desktop.hands import press, settle

DOORS = 12
"""Results of the list that become visits."""

ON_PAPER = 60
"""Results of the list that are printed."""


def screen(stage: Stage) -> int:
    """Everybody against every service: the figures, in both languages and in a small window."""
    page = stage.go("screening", view="services")
    took = round(page.state.took_ms)
    stage.in_both("54-screening", stage.rest)
    page = stage.page
    whole = stage.shell.casebook.screening.summary()
    stage.figures["screening"] = {
        "residents": page.state.residents,
        "households": whole.households,
        "services": len(whole.services),
        "milliseconds": took,
        "not_received": whole.found,
        "residents_concerned": whole.entitled,
    }
    stage.need(whole.found, "nobody may have anything")
    stage.shell.resize(SMALL)
    stage.rest()
    stage.picture("54-screening-small")
    stage.shell.resize(SIZE)
    stage.rest()
    page.bars.setFocus()
    page.bars.chosen.emit(page.bars.current())
    stage.rest(CARD)
    stage.picture("55-screening-service")
    return int(page.state.residents)


def by_person(stage: Stage) -> int:
    """Who has most, who waits for one answer; then visits for those chosen."""
    page = stage.page
    press(page.filters.clear_button)
    stage.rest()
    page.order.setCurrentIndex(page.order.findData("several"))
    stage.rest()
    stage.in_both("55-screening-people", lambda: _most_first(stage))
    _most_first(stage)
    page = stage.page
    press(page.chips["ask"])
    stage.rest()
    page.filters.fact.setCurrentIndex(1)  # the answer that most results wait for
    page.filters.at_most.setCurrentIndex(page.filters.at_most.findData(1))
    stage.rest(CARD)
    stage.picture("55-screening-missing-fact")
    stage.figures["screening"]["waiting_for_one_answer"] = page.lines.rows.rowCount()
    press(page.filters.clear_button)
    press(page.chips["entitled"])
    stage.rest()
    page.lines.tick(0, DOORS - 1)
    press(page.plan_button)
    stage.rest()
    stage.picture_of(page.dialog, "56-plan-visits")
    page.dialog.assignee.setCurrentText("周敏")
    press(page.dialog.go)
    stage.rest()
    stage.rest(CARD)
    stage.picture("56-screening-planned")
    made = len(stage.shell.casebook.planning.open())
    stage.need(made, "no visit was planned")
    return made


def _most_first(stage: Stage) -> None:
    page = stage.page
    page.show_view("people")
    page.order.setCurrentIndex(page.order.findData("several"))
    stage.rest(CARD)


def write_lists(stage: Stage) -> int:
    """The list as a spreadsheet and on paper, each once the worker was told that it leaves the casebook."""
    page = stage.page
    page.lines.tick_all()
    write(stage, page, "list-screening.xlsx", picture="56-write-list")
    page.lines.tick_all(False)
    page.lines.tick(0, ON_PAPER - 1)
    write(stage, page, "list-screening.pdf")
    render(stage.out / "list-screening.pdf", 1)
    page.lines.tick_all(False)
    return int(page.lines.rows.rowCount())


def write(stage: Stage, page: Any, name: str, picture: str = "") -> None:
    """Write the chosen lines of a list page as a file of this name; a picture of the dialog where one is named."""
    path = stage.out / name
    page.choose_file = lambda _name, _kinds: path
    press(page.export_button)
    stage.rest()
    (page.dialog.as_paper if path.suffix == ".pdf" else page.dialog.as_sheet).setChecked(True)
    page.dialog.protection.how.pick("open")  # of invented people, to be looked at afterwards
    page.dialog.protection.sure.setChecked(True)
    if picture:
        stage.picture_of(page.dialog, picture)
    press(page.dialog.go)
    stage.rest()
    stage.need(path.exists() and path.stat().st_size > 1000, f"{name} was not written")


def at_the_office(stage: Stage) -> int:
    """The street office screens what came in, one community of it."""
    office = stage.street
    page = go(office, "screening", view="people")
    settle(office)
    place = next(at for at in range(1, page.filters.place.count()) if page.filters.place.itemData(at).startswith("12"))
    page.filters.place.setCurrentIndex(place)
    settle(office)
    stage.picture("79-office-screening", office)
    return int(page.lines.rows.rowCount())
