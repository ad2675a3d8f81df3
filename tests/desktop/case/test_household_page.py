from datetime import date

from desktop.pages.household import JoinForm, LeaveForm
from desktop.widgets.visit_card import VisitCard
from models.records.resident import ResidentEntry
from models.texts import _
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle


def names(page) -> list[str]:
    return [line.member.resident.name for line in page.lines]


def test_it_shows_people_visits_and_what_is_known(in_both_languages, show, family):
    page = show("household", household_id=family.household)
    words = said(page)
    assert "鞍山道12号" in page.heading.text()
    assert names(page)[0] == "王秀英"
    assert len(names(page)) == 5
    assert [card.visit.happened_on for card in page.visits.findChildren(VisitCard)] == [
        date(2026, 11, 3),
        date(2026, 9, 10),
    ]
    assert "卫生间扶手" in words
    chinese = in_both_languages.state.language == "zh_CN"
    assert ("未纳入低保" if chinese else "does not receive the minimum living allowance (dibao)") in words
    assert ("计入家庭收入人口 4 人" if chinese else "4 count when incomes are divided") in words


def test_registered_and_living_household_are_one_click_apart(show, family):
    page = show("household", household_id=family.household)
    assert page.kind_buttons[family.household].isChecked()
    page.kind_buttons[family.registered].click()
    settle(page.shell)
    assert page.loaded.view.kind == "registered"
    assert "张丽" not in names(page)


def test_somebody_who_leaves_becomes_a_former_member(show, family):
    page = show("household", household_id=family.household)
    leaving = next(form for form in page.findChildren(LeaveForm) if form._member.resident.id == family.daughter_in_law)
    leaving.day.show_answer("2026年10月1日")
    leaving._save()
    settle(page.shell)
    assert "张丽" not in names(page)
    assert "张丽" in said(page.former)
    assert "2026年10月1日" in said(page.former)


def test_a_day_of_leaving_that_cannot_be_is_refused_with_what_is_wrong(show, family):
    page = show("household", household_id=family.household)
    leaving = page.findChildren(LeaveForm)[0]
    for typed, wrong in (
        ("", _("Say from which day, for example {day}.").format(day="2026-11-22")),
        ("2027-01-01", _("This day lies in the future.")),
        ("2000-01-01", _("This is before the day of joining, {day}.").format(day="2012年6月1日")),
    ):
        leaving.day.show_answer(typed)
        leaving._save()
        assert leaving.problem.text() == wrong
    assert len(names(page)) == 5


def test_somebody_on_the_register_joins(show, family, book):
    uncle = book.residents.register(ResidentEntry(name="孙大伟", sex="1")).id
    page = show("household", household_id=family.household)
    page.begin_adding()
    form: JoinForm = page.joining
    form._find("孙大伟")
    form.finder.line.setText("孙大伟")
    settle(page.shell)
    form.finder._pick(0)
    assert form.finder.chosen().key == uncle
    form.relation.setCurrentIndex(form.relation.findData("7"))
    form.since.show_answer("2026-11-01")
    press(form, _("Add to the household"))
    settle(page.shell)
    assert "孙大伟" in names(page)
    member = next(m for m in page.loaded.view.members if m.resident.id == uncle)
    assert (member.relation, member.since) == ("7", date(2026, 11, 1))
    assert form.isHidden()


def test_nobody_can_join_twice_and_nobody_is_not_somebody(show, family):
    page = show("household", household_id=family.household)
    page.begin_adding()
    press(page.joining, _("Add to the household"))
    assert page.joining.problem.text() == _("Choose somebody from the list, or register somebody new.")
    page.joining._find("王秀英")
    page.joining.finder.line.setText("王秀英")
    settle(page.shell)
    page.joining.finder._pick(0)
    press(page.joining, _("Add to the household"))
    assert page.joining.problem.text() == _("This person belongs to the household already.")


def test_the_visit_that_was_asked_for_is_marked(show, family, book):
    first = book.visits.of_household(family.household)[1]
    page = show("household", household_id=family.household, visit_id=first.id)
    marked = [card for card in page.findChildren(VisitCard) if card.property("role") == "banner-info"]
    assert [card.visit.id for card in marked] == [first.id]


def test_visits_that_are_due_stand_above_the_latest_ones(in_both_languages, show, family):
    page = show("visits")
    chinese = in_both_languages.state.language == "zh_CN"
    assert ("已过 2 天" if chinese else "2 days overdue") in said(page.due)
    assert "看扶手" in said(page.due)
    assert "高龄老人走访" in said(page.recent)
    page.rows[0].chosen.emit()
    settle(page.shell)
    assert page.shell.page.where["household_id"] == family.household
