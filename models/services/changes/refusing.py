"""Why a change of a household is not made, or not taken back, as the worker reads it."""

from models.errors import CannotUndo, Problem
from models.texts import _


class ChangeRefused(Problem):
    """A change that cannot be made so. Facts: problems, (field of the entry, sentence) pairs, at least one."""

    @property
    def problems(self) -> tuple[tuple[str, str], ...]:
        """Field of the entry and sentence, in the language in which they were found."""
        found = self.facts.get("problems")
        return tuple(found) if isinstance(found, list | tuple) else ()

    def sentence(self) -> str:
        """Tell the worker."""
        told = " ".join(sentence for _field, sentence in self.problems)
        return _("{problems} Nothing was changed.").format(problems=told)


class BuiltUpon(CannotUndo):
    """Something that rests on a change came after it. Facts: later, the sentence of what came after, or empty."""

    def sentence(self) -> str:
        """Tell the worker."""
        later = str(self.facts.get("later") or "")
        if not later:
            return super().sentence()
        return _(
            "This cannot be taken back, because something was built on it since: {later}. Nothing was undone. "
            "Take that back first, or record what is right as a new change."
        ).format(later=later)
