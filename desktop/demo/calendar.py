"""What changes soon: as an agenda and as months, narrowed, turned into visits, written out."""

from desktop.demo.screening import write
from desktop.demo.stage import CARD, Stage
from desktop.hands import press

DAYS = 90
DOORS = 6
"""Lines of the list that become visits."""


def look_ahead(stage: Stage) -> int:
    """The next ninety days of the whole register."""
    page = stage.go("calendar", days=DAYS)
    stage.in_both("57-calendar", lambda: stage.rest(CARD))
    page = stage.page
    stage.figures["calendar"] = {
        "days": DAYS,
        "lines": len(page.view.lines),
        "by_kind": {kind: count for kind, count in page.view.by_kind.items() if count},
    }
    stage.need(page.view.lines, "nothing changes")
    stage.in_both("57-calendar-months", lambda: _months(stage))
    page = stage.page
    page.show_month(False)
    press(next(made for made in page.kind_buttons.values() if made.isVisible()))  # what begins, where anything does
    stage.rest(CARD)
    stage.picture("57-calendar-one-kind")
    page.lines.tick(0, DOORS)
    press(page.plan_button)
    stage.rest()
    page.dialog.own_days.setChecked(True)
    stage.picture_of(page.dialog, "57-calendar-plan")
    press(page.dialog.go)
    stage.rest()
    page.lines.tick_all()
    write(stage, page, "list-calendar.xlsx")
    page.lines.tick_all(False)
    return len(page.view.lines)


def _months(stage: Stage) -> None:
    stage.rest()
    stage.page.show_month(True)
    stage.page.grid.step_month(1)
    stage.rest()
