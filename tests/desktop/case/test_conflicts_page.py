"""The conflict desk in the window: by keys, with progress, undo, joining, typing; alike ones; doubles; numbers."""

import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop import looks_conflicts
from desktop.conflict_queue import Item, Queue
from desktop.pages.conflicts_card import ConflictCard
from desktop.text_marks import differing, marked
from models.casebook import Casebook
from models.clock import FixedClock
from models.services.conflicts_views import ConflictPage, FieldConflict, RecordConflicts, Version
from models.texts import _
from tests.conftest import NOW, PASSPHRASE
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle
from tests.numbers import forget_place

SHOTS = os.environ.get("JINMEN_SHOTS", "")


@pytest.fixture(scope="module")
def town(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town after another laptop changed what was changed here, made once; tests work on copies."""
    place = tmp_path_factory.mktemp("quarrel")
    folder = place / "casebook"
    shutil.copytree(town, folder)
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    looks_conflicts.disagree(book, place)
    assert book.conflicts.count()
    book.close()
    forget_place(folder, PASSPHRASE, same_computer=True)
    return folder


@pytest.fixture
def desk(shell):
    """The page with five fields of three records that another laptop changed too."""
    looks_conflicts.quarrel(shell)
    settle(shell)
    return shell.page


@pytest.fixture
def book(shell):
    """The casebook that is open in the window."""
    return shell.casebook


def key(page, which) -> None:
    QTest.keyClick(page, which)
    settle(page.shell)


def shot(page, name: str) -> None:
    if SHOTS:
        page.shell.grab().save(f"{SHOTS}/{name}.png")


def names(page) -> list[tuple[str, str]]:
    return [item.key for item in page.queue.items]


def test_versions_stand_side_by_side_with_who_where_and_what_differs_marked(desk):
    shot(desk, "open")
    assert desk.queue.total == 5
    assert desk.state.text() == "第 1 项，共 5 项 · 已处理 0 项"
    first, second = desk.card.cards
    assert "李伟" in said(desk.card)
    assert "本机" in said(desk.card)
    assert "text-decoration:underline" in first.text.text() + second.text.text()
    assert first.version.shown
    assert not second.version.shown
    assert desk.tab_buttons["alike"].text() == "意思相同 (2)"


def test_a_clerk_clears_the_pile_by_keys_and_takes_the_last_back(desk, book):
    settled = []
    while desk.queue.done < 5:
        item = desk.queue.current
        settled.append((item.key, item.field.versions[1].value))
        key(desk, Qt.Key.Key_2)
        assert desk.queue.done == len(settled)
    assert "已处理 5 项" in said(desk)
    assert book.conflicts.count() == 0
    shot(desk, "end")
    key(desk, Qt.Key.Key_Z)
    assert book.conflicts.count() == 1
    assert desk.queue.current.key == settled[-1][0]
    assert len(desk.card.cards) == 2
    assert desk.queue.done == 4
    key(desk, Qt.Key.Key_1)
    assert book.conflicts.count() == 0


def test_arrows_go_on_and_back_and_a_settled_one_shows_so(desk):
    key(desk, Qt.Key.Key_1)
    assert desk.queue.at == 1
    key(desk, Qt.Key.Key_Left)
    assert desk.queue.at == 0
    assert _("Settled") in [chip.words for chip in desk.card.findChildren(type_of_chip())]
    assert desk.card.cards[0].button is None
    key(desk, Qt.Key.Key_Right)
    assert desk.queue.at == 1


def type_of_chip():
    from desktop.widgets.case_parts import Chip

    return Chip


def go_to(page, field: str) -> None:
    place = next(at for at, item in enumerate(page.queue.items) if item.field.field == field and not item.settled)
    page.queue.at = place
    page._show()
    settle(page.shell)


def test_both_texts_are_joined_in_the_order_that_is_wanted(desk, book):
    go_to(desk, "note")
    item = desk.queue.current
    key(desk, Qt.Key.Key_J)
    shot(desk, "join")
    lines = desk.card.edit.answer().split("\n")
    desk.card.edit.turn()
    assert desk.card.edit.answer().split("\n") == lines[::-1]
    desk.card.edit.save_button.click()
    settle(desk.shell)
    assert book.residents.entry_of(item.record.row).note.split("\n") == lines[::-1]
    assert desk.queue.items[[i.key for i in desk.queue.items].index(item.key)].settled


def test_what_is_typed_is_checked_and_the_sentence_stands_below_it(desk, book):
    go_to(desk, "number")
    item = desk.queue.current
    assert item.field.hidden
    key(desk, Qt.Key.Key_E)
    panel = desk.card.edit
    assert panel.answer() == "", "a masked number is typed whole"
    panel.field.line.setText("1382")
    panel.save()
    settle(desk.shell)
    assert "打不通" in panel.error.text() or panel.error.text()
    assert desk.card.edit is panel
    panel.field.line.setText("138 2000 9999")
    panel.save()
    settle(desk.shell)
    assert book.conflicts.record(item.record.row) is None
    key(desk, Qt.Key.Key_Z)
    assert book.conflicts.record(item.record.row) is not None


def test_whole_numbers_are_shown_on_demand(desk):
    go_to(desk, "number")
    assert "138****" in said(desk.card)
    desk.card.reveal_button.click()
    settle(desk.shell)
    assert {card.version.value for card in desk.card.cards} == {"+8613820007777", "+8613820007171"}
    assert {card.text.accessibleName()[-13:] for card in desk.card.cards} == {"138 2000 7777", "138 2000 7171"}
    shot(desk, "whole")


def test_whole_numbers_are_hidden_once_nobody_writes_beside_them_any_more(desk, monkeypatch):
    go_to(desk, "number")
    desk.card.reveal_button.click()
    settle(desk.shell)
    line = QLineEdit(desk)
    monkeypatch.setattr(QApplication, "focusWidget", lambda: line)
    desk._mask()
    assert any("138 2000 7777" in card.text.accessibleName() for card in desk.card.cards)
    monkeypatch.setattr(QApplication, "focusWidget", lambda: None)
    desk._mask()
    assert not any("138 2000 7777" in card.text.accessibleName() for card in desk.card.cards)
    assert "138****" in said(desk.card)


def test_a_whole_record_is_taken_from_one_computer(desk, book):
    go_to(desk, "note")
    row = desk.queue.current.record.row
    button = next(b for b in desk.card.side_buttons if "李伟" in b.text())
    button.click()
    settle(desk.shell)
    assert book.conflicts.record(row) is None
    assert book.residents.entry_of(row).note in {there for _here, there in looks_conflicts.NOTES}
    key(desk, Qt.Key.Key_Z)
    assert len(book.conflicts.record(row).fields) == 2


def test_alike_ones_are_settled_together_after_a_look(desk, book):
    desk.show_tab("alike")
    settle(desk.shell)
    shot(desk, "alike")
    assert len(desk.alike.ticks) == 2
    assert book.conflicts.count() == 5, "looking settles nothing"
    next(iter(desk.alike.ticks.values())).tick.click()
    desk.alike.settle_button.click()
    settle(desk.shell)
    assert book.conflicts.count() == 4


def test_people_who_came_twice_are_listed_and_told_apart(desk, book):
    desk.show_tab("twice")
    settle(desk.shell)
    shot(desk, "twice")
    assert "赵桂兰" in said(desk.doubles)
    assert "电话号码相同" in said(desk.doubles) or "电话" in said(desk.doubles)
    button = next(iter(desk.doubles.apart_buttons.values()))
    button.click()
    settle(desk.shell)
    assert book.doubles.count() == 0
    assert "赵桂兰" not in said(desk.doubles)


def test_numbers_by_day_and_what_was_settled_with_a_way_back(desk, book):
    key(desk, Qt.Key.Key_1)
    desk.show_tab("days")
    settle(desk.shell)
    shot(desk, "days")
    assert desk.days.chart.days[-1].open == 4
    assert "今天：新增 5，处理 1，剩下 4。" in said(desk.days)
    press(desk.days, _("Take back"))
    settle(desk.shell)
    assert book.conflicts.count() == 5


def test_what_was_written_in_a_record_that_somebody_removed_is_named(desk, book):
    person = next(item.record.about_id for item in desk.queue.items if item.record.entity == "phone")
    kept = Version("op", False, "李伟", 0, before=False, before_known=True, wrote=("former_name", "note"))
    gone = Version("other", True, "周敏", 0, before=False, before_known=True, shown=True)
    record = RecordConflicts(person, "resident", (FieldConflict("dead", "removed", (gone, kept), 0),), 0)
    card = ConflictCard(Item(record, record.fields[0]), date(2026, 1, 5))
    assert "其间写入了：曾用名、备注" in said(card)
    assert "原来：保留" in said(card)


def test_fields_settled_along_with_a_shown_one_do_not_begin_the_pile_anew():
    link = tuple(FieldConflict(name, "link", (), 0) for name in ("active", "grounds"))
    note = (FieldConflict("note", "text", (), 0),)
    records = (
        RecordConflicts("a", "person_link", link, 0),
        RecordConflicts("b", "resident", note, 0),
    )
    queue = Queue(waiting=3)
    queue.add(ConflictPage(records, 2, 3))
    assert [item.key for item in queue.items] == [("a", "active"), ("b", "note")]
    assert queue.left == 3, "as many as the desk counts"
    queue.settle([("b", "note")], ["op"])
    assert (queue.left, queue.total, queue.done) == (2, 2, 1)
    assert queue.go("a", "active")
    assert not queue.go("a", "grounds")
    assert queue.current.key == ("a", "active")


def test_other_changes_read_only_what_was_changed_and_the_last_choice_can_still_be_taken_back(desk, book):
    key(desk, Qt.Key.Key_1)
    rows = [item.record.row for item in desk.queue.items]
    made, queue = list(desk.queue.made), desk.queue
    person = next(item.record.about_id for item in queue.items if item.record.entity == "phone")
    entry = book.residents.entry_of(person)
    changed = book.residents.amend(person, entry.model_copy(update={"former_name": "欧阳"}))
    desk.refresh(changed)
    settle(desk.shell)
    assert desk.queue is queue
    assert [item.record.row for item in queue.items] == rows
    assert (queue.made, queue.done) == (made, 1)


def test_the_list_is_narrowed_and_widened(desk):
    at = desk.filter.entity.findData("phone")
    desk.filter.entity.setCurrentIndex(at)
    desk.filter.entity.activated.emit(at)
    settle(desk.shell)
    assert {item.record.entity for item in desk.queue.items} == {"phone"}
    assert desk.where["entity"] == "phone"
    key(desk, Qt.Key.Key_1)
    at = desk.filter.worker.findData("李伟")
    assert at > 0


def test_what_differs_is_marked_by_more_than_colour_and_the_pieces_are_the_text():
    for one, other in (("每周三来", "每周五来"), ("", "新"), ("甲", "甲"), ("腿脚不便", "已装扶手"), ("a b", "ab")):
        for text, parts in zip((one, other), differing(one, other), strict=True):
            assert "".join(piece for piece, _differs in parts) == text
    parts = differing("女儿每周三来", "女儿每周五来")[0]
    assert parts == [("女儿每周", False), ("三", True), ("来", True)] or parts == [("女儿每周", False), ("三来", True)]
    rich = marked([("a<b", True), (" ", True)], "#fff", "#000")
    assert "&lt;" in rich
    assert "underline" in rich
    assert "␣" in rich
