"""The questions of a transfer: who goes where and why; and what is to be known of each step."""

from collections.abc import Callable
from datetime import date

from pydantic import ValidationError
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from desktop import theme
from desktop.transfer_words import deed_words
from desktop.widgets import pieces
from desktop.widgets.case_parts import TickRow
from desktop.widgets.date_field import DateField
from desktop.widgets.find_field import FindField
from desktop.widgets.finder import Match
from desktop.widgets.form_dialog import FormDialog
from forms.reading import read_date
from models.records import codes, divisions
from models.records.transfer import TransferEntry
from models.services.transfer_views import Beginning, TransferView
from models.texts import _

OFFICES = 8
"""So many offices are offered while one types."""


class _Asking(FormDialog):
    """A dialog whose questions have labels; what is wrong is told above the button, and nothing is cleared."""

    def __init__(self, parent: QWidget, title: str, width: int = 520) -> None:
        super().__init__(parent, title, width)
        self.wrong = pieces.text("", "error")
        self.wrong.hide()

    def ask(self, words: str, field: QWidget) -> None:
        """Add a question."""
        label = pieces.text(words, "label")
        label.setBuddy(field)
        self.form.addWidget(label)
        self.form.addWidget(field)

    def line(self, words: str, most: int) -> QLineEdit:
        """Add a question with one line."""
        made = QLineEdit()
        made.setMaxLength(most)
        made.setAccessibleName(words)
        self.ask(words, made)
        return made

    def lines(self, words: str) -> QPlainTextEdit:
        """Add a question with some lines; Tab leaves it."""
        made = QPlainTextEdit()
        made.setAccessibleName(words)
        made.setTabChangesFocus(True)
        made.setFixedHeight(theme.px(72))
        self.ask(words, made)
        return made

    def refuse(self, sentence: str, field: QWidget) -> None:
        """Say what is wrong and lead there."""
        self.wrong.setText(sentence)
        self.wrong.show()
        field.setFocus()


class AskDialog(_Asking):
    """Asks who goes to which office, why, and by when an answer is wanted; `told` is called with the TransferEntry."""

    def __init__(
        self, parent: QWidget, told: Callable[[TransferEntry], object], *, beginning: Beginning, today: date
    ) -> None:
        super().__init__(parent, _("Transfer the case"), 560)
        self._told, self._beginning, self._today = told, beginning, today
        self.form.addWidget(pieces.text(beginning.address, "subheading"))
        self.ticks: dict[str, TickRow] = {}
        self.form.addWidget(pieces.text(_("Who is handed over"), "label"))
        for one in beginning.people:
            row = TickRow(_("{name} ({relation})").format(name=one.name, relation=one.relation), True)
            self.ticks[one.resident_id] = row
            self.form.addWidget(row)
        if beginning.left_out:
            names = _(", ").join(beginning.left_out)
            words = _("{names}: the record is only kept, so it stays out.").format(names=names)
            self.form.addWidget(pieces.text(words, "small"))
        if beginning.without_consent:
            names = _(", ").join(beginning.without_consent)
            words = _(
                "Not agreed to everything: {names}. What they did not agree to is left off the list, and the list says "
                "so. Consent can be asked for on the page Consent and rights."
            )
            self.form.addWidget(pieces.text(words.format(names=names), "small"))
        self.office = FindField(name=_("To which office"), hint=_("Community or street, or type any office"))
        self.office.asked.connect(self._offer)
        self.ask(_("To which office"), self.office)
        self.contact = self.line(_("Who to talk to there, and phone"), 200)
        self.reason = QComboBox()
        self.reason.setAccessibleName(_("Why"))
        for code, label in codes.choices("transfer_reason"):
            self.reason.addItem(label, code)
        self.ask(_("Why"), self.reason)
        self.note = self.lines(_("Note (stands on both papers)"))
        self.day = DateField(read_date, today, name=_("Answer wanted by"))
        self.day.show_answer(beginning.answer_by.isoformat())
        self.ask(_("Answer wanted by"), self.day)
        self.form.addWidget(self.wrong)
        self.go = pieces.button(_("Ask the office"), self._agree, "primary", "forward")
        self.finish(self.go)
        self.office.setFocus()

    def _offer(self, text: str) -> None:
        """Streets and communities that the text may mean; the own office is not among them."""
        found = [one for one in divisions.find(text, limit=OFFICES * 2) if one.level != "district"][:OFFICES]
        self.office.offer(text, [Match(one.code, one.full_name, one.code) for one in found])
        if not found:
            words = _("Not in the table of streets and communities: it is printed as typed.")
            self.office.finder.nothing.setText(words)

    def _agree(self) -> None:
        chosen = tuple(one for one, row in self.ticks.items() if row.tick.isChecked())
        code = self.office.key()
        place = divisions.division(code) if code else None
        typed = self.office.finder.line.text().strip()
        day = self.day.day()
        if not chosen:
            first = next(iter(self.ticks.values()))
            self.refuse(_("Choose at least one person."), first.tick)
        elif not code and not typed:
            self.refuse(_("Say which office is to take the case."), self.office.first_focus())
        elif day is None or day < self._today:
            self.refuse(_("Write a day from today on, for example 2026-12-4."), self.day.first_focus())
        else:
            try:
                entry = TransferEntry(
                    household_id=self._beginning.household_id,
                    resident_ids=() if len(chosen) == len(self.ticks) else chosen,
                    to_office=code,
                    to_name=place.full_name if place is not None else typed,
                    to_contact=self.contact.text().strip(),
                    reason=str(self.reason.currentData()),
                    note=self.note.toPlainText().strip()[:1000],
                    answer_by=day,
                )
            except ValidationError:
                self.refuse(_("The name of the office is too long."), self.office.first_focus())
                return
            self.accept()
            self._told(entry)


class StepDialog(_Asking):
    """Asks when a step happened, who said so, and what else is to be known; `told` is called with by, note, on."""

    def __init__(
        self,
        parent: QWidget,
        told: Callable[[str, str, date], object],
        *,
        view: TransferView,
        step: str,
        today: date,
    ) -> None:
        super().__init__(parent, deed_words(step, view), 480)
        self._told, self._step, self._today = told, step, today
        self.form.addWidget(pieces.text(_lead(step, view), "soft"))
        self.by: QLineEdit | None = None
        if step in ("accept", "decline", "take") and view.side == "out":
            self.by = self.line(_("Who said so"), 100)
        self.note: QPlainTextEdit | None = None
        if step in ("accept", "decline", "withdraw", "come_back"):
            words = _("Why") if step in ("decline", "come_back") else _("Note")
            self.note = self.lines(words)
        self.day = DateField(read_date, today, name=_("On which day"))
        self.day.show_answer(today.isoformat())
        self.ask(_("On which day"), self.day)
        self.form.addWidget(self.wrong)
        self.go = pieces.button(deed_words(step, view), self._agree, "primary", "check")
        self.finish(self.go)
        (self.by or self.note or self.day.first_focus()).setFocus()

    def _agree(self) -> None:
        day = self.day.day()
        note = self.note.toPlainText().strip()[:1000] if self.note is not None else ""
        if day is None or day > self._today:
            self.refuse(_("Write the day on which it happened, not one to come."), self.day.first_focus())
        elif self._step in ("decline", "come_back") and self.note is not None and not note:
            self.refuse(_("Write why: whoever looks after these people wants to know it."), self.note)
        else:
            self.accept()
            self._told(self.by.text().strip() if self.by is not None else "", note, day)


def _lead(step: str, view: TransferView) -> str:
    """What the step means, and what follows from it."""
    if view.side == "in":
        return {
            "accept": _("The other office learns of it with the next exchange of files."),
            "decline": _("The case stays where it is. The other office learns of it with the next exchange of files."),
            "take": _("From now on this office looks after these people."),
        }[step]
    return {
        "accept": _("{office} takes the case. Nothing else changes until it is handed over."),
        "decline": _("The case stays with this office."),
        "hand_over": _(
            "The list of what is handed over is frozen as it is now. Until the other office has taken the case, this "
            "office goes on looking after these people."
        ),
        "take": _(
            "The visits planned here end, and so does the care of a worker for the household; it leaves the worklist "
            "and the screening. The history stays. All of it can be taken back."
        ),
        "withdraw": _("The case stays with this office."),
        "come_back": _("This office looks after these people again; visits are planned anew."),
    }[step].format(office=view.to_name)
