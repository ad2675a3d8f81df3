"""Consent of the household of five, signed on the screen; a withdrawal; and the copy of everything held."""

import io
import json
import zipfile
from typing import Any

from PySide6.QtCore import QPointF

from desktop.demo.register import ELDEST
from desktop.demo.stage import Stage
from desktop.hands import press, settle


def consent(stage: Stage) -> int:
    """Everybody is asked in turn; the eldest takes pictures back and gets a copy."""
    casebook, household = stage.shell.casebook, stage.found["household"]
    members = [member.resident.id for member in casebook.households.get(household).members]
    page = stage.go("household", household_id=household)
    stage.picture("48-household-consent")
    press(page.consent_button)
    stage.rest()
    stage.picture("48-consent")
    asked = 0
    while stage.page.asking.form is not None:
        _say(stage, stage.page.asking.form)
        if asked == 0:
            stage.page.see(stage.page.asking.form.pad)
            stage.picture("48-consent-signature")
        press(stage.page.asking.go_button)
        stage.rest()
        asked += 1
    stage.need(casebook.consents.not_asked(members) == 0, "somebody was not asked")
    who = stage.found[ELDEST]
    page = stage.go("rights", resident_id=who)
    press(page.buttons["withdraw"])
    page.asking.form.classes["pictures"].pick("withdrawn")
    page.asking.form.how.pick("paper")
    stage.rest()
    stage.picture("48-consent-withdrawn")
    press(page.asking.go_button)
    stage.rest()
    stage.in_both("48-rights", lambda: stage.go("rights", resident_id=who))
    page = stage.page
    page.show_paper()
    stage.rest(0.2)
    stage.picture("48-consent-paper")
    target = stage.out / "personal-data.zip"
    page = stage.go("rights", resident_id=who)
    page.deeds.choose_file = lambda _name: target
    press(page.buttons["copy"])
    stage.picture_of(page.deeds.dialog, "48-copy-protected")
    page.deeds.dialog.protection.how.pick("open")  # of invented people, to be looked at afterwards
    page.deeds.dialog.protection.sure.setChecked(True)
    press(page.deeds.dialog.go)
    settle(stage.shell, 0.2)
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as packed:
        stage.need(json.loads(packed.read("data.json"))["name"] == ELDEST, "the copy is of somebody else")
    stage.figures["consent"] = {"asked": asked, "copy_bytes": target.stat().st_size}
    return asked


def _say(stage: Stage, form: Any) -> None:
    """Agree, of income only a child's guardian, and sign."""
    for code, field in form.classes.items():
        field.pick("refused" if code == "finance" and not form.asked.needs_guardian else "given")
    if form.asked.needs_guardian:
        form.guardian.pick(form.asked.adults[0][0])
        form.relation.pick("grandparent")
    form.how.pick("screen")
    stage.rest()
    sheet = form.pad.sheet
    sheet.press(QPointF(30, 70))
    for step in range(70):
        sheet.drag(QPointF(30 + 4 * step, 70 + (step * step) % 37 - (step % 11) * 3))
    sheet.release()
