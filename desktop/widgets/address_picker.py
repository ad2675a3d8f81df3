"""An address: the community by characters or pinyin initials, then road, building, unit and door."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.finder import Finder, Match
from models.texts import _

PARTS = ("street_line", "building", "unit", "door", "grid")


class AddressPicker(QWidget):
    """Pick one of the communities and type the rest.

    The page finds communities: `communities_asked(text)` is answered by `offer_communities(text, matches)` with the
    12-digit code as key. The answer is a mapping of strings: community_code, community (as shown), and the parts.
    """

    changed = Signal()
    entered = Signal()
    communities_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.community = Finder(
            name=_("Community"), hint=_("Characters or pinyin initials, e.g. 花园路 or hyl"), parent=self
        )
        self.lines: dict[str, QLineEdit] = {}
        self._labels: dict[str, QWidget] = {}
        self._lengths: dict[str, int] = {}
        self._columns = 0
        labels = {
            "street_line": (_("Road or village, number or estate"), 22),
            "building": (_("Building"), 6),
            "unit": (_("Unit"), 5),
            "door": (_("Door"), 7),
            "grid": (_("Grid (optional)"), 8),
        }
        whole = pieces.column(self, self.community, gap=8)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(2)
        for part in PARTS:
            words, length = labels[part]
            line = QLineEdit()
            line.setAccessibleName(words)
            line.setMinimumWidth(QFontMetrics(line.font()).horizontalAdvance("字") * min(length, 6))
            line.textEdited.connect(self.changed)
            label = pieces.text(words, "small", wrap=False)
            label.setBuddy(line)
            self.lines[part], self._labels[part], self._lengths[part] = line, label, length
        whole.addLayout(self._grid)
        self._arrange(len(PARTS))
        for part, following in pairwise(PARTS):
            self.lines[part].returnPressed.connect(self.lines[following].setFocus)
        self.lines[PARTS[-1]].returnPressed.connect(self.entered)
        self.community.asked.connect(self.communities_asked)
        self.community.changed.connect(self.changed)
        self.community.picked.connect(lambda _key: self.lines["street_line"].setFocus())
        self.setFocusProxy(self.community)

    def minimumSizeHint(self) -> QSize:
        """Room for the narrow arrangement: with large letters the parts stand two abreast."""
        hint = super().minimumSizeHint()
        pair = max(max(self._labels[part].sizeHint().width(), self.lines[part].minimumWidth()) for part in PARTS[1:])
        road = self._labels[PARTS[0]].sizeHint().width()
        return QSize(min(hint.width(), max(2 * pair + self._grid.horizontalSpacing(), road)), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """All parts abreast where there is room, else the road alone and the others two by two."""
        super().resizeEvent(event)
        wanted = [max(self._labels[p].sizeHint().width(), self.lines[p].minimumWidth()) for p in PARTS]
        needed = sum(wanted) + self._grid.horizontalSpacing() * (len(PARTS) - 1)
        self._arrange(len(PARTS) if event.size().width() >= needed else 2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        wide = columns == len(PARTS)
        for place, part in enumerate(PARTS):
            row, column = (0, place) if wide else ((place + 1) // 2, (place + 1) % 2)
            row, column, span = (0, 0, 2) if not wide and place == 0 else (row, column, 1)
            self._grid.addWidget(self._labels[part], 2 * row, column, 1, span, Qt.AlignmentFlag.AlignBottom)
            self._grid.addWidget(self.lines[part], 2 * row + 1, column, 1, span)
        for column, part in enumerate(PARTS):
            self._grid.setColumnStretch(column, self._lengths[part] if wide else int(column < columns))

    def offer_communities(self, text: str, matches: Sequence[Match]) -> None:
        """Answer a question for communities."""
        self.community.offer(text, matches)

    def suggest_communities(self, matches: Sequence[Match]) -> None:
        """Offer the last used communities while nothing is typed."""
        self.community.suggest(matches)

    def answer(self) -> dict[str, str]:
        """What is picked and typed; "" where nothing is."""
        chosen = self.community.chosen()
        return {
            "community_code": chosen.key if chosen else "",
            "community": chosen.words if chosen else "",
            "community_detail": chosen.detail if chosen else "",
            "community_typed": self.community.line.text(),
            **{part: line.text() for part, line in self.lines.items()},
        }

    def show_answer(self, answer: object) -> None:
        """Show an address as answered before. Emits nothing."""
        given: Mapping[str, object] = answer if isinstance(answer, Mapping) else {}
        self.community.line.setText(str(given.get("community_typed") or ""))
        code = str(given.get("community_code") or "")
        match = Match(code, str(given.get("community") or code), str(given.get("community_detail") or ""))
        self.community.show_chosen(match if code else None)
        for part, line in self.lines.items():
            line.setText(str(given.get(part) or ""))

    def words(self) -> str:
        """The address on one line, for summaries."""
        return address_words(self.answer())

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the community while none is picked, else the first empty part."""
        if self.community.chosen() is None:
            return self.community.line
        return next((line for line in self.lines.values() if not line.text()), self.lines["door"])


def address_words(answer: Mapping[str, object]) -> str:
    """An address answer on one line, as addresses are written: 花园路社区 花园路12号 3号楼2单元501."""

    def part(key: str, endings: str = "", word: str = "") -> str:
        text = str(answer.get(key) or "").strip()
        return text + word if text and text[-1] not in endings else text

    number = part("building", "号楼栋座", "号楼") + part("unit", "单元门", "单元") + part("door")
    return " ".join(filter(None, (part("community"), part("street_line"), number)))
