"""Columns that only the application can read where a database is shared with others (PostgreSQL).

In the embedded file everything is encrypted page by page, so there these columns are plain. On a server whoever keeps
the database can read tables, so what is sensitive is sealed value by value before it is sent (models.store.sealing
gives the engine its key) and opened when it comes back. An empty value stays empty.

A value sealed `alike` looks the same wherever it is the same, so that equal ones can be found (numbers of documents,
telephones); every other one looks different each time, and no query may look into it: such a query fails when it is
built, on both engines, so that it cannot slip through where the tests run on a file.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from sqlalchemy import JSON, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field

MARK = "~"
"""The one member of the JSON object that a sealed JSON value is kept as."""
_ALIKE = (operators.eq, operators.ne, operators.in_op, operators.not_in_op, operators.is_, operators.is_not)
_EMPTY = ("", None)

Process = Callable[[Any], Any]


class Sealer(Protocol):
    """What an engine seals and opens values with. Column: its label, bound to each value."""

    def seal(self, column: str, value: object, *, alike: bool) -> str:
        """The sealed form of a JSON value (bytes included)."""

    def open(self, column: str, sealed: str) -> Any:
        """The value again. Raises SealedValueDamaged where it was changed or is of another column."""


class LooksInsideError(TypeError):
    """A query compares or searches a column that is sealed on a server."""


def sealer_of(dialect: Dialect) -> Sealer | None:
    """What the engine of a dialect seals with; None where nothing is sealed."""
    found: Sealer | None = getattr(dialect, "jinmen_sealer", None)
    return found


class _Guard(TypeDecorator.Comparator[Any]):
    """Refuses whatever would look inside; comparing with the empty value is allowed, since that is never sealed."""

    def operate(self, op: Any, *other: Any, **options: Any) -> Any:
        kind = self.type
        assert isinstance(kind, _Sealed)
        with_empty = op in (operators.eq, operators.ne) and len(other) == 1 and _is_empty(other[0])
        if not (with_empty or op in (operators.is_, operators.is_not) or (kind.alike and op in _ALIKE)):
            raise LooksInsideError(f"{kind.column} is sealed on a server: {getattr(op, '__name__', op)}")
        return super().operate(op, *other, **options)


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and not value


class _Sealed(TypeDecorator[Any]):
    """A column whose values are sealed where the engine has a key; where it has none, plain and as quick as any."""

    cache_ok = True
    comparator_factory = _Guard
    impl: Any = Text

    def __init__(self, column: str, *, alike: bool = False) -> None:
        super().__init__()
        self.column = column
        self.alike = alike

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """What a column is compared with is sealed too."""
        return self

    def bind_processor(self, dialect: Dialect) -> Process | None:
        """Plain as the database type does it, or sealed first."""
        plain, seal = super().bind_processor(dialect), self.sealing(dialect)
        if seal is None or plain is None:
            return seal or plain
        return lambda value: plain(seal(value))

    def sealing(self, dialect: Dialect) -> Process | None:
        """How a value is sealed before it is written as the database type; None where the engine has no key."""
        sealer = sealer_of(dialect)
        return None if sealer is None else partial(self._sealed, sealer)

    def result_processor(self, dialect: Dialect, coltype: object) -> Process | None:
        """Plain as the database type does it, and opened then."""
        plain = super().result_processor(dialect, coltype)
        sealer = sealer_of(dialect)
        if sealer is None:
            return plain

        def process(value: Any) -> Any:
            return self._opened(sealer, plain(value) if plain else value)

        return process

    def _sealed(self, sealer: Sealer, value: Any) -> Any:
        return value if value in _EMPTY else sealer.seal(self.column, value, alike=self.alike)

    def _opened(self, sealer: Sealer, value: Any) -> Any:
        return value if value in _EMPTY else sealer.open(self.column, value)


def sealing_of(kind: Any, dialect: Dialect) -> Process | None:
    """How values of a column are sealed on an engine; None where they are not."""
    return kind.sealing(dialect) if isinstance(kind, _Sealed) else None


def plain_type(kind: Any) -> Any:
    """The database type of a column, sealed or not."""
    return kind.impl_instance if isinstance(kind, _Sealed) else kind


class SealedText(_Sealed):
    """A text."""

    cache_ok = True
    impl = Text


class SealedJson(_Sealed):
    """A JSON value. What was written before an engine had its key is read as it stands."""

    cache_ok = True
    impl = JSON

    def _sealed(self, sealer: Sealer, value: Any) -> Any:
        return value if value in (None, {}, []) else {MARK: sealer.seal(self.column, value, alike=False)}

    def _opened(self, sealer: Sealer, value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {MARK} and isinstance(value[MARK], str):
            return sealer.open(self.column, value[MARK])
        return value


class SealedBytes(_Sealed):
    """Bytes: a picture."""

    cache_ok = True
    impl = LargeBinary

    def _sealed(self, sealer: Sealer, value: Any) -> Any:
        return sealer.seal(self.column, bytes(value), alike=False).encode() if value else value

    def _opened(self, sealer: Sealer, value: Any) -> Any:
        return sealer.open(self.column, bytes(value).decode()) if value else value


def sealed_text(column: str, *, alike: bool = False, **options: Any) -> Any:
    """A text column that is empty rather than NULL and sealed on a server. Column: table.column, for good."""
    kind = SealedText(column, alike=alike)
    return Field(default="", sa_type=kind, sa_column_kwargs={"server_default": ""}, **options)


def sealed_json(column: str, default: type[dict[str, Any]] | type[list[Any]] = dict) -> Any:
    """A JSON column, {} or [] where nothing is known, sealed on a server."""
    empty = "{}" if default is dict else "[]"
    return Field(default_factory=default, sa_type=SealedJson(column), sa_column_kwargs={"server_default": empty})
