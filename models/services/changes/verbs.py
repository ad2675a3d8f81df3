"""The verbs of guided changes: look before, make, take back, tell what was made."""

from collections.abc import Sequence

from sqlalchemy import select

from models.clock import today
from models.errors import CannotUndo, NotFound
from models.records.change import Change
from models.services.book import Book, changed
from models.services.changes import events, people
from models.services.changes.ground import Ground
from models.services.changes.plan import Plan
from models.services.changes.planning import planned, write
from models.services.changes.refusing import BuiltUpon, ChangeRefused
from models.services.changes.words import begun
from models.services.undoing import take_back
from models.services.views import Changed, ChangePreview, EventView
from models.store.rows import KEPT

_EVENT = KEPT["household_event"]


class Changes:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def preview(self, change: Change) -> ChangePreview:
        """What a change would do, what stands in its way and what is unusual about it; nothing is written."""
        with self._book.reading() as connection:
            plan = planned(Ground(connection, today(self._book.clock)), change)
        return ChangePreview(
            tuple(begun(line) for line in plan.lines),
            tuple((name, begun(problem)) for name, problem in plan.problems),
            tuple(begun(doubt) for doubt in plan.doubts),
        )

    def make(self, change: Change) -> Changed:
        """Make a change, all of it or nothing.

        Changed.id is the event. Changed.ids are the residents who came to the register by it (a birth, newcomers who
        move in or lodge), in the order of the entry; else the households made (a split, a new door).
        Raises ChangeRefused with the problems that preview() shows.
        """
        with self._book.verb("changes.make") as work:
            plan = planned(Ground(work.connection, today(self._book.clock)), change)
            if plan.problems:
                raise ChangeRefused(problems=[(name, begun(problem)) for name, problem in plan.problems])
            event = write(work, plan, change.note)
        return changed(work, event, plan.new_people or plan.new_homes)

    def undo(self, event_id: str) -> Changed:
        """Take a change back: everything is as it was before, and the history says so.

        Raises BuiltUpon (a CannotUndo) where something rests on it by now, NotFound where there is no such change.
        """
        with self._book.verb("changes.undo") as work:
            query = select(_EVENT).where(_EVENT.c.id == event_id, _EVENT.c.dead.is_(False))
            event = work.connection.execute(query).mappings().first()
            if event is None:
                raise NotFound
            if event["undone"]:
                raise CannotUndo
            try:
                take_back(work, event["operations"])
            except CannotUndo:
                later = events.later_event(work.connection, {str(name): value for name, value in event.items()})
                raise BuiltUpon(later=later) from None
            work.amend("household_event", event_id, {"undone": True})
            work.concerns(event["household_id"], event["other_household_id"], *event["people"])
        return changed(work, event_id)

    def of_household(self, household_id: str) -> list[EventView]:
        """The changes of a household, the newest first; those taken back too."""
        with self._book.reading() as connection:
            return events.event_views(connection, events.of_household(connection, household_id))

    def suggested_widowed(self, resident_id: str) -> Sequence[str]:
        """Who would be widowed if this resident died, as far as relations and marital status tell; to be confirmed."""
        with self._book.reading() as connection:
            day = today(self._book.clock)
            return people.widowed_by(Plan(Ground(connection, day), "death", day), resident_id)
