"""A questionnaire as ruled paper, and a filled-in one as lines of a report.

Conditions are printed in words as far as they compare answers; one that reckons with hidden calculations says only
that the question is not for everybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from forms.on_paper import ROWS_OTHERWISE, TICKED_MOST, Condition, Drafted, numbered
from forms.xlsform.compiled import ANSWERED, Compiled
from forms.xlsform.plan import Model, plan_of
from forms.xlsform.session import Session
from forms.xlsform.states import Context, State, without_marks
from models.records import codes
from models.records.papers import (
    AssessmentReport,
    BlankForm,
    PaperLanguage,
    ReportLine,
    ReportPart,
    Space,
    form_code,
)
from models.texts import _

COLUMNS_MOST = 7
"""A repeat of more questions than this is no table: its questions are printed as often as there is room for rounds."""
ROUNDS = 2
GAP = "……"
"""Where an answer would stand in a text."""

_PATH = r"\s*((?:/[\w.-]+)+)\s*"
_UNSAID = "\0"

_SPACES: Mapping[str, Space] = {
    "text": "line", "long_text": "lines", "number": "number", "whole": "number", "date": "date", "time": "line",
    "datetime": "line", "choice": "boxes", "choices": "many_boxes", "rank": "many_boxes", "acknowledge": "boxes",
    "note": "text",
}  # fmt: skip


def blank_questionnaire(
    compiled: Compiled, *, office: str, made_on: date, language: PaperLanguage, copies: int = 1
) -> BlankForm:
    """A questionnaire as ruled paper, in its language that fits the one spoken."""
    writer = _Writer(compiled)
    for model in plan_of(compiled).root.children:
        if model.name == "meta":
            continue
        if model.kind == "group":
            writer.begin(writer.text(model.node.get("label")), writer.text(model.node.get("hint")))
            writer.walk_children(model, writer.conditions(model), "")
        else:
            writer.begin("", "")
            writer.walk(model, (), "")
    return BlankForm(
        language=language,
        office=office,
        title=compiled.title,
        code=form_code(compiled.id, compiled.version),
        made_on=made_on,
        copies=copies,
        about_person=True,
        parts=numbered(writer.parts, writer.drafts),
    )


class _Writer:
    """Walks through the models of a questionnaire and drafts their questions."""

    def __init__(self, compiled: Compiled) -> None:
        self._body = compiled.body
        self._plan = plan_of(compiled)
        self._language = compiled.shown_language
        self._unknowns = bool(compiled.body.get("unknowns"))
        self.parts: list[tuple[str, str]] = []
        self.drafts: list[Drafted] = []

    def begin(self, title: str, hint: str) -> None:
        """A new part; questions without a group stand together in one."""
        if title or not self.parts or self.parts[-1][0]:
            self.parts.append((title, hint))

    def text(self, text_id: str | None) -> str:
        """A text of the author, a line where an answer would stand in it."""
        said = self._body["texts"].get(text_id or "", {})
        forms: Mapping[str, Any] = said.get(self._language) or said.get("") or next(iter(said.values()), {})
        parts = forms.get("text", "")
        if isinstance(parts, list):
            parts = "".join(GAP if isinstance(part, list) else str(part) for part in parts)
        return " ".join(without_marks(str(parts)).split())

    def choices(self, model: Model) -> dict[str, str]:
        """Names and labels of everything that may be chosen, whatever narrows it on the screen."""
        how = model.node.get("choices")
        found = re.search(r"instance\('([^']*)'\)", str(how["nodeset"])) if how else None
        if how is None or found is None or found.group(1) not in self._body["lists"]:
            return {}
        labels = {}
        for item in self._body["lists"][found.group(1)]["items"]:
            name, label = str(item.get(how["value"], "")), str(item.get(how["label"], ""))
            labels[name] = self.text(label) if how.get("itext") else without_marks(label)
        return {name: label or name for name, label in labels.items()}

    def conditions(self, model: Model) -> tuple[Condition, ...]:
        """When a group or question is for somebody at all, in words."""
        said = str(model.node.get("relevant") or "").strip()
        if not said:
            return ()
        return (Condition(said, "", said),)  # put into words when the questions have their numbers

    def walk_children(self, model: Model, above: tuple[Condition, ...], again: str) -> None:
        """The questions of a group, one after the other."""
        for child in model.children:
            self.walk(child, above, again)

    def walk(self, model: Model, above: tuple[Condition, ...], again: str) -> None:
        """One question, group or repeat with everything below it."""
        if not model.is_seen or str(model.node.get("relevant") or "").strip() == "false()":
            return
        here = (*above, *self.conditions(model))
        label = self.text(model.node.get("label"))
        if model.is_repeat:
            self._repeat(model, here, label)
        elif model.kind == "group":
            if label:
                self._draft(model, {"label": label, "space": "text"}, here, again, counted=False)
            self.walk_children(model, here, again)
        elif model.kind in ANSWERED and model.kind not in ("skipped", "picture"):
            self._draft(model, self._fields(model, label), here, again)
        elif model.kind == "note" and label and GAP not in label:
            self._draft(model, {"label": label, "space": "text"}, here, again, counted=False)

    def _draft(
        self,
        model: Model,
        fields: dict[str, Any],
        conditions: tuple[Condition, ...],
        again: str,
        *,
        counted: bool = True,
    ) -> None:
        worded = tuple(Condition(one.key, "", self._in_words(one.key)) for one in conditions)
        self.drafts.append(Drafted(model.path + again, len(self.parts) - 1, fields, worded, counted))

    def _fields(self, model: Model, label: str) -> dict[str, Any]:
        ours: Mapping[str, Any] = model.node.get("ours", {})
        choices = list(self.choices(model).values())
        space: Space = _SPACES.get(model.kind, "line")
        if model.kind == "acknowledge":
            choices = [_("Yes")]
        elif space in ("boxes", "many_boxes") and not 0 < len(choices) <= TICKED_MOST:
            space, choices = "line", []
        if self._unknowns or ours.get("unknowns") or "unknowns" in str(model.node.get("appearance", "")).split():
            choices += [_("Don't know"), _("Prefers not to say")]
        return {
            "label": label or model.name,
            "hint": self.text(model.node.get("hint")),
            "required": model.node.get("required") == "true()",
            "space": space,
            "choices": tuple(choices),
            "lines": 3 if space == "lines" else 1,
            "paper": self._ours(ours.get("paper")),
        }

    def _ours(self, said: Mapping[str, str] | None) -> str:
        if not said:
            return ""
        return str(said.get(self._language) or said.get("") or next(iter(said.values())))

    def _repeat(self, model: Model, here: tuple[Condition, ...], label: str) -> None:
        """Rounds: the rows of a table, or where that is too wide the questions a few times over."""
        asked = [child for child in model.children if child.kind in ANSWERED and child.is_seen]
        plain = len(asked) == sum(child.is_seen for child in model.children)
        if plain and len(asked) <= COLUMNS_MOST:
            legends = []
            for child in asked:
                offered = self.choices(child)
                if 0 < len(offered) <= TICKED_MOST:
                    listed = _(", ").join(offered.values())
                    legends.append(
                        _("{column}: {choices}").format(
                            column=self.text(child.node.get("label")) or child.name, choices=listed
                        )
                    )
            columns = tuple(self.text(child.node.get("label")) or child.name for child in asked)
            fields = {"label": label or model.name, "space": "rows", "columns": columns, "rows": ROWS_OTHERWISE}
            self._draft(model, fields | {"hint": "　".join(legends)}, here, "")
            return
        for place in range(1, ROUNDS + 1):
            heading = _("{what}, number {n}").format(what=label or model.name, n=place)
            self._draft(model, {"label": heading, "space": "text"}, here, f"#{place}", counted=False)
            self.walk_children(model, here, f"#{place}")

    # Conditions in words.

    def _in_words(self, said: str) -> str:
        """An expression as people read it; "" where it reckons with what nobody answers on paper."""
        text = said
        for pattern, put in (
            (rf"selected\(\s*{_PATH}\s*,\s*'([^']*)'\s*\)", self._is),
            (rf"{_PATH}!=\s*''", partial(self._said, _("{question} has an answer"))),
            (rf"{_PATH}=\s*''", partial(self._said, _("{question} has no answer"))),
            (rf"{_PATH}!=\s*'([^']*)'", self._is_not),
            (rf"{_PATH}=\s*'([^']*)'", self._is),
            (rf"{_PATH}>=\s*(-?[0-9.]+)", partial(self._said, _("{question} is {n} or more"))),
            (rf"{_PATH}<=\s*(-?[0-9.]+)", partial(self._said, _("{question} is {n} or less"))),
            (rf"{_PATH}>\s*(-?[0-9.]+)", partial(self._said, _("{question} is more than {n}"))),
            (rf"{_PATH}<\s*(-?[0-9.]+)", partial(self._said, _("{question} is less than {n}"))),
            (rf"{_PATH}=\s*(-?[0-9.]+)", partial(self._said, _("{question} is {n}"))),
        ):
            text = re.sub(pattern, put, text)
        text = re.sub(r"\s*\band\b\s*", _(" and "), text)
        text = re.sub(r"\s*\bor\b\s*", _(" or "), text).strip()
        worded = re.sub("\1[^\1]*\1", "", text)
        return "" if _UNSAID in text or "/" in worded or re.search(r"[a-z-]+\(", worded) else text

    def _question(self, path: str) -> Model | None:
        model = self._plan.models.get(path)
        return model if model is not None and model.kind in ANSWERED and not model.node.get("hidden") else None

    def _said(self, words: str, found: re.Match[str]) -> str:
        path, number = found[1], found[2] if found.re.groups > 1 else ""
        if self._question(path) is None:
            return _UNSAID
        return words.format(question=f"\1{path}\1", n=number)

    def _is(self, found: re.Match[str]) -> str:
        return self._chosen(_("{question} is “{answer}”"), found)

    def _is_not(self, found: re.Match[str]) -> str:
        return self._chosen(_("{question} is not “{answer}”"), found)

    def _chosen(self, words: str, found: re.Match[str]) -> str:
        model = self._question(found[1])
        if model is None:
            return _UNSAID
        return words.format(question=f"\1{found[1]}\1", answer=self.choices(model).get(found[2], found[2]))


# Reports.


@dataclass(frozen=True)
class Given:
    """A filled-in questionnaire: the form of then, its answers, and what came out."""

    compiled: Compiled
    answers: Mapping[str, Any]
    on: date | None
    score: str = ""
    level: str = ""


def questionnaire_report(base: AssessmentReport, made: Given, before: Given | None) -> AssessmentReport:
    """The report with its items, beside the one before it."""
    old = {line.label: line for part in _parts(before) for line in part.lines} if before is not None else {}
    parts = []
    for part in _parts(made):
        lines = tuple(
            line.model_copy(
                update={"before": old[line.label].answer or "－", "changed": old[line.label].answer != line.answer}
            )
            if line.label in old
            else line
            for line in part.lines
        )
        parts.append(part.model_copy(update={"lines": lines}))
    needs = Session(made.compiled, made.answers, Context()).result().needs
    return base.model_copy(
        update={
            "title": made.compiled.title,
            "version": made.compiled.version,
            "points": made.score,
            "level": made.level,
            "needs": tuple(codes.label("need_group", group) for group in needs),
            "parts": tuple(parts),
            "before_on": before.on if before is not None else None,
            "before_points": before.score if before is not None else "",
            "before_level": before.level if before is not None else "",
        }
    )


def _parts(given: Given) -> list[ReportPart]:
    session = Session(given.compiled, given.answers, Context())
    parts = []
    for screen in session.screens():
        lines = []
        for item in screen.items:
            if item.kind == "round":
                lines.append(ReportLine(label=item.label))
            if item.kind != "question":
                continue
            state = session.state(item.path)
            if state.kind in ("picture", "note", "skipped") or (state.kind == "calculated" and not state.label):
                continue
            lines.append(ReportLine(label=" ".join(state.label.split()), answer=_answer(state)))
        if lines:
            parts.append(ReportPart(title=screen.title, lines=tuple(lines)))
    return parts


def _answer(state: State) -> str:
    unknown = dict(state.unknowns)
    if state.value in unknown:
        return unknown[state.value]
    labels = {choice.name: choice.label or choice.name for choice in state.choices}
    if state.kind == "choice":
        return labels.get(state.value, state.value)
    if state.kind in ("choices", "rank"):
        return _(", ").join(labels.get(name, name) for name in state.value.split())
    if state.kind == "acknowledge":
        return _("Yes") if state.value else ""
    return state.value
