"""The same world driven by Hypothesis: it chooses what happens, and shortens to the least steps what goes wrong."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.simulation import history, saves
from tests.simulation.node import Node
from tests.simulation.world import World

_NODES = st.sampled_from(["L1", "L2", "L3", "L4", "S1", "S2", "D"])
_SAVES = st.sampled_from([saves.register, saves.amend, saves.amend, saves.amend, saves.note, saves.remove,
                          saves.settle, saves.link, saves.erase])  # fmt: skip
_DIES = st.none() | st.integers(1, 60)
_QUIET = settings(
    database=None,  # nothing is left on the disk
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


class Exchange(RuleBasedStateMachine):
    """Offices and laptops; each rule is something that happens."""

    def __init__(self) -> None:
        super().__init__()
        self._entered = World.of(0)
        self.world = self._entered.__enter__()

    @initialize(scoped=st.sets(st.sampled_from(["L1", "L2", "L3", "L4"]), max_size=2))
    def begin(self, scoped: set[str]) -> None:
        self.world.scope(sorted(scoped))

    def node(self, name: str) -> Node:
        self.world.step += 1
        self.world.time.passes(600)
        return self.world.nodes[name]

    @rule(name=_NODES, kind=_SAVES, dies=_DIES)
    def saves(self, name: str, kind: Any, dies: int | None) -> None:
        saves.save(self.world, self.node(name), kind, dies)

    @rule(name=_NODES, up=st.booleans(), dies=_DIES)
    def writes_files(self, name: str, up: bool, dies: int | None) -> None:
        node = self.node(name)
        near = [node.parent] if node.parent and (up or not node.children) else node.children
        for to in near:
            self.world.under_way += self.world.export(node, to, dies_at=dies)

    @rule(name=_NODES)
    def answers(self, name: str) -> None:
        node = self.node(name)
        self.world.under_way += [self.world.receipt(node, to) for to in node.partners()]

    @precondition(lambda self: self.world.under_way)
    @rule(which=st.integers(0, 40), twice=st.booleans(), dies=_DIES)
    def file_arrives(self, which: int, twice: bool, dies: int | None) -> None:
        mail = self.world.under_way[which % len(self.world.under_way)]
        if self.world.take_in(self.node(mail.to), mail, dies_at=dies) and not twice:
            self.world.under_way.remove(mail)

    @precondition(lambda self: self.world.under_way)
    @rule(which=st.integers(0, 40))
    def file_is_lost(self, which: int) -> None:
        self.world.under_way.pop(which % len(self.world.under_way))

    @precondition(lambda self: self.world.under_way)
    @rule(which=st.integers(0, 40), cut=st.integers(0, 5000))
    def file_is_damaged(self, which: int, cut: int) -> None:
        mail = self.world.under_way[which % len(self.world.under_way)]
        at = cut % len(mail.data)
        data = mail.data[:at] + bytes([mail.data[at] ^ 1]) + mail.data[at + 1 :] if cut % 2 else mail.data[:at]
        self.world.take_in(self.node(mail.to), mail, data=data, bad=True)

    @rule(name=_NODES)
    def is_backed_up(self, name: str) -> None:
        self.node(name).back_up()

    @precondition(lambda self: any(node.images for node in self.world.nodes.values()))
    @rule(which=st.integers(0, 20), by_program=st.booleans())
    def is_restored(self, which: int, by_program: bool) -> None:
        found = [(node, image) for node in self.world.nodes.values() for image in node.images]
        node, image = found[which % len(found)]
        self.world.restore(node, image, by_program=by_program)

    @rule(name=_NODES, days=st.sampled_from([-400, 0, 0, 1, 900]))
    def clock_is_wrong(self, name: str, days: int) -> None:
        self.node(name).clock.days_off = days

    def teardown(self) -> None:
        """Late files, honest exchange, and every invariant, whatever came before."""
        try:
            history.finish(self.world)
        finally:
            self._entered.__exit__(None, None, None)


def short_form() -> None:
    """For the tests."""
    run_state_machine_as_test(Exchange, settings=settings(_QUIET, max_examples=5, stateful_step_count=15))


def long_form(examples: int = 200, steps: int = 40) -> int:
    """For ./run simulate --machine; returns the exit code. The failure, shortened, is raised."""
    run_state_machine_as_test(
        Exchange, settings=settings(_QUIET, max_examples=examples, stateful_step_count=steps, print_blob=True)
    )
    print(f"{examples} examples of up to {steps} steps: every invariant holds")
    return 0
