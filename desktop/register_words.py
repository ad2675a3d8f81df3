"""Registers and statistics in words and on paper: their values from the casebook, off the window's thread.

What a paper is made from besides the records is plain JSON, so that the queue of the printer can make it again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from desktop.tasks import Cancelled
from models import texts
from models.clock import day_text, today
from models.records import divisions
from models.services.registers_views import (
    KINDS,
    TITLES,
    Kind,
    RegisterColumn,
    RegisterFilter,
    RegisterRow,
)
from models.services.statistics_views import Month, Statistics
from models.texts import _

if TYPE_CHECKING:
    from models.casebook import Casebook
    from models.services.registers import Register
    from reports.registers import RegisterSheet
    from reports.sheet import Language

Argument = Mapping[str, Any]

COUNTED: Mapping[Kind, str] = {
    "visits": "outcome",
    "needs": "status",
    "referrals": "status",
    "assessments": "level",
    "found": "service",
    "received": "service",
    "consents": "basis",
    "numbers": "state",
}
"""By which column the rows of a register are added up below its table."""

MOST_TOTALS = 8


class MonthPaper(NamedTuple):
    """What the monthly report is drawn from."""

    value: Statistics
    worker: str
    place: str
    language: "Language"


def title_of(kind: Kind) -> str:
    """What a register is called in the language now shown."""
    return _(TITLES[kind])


def columns_of(columns: Sequence[RegisterColumn]) -> list[str]:
    """The headings in the language now shown."""
    return [_(column.heading) for column in columns]


def place_words(code: str) -> str:
    """A district, street or community as people say it; "" for none."""
    found = divisions.division(code) if code else None
    return found.short if found else code


def service_words(casebook: "Casebook", service_id: str) -> str:
    """The name of a service by the rules in force."""
    service = casebook.packs.policies().services.get(service_id) if service_id else None
    if service is None:
        return service_id
    return service.name if texts.language() == "zh_CN" else service.name_en or service.name


def told(casebook: "Casebook", where: RegisterFilter) -> tuple[str, ...]:
    """What a register is narrowed to, a few words each."""
    found = [place_words(where.place), service_words(casebook, where.service), where.worker]
    if where.first and where.last:
        found.append(_("{first} to {last}").format(first=day_text(where.first), last=day_text(where.last)))
    elif where.first:
        found.append(_("from {day} on").format(day=day_text(where.first)))
    elif where.last:
        found.append(_("up to {day}").format(day=day_text(where.last)))
    return tuple(filter(None, found))


def argument_of(kind: Kind, where: RegisterFilter, language: str, *, whole: bool = False) -> dict[str, Any]:
    """A register as plain JSON."""
    days = {
        "first": where.first.isoformat() if where.first else "",
        "last": where.last.isoformat() if where.last else "",
    }
    return {
        "kind": kind, "place": where.place, "service": where.service, "worker": where.worker, **days,
        "language": "zh" if language == "zh_CN" else "en", "whole": whole,
    }  # fmt: skip


def filter_of(argument: Argument) -> tuple[Kind, RegisterFilter]:
    """The register that JSON names. ValueError for a kind that is not known."""
    kind = argument.get("kind")
    if kind not in KINDS:
        raise ValueError("no such register")
    first, last = (date.fromisoformat(str(argument[key])) if argument.get(key) else None for key in ("first", "last"))
    texts_ = (str(argument.get(key) or "") for key in ("place", "service", "worker"))
    place, service, worker = texts_
    return kind, RegisterFilter(place=place, service=service, worker=worker, first=first, last=last)


def opened(
    casebook: "Casebook", kind: Kind, where: RegisterFilter, *, out: bool = False, whole: bool = False
) -> "Register":
    """A register with the names of instruments; out: it leaves as a file, which is journalled."""
    from forms.on_paper import instrument_words

    if out or whole:
        return casebook.registers.export(kind, where, instrument_words, whole=whole)
    return casebook.registers.open(kind, where, instrument_words)


def sheet_of(
    casebook: "Casebook",
    argument: Argument,
    *,
    out: bool = False,
    most: int | None = None,
    cancelled: Cancelled | None = None,
) -> "RegisterSheet | None":
    """A register as it leaves; None where it was cancelled. most: rows that fit. Raises ListTooLong."""
    from reports.people_list import ListTooLong
    from reports.registers import RegisterSheet, SheetColumn

    kind, where = filter_of(argument)
    language: Language = "en" if argument.get("language") == "en" else "zh"
    whole = bool(argument.get("whole")) and kind == "residents"
    with texts.speaking("en" if language == "en" else "zh_CN"):
        register = opened(casebook, kind, where, out=out, whole=whole)
        if most is not None and register.total > most:
            raise ListTooLong(rows=f"{register.total:,}", most=f"{most:,}")
        rows: list[RegisterRow] = []
        for row in register.every(whole=whole):
            rows.append(row)
            if cancelled is not None and len(rows) % 500 == 0 and cancelled():
                return None
        return RegisterSheet(
            title=title_of(kind),
            office=casebook.office.name,
            worker=casebook.worker.name,
            made_on=today(casebook.clock),
            columns=tuple(SheetColumn(c.key, _(c.heading), c.width) for c in register.columns),
            rows=[row.cells for row in rows],
            told=told(casebook, register.where),
            totals=tuple(totals(kind, register.columns, rows)),
            whole=whole,
            language=language,
        )


def totals(kind: Kind, columns: Sequence[RegisterColumn], rows: Sequence[RegisterRow]) -> list[tuple[str, int]]:
    """The sums below a register: how many rows, of each kind, and how many people."""
    found = [(_("Rows"), len(rows))]
    keys = [column.key for column in columns]
    if kind == "households":
        place = keys.index("people")
        found.append((_("People"), sum(cell for row in rows if isinstance(cell := row.cells[place], int))))
    if kind in COUNTED:
        place = keys.index(COUNTED[kind])
        counts = Counter(str(row.cells[place] or "–") for row in rows)
        found += counts.most_common(MOST_TOTALS) if len(counts) <= MOST_TOTALS else []
    return found


# The kinds of paper; see desktop.paper_kinds.


def register(casebook: "Casebook", _subject: str, argument: Argument) -> Any:
    """A register on paper; argument: as argument_of gives it. Raises ListTooLong."""
    from reports.registers import PAPER_ROWS

    return sheet_of(casebook, argument, most=PAPER_ROWS)


def draw_register(value: Any) -> bytes:
    """The register as a PDF."""
    from reports.registers import render_register

    return render_register(value)


def statistics(casebook: "Casebook", _subject: str, argument: Argument) -> MonthPaper:
    """The statistics of a month; argument: year, month, place, language."""
    from forms.on_paper import instrument_words

    month = Month(int(argument["year"]), int(argument["month"]))
    language: Language = "en" if argument.get("language") == "en" else "zh"
    place = str(argument.get("place") or "")
    with texts.speaking("en" if language == "en" else "zh_CN"):
        value = casebook.statistics.of(month, place, instrument_words)
        return MonthPaper(value, casebook.worker.name, place_words(place), language)


def draw_statistics(value: MonthPaper) -> bytes:
    """The report as a PDF."""
    from reports.statistics import render_statistics

    return render_statistics(*value)
