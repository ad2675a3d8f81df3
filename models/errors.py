"""Trouble that a worker can act on: each class has its sentence (what happened, what is safe, what to do next)."""

from models.texts import _


class Problem(Exception):  # noqa: N818  # the house's word; these are not programming errors
    """Base of all trouble that is told to the worker. Facts travel as attributes, never as finished text."""

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__)  # no personal data in the exception's own text
        self.facts = facts

    def sentence(self) -> str:
        """What happened, what is safe, what to do next, in the language now shown."""
        return _("Something went wrong. Nothing was changed. Please try again.")

    def unseen(self) -> str:
        """The same where what was typed is on no screen any more, since the window was locked meanwhile."""
        return self.sentence()


class WrongPassphrase(Problem):
    """The passphrase opens no slot of the key store."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This passphrase does not open the casebook. Your records are safe. Check Caps Lock and try again.")


class WeakPassphrase(Problem):
    """The chosen passphrase is too easy to guess."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This passphrase is too easy to guess. Use at least ten characters, for example four unrelated words.")


class KeysMissing(Problem):
    """There is a store but no readable key store beside it, or the key store was changed."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The key file beside the casebook is missing or was changed, so the casebook cannot be opened. "
            "The records themselves were not touched. Put the key file back from the last backup."
        )


class DamagedStore(Problem):
    """The file is not a readable casebook with this key."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The casebook file is damaged and was not opened, so nothing more can happen to it. "
            "Restore the last backup; drafts and batches already exported are not affected."
        )


class SealedValueDamaged(Problem):
    """A value that is sealed on the office's server was changed there, or is under another key. Facts: column."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "A value on the office's server was changed from outside and cannot be opened, so this cannot be shown. "
            "Nothing was changed. Tell whoever keeps the server; the last backup mends it."
        )


class NewerStore(Problem):
    """The file was written by a newer version. Facts: file_version, program_version."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This casebook was last used with a newer Jinmen (file format {file_version}; this program knows "
            "{program_version}). It was not changed. Please update the program."
        ).format(**self.facts)


class StoreBusy(Problem):
    """Another program or window holds the file."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("The casebook is in use by another window. Nothing was changed. Close the other window and try again.")


class DiskFull(Problem):
    """There is no room left where the casebook lies."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The disk is full, so this could not be saved. What you typed is still on the screen and all earlier "
            "records are safe. Free some space, then save again."
        )

    def unseen(self) -> str:
        """Where nothing is on the screen any more."""
        return _("The disk is full. All records that were saved are safe. Free some space before you go on.")


class CannotWrite(Problem):
    """A file or folder could not be written. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "“{name}” could not be written. Nothing was changed. Choose another place or plug the stick in again."
        ).format(**self.facts)


class CannotRead(Problem):
    """A file could not be read. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("“{name}” could not be read. Nothing was changed. Check the file or the stick and try again.").format(
            **self.facts
        )


class NotFound(Problem):
    """The record asked for is not in this casebook."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This record is not in the casebook any more. Nothing was changed. Search for it again.")


class WriteOutsideVerb(Problem):
    """Rows were written without an operation: a fault of the program, stopped before it could be saved."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("The program tried to save something without recording it and was stopped. Nothing was changed.")


class BatchRefused(Problem):
    """A batch file was not accepted. Facts: reason, one of the keys below."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "not_a_batch": _("This is not a batch file of Jinmen."),
            "newer": _("This batch was made by a newer Jinmen. Please update the program."),
            "unknown_sender": _("This batch comes from a device that this office does not know."),
            "bad_signature": _("The signature does not fit: the file was changed or damaged on the way."),
            "other_office": _("This batch was made for another office."),
            "damaged": _("The file is incomplete or damaged. Ask for it to be exported again."),
            "too_large": _("The file says one size and holds another. It was not opened."),
            "bad_content": _("The file's content does not follow the format."),
            "revoked": _("Whoever made this file was excluded from the exchange for good; ask the office why."),
            "no_record": _("The record that this picture belongs to is not here yet. Take in the other files first."),
            "removed": _("This picture was removed or erased, so it is not taken in any more."),
            "not_above": _("This list comes from an office that this casebook does not belong to."),
        }
        reason = reasons.get(str(self.facts.get("reason")), reasons["damaged"])
        return _("{reason} Nothing was imported and nothing here was changed.").format(reason=reason)


class CannotUndo(Problem):
    """Something was changed again, or built on, after what is to be taken back."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This cannot be taken back as a whole any more, because something was changed since. Nothing was undone. "
            "Open the record and correct what is wrong there."
        )
