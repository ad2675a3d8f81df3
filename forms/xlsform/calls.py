"""One call of a function in an expression: its arguments, and the filled-in form that it is asked in."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any, Protocol

from forms.xlsform import values

Arguments = int | tuple[int, int | None]


class Surroundings(Protocol):
    """What the filled-in form tells the functions; an attribute `form` of the context."""

    def moment(self) -> datetime:
        """The present moment."""

    def list_root(self, list_id: str) -> Any | None:
        """The root node of a list of choices or an attached table; None where there is none."""

    def choice_name(self, name: str, path: str, at: Any) -> str:
        """The label of a choice of the question at that path."""

    def itext(self, text_id: str) -> str:
        """A text by its id in the language shown."""

    def property(self, name: str) -> str:
        """A property of the device or the worker: deviceid, username."""

    def version(self) -> str:
        """The version of the form."""

    def places_of(self, node: Any) -> Sequence[tuple[str, int]]:
        """The rounds a node lies in, outermost first: the repeat's path and the place of the round from 1."""


class Call:
    """One call of a function."""

    def __init__(self, token: Any, context: Any) -> None:
        self.token = token
        self.context = context

    def __len__(self) -> int:
        return len(self.token)

    def value(self, index: int = 0) -> Any:
        """An argument's value; without arguments the node where the expression stands."""
        if index >= len(self.token):
            return [self.context.item]
        value = self.token[index].evaluate(copy(self.context))
        # "." and ".." give a lone node, other paths a list.
        return [value] if hasattr(value, "parent") and hasattr(value, "value") else value

    def text(self, index: int = 0) -> str:
        """An argument as a text."""
        return values.text(self.value(index))

    def number(self, index: int = 0) -> float:
        """An argument as a number."""
        return values.number(self.value(index))

    def boolean(self, index: int = 0) -> bool:
        """An argument as yes or no."""
        return values.boolean(self.value(index))

    def all(self, start: int = 0) -> list[Any]:
        """All values from an argument on, lists of nodes laid flat."""
        flat: list[Any] = []
        for index in range(start, len(self.token)):
            value = self.value(index)
            flat += value if isinstance(value, list) else [value]
        return flat

    def part(self, index: int) -> "Call":
        """A call whose first argument is this argument."""
        return Call([self.token[index]], self.context)

    @property
    def form(self) -> Surroundings:
        """The filled-in form."""
        form: Surroundings = self.context.form
        return form
