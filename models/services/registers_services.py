"""The registers of services: who may have what and does not receive it, who receives what; and of letter numbers."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models.clock import today
from models.records import codes
from models.services import numbering_report
from models.services.book import Book
from models.services.numbering_blocks import Numbering
from models.services.registers_people import names_of
from models.services.registers_views import Kind, RegisterColumn, RegisterFilter, RegisterRow, Value, plain
from models.services.screening_views import ScreenFilter, ScreenRow
from models.services.walking import portions
from models.store.rows import KEPT
from models.texts import N_, _, language
from models.values import age_on

_REFERRAL = KEPT["referral"]

SERVICES = (
    RegisterColumn("service", N_("Service"), 12),
    RegisterColumn("name", N_("Name"), 5),
    RegisterColumn("birth", N_("Born"), 6),
    RegisterColumn("age", N_("Age"), 3),
    RegisterColumn("community", N_("Community"), 7),
    RegisterColumn("address", N_("Address"), 14),
    RegisterColumn("for", N_("For"), 4),
    RegisterColumn("visit", N_("Last visit"), 6),
    RegisterColumn("worker", N_("Visited by"), 5),
)
NUMBERS = (
    RegisterColumn("number", N_("Number"), 10),
    RegisterColumn("state", N_("How it was used"), 6),
    RegisterColumn("issued", N_("Issued on"), 6),
    RegisterColumn("name", N_("Name"), 5),
    RegisterColumn("office", N_("Receiving office"), 10),
    RegisterColumn("status", N_("Status"), 5),
    RegisterColumn("worker", N_("Written by"), 5),
    RegisterColumn("reason", N_("Reason"), 12),
)


def screen_filter(kind: Kind, where: RegisterFilter) -> ScreenFilter:
    """The same question to the screening."""
    return ScreenFilter(
        service=where.service,
        outcomes=frozenset(("eligible",))
        if kind == "found"
        else frozenset(("eligible", "ask", "office", "not_eligible")),
        not_received=kind == "found",
        received=kind == "received",
        community=where.place if len(where.place) == 12 else "",
        street=where.place if len(where.place) < 12 else "",
        worker=where.worker or None,
    )


def service_row(row: ScreenRow, on: date) -> RegisterRow:
    """One result of the screening. Services that would tell of a sensitive fact are never among them."""
    chinese = language() == "zh_CN"
    service = row.service if chinese else row.service_en or row.service
    part = row.component if chinese else row.component_en or row.component
    whose = _("the family") if row.deceased else _("the household") if row.of_household else _("the person")
    cells: tuple[Value, ...] = (
        f"{service} · {part}" if part and part not in service else service,
        row.name,
        row.birth_date,
        age_on(row.birth_date, on) if row.birth_date and not row.deceased else None,
        row.community,
        row.address,
        whose,
        row.last_visit,
        row.worker,
    )
    return RegisterRow(cells, row.resident_id, row.household_id)


def number_rows(book: Book, where: RegisterFilter) -> list[RegisterRow]:
    """Every number of the years of a filter (none: this year), each once for each letter that bears it, in its order.

    By days only numbers of letters are left; what was never issued has no day.
    """
    on = today(book.clock)
    numbering = Numbering(book)
    years = range((where.first or on).year, (where.last or on).year + 1)
    rows: list[RegisterRow] = []
    for series, year in sorted(numbering.series()):
        if year in years:
            report = numbering.report(series, year)
            with book.reading() as connection:
                rows += _numbers(connection, report, series, year)
    days = where.first or where.last
    return [row for row in rows if not days or (row.cells[2] and where.fits(row.cells[2]))]  # type: ignore[arg-type]


def _numbers(connection: Connection, report: Any, series: str, year: int) -> Iterator[RegisterRow]:
    bearers = numbering_report.borne(connection, series, year)
    ids = [one for several in bearers.values() for one in several]
    referrals: dict[str, Any] = {}
    for some in portions(ids):
        query = select(_REFERRAL).where(_REFERRAL.c.id.in_(some))
        referrals |= {row.id: row for row in connection.execute(query)}
    people: dict[str, Any] = {}
    for some in portions(row.resident_id for row in referrals.values()):
        people |= names_of(connection, some)
    spoilt = {one.serial: one for one in report.spoilt}
    missing = set(report.missing)
    for serial in range(1, report.through + 1):
        text = f"{series}转〔{year}〕{serial}号"
        if serial in bearers:
            several = len(bearers[serial]) > 1
            for one in bearers[serial]:
                row = referrals[one]
                name = people[row.resident_id].name if row.resident_id in people else ""
                state = _("Used twice") if several else _("Used")
                status = codes.label("referral_status", row.status)
                cells: tuple[Value, ...] = (
                    row.number or text, state, row.issued_on, name, row.receiver, status, row.writer or row.worker, "",
                )  # fmt: skip
                yield RegisterRow(cells, row.resident_id, row.household_id, one)
        elif serial in spoilt:
            lost = spoilt[serial]
            yield RegisterRow((text, _("Spoilt"), None, "", "", "", lost.worker, plain(lost.reason)))
        else:
            state = _("Not explained") if serial in missing else _("Not used yet")
            yield RegisterRow((text, state, None, "", "", "", "", ""))
