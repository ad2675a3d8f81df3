"""A question of a questionnaire as the existing fields draw it: forms.shape.Question made from how it stands now.

A page asks Session for states and screens; this gives each state the shape that the application's answer fields know,
so that a date, a number or a list of choices looks and behaves the same in every form.
"""

from forms.shape import Kind, Question
from forms.xlsform.states import State

_KINDS: dict[str, Kind] = {
    "text": "text", "long_text": "long_text", "number": "number", "whole": "number", "date": "date", "time": "text",
    "datetime": "text", "choice": "choice", "choices": "choices", "acknowledge": "yes_no",
}  # fmt: skip
_EXAMPLES = {"time": "9:30", "datetime": "2026-3-8 9:30"}


def question_of(state: State) -> Question | None:
    """The question as a field draws it; None for what no such field is for.

    None is given for notes, calculations, pictures, ranks, what is passed over, and a choice without any choice.
    """
    kind = _KINDS.get(state.kind)
    if kind is None or (kind in ("choice", "choices") and not state.choices):
        return None
    fields: dict[str, object] = {
        "id": state.path,
        "kind": kind,
        "label": _both(state.label or state.path.rpartition("/")[2]),
        "example": _EXAMPLES.get(state.kind, ""),
        "required": state.required,
        "sensitive": state.sensitive,
        "unknowns": bool(state.unknowns),
        "whole": state.kind == "whole",
        "least": state.least,
        "most": state.most,
        "choices": [{"code": choice.name, "label": _both(choice.label or choice.name)} for choice in state.choices],
    }
    for name, said in (("hint", state.hint), ("why", state.why), ("paper", state.paper)):
        if said:
            fields[name] = _both(said)
    return Question.model_validate(fields)


def _both(said: str) -> dict[str, str]:
    """The text of the language shown, where a definition has both."""
    return {"zh": said, "en": said}
