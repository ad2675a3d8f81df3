"""What is done with households from the worklist: whose care they are in, putting off, calling, how often to visit."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from desktop import side_by_side
from desktop import worklist_words as words_of
from desktop.widgets.work_dialogs import AssignDialog, PutOffDialog, PutOffWish, RhythmDialog
from models.errors import Problem
from models.services.settings import SettingChanged
from models.services.views import Changed
from models.services.worklist_rules import Rhythm
from models.services.worklist_views import WorkItem
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.worklist import WorklistPage


class Deeds:
    """The verbs of the worklist's page about its households; `page.question` holds what asked last."""

    def __init__(self, page: "WorklistPage") -> None:
        self.page = page

    def ask_assign(self, chosen: list[WorkItem]) -> None:
        """Ask into whose care households go."""
        given = {item.assignee for item in chosen}
        self.page.question = AssignDialog(
            self.page,
            partial(self._assign, [item.household_id for item in chosen], self.page.seen),
            households=len(chosen),
            workers=self.page.assignees,
            now=given.pop() if len(given) == 1 else "",
        )
        self.page.question.open()

    def _assign(self, homes: list[str], seen: int, name: str) -> None:
        casebook = self.page.casebook
        words = (
            ngettext("{n} household is in the care of {name}.", "{n} households are in the care of {name}.", len(homes))
            if name
            else ngettext("{n} household is in nobody's care.", "{n} households are in nobody's care.", len(homes))
        )

        def done(changed: Changed) -> None:
            self.page.shell.say(words.format(n=len(homes), name=name), lambda: casebook.undo(changed.operations))

        side_by_side.deed(self.page, seen, lambda: casebook.care.assign(homes, name), done, show=self.page.reload)

    def ask_put_off(self, chosen: list[WorkItem]) -> None:
        """Ask until when and why households are put off."""
        kinds = words_of.kinds_in_order(reason.kind for item in chosen for reason in item.reasons)
        self.page.question = PutOffDialog(
            self.page,
            partial(self._put_off, [item.household_id for item in chosen]),
            households=len(chosen),
            kinds=kinds,
            today=self.page.on(),
        )
        self.page.question.open()

    def _put_off(self, homes: list[str], wish: PutOffWish) -> None:
        casebook = self.page.casebook

        def done(changed: Changed) -> None:
            words = ngettext(
                "{n} household is put off until {day}.", "{n} households are put off until {day}.", len(homes)
            )
            self.page.shell.say(
                words.format(n=len(homes), day=wish.until.isoformat()), lambda: casebook.undo(changed.operations)
            )

        self.page.run(lambda: casebook.worklist.put_off(homes, wish.until, wish.reason, wish.kinds), done)

    def put_back(self, item: WorkItem) -> None:
        """Put a household on the list again."""
        casebook, home = self.page.casebook, item.household_id

        def done(changed: Changed) -> None:
            self.page.shell.say(_("Back on the list."), lambda: casebook.undo(changed.operations))

        put_back = partial(casebook.worklist.put_back, [home])
        side_by_side.deed(self.page, self.page.seen, put_back, done, show=self.page.reload)

    def call(self, item: WorkItem) -> None:
        """Show the whole numbers of those it is about, else of the household; journalled."""
        casebook = self.page.casebook
        about = [reason.resident_id for reason in item.reasons if reason.resident_id]

        def work() -> list[tuple[str, str]]:
            members = [each.resident for each in casebook.households.get(item.household_id).members]
            first = [each for each in members if each.id in about]
            found: list[tuple[str, str]] = []
            for each in (*first, *(each for each in members if each.id not in about)):
                for phone in casebook.residents.get(each.id).phones:
                    found.append((each.name, casebook.residents.reveal(each.id, "phone", phone.id, "worklist")))
                if found and each.id in about:
                    break
            return found

        self.page.run(work, lambda found: self.page.card.show_numbers(item.household_id, found))

    def ask_rhythm(self, typed: Mapping[str, int] = MappingProxyType({}), trouble: str = "") -> None:
        """Ask how often who is visited. typed: days that were typed before and not saved; trouble: why."""
        casebook = self.page.casebook

        def ask(rhythm: tuple[Rhythm, ...]) -> None:
            shown = {one.id: one.days for one in rhythm}

            def save(days: dict[str, int]) -> None:
                def not_saved(problem: Problem) -> None:
                    if isinstance(problem, SettingChanged):
                        mine = {key: value for key, value in days.items() if key not in problem.keys}
                        self.ask_rhythm(mine, problem.sentence())
                    else:
                        self.page.shell.problem(problem)

                work = partial(casebook.worklist.set_rhythm, days, shown)
                self.page.run(work, lambda _nothing: self.page.reload(), not_saved)

            self.page.question = RhythmDialog(self.page, save, rhythm=rhythm, typed=typed, trouble=trouble)
            self.page.question.open()

        self.page.read(casebook.worklist.rhythm, ask)
