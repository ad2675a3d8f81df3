"""What the two engines write differently: values in JSON, numbers, days, patterns.

A day is a whole number, year * 10000 + month * 100 + day: it sorts alike everywhere. A number is exact on both engines:
PostgreSQL has decimals, SQLite counts in millionths (a seventh decimal is rounded there, and what is above 100,000
million yuan counts as that).
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Integer,
    Numeric,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
)
from sqlalchemy import ColumnElement as Sql
from sqlalchemy import type_coerce as typed

Bool = Sql[Any]
_MILLIONTHS = 1_000_000
_MOST = 10**11


class Sqlite:
    """SQLite, encrypted or not."""

    name = "sqlite"

    def kind(self, value: Sql[Any]) -> Sql[Any]:
        """Of which kind a fact's value is, in the engine's own word."""
        return func.json_type(typed(value, Text), "$.v", type_=Text)

    def text(self, value: Sql[Any]) -> Sql[Any]:
        """A fact's value as text."""
        return cast(func.json_extract(typed(value, Text), "$.v"), Text)

    def is_bool(self, kind: Sql[Any], text: Sql[Any], wanted: bool) -> Bool:
        """Is it this truth value?"""
        del text
        return kind == ("true" if wanted else "false")

    def is_text(self, kind: Sql[Any]) -> Bool:
        """Is it a text?"""
        return kind == "text"

    def is_whole(self, kind: Sql[Any], text: Sql[Any]) -> Bool:
        """Is it a whole number, written as one?"""
        del text
        return kind == "integer"

    def is_number(self, kind: Sql[Any], text: Sql[Any]) -> Bool:
        """Is it a number, or a text that spells one?"""
        bare = case((text.startswith("-"), func.substr(text, 2)), else_=text)
        points = func.length(bare) - func.length(func.replace(bare, ".", ""))
        spelt = and_(bare.op("NOT GLOB")("*[^0-9.]*"), bare.op("GLOB")("*[0-9]*"), points <= 1)
        return or_(kind.in_(("integer", "real")), and_(kind == "text", spelt))

    def digits(self, text: Sql[Any], shape: str) -> Bool:
        """Is the text of this shape, where 0 stands for any digit?"""
        return typed(text.op("GLOB")(shape.replace("0", "[0-9]")), Boolean)

    def number(self, text: Sql[Any]) -> Sql[Any]:
        """The number that a text spells."""
        counted = func.round(cast(text, Numeric) * literal_column(f"{_MILLIONTHS}.0"))
        bounded = func.min(func.max(counted, literal_column(f"-{_MOST * _MILLIONTHS}.0")), self._most())
        return cast(bounded, BigInteger)

    def _most(self) -> Sql[Any]:
        return literal_column(f"{_MOST * _MILLIONTHS}.0")

    def exactly(self, number: Decimal) -> Sql[Any]:
        """A number of the rules."""
        counted = number * _MILLIONTHS
        if counted != counted.to_integral_value() or abs(number) > _MOST // 1000:
            raise ValueError("this number cannot be compared exactly")
        return literal_column(str(int(counted)), BigInteger)

    def day(self, column: Sql[Any]) -> Sql[Any]:
        """A date column as a day."""
        return cast(func.replace(typed(column, Text), "-", ""), Integer)

    def by_bytes(self, column: Sql[Any]) -> Sql[Any]:
        """A text column that is compared letter by letter."""
        return column


class Postgresql(Sqlite):
    """PostgreSQL."""

    name = "postgresql"

    def kind(self, value: Sql[Any]) -> Sql[Any]:  # noqa: D102
        return func.json_typeof(typed(value, JSON).op("->")("v"), type_=Text)

    def text(self, value: Sql[Any]) -> Sql[Any]:  # noqa: D102
        return typed(typed(value, JSON).op("->>")("v"), Text)

    def is_bool(self, kind: Sql[Any], text: Sql[Any], wanted: bool) -> Bool:  # noqa: D102
        return and_(kind == "boolean", text == ("true" if wanted else "false"))

    def is_text(self, kind: Sql[Any]) -> Bool:  # noqa: D102
        return kind == "string"

    def is_whole(self, kind: Sql[Any], text: Sql[Any]) -> Bool:  # noqa: D102
        return and_(kind == "number", _like(text, "^-?[0-9]+$"))

    def is_number(self, kind: Sql[Any], text: Sql[Any]) -> Bool:  # noqa: D102
        return or_(kind == "number", and_(kind == "string", _like(text, r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)$")))

    def digits(self, text: Sql[Any], shape: str) -> Bool:  # noqa: D102
        return _like(text, "^" + shape.replace("0", "[0-9]") + "$")

    def number(self, text: Sql[Any]) -> Sql[Any]:  # noqa: D102
        return cast(text, Numeric)

    def exactly(self, number: Decimal) -> Sql[Any]:  # noqa: D102
        return cast(literal(str(number), Text), Numeric)

    def day(self, column: Sql[Any]) -> Sql[Any]:  # noqa: D102
        return cast(func.to_char(column, "YYYYMMDD"), Integer)

    def by_bytes(self, column: Sql[Any]) -> Sql[Any]:  # noqa: D102
        return column.collate("C")


Dialect = Sqlite
"""What the compiler is handed: Sqlite, or Postgresql, which writes the same things otherwise."""


def dialect_of(name: str) -> Dialect:
    """The engine by SQLAlchemy's name of it; KeyError for another one."""
    return {"sqlite": Sqlite, "postgresql": Postgresql}[name]()


def _like(text: Sql[Any], pattern: str) -> Bool:
    return typed(text.op("~")(pattern), Boolean)
