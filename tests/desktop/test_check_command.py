"""The command that answers a file of cases."""

import json

import pytest

from desktop.__main__ import main

CASE = {
    "id": "A1",
    "date": "2026-11-22",
    "service": "困难老年人居家养老服务（护理）补贴",
    "applicant": "p1",
    "household": {"facts": {}, "members": [{"id": "p1", "role": "applicant", "facts": {"birth_date": "1930-01-01"}}]},
}


def test_cases_are_answered(tmp_path):
    (tmp_path / "cases.json").write_text(json.dumps({"cases": [CASE]}), "utf-8")
    assert main(["check", str(tmp_path / "cases.json"), str(tmp_path / "answers.json")]) == 0
    told = json.loads((tmp_path / "answers.json").read_text("utf-8"))
    assert [(each["id"], each["outcome"]) for each in told["answers"]] == [("A1", "unknown")]
    assert told["answers"][0]["missing"]


def test_a_case_that_cannot_be_answered_says_so_beside_the_others(tmp_path):
    (tmp_path / "cases.json").write_text(json.dumps({"cases": [{**CASE, "date": "tomorrow"}, CASE]}), "utf-8")
    assert main(["check", str(tmp_path / "cases.json"), str(tmp_path / "answers.json")]) == 0
    told = json.loads((tmp_path / "answers.json").read_text("utf-8"))["answers"]
    assert ["error" in each for each in told] == [True, False]


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"cases": [{"id": "A1"}]}',
        json.dumps({"cases": [{**CASE, "household": {"facts": {}, "members": ["p1"]}}]}).encode(),
    ],
)
def test_what_is_no_file_of_cases_is_said_in_one_sentence(tmp_path, capsys, content):
    if content is not None:
        (tmp_path / "cases.json").write_bytes(content)
    assert main(["check", str(tmp_path / "cases.json"), str(tmp_path / "answers.json")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("check: cases.json ")
    assert said.endswith("No answers were written.\n")
    assert said.count("\n") == 1
    assert not (tmp_path / "answers.json").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path, capsys):
    (tmp_path / "cases.json").write_text(json.dumps({"cases": [CASE]}), "utf-8")
    assert main(["check", str(tmp_path / "cases.json"), str(tmp_path / "none" / "answers.json")]) == 2
    assert "answers.json could not be written" in capsys.readouterr().err
