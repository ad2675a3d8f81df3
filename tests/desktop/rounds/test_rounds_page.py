"""Rounds planned from an address or a list, and the list of them."""

from datetime import date

from desktop.hands import button_named
from tests.desktop.conftest import settle


def choose(shell, form, name, value):
    box = form.boxes[name]
    box.setCurrentIndex(box.findData(value))
    form._chosen(name)
    settle(shell)


def begin(shell):
    shell.go("rounds")
    settle(shell)
    shell.page.begin()
    settle(shell)
    return shell.page.form


def test_a_round_is_narrowed_from_the_road_to_the_staircase_and_its_doors_are_counted(shell, stairs):
    form = begin(shell)
    choose(shell, form, "street", "鞍山道12号")
    assert form.count.text().startswith("10户")
    assert form._value("unit") == "2", "the only building and staircase are chosen at once"
    form.extra.setText("601、602")
    form._ask()
    settle(shell)
    assert form.count.text() == "12户  ·  11 人  ·  2户无登记"
    assert form.name.text() == "鞍山道12号 3号楼2单元"
    form.top_down.setChecked(True)
    form.purpose.setText("入冬走访")
    form.go.click()
    settle(shell)
    assert shell.page.name == "round"
    view = shell.page.view
    assert [stop.number for stop in view.stops[:3]] == ["601", "602", "501"]
    assert (view.row.name, view.row.purpose, view.row.starts_on) == (
        "鞍山道12号 3号楼2单元", "入冬走访", date(2026, 11, 22),
    )  # fmt: skip


def test_a_name_that_was_typed_stays_when_the_address_changes(shell, stairs):
    form = begin(shell)
    form.name.setText("我的一轮")
    form.name.textEdited.emit("我的一轮")
    choose(shell, form, "street", "鞍山道12号")
    assert form.name.text() == "我的一轮"


def test_a_round_needs_a_name_and_a_day_that_can_be_read(shell, stairs):
    form = begin(shell)
    choose(shell, form, "street", "鞍山道12号")
    form.name.clear()
    form.go.click()
    assert "名称" in form.wrong.text()
    form.name.setText("一轮")
    form.day.line.setText("哪天")
    form.go.click()
    assert "2026-12-1" in form.wrong.text()
    assert shell.casebook.rounds.all() == []


def test_households_of_a_list_become_a_round(shell, stairs):
    shell.go("rounds", household_ids=[stairs["401"].id, stairs["102"].id], name="筛查名单")
    settle(shell)
    form = shell.page.form
    assert not form.isHidden()
    assert form.where.isHidden()
    assert form.count.text().startswith("2户")
    form.go.click()
    settle(shell)
    assert [stop.number for stop in shell.page.view.stops] == ["102", "401"]
    assert shell.page.view.row.name == "筛查名单"
    shell.back()
    settle(shell)
    assert shell.page.name == "rounds"
    assert shell.page.form.isHidden(), "coming back does not begin it again"


def test_rounds_stand_with_their_progress_and_can_be_dropped_and_opened_again(shell, planned):
    shell.casebook.rounds.record(shell.casebook.rounds.get(planned).stops[1].id, "met")
    shell.go("rounds")
    settle(shell)
    page = shell.page
    card = page.cards[planned]
    assert card.go.accessibleName() == "接着走：三号楼"
    button_named(card, "取消本轮").click()
    settle(shell)
    assert shell.page.cards == {}
    assert shell.casebook.rounds.all()[0].status == "dropped"
    shell.undo()
    settle(shell)
    assert planned in shell.page.cards
    button_named(shell.page.cards[planned], "结束").click()
    settle(shell)
    assert shell.casebook.rounds.all()[0].status == "done"
    assert len(shell.casebook.planning.open()) == 10, "nine doors are open, and 101 was planned before"


def test_the_rounds_of_today_stand_on_the_page_of_visits(shell, planned):
    shell.go("visits")
    settle(shell)
    page = shell.page
    line = page.rounds.findChildren(type(page.rows[0]).__mro__[1])[0]
    assert "三号楼" in line.accessibleName()
    line.chosen.emit()
    settle(shell)
    assert (shell.page.name, shell.page.where["round_id"]) == ("round", planned)
