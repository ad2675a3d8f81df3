"""Filling in a questionnaire: everything moves as it is answered, nothing typed is lost, drafts keep their version."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.widgets.jump_menu import ANSWERED, OPEN
from desktop.widgets.questionnaire_fields import BelowUnknown, PictureField, RankField, ScaleField
from forms.xlsform import shipped
from forms.xlsform.reading import read_workbook
from models.records.picture import PictureEntry
from models.texts import _, speaking
from tests.desktop.conftest import settle, type_text
from tests.models.pictures import small

FORM = (Path(__file__).parent / "life.md").read_text(encoding="utf-8")


def compiled(text=FORM, version="1"):
    read = read_workbook(text.replace("| life | 1 |", f"| life | {version} |").encode(), "life.md")
    assert read.compiled is not None, [(each.place, each.sentence) for each in read.problems]
    return read.compiled


def install(shell, form):
    return shell.casebook.questionnaires.install(
        form.id, form.version, form.titles, form.subject, dict(form.body), "life.md", form.version
    )


@pytest.fixture
def resident(shell):
    return shell.casebook.residents.ids()[0]


@pytest.fixture
def page(shell, resident):
    """The questionnaire about somebody, at the desk."""
    install(shell, compiled())
    return opened(shell, resident_id=resident, form_id="life")


def opened(shell, **where):
    shell.go("questionnaire", **where)
    settle(shell)
    return shell.page


def at(page, name):
    return page.view.rows[f"/data/{name}"]


def write(page, name, text):
    line = at(page, name).field.findChild(QLineEdit)
    line.setFocus()
    line.clear()
    type_text(line, text)
    page.view.flush()
    settle(page.shell)


def pick(page, name, code):
    at(page, name).field.pick(code)
    settle(page.shell)


def test_a_question_comes_and_goes_with_what_it_depends_on_and_keeps_its_answer(page):
    assert "/data/home/pet_names" not in page.view.order()
    pick(page, "home/pets", "yes")
    write(page, "home/pet_names", "旺财")
    pick(page, "home/pets", "no")
    assert "/data/home/pet_names" not in page.view.order()
    pick(page, "home/pets", "yes")
    assert at(page, "home/pet_names").field.answer() == "旺财"


def test_a_wrong_answer_is_told_beside_its_field_with_the_authors_words_and_stays(page):
    write(page, "home/rooms", "99")
    at(page, "home/rooms").field.findChild(QLineEdit).editingFinished.emit()
    assert "不会有这么多" in at(page, "home/rooms").problem.text()
    write(page, "home/rooms", "3")
    assert at(page, "home/rooms").problem.text() == ""


def test_choices_depend_on_another_answer(page):
    pick(page, "home/district", "hp")
    assert [code for code, _button in at(page, "home/street").field._buttons] == ["aj"]
    pick(page, "home/district", "nk")
    assert [code for code, _button in at(page, "home/street").field._buttons] == ["bd"]


def test_rounds_are_added_and_removed_and_those_behind_move_up(page):
    write(page, "people[1]/name", "甲")
    page.view.add_round("/data/people")
    settle(page.shell)
    assert page.shell.focusWidget() is at(page, "people[2]/name").field.first_focus()
    write(page, "people[2]/name", "乙")
    write(page, "people[2]/age", "31")
    assert any("共2人" in widget.layout().itemAt(0).widget().text() for key, widget in notes(page))
    page.view.remove_round("/data/people[1]")
    settle(page.shell)
    assert at(page, "people[1]/name").field.answer() == "乙"
    assert at(page, "people[1]/age").field.answer() == "31"
    assert "/data/people[2]/name" not in page.view.rows


def notes(page):
    return [(key, widget) for key, widget in page.view._others.items() if key[0] == "note"]


def test_a_scale_and_an_order_are_answered_by_pressing(page):
    scale, wishes = at(page, "tired").field, at(page, "wishes").field
    assert isinstance(scale, ScaleField)
    scale.field.pick("4")
    assert isinstance(wishes, RankField)
    wishes.buttons["food"].click()
    wishes.buttons["sleep"].click()
    assert page.session.state("/data/wishes").typed == ["food", "sleep"]
    assert page.session.state("/data/tired").value == "4"
    wishes.buttons["food"].click()
    assert page.session.state("/data/wishes").typed == ["sleep"]


def test_what_is_missing_is_listed_with_the_cursor_on_the_list_and_each_line_leads_to_its_question(page):
    page.forward()
    settle(page.shell)
    assert list(page.summary.links) == ["/data/home/pets", "/data/people[1]/name"]
    assert page.shell.focusWidget() is page.summary
    page.summary.links["/data/people[1]/name"].click()
    assert page.shell.focusWidget() is at(page, "people[1]/name").field.first_focus()


def fill(page):
    pick(page, "home/pets", "no")
    write(page, "home/rooms", "3")
    write(page, "people[1]/name", "甲")


def test_it_is_checked_and_saved_with_its_facts_and_can_be_taken_back(page, shell, resident):
    fill(page)
    at(page, "hukou").field.pick("no")
    settle(shell)
    page.forward()
    settle(shell)
    assert page.stage == page.CHECK
    assert "宽敞" in page.result.layout().itemAt(0).widget().text()
    page.forward()
    settle(shell)
    (answer,) = shell.casebook.questionnaires.answers_of(resident_id=resident)
    assert (answer.score, answer.level, answer.level_label, answer.version) == ("1", "wide", "宽敞", "1")
    fact = next(each for each in shell.casebook.facts.of(resident) if each.name == "hukou_tianjin")
    assert fact.value is False
    assert shell.page.name == "person"
    assert shell.casebook.drafts.all() == []
    shell.undo()
    settle(shell)
    assert shell.casebook.questionnaires.answers_of(resident_id=resident) == []
    (draft,) = shell.casebook.drafts.all()
    assert draft.form == "questionnaire"
    assert opened(shell, draft_id=draft.id).session.state("/data/home/rooms").typed == "3"


def test_not_knowing_is_an_answer(page):
    at(page, "hukou").field.pick("not_known")
    assert page.session.state("/data/hukou").typed == "not_known"
    at(page, "hukou").field.pick("yes")
    assert page.session.state("/data/hukou").typed == "yes"


def test_what_was_ticked_can_still_be_seen_beside_not_knowing(shell, resident):
    form = shipped.load("new_resident_needs")
    install(shell, form)
    page = opened(shell, resident_id=resident, form_id=form.id)
    row = page.view.rows["/data/fields/work"]
    assert isinstance(row.field, BelowUnknown)
    row.field.inner.pick("job")
    row.field.unknown.pick("refused")
    assert page.session.state("/data/fields/work").typed == "refused"
    assert row.field.inner.codes() == ["job"]
    row.field.inner.pick("training")
    assert page.session.state("/data/fields/work").typed == ["job", "training"]
    assert row.field.unknown.answer() == ""


def test_what_was_saved_is_read_again_and_cannot_be_changed(page, shell, resident):
    fill(page)
    page.forward()
    page.forward()
    settle(shell)
    line = next(line for line in shell.casebook.residents.timeline(resident) if line.kind == "questionnaire")
    shell.page._open_line(line)
    settle(shell)
    page = shell.page
    assert page.name == "questionnaire"
    assert page.view.isHidden()
    assert page.check_view.isVisible()
    assert not any(link.isVisible() for link in page.check_view.findChildren(QPushButton))
    assert "宽敞" in page.result.layout().itemAt(0).widget().text()
    assert "周敏" in page.result.layout().itemAt(1).widget().text()
    assert shell.casebook.drafts.all() == []


def test_a_draft_keeps_the_version_it_was_begun_with_and_says_so(page, shell, resident):
    write(page, "home/rooms", "4")
    shell.go("today")
    settle(shell)
    install(shell, compiled(FORM.replace("几间房", "有几间"), "2"))
    (draft,) = shell.casebook.drafts.all()
    page = opened(shell, draft_id=draft.id)
    assert page.session.compiled.version == "1"
    assert page.session.state("/data/home/rooms").label == "几间房"
    assert at(page, "home/rooms").field.answer() == "4"
    said = [label.text() for label in page.findChildren(type(page.heading)) if label.isVisible()]
    with speaking("zh_CN"):
        told = _(
            "This draft was begun with version {old}; version {new} is in use by now. It is finished with the "
            "questions that it was begun with."
        )
    assert told.format(old="1", new="2") in said


def test_a_draft_of_a_withdrawn_questionnaire_can_be_finished(page, shell, resident):
    fill(page)
    shell.go("today")
    settle(shell)
    shell.casebook.questionnaires.withdraw(shell.casebook.questionnaires.get("life").id)
    (draft,) = shell.casebook.drafts.all()
    page = opened(shell, draft_id=draft.id)
    page.forward()
    page.forward()
    settle(shell)
    assert len(shell.casebook.questionnaires.answers_of(resident_id=resident)) == 1


def test_the_language_of_the_questions_is_changed_and_every_answer_stays(page, shell):
    write(page, "home/rooms", "3")
    page.language.pick("English (en)")
    settle(shell)
    assert page.session.state("/data/home/rooms").label == "How many rooms?"
    assert at(page, "home/rooms").field.answer() == "3"
    assert "How many rooms?" in at(page, "home/rooms").label.text()
    page.leave()
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    assert opened(shell, draft_id=draft.id).session.state("/data/home/rooms").label == "How many rooms?"


def test_the_list_of_questions_tells_what_is_open(page, shell):
    write(page, "home/rooms", "3")
    states = {place.path: place.state for place in page.places()}
    assert states["/data/home/rooms"] == ANSWERED
    assert states["/data/home/pets"] == OPEN
    page.go_to("/data/tired")
    assert shell.focusWidget() is at(page, "tired").field.first_focus()


def test_a_picture_taken_meanwhile_becomes_the_answer(page, shell, resident):
    field = at(page, "door").field
    assert isinstance(field, PictureField)
    field.take.click()
    settle(shell)
    assert shell.page.name == "pictures"
    (draft,) = shell.casebook.drafts.all()
    taken = shell.casebook.pictures.add(
        PictureEntry(kind="home", subject_kind="resident", subject_id=resident, visit_id=draft.id), small()
    )
    shell.back()
    settle(shell)
    page = shell.page
    assert page.session.state("/data/door").typed == taken.id
    assert not at(page, "door").field.image.pixmap().isNull()
    at(page, "door").field.drop.click()
    settle(shell)
    assert page.session.state("/data/door").typed == ""
    shell.undo()
    settle(shell)
    assert page.session.state("/data/door").typed == taken.id


def test_at_the_door_each_topic_is_a_page_and_the_last_one_checks(shell, resident):
    install(shell, compiled())
    shell.state.touch = True
    shell.redress()
    page = opened(shell, resident_id=resident, form_id="life")
    assert page.step
    assert page.bar.progress.text() == "1 / 5"
    page.forward()
    assert page.stage == "/data/home", "what is missing keeps the page"
    pick(page, "home/pets", "no")
    page.forward()
    assert page.stage == "/data/people"
    write(page, "people[1]/name", "甲")
    while page.stage != page.CHECK:
        page.forward()
    page.go_to("/data/home/rooms")
    assert page.stage == "/data/home"
    write(page, "home/rooms", "1")
    page.forward()
    assert page.stage == page.CHECK, "an answer that was changed leads back to the check"
    page.step_back()
    assert page.stage not in (page.CHECK, "/data/home")


def test_a_household_is_asked_what_is_about_households_and_people_what_is_about_people(shell, resident):
    install(shell, compiled())
    install(shell, shipped.load("home_safety"))
    home = shell.casebook.households.of_resident(resident)[0].id
    page = opened(shell, resident_id=resident)
    assert list(page.choosing.rows) == ["life", "new_resident_needs"]
    page.choosing.whom.pick("")
    settle(shell)
    assert list(page.choosing.rows) == ["home_safety"]
    page.choosing.rows["home_safety"].chosen.emit()
    settle(shell)
    page = shell.page
    assert page.opened.whose.household_id == home
    assert page.opened.whose.resident_id == ""
    assert page.session.compiled.id == "home_safety"


def test_what_comes_with_the_program_is_offered_at_once_and_not_again_where_it_was_withdrawn(shell, resident):
    page = opened(shell, resident_id=resident)
    page.choosing.rows["new_resident_needs"].chosen.emit()
    settle(shell)
    assert shell.page.session.compiled.id == "new_resident_needs"
    assert shell.page.opened.whose.resident_id == resident
    (view,) = shell.casebook.questionnaires.in_use()
    assert (view.form_id, view.source_name) == ("new_resident_needs", "new_resident_needs.md")
    shell.casebook.questionnaires.withdraw(view.id)
    page = opened(shell, resident_id=resident)
    assert not page.choosing.rows
    page.choosing.whom.pick("")
    settle(shell)
    assert list(page.choosing.rows) == ["home_safety"]


def test_a_trial_keeps_nothing(shell):
    page = opened(shell, preview=compiled())
    fill(page)
    page.forward()
    settle(shell)
    page.forward()
    settle(shell)
    assert shell.casebook.drafts.all() == []
    assert shell.casebook.questionnaires.all() == []


def test_the_shipped_questionnaires_can_be_answered_to_the_end_with_the_keyboard_alone(shell, resident):
    form = shipped.load("new_resident_needs")
    install(shell, form)
    page = opened(shell, resident_id=resident, form_id=form.id)
    for path in page.view.order():
        widget = page.view.focus_question(path)
        assert widget is not None
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusPolicy() == Qt.FocusPolicy.ClickFocus
    while page.session.check():
        field = page.view.rows[page.session.check()[0].field].field
        field = getattr(field, "inner", field)
        field.pick(field._buttons[0][0])
        settle(shell)
    page.forward()
    settle(shell)
    page.forward()
    settle(shell)
    assert [each.form_id for each in shell.casebook.questionnaires.answers_of(resident_id=resident)] == [form.id]
