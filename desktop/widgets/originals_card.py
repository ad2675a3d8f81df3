"""Says that originals of pictures still lie in the open, and offers to delete them there."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card
from desktop.widgets.flow_layout import FlowLayout
from models.texts import _, ngettext


class OriginalsCard(Card):
    """How many there are, what deleting can and cannot do, and two ways."""

    def __init__(self, count: int, delete: Callable[[], object], keep: Callable[[], object]) -> None:
        words = ngettext("{n} original still lies in the open", "{n} originals still lie in the open", count)
        super().__init__(words.format(n=count))
        self.add(
            pieces.text(
                _(
                    "The pictures are sealed here now. In the camera's folder anybody can look at them. Deleting "
                    "overwrites them first; on memory cards traces may remain all the same."
                )
            )
        )
        row = QWidget()
        flow = FlowLayout(row, gap=theme.px(8))
        flow.addWidget(pieces.button(_("Delete them there"), delete, "danger", "trash"))
        flow.addWidget(pieces.button(_("Leave them there"), keep))
        self.add(row)
