"""The health check says what is amiss, with a button for each cure, and nothing where all is in order."""

import threading
import time
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from desktop import health_words
from desktop.health_words import DAY_MS, advice
from desktop.pages.restore import Restore
from desktop.widgets.banner import Banner
from models.clock import milliseconds
from models.errors import DiskFull
from models.services.exchange_held import Restored
from models.services.health import Deep, Looked, Stopped
from tests.desktop.conftest import settle


@pytest.fixture
def page(shell):
    shell.go("health")
    settle(shell)
    return shell.page


def banners(page):
    return [one for one in page.findChildren(Banner) if one.isVisible()]


def press(page, words):
    (button,) = {one.text(): one for one in page.findChildren(QPushButton) if one.text() == words}.values()
    button.click()
    settle(page.shell)


def words_of(page):
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_a_new_casebook_is_told_to_make_a_backup_in_two_places(page, shell, tmp_path):
    said = [one.sentence.text() for one in banners(page)]
    assert said[0] == "还没有备份。"
    assert any("再选一个存放处" in each for each in said)
    assert page.said.isHidden()
    page.choose_folder = lambda: ""
    press(page, "选择文件夹")
    assert page.said.isHidden()
    (tmp_path / "stick").mkdir()
    page.choose_folder = lambda: str(tmp_path / "stick")
    press(page, "选择文件夹")
    assert "已复制到“stick”" in page.said.text()
    assert len(list((tmp_path / "stick").iterdir())) == 1
    press(page, "试一试备份能否恢复")
    assert "已试着恢复" in page.said.text()
    press(page, "预留空间")
    assert page.said.text() == "预留空间已备好。"
    kinds = {one.kind for one in banners(page)}
    assert kinds <= {"good", "info"}
    assert "一切正常。" in words_of(page)


def test_every_look_says_what_it_found(page):
    press(page, "全面检查")
    assert page.said.text().startswith("文件完好")
    press(page, "与变更日志核对")
    assert "与日志一致" in page.said.text()
    assert "没有发现问题" in words_of(page)


def test_a_look_keeps_no_save_waiting_and_cannot_be_asked_for_twice(page, shell, monkeypatch):
    saved, looks = threading.Event(), []

    def look(**_named):
        looks.append(saved.wait(5))
        return Looked(100, 0, sound=True, rows=50, whole=True)

    buttons = {one.text(): one for one in page.findChildren(QPushButton)}
    with monkeypatch.context() as patch:
        patch.setattr(shell.casebook.health, "look", look)
        buttons["全面检查"].click()
        buttons["全面检查"].click()
        assert not buttons["全面检查"].isEnabled()
        assert not buttons["与变更日志核对"].isEnabled()
        assert buttons["立即备份"].isEnabled()
        shell.tasks.run(saved.set)  # a save, which comes to its end before the look does
        settle(shell)
    assert looks == [True]
    assert {one.text(): one for one in page.findChildren(QPushButton)}["全面检查"].isEnabled()


def test_a_look_that_the_lock_stopped_is_not_told_as_done(page, shell, monkeypatch):
    began = threading.Event()

    def look(progress, cancelled):
        with shell_health._looking(cancelled) as stop:
            began.set()
            while not stop():
                time.sleep(0.002)
            raise Stopped

    shell_health = shell.casebook.health
    monkeypatch.setattr(shell_health, "look_deep", look)
    page.look_deep()
    assert began.wait(5)
    shell.lock()
    settle(shell)
    assert "已完成" not in shell.gate.said.text()
    assert "中途停止" in shell.gate.wrong.text()


def test_pages_that_nothing_uses_are_cured_by_a_button(page, shell, monkeypatch):
    broken = Looked(100, 2, sound=True, rows=50, whole=True)
    with monkeypatch.context() as patch:
        patch.setattr(shell.casebook.health, "look", lambda **_named: broken)
        press(page, "全面检查")
    assert "有 2 页" in page.said.text()
    press(page, "重新整理文件")
    assert page.said.text().startswith("文件完好")


def test_tables_that_are_not_what_the_log_says_are_derived_anew(page, shell, monkeypatch):
    wrong = Deep(10, 1, equal=False, broken_rules=2)
    with monkeypatch.context() as patch:
        patch.setattr(shell.casebook.health, "look_deep", lambda *_steps: wrong)
        press(page, "与变更日志核对")
    for words in ("不真实", "不一致", "不符合登记规则"):
        assert words in page.said.text()
    page.rebuild()
    settle(shell)
    assert "与日志一致" in page.said.text()


def test_trouble_is_said_on_the_page(page, shell, monkeypatch):
    def full():
        raise DiskFull

    monkeypatch.setattr(shell.casebook.safekeeping, "now", full)
    press(page, "立即备份")
    assert page.said.text() == DiskFull().sentence()
    monkeypatch.setattr(shell.casebook.health, "make_ballast", lambda: False)
    page.make_ballast()
    settle(shell)
    assert "空间不够" in page.said.text()


def test_the_way_to_a_restore_closes_the_casebook(page, shell):
    page.restore()
    settle(shell)
    assert shell.is_locked
    assert isinstance(shell.gate, Restore)


def test_each_thing_that_is_amiss_has_its_advice_and_its_button(page, shell):
    now, moment = page.loaded.standing, milliseconds(shell.clock)
    fine = replace(
        now,
        ballast=True,
        encrypted=True,
        backups=replace(
            now.backups,
            changed=False,
            drilled_at=moment,
            first=replace(now.backups.first, last_at=moment),
            second=replace(now.backups.first, last_at=moment, seen_at=moment, reachable=True),
        ),
    )
    assert advice(fine, None, moment) == []
    restored = Restored(moment, moment, 0, 1)
    old = moment - 40 * DAY_MS
    cases = {
        "restore": replace(fine, looked_at=1, looked_good=False),
        "look": replace(fine, closed="other"),
        "rebuild": replace(fine, deep_at=1, deep_good=False),
        "lock": replace(fine, key_copy=False),
        "ballast": replace(fine, ballast=False),
        "choose": replace(fine, backups=replace(fine.backups, second=None)),
        "drill": replace(fine, backups=replace(fine.backups, drilled_at=old)),
        "sync": replace(fine, exchanges=True, exchange_at=old),
        "": replace(fine, low=True),
    }
    for deed, case in cases.items():
        (found,) = advice(case, None, moment)
        assert found.deed == deed
        assert deed == "" or deed in page.deeds
    second = replace(fine.backups.second, reachable=False, seen_at=old)
    for case in (
        replace(fine, key_file=False),
        replace(fine, backups=replace(fine.backups, changed=True, first=replace(fine.backups.first, last_at=old))),
        replace(fine, backups=replace(fine.backups, second=second)),
        replace(fine, backups=replace(fine.backups, second=replace(second, reachable=True, last_at=old))),
    ):
        assert [one.deed for one in advice(case, None, moment)] == ["back_up"]
    assert [one.deed for one in advice(fine, restored, moment)] == ["sync"]
    (crashed,) = advice(replace(fine, closed="crashed"), None, moment)
    assert (crashed.kind, crashed.deed) == ("info", "look")
    assert [one.kind for one in advice(replace(fine, clock_behind=3 * DAY_MS), None, moment)] == ["warn"]
    assert [one.kind for one in advice(replace(fine, encrypted=False), None, moment)] == ["info"]
    assert [one.kind for one in advice(replace(fine, backups=None), None, moment)] == []
    for state in ("same", "other", "crashed", "never", None):
        assert health_words.closed_words(replace(fine, closed=state))
