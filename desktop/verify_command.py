"""`run verify FILE... --card CARD`: whether letters are genuine, with nothing but public keys and no network.

A file is a PDF, a scan or photo (PNG, JPEG, TIFF), or a text with the code as a scanner typed it. Gives 0 where every
letter is genuine, 1 where one is not, 2 where a file could not be read or the arguments are wrong.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from desktop.verify_reading import Found, read_codes
from models import texts
from models.clock import SystemClock, day_text, today
from models.errors import Problem
from models.services.verifying import Verdict, cards_of, verify
from models.sync.card import Card
from models.texts import _

UNREADABLE = 2


def main(arguments: Sequence[str]) -> int:
    """Run the command with what stood behind `run verify`."""
    parser = argparse.ArgumentParser(
        prog="run verify", description="Check referral letters by their QR codes, offline."
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="PDF, PNG, JPEG, TIFF, or text with the code"
    )
    parser.add_argument(
        "--card", action="append", type=Path, default=[], metavar="CARD", help="card file of an office (*.jmcard)"
    )
    parser.add_argument("--name", default="", help="of the person who brings the letter")
    parser.add_argument("--number", default="", help="of their document, or its last four characters")
    parser.add_argument("--passphrase", default="", help="of a protected PDF")
    parser.add_argument(
        "--on", type=date.fromisoformat, default=None, metavar="DAY", help="2026-11-22; today otherwise"
    )
    parser.add_argument("--language", choices=texts.LANGUAGES, default=texts.language())
    given = parser.parse_args(list(arguments))
    texts.set_language(given.language)
    if bool(given.name.strip()) != bool(given.number.strip()):
        return _refused(_("Give both --name and --number, or neither."))
    try:
        cards = [card for path in given.card for card in cards_of(path)]
    except Problem as problem:
        return _refused(problem.sentence())
    day = given.on or today(SystemClock())
    codes = [check_file(path, cards, day, given.name, given.number, given.passphrase) for path in given.files]
    return UNREADABLE if UNREADABLE in codes else max(codes)


def check_file(path: Path, cards: Sequence[Card], on: date, name: str, number: str, passphrase: str = "") -> int:
    """Check the letters of one file and print what came of it; the exit code for it."""
    try:
        found = read_codes(path, passphrase)
    except Problem as problem:
        return _refused(problem.sentence())
    verdicts = [_checked(one, cards, on, name, number) for one in found]
    for one, verdict in zip(found, verdicts, strict=True):
        place = _("{name}, page {page}").format(name=path.name, page=one.page) if one.page else path.name
        _say(f"{place}: {verdict.sentence()}")
        for line in [*details(verdict), *verdict.notes()]:
            _say(f"    {line}")
    return 0 if all(verdict.genuine for verdict in verdicts) else 1


def details(verdict: Verdict) -> list[str]:
    """What the code says, a line each, for whoever compares it with the paper."""
    said = []
    if verdict.number:
        said.append(_("Number: {number}").format(number=verdict.number))
    if verdict.issued_on:
        said.append(_("Issued: {day}").format(day=day_text(verdict.issued_on)))
    if verdict.valid_until:
        said.append(_("Good until: {day}").format(day=day_text(verdict.valid_until)))
    if verdict.fingerprint:
        said.append(
            _("Signed by: {office}, fingerprint {digits}").format(office=verdict.office, digits=verdict.fingerprint)
        )
    if verdict.person_checked:
        said.append(_("Name and document number fit."))
    if verdict.words_checked:
        said.append(_("The text of the file is the text that was issued."))
    return said


def _checked(one: Found, cards: Sequence[Card], on: date, name: str, number: str) -> Verdict:
    return verify(one.text, cards, on, name=name, document=number, words=one.words)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a command of the terminal


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return UNREADABLE


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
