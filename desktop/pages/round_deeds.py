"""What is said of the doors of a round besides their outcomes: taken back, come again, done, another door, an order."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from desktop import side_by_side
from desktop.round_words import again_text, door_parts, due_text
from desktop.widgets.door_dialog import DoorDialog
from models.errors import Problem
from models.records.household import DwellingEntry
from models.services.rounds_views import DueLine
from models.services.views import Changed
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.round import RoundPage


class Deeds:
    """The verbs of the page of a round about the door that it shows, and about its doors."""

    def __init__(self, page: "RoundPage") -> None:
        self.page = page

    def _do(
        self,
        verb: Callable[[], Changed],
        done: Callable[[Changed], object],
        failed: Callable[[Problem], object] | None = None,
    ) -> None:
        """Do it, unless somebody else did something with the same since the round was shown."""
        side_by_side.deed(self.page, self.page.seen, verb, done, failed, show=self.page.reload)

    def take_back(self) -> None:
        """What was last said of this door was wrong."""
        stop = self.page.stop
        if stop is None or not stop.tries or self.page.busy:
            return
        rounds, casebook = self.page.casebook.rounds, self.page.casebook
        words = _("{door}: taken back.").format(door=door_parts(stop)[1])
        self._do(
            lambda: rounds.take_back(stop.id),
            lambda changed: self.page.shell.say(words, undo=lambda: casebook.undo(changed.operations)),
        )

    def wait_again(self) -> None:
        """Go to a door after all that was left out."""
        stop = self.page.stop
        if stop is not None:
            rounds = self.page.casebook.rounds
            self._do(lambda: rounds.wait_again(stop.id), lambda _changed: None)

    def retry(self, day: Any, part: str) -> None:
        """Come again on a day and at a time of it; without a day, not again."""
        stop, casebook = self.page.stop, self.page.casebook
        if stop is None:
            return
        words = _("{door}: again {when}.") if day is not None else _("{door}: {when}.")
        words = words.format(door=door_parts(stop)[1], when=again_text(day, part))
        self._do(
            lambda: casebook.rounds.retry(stop.id, day, part),  # type: ignore[arg-type]
            lambda changed: self.page.shell.say(words, undo=lambda: casebook.undo(changed.operations)),
        )

    def tick(self, line: DueLine, done: bool) -> None:
        """Something that was due was done, or was not after all."""
        casebook = self.page.casebook
        words = _("Done: {what}").format(what=due_text(line, self.page.papers))
        self._do(
            lambda: casebook.rounds.tick(line.kind, line.id, done),
            lambda changed: self.page.shell.say(words, undo=lambda: casebook.undo(changed.operations)),
        )

    def add_door(self) -> None:
        """Ask for a door of the same staircase as the one shown."""
        if self.page.stop is None:
            return
        self.page.dialog = DoorDialog(self.page, self.page.stop, self._add)
        self.page.dialog.open()

    def _add(self, entry: DwellingEntry) -> None:
        casebook, view = self.page.casebook, self.page.view
        if view is None:
            return

        def done(changed: Changed) -> None:
            count = len(changed.ids)
            if not count:
                self.page.shell.say(_("This door is in the round already."))
                return
            words = ngettext("One door was added.", "{n} doors were added.", count).format(n=count)
            self.page.shell.say(words, undo=lambda: casebook.undo(changed.operations))

        self.page.run(lambda: casebook.rounds.add_door(view.row.id, dwelling=entry), done)

    def move_door(self, stop_id: str, by: int) -> None:
        """Walk a door earlier or later."""
        view, casebook = self.page.view, self.page.casebook
        if view is None or self.page.busy:
            return
        order = [stop.id for stop in view.stops]
        place = order.index(stop_id)
        target = place + by
        if not 0 <= target < len(order):
            return
        order[place], order[target] = order[target], order[place]
        self.page.busy = True

        def done(_changed: Changed) -> None:
            self.page.busy = False
            self.page.stop_id = stop_id

        def failed(problem: Problem) -> None:
            self.page.busy = False
            self.page.shell.problem(problem)

        self._do(lambda: casebook.rounds.reorder(view.row.id, order), done, failed)
