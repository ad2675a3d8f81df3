"""The sets of rules: what decides, another one looked at, compared, installed, and gone back from."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QDialog, QTableWidget

from desktop.pages.packs_preview import changed_lines
from desktop.widgets.case_parts import TickRow
from desktop.widgets.plan_dialog import PlanDialog
from models.eligibility.describing import Line
from models.eligibility.loader import shipped
from models.records.fact import FactEntry
from tests.desktop.conftest import settle
from tests.desktop.packs.conftest import press, said


@pytest.fixture
def foreign(from_elsewhere: bytes, tmp_path: Path) -> Path:
    """That file on a stick."""
    path = tmp_path / "new.jmpack"
    path.write_bytes(from_elsewhere)
    return path


def look_at(shell, page, path):
    page.choose_file = lambda: str(path)
    page.open_file()
    settle(shell)
    return shell.page


def test_it_says_what_decides_now_and_of_which_documents(window_of_case, show):
    page = show("packs")
    words = said(page)
    policies = window_of_case.casebook.packs.policies()
    for pack in policies.packs.values():
        assert pack.title in words
        assert pack.number in words
    assert "随程序自带" in words
    assert str(len(policies.services)) in words
    assert "有效期已过" in words


def test_a_file_of_an_unknown_signer_is_installed_only_when_its_fingerprint_was_compared(window_of_case, show, foreign):
    shell = window_of_case
    page = look_at(shell, show("packs"), foreign)
    words = said(page)
    assert "不认识的签名人" in words
    assert page.preview.signer.fingerprint in words
    assert not page.install_button.isEnabled()
    assert "核对指纹" in page.why_not.text()
    page.findChild(TickRow).tick.click()
    assert page.install_button.isEnabled()
    page.install_button.click()
    settle(shell)
    packs = shell.casebook.packs
    assert packs.policies().param("dibao_standard", shell.clock.now().date()) == 3000
    assert page.preview is None
    assert "在本机启用" in said(page)


def test_what_was_installed_can_be_undone_at_once_and_later(window_of_case, show, raised):
    shell = window_of_case
    packs = shell.casebook.packs
    before = packs.policies().hash
    page = show("packs", preview=raised)
    page.install_button.click()
    settle(shell)
    assert packs.policies().hash != before
    shell.undo()
    settle(shell)
    assert packs.policies().hash == before
    page = show("packs")
    other = next(view for view in page.loaded.sets if not view.in_force)
    press(page, "改回这一套")
    press(page, "确定，重新启用这一套")
    settle(shell)
    assert packs.policies().hash == other.hash


def test_other_pages_decide_by_the_new_rules(window_of_case, show, raised):
    shell = window_of_case
    workbench = show("workbench", service_id="S60")
    assert "1,010" in said(workbench.params)
    page = show("packs", preview=raised)
    page.install()
    settle(shell)
    workbench = show("workbench", service_id="S60")
    workbench.tabs.setCurrentIndex(2)
    assert "3,000" in said(workbench.params)
    assert workbench.set.in_force


def test_the_rules_looked_at_can_be_read_from_there(window_of_case, show, raised):
    page = show("packs", preview=raised)
    press(page, "查阅规则")
    settle(window_of_case)
    assert window_of_case.page.name == "workbench"
    assert not window_of_case.page.set.in_force
    window_of_case.back()
    show("packs")
    press(window_of_case.page, "查阅规则")
    settle(window_of_case)
    assert window_of_case.page.set.in_force


def test_it_says_in_words_what_changes(window_of_case, show, raised):
    page = show("packs", preview=raised)
    words = said(page)
    assert "低保标准：2026年7月1日起由 1,010 改为 3,000 元" in words
    assert "最低生活保障" in words
    assert "用例" in words
    assert "没有查出问题" in words or "可以启用" in words


def test_who_gains_and_who_needs_a_question_is_listed_and_visits_are_planned(window_of_case, show, raised, family):
    shell = window_of_case
    book = shell.casebook
    book.facts.record("household", family.household, [FactEntry(name="income_per_capita_month", value=2000)])
    page = show("packs", preview=raised)
    page.effect.button.click()
    settle(shell)
    change = page.effect.change
    assert change.changes
    assert change.residents > 0
    ours = [each for each in change.changes if each.household_id == family.household]
    assert ours, "with 2000 a head the family comes under the new standard"
    assert page.effect.table.rowCount() == len(change.services)
    assert page.effect.list.count() == min(len(change.changes), 50)
    names = {page.effect.list.item(at).text() for at in range(page.effect.list.count())}
    assert any("王秀英" in name for name in names)
    visits = page.effect.visits()
    assert visits
    page.effect.plan_button.click()
    settle(shell)
    dialog = next(each for each in page.findChildren(QDialog) if isinstance(each, PlanDialog))
    dialog.go.click()
    settle(shell)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    planned = book.planning.open()
    assert {view.household_id for view in planned} == {each.household_id for each in visits}
    assert {view.source for view in planned} == {"rule"}
    assert all(view.service_id and view.reason for view in planned)


def test_the_list_is_filtered_by_service_and_effect_and_opens_the_person(window_of_case, show, raised):
    shell = window_of_case
    page = show("packs", preview=raised)
    page.effect.button.click()
    settle(shell)
    effect = page.effect
    total = len(effect.chosen)
    effect.service.setCurrentIndex(1)
    settle(shell)
    one = effect.service.currentData()
    assert 0 < len(effect.chosen) <= total
    assert {each.service_id for each in effect.chosen} == {one}
    effect.service.setCurrentIndex(0)
    effect.effect.setCurrentIndex(1)
    settle(shell)
    assert {each.effect for each in effect.chosen} == {effect.effect.currentData()}
    chosen = effect.list.item(0)
    effect.list.itemActivated.emit(chosen)
    settle(shell)
    assert shell.page.name in ("person", "household")
    shell.back()
    settle(shell)
    assert shell.page.name == "packs"
    assert shell.page.preview is raised
    assert shell.page.effect.change is not None, "what was worked out is still there"


def test_comparing_can_be_cancelled(window_of_case, show, raised):
    shell = window_of_case
    page = show("packs", preview=raised)
    jobs = []
    shell.tasks.long_began.connect(jobs.append)
    page.effect.button.click()
    jobs[0].cancel()
    settle(shell)
    assert page.effect.change is None
    assert page.effect.button.isEnabled()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a pack at all", "不是"),
        (b"JINMEN-PACK 9\n{}\n", "更新"),
        (b"", "不是"),
    ],
)
def test_a_file_that_is_no_pack_gives_its_sentence_and_nothing_changes(window_of_case, show, tmp_path, content, words):
    shell = window_of_case
    path = tmp_path / "bad.jmpack"
    path.write_bytes(content)
    before = shell.casebook.packs.policies().hash
    page = look_at(shell, show("packs"), path)
    assert page.preview is None
    assert words in said(shell.area.banners)
    assert page.file_button.isEnabled()
    assert shell.casebook.packs.policies().hash == before


def test_a_file_changed_on_the_way_is_refused(window_of_case, show, foreign):
    data = bytearray(foreign.read_bytes())
    data[-20] ^= 1
    foreign.write_bytes(bytes(data))
    page = look_at(window_of_case, show("packs"), foreign)
    assert page.preview is None
    assert said(window_of_case.area.banners)


def test_a_folder_with_faults_shows_them_by_file_and_line_and_cannot_be_installed(window_of_case, show, tmp_path):
    shell = window_of_case
    folder = tmp_path / "packs"
    with_packs = Path(str(shipped()))
    shutil.copytree(with_packs, folder)
    services = next((folder / "packs").glob("*/services/*.yaml"))
    services.write_text(services.read_text("utf-8") + "  surplus: 1\n", "utf-8")
    page = show("packs")
    page.choose_folder = lambda: str(folder)
    page.open_folder()
    settle(shell)
    page = shell.page
    assert not page.preview.valid
    assert not page.install_button.isEnabled()
    table = page.findChild(QTableWidget)
    assert table.rowCount() >= 1
    assert services.name in table.item(0, 0).text()
    assert all(table.item(0, column).text() for column in range(3))
    out = tmp_path / "problems.txt"
    page.choose_place = lambda _name, _kinds: str(out)
    press(page, "把清单存成文本文件")
    settle(shell)
    text = out.read_text("utf-8")
    assert services.name in text
    assert all(problem.what() in text for problem in page.preview.problems)
    page.close_button.click()
    settle(shell)
    assert shell.page.preview is None


def test_a_folder_without_faults_can_be_installed(window_of_case, show, tmp_path):
    folder = tmp_path / "packs"
    shutil.copytree(Path(str(shipped())), folder)
    page = show("packs")
    page.choose_folder = lambda: str(folder)
    page.open_folder()
    settle(window_of_case)
    page = window_of_case.page
    assert page.preview.valid
    assert page.preview.in_force, "it is the very set"
    assert "正在使用" in said(page)
    assert not page.install_button.isEnabled()


def test_rules_are_written_for_another_office_and_read_there(window_of_case, show, tmp_path):
    shell = window_of_case
    page = show("packs")
    out = tmp_path / "rules.jmpack"
    page.choose_place = lambda _name, _kinds: str(out)
    press(page, "写成文件交给其他单位")
    settle(shell)
    assert shell.casebook.packs.preview(out).in_force


def test_nothing_chosen_in_a_file_dialog_changes_nothing(window_of_case, show):
    page = show("packs")
    page.choose_file = page.choose_folder = str
    page.choose_place = lambda _name, _kinds: ""
    page.open_file()
    page.open_folder()
    page.export("")
    settle(window_of_case)
    assert page.preview is None
    assert page.file_button.isEnabled()


def test_both_languages_tell_the_same(in_both_languages, raised):
    shell = in_both_languages
    shell.go("packs", preview=raised)
    settle(shell)
    chinese = shell.state.language == "zh_CN"
    words = said(shell.page)
    assert ("改为 3,000" in words) == chinese
    assert ("1,010 → 3,000" in words) != chinese
    assert shell.page.install_button.isEnabled()


def test_lines_that_stay_are_told_only_above_a_change():
    def line(text):
        return Line(0, "leaf", text)

    told = changed_lines([line("a"), line("b"), line("c")], [line("a"), line("B"), line("c")])
    assert [(sign, each.text) for sign, each in told] == [("", "a"), ("-", "b"), ("+", "B")]
