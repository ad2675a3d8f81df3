"""The texts of a paper as an office may change them: each with its name, what the program says, and a way back."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop import theme
from desktop.template_words import LONG, text_groups
from desktop.widgets import pieces
from desktop.widgets.case_parts import show_more
from models.texts import _


class TextRow(QWidget):
    """One text. It shows what will be printed; where that is not the program's own, that stands beneath it."""

    changed = Signal()

    def __init__(self, key: str, name: str, own: str) -> None:
        super().__init__()
        self.key, self.own = key, own.strip()
        self.line: QLineEdit | QPlainTextEdit
        if len(self.own) > LONG:
            self.line = QPlainTextEdit()
            self.line.setTabChangesFocus(True)
            self.line.setFixedHeight(theme.px(96))
        else:
            self.line = QLineEdit()
            self.line.setMaxLength(400)
        self.line.setAccessibleName(name)
        caption = pieces.text(name, "label")
        caption.setBuddy(self.line)
        self.default = pieces.text(_("The program says: {text}").format(text=self.own), "small")
        self.back = pieces.button(_("Back to the default"), self.reset, "link")
        self.back.setAccessibleName(_("Back to the default: {name}").format(name=name))
        self.problem = pieces.text("", "error")
        self.problem.hide()
        pieces.column(self, caption, self.line, self.problem, self.default, pieces.line(None, self.back, None), gap=3)
        self.show_text("")
        self.line.textChanged.connect(self._typed)

    def text(self) -> str:
        """The office's own text; empty where it is the program's."""
        typed = self.line.toPlainText() if isinstance(self.line, QPlainTextEdit) else self.line.text()
        return "" if typed.strip() == self.own else typed

    def show_text(self, text: str) -> None:
        """Show the office's own text, or with "" the program's. Emits nothing."""
        shown = text.strip() or self.own
        if shown != self._typed_text():
            self.line.blockSignals(True)
            if isinstance(self.line, QPlainTextEdit):
                self.line.setPlainText(shown)
            else:
                self.line.setText(shown)
                self.line.setCursorPosition(0)
            self.line.blockSignals(False)
        self._offer()

    def reset(self) -> None:
        """Print what the program says again."""
        self.show_text("")
        self.line.setFocus()
        self.changed.emit()

    def say(self, problem: str) -> None:
        """Say what is wrong with it, or nothing."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.line.setProperty("wrong", "true" if problem else "")
        pieces.polish(self.line)

    def _typed_text(self) -> str:
        return self.line.toPlainText() if isinstance(self.line, QPlainTextEdit) else self.line.text()

    def _typed(self) -> None:
        self._offer()
        self.changed.emit()

    def _offer(self) -> None:
        own = bool(self.text())
        self.default.setVisible(own)
        self.back.setVisible(own)


class TemplateTexts(QWidget):
    """All texts in one language at a time. Rows are built when their group is opened."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._own: Mapping[str, str] = {}
        self._paper = "letter"
        self._texts: dict[str, str] = {}
        self._problems: dict[str, str] = {}
        self.rows: dict[str, TextRow] = {}
        self.links: list[QWidget] = []
        self.language = QComboBox()
        self.language.setAccessibleName(_("Language of the texts"))
        self.language.addItem("中文", "zh")
        self.language.addItem("English", "en")
        self.language.currentIndexChanged.connect(lambda _place: self._build())
        hint = pieces.text(_("What stands in curly braces is filled in on every paper and must stay."), "small")
        head = pieces.line(None, pieces.text(_("Language"), "label", wrap=False), self.language, None)
        self._groups = pieces.column(None, gap=10)
        pieces.column(self, head, hint, self._groups, gap=10)

    def show_texts(self, own: Mapping[str, str], texts: Mapping[str, str], paper: str = "letter") -> None:
        """Show the office's texts over the program's own, of a kind of paper. Emits nothing."""
        fresh = own is not self._own
        self._own, self._texts, self._paper = own, dict(texts), paper
        if fresh:
            self._build()
            return
        for key, row in self.rows.items():
            row.show_text(self._texts.get(key, ""))

    def texts(self) -> dict[str, str]:
        """The office's own texts by their keys."""
        return {key: text for key, text in self._texts.items() if text}

    def say(self, problems: Mapping[str, str]) -> None:
        """Say beside the texts what is wrong with them, by their keys."""
        self._problems = dict(problems)
        for key, row in self.rows.items():
            row.say(self._problems.get(key, ""))

    def _build(self) -> None:
        pieces.clear(self._groups)
        self.rows, self.links = {}, []
        spoken = str(self.language.currentData())
        for place, (group, keys) in enumerate(text_groups(self._paper, self._own, spoken)):
            if not place:
                box = pieces.column(None, gap=10)
                self._groups.addLayout(box)
                self._fill(keys, box)
                continue
            changed = sum(bool(self._texts.get(key)) for key in keys)
            words = group if not changed else _("{group} ({n} changed)").format(group=group, n=changed)
            link, place_of = show_more(words, partial(self._fill, keys))
            self.links.append(link)
            self._groups.addWidget(link)
            self._groups.addWidget(place_of)

    def _fill(self, keys: Mapping[str, str], box: QVBoxLayout) -> None:
        for key, name in keys.items():
            row = TextRow(key, name, self._own[key])
            row.show_text(self._texts.get(key, ""))
            row.say(self._problems.get(key, ""))
            row.changed.connect(partial(self._row_changed, row))
            self.rows[key] = row
            box.addWidget(row)

    def _row_changed(self, row: TextRow) -> None:
        self._texts[row.key] = row.text()
        self.changed.emit()
