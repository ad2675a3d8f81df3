"""Charts: bars, stacked bars and lines, readable in black and white, with every number printed beside what shows it.

ReportLab's own graphics library (reportlab.graphics, part of the ReportLab that is pinned) places axes, ticks, bars,
lines and the texts at them; it is maintained, free, and there already. Its PDF renderer would name Helvetica and use
faces that are not embedded our way, so the shapes that it makes are drawn here on a Paper: in our faces, as part of one
tagged figure whose alternative text says what the chart says, and every text can be extracted. To lay texts out it
measures them with the widths of our face (`_Measured`). Areas differ by grey and hatching, never by colour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from reportlab.graphics.charts.axes import XCategoryAxis, YCategoryAxis
from reportlab.graphics.charts.barcharts import HorizontalBarChart, VerticalBarChart
from reportlab.graphics.charts.linecharts import HorizontalLineChart
from reportlab.graphics.renderbase import Renderer, getStateDelta
from reportlab.graphics.shapes import Drawing, UserNode
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics

from reports.lines import Run, shape, width_of
from reports.paper import Paper

FACE = "Jinmen-chart"
SIZE = 8.0  # points, of all texts in a chart
MOST_NAMES = 0.4
"""So much of the width names beside bars may take."""

LEGEND = 13.0  # points, the height of its row
GREYS = (0.28, 0.93, 0.62, 1.0, 0.8)
"""How grey each series is; those of HATCHED have lines over it."""

HATCHED = {1: (1,), 3: (1, -1)}
"""Series -> the directions of its lines: 1 rising, -1 falling."""

_INK = Color(0, 0, 0)
_LINE = Color(0.72, 0.72, 0.72)


@dataclass(frozen=True)
class Series:
    """What is shown in one grey: its name and a number for each category; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """A chart as it is told: what it shows and how. alt: what it says, for whoever cannot see it."""

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    alt: str
    stacked: bool = False
    across: bool = False  # bars from left to right, the categories below one another


class _Measured:
    """The widths of our Song face for the library that places texts; nothing of it gets into the file."""

    fontName = FACE  # noqa: N815
    _dynamicFont = 0  # noqa: N815
    _multiByte = 1  # noqa: N815
    ascent, descent = 880, -120
    encName = "UTF-8"  # noqa: N815

    def stringWidth(self, text: str, size: float, encoding: str = "") -> float:  # noqa: N802
        """The width of a text in points."""
        return width_of(shape([Run(text)])) * size if text else 0.0


pdfmetrics._fonts.setdefault(FACE, _Measured())


def draw_bars(paper: Paper, chart: Chart, left: float, top: float, width: float, height: float) -> None:
    """Draw a chart of bars into a box, measures in points from the top left of the page."""
    made: Any = HorizontalBarChart() if chart.across else VerticalBarChart()
    order = list(range(len(chart.series)))
    if chart.across and not chart.stacked:
        order.reverse()  # the library begins at the foot of a group
    made.data = [[value or 0 for value in chart.series[place].values] for place in order]
    made.categoryAxis.style = "stacked" if chart.stacked else "parallel"
    made.groupSpacing, made.barSpacing = 6, 1
    made.barLabelFormat = _told
    if chart.stacked:  # what is narrower than its number has it in the table beside the chart alone
        unit = (width - 120 if chart.across else height - 60) / max(_highest(chart), 1)
        least = 2 * SIZE if chart.across else SIZE + 3
        made.barLabelFormat = lambda value: _told(value) if (value or 0) * unit >= least else ""
    for row, place in enumerate(order):
        made.bars[row].fillColor = _tone(place)
        made.bars[row].strokeColor, made.bars[row].strokeWidth = _INK, 0.5
    made.barLabels.fontName, made.barLabels.fontSize = FACE, SIZE
    if chart.stacked:
        made.barLabels.boxTarget = "mid"
        made.barLabels.boxFillColor = Color(1, 1, 1)
        made.barLabels.leftPadding = made.barLabels.rightPadding = 1.5
    elif chart.across:
        made.barLabels.boxAnchor, made.barLabels.dx = "w", 3
    else:
        made.barLabels.boxAnchor, made.barLabels.dy = "s", 2
    _draw(paper, chart, made, left, top, width, height, _highest(chart))


def draw_lines(paper: Paper, chart: Chart, left: float, top: float, width: float, height: float) -> None:
    """Draw a chart of lines into a box; a line begins with its first known number."""
    made: Any = HorizontalLineChart()
    made.data = [list(one.values) for one in chart.series]
    for place in range(len(chart.series)):
        made.lines[place].strokeColor, made.lines[place].strokeWidth = _INK, 1.4 if place == 0 else 0.9
        made.lines[place].strokeDashArray = None if place == 0 else (3, 2)
    made.joinedLines = (
        1  # the numbers are written by _OnPaper: the library puts them one place on for every unknown one
    )
    _draw(paper, chart, made, left, top, width, height, _highest(chart))


def _told(value: float | None) -> str:
    if not value:
        return ""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _highest(chart: Chart) -> float:
    if chart.stacked:
        columns = zip(*(one.values for one in chart.series), strict=True)
        return max((sum(value or 0 for value in column) for column in columns), default=0)
    return max((value or 0 for one in chart.series for value in one.values), default=0)


def _tone(place: int) -> Color:
    """The grey of a series; its blue tells the renderer which series it is."""
    grey = GREYS[place % len(GREYS)]
    return Color(grey, grey, grey, alpha=1 - place / 1000)


def _draw(
    paper: Paper, chart: Chart, made: Any, left: float, top: float, width: float, height: float, highest: float
) -> None:
    across = chart.across
    legend = LEGEND if len(chart.series) > 1 else 0.0
    names = max((width_of(shape([Run(name)])) for name in chart.categories), default=0) * SIZE
    values = width_of(shape([Run(_told(highest) or "0")])) * SIZE
    inner_left = min(names, width * MOST_NAMES) + 6 if across else values + 8
    made.x, made.y = inner_left, 6 if across else SIZE + 8
    made.width = width - inner_left - (values + 8 if across else 4)
    made.height = height - legend - made.y - (4 if across else SIZE + 6)
    axis = made.categoryAxis
    assert isinstance(axis, YCategoryAxis if across else XCategoryAxis)
    axis.categoryNames = [shortened(name, width * MOST_NAMES) if across else name for name in chart.categories]
    axis.labels.fontName, axis.labels.fontSize = FACE, SIZE
    axis.labels.boxAnchor = "e" if across else "n"
    axis.labels.dx, axis.labels.dy = (-4, 0) if across else (0, -4)
    axis.visibleTicks = 0
    axis.strokeColor, axis.strokeWidth = _INK, 0.6
    if across:
        axis.reverseDirection = 1
    scale = made.valueAxis
    scale.valueMin, scale.valueMax, scale.valueStep = 0, *_scale(highest)
    scale.labels.fontName, scale.labels.fontSize = FACE, SIZE
    scale.labelTextFormat = lambda value: f"{value:,.0f}"
    scale.visibleGrid, scale.gridStrokeColor, scale.gridStrokeWidth = 1, _LINE, 0.4
    scale.gridStart, scale.gridEnd = (made.y, made.y + made.height) if across else (made.x, made.x + made.width)
    scale.visibleAxis = scale.visibleTicks = 0
    if across:
        scale.visibleLabels = 0  # the numbers stand at the bars
    drawing = Drawing(width, height)
    drawing.add(made)
    with paper.tagged("Figure", alt=chart.alt):
        labels = [_told(value) for one in chart.series for value in one.values if value is not None]
        _OnPaper(paper, left, top + legend, height - legend, labels).draw(drawing, _NoCanvas(), 0, 0)
        if legend:
            _legend(paper, chart, left + inner_left, top, lines=isinstance(made, HorizontalLineChart))


def shortened(name: str, room: float) -> str:
    """A name as it fits beside a bar; the table beside the chart has it whole."""
    if width_of(shape([Run(name)])) * SIZE <= room:
        return name
    cut = name
    while cut and width_of(shape([Run(cut + "…")])) * SIZE > room:
        cut = cut[:-1]
    return cut.rstrip() + "…"


def _scale(highest: float) -> tuple[float, float]:
    """The end of the axis and the distance of its lines: some four of them, at round whole numbers."""
    step = 1.0
    while highest / step > 5:
        step *= 2.5 if f"{step:g}"[0] == "2" else 2
    return max(step * -(-highest // step), step), step


def _legend(paper: Paper, chart: Chart, left: float, top: float, *, lines: bool) -> None:
    at = left
    for place, one in enumerate(chart.series):
        if lines:
            paper.rule(at, top + 5, at + 12, top + 5, 1.4 if place == 0 else 0.9, dash="" if place == 0 else "3 2")
        else:
            _area(paper, place, at, top + 1, 10, 8)
        at += 15
        at += paper.text(at, top + 8, SIZE, one.name) + 12


def _area(paper: Paper, place: int, x: float, top: float, width: float, height: float) -> None:
    """A rectangle in the grey and hatching of a series, with a thin edge."""
    if width <= 0 or height <= 0:
        return
    grey = GREYS[place % len(GREYS)]
    if grey < 1:
        paper.fill([(x, top, width, height)], f"{grey:g} {grey:g} {grey:g}")
    for way in HATCHED.get(place % len(GREYS), ()):
        for line in hatching(x, top, width, height, way):
            paper.rule(*line, 0.4)
    paper.frame(x, top, width, height, 0.5)


def hatching(
    x: float, top: float, width: float, height: float, way: int, gap: float = 3.2
) -> list[tuple[float, float, float, float]]:
    """Lines under 45 degrees within a rectangle: (x, y, x, y) of each. way: 1 rising to the right, -1 falling."""
    found = []
    offset = gap
    while offset < width + height:
        near, far = max(0.0, offset - height), min(offset, width)
        low, high = offset - near, offset - far
        if way > 0:
            found.append((x + near, top + low, x + far, top + high))
        else:
            found.append((x + near, top + height - low, x + far, top + height - high))
        offset += gap
    return found


class _NoCanvas:
    """What the library hands to a renderer for its own use; there is nothing to save, since Paper keeps no state."""

    def saveState(self) -> None:  # noqa: N802
        """Nothing."""

    def restoreState(self) -> None:  # noqa: N802
        """Nothing."""


class _OnPaper(Renderer):  # type: ignore[misc]  # ReportLab has no types
    """Draws the shapes of a drawing on a Paper; the library counts from the lower left corner upwards."""

    def __init__(self, paper: Paper, left: float, top: float, height: float, labels: Sequence[str]) -> None:
        """labels: what is written over the points of lines, one after the other."""
        super().__init__()
        self._paper, self._left, self._bottom, self._labels = paper, left, top + height, list(labels)

    def applyStateChanges(self, _delta: Any, _state: Any) -> None:  # noqa: N802
        """The state is asked for where it is needed."""

    def drawNode(self, node: Any) -> None:  # noqa: N802
        """Take over the state of a shape, draw it, and go back."""
        self._tracker.push(getStateDelta(node))
        self.drawNodeDispatcher(node)
        self._tracker.pop()

    def drawGroup(self, group: Any) -> None:  # noqa: N802
        """Everything in it."""
        for node in group.getContents():
            self.drawNode(node.provideNode() if isinstance(node, UserNode) else node)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self._tracker.getCTM()
        return self._left + a * x + c * y + e, self._bottom - (b * x + d * y + f)

    def drawRect(self, node: Any) -> None:  # noqa: N802
        """A bar in the dress of its series, or the white ground below a number."""
        left, bottom = self._at(node.x, node.y)
        right, top = self._at(node.x + node.width, node.y + node.height)
        left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
        fill = self._tracker.getState().get("fillColor")
        if fill is None:
            return
        if node.strokeColor is None:
            self._paper.fill([(left, top, right - left, bottom - top)], "1 1 1")
        else:
            _area(self._paper, round((1 - fill.alpha) * 1000), left, top, right - left, bottom - top)

    def drawLine(self, node: Any) -> None:  # noqa: N802
        """A line of an axis or of its grid."""
        state = self._tracker.getState()
        if state.get("strokeColor") is not None:
            self._stroke([self._at(node.x1, node.y1), self._at(node.x2, node.y2)], state)

    def drawPolyLine(self, node: Any) -> None:  # noqa: N802
        """A line of a chart, with a dot at each known point."""
        points = [self._at(x, y) for x, y in zip(node.points[::2], node.points[1::2], strict=True)]
        self._stroke(points, self._tracker.getState())
        for x, y in points:
            self._paper.fill([(x - 1.4, y - 1.4, 2.8, 2.8)])
            if label := self._labels.pop(0):
                self._paper.text(x, y - 5, SIZE, label, align="center")

    def _stroke(self, points: Sequence[tuple[float, float]], state: Any) -> None:
        colour = state["strokeColor"]
        ink = f"{colour.red:g} {colour.green:g} {colour.blue:g}"
        dash = " ".join(f"{part:g}" for part in state.get("strokeDashArray") or ())
        for (x, y), (x2, y2) in pairwise(points):
            self._paper.rule(x, y, x2, y2, state["strokeWidth"], ink, dash)

    def drawString(self, node: Any) -> None:  # noqa: N802
        """A text in our face, where the library put it."""
        x, y = self._at(node.x, node.y)
        state = self._tracker.getState()
        align = {"start": "left", "middle": "center", "end": "right"}[state["textAnchor"]]
        self._paper.text(x, y, state["fontSize"], node.text, align=align)  # type: ignore[arg-type]


Draw = Callable[[Paper, Chart, float, float, float, float], None]
__all__ = ["Chart", "Draw", "Series", "draw_bars", "draw_lines", "hatching", "shortened"]
