"""Notes one step in the life of a referral: only what that step needs is asked; also what a slip says."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from pydantic import ValidationError
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from desktop import theme
from desktop.case_words import need_text
from desktop.referral_words import DEEDS
from desktop.widgets import pieces
from desktop.widgets.case_parts import TickRow
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.form_dialog import FormDialog
from forms.reading import read_date
from models.records import codes
from models.records.referral import OutcomeEntry, StepEntry
from models.services import referral_rules
from models.services.referral_views import MatterView, ReferralView
from models.services.views import NeedView
from models.texts import _, pgettext

_FIELDS = {
    "handed_over": ("reason",),
    "received": ("next_on", "said_by", "channel", "reason"),
    "accepted": ("next_on", "said_by", "channel", "reason"),
    "papers_asked": ("papers", "next_on", "said_by", "channel", "reason"),
    "refused": ("reason", "said_by", "channel"),
    "done": ("outcomes", "needs", "said_by", "channel", "reason"),
    "asked": ("said_by", "channel", "reason", "next_on"),
    "extended": ("next_on", "said_by", "channel", "reason"),
    "withdrawn": ("reason",),
    "expired": ("reason",),
}
"""What is asked of each step beside the day, from top to bottom."""

_ORDER = ("outcomes", "papers", "reason", "next_on", "needs", "said_by", "channel")


class Outcome(QWidget):
    """What came of one matter: granted since when and how much, refused, or settled otherwise."""

    def __init__(self, matter: MatterView, today: date) -> None:
        super().__init__()
        self.matter = matter
        self.result = ChoiceField(codes.choices("referral_result"), name=matter.name)
        self.since = DateField(read_date, today, name=_("From which day: {name}").format(name=matter.name))
        self.since.show_answer(today.isoformat())
        self.amount = QLineEdit()
        self.amount.setMaxLength(60)
        self.amount.setPlaceholderText(_("How much, for example 200 yuan a month"))
        self.amount.setAccessibleName(_("How much: {name}").format(name=matter.name))
        self.granted = QWidget()
        pieces.column(
            self.granted,
            pieces.wrapping(None, pieces.text(_("From which day"), "label", wrap=False), self.since),
            self.amount,
            gap=6,
        )
        self.granted.hide()
        self.result.changed.connect(self._settle)
        pieces.column(self, pieces.text(matter.name, "label"), self.result, self.granted, gap=6)

    def _settle(self) -> None:
        self.granted.setVisible(self.result.answer() == "granted")

    def entry(self) -> OutcomeEntry | None:
        """The outcome; None where nothing was chosen, or no day that can be read."""
        result = str(self.result.answer() or "")
        if not result or (result == "granted" and self.since.day() is None):
            return None
        granted = result == "granted"
        return OutcomeEntry(
            service_id=self.matter.service_id,
            component=self.matter.component,
            result=result,  # type: ignore[arg-type]  # a key of the code list
            since=self.since.day() if granted else None,
            amount=self.amount.text() if granted else "",
        )


class StepDialog(FormDialog):
    """Asks for one of some steps; `noted` is called with the entry. Several steps are the boxes of a slip."""

    def __init__(
        self,
        parent: QWidget,
        view: ReferralView,
        steps: Sequence[str],
        noted: Callable[[StepEntry], object],
        *,
        today: date,
        needs: Sequence[NeedView] = (),
        slip: bool = False,
    ) -> None:
        title = _("The slip came back") if slip else _(DEEDS[steps[0]])
        super().__init__(parent, title, 560)
        self._view, self._noted, self._today = view, noted, today
        self._steps, self._slip = tuple(steps), slip
        about = "  ·  ".join(part for part in (view.number, view.resident_name, view.receiver) if part)
        self.form.addWidget(pieces.text(about, "subheading"))
        self.step = ChoiceField([(step, _(DEEDS[step])) for step in steps], name=_("What the slip says"))
        self.step.setVisible(len(steps) > 1)
        self.form.addWidget(self.step)
        self.parts: dict[str, QWidget] = {}
        self._build(view, needs)
        self.wrong = pieces.text("", "error")
        self.wrong.hide()
        self.form.addWidget(self.wrong)
        self.form.addStretch(1)
        self.go = pieces.button(_("Note it"), self._agree, "primary", "check")
        self._settle("done" if "done" in steps else steps[0])  # so that there is room for the longest of them
        self.finish(self.go)
        if len(steps) == 1:
            self.step.show_answer(steps[0])
        self.step.changed.connect(lambda: self._settle(self.chosen()))
        self._settle(self.chosen())
        self.first_field().setFocus()

    def chosen(self) -> str:
        """The step that is noted; empty where none is chosen yet."""
        return str(self.step.answer() or "")

    def first_field(self) -> QWidget:
        """Where work begins."""
        if len(self._steps) > 1:
            return self.step.first_focus()
        first = next(iter(_FIELDS[self._steps[0]]))
        if first == "outcomes" and self.outcomes:
            return self.outcomes[0].result.first_focus()
        return {"papers": self.papers, "reason": self.reason, "said_by": self.said_by}.get(
            first, self.next_on.first_focus()
        )

    def _build(self, view: ReferralView, needs: Sequence[NeedView]) -> None:
        today = self._today
        yesterday = today - timedelta(days=1)
        quick = [(pgettext("day", "Today"), today)] + (
            [(_("Yesterday"), yesterday)] if (view.issued_on or today) < today else []
        )
        self.day = DateField(read_date, today, name=_("When it happened"), quick=quick)
        self.day.show_answer(today.isoformat())
        self._part("day", _("When it happened"), self.day)
        self.outcomes = [Outcome(matter, today) for matter in view.things]
        self.papers = QPlainTextEdit()
        self.papers.setFixedHeight(theme.px(84))
        self.papers.setTabChangesFocus(True)
        self.reason = QLineEdit()
        self.reason.setMaxLength(600)
        self.next_on = DateField(
            read_date,
            today,
            name=_("The next day"),
            quick=[
                (_("In a week"), today + timedelta(days=7)),
                (_("In two weeks"), today + timedelta(days=14)),
                (_("In a month"), today + timedelta(days=30)),
            ],
        )
        self.said_by = QLineEdit()
        self.said_by.setMaxLength(60)
        self.channel = QComboBox()
        for code, words in codes.choices("referral_channel"):
            self.channel.addItem(words, code)
        self.channel.setCurrentIndex(self.channel.findData("slip" if self._slip else "phone"))
        self.ticks = {
            need.id: TickRow(" · ".join(p for p in (need.note, need_text(need.group, need.urgency)) if p), False)
            for need in needs
        }
        box = QWidget()
        pieces.column(box, *self.outcomes, gap=14)
        self._part("outcomes", _("What came of it"), box)
        self._part("papers", _("Which papers are wanted, one a line"), self.papers)
        whys = FlowLayout(gap=theme.px(8))
        self.whys = [pieces.button(words, partial(self.reason.setText, words)) for words in _reasons()]
        for why in self.whys:
            whys.addWidget(why)
        self._part("reason", _("Note"), self.reason, whys)
        self._part("next_on", _("Ask again on"), self.next_on)
        box = QWidget()
        pieces.column(box, *self.ticks.values(), gap=4)
        self._part("needs", _("Needs that are met by it"), box)
        self._part("said_by", _("Who said so"), self.said_by)
        self._part("channel", _("How it was learnt"), self.channel)

    def _part(self, name: str, words: str, field: QWidget, more: Any = None) -> None:
        whole = QWidget()
        label = pieces.text(words, "label")
        label.setBuddy(field)
        field.setAccessibleName(words)
        pieces.column(whole, label, field, more, gap=4)
        whole.setProperty("label", label)
        self.parts[name] = whole
        self.form.addWidget(whole)

    def _word(self, name: str, words: str, field: QWidget) -> None:
        self.parts[name].property("label").setText(words)
        field.setAccessibleName(words)

    def _settle(self, step: str) -> None:
        """Show what this step asks; nothing but the boxes where none is chosen."""
        wanted = _FIELDS.get(step, ())
        self.parts["day"].setVisible(bool(step))
        for name in _ORDER:
            self.parts[name].setVisible(name in wanted and (name != "needs" or bool(self.ticks)))
        if self._slip:
            self.parts["channel"].hide()
        for why in self.whys:
            why.setVisible(step == "refused")
        words = {
            "refused": _("Why it was refused"),
            "withdrawn": _("Why it is withdrawn"),
            "asked": _("What they said"),
        }
        self._word("reason", words.get(step, _("Note")), self.reason)
        words = {
            "extended": _("Time until"),
            "asked": _("Ask again on"),
            "papers_asked": _("Papers are to be brought by"),
        }
        usual = _("Ask again on (left empty: after 15 working days)")
        self._word("next_on", words.get(step, usual), self.next_on)
        self.wrong.hide()

    def _agree(self) -> None:
        step, day = self.chosen(), self.day.day()
        if not step:
            self._say(_("Choose what the slip says."), self.step.first_focus())
            return
        first = self._view.issued_on or date.min
        if day is None or not first <= day <= self._today:
            words = referral_rules.WrongDay(first=max(first, date(1900, 1, 1)), last=self._today).sentence()
            self._say(words, self.day.first_focus())
            return
        wanted = _FIELDS[step]
        if "next_on" in wanted and self.next_on.answer() and self.next_on.day() is None:
            self._say(_("Write a day that is still to come, for example 2026-12-1."), self.next_on.first_focus())
            return
        outcomes = [outcome.entry() for outcome in self.outcomes] if "outcomes" in wanted else []
        try:
            entry = StepEntry(
                step=step,  # type: ignore[arg-type]  # one of DEEDS
                happened_on=day,
                channel=self.channel.currentData() if "channel" in wanted else "visit",
                said_by=self.said_by.text() if "said_by" in wanted else "",
                reason=self.reason.text() if "reason" in wanted else "",
                papers=tuple(line.strip() for line in self.papers.toPlainText().splitlines() if line.strip())
                if "papers" in wanted
                else (),
                outcomes=tuple(outcome for outcome in outcomes if outcome is not None),
                next_on=self.next_on.day() if "next_on" in wanted else None,
                needs=tuple(key for key, tick in self.ticks.items() if "needs" in wanted and tick.tick.isChecked()),
            )
        except ValidationError:
            self._say(_("One of the texts is too long, or there are too many papers."), self.papers)
            return
        stand = referral_rules.Stand(self._view.status, self._view.reply_by, self._view.valid_until)
        matters = [(matter.service_id, matter.component) for matter in self._view.things]
        try:
            referral_rules.check_whole(entry, stand, matters, self._today)
        except referral_rules.Unfinished as trouble:
            where = {
                "reason": self.reason,
                "papers": self.papers,
                "next_on": self.next_on.first_focus(),
                "outcomes": next((o.result.first_focus() for o in self.outcomes if o.entry() is None), self.reason),
            }
            self._say(trouble.sentence(), where.get(str(trouble.facts["missing"]), self.day.first_focus()))
            return
        self.accept()
        self._noted(entry)

    def _say(self, sentence: str, where: QWidget) -> None:
        self.wrong.setText(sentence)
        self.wrong.show()
        where.setFocus()


def _reasons() -> tuple[str, ...]:
    """Why offices refuse, most often."""
    return (
        _("Another office is responsible"),
        _("The conditions are not met"),
        _("Papers are missing"),
        _("The term has passed"),
    )


class SendBackDialog(FormDialog):
    """Asks why a letter is sent back to its writer; `sent` is called with the reason."""

    def __init__(self, parent: QWidget, view: ReferralView, sent: Callable[[str], object]) -> None:
        super().__init__(parent, _("Send back"), 480)
        self._sent = sent
        about = _("{writer} will find the letter on the page Today, with your reason.").format(writer=view.writer)
        self.form.addWidget(pieces.text(about, "subheading"))
        self.reason = QLineEdit()
        self.reason.setMaxLength(300)
        label = pieces.text(_("What is to be changed?"), "label")
        label.setBuddy(self.reason)
        self.reason.setAccessibleName(label.text())
        whys = FlowLayout(gap=theme.px(8))
        for words in (
            _("Wrong office"),
            _("A paper is missing"),
            _("The service does not fit"),
            _("Please add a note"),
        ):
            whys.addWidget(pieces.button(words, partial(self.reason.setText, words)))
        self.wrong = pieces.text(_("Write what is to be changed."), "error")
        self.wrong.hide()
        self.form.addWidget(label)
        self.form.addWidget(self.reason)
        self.form.addLayout(whys)
        self.form.addWidget(self.wrong)
        self.go = pieces.button(_("Send back"), self._agree, "primary", "back")
        self.finish(self.go)

    def _agree(self) -> None:
        reason = self.reason.text().strip()
        self.wrong.setVisible(not reason)
        if not reason:
            self.reason.setFocus()
            return
        self.accept()
        self._sent(reason)
