"""`run forms check FOLDER`: which questionnaires of a folder open, and whether each can be filled in to the end.

For offices before they put a workbook to use, and for anybody's forms. Prints one line for each workbook and the
problems below it; gives 1 where a workbook does not open, 2 for wrong arguments.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from forms.xlsform import reading, walking
from models import texts
from models.texts import _

ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".md")
_TABLES = (".csv", ".xml", ".geojson")
_TOLD = 5  # problems told of one workbook unless all are asked for


def main(arguments: Sequence[str]) -> int:
    """Run the command with what stood behind `run forms`."""
    parser = argparse.ArgumentParser(prog="run forms")
    parser.add_argument("what", choices=["check"])
    parser.add_argument("folder", type=Path, help="a folder with workbooks, or one workbook")
    parser.add_argument("--language", choices=texts.LANGUAGES, default=texts.language())
    parser.add_argument("--all", action="store_true", help="tell every problem and every warning")
    given = parser.parse_args(list(arguments))
    texts.set_language(given.language)
    if not given.folder.exists():
        print(_("There is no such folder."), file=sys.stderr)  # noqa: T201  # a command of the terminal
        return 2
    return 0 if check(given.folder, tell_all=given.all) else 1


def workbooks(folder: Path) -> list[Path]:
    """The workbooks of a folder and of those below it; a CSV or markdown file only where it holds a sheet survey."""
    if folder.is_file():
        return [folder]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.casefold() not in ENDINGS or not path.is_file() or path.name.startswith("~"):
            continue
        if path.suffix.casefold() in (".csv", ".md") and not _holds_survey(path):
            continue
        found.append(path)
    return found


def _holds_survey(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n|\"'").lower()
    return start.startswith(b"survey") or any(mark in start for mark in (b"\n| survey", b"\n|survey", b"\nsurvey"))


def tables_beside(workbook: Path) -> dict[str, bytes]:
    """The tables that lie beside a workbook or in its media folder: what select_one_from_file asks for."""
    found: dict[str, bytes] = {}
    for folder in (workbook.parent, workbook.parent / f"{workbook.stem}-media", workbook.parent / "media"):
        for path in sorted(folder.glob("*")) if folder.is_dir() else ():
            if path.suffix.casefold() in _TABLES and path.is_file() and path.stat().st_size < reading.TABLE_MOST:
                found.setdefault(path.name, path.read_bytes())
    return found


def check(folder: Path, tell_all: bool = False) -> bool:
    """Open and walk every workbook; True where all opened. Prints as it goes."""
    opened = finished = 0
    paths = workbooks(folder)
    for path in paths:
        began = time.perf_counter()
        read = reading.read_workbook(path.read_bytes(), path.name, files=tables_beside(path))
        name = path.relative_to(folder).as_posix() if folder.is_dir() else path.name
        if read.compiled is None:
            _say(_("{name}: does not open").format(name=name))
        else:
            walked = walking.walk(read.compiled)
            opened += 1
            finished += walked.finished
            line = _("{name}: opens, {questions} questions, {reached} reached, {answered} answered, {seconds} s")
            _say(
                line.format(
                    name=name,
                    questions=walked.questions,
                    reached=walked.reached,
                    answered=walked.answered,
                    seconds=f"{time.perf_counter() - began:.1f}",
                )
            )
            for place in walked.stuck:
                _say("    " + _("No answer that was tried fits {path}.").format(path=place))
        told = [*read.problems, *(read.warnings if tell_all else ())]
        for problem in told if tell_all else told[:_TOLD]:
            _say(f"    {problem.place}: {problem.sentence} {problem.remedy}")
        if len(told) > _TOLD and not tell_all:
            _say("    …")
    line = _("{n} workbooks: {opened} open, {finished} of them could be filled in to the end.")
    _say(line.format(n=len(paths), opened=opened, finished=finished))
    return opened == len(paths)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a command of the terminal


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
