"""The small questions of the page of rights: a wish, its answer, an erasure."""

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from desktop import theme
from desktop.case_words import day_text
from desktop.rights_words import KINDS, kind_text
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.form_dialog import FormDialog
from forms.reading import read_date
from models.records.rights import RightsRequestEntry
from models.services.rights_views import ErasurePreview, RequestView
from models.texts import _, ngettext

REASONS = ("asked", "purpose_ended", "consent_withdrawn", "unlawful")
"""Words of the ledger for why somebody is erased (PIPL Art. 47)."""


def reason_text(reason: str) -> str:
    """Why somebody is erased."""
    return {
        "asked": _("The person asks for it"),
        "purpose_ended": _("The purpose is reached, or the person moved away"),
        "consent_withdrawn": _("The consent was withdrawn"),
        "unlawful": _("The data should never have been kept"),
    }[reason]


class RequestDialog(FormDialog):
    """Writes down what somebody asks for; `asked` is called with the entry."""

    def __init__(
        self, parent: QWidget, asked: Callable[[RightsRequestEntry], object], *, resident_id: str, today: date
    ) -> None:
        super().__init__(parent, _("What does the person ask for?"), 520)
        self._asked, self._resident_id, self._today = asked, resident_id, today
        self.kind = ChoiceField([(kind, kind_text(kind)) for kind in KINDS], column=True, name=_("What is asked for"))
        self.by = QLineEdit()
        self.by.setMaxLength(50)
        self.by.setAccessibleName(_("Who asks, where it is somebody else"))
        self.hint = pieces.text(_("Only where somebody else asks for the person"), "small")
        """Below the line, not in it: with large letters a line has no room for it."""
        self.by.setAccessibleDescription(self.hint.text())
        self.wish = QPlainTextEdit()
        self.wish.setAccessibleName(_("In the person's words"))
        self.wish.setFixedHeight(theme.px(80))
        self.wish.setTabChangesFocus(True)
        self.day = DateField(read_date, today, name=_("Asked on"))
        self.day.show_answer(today.isoformat())
        self.wrong = pieces.text("", "error")
        self.wrong.hide()
        for label, field in (
            (_("What is asked for"), self.kind),
            (_("In the person's words"), self.wish),
            (_("Who asks"), self.by),
            (_("Asked on"), self.day),
        ):
            words = pieces.text(label, "label")
            words.setBuddy(field)
            self.form.addWidget(words)
            self.form.addWidget(field)
            if field is self.by:
                self.form.addWidget(self.hint)
        self.form.addWidget(self.wrong)
        self.go = pieces.button(_("Keep the request"), self._agree, "primary", "check")
        self.finish(self.go)
        self.kind.first_focus().setFocus()

    def _agree(self) -> None:
        day = self.day.day()
        if not self.kind.answer():
            self._say(_("Choose what is asked for."), self.kind.first_focus())
        elif day is None or day > self._today:
            self._say(_("Write the day on which it was asked; it cannot lie ahead."), self.day.first_focus())
        else:
            entry = RightsRequestEntry(
                resident_id=self._resident_id,
                kind=self.kind.answer(),  # type: ignore[arg-type]  # one of KINDS
                asked_on=day,
                asked_by=self.by.text().strip(),
                wish=self.wish.toPlainText().strip()[:2000],
            )
            self.accept()
            self._asked(entry)

    def _say(self, sentence: str, where: QWidget) -> None:
        self.wrong.setText(sentence)
        self.wrong.show()
        where.setFocus()


class AnswerDialog(FormDialog):
    """Says what came of a wish; `answered` is called with (done or refused, words)."""

    def __init__(self, parent: QWidget, request: RequestView, answered: Callable[[str, str], object]) -> None:
        super().__init__(parent, _("Answer the request"), 520)
        self._answered = answered
        self.form.addWidget(pieces.text(kind_text(request.kind), "subheading"))
        if request.wish:
            self.form.addWidget(pieces.text(request.wish, "soft"))
        self.status = ChoiceField(
            [("done", _("Done as asked")), ("refused", _("Cannot be done"))], name=_("What came of it")
        )
        self.words = QPlainTextEdit()
        self.words.setAccessibleName(_("What was done, or why it cannot be"))
        self.words.setFixedHeight(theme.px(96))
        self.words.setTabChangesFocus(True)
        self.wrong = pieces.text("", "error")
        self.wrong.hide()
        label = pieces.text(_("What was done, or why it cannot be"), "label")
        label.setBuddy(self.words)
        for thing in (self.status, label, self.words, self.wrong):
            self.form.addWidget(thing)
        self.go = pieces.button(_("Keep the answer"), self._agree, "primary", "check")
        self.finish(self.go)

    def _agree(self) -> None:
        words = self.words.toPlainText().strip()
        if not self.status.answer() or (self.status.answer() == "refused" and not words):
            nothing = _("Say whether it was done.") if not self.status.answer() else _("Say why it cannot be done.")
            self.wrong.setText(nothing)
            self.wrong.show()
            (self.words if self.status.answer() else self.status.first_focus()).setFocus()
            return
        self.accept()
        self._answered(str(self.status.answer()), words)


def goes_lines(preview: ErasurePreview) -> list[str]:
    """What an erasure destroys, in sentences."""
    records = sum(preview.records.values())
    lines = [ngettext("{n} record about the person", "{n} records about the person", records).format(n=records)]
    lines += _counted(
        (preview.pictures, ngettext("{n} picture", "{n} pictures", preview.pictures)),
        (preview.drafts, ngettext("{n} draft", "{n} drafts", preview.drafts)),
        (
            preview.others,
            ngettext(
                "The grounds of {n} earlier decision about others of the household that name the person",
                "The grounds of {n} earlier decisions about others of the household that name the person",
                preview.others,
            ),
        ),
    )
    if preview.only_member:
        lines.append(_("The household itself with its visits: nobody else ever belonged to it"))
    lines.append(_("Every value about the person in the history of changes"))
    return lines


def stays_lines(preview: ErasurePreview) -> list[str]:
    """What an erasure cannot reach, in sentences."""
    visits = ngettext(
        "{n} visit to the household stays; its notes may speak of the person: read them and strike the name out",
        "{n} visits to the household stay; their notes may speak of the person: read them and strike the name out",
        preview.visits,
    )
    sent = _("Batches that were sent lie at the other office: the next exchange carries the erasure there too")
    backups = ngettext(
        "{n} backup still holds the person until it is thinned out; restored, the person is erased again",
        "{n} backups still hold the person until they are thinned out; restored, the person is erased again",
        preview.backups,
    )
    letters = ngettext(
        "{n} letter is on its way: the office that has it keeps it",
        "{n} letters are on their way: the offices that have them keep them",
        preview.open_referrals,
    )
    return [
        *_counted(
            (preview.visits, visits),
            (int(preview.exported), sent),
            (preview.backups, backups),
            (preview.open_referrals, letters),
        ),
        _("That somebody was erased, when and why, without a name"),
    ]


def _counted(*said: tuple[int, str]) -> list[str]:
    """The sentences about things of which there are any."""
    return [words.format(n=n) for n, words in said if n]


class EraseDialog(FormDialog):
    """What goes, what stays, why, and the name typed once more; `erased` is called with the reason."""

    def __init__(
        self,
        parent: QWidget,
        preview: ErasurePreview,
        erased: Callable[[str], object],
        *,
        name: str,
        kept_until: date | None,
        today: date,
    ) -> None:
        """kept_until: the last day of a term of retention; until then the record is only frozen."""
        super().__init__(parent, _("Erase everything about a person"), 620)
        self._erased, self._name = erased, name
        self.waits = kept_until is not None and kept_until >= today
        if self.waits:
            words = _("The office keeps records until {day}. Until then this one is frozen, not erased.")
            self.form.addWidget(Banner("warn", words.format(day=day_text(kept_until)), closable=False))
        else:
            self.form.addWidget(Banner("problem", _("This cannot be undone."), closable=False))
        for heading, lines in ((_("What goes"), goes_lines(preview)), (_("What stays"), stays_lines(preview))):
            self.form.addWidget(pieces.text(heading, "label"))
            for line in lines:
                self.form.addWidget(pieces.text(f"· {line}"))
        self.reason = ChoiceField([(reason, reason_text(reason)) for reason in REASONS], column=True, name=_("Why"))
        self.form.addWidget(pieces.text(_("Why"), "label"))
        self.form.addWidget(self.reason)
        self.typed = QLineEdit()
        self.typed.setAccessibleName(_("Name of the person, to confirm"))
        label = pieces.text(_("To confirm, type the name: {name}").format(name=name), "label")
        label.setBuddy(self.typed)
        self.form.addWidget(label)
        self.form.addWidget(self.typed)
        self.go = pieces.button(_("Freeze the record") if self.waits else _("Erase"), self._agree, "danger", "trash")
        self.reason.changed.connect(self._settle)
        self.typed.textChanged.connect(self._settle)
        self._settle()
        self.finish(self.go)

    def _settle(self) -> None:
        same = "".join(self.typed.text().split()) == "".join(self._name.split())
        self.go.setEnabled(bool(self.reason.answer()) and same)

    def _agree(self) -> None:
        self.accept()
        self._erased(str(self.reason.answer()))
