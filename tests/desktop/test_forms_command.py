"""The command that tries out a folder of questionnaires."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import forms_command
from models import texts


@pytest.fixture(autouse=True)
def _language_given_back() -> Iterator[None]:
    before = texts.language()
    yield
    texts.set_language(before)


GOOD = "| survey |\n| | type | name | label |\n| | select_one_from_file t.csv | a | A |\n| | integer | b | B |\n"
BAD = "| survey |\n| | type | name | label |\n| | txt | a | A |\n"


def test_each_workbook_of_a_folder_is_opened_walked_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.md").write_text(GOOD, "utf-8")
    (tmp_path / "t.csv").write_text("name,label\nhp,Heping\n", "utf-8")
    (tmp_path / "notes.md").write_text("# nothing of a questionnaire\n| a | b |\n", "utf-8")
    below = tmp_path / "below"
    below.mkdir()
    (below / "bad.md").write_text(BAD, "utf-8")
    assert forms_command.main(["check", str(tmp_path), "--language", "en"]) == 1
    said = capsys.readouterr().out
    assert "good.md: opens, 2 questions, 2 reached, 2 answered" in said
    assert "below/bad.md: does not open" in said
    assert "sheet survey, row 2, column type: There is no type “txt”." in said
    assert "2 workbooks: 1 open, 1 of them could be filled in to the end." in said
    assert "notes.md" not in said


def test_one_workbook_can_be_named_and_a_missing_folder_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("name,label\nhp,Heping\n", "utf-8")
    (tmp_path / "good.md").write_text(GOOD, "utf-8")
    assert forms_command.main(["check", str(tmp_path / "good.md"), "--language", "en", "--all"]) == 0
    assert "has no version" in capsys.readouterr().out
    assert forms_command.main(["check", str(tmp_path / "nowhere"), "--language", "en"]) == 2


def test_the_shipped_questionnaires_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert forms_command.main(["check", "resources/questionnaires", "--language", "en"]) == 0
    assert "2 workbooks: 2 open, 2 of them could be filled in to the end." in capsys.readouterr().out
