"""The page of consent and rights: asking, taking back, requests, a copy of everything, erasing."""

import io
import json
from datetime import date

import pytest
import pyzipper
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QDialog, QLabel

from desktop.hands import save_paper
from models.records.rights import ConsentEntry, RightsRequestEntry
from tests.desktop.conftest import settle

TODAY = date(2026, 11, 22)


@pytest.fixture
def home(shell):
    """A household with a child under fourteen."""
    for resident in shell.casebook.residents.ids():
        for household in shell.casebook.households.of_resident(resident):
            ages = [member.resident.age or 99 for member in household.members]
            if len(ages) >= 3 and min(ages) < 14 <= max(ages):
                return household
    raise AssertionError("the sample has no such household")


@pytest.fixture
def adult(home):
    return next(member.resident.id for member in home.members if (member.resident.age or 0) >= 18)


@pytest.fixture
def child(home):
    return next(member.resident.id for member in home.members if (member.resident.age or 99) < 14)


def opened(shell, **where):
    assert shell.go("rights", **where)
    settle(shell)
    return shell.page


def sign(form):
    """Draw a line on the pad."""
    form.how.pick("screen")
    form.pad.sheet.press(QPointF(10, 40))
    for step in range(60):
        form.pad.sheet.drag(QPointF(10 + 4 * step, 40 + step % 9 * 6))
    form.pad.sheet.release()


def states(shell, resident):
    return dict(shell.casebook.consents.state(resident).classes)


def dialog(shell):
    return next(found for found in shell.findChildren(QDialog) if found.isVisible())


def said(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_a_signature_on_the_screen_is_kept_with_what_was_agreed_to(shell, adult):
    page = opened(shell, resident_id=adult)
    page.buttons["ask"].click()
    form = page.asking.form
    form.classes["plain"].pick("given")
    form.classes["health"].pick("given")
    form.classes["finance"].pick("refused")
    sign(form)
    page.asking.save()
    settle(shell)
    assert page.asking.form is None
    found = states(shell, adult)
    assert (found["plain"], found["health"], found["finance"], found["disability"]) == (
        "given", "given", "refused", "not_asked",
    )  # fmt: skip
    (picture,) = shell.casebook.pictures.of("resident", adult)
    assert picture.kind == "signature"
    assert {view.picture_id for view in shell.casebook.consents.state(adult).history} == {picture.id}
    shell.undo()
    settle(shell)
    assert set(states(shell, adult).values()) == {"not_asked"}
    assert shell.casebook.pictures.of("resident", adult) == []


def test_nothing_is_kept_before_all_is_said_and_nothing_is_cleared(shell, adult):
    page = opened(shell, resident_id=adult)
    page.asking.begin(adult)
    form = page.asking.form
    page.asking.save()
    assert set(form.summary.links) == {"classes", "how"}
    form.classes["plain"].pick("given")
    form.how.pick("spoken")
    page.asking.save()
    assert set(form.summary.links) == {"witness"}
    assert form.classes["plain"].answer() == "given"
    form.witness.setText("王强")
    page.asking.save()
    settle(shell)
    assert shell.casebook.consents.state(adult).history[0].witness == "王强"


def test_for_a_child_the_guardian_of_the_household_is_offered(shell, child, home):
    page = opened(shell, resident_id=child)
    page.buttons["ask"].click()
    form = page.asking.form
    assert form.who.isHidden()
    grown_up = [member.resident for member in home.members if (member.resident.age or 0) >= 18]
    offered = dict(form.asked.adults)
    assert set(offered) == {person.id for person in grown_up}
    form.classes["plain"].pick("given")
    form.guardian.pick(grown_up[0].id)
    form.relation.pick("parent")
    form.how.pick("paper")
    page.asking.save()
    settle(shell)
    (view,) = shell.casebook.consents.state(child).history
    assert (view.given_by, view.guardian) == ("guardian", f"{grown_up[0].name} 父亲或母亲")


def test_a_household_is_asked_one_after_another(shell, home):
    page = opened(shell, household_id=home.id)
    page.buttons["ask"].click()
    asked = []
    while page.asking.form is not None:
        form = page.asking.form
        asked.append(form.asked.resident_id)
        assert form.asked.name in page.heading.text()
        form.classes["plain"].pick("informed")
        if form.asked.needs_guardian:
            form.guardian.pick(form.asked.adults[0][0])
            form.relation.pick("parent")
        form.how.pick("paper")
        page.asking.save()
        settle(shell)
    assert asked == [member.resident.id for member in home.members]
    assert "ask" not in page.buttons
    assert {shell.casebook.consents.state(one).basis for one in asked} == {"statutory"}


def test_who_is_put_off_is_asked_another_time(shell, home):
    page = opened(shell, household_id=home.id, ask=True)
    first = page.asking.form.asked.resident_id
    page.asking.later()
    settle(shell)
    assert page.asking.form.asked.resident_id != first
    page.asking.cancel()
    settle(shell)
    assert page.asking.form is None
    assert shell.casebook.consents.not_asked([member.resident.id for member in home.members]) == len(home.members)


def test_what_was_begun_waits_as_a_draft_and_survives_another_look(shell, adult):
    page = opened(shell, resident_id=adult)
    page.asking.begin(adult)
    page.asking.form.classes["plain"].pick("given")
    page.asking.form.how.pick("spoken")
    page.asking.keeper.flush()
    settle(shell)
    shell.next_theme()
    settle(shell)
    form = shell.page.asking.form
    assert form is not None
    assert (form.classes["plain"].answer(), form.how.answer()) == ("given", "spoken")
    shell.go("drafts")
    settle(shell)
    (draft,) = [draft for draft in shell.casebook.drafts.all() if draft.form == "consent"]
    shell.page.go_on(draft)
    settle(shell)
    assert shell.page.name == "rights"
    form = shell.page.asking.form
    assert form.classes["plain"].answer() == "given"
    form.witness.setText("王强")
    shell.page.asking.save()
    settle(shell)
    assert [draft for draft in shell.casebook.drafts.all() if draft.form == "consent"] == []


def test_with_large_targets_there_is_one_topic_at_a_time(shell, adult):
    shell.toggle_touch()
    settle(shell)
    page = opened(shell, resident_id=adult)
    page.asking.begin(adult)
    form = page.asking.form
    shown = []
    for _part in form.parts:
        shown.append([number for number, part in enumerate(form.parts) if not part.isHidden()])
        page.asking.forward()
    assert shown == [[0], [1], [2], [3]]
    assert [number for number, part in enumerate(form.parts) if not part.isHidden()] == [1]  # of the first problem
    assert not form.summary.isHidden()


def test_before_a_withdrawal_it_is_told_what_stops(shell, adult):
    given = ConsentEntry(resident_id=adult, action="given", classes=("plain", "pictures"), how="paper", given_on=TODAY)
    shell.casebook.consents.record(given)
    page = opened(shell, resident_id=adult)
    page.buttons["withdraw"].click()
    form = page.asking.form
    assert set(form.classes) == {"plain", "pictures"}
    form.classes["plain"].pick("withdrawn")
    settle(shell)
    assert "不再" in form.stops.text() or "冻结" in form.stops.text()
    form.how.pick("paper")
    page.asking.save()
    settle(shell)
    assert states(shell, adult)["plain"] == "withdrawn"
    assert shell.casebook.consents.frozen()[0][0] == adult
    person = opened_person(shell, adult)
    assert not person.kept_only.isHidden()
    assert person.columns.isHidden()
    person.kept_only.button.click()
    settle(shell)
    assert shell.page.name == "rights"
    waiting = opened(shell)
    assert adult in waiting.frozen.rows


def opened_person(shell, resident):
    shell.go("person", resident_id=resident)
    settle(shell)
    return shell.page


def test_a_request_says_below_its_line_when_somebody_else_is_to_be_named(shell, adult):
    page = opened(shell, resident_id=adult)
    page.buttons["request"].click()
    asking = dialog(shell)
    assert asking.hint.isVisible()
    assert asking.hint.text() == asking.by.accessibleDescription() == "由他人代为申请时填写"
    assert asking.hint.y() > asking.by.y()
    assert asking.by.placeholderText() == ""


def test_a_request_is_kept_listed_with_its_last_day_and_answered(shell, adult):
    page = opened(shell, resident_id=adult)
    page.buttons["request"].click()
    asking = dialog(shell)
    asking.go.click()
    assert not asking.wrong.isHidden()
    asking.kind.pick("access")
    asking.wish.setPlainText("想看看记了什么")
    asking.go.click()
    settle(shell)
    (request,) = shell.casebook.rights.requests()
    assert (request.wish, request.due_on) == ("想看看记了什么", date(2026, 12, 22))
    waiting = opened(shell)
    assert "想看看记了什么" in said(waiting.requests)
    page = opened(shell, resident_id=adult)
    page.deeds.answer(request)
    answer = dialog(shell)
    answer.status.pick("refused")
    answer.go.click()
    assert not answer.wrong.isHidden()
    answer.words.setPlainText("材料涉及他人")
    answer.go.click()
    settle(shell)
    assert shell.casebook.rights.requests() == []
    (answered,) = shell.casebook.rights.requests(adult)
    assert (answered.status, answered.answer) == ("refused", "材料涉及他人")


def test_a_correction_opens_the_registration_and_answers_the_request(shell, adult):
    wish = RightsRequestEntry(resident_id=adult, kind="correction", asked_on=TODAY, wish="生日写错了")
    shell.casebook.rights.ask(wish)
    page = opened(shell, resident_id=adult)
    page.buttons["correct"].click()
    settle(shell)
    assert shell.page.name == "register"
    assert shell.casebook.rights.requests() == []


def test_the_copy_holds_tables_data_and_pictures_in_one_file(shell, adult, tmp_path):
    page = opened(shell, resident_id=adult)
    target = tmp_path / "copy.zip"
    page.deeds.choose_file = lambda _name: target
    page.deeds.copy_everything()
    secret = page.deeds.dialog.protection.passphrase.text()
    page.deeds.dialog.go.click()
    settle(shell)
    name = shell.casebook.residents.row(adult).name
    with pyzipper.AESZipFile(io.BytesIO(target.read_bytes())) as packed:
        with pytest.raises(RuntimeError, match="encrypted"):
            packed.read("data.json")
        packed.setpassword(secret.encode())
        assert packed.read("data.pdf").startswith(b"%PDF")
        assert json.loads(packed.read("data.json"))["name"] == name
    assert name not in target.name
    seen = shell.casebook.rights.copy(adult).seen
    assert any(action == "export" for _at, _worker, action, _detail in seen)


def test_frozen_and_used_again(shell, adult):
    name = shell.casebook.residents.row(adult).name
    page = opened(shell, resident_id=adult)
    page.buttons["freeze"].click()
    settle(shell)
    assert adult not in shell.casebook.residents.find(name)
    assert "correct" not in page.buttons
    page.buttons["release"].click()
    settle(shell)
    assert adult in shell.casebook.residents.find(name)


def test_erasing_asks_why_and_for_the_name_and_leaves_nobody(shell, adult):
    name = shell.casebook.residents.row(adult).name
    page = opened(shell, resident_id=adult)
    page.buttons["erase"].click()
    settle(shell)
    asking = dialog(shell)
    assert not asking.go.isEnabled()
    asking.reason.pick("asked")
    asking.typed.setText(name[:-1])
    assert not asking.go.isEnabled()
    asking.typed.setText(name)
    asking.go.click()
    settle(shell)
    assert shell.casebook.residents.find(name) == [] or adult not in shell.casebook.residents.find(name)
    assert shell.page.loaded is None


def test_while_a_term_runs_the_record_is_frozen_and_the_request_answered(shell, adult):
    shell.casebook.settings.set("retention_years", 2)
    name = shell.casebook.residents.row(adult).name
    shell.casebook.rights.ask(RightsRequestEntry(resident_id=adult, kind="erasure", asked_on=TODAY))
    page = opened(shell, resident_id=adult)
    page.buttons["erase"].click()
    settle(shell)
    asking = dialog(shell)
    assert asking.waits
    asking.reason.pick("asked")
    asking.typed.setText(name)
    asking.go.click()
    settle(shell)
    assert [row[2] for row in shell.casebook.consents.frozen()] == ["retained"]
    (request,) = shell.casebook.rights.requests(adult)
    assert request.status == "refused"
    assert shell.casebook.residents.row(adult).name == name


def test_the_paper_form_is_shown_for_each_of_the_household(shell, home, tmp_path):
    page = opened(shell, household_id=home.id)
    page.buttons["paper"].click()
    settle(shell)
    assert page.paper.preview.page_count() == len(home.members)
    page.paper.language_field.pick("en")
    page.paper.with_names.setChecked(False)
    settle(shell)
    assert page.paper.preview.page_count() == 1
    target = tmp_path / "form.pdf"
    save_paper(shell, page.paper.save_button, target)
    settle(shell)
    assert target.read_bytes() == page.paper.preview.pdf
    page.cancel()
    settle(shell)
    assert page.paper is None
    assert "paper" in page.buttons


def test_the_household_page_offers_to_ask_until_everybody_was_asked(shell, home):
    shell.go("household", household_id=home.id)
    settle(shell)
    assert str(len(home.members)) in said(shell.page.consent)
    shell.page.consent_button.click()
    settle(shell)
    assert shell.page.name == "rights"
    assert shell.page.asking.form is not None
    for member in home.members:
        told = ConsentEntry(
            resident_id=member.resident.id, action="informed", basis="statutory", how="paper", given_on=TODAY
        )
        shell.casebook.consents.record(told)
    shell.go("household", household_id=home.id)
    settle(shell)
    assert shell.page.consent.isHidden()


def test_the_term_of_retention_is_set_on_the_settings_page(shell):
    shell.go("settings")
    settle(shell)
    shell.page.retention.setValue(3)
    shell.page.retention.editingFinished.emit()
    settle(shell)
    assert shell.casebook.settings.get("retention_years") == 3


def test_a_term_that_another_desk_set_meanwhile_is_told_and_a_box_left_as_it_was_changes_nothing(shell):
    shell.go("settings")
    settle(shell)
    page, settings = shell.page, shell.casebook.settings
    settings.set("retention_years", 5)  # as another desk does
    page.retention.editingFinished.emit()
    settle(shell)
    assert settings.get("retention_years") == 5
    page.retention.setValue(3)
    page.retention.editingFinished.emit()
    settle(shell)
    assert settings.get("retention_years") == 5
    assert "5" in shell.area.banners.banner.sentence.text()
    assert page.retention.value() == 5
    page.retention.setValue(3)
    page.retention.editingFinished.emit()
    settle(shell)
    assert settings.get("retention_years") == 3
