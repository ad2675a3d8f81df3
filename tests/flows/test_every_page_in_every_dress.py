"""Every page in both languages, and in all three themes, though not in each with each: no warning of Qt, no empty and
no untranslated words.
"""

import re

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from desktop import commands
from desktop.actions import COMMANDS
from desktop.hands import settle
from desktop.shell import PAGES
from desktop.state import LANGUAGES, THEMES
from desktop.widgets.command_palette import all_actions
from models.records.referral import MatterEntry, ReferralEntry
from models.records.rounds import RoundEntry
from models.records.visit import NeedEntry, VisitEntry
from tests.desktop.conftest import opened_with
from tests.house import catalogue

FOREIGN = {"中文（简体）", "English", "中文 / English", "中文"}
"""Words that stand in their own language whichever is shown."""

LATIN = re.compile(r"[A-Za-z]{3,}")
LATIN_IN_CHINESE = re.compile(
    r"(Ctrl|Alt|Shift|Enter|Tab|Esc|PDF|XLSX|Jinmen|hyl|English|[CF]\d+|\.jm\w*|Page ?(Up|Down)|Space|Left|Right|"
    r"Home|End|Del|\.xlsx?|\.csv|XLSForm|JMF:|\b[2-9B-DF-HJ-NP-TV-Z]{4}(-[2-9B-DF-HJ-NP-TV-Z]{4})?\b)"
)
"""Names of keys, formats and examples of initials; codes of slips, forms and computers, which have no vowels."""


@pytest.fixture
def worked(shell):
    """A casebook in which a little of everything was done, so that no page is empty."""
    book = shell.casebook
    resident = book.residents.ids()[0]
    household = book.households.of_resident(resident)[0].id
    day = shell.clock.now().date()
    needs = (NeedEntry(group="elderly", note="助餐"),)
    book.visits.record(
        VisitEntry(household_id=household, outcome="met", happened_on=day, met=(resident,), needs=needs, next_visit=day)
    )
    made = book.referrals.issue(
        ReferralEntry(resident_id=resident, matters=(MatterEntry(service_id="S50"),), receiver="街道公共服务大厅")
    )
    book.drafts.save("visit", "1", household, "走访", {"household_id": household, "answers": {}})
    walked = book.rounds.plan(RoundEntry(name="一轮", scope="list", starts_on=day, household_ids=(household,)))
    book.rounds.record(walked.ids[0], "nobody_home")
    wheres = opened_with(resident, book.residents.ids()[1], household, walked.id)
    wheres |= {"referral": {"referral_id": made.id}, "help": {"topic": "register"}}
    return shell, wheres


def words_of(widget: QWidget) -> str:
    """The words that a widget shows, without marks of rich text."""
    if isinstance(widget, QLabel):
        text = widget.text()
        return re.sub(r"<style.*?</style>|<[^>]+>", " ", text) if "<" in text else text
    if isinstance(widget, QAbstractButton):
        return widget.text()
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.placeholderText() if isinstance(widget, QLineEdit) else ""


def speaks_later(label: QLabel) -> bool:
    """Whether an empty label is where something will be said: what is kept, how far one is, how a date was read."""
    around = label.parentWidget()
    return type(around).__name__ in ("ActionBar", "StatusLine", "DateField") or around.property("role") == "footer"


def faults(window: QWidget, language: str, chinese: set[str]) -> list[str]:
    """What somebody would stumble over on this window."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        words = words_of(widget).strip()
        where = f"{type(widget).__name__} {widget.objectName()} in {type(widget.parentWidget()).__name__}"
        if isinstance(widget, QLabel) and not words and widget.pixmap().isNull() and not speaks_later(widget):
            found.append(f"empty: {where} {widget.size().toTuple()}")
        if isinstance(widget, QAbstractButton) and not isinstance(widget.parentWidget(), QLineEdit) and not words:
            if widget.icon().isNull() and type(widget) in (QPushButton, QToolButton):
                found.append(f"a button without words and picture: {where}")
            if not widget.accessibleName():
                found.append(f"a button without a name: {where}")
        if "{" in words or "}" in words:
            found.append(f"not filled in: {words[:40]}")
        if language == "zh_CN":
            left = LATIN_IN_CHINESE.sub("", words)
            if (LATIN.search(left) or "None" in words) and words not in FOREIGN:
                found.append(f"English in Chinese: {words[:60]} ({where})")
        elif words in chinese and words not in FOREIGN:
            found.append(f"Chinese in English: {words[:60]} ({where})")
    return found


@pytest.fixture(scope="module")
def chinese_words() -> set[str]:
    """Every translated text of more than one character that is a text of the interface only."""
    known = set()
    for message in catalogue.known().values():
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            if message.id and text and len(text) > 2 and text not in (message.id if message.id else ""):
                known.add(text)
    return known


@pytest.mark.parametrize(("language", "theme"), [*zip(LANGUAGES * 2, THEMES, strict=False)])
def test_every_page_shows_words_and_all_of_them_in_its_language(worked, chinese_words, language, theme):
    shell, wheres = worked
    shell.state.language, shell.state.theme = language, theme
    shell.redress()
    found = []
    for page in PAGES:
        assert shell.go(page, **wheres.get(page, {})), page
        settle(shell, 0.02)
        shell.grab()
        assert shell.page.name == page
        found += [f"{page}: {fault}" for fault in faults(shell, language, chinese_words)]
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gate_and_the_first_run_show_words_in_their_language(locked, window, tmp_path, chinese_words, language):
    (tmp_path / "fresh").mkdir()
    first = window(tmp_path / "fresh")
    found = []
    for shell in (locked, first):
        shell.state.language = language
        shell.redress()
        settle(shell, 0.02)
        found += faults(shell, language, chinese_words)
    for step in range(1, 5):
        first.gate._show(step)
        settle(first, 0.02)
        found += [f"step {step}: {fault}" for fault in faults(first, language, chinese_words)]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_has_words_keys_a_place_in_the_palette_and_is_found_by_its_words(shell, language):
    shell.state.language = language
    shell.redress()
    listed = all_actions(shell)
    keys: dict[str, str] = {}
    for name, action in shell.actions_by_name.items():
        assert action.text(), name
        assert action.isEnabled(), name
        assert not action.icon().isNull(), name
        assert action.shortcuts(), name
        for key in action.shortcuts():
            assert keys.setdefault(key.toString(), name) == name, "no key means two things"
        if name not in ("palette",):
            assert action in listed, name
            assert action in commands.matching(action.text().split()[0], listed), name
    assert set(shell.actions_by_name) == {command.name for command in COMMANDS}


def test_locked_only_what_needs_no_record_can_be_done(locked):
    usable = {name for name, action in locked.actions_by_name.items() if action.isEnabled()}
    assert usable == {command.name for command in COMMANDS if command.locked_too}
    assert "search" not in usable
    assert "help" in usable


def test_the_eye_of_these_tests_sees_what_it_should(qtbot, chinese_words):
    window = QWidget()
    qtbot.addWidget(window)
    for words in ("Save the household", "", "{n} people", "保存这一户"):
        label = QLabel(words, window)
        label.resize(50, 20)
    QPushButton("", window)
    window.show()
    assert len(faults(window, "zh_CN", chinese_words)) == 6
    assert len(faults(window, "en", chinese_words | {"保存这一户"})) == 5
