"""What is done for a person's rights: requests, correction, freezing, a copy of everything, erasure."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from desktop import side_by_side
from desktop.pages.rights_dialogs import AnswerDialog, EraseDialog, RequestDialog
from desktop.widgets.protect_dialog import ProtectDialog, told
from models.clock import today
from models.errors import Problem
from models.records.rights import RightsRequestEntry
from models.services.rights import RESTRICTED, TermRuns
from models.services.rights_views import ErasurePreview, RequestView
from models.store.seen import ChangedMeanwhile
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.rights import RightsPage


class Deeds:
    """The verbs of the page of rights about the person that it shows."""

    def __init__(self, page: "RightsPage") -> None:
        self.page = page

    def seen(self) -> int:
        """The moment from which is what the page shows."""
        shown = self.page.loaded or self.page.waiting
        return shown.seen if shown is not None else -1

    def add_request(self) -> None:
        """Write down what the person asks for."""
        casebook = self.page.casebook

        def asked(entry: RightsRequestEntry) -> None:
            words = _("The request was kept. It is to be answered within 30 days.")
            self.page.run(
                lambda: casebook.rights.ask(entry),
                lambda changed: self.page.shell.say(words, undo=lambda: casebook.undo(changed.operations)),
            )

        RequestDialog(self.page, asked, resident_id=self.page.resident(), today=today(casebook.clock)).open()

    def answer(self, request: RequestView) -> None:
        """Say what came of a request."""
        casebook, seen = self.page.casebook, self.seen()

        def answered(status: str, words: str) -> None:
            side_by_side.deed(
                self.page,
                seen,
                lambda: casebook.rights.answer(request.id, status, words),
                lambda changed: self.page.shell.say(
                    _("The answer was kept."), undo=lambda: casebook.undo(changed.operations)
                ),
            )

        AnswerDialog(self.page, request, answered).open()

    def correct(self) -> None:
        """Open the registration with this person; an open request for correction is answered by that."""
        assert self.page.loaded is not None
        casebook, resident_id, seen = self.page.casebook, self.page.resident(), self.seen()
        open_ones = [
            each.id for each in self.page.loaded.requests if each.kind == "correction" and each.status == "open"
        ]

        def close() -> None:
            for request_id in open_ones:
                casebook.rights.answer(request_id, "done", _("Corrected with the person"))

        def to_the_form() -> None:
            self.page.shell.go("register", resident_id=resident_id)

        if open_ones:
            side_by_side.deed(self.page, seen, close, lambda _nothing: to_the_form())
        else:
            to_the_form()

    def freeze(self) -> None:
        """Use the record for nothing any more, because the person asked for it."""
        casebook, resident_id = self.page.casebook, self.page.resident()
        side_by_side.deed(
            self.page,
            self.seen(),
            lambda: casebook.rights.freeze(resident_id, RESTRICTED),
            lambda changed: self.page.shell.say(
                _("The record is frozen: no list, check or letter uses it."),
                undo=lambda: casebook.undo(changed.operations),
            ),
        )

    def release(self) -> None:
        """Use the record again."""
        casebook, resident_id = self.page.casebook, self.page.resident()
        side_by_side.deed(
            self.page,
            self.seen(),
            lambda: casebook.rights.release(resident_id),
            lambda changed: self.page.shell.say(
                _("The record is used again."), undo=lambda: casebook.undo(changed.operations)
            ),
        )

    def choose_file(self, name: str) -> Path | None:
        """Ask where to save; None where the worker does not want to. Tests put their own in its place."""
        chosen, _kind = QFileDialog.getSaveFileName(self.page, _("Copy of everything"), name, "ZIP (*.zip)")
        return Path(chosen) if chosen else None

    def copy_everything(self) -> None:
        """Ask how the file is protected; then write it."""
        words = _("Everything that is held about the person in one file, with the pictures.")
        self.dialog = ProtectDialog(self.page, _("Copy of everything"), words, self.write_copy)
        self.dialog.open()

    def write_copy(self, secret: str = "") -> None:
        """Everything that is held about the person in one file: to read, for other programs, and the pictures."""
        from desktop.widgets.list_export import write_bytes

        casebook, resident_id = self.page.casebook, self.page.resident()
        path = self.choose_file(f"{_('Personal data')}_{today(casebook.clock).isoformat()}.zip")
        if path is None:
            return

        def work(progress: Any, cancelled: Any) -> bool:
            from desktop.held_words import packed  # with ReportLab, when one is wanted

            data = packed(casebook, resident_id, progress, cancelled, secret)
            if data is not None:
                write_bytes(path, data)
            return data is not None

        def done(written: bool) -> None:
            if written:
                words = _("“{name}” was written. It holds everything about the person: hand it over, then delete it.")
                self.page.shell.notice(told(words.format(name=path.name), secret), "warn")

        self.page.long(work, done, title=_("Copy of everything"))

    def preview_erasure(self) -> None:
        """Show what an erasure would do."""
        casebook, resident_id = self.page.casebook, self.page.resident()

        def look() -> tuple[int, ErasurePreview]:
            return casebook.desks.seen(), casebook.rights.preview_erasure(resident_id)

        self.page.run(look, self._ask_erasure)

    def _ask_erasure(self, found: tuple[int, ErasurePreview]) -> None:
        seen, preview = found
        assert self.page.loaded is not None
        assert self.page.loaded.one is not None
        dialog = EraseDialog(
            self.page,
            preview,
            lambda reason: self.erase(reason, seen),
            name=self.page.loaded.one.row.name,
            kept_until=self.page.loaded.kept_until,
            today=self.page.loaded.on,
        )
        dialog.open()

    def erase(self, reason: str, seen: int = -1) -> None:
        """Erase the person, or freeze the record while a term runs. seen: from which moment is what was shown first."""
        assert self.page.loaded is not None
        casebook, resident_id, kept_until = self.page.casebook, self.page.resident(), self.page.loaded.kept_until
        wishes = [each.id for each in self.page.loaded.requests if each.kind == "erasure" and each.status == "open"]

        def erase() -> bool:
            try:
                casebook.rights.erase(resident_id, reason, keep_until=kept_until)
            except TermRuns as runs:
                for request_id in wishes:
                    casebook.rights.answer(request_id, "refused", runs.sentence())
                return False
            return True

        def work(_progress: Any, _cancelled: Any) -> bool:
            return casebook.desks.save(seen, erase, strict=True) if seen >= 0 else erase()

        def done(erased: bool) -> None:
            if erased:
                self.page.shell.say(_("The person was erased from the records."))
                self.page.shell.go("rights")
            else:
                self.page.load(resident_id, "")

        def failed(problem: Problem) -> None:
            if isinstance(problem, ChangedMeanwhile):
                problem = side_by_side.AnotherWasQuicker()
                self.page.load(resident_id, "")
            self.page.shell.problem(problem)

        self.page.long(work, done, failed, title=_("Erasing"))
