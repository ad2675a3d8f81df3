"""`run verify`: genuine letters give 0, others 1, what cannot be read 2; every line says what was found."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop import __main__ as start
from desktop import verify_command
from desktop.pdfium import drawn, opened
from models import texts
from models.records.letter import LetterValue
from models.sync.card import write_card
from reports.letter import render_letter
from tests.reports.letters import BASE, letter
from tests.reports.sealed import Sealer

OFFICE = Sealer()


@pytest.fixture(autouse=True)
def _language_given_back() -> Iterator[None]:
    before = texts.language()
    yield
    texts.set_language(before)


@pytest.fixture
def card(tmp_path: Path) -> str:
    path = tmp_path / "office.jmcard"
    path.write_bytes(write_card(OFFICE.card, OFFICE.keys["sign_secret"]))
    return str(path)


def file(folder: Path, value: LetterValue, name: str = "letter.pdf") -> str:
    (folder / name).write_bytes(render_letter(value))
    return str(folder / name)


def run(*arguments: str) -> int:
    return verify_command.main([*arguments, "--language", "en", "--on", "2026-11-22"])


def test_a_genuine_letter_gives_0_and_says_all_of_it(tmp_path: Path, card: str, capsys: pytest.CaptureFixture[str]):
    asked = [file(tmp_path, OFFICE.seal(letter())), "--card", card, "--name", "李𬱖", "--number", "1234"]
    assert run(*asked) == 0
    said = capsys.readouterr().out
    assert "letter.pdf, page 1: Genuine: 示范区样本街道虚构路社区居民委员会 issued letter 示范社转〔2026〕6号." in said
    for line in ("Issued: 6 Nov 2026", "Good until: 31 Dec 2026", OFFICE.card.fingerprint, "document number fit"):
        assert line in said
    assert "not compared" not in said
    assert start.main(["verify", *asked, "--language", "zh_CN", "--on", "2026-11-22"]) == 0
    assert "示范社转〔2026〕6号" in capsys.readouterr().out


def test_a_scan_is_checked_and_what_was_not_compared_is_said(
    tmp_path: Path, card: str, capsys: pytest.CaptureFixture[str]
):
    with opened(render_letter(OFFICE.seal(letter()))) as document:
        drawn(document[0], 203 / 72).save(tmp_path / "scan.png")
    assert run(str(tmp_path / "scan.png"), "--card", card) == 0
    assert capsys.readouterr().out.count("not compared") == 2


def test_what_is_not_genuine_gives_1(tmp_path: Path, card: str, capsys: pytest.CaptureFixture[str]):
    sealed = OFFICE.seal(letter())
    changed = file(tmp_path, sealed.model_copy(update={"note": "另加一项"}), "changed.pdf")
    foreign = file(tmp_path, Sealer().seal(letter()), "foreign.pdf")
    old = file(tmp_path, OFFICE.seal(letter(valid_until=date(2026, 11, 22) - timedelta(days=1))), "old.pdf")
    good = file(tmp_path, sealed)
    for path, words in ((changed, "not what was issued"), (foreign, "not known here"), (old, "good until")):
        assert run(path, "--card", card) == 1
        assert words in capsys.readouterr().out
    assert run(good, "--card", card, "--name", "李四", "--number", "1234") == 1
    assert "somebody else" in capsys.readouterr().out
    assert run(good) == 1  # nobody's key is known
    assert run(good, changed, "--card", card) == 1
    capsys.readouterr()


def test_what_cannot_be_read_gives_2(tmp_path: Path, card: str, capsys: pytest.CaptureFixture[str]):
    good = file(tmp_path, OFFICE.seal(BASE))
    assert run(str(tmp_path / "nowhere.pdf"), good, "--card", card) == 2
    assert run(file(tmp_path, letter(), "bare.pdf"), "--card", card) == 2
    assert run(good, "--card", good) == 2
    assert run(good, "--card", card, "--name", "李𬱖") == 2
    said = capsys.readouterr().err
    for words in ("nowhere.pdf", "No code of a letter", "not a sync card", "or neither"):
        assert words in said
