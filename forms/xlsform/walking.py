"""A robot that fills in a questionnaire by itself: every question is answered once, so that every condition, limit,
calculation and round is gone through. It finds forms that no worker could finish before a worker does.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from forms.xlsform.compiled import ANSWERED, Compiled
from forms.xlsform.plan import plan_of
from forms.xlsform.session import Session
from forms.xlsform.states import Context, State

ROUNDS = 2  # of each repeat that can be added to
_TRIES = 24  # answers tried for a question with a limit, before it is said that none fits
_PASSES = 6  # over the form, until no new question comes up
_MOST_ANSWERS = 5_000

_NUMBERS = ("1", "2", "5", "10", "18", "30", "65", "0", "100", "1000", "3", "7", "12", "150", "37", "2000", "99999")
_TEXTS = (
    "abc", "13812345678", "12345", "张三", "a@b.org", "ABC", "1", "A1", "12", "1234", "123456789", "x y", "yes",
    "0123456789", "022-12345678",
)  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """How far the robot came.

    `reached` of `questions` were asked in one of the walks, `answered` took an answer that fits; `stuck` are paths
    whose limit no answer met that was tried, `unreached` those that never came up. Paths are without places of rounds.
    `finished`: at the end of one of the walks nothing was wrong or missing.
    """

    questions: int
    reached: int
    answered: int
    rounds: int
    calculated: int
    finished: bool
    stuck: tuple[str, ...]
    unreached: tuple[str, ...]


def walk(compiled: Compiled, seed: int = 1, walks: int = 6, moment: datetime | None = None) -> Walk:
    """Fill in the form a few times, each time with other answers; the same seed gives the same walks."""
    plan = plan_of(compiled)
    wanted = {
        path
        for path, model in plan.models.items()
        if model.kind in ANSWERED - {"skipped"} and not model.node.get("hidden")
    }
    reached: set[str] = set()
    answered: set[str] = set()
    stuck: set[str] = set()
    calculated: set[str] = set()
    rounds = 0
    finished = False
    for number in range(walks):
        session = Session(compiled, None, Context(now=moment or datetime(2026, 3, 10, 9, 30)))  # noqa: DTZ001
        robot = _Robot(session, random.Random(seed * 1000 + number), number)  # noqa: S311  # a robot's whim
        robot.fill()
        reached |= robot.reached
        answered |= robot.answered
        stuck |= robot.stuck
        rounds = max(rounds, robot.rounds)
        finished = finished or not session.check()
        result = session.result()
        again = Session(compiled, session.answers(), session.context)
        if again.result().answers.keys() - result.answers.keys():
            raise AssertionError("a form opened again says more than it said before")
        calculated |= {path for path in plan.models if plan.models[path].kind == "calculated" and robot.value_of(path)}
        if finished and answered >= wanted:
            break
    return Walk(
        questions=len(wanted),
        reached=len(reached & wanted),
        answered=len(answered & wanted),
        rounds=rounds,
        calculated=len(calculated),
        finished=finished,
        stuck=tuple(sorted(stuck - answered)),
        unreached=tuple(sorted(wanted - reached)),
    )


class _Robot:
    """One walk through one form."""

    def __init__(self, session: Session, chance: random.Random, number: int) -> None:
        self._session = session
        self._chance = chance
        self._number = number
        self.reached: set[str] = set()
        self.answered: set[str] = set()
        self.stuck: set[str] = set()
        self.rounds = 0
        self._added: set[str] = set()

    def value_of(self, path: str) -> str:
        """The value of a question outside of rounds; "" inside them."""
        try:
            return self._session.state(path).value
        except KeyError:
            return ""

    def fill(self) -> None:
        """Answer every question that comes up, until none does."""
        done: set[str] = set()
        for _pass in range(_PASSES):
            before = len(done)
            for item in self._session.items():
                if len(done) > _MOST_ANSWERS:
                    return
                if item.kind == "repeat" and item.can_add and item.path not in self._added:
                    self._added.add(item.path)
                    self._add_rounds(item.path)
                elif item.kind == "round":
                    self.rounds += 1
                elif item.kind == "question" and item.path not in done and self._is_there(item.path):
                    done.add(item.path)
                    self._answer(item.path)
            if len(done) == before:
                return

    def _add_rounds(self, path: str) -> None:
        try:
            for _round in range(ROUNDS):
                self._session.add_repeat(path)
        except (KeyError, ValueError):
            return  # an answer took what holds it away, or it is full

    def _is_there(self, path: str) -> bool:
        try:
            return self._session.is_asked(path)
        except KeyError:
            return False  # an answer took its round away

    def _answer(self, path: str) -> None:
        state = self._session.state(path)
        plain = _without_places(path)
        self.reached.add(plain)
        if state.kind not in ANSWERED or state.kind == "skipped":
            return
        if state.read_only:
            self.answered.add(plain)
            return
        for typed in self._answers(state)[:_TRIES]:
            self._session.set(path, typed)
            if not self._is_there(path):
                return
            now = self._session.state(path)
            if not now.problem and now.value:
                self.answered.add(plain)
                return
        if state.kind not in ("choice", "choices", "rank") or state.choices:
            self.stuck.add(plain)
        self._session.set(path, "")

    def _answers(self, state: State) -> list[Any]:
        """Answers to try, likeliest first; another walk tries others first."""
        names = [choice.name for choice in state.choices]
        self._chance.shuffle(names)
        match state.kind:
            case "choice":
                return names
            case "choices":
                most = self._chance.randint(1, max(len(names), 1))
                all_but = (
                    [[name for name in names if name != one] for one in sorted(names)] if self._number == 1 else []
                )
                return [
                    *([names] if all_but else []),
                    *all_but,
                    names[:most],
                    *([name] for name in names),
                    names,
                    names[:2],
                ]
            case "rank":
                return [names, names[:1]]
            case "whole" | "number":
                low = state.least if state.least is not None else 0.0
                some = [str(int(low) if low == int(low) else low)] if state.least is not None else []
                return [*some, *self._turned(_NUMBERS), "-1", "1.5", str(2026)]
            case "date":
                today = date(2026, 3, 10)
                days = (0, 1, -30, 30, -365, -7000, -12000, 365, -1, 7, -7, -25000)
                return [*((today + timedelta(days=day)).isoformat() for day in self._turned(days))]
            case "time":
                return ["9:30", "18:05", "0:00"]
            case "datetime":
                return ["2026-03-10 9:30", "2026-03-09 18:05", "2020-01-01 0:00"]
            case "acknowledge":
                return ["OK"]
            case "picture":
                return ["picture-1"]
            case _:
                return self._turned(_TEXTS)

    def _turned(self, some: tuple[Any, ...]) -> list[Any]:
        """The same answers, in the first walk in their order, in others in any."""
        return list(some) if not self._number else self._chance.sample(some, len(some))


def _without_places(path: str) -> str:
    return "/".join(step.partition("[")[0] for step in path.split("/"))
