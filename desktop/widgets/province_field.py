"""A province of the country: those that most come from and go to as buttons, every other found by typing."""

from desktop.widgets.answer_fields import PickField
from models.records import divisions

NEAR = ("12", "13", "11", "37")
"""Tianjin itself, Hebei, Beijing, Shandong."""

_CODES = tuple(str(code) for code in range(11, 83))  # GB/T 2260; not every number is one


def provinces() -> list[tuple[str, str]]:
    """(code, name) of every province, in the language now shown."""
    return [(code, name) for code in _CODES if (name := divisions.province(code))]


def province_field(name: str) -> PickField:
    """The field; its answer is the two-digit code."""
    return PickField(provinces(), name=name, common=NEAR)
