"""Which page of a registration is shown, and the way from one to the next and back."""

from collections.abc import Callable
from functools import partial

from desktop.pages.register_case import MEMBER_PARTS
from desktop.pages.register_compare import Comparing
from models.texts import _

STAGES = {
    "new": ("where", "person", "people", "home", "check"),
    "member": ("person", "people", "check"),
    "amend": ("person", "check"),
}


class Stepping(Comparing):
    """The part of the register page that goes on and back: by the bar, by keys, by a finger drawn across.

    In step mode a topic is shown at a time, in the order of STAGES; in desk mode all of it is one page, and going on
    is saving.
    """

    _from_check = False  # an answer is being changed: Continue and Back lead to the page that checks

    def save(self) -> None:
        """Read everything, compare everybody, save all or nothing."""
        raise NotImplementedError

    def _collect(self) -> None:
        """Take what the widgets hold into the case."""
        raise NotImplementedError

    def _list_people(self, wrong: frozenset[int] = frozenset()) -> None:
        """List who was entered so far."""
        raise NotImplementedError

    def another(self) -> None:
        """Keep this person on the list and go on with the next."""
        raise NotImplementedError

    def _prefix(self) -> str:
        """What the paths of the shown person's questions begin with."""
        raise NotImplementedError

    def _accept(self, here: Callable[[str], bool]) -> bool:
        """Show the problems that belong here; whether there were none."""
        raise NotImplementedError

    def _show_check(self) -> None:
        """Fill the page that checks."""
        raise NotImplementedError

    # Where one is.

    def show_stage(self, stage: str, topic: str = "") -> None:
        """Show a stage of the case."""
        self.case.stage, self.case.topic = stage, topic
        self._from_check = self._from_check and stage != "check"
        self.board.show_stage(self.case)
        self.say_bar()

    def say_bar(self) -> None:
        """What the buttons do now, and how far one is."""
        case = self.case
        save = {"new": _("Save the household"), "member": _("Save"), "amend": _("Save the changes")}[case.kind]
        if self.board.comparing:
            self.bar.say(forward=_("None of them: go on"), hint="Ctrl+Enter")
        elif not self.step:
            another = "" if case.kind == "amend" else _("Another person")
            self.bar.say(forward=save, second=another, second_key="Alt+N", hint="Ctrl+Enter")
        elif case.stage == "person":
            topics = self._topics()
            place = topics.index(case.topic) + 1 if case.topic in topics else 1
            name = case.person.name or _("Person {n}").format(n=case.at + 1)
            later = place < len(topics) and not self._from_check
            self.bar.say(
                forward=_("Back to the check") if self._from_check else _("Continue"),
                second=_("Ask the rest later") if later else "",
                progress=_("{name}: {n} / {all}").format(name=name, n=place, all=len(topics)),
            )
        else:
            stages = STAGES[case.kind]
            words = {"home": _("Check the answers"), "check": save}.get(case.stage, _("Continue"))
            words = _("Back to the check") if self._from_check else words
            place = stages.index(case.stage) + 1
            self.bar.say(forward=words, progress=_("{n} / {all}").format(n=place, all=len(stages)))

    def _topics(self) -> list[str]:
        return ["who"] if self.case.person.known_id else self.board.person.topics_asked()

    def first_focus(self) -> None:
        """Where work goes on."""
        board, case = self.board, self.case
        if self.whole.isHidden():
            return
        if board.comparing:
            board.likeness.first_focus().setFocus()
        elif case.stage == "check":
            self.bar.forward_button.setFocus()
        elif case.stage == "people":
            board.people.more.setFocus()
        elif case.stage == "home":
            board.home.first_focus()
        elif case.stage == "person":
            self._focus_person()
            return
        else:
            board.where.first_focus()
        if self.area is not None and (self.step or board.comparing):
            self.area.verticalScrollBar().setValue(0)

    def _focus_person(self) -> None:
        if self.case.topic in ("", "who") and self.case.kind != "amend":
            relation = self.board.parts.answers().get("relation")
            if relation and not self.case.person.known_id:
                self.board.person.first_focus()
            else:
                self.board.parts.focus_part("relation")
            inside = self.area.widget() if self.area is not None else None
            if self.area is not None and inside is not None and not self.step:
                first = self.board.first_of_person()
                self.area.verticalScrollBar().setValue(first.mapTo(inside, first.rect().topLeft()).y() - 8)
            elif self.area is not None:
                self.area.verticalScrollBar().setValue(0)
        else:
            self.board.person.first_focus()
            if self.area is not None and self.step:
                self.area.verticalScrollBar().setValue(0)

    # Going on and back.

    def _where_done(self) -> None:
        if self.step:
            self.forward()
        else:
            self._focus_person()

    def _parts_done(self) -> None:
        if not self.case.person.known_id:
            self.board.person.first_focus()
        elif self.step:
            self.forward()

    def _person_done(self) -> None:
        if self.step:
            self.forward()
        elif self.case.kind == "new":
            self.board.home.first_focus()
        else:
            self.bar.forward_button.setFocus()

    def _home_done(self) -> None:
        if self.step:
            self.forward()
        else:
            self.bar.forward_button.setFocus()

    def forward(self) -> None:
        """What the main button says."""
        if self.busy or self.whole.isHidden():
            return
        if self.board.comparing:
            self.board.likeness.say_different()
            return
        self._collect()
        case = self.case
        if not self.step or case.stage == "check":
            self.save()
        elif case.stage == "where":
            if self._accept(lambda field: field.startswith("address")):
                self._onward("person", "who")
        elif case.stage == "person":
            self._next_topic()
        elif case.stage == "people":
            self._onward("home" if case.kind == "new" else "check")
        elif case.stage == "home" and self._accept(lambda field: self.board.home.topic_of(field) != ""):
            self._to("check")

    def _next_topic(self) -> None:
        case, topics, prefix = self.case, self._topics(), self._prefix()
        topic = case.topic or "who"
        here = MEMBER_PARTS if topic == "who" else ()

        def on_this_page(path: str) -> bool:
            rest = path.removeprefix(prefix)
            return path.startswith(prefix) and (rest in here or self.board.person.topic_of(rest) == topic)

        if not self._accept(on_this_page):
            return
        place = topics.index(topic) if topic in topics else 0
        then = partial(self._after_topic, topics, place)
        if place == 0:
            self.compare([case.at], then)
        else:
            then()

    def _onward(self, stage: str, topic: str = "") -> None:
        """To what comes next, or back to the page that checks where an answer was changed from there."""
        if self._from_check:
            self._to("check")
        else:
            self._to(stage, topic)

    def _after_topic(self, topics: list[str], place: int) -> None:
        if self._from_check:
            self._to("check")
        elif place + 1 < len(topics) and not self.case.person.known_id:
            self._to("person", topics[place + 1])
        else:
            self._to("check" if self.case.kind == "amend" else "people")

    def second(self) -> None:
        """Another person at the desk; in step mode the rest of this person later."""
        self._collect()
        if not self.step:
            self.another()
        elif self._accept(lambda path: path.startswith(self._prefix())):
            self.compare([self.case.at], lambda: self._to("check" if self.case.kind == "amend" else "people"))

    def step_back(self) -> None:
        """To what was shown before; from the first page to where the worker came from."""
        self._collect()
        case = self.case
        if self.board.comparing:
            self.show_stage(case.stage, case.topic)
            self.first_focus()
        elif not self.step:
            self.shell.back()
        elif self._from_check:
            self._to("check")
        elif case.stage == "person":
            topics = self._topics()
            place = topics.index(case.topic) if case.topic in topics else 0
            if place > 0:
                self._to("person", topics[place - 1])
            elif case.kind == "new" and case.at == 0:
                self._to("where")
            elif case.at > 0:
                self._to("people")
            else:
                self.shell.back()
        else:
            before = STAGES[case.kind][: STAGES[case.kind].index(case.stage)]
            if not before:
                self.shell.back()
            elif before[-1] == "person":
                self._to("person", self._topics()[-1])
            else:
                self._to(before[-1])

    def _to(self, stage: str, topic: str = "") -> None:
        if stage == "check":
            self._show_check()
        elif stage == "people":
            self._list_people()
        self.tell([])
        self.show_stage(stage, topic)
        self.keep()
        self.first_focus()

    def swiped(self, *, forward: bool) -> None:
        """Between pages, but a finger drawn across never saves, never answers a comparison and never leaves."""
        first = self.case.stage == STAGES[self.case.kind][0] and self.case.topic in ("", "who")
        if self.busy or self.whole.isHidden() or self.board.comparing:
            return
        if forward and self.case.stage != "check":
            self.forward()
        elif not forward and not (first and self.case.at == 0):
            self.step_back()
