"""A round: from a list to its doors, outcomes in one tap, what is due, the paper, and the paper typed in."""

from typing import Any

from desktop.demo.stage import Stage
from desktop.hands import press, settle, type_text
from models.records.visit import PlanEntry

DOORS = 12
OUTCOMES = ("met", "nobody_home", "met", "refused", "met")
SHEET = ("1", "2", "1")
"""Outcomes of the doors that are typed in from the paper."""


def walk(stage: Stage) -> int:
    """Twelve households become a round; five doors are walked, three come from the paper, the rest is planned."""
    casebook = stage.shell.casebook
    homes: list[str] = []
    for resident in casebook.residents.ids()[: DOORS * 6]:
        for home in casebook.households.of_resident(resident)[:1]:
            if home.id not in homes:
                homes.append(home.id)
    homes = homes[:DOORS]
    day = stage.clock.now().date()
    casebook.planning.plan([PlanEntry(household_id=homes[0], due_on=day, reason="送冬季取暖告知单")])
    page = stage.go("rounds", household_ids=homes, name="入冬走访")
    page.form.purpose.setText("看取暖、问需要")
    stage.in_both("44-rounds-new", stage.rest)
    page = stage.go("rounds", household_ids=homes, name="入冬走访")
    page.form.purpose.setText("看取暖、问需要")
    press(page.form.go)
    stage.rest()
    stage.in_both("44-round", stage.rest)
    _walk(stage)
    stage.go("rounds")
    stage.picture("44-rounds")
    _paper(stage)
    _type_in(stage)
    row = casebook.rounds.open()[0]
    stage.need(row.gone == len(OUTCOMES) + len(SHEET), f"{row.gone} doors were walked")
    stage.figures["round"] = {"doors": row.total, "walked": row.gone, "met": row.met, "again": row.retries}
    stage.page.finish()
    stage.rest()
    stage.need(not casebook.rounds.open(), "the round is not over")
    stage.picture("44-round-over")
    return row.gone


def _walk(stage: Stage) -> None:
    page = stage.page
    for count, outcome in enumerate(OUTCOMES):
        stop = page.stop
        if outcome == "met" and stop.people:
            page.card.people.pick(stop.people[0].resident_id)
        page.record(outcome)
        stage.rest()
        if page.stop_id == stop.id:  # something is due here: one sees it before one leaves
            stage.picture(f"44-round-due-{count}")
            page.go_next()
            stage.rest()
    page.go_before()
    page.go_before()
    stage.rest()
    stage.picture("44-round-again")


def _paper(stage: Stage) -> None:
    row = stage.shell.casebook.rounds.open()[0]
    page: Any = stage.go("round", round_id=row.id, paper=True)
    settle(stage.shell)
    stage.picture("44-round-paper")
    (stage.out / "list-round.pdf").write_bytes(page.preview.preview.pdf)
    page.show_walking()


def _type_in(stage: Stage) -> None:
    row = stage.shell.casebook.rounds.open()[0]
    page: Any = stage.go("round_entry", round_id=row.id)
    waiting = [place for place, stop in enumerate(page.view.stops) if stop.status == "waiting"]
    for place, digit in zip(waiting, SHEET, strict=False):
        page.to_line(place)
        type_text(page.line.lines["outcome"], digit)
        stage.rest()
    stage.in_both("44-round-entry", stage.rest)
    stage.page.forward()
    stage.rest()
