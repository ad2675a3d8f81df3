"""The monthly report: every figure is on paper and in the spreadsheet, charts show what they are told, in our faces."""

import io
import re
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from models.records import codes
from models.texts import speaking
from reports.charts import GREYS, Chart, Series, draw_bars, draw_lines, hatching, shortened
from reports.sheet import draw_sheet
from reports.statistics import MOST_SERVICES, render_statistics, render_statistics_xlsx
from reports.wording import wording
from tests.reports.letters import character_boxes, page_texts
from tests.reports.monthly import MONTH
from tests.reports.papers import DAY, LONG, look_at


def squeezed(text):
    return "".join(str(text).split())


def drawn(*charts):
    """One page with charts below one another."""

    def draw(paper):
        for place, (chart, way) in enumerate(charts):
            way(paper, chart, 60, 60 + 240 * place, 470, 200)

    return draw_sheet(draw, title="图", author="x", subject="x", language="zh", day=DAY)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_stands_on_two_to_four_pages_and_nothing_is_covered(language):
    pdf = render_statistics(MONTH, "张示例", "花园路社区", language)
    text = squeezed("".join(page_texts(pdf)))
    assert look_at(pdf, most_pages=4) >= 2
    words = wording("statistics", language)
    for figure in (*MONTH.people, *MONTH.visits, *MONTH.work):
        for count in (figure.now, figure.before, figure.year_before):
            assert count is None or f"{count:,}" in text
    for row in MONTH.workers:
        assert squeezed(row.worker) in text
    with speaking("zh_CN" if language == "zh" else "en"):
        for need in MONTH.needs:
            assert squeezed(codes.label("need_group", need.group)) in text
    for office in MONTH.offices:
        assert office.office in text
    shown = [one[0 if language == "zh" else 1] for one in MONTH.found]
    assert all(squeezed(name) in text for name in shown[:MOST_SERVICES])
    assert squeezed(words["found_more"].format(n=len(shown) - MOST_SERVICES)) in text
    assert squeezed(words["place"].format(place="花园路社区")) in text


def test_no_face_but_ours_is_named_and_every_chart_says_what_it_shows():
    pdf = render_statistics(MONTH, "张示例")
    assert render_statistics(MONTH, "张示例") == pdf
    with pikepdf.open(io.BytesIO(pdf)) as file:
        objects = [one for one in file.objects if isinstance(one, pikepdf.Dictionary)]
        faces = {str(one.BaseFont) for one in objects if "/BaseFont" in one}
        figures = [str(one.Alt) for one in objects if one.get("/S") == "/Figure"]
    assert faces
    assert not {face for face in faces if re.search("Helvetica|Times|Courier|chart|none", face)}
    assert len(figures) == 6
    assert any("2026-09: 3030, 1170" in alt for alt in figures)
    assert any("周敏 82" in alt for alt in figures)


def test_a_month_without_anything_says_so():
    empty = replace(
        MONTH, workers=(), needs=(), levels=(), found=(), statuses=(), offices=(), outcomes=(), asked=(), coverage=(),
        stocks=MONTH.stocks[:2], found_on=None,
    )  # fmt: skip
    pdf = render_statistics(empty, "张示例")
    text = "".join(page_texts(pdf))
    assert "本月没有" in text
    assert wording("statistics", "zh")["found_old"][:10] in text
    look_at(pdf, most_pages=3)


def test_a_month_that_is_not_over_says_up_to_when():
    text = "".join(page_texts(render_statistics(replace(MONTH, until=MONTH.month.first), "张示例")))
    assert "统计到2026年10月1日" in text


def test_the_spreadsheet_has_every_table_and_all_services():
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(render_statistics_xlsx(MONTH, "张示例")))
    assert len(book.worksheets) == 14
    cells = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    people = next(rows for title, rows in cells.items() if title.startswith("一、人口"))
    row = next(row for row in people if row[0] == "居民（月末）")
    assert row[1:5] == (3052, 3040, 2980, 12)
    found = next(rows for title, rows in cells.items() if title.startswith("五、"))
    assert [(row[0], row[1]) for row in found[-20:]] == [(zh, count) for zh, _en, count in MONTH.found]


def test_bars_are_as_high_as_their_numbers():
    values = (10.0, 20.0, 5.0)
    pdf = drawn((Chart(("甲", "乙", "丙"), (Series("数", values),), "图"), draw_bars))
    content = pypdfium2.PdfDocument(pdf)
    picture = content[0].render(scale=2).to_numpy()[..., 0]
    grey = round(GREYS[0] * 255)
    dark = abs(picture.astype(int) - grey) < 4
    columns = dark[120:520].sum(axis=0)
    heights = sorted({int(n) for n in columns if n > 30 and (columns == n).sum() > 20}, reverse=True)
    content.close()
    assert [round(h / heights[-1]) for h in heights] == [4, 2, 1]


def test_a_line_has_each_number_over_its_own_month_also_where_it_begins_late():
    months = tuple(f"{n}月" for n in range(1, 13))
    values = (None, None, None, *(float(100 + n) for n in range(4, 13)))
    pdf = drawn((Chart(months, (Series("数", values),), "图"), draw_lines))
    document = pypdfium2.PdfDocument(pdf)
    boxes = character_boxes(document[0])
    document.close()
    text = "".join(box[0] for box in boxes)
    for n in range(4, 13):
        at, below = text.index(str(100 + n)), re.search(rf"(?<![0-9]){n}月", text[text.index("1月") :])
        assert below
        start = text.index("1月") + below.start()
        number = boxes[at : at + 3]
        month = boxes[start : start + len(str(n)) + 1]
        assert abs((number[0][1] + number[-1][3]) / 2 - (month[0][1] + month[-1][3]) / 2) < 3
    assert "0" in text


def test_stacked_bars_tell_apart_what_colour_would_and_small_parts_stay_unlabelled():
    chart = Chart(
        ("甲", "乙"), tuple(Series(f"第{n}组", (100.0, 1.0)) for n in range(4)), "图", stacked=True, across=True
    )
    (page,) = page_texts(drawn((chart, draw_bars)))
    assert page.count("100") == 4
    assert all(f"第{n}组" in page for n in range(4))
    assert len(set(GREYS)) == len(GREYS)


def test_bars_from_left_to_right_stand_in_the_order_of_the_legend():
    series = tuple(Series(name, (float(count),)) for name, count in (("甲", 11), ("乙", 22), ("丙", 33)))
    pdf = drawn((Chart(("组",), series, "图", across=True), draw_bars))
    document = pypdfium2.PdfDocument(pdf)
    boxes = character_boxes(document[0])
    document.close()
    text = "".join(box[0] for box in boxes)
    heights = [boxes[text.index(count)][2] for count in ("11", "22", "33")]
    assert heights == sorted(heights, reverse=True)  # counted from the foot of the page


def test_hatching_stays_inside_and_long_names_fit():
    for way in (1, -1):
        lines = hatching(10, 20, 30, 12, way)
        assert len(lines) > 8
        for x, y, x2, y2 in lines:
            assert min(x, x2) >= 10
            assert max(x, x2) <= 40.001
            assert min(y, y2) >= 19.999
            assert max(y, y2) <= 32.001
    assert shortened("周敏", 100) == "周敏"
    assert shortened(LONG, 100).endswith("…")
