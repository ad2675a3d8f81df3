"""Is this somebody already on the register? What was typed and the record, side by side, with the reasons."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QPushButton, QWidget

from desktop import theme
from desktop.case_words import age_text, day_text, sex_text
from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from models.services.views import Likeness
from models.texts import _, ngettext
from models.values import age_on


def birth_words(born: date | None, today: date) -> str:
    """A birth date with the age it gives; empty for None."""
    if born is None:
        return ""
    return _("{date}, {age}").format(date=day_text(born), age=age_text(age_on(born, today)))


def typed_values(answers: Mapping[str, str], today: date, born: date | None) -> dict[str, str]:
    """What is compared of the person being registered. Answers: name, sex, address, phone_tail, number_tail."""
    return {
        "name": answers.get("name", ""),
        "sex": sex_text(answers.get("sex", "")),
        "birth": birth_words(born, today),
        "number": answers.get("number_tail", ""),
        "phone": answers.get("phone_tail", ""),
        "address": answers.get("address", ""),
    }


def _record_values(like: Likeness, today: date) -> dict[str, str]:
    row = like.row
    return {
        "name": row.name,
        "sex": sex_text(row.sex),
        "birth": birth_words(row.birth_date, today),
        "number": row.number_tail,
        "phone": row.phone_tail,
        "address": row.address,
        "last": day_text(row.last_visit) if row.last_visit else _("not visited yet"),
    }


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "sex": _("Sex"),
        "birth": _("Birth date"),
        "number": _("Document number, last four"),
        "phone": _("Phone, last four"),
        "address": _("Address"),
        "last": _("Last visit"),
    }


class LikenessView(QWidget):
    """The likely duplicates of one person. Says what the worker decided; decides nothing itself."""

    opened = Signal(str)  # show this record
    same = Signal(str)  # it is this resident
    different = Signal(list, str)  # none of these (their ids), and why

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids: list[str] = []
        self._surely = False
        self._amending = False
        self.same_buttons: dict[str, QPushButton] = {}
        self.title = pieces.text("", "heading")
        self.explain = pieces.text(_("Compare before you go on. Nothing you typed is lost."), "soft")
        self.cards = pieces.column(None, gap=14)
        self.why = QLineEdit()
        self.why.setAccessibleName(_("Why it is somebody else"))
        self.why.setPlaceholderText(_("For example: cousins of the same name; the number was copied wrongly"))
        self.ask = pieces.text("", "label")
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self.why_card = pieces.card(self.ask, self.problem, self.why, gap=6)
        pieces.column(self, self.title, self.explain, self.cards, self.why_card, gap=10).addStretch(1)

    def show_likenesses(
        self, typed: Mapping[str, str], likenesses: Sequence[Likeness], today: date, *, amending: bool = False
    ) -> None:
        """Compare what was typed (see typed_values) with each of these, the certain ones first.

        amending: a record is being changed, so that the same person means two records to be merged.
        """
        pieces.clear(self.cards)
        self.same_buttons = {}
        self._amending = amending
        order = {"certain": 0, "likely": 1}
        ordered = sorted(likenesses, key=lambda like: order.get(like.level, 2))
        self._ids = [like.row.id for like in ordered]
        self._surely = any(like.certain for like in ordered)
        count = len(ordered)
        self.title.setText(
            ngettext(
                "{name}: somebody like this is already on the register",
                "{name}: {n} people like this are already on the register",
                count,
            ).format(name=typed.get("name", ""), n=count)
        )
        self.problem.hide()
        self.why.clear()
        self.ask.setText(
            _("Somebody else all the same? Say why; it is kept, and the pair is not asked again.")
            if self._surely
            else _("Somebody else? Say why if it helps the next who asks.")
        )
        for like in ordered:
            self.cards.addWidget(self._card(typed, like, today))

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the first “same person”."""
        return next(iter(self.same_buttons.values()), self)

    def say_different(self) -> None:
        """The worker looked and none of them is this person; against what is certain a reason is asked for."""
        reason = self.why.text().strip()
        if self._surely and not reason:
            self.problem.setText(_("Say in a few words why it is somebody else."))
            self.problem.show()
            self.why.setFocus()
            return
        self.different.emit(list(self._ids), reason)

    def _card(self, typed: Mapping[str, str], like: Likeness, today: date) -> QFrame:
        level = {
            "certain": _("Certainly the same person, by what is on record"),
            "likely": _("Probably the same person"),
            "possible": _("Perhaps the same person"),
        }.get(like.level, "")
        said = [pieces.text(level, "label"), pieces.text("\n".join(f"＋ {text}" for text in like.reasons))]
        if like.doubts:
            said.append(pieces.text("\n".join(f"－ {text}" for text in like.doubts), "soft"))
        tone = "banner-problem" if like.certain else "banner-warn" if like.level == "likely" else "banner-info"
        reasons = pieces.card(*said, role=tone, margin=10, gap=4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(18))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        grid.addWidget(pieces.text(_("What you typed"), "small"), 0, 1)
        grid.addWidget(pieces.text(_("On the register"), "small"), 0, 2)
        record = _record_values(like, today)
        for line, (key, label) in enumerate(_labels().items(), start=1):
            new, old = typed.get(key, ""), record.get(key, "")
            if not new and not old:
                continue
            equal, differs = bool(new) and new == old, bool(new) and bool(old) and new != old
            role = "label" if equal else ""
            grid.addWidget(pieces.text(label, "small"), line, 0)
            grid.addWidget(pieces.text(new or "—", role), line, 1)
            sign = "＝ " if equal else "≠ " if differs else ""
            grid.addWidget(pieces.text(f"{sign}{old or '—'}", "error" if differs else role), line, 2)
        words = _("Same person: compare and merge") if self._amending else _("Same person: use this record")
        same = pieces.button(words, lambda: self.same.emit(like.row.id), "primary" if like.certain else "")
        look = pieces.button(_("Open this record"), lambda: self.opened.emit(like.row.id))
        for button in (same, look):
            button.setAccessibleDescription(like.row.name)
        self.same_buttons[like.row.id] = same
        return pieces.card(reasons, grid, FlowRow(same, look), gap=12)


class FlowRow(QWidget):
    """Buttons beside each other as far as there is room."""

    def __init__(self, *buttons: QWidget) -> None:
        super().__init__()
        rows = FlowLayout(self)
        for button in buttons:
            rows.addWidget(button)
