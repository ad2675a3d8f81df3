"""Questionnaires for the tests, written as the office would; one of them uses every feature."""

from pathlib import Path

EVERYTHING = (Path(__file__).parent / "everything.md").read_bytes()


def survey(rows: str, choices: str = "", settings: str = "") -> bytes:
    """A small questionnaire: rows of the survey after its headings are given as markdown."""
    parts = ["| survey |", *_indented(rows)]
    if choices:
        parts += ["| choices |", *_indented(choices)]
    if settings:
        parts += ["| settings |", *_indented(settings)]
    return "\n".join(parts).encode()


def _indented(rows: str) -> list[str]:
    return [f"| | {line.strip()} |" for line in rows.strip("\n").splitlines() if line.strip()]
