"""Two texts of one field, mine and that of another desk, side by side: the worker says which stands."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from desktop import theme
from desktop.conflict_words import entity_text, field_text, value_text
from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog
from models.clock import local_time
from models.texts import _

if TYPE_CHECKING:
    from models.store.seen import Disputed


class TextChoice(FormDialog):
    """One card for each field that both changed. `chosen` brings {Disputed.key: "mine" or "theirs"}."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, disputed: Sequence["Disputed"], facts: Mapping[str, str] | None = None) -> None:
        """facts: names of facts in the worker's words."""
        super().__init__(parent, _("Changed at the same time"), 620)
        self.choices: dict[tuple[str, str, str], QButtonGroup] = {}
        self.form.addWidget(
            pieces.text(
                _(
                    "While this form was open, somebody else changed the same. Nothing was overwritten. Choose what "
                    "stands; all your other answers are kept. If you choose yours, the other stays in the history."
                )
            )
        )
        for one in disputed:
            self.form.addWidget(self._card(one, dict(facts or {})))
        self.button = pieces.button(_("Save with these texts"), self._agree, "primary", "check")
        self.trouble = pieces.text(_("Choose one text for each."), "error")
        self.trouble.hide()
        self.form.addWidget(self.trouble)
        self.finish(self.button)

    def _card(self, one: "Disputed", facts: Mapping[str, str]) -> QWidget:
        name = facts.get(one.field, one.field) if one.entity == "fact" else field_text(one.entity, one.field)
        group = self.choices[one.key] = QButtonGroup(self)
        rows: list[QWidget] = [pieces.text(f"{entity_text(one.entity)} · {name}", "label")]
        when = f"{local_time(one.at):%m-%d %H:%M}"
        for value, whose, words in (
            ("mine", _("Your text"), one.mine),
            ("theirs", _("{worker}, {time}").format(worker=one.worker, time=when), one.theirs),
        ):
            shown = value_text(one.entity, one.field, words) or _("(empty)")
            radio = QRadioButton(whose)
            radio.setProperty("value", value)
            radio.setAccessibleName(f"{whose}: {shown}")
            radio.setMinimumHeight(theme.target())
            group.addButton(radio)
            text = pieces.text(shown, select=True)
            text.setContentsMargins(theme.px(28), 0, 0, 0)
            rows += [radio, text]
        if one.before not in (None, "", [], {}):
            before = value_text(one.entity, one.field, one.before)
            rows.append(pieces.text(_("Before: {value}").format(value=before), "small"))
        return pieces.card(*rows, role="sunken", margin=12, gap=2)

    def choose(self, value: str) -> None:
        """Choose the same for all: mine or theirs."""
        for group in self.choices.values():
            for radio in group.buttons():
                radio.setChecked(radio.property("value") == value)

    def _agree(self) -> None:
        taken = {key: group.checkedButton() for key, group in self.choices.items()}
        if None in taken.values():
            self.trouble.show()
            return
        self.chosen.emit({key: str(one.property("value")) for key, one in taken.items() if one is not None})
        self.accept()
