"""The pages of the first start, and an existing register that comes in."""

from typing import Any

from desktop.demo.stage import COMMUNITY, PASSPHRASE, Stage
from desktop.hands import line_named, pick_in_finder, settle, type_text, wait_until
from desktop.sample import sample_households
from desktop.sample_known import sample_visits, well_known
from models.casebook import Casebook
from models.clock import today
from models.texts import _

REGISTER = 1200
"""Residents who are registered already."""

VISITED = 36
"""Households that were visited in the weeks before."""


def first_run(stage: Stage) -> int:
    """The pages of the first start: language, where the records lie, office, worker, passphrase, backups."""
    shell = stage.shell
    _gate_in_both(stage, "01-first-run-language").go_on()
    _gate_in_both(stage, "01b-first-run-where").go_on()
    gate: Any = shell.gate
    pick_in_finder(shell, gate.finder, "hyl")
    _gate_in_both(stage, "02-first-run-office").go_on()
    gate = shell.gate
    type_text(line_named(gate, _("Your name")), "周敏")
    type_text(line_named(gate, _("Your phone")), "13800220001")
    _gate_in_both(stage, "03-first-run-worker").go_on()
    gate = shell.gate
    type_text(gate.new.first.line, PASSPHRASE)
    type_text(gate.new.second.line, PASSPHRASE)
    gate.understood.click()
    _gate_in_both(stage, "04-first-run-passphrase").go_on()
    _gate_in_both(stage, "05-first-run-backups").go_on()
    wait_until(lambda: not shell.is_locked, "the casebook is made")
    settle(shell)
    stage.picture("06-today-empty")
    return 6


def _gate_in_both(stage: Stage, name: str) -> Any:
    """A picture of the gate in Chinese and in English; the gate, in Chinese again, with all that was typed."""
    for _language in ("zh_CN", "en"):
        settle(stage.shell, 0.02)
        stage.picture(name)
        stage.shell.switch_language()
    settle(stage.shell, 0.02)
    return stage.shell.gate


def fill_register(stage: Stage) -> int:
    """An existing register of invented residents comes in, with progress on the screen, and its latest visits."""
    shell, casebook, on = stage.shell, stage.shell.casebook, today(stage.clock)
    entries = list(well_known(sample_households(REGISTER, COMMUNITY, on), on))
    shell.tasks.long(
        lambda progress, cancelled: casebook.households.register_many(
            entries, lambda done: progress(done, len(entries)), cancelled
        ),
        title="register",
    )
    settle(shell)
    visits = list(sample_visits(_homes(casebook), on))
    shell.tasks.run(lambda: [casebook.visits.record(entry) for entry in visits])
    settle(shell)
    assert shell.area is not None
    shell.area.refresh_status()
    stage.go("today")
    residents = int(casebook.today().residents)
    stage.need(residents >= REGISTER, f"only {residents} residents arrived")
    return residents


def _homes(casebook: Casebook) -> list[tuple[str, str]]:
    """Some households of the register, each with somebody who lives there."""
    ids = casebook.residents.ids()
    return [(casebook.households.of_resident(each)[0].id, each) for each in ids[:: max(len(ids) // VISITED, 1)]]
