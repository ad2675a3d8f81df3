"""The page of papers: what is chosen is what is shown, printed and journalled; the ways to it."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from desktop.pages import papers
from models.records.audit import Audit
from models.records.questionnaire import QuestionnaireAnswerEntry
from models.records.visit import AssessmentEntry, VisitEntry
from models.store.rows import table_of
from tests.desktop.conftest import settle
from tests.reports.letters import page_texts

TODAY = date(2026, 11, 22)


def opened(shell, **where):
    shell.go("papers", **where)
    settle(shell)
    return shell.page


def text_of(page) -> str:
    return "".join(page_texts(page.preview.pdf))


def journal(shell):
    with shell.casebook._book.reading() as connection:
        return [(row.action, row.subject_kind, row.detail) for row in connection.execute(select(table_of(Audit)))]


@pytest.fixture
def person(shell) -> str:
    return shell.casebook.residents.ids()[0]


@pytest.fixture
def home(shell, person) -> str:
    return shell.casebook.households.of_resident(person)[0].id


@pytest.fixture
def asked(monkeypatch):
    """What was handed to the printer, and what to a file."""
    found = []
    monkeypatch.setattr(papers, "print_papers", lambda _shell, items, title: found.append(("print", items, title)))
    monkeypatch.setattr(papers, "save_papers", lambda _shell, items, title: found.append(("save", items, title)))
    return found


def test_a_household_sheet_is_shown_and_printed_as_it_is_shown(shell, person, asked):
    page = opened(shell, resident_id=person)
    assert page.kind == "household_sheet"
    assert "家庭情况表" in text_of(page)
    assert shell.casebook.residents.row(person).name in text_of(page)
    page.print_paper()
    page.save_paper()
    (_print, (item,), title), (save, (again,), _title) = asked
    assert (item.paper, item.pdf, title, save) == ("household_sheet", page.preview.pdf, "家庭情况表", "save")
    assert again.pdf == item.pdf
    assert ("view", "household", "paper=household_sheet") in journal(shell)
    page.language.setCurrentIndex(1)
    settle(shell)
    assert "HouseholdSheet" in text_of(page)


def test_a_notice_holds_the_services_that_are_ticked(shell, person, asked):
    page = opened(shell, paper="notice", resident_id=person)
    assert page.preview.pdf == b""
    assert not page.print_button.isEnabled()
    assert not page.hint.isHidden()
    assert page.services.count() > 10
    first, second = page.services.item(0), page.services.item(1)
    first.setCheckState(Qt.CheckState.Checked)
    second.setCheckState(Qt.CheckState.Checked)
    page.note.setText("每周三下午办理")
    page.note.editingFinished.emit()
    settle(shell)
    said = text_of(page)
    names = {service.id: service.name for service in shell.casebook.eligibility.services().values()}
    for item in (first, second):
        assert "".join(names[item.data(Qt.ItemDataRole.UserRole)[0]].split()) in said
    assert "每周三下午办理" in said
    assert page.hint.isHidden()
    page.print_paper()
    ((_what, (item,), _title),) = asked
    assert len(item.argument["services"]) == 2


def test_more_services_than_a_notice_holds_are_refused(shell, person):
    page = opened(shell, paper="notice", resident_id=person)
    for place in range(papers.MOST_SERVICES + 1):
        page.services.item(place).setCheckState(Qt.CheckState.Checked)
    settle(shell)
    assert len(page._chosen_services()) == papers.MOST_SERVICES


def test_the_check_hands_its_ticks_to_the_notice(shell, person, home):
    shell.go("eligibility", household_id=home, resident_id=person)
    settle(shell)
    check = shell.page
    key = next(key for key, card in check.cards.items() if card.choose is not None)
    check.cards[key].choose.click()
    chosen = [(r.service_id, r.component) for r in check.chosen.values()]
    check.notice_button.click()
    settle(shell)
    assert shell.page.kind == "notice"
    assert shell.page._chosen_services() == chosen
    assert "一次性告知单" in text_of(shell.page)


def test_the_record_of_a_visit_is_printed_from_its_card(shell, person, home):
    visits = shell.casebook.visits
    old = visits.record(VisitEntry(household_id=home, outcome="met", happened_on=date(2026, 5, 1), met=(person,)))
    visits.record(VisitEntry(household_id=home, outcome="nobody_home", happened_on=TODAY, notes="敲门无人应"))
    shell.go("household", household_id=home)
    settle(shell)
    shell.page.print_visit(old.id)
    settle(shell)
    page = shell.page
    assert (page.kind, page.which.currentData()) == ("visit_record", old.id)
    assert "2026年5月1日" in text_of(page)
    page.which.setCurrentIndex(0)
    settle(shell)
    assert "敲门无人应" in text_of(page)


def test_reports_of_assessments_and_questionnaires_stand_in_one_list(shell, person, home):
    book = shell.casebook
    entry = AssessmentEntry(
        resident_id=person, instrument="elder_ability", version="1", assessed_on=TODAY, answers={"eating": "3"},
        score=3, level="",
    )  # fmt: skip
    made = book.assessments.record(entry)
    from forms.xlsform import shipped

    form = shipped.load("home_safety")
    put = book.questionnaires.install(
        form.id, form.version, form.titles, form.subject, form.body, "home_safety.md", "x"
    )
    answer = {"format": 1, "values": {"/data/fire/fuel": "bottle"}, "kept": {}, "rounds": {}, "seen": {}}
    about = {"resident_id": person} if form.subject == "resident" else {}
    given = book.questionnaires.answer(
        QuestionnaireAnswerEntry(
            questionnaire_id=put.id, household_id=home, answered_on=date(2026, 1, 5), answers=answer, **about
        )
    )
    page = opened(shell, paper="assessment_report", resident_id=person, key=made.id)
    assert page.which.count() == 2
    assert "老年人能力评估报告" in text_of(page)
    page = opened(shell, paper="questionnaire_report", resident_id=person, household_id=home, key=given.id)
    assert "瓶装液化气" in text_of(page)
    shell.go("assessment", resident_id=person, assessment_id=made.id)
    settle(shell)
    assert not shell.page.report_button.isHidden()
    shell.page.report_button.click()
    settle(shell)
    assert shell.page.which.currentData() == made.id
    shell.go("questionnaire", answer_id=given.id)
    settle(shell)
    assert not shell.page.report_button.isHidden()
    shell.page.report_button.click()
    settle(shell)
    assert shell.page.which.currentData() == given.id


def test_envelopes_go_to_the_list_that_was_handed_over_and_each_is_noted(shell, asked):
    homes = list(dict.fromkeys(h.id for r in shell.casebook.residents.ids()[:6] for h in
                               shell.casebook.households.of_resident(r)[:1]))  # fmt: skip
    page = opened(shell, paper="envelopes", household_ids=homes)
    assert page.preview.page_count() == len(homes)
    page.post.code.setText("300020")
    page.post.sender_address.setText("样本道46号")
    page.post.code.editingFinished.emit()
    settle(shell)
    assert "300020" in text_of(page)
    assert "样本道46号" in text_of(page)
    page.print_paper()
    settle(shell)
    printed = [line for line in journal(shell) if line[0] == "print"]
    assert printed == [("print", "resident", "paper=envelopes copies=1")] * len(homes)
    page = opened(shell, paper="labels", household_ids=homes)
    assert page.post.sender_address.text() == "样本道46号", "the sender is remembered"
    assert page.preview.page_count() == 1
    page.post.start.setValue(24)
    settle(shell)
    assert page.preview.page_count() == 2
    assert asked


def test_a_blank_form_needs_nobody_and_its_code_opens_the_form(shell, person, home):
    page = opened(shell, paper="blank_form")
    found = [page.which.itemData(place) for place in range(page.which.count())]
    assert {"resident", "household", "visit", "elder_ability", "home_safety"} <= set(found)
    page.which.setCurrentIndex(found.index("visit"))
    page.copies.setValue(3)
    settle(shell)
    assert text_of(page).count("JMF:visit:1") >= 3
    page = opened(shell, paper="blank_form", resident_id=person)
    page.code.setText("JMF:visit:1")
    page.code.returnPressed.emit()
    settle(shell)
    assert (shell.page.name, shell.page.where["household_id"]) == ("visit", home)
    for code, name in (
        ("JMF:resident:1", "register"),
        ("jmf：elder_ability：1", "assessment"),
        ("JMF:contact", "case_form"),
    ):
        page = opened(shell, resident_id=person)
        page.code.setText(code)
        page.find_form()
        settle(shell)
        assert shell.page.name == name
    page = opened(shell, resident_id=person)
    page.code.setText("nothing")
    page.find_form()
    assert shell.page is page


def test_every_page_that_is_about_somebody_leads_here(shell, person, home):
    for name, where in (("person", {"resident_id": person}), ("household", {"household_id": home})):
        shell.go(name, **where)
        settle(shell)
        shell.actions_by_name["papers"].trigger()
        settle(shell)
        assert shell.page.name == "papers"
        assert shell.page.whose.household_id == home


def test_the_chosen_households_of_the_worklist_get_envelopes(shell):
    shell.go("worklist")
    settle(shell)
    shell.page.lines.tick(0, 1)
    settle(shell)
    shell.page.menu_actions["envelopes"].trigger()
    settle(shell)
    page = shell.page
    assert (page.name, page.kind) == ("papers", "envelopes")
    assert page.preview.page_count() == 2


def test_a_long_list_is_printed_part_by_part(shell, monkeypatch):
    from desktop import paper_values

    monkeypatch.setattr(paper_values, "AT_ONCE", 4)
    page = opened(shell, paper="envelopes")
    page.post.to.setCurrentIndex(page.post.to.findData("everybody"))
    settle(shell)
    homes = {shell.casebook.households.of_resident(r)[0].id for r in shell.casebook.residents.ids()}
    assert page.preview.page_count() == 4
    first = text_of(page)
    assert not page.post._rows["part"].isHidden()
    page.post.part.setValue(2)
    settle(shell)
    assert page.preview.page_count() == min(4, len(homes) - 4)
    assert text_of(page) != first
    page.post.part.setValue(400)
    settle(shell)
    assert page.preview.pdf == b""
    assert not page.print_button.isEnabled()
