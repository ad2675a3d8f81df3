"""How questionnaires are said on screen and on paper: titles, answers, points and levels. No widgets here."""

from collections.abc import Mapping
from datetime import date

from desktop.case_words import day_text
from desktop.widgets.check_view import Line, Part
from desktop.widgets.questionnaire_view import Topic, topics_of
from forms.xlsform.compiled import Compiled
from forms.xlsform.session import Session
from forms.xlsform.states import State
from models.texts import _, ngettext


def subject_text(subject: str) -> str:
    """Whom a questionnaire asks about."""
    return _("about a resident") if subject == "resident" else _("about a household")


def questions_text(number: int) -> str:
    """How many questions there are."""
    return ngettext("{n} question", "{n} questions", number).format(n=number)


def result_text(score: str, level: str) -> str:
    """Points and level in one line; "" where the questionnaire gives neither."""
    points = _("{score} points").format(score=score) if score else ""
    return "  ·  ".join(filter(None, (level, points)))


def level_words(compiled: Compiled, level: str) -> dict[str, str]:
    """What the author calls a level: language -> words. {} where it is no choice of the questionnaire."""
    if not level:
        return {}
    texts = compiled.body["texts"]
    for each in compiled.body["lists"].values():
        for item in each["items"]:
            if item.get("name") != level:
                continue
            said = texts.get(item.get("itextId", ""), {})
            found = {name: text["text"] for name, text in said.items() if isinstance(text.get("text"), str)}
            return found or ({"": str(item["label"])} if item.get("label") else {})
    return {}


def answer_text(state: State) -> str:
    """An answer in words; "" where there is none."""
    for code, words in state.unknowns:
        if state.typed == code:
            return words
    typed = state.typed
    if typed in ("", None, []):
        return state.value if state.kind == "calculated" else ""
    labels = {choice.name: choice.label or choice.name for choice in state.choices}
    if state.kind == "choice":
        return labels.get(str(typed), str(typed))
    if state.kind in ("choices", "rank") and isinstance(typed, list | tuple):
        named = [labels.get(str(name), str(name)) for name in typed]
        if state.kind == "rank":
            named = [_("{n}. {words}").format(n=place, words=words) for place, words in enumerate(named, 1)]
        return _(", ").join(named)
    if state.kind == "picture":
        return _("a picture")
    if state.kind == "acknowledge":
        return _("Agreed")
    if state.kind == "date" and state.value:
        return day_text(date.fromisoformat(state.value[:10]))
    return str(typed)


def parts_of(session: Session, problems: Mapping[str, str] | None = None) -> list[Part]:
    """Everything that is asked now, topic by topic, for the page that checks and for reading again."""
    parts = []
    for topic in topics_of(session):
        lines, left_open = _lines(session, topic, problems or {})
        if lines or left_open:
            first = next((item.path for item in topic.items if item.kind == "question"), topic.path)
            parts.append(Part(topic.title or _("Single questions"), lines, first, left_open))
    return parts


def _lines(session: Session, topic: Topic, problems: Mapping[str, str]) -> tuple[list[Line], int]:
    lines: list[Line] = []
    left_open, where = 0, ""
    for item in topic.items:
        if item.kind == "round":
            where = item.label
        elif item.depth == 0:
            where = ""
        if item.kind != "question":
            continue
        state = session.state(item.path)
        if state.kind == "note" or (state.kind == "calculated" and not state.label):
            continue
        words = answer_text(state)
        if words or item.path in problems:
            label = _("{first}: {second}").format(first=where, second=state.label) if where else state.label
            lines.append(Line(item.path, label, words or _("not answered"), problems.get(item.path, "")))
        else:
            left_open += 1
    return lines, left_open
