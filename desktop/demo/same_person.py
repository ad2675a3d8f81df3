"""Somebody was registered twice after all: the register is looked through, both records are compared and made one."""

from datetime import date

from desktop.demo.stage import COMMUNITY, Stage
from desktop.hands import wait_until
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry

HEARD = "尉迟秀瑛"
"""How a colleague took the name of 尉迟秀英 down, who is one of the five of the demonstration."""


def merge(stage: Stage) -> int:
    """A colleague's second record is found on the list of pairs, merged, taken back and merged for good."""
    shell = stage.shell
    _colleague_registers(stage)
    page = stage.go("merge")
    page.look()
    wait_until(lambda: stage.page.pairs is not None, "the register is looked through")
    stage.rest()
    page = stage.page
    found = len(page.pairs)
    stage.picture("26-same-person-list")
    row = next(row for row in page.rows if HEARD in (row.pair.a.name, row.pair.b.name))
    row.chosen.emit()
    stage.rest()
    a, b = stage.page.where["a"], stage.page.where["b"]
    stage.in_both("27-same-person-compared", lambda: stage.go("merge", a=a, b=b))
    _merge(stage, a, b, "28-same-person-check")
    stage.need(stage.on("person"), "the record that is left is shown")
    stage.picture("29-same-person-merged")
    shell.undo()
    stage.rest()
    stage.need(shell.casebook.merging.survivor(b) == b, "the merge was taken back")
    _merge(stage, a, b, "")
    stage.need(shell.casebook.merging.survivor(b) == a, "the two are one")
    return found


def _colleague_registers(stage: Stage) -> None:
    """What a colleague registered at another door: the name heard, no document at hand. It came by a file or a desk."""
    heard = ResidentEntry(name=HEARD, sex="2", birth_date=date(1944, 6, 1), note="敲门要大声")
    home = DwellingEntry(community_code=COMMUNITY, street_line="鞍山道12号", building="3", unit="2", door="502")
    member = MemberEntry(resident=heard, relation="0")
    stage.shell.casebook.households.register(HouseholdEntry(dwelling=home, members=(member,), kinds=("living",)))


def _merge(stage: Stage, a: str, b: str, picture: str) -> None:
    page = stage.go("merge", a=a, b=b)
    page.forward()
    stage.rest()
    if picture:
        stage.picture(picture)
    page.forward()
    wait_until(lambda: stage.on("person"), "the two records are one")
    stage.rest()
