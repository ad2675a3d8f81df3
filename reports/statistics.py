"""The statistics of a month on paper: tables and charts on a few A4 pages, and the same figures as a spreadsheet.

Nothing in it tells of a person: workers are named, residents never are. It reads in black and white.
"""

from collections.abc import Mapping, Sequence

from models.records import codes
from models.services.statistics_views import OUTCOMES, Figure, Statistics
from models.texts import speaking
from reports.charts import Chart, Draw, Series, draw_bars, draw_lines
from reports.flow import Cell, Piece, Type, divide, paragraph, put, space, table_row
from reports.lines import Run, shape
from reports.paper import MM, WIDTH, Paper
from reports.printable import one_line
from reports.running import END, LEFT, MEASURE, fitting
from reports.sheet import Language, draw_sheet, page_number
from reports.structure import Tag
from reports.tables import Table, write_tables
from reports.wording import MONTHS, day_text, wording

TEXT, SMALL, HEADING, UNDER = Type(9.5, 13.4), Type(9, 12.6), Type(13, 20), Type(10.5, 17)
FIRST, NEXT = 40 * MM, 24 * MM
MOST_SERVICES = 14  # on paper; the spreadsheet has all
MOST_WORKERS = 12
ROW = 6.2 * MM

Words = Mapping[str, str]
Line = tuple[str | int | float | None, ...]


def render_statistics(value: Statistics, worker: str, place: str = "", language: Language = "zh") -> bytes:
    """The report as a PDF. worker: who made it; place: in words, "" for all. The same value gives the same bytes."""
    words = wording("statistics", language)
    title = title_of(value, words)
    with speaking("zh_CN" if language == "zh" else "en"):
        body = list(_body(value, words, language))
    return draw_sheet(
        lambda paper: _draw(paper, body, value, words, (title, worker, place), language),
        title=title,
        author=value.office,
        subject=words["subject"],
        language=language,
        day=value.made_on,
    )


def render_statistics_xlsx(value: Statistics, worker: str, place: str = "", language: Language = "zh") -> bytes:
    """The same figures as a spreadsheet, a sheet for each table; of the services all."""
    words = wording("statistics", language)
    above = (title_of(value, words), *_above(value, words, worker, place))
    with speaking("zh_CN" if language == "zh" else "en"):
        tables = []
        for name, headings, rows in _tables(value, words, language):
            told = tuple(tuple("" if cell is None else cell for cell in row) for row in rows)
            tables.append(Table(words[name], tuple(headings), told, above))
    return write_tables(tables, value.made_on)


def title_of(value: Statistics, words: Words) -> str:
    """What the report is called."""
    month = value.month
    return words["title"].format(year=month.year, month=month.month, month_name=MONTHS[month.month - 1])


def _above(value: Statistics, words: Words, worker: str, place: str) -> list[str]:
    lines = [words["made"].format(office=value.office, worker=worker, date=day_text(words["date"], value.made_on))]
    if place:
        lines.append(words["place"].format(place=place))
    if value.until < value.month.last:
        lines.append(words["until"].format(date=day_text(words["date"], value.until)))
    return [one_line(line) for line in lines]


# The figures as tables: the same for paper and spreadsheet.


def _figures(figures: Sequence[Figure], words: Words) -> list[Line]:
    named = {"visits": "visits_figure", "days": "days_figure"}
    rows: list[Line] = []
    for one in figures:
        change = one.now - one.before if one.now is not None and one.before is not None else None
        counts = [_number(count) for count in (one.now, one.before, one.year_before, change)]
        rows.append((words[named.get(one.key, one.key)], *counts))
    return rows


def _number(count: float | None) -> int | float | None:
    return int(count) if count is not None and count == int(count) else count


def _tables(value: Statistics, words: Words, language: Language) -> list[tuple[str, list[str], list[Line]]]:
    compared = [words[key] for key in ("figure", "month", "before", "year_before", "change")]
    chinese = language == "zh"
    services: list[Line] = [(zh if chinese else en, count) for zh, en, count in value.found]
    return [
        ("people", compared, _figures(value.people, words)),
        (
            "stocks",
            [words["period"], words["residents"], words["households"]],
            [(str(month), residents, homes) for month, residents, homes in value.stocks],
        ),
        ("ages", [words["age"], words["men"], words["women"]], [*value.ages]),
        ("visits", compared, _figures(value.visits, words)),
        (
            "workers",
            [words["worker"], *(words[one] for one in OUTCOMES), words["sum"]],
            [(row.worker, *row.counts, sum(row.counts)) for row in value.workers],
        ),
        (
            "coverage",
            [words["period"], words["seen"], words["of"], words["share"]],
            [
                (words["days"].format(n=one.days), one.seen, one.households, _percent(one.seen, one.households, words))
                for one in value.coverage
            ],
        ),
        ("work", compared, _figures(value.work, words)),
        (
            "needs",
            [words[key] for key in ("group", "opened", "closed", "open")],
            [(codes.label("need_group", one.group), one.opened, one.closed, one.open) for one in value.needs],
        ),
        ("levels", [words[key] for key in ("instrument", "level", "count")], [*value.levels]),
        ("asked", [words["questionnaire"], words["count"]], [*value.asked]),
        (
            "statuses",
            [words["status"], words["count"]],
            [(codes.label("referral_status", code), count) for code, count in value.statuses],
        ),
        (
            "offices",
            [words[key] for key in ("office", "issued_to", "answered_by", "median")],
            [(one.office, one.issued, one.answered, _number(one.days)) for one in value.offices],
        ),
        (
            "outcomes",
            [words["outcome"], words["count"]],
            [(codes.label("referral_result", code), count) for code, count in value.outcomes],
        ),
        ("found", [words["service"], words["count"]], services),
    ]


def _percent(part: int, whole: int, words: Words) -> str:
    return words["percent"].format(n=f"{100 * part / whole:.1f}") if whole else words["none"]


# On paper.


def _body(value: Statistics, words: Words, language: Language) -> list[Piece]:
    tables = {name: (headings, rows) for name, headings, rows in _tables(value, words, language)}
    wide, narrow = (0.36, 0.16, 0.16, 0.16, 0.16), (0.5, 0.5 / 3, 0.5 / 3, 0.5 / 3)

    def table(name: str, shares: Sequence[float], *, named: bool = True, least: str = "nothing") -> list[Piece]:
        headings, rows = tables[name]
        pieces = _heading(words[name], UNDER, 3) if named else []
        if not rows:
            return [*pieces, *_text(words[least], SMALL)]
        return [*pieces, *_ruled(headings, rows, shares, words), space(2 * MM)]

    found: list[Piece] = []
    found += _heading(words["people"], HEADING, 2) + table("people", wide, named=False)
    residents = [row for row in value.stocks if row[1] is not None]
    if len(residents) > 1:
        stocks = Chart(
            tuple(str(month)[2:] for month, _residents, _homes in value.stocks),
            (
                Series(words["residents"], tuple(row[1] for row in value.stocks)),
                Series(words["households"], tuple(row[2] for row in value.stocks)),
            ),
            words["stocks_alt"].format(values="; ".join(f"{m}: {n}, {h}" for m, n, h in residents)),
        )
        found += _chart(words["stocks"], stocks, 46 * MM, draw_lines)
    found += table("ages", (0.4, 0.3, 0.3)) + _text(words["ages_note"], SMALL)
    found += _heading(words["visits"], HEADING, 2) + table("visits", wide, named=False)
    if value.workers:
        several = value.workers[:MOST_WORKERS]
        chart = Chart(
            tuple(row.worker or words["none"] for row in several),
            tuple(Series(words[one], tuple(row.counts[n] for row in several)) for n, one in enumerate(OUTCOMES)),
            words["workers_alt"].format(values="; ".join(f"{row.worker} {sum(row.counts)}" for row in several)),
            stacked=True,
            across=True,
        )
        found += _chart(words["workers"], chart, (9 + 8 * len(several)) * MM, draw_bars)
        found += table("workers", (0.3, 0.14, 0.14, 0.14, 0.14, 0.14), named=False)
    if any(one.households for one in value.coverage):
        chart = Chart(
            tuple(words["days"].format(n=one.days) for one in value.coverage),
            (
                Series(
                    words["share"], tuple(round(100 * one.seen / max(one.households, 1), 1) for one in value.coverage)
                ),
            ),
            words["coverage_alt"].format(
                values="; ".join(f"{one.days}: {one.seen}/{one.households}" for one in value.coverage)
            ),
            across=True,
        )
        found += _chart(f"{words['coverage']} (%)", chart, 32 * MM, draw_bars)
        found += table("coverage", (0.4, 0.2, 0.2, 0.2), named=False)
    found += _heading(words["work"], HEADING, 2) + table("work", wide, named=False)
    if value.needs:
        chart = Chart(
            tuple(codes.label("need_group", one.group) for one in value.needs),
            (
                Series(words["opened"], tuple(one.opened for one in value.needs)),
                Series(words["closed"], tuple(one.closed for one in value.needs)),
                Series(words["open"], tuple(one.open for one in value.needs)),
            ),
            words["needs_alt"].format(
                values="; ".join(f"{one.group} {one.opened}/{one.closed}/{one.open}" for one in value.needs)
            ),
            across=language != "zh" or len(value.needs) > 9,
        )
        found += _chart(words["needs"], chart, (14 + 14 * len(value.needs) if chart.across else 50) * MM, draw_bars)
    if value.levels:
        found += table("levels", (0.5, 0.25, 0.25)) + _text(words["ages_note"], SMALL)
    if value.asked:
        found += table("asked", (0.75, 0.25))
    found += _heading(words["letters"], HEADING, 2)
    found += table("statuses", (0.75, 0.25))
    if value.offices:
        chart = Chart(
            tuple(one.office for one in value.offices),
            (Series(words["issued_to"], tuple(one.issued for one in value.offices)),),
            words["offices_alt"].format(values="; ".join(f"{one.office} {one.issued}" for one in value.offices)),
            across=True,
        )
        found += _chart(words["offices"], chart, (6 + 6.5 * len(value.offices)) * MM, draw_bars)
        found += table("offices", narrow, named=False)
    if value.outcomes:
        found += table("outcomes", (0.75, 0.25))
    found += _heading(words["found"], HEADING, 2)
    found += _found(value, words, language)
    return [*found, space(3 * MM), *_text(words["notes"], SMALL)]


def _found(value: Statistics, words: Words, language: Language) -> list[Piece]:
    if value.found_on is None:
        return _text(words["found_old"], SMALL)
    pieces = _text(words["found_note"].format(date=day_text(words["date"], value.found_on)), SMALL)
    if not value.found:
        return [*pieces, *_text(words["nothing"], SMALL)]
    first = value.found[:MOST_SERVICES]
    names = [zh if language == "zh" else en for zh, en, _count in first]
    chart = Chart(
        tuple(names),
        (Series(words["count"], tuple(count for _zh, _en, count in first)),),
        words["found_alt"].format(
            n=len(first), values="; ".join(f"{name} {row[2]}" for name, row in zip(names, first, strict=True))
        ),
        across=True,
    )
    pieces += _chart("", chart, (6 + 6 * len(first)) * MM, draw_bars)
    if len(value.found) > len(first):
        pieces += _text(words["found_more"].format(n=len(value.found) - len(first)), SMALL)
    return pieces


def _heading(text: str, type_: Type, level: int) -> list[Piece]:
    before = [space(type_.leading * 0.25)]
    return [*before, *paragraph(shape([Run(text, "hei")]), LEFT, MEASURE, type_, indent=0, keep=True, kind=f"H{level}")]


def _text(text: str, type_: Type) -> list[Piece]:
    return paragraph(shape([Run(one_line(text))]), LEFT, MEASURE, type_, indent=0, justify=False)


def _ruled(headings: Sequence[str], rows: Sequence[Line], shares: Sequence[float], words: Words) -> list[Piece]:
    widths = [share * MEASURE for share in shares]
    head = [
        Cell([Run(text, "hei")], width, centre=place > 0, shrink=True)
        for place, (text, width) in enumerate(zip(headings, widths, strict=True))
    ]
    pieces = [table_row(head, LEFT, SMALL, ROW, keep=True)]
    for number, row in enumerate(rows):
        cells = [
            Cell([Run(_shown(cell, words))], width, centre=place > 0)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        pieces.append(table_row(cells, LEFT, SMALL, ROW, keep=number == 0 or number == len(rows) - 2))
    return pieces


def _shown(cell: str | float | None, words: Words) -> str:
    if cell is None:
        return words["none"]
    if isinstance(cell, str):
        return cell.strip() and cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.1f}"


def _chart(title: str, chart: Chart, height: float, drawn: Draw) -> list[Piece]:
    """A chart under its heading, whole on one page."""

    def draw(paper: Paper, top: float) -> None:
        drawn(paper, chart, LEFT, top + 1 * MM, MEASURE, height)

    whole = Piece(height + 3 * MM, draw, tag=Tag("Sect", object()))
    return [*(_heading(title, UNDER, 3) if title else []), whole]


def _draw(
    paper: Paper,
    body: Sequence[Piece],
    value: Statistics,
    words: Words,
    told: tuple[str, str, str],
    language: Language,
) -> None:
    title, worker, place = told
    above = [piece for line in _above(value, words, worker, place) for piece in _text(line, SMALL)]
    first = FIRST - 8 * MM + sum(piece.height for piece in above)
    pages = divide(body, lambda page: END - (NEXT if page else first), 0)
    with paper.tagged("H1"):
        wide = 0.08 if language == "zh" else 0.0
        paper.text(WIDTH / 2, 24 * MM, fitting(19, title, "title", wide), title, "title", "center", wide)
    put(paper, above, FIRST - 10 * MM)
    for number, page in enumerate(pages, 1):
        if number > 1:
            paper.next_page()
            with paper.decoration():
                paper.text(LEFT, NEXT - 6 * MM, 9, title)
                paper.text(LEFT + MEASURE, NEXT - 6 * MM, 9, value.office, align="right")
                paper.rule(LEFT, NEXT - 4 * MM, LEFT + MEASURE, NEXT - 4 * MM)
        put(paper, page, NEXT if number > 1 else first)
        page_number(paper, words, number, len(pages), LEFT + MEASURE)


__all__ = ["render_statistics", "render_statistics_xlsx", "title_of"]
