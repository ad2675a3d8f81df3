"""The workbench: a rule beside its source, somebody tried on it, the cases that travel with the pack."""

from desktop.demo.register import ELDEST
from desktop.demo.stage import Stage
from desktop.hands import pick_in_finder, settle
from desktop.pages.workbench import CASES, TRY

SERVICE = "S51"
"""困难老年人居家养老: four branches, grades and amounts."""


def read_rules(stage: Stage) -> int:
    """A rule is read beside its words, tried on the eldest, and its cases are run."""
    stage.go("workbench", service_id=SERVICE)
    stage.in_both("90-workbench", lambda: _choose(stage))
    page = stage.page
    page.tabs.setCurrentIndex(TRY)
    stage.rest()
    pick_in_finder(stage.shell, page.trial.finder, ELDEST)
    settle(stage.shell, 0.35)  # the form waits a little after the last key
    stage.picture("91-workbench-try")
    page.tabs.setCurrentIndex(CASES)
    stage.rest()
    page.cases.pack_button.click()
    stage.rest()
    stage.picture("91-workbench-cases")
    rows = page.cases.list.rows
    wrong = sum(bool(row.decides) for row in rows)
    stage.need(rows and not wrong, f"{wrong} of {len(rows)} cases come out otherwise")
    stage.figures["rules"] = {"services": len(page.set.policies.services), "cases_run": len(rows)}
    return len(rows)


def _choose(stage: Stage) -> None:
    stage.rest()
    outline = stage.page.outline
    outline.choose(next(at for at, row in enumerate(outline.rows) if "80" in row.text and row.kind == "leaf"))
    stage.rest()
