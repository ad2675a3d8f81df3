"""The office changes an amount and signs the rules; the laptop compares, installs, decides again, and goes back."""

from datetime import date
from decimal import Decimal

from PySide6.QtWidgets import QAbstractButton

from desktop.demo.register import PEOPLE
from desktop.demo.stage import Stage, go, page_of
from desktop.hands import HandsError, button_named, press, settle, type_text
from desktop.pages.workbench import PARAMS
from desktop.widgets.plan_dialog import PlanDialog
from models.texts import _

SERVICE, PARAM = "S60", "dibao_standard"
STANDARD, FROM = Decimal(1100), date(2026, 1, 1)
NOTICE = "（演示）低保标准自2026年1月1日起调整为每人每月1100元"
"""An invented notice: the rules of the demonstration are nobody's."""

FILE = "rules.jmpack"


def write(stage: Stage) -> int:
    """The street office gives the dibao standard another value from a day on, installs it, and writes it as a file."""
    office = stage.street
    page = go(office, "workbench", service_id=SERVICE)
    page.tabs.setCurrentIndex(PARAMS)
    settle(office)
    change = _("Change from a day on ...")
    press(next(each for each in page.params.findChildren(QAbstractButton) if each.text() == change))
    settle(office)
    form = page.params.form
    type_text(form.value, str(STANDARD))
    type_text(form.day.line, FROM.isoformat())
    type_text(form.words, NOTICE)
    settle(office)
    stage.picture("92-office-amount", office)
    form.submit()
    settle(office)
    page = page_of(office)
    stage.need(page.name == "packs" and page.preview is not None and page.preview.valid, "the rules are not sound")
    stage.picture("92-office-preview", office)
    press(page.install_button)
    settle(office)
    page = page_of(office)
    path = stage.out / FILE
    page.choose_place = lambda _name, _kinds: str(path)
    page.export("")
    settle(office)
    stage.need(path.exists(), "the rules were not written")
    return path.stat().st_size


def compare(stage: Stage) -> int:
    """The laptop opens the office's file: who signed it, what it changes, who gains and who loses; visits planned."""
    shell = stage.shell
    stage.go("packs")
    stage.in_both("93-packs", stage.rest)
    page = stage.page
    page.choose_file = lambda: str(stage.out / FILE)
    press(page.file_button)
    settle(shell)
    page = stage.page
    preview = page.preview
    stage.need(preview is not None and preview.valid and not preview.in_force, "the file is not what was written")
    stage.need(preview.signer.trusted, "the office whose card is here is not known as the signer")
    stage.in_both("94-packs-preview", stage.rest)
    page = stage.page
    press(page.effect.button)
    settle(shell)
    page.see(page.effect.list)
    stage.rest()
    stage.picture("95-packs-effect")
    change = page.effect.change
    stage.need(change is not None and change.changes, "nobody gains or loses")
    stage.figures["changed_rules"] = {
        effect: change.total(effect) for effect in ("gains", "loses", "asks", "office", "settles", "amount")
    }
    planned = 0
    if page.effect.plan_button.isEnabled():
        before = len(shell.casebook.planning.open())
        press(page.effect.plan_button)
        settle(shell)
        dialog = next(each for each in page.findChildren(PlanDialog) if each.isVisible())
        press(dialog.go)
        settle(shell)
        planned = len(shell.casebook.planning.open()) - before
    stage.figures["changed_rules"]["planned"] = planned
    return len(change.changes)


def install(stage: Stage) -> int:
    """The office's rules decide from now on."""
    packs = stage.shell.casebook.packs
    stage.found["shipped"] = packs.policies().hash
    press(stage.page.install_button)
    settle(stage.shell)
    stage.picture("96-packs-installed")
    stage.need(packs.policies().param(PARAM, FROM) == STANDARD, "the other rules do not decide")
    return len(packs.installed())


def replay(stage: Stage) -> int:
    """What was decided before is decided again by its own rules, the same in every letter; then back to those rules."""
    shell = stage.shell
    packs, residents = shell.casebook.packs, shell.casebook.residents
    kept = {
        line.subject_id
        for person in PEOPLE
        for line in residents.timeline(stage.found[person["name"]])
        if line.kind == "determination"
    }
    made = [packs.replay(each) for each in sorted(kept)]
    identical = sum(each.identical for each in made)
    stage.figures["replay"] = {"determinations": len(made), "identical": identical == len(made) > 0}
    if not stage.figures["replay"]["identical"]:
        raise HandsError(f"{len(made) - identical} of {len(made)} determinations come out otherwise")
    press(button_named(shell, _("Go back to these")))
    stage.rest()
    press(button_named(shell, _("Yes, let these rules decide again")))
    settle(shell)
    stage.picture("97-packs-back")
    stage.need(packs.policies().hash == stage.found["shipped"], "the rules of before do not decide again")
    return len(made)
