"""Is this somebody already on the register? What was typed and the record, side by side, with the reasons."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QWidget

from desktop import theme
from desktop.case_words import age_text, day_text, sex_text
from desktop.widgets import pieces
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
    different = Signal(list)  # none of these (their ids)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids: list[str] = []
        self.same_buttons: dict[str, QPushButton] = {}
        self.title = pieces.text("", "heading")
        self.explain = pieces.text(_("Compare before you go on. Nothing you typed is lost."), "soft")
        self.cards = pieces.column(None, gap=14)
        pieces.column(self, self.title, self.explain, self.cards, gap=10).addStretch(1)

    def show_likenesses(self, typed: Mapping[str, str], likenesses: Sequence[Likeness], today: date) -> None:
        """Compare what was typed (see typed_values) with each of these, the certain ones first."""
        pieces.clear(self.cards)
        self.same_buttons = {}
        ordered = sorted(likenesses, key=lambda like: not like.certain)
        self._ids = [like.row.id for like in ordered]
        count = len(ordered)
        self.title.setText(
            ngettext(
                "{name}: somebody like this is already on the register",
                "{name}: {n} people like this are already on the register",
                count,
            ).format(name=typed.get("name", ""), n=count)
        )
        for like in ordered:
            self.cards.addWidget(self._card(typed, like, today))

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the first “same person”."""
        return next(iter(self.same_buttons.values()), self)

    def say_different(self) -> None:
        """The worker looked and none of them is this person."""
        self.different.emit(list(self._ids))

    def _card(self, typed: Mapping[str, str], like: Likeness, today: date) -> QFrame:
        reasons = pieces.card(
            pieces.text("\n".join(like.reasons), "label"),
            role="banner-problem" if like.certain else "banner-warn",
            margin=10,
        )
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
            role = "label" if new and new == old else ""
            grid.addWidget(pieces.text(label, "small"), line, 0)
            grid.addWidget(pieces.text(new or "—", role), line, 1)
            grid.addWidget(pieces.text(f"＝ {old}" if role else old or "—", role), line, 2)
        same = pieces.button(
            _("Same person: use this record"),
            lambda: self.same.emit(like.row.id),
            "primary" if like.certain else "",
        )
        look = pieces.button(_("Open this record"), lambda: self.opened.emit(like.row.id))
        for button in (same, look):
            button.setAccessibleDescription(like.row.name)
        self.same_buttons[like.row.id] = same
        return pieces.card(reasons, grid, pieces.line(None, same, look, None), gap=12)
