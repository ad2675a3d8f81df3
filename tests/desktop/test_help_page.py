from importlib.resources import files

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextBrowser

from desktop.pages.help import TOPICS, help_text, show_window
from desktop.shell import PAGES
from models import texts
from tests.desktop.conftest import settle


def test_every_page_has_its_help():
    assert set(PAGES) - {"help"} <= set(TOPICS)


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_written_in_both_languages(topic, language):
    texts.set_language(language)
    words = help_text(topic)
    assert words.startswith("# ")
    assert len(words) > 60
    chinese = sum("一" <= character <= "鿿" for character in words)
    assert (chinese > 40) == (language == "zh_CN")


def test_no_help_file_is_left_over():
    for language in texts.LANGUAGES:
        kept = {place.name for place in files("resources").joinpath(f"help/{language}").iterdir()}
        assert kept == {f"{topic}.md" for topic in TOPICS}


def test_topics_can_be_turned_through(shell):
    shell.go("help", topic="sync")
    settle(shell)
    assert "回执" in shell.page.text.toPlainText()
    shell.page.topics.setCurrentRow(0)
    assert "一天" in shell.page.text.toPlainText()


def test_at_the_gate_help_has_a_window_of_its_own(locked):
    window = show_window(locked, "sign_in")
    assert window.isVisible()
    window.accept()


@pytest.mark.parametrize("name", ["eligibility", "screening", "calendar", "workbench", "packs", "visits", "today"])
def test_f1_opens_the_topic_of_the_page(shell, name):
    shell.go(name)
    settle(shell)
    shell.show_help()
    settle(shell)
    assert shell.page.name == "help"
    assert shell.page.topics.currentItem().data(Qt.ItemDataRole.UserRole) == name
    shown = shell.page.text.toPlainText()
    assert shown.startswith(help_text(name).splitlines()[0].removeprefix("# "))


def test_restoring_a_backup_is_explained_at_the_gate(locked):
    for language, words in (("zh_CN", "从备份恢复"), ("en", "Restore a backup")):
        texts.set_language(language)
        window = show_window(locked, "sign_in")
        assert words in window.findChild(QTextBrowser).toPlainText()
        window.accept()
