"""Stories of consent and rights, from the registration to the erasure."""

import zipfile
from datetime import date

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QDialog

from desktop.hands import press, settle, type_text
from models.records.fact import FactEntry
from models.records.visit import LearntFact, VisitEntry
from models.services.barred import ConsentWithdrawn, RecordFrozen
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)


@pytest.fixture
def five(shell):
    return shell.casebook.households.register(five_people())


def sign(form):
    form.how.pick("screen")
    form.pad.sheet.press(QPointF(10, 40))
    for step in range(60):
        form.pad.sheet.drag(QPointF(10 + 4 * step, 40 + step % 9 * 6))
    form.pad.sheet.release()


def forward(shell):
    press(shell.page.asking.go_button)
    settle(shell, 0.02)


def test_a_newly_registered_household_is_asked_at_the_door_and_the_child_by_its_mother(shell, five):
    shell.toggle_touch()
    settle(shell)
    shell.go("household", household_id=five.id)
    settle(shell)
    press(shell.page.consent_button)
    settle(shell)
    asked = 0
    while shell.page.asking.form is not None:
        form = shell.page.asking.form
        asked += 1
        forward(shell)  # the text was read
        form.classes["plain"].pick("given")
        form.classes["health"].pick("given" if asked % 2 else "refused")
        forward(shell)
        if form.asked.needs_guardian:
            form.guardian.pick(next(key for key, name in form.asked.adults if name == "单芳"))
            form.relation.pick("parent")
        forward(shell)
        sign(form)
        forward(shell)
    assert asked == 5
    assert shell.casebook.consents.not_asked(five.ids) == 0
    child = shell.casebook.consents.state(five.ids[4])
    assert child.history[0].guardian.startswith("单芳")
    shell.go("person", resident_id=five.ids[0])
    settle(shell)
    assert shell.page.tasks.states["consent"] == "done"
    assert len(shell.casebook.pictures.of("resident", five.ids[0])) == 1


def test_who_takes_health_back_is_not_asked_about_it_and_a_visit_cannot_bring_it_back(shell, five):
    casebook, who = shell.casebook, five.ids[0]
    health = next(
        name for name, one in sorted(casebook.packs.policies().facts.items())
        if one.why == "health" and one.type == "bool" and one.level == "person" and not one.sensitive
    )  # fmt: skip
    casebook.facts.record("resident", who, [FactEntry(name=health, value=True)])
    shell.go("rights", resident_id=who, ask=True)
    settle(shell)
    form = shell.page.asking.form
    for code in ("plain", "health"):
        form.classes[code].pick("given")
    form.how.pick("paper")
    press(shell.page.asking.go_button)
    settle(shell)
    press(shell.page.buttons["withdraw"])
    form = shell.page.asking.form
    form.classes["health"].pick("withdrawn")
    settle(shell)
    assert "1" in form.stops.text()
    form.how.pick("spoken")
    type_text(form.witness, "王强")
    press(shell.page.asking.go_button)
    settle(shell)
    case = casebook.eligibility.check(five.id).case
    assert case.states[who, health] == "refused"
    learnt = LearntFact(resident_id=who, fact=FactEntry(name=health, value=True))
    with pytest.raises(ConsentWithdrawn):
        casebook.visits.record(
            VisitEntry(household_id=five.id, outcome="met", met=(who,), happened_on=TODAY, facts=(learnt,))
        )


def test_a_person_sees_a_copy_is_frozen_and_then_erased(shell, five, tmp_path):
    casebook, who = shell.casebook, five.ids[0]
    shell.go("rights", resident_id=who)
    settle(shell)
    page = shell.page
    target = tmp_path / "copy.zip"
    page.deeds.choose_file = lambda _name: target
    press(page.buttons["copy"])
    page.deeds.dialog.protection.how.pick("open")
    press(page.deeds.dialog.protection.sure)
    press(page.deeds.dialog.go)
    settle(shell)
    with zipfile.ZipFile(target) as packed:
        assert "李建国" in packed.read("data.json").decode()
    press(page.buttons["freeze"])
    settle(shell)
    assert casebook.residents.find("李建国") == []
    with pytest.raises(RecordFrozen):
        casebook.facts.record("resident", who, [FactEntry(name="dibao", value=True)])
    press(page.buttons["release"])
    settle(shell)
    press(page.buttons["erase"])
    settle(shell)
    dialog = next(found for found in shell.findChildren(QDialog) if found.isVisible())
    dialog.reason.pick("asked")
    type_text(dialog.typed, "李建国")
    press(dialog.go)
    settle(shell, 0.3)
    assert casebook.residents.find("李建国") == []
    assert "李建国" not in [member.resident.name for member in casebook.households.get(five.id).members]
    assert len(casebook.households.get(five.id).members) == 4
