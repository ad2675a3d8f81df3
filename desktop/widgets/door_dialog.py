"""A door that is added to a round while one stands in front of it: the address of the present one, changed."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog
from models.records.household import DwellingEntry
from models.services.rounds_views import StopView
from models.texts import _


class DoorDialog(FormDialog):
    """Asks for the number on the door; road, building and unit are those of the door shown and may be changed."""

    def __init__(self, parent: QWidget, stop: StopView, wished: Callable[[DwellingEntry], object]) -> None:
        super().__init__(parent, _("Add a door"), 420)
        self._community, self._wished = stop.community_code, wished
        self.lines: dict[str, QLineEdit] = {}
        texts = {
            "street_line": (_("Road or village, number or estate"), stop.street_line, 120),
            "building": (_("Building"), stop.building, 20),
            "unit": (_("Unit"), stop.unit, 20),
            "door": (_("Door"), "", 20),
        }
        for name, (words, value, most) in texts.items():
            line = QLineEdit(value)
            line.setMaxLength(most)
            line.setAccessibleName(words)
            label = pieces.text(words, "label")
            label.setBuddy(line)
            self.form.addWidget(label)
            self.form.addWidget(line)
            self.lines[name] = line
        self.wrong = pieces.text(_("Write the number on the door."), "error")
        self.wrong.hide()
        self.form.addWidget(self.wrong)
        self.go = pieces.button(_("Add the door"), self._agree, "primary", "plus")
        self.finish(self.go)
        self.lines["door"].setFocus()

    def _agree(self) -> None:
        told = {name: line.text().strip() for name, line in self.lines.items()}
        if not told["door"]:
            self.wrong.show()
            self.lines["door"].setFocus()
            return
        self.accept()
        self._wished(DwellingEntry(community_code=self._community, **told))
