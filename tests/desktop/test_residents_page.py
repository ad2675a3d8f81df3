"""Finding people: as typed, only the newest answer, keyboard only, and nobody found."""

import threading
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt

from desktop.pages import residents as module
from tests.desktop.conftest import settle, type_text
from tests.desktop.test_shell import notes  # noqa: F401


@pytest.fixture
def page(notes):  # noqa: F811
    notes.go("residents")
    settle(notes)
    return notes.page


def search(page, text):
    page.search.clear()
    type_text(page.search, text)
    page._typing.stop()
    page._find()
    settle(page.shell)


def shown(page):
    return [page.list.rows.row(place) for place in range(page.list.rows.rowCount())]


def test_everybody_is_listed_when_nothing_is_typed(page):
    assert page.list.rows.rowCount() == len(page.casebook.residents.ids())
    assert page.count.text() == f"{page.list.rows.rowCount()} 位居民"
    assert page.list.current_id() == page.list.rows.id_at(0)


def test_a_chinese_name_finds_its_person(page):
    wanted = shown(page)[5]
    search(page, wanted.name)
    assert wanted.name in [row.name for row in shown(page)]
    assert all(wanted.name in row.name for row in shown(page))


def test_typing_waits_a_moment_before_it_searches(page, qtbot):
    asked = []
    find = page.casebook.residents.find
    page.casebook.residents.find = lambda text, limit: asked.append(text) or find(text, limit)
    assert page._typing.interval() == 120
    for letter in "wang":
        qtbot.keyClick(page.search, letter)
    qtbot.waitUntil(lambda: bool(asked), timeout=3000)
    settle(page.shell)
    assert asked == ["wang"]


def test_only_the_newest_answer_is_painted(page):
    go = threading.Event()
    find = page.casebook.residents.find

    def slow(text, limit):
        if text == "old":
            go.wait(5)
            return ["nobody"] * 3
        return find(text, limit)

    page.casebook.residents.find = slow
    page.search.setText("old")
    page._find()
    page.search.setText("")
    page._find()
    go.set()
    settle(page.shell)
    assert page.list.rows.rowCount() == len(page.casebook.residents.ids())


def test_the_arrows_in_the_search_move_the_list_and_enter_opens(page, qtbot):
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    second = page.list.rows.id_at(1)
    assert page.list.current_id() == second
    assert page.card.row.id == second
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page.shell.page.name == "person"
    assert page.shell.page.asked[-1] == ("open", {"resident_id": second})


def test_enter_right_after_typing_does_not_open_who_stood_there_before(page, qtbot):
    type_text(page.search, "没有这个人")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    settle(page.shell)
    assert page.shell.page is page
    assert page.results.currentWidget() is page.nobody


def test_nobody_found_offers_to_register_what_was_typed(page):
    search(page, "欧阳不存在")
    assert page.results.currentWidget() is page.nobody
    assert page.nobody.sentence.text() == "没有找到“欧阳不存在”"
    assert page.nobody.button.text() == "登记“欧阳不存在”"
    page.nobody.button.click()
    assert page.shell.page.asked[-1] == ("open", {"name": "欧阳不存在"})
    page.shell.back()
    assert page.search.text() == "欧阳不存在"


def test_escape_empties_the_search(page, qtbot):
    type_text(page.search, "王")
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    assert page.search.text() == ""


def test_the_card_shows_who_is_selected_and_what_to_do(page, qtbot):
    row = page.card.row
    assert page.card.name.text() == row.name
    assert row.birth_date.isoformat() in [label.text() for label in page.card._values.values()]
    page.card.buttons[1].click()
    assert page.shell.page.name == "visit"
    assert page.shell.page.asked[-1] == ("open", {"resident_id": row.id})


def test_the_list_can_be_ordered_by_address(page):
    page.order.setCurrentIndex(page.order.findData("address"))
    settle(page.shell)
    addresses = [row.address for row in shown(page)]
    assert len(set(addresses)) < len(addresses)
    together = sum(a == b for a, b in pairwise(addresses))
    assert together >= len(addresses) - len(set(addresses)), "people of one door stand together"


def test_too_many_found_says_so(page, monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 5)
    everybody = page.casebook.residents.ids()
    page.casebook.residents.find = lambda text, limit: everybody[:limit]
    search(page, "a")
    assert page.count.text() == "只显示前 5 位，没看到请继续输入。"


def test_a_new_resident_appears_and_the_selection_stays(page, qtbot):
    from models.records.resident import ResidentEntry

    page.list.step(3)
    selected, before = page.list.current_id(), page.list.rows.rowCount()
    casebook = page.casebook
    page.run(lambda: casebook.residents.register(ResidentEntry(name="阿安")))
    settle(page.shell)
    assert page.list.rows.rowCount() == before + 1
    assert page.list.current_id() == selected


def test_emptying_the_search_does_not_ask_for_everybody_again_until_something_changed(page):
    from models.records.resident import ResidentEntry

    asked = []
    everybody = page.casebook.residents.ids
    page.casebook.residents.ids = lambda order: asked.append(order) or everybody(order)
    search(page, "zz")
    search(page, "")
    assert asked == []
    casebook = page.casebook
    page.shell.go("help")
    page.shell.tasks.run(lambda: casebook.residents.register(ResidentEntry(name="阿安")))
    settle(page.shell)
    page.shell.go("residents")
    settle(page.shell)
    assert asked == ["name"]
    assert "阿安" in [row.name for row in shown(page)]


def test_the_first_resident_is_registered_from_an_empty_casebook(window, folder, casebook_template, clock):
    import shutil

    from models.casebook import Casebook
    from tests.conftest import PASSPHRASE

    shutil.copytree(casebook_template, folder, dirs_exist_ok=True)
    shell = window(folder)
    shell.unlock(Casebook.open(folder, PASSPHRASE, clock=clock))
    shell.go("residents")
    settle(shell)
    assert shell.page.nobody.button.text() == "登记第一位居民"
