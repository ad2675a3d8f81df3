"""An address: the community by characters or pinyin initials, then road, building, unit and door."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
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
        labels = {
            "street_line": (_("Road or village, number or estate"), 22),
            "building": (_("Building"), 6),
            "unit": (_("Unit"), 5),
            "door": (_("Door"), 7),
            "grid": (_("Grid (optional)"), 8),
        }
        whole = pieces.column(self, self.community, gap=8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(2)
        for column, part in enumerate(PARTS):
            words, length = labels[part]
            line = QLineEdit()
            line.setAccessibleName(words)
            line.setMinimumWidth(QFontMetrics(line.font()).horizontalAdvance("字") * min(length, 6))
            line.textEdited.connect(self.changed)
            label = pieces.text(words, "small", wrap=False)
            label.setBuddy(line)
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(line, 1, column)
            grid.setColumnStretch(column, length)
            self.lines[part] = line
        whole.addLayout(grid)
        for part, following in pairwise(PARTS):
            self.lines[part].returnPressed.connect(self.lines[following].setFocus)
        self.lines[PARTS[-1]].returnPressed.connect(self.entered)
        self.community.asked.connect(self.communities_asked)
        self.community.changed.connect(self.changed)
        self.community.picked.connect(lambda _key: self.lines["street_line"].setFocus())
        self.setFocusProxy(self.community)

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
