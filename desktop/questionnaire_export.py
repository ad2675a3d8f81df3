"""The answers to one version of a questionnaire, and the problems of a workbook, as tables for a spreadsheet."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from desktop.pages.questionnaire_load import session_of
from desktop.questionnaire_words import answer_text
from forms.xlsform.compiled import ANSWERED, Compiled
from forms.xlsform.problems import Problem
from forms.xlsform.session import Session
from models.clock import Clock
from models.services.questionnaire_views import AnswerView
from models.texts import _
from reports.tables import Table

Cell = str | int | float


def problems_table(name: str, problems: Sequence[Problem], warnings: Sequence[Problem]) -> Table:
    """What is wrong with a workbook: sheet, row, column, what, what to do; what only differs comes last."""
    headings = (_("Kind"), _("Sheet"), _("Row"), _("Column"), _("What is wrong"), _("What to do"))
    rows = [
        (kind, each.sheet, each.row or "", each.column, each.sentence, each.remedy)
        for kind, several in ((_("Problem"), problems), (_("Note"), warnings))
        for each in several
    ]
    return Table(_("Problems"), headings, tuple(rows), (name,))


def answer_tables(
    compiled: Compiled,
    answers: Sequence[AnswerView],
    whom: Mapping[str, tuple[str, str]],
    clock: Clock,
    progress: Callable[[float], object] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Table] | None:
    """One sheet with a row for each answer, and one for each repeat with a row for each of its rounds.

    Answers are in words, as the form says them; what was not asked stays empty. None where it was cancelled.
    """
    top, inside = _columns(compiled)
    first = Session(compiled)
    fixed = (_("No."), _("Day"), _("Resident"), _("Address"), _("Worker"))
    ends = (*((_("Points"), _("Level")) if compiled.has_score else ()),)
    rows: list[tuple[Cell, ...]] = []
    rounds: dict[str, list[tuple[Cell, ...]]] = {path: [] for path in inside}
    for number, answer in enumerate(answers, 1):
        if cancelled():
            return None
        progress(number / len(answers))
        session = session_of(compiled, clock, answer.worker, answer.answers)
        name, address = whom.get(answer.id, ("", ""))
        day = answer.answered_on.isoformat() if answer.answered_on else ""
        result = (_number(answer.score), answer.level_label) if compiled.has_score else ()
        said = (_said(session, path) for path in top)
        rows.append((number, day, name, address, answer.worker, *said, *result))
        for repeat, columns in inside.items():
            rounds[repeat] += _rounds(session, number, repeat, columns)
    above = (
        _("{title}, version {version}").format(title=compiled.title, version=compiled.version),
        _("Personal data: keep this file safe, and delete it after use."),
    )
    headings = (*fixed, *(_heading(first, compiled, path) for path in top), *ends)
    tables = [Table(_("Answers"), headings, tuple(rows), above)]
    for repeat, columns in inside.items():
        heads = (_("No."), _("Place"), *(_heading(first, compiled, path) for path in columns))
        tables.append(Table(repeat.rpartition("/")[2], heads, tuple(rounds[repeat])))
    return tables


def _columns(compiled: Compiled) -> tuple[list[str], dict[str, list[str]]]:
    """The answerable nodes outside of repeats, and inside of each repeat."""
    repeats = [path for path, node in compiled.nodes.items() if node["kind"] == "repeat"]
    top: list[str] = []
    inside: dict[str, list[str]] = {path: [] for path in repeats}
    for path, node in compiled.nodes.items():
        if node["kind"] not in ANSWERED or node.get("hidden"):
            continue
        around = [repeat for repeat in repeats if path.startswith(repeat + "/")]
        (inside[max(around, key=len)] if around else top).append(path)
    return top, {path: columns for path, columns in inside.items() if columns}


def _heading(session: Session, compiled: Compiled, path: str) -> str:
    """What is asked, and the name that its author gave it."""
    name = path.rpartition("/")[2]
    try:
        label = session.state(path).label
    except KeyError:  # inside a repeat without a round
        said: dict[str, dict[str, object]] = compiled.body["texts"].get(str(compiled.nodes[path].get("label", "")), {})
        text = (said.get(compiled.shown_language) or next(iter(said.values()), {})).get("text", "")
        label = text if isinstance(text, str) else ""
    return f"{label} [{name}]" if label and label != name else name


def _said(session: Session, path: str) -> Cell:
    try:
        state = session.state(path)
    except KeyError:
        return ""
    if not state.asked:
        return ""
    words = answer_text(state)
    return _number(state.value) if state.kind in ("number", "whole") and words == str(state.typed) else words


def _number(text: str) -> Cell:
    """A number as a number, anything else as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    return (int(value) if value == int(value) else value) if math.isfinite(value) else text


def _rounds(session: Session, number: int, repeat: str, columns: Sequence[str]) -> Iterable[tuple[Cell, ...]]:
    """A row for each round that is asked, with its place ("2", or "1.2" in a repeat within a repeat)."""
    for item in session.items():
        if item.kind == "round" and _plain(item.path) == repeat:
            place = ".".join(part.rstrip("]") for part in _places(item.path))
            yield (number, place, *(_said(session, item.path + path[len(repeat) :]) for path in columns))


def _plain(path: str) -> str:
    return "".join(part.partition("]")[2] if place else part for place, part in enumerate(path.split("[")))


def _places(path: str) -> list[str]:
    return [part.partition("]")[0] for part in path.split("[")[1:]]
