"""Whatever is issued, fails, is backed up, restored, copied, given and synced, no number stands on two letters."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from models.casebook import STORE
from models.clock import FixedClock
from models.errors import Problem
from models.services.numbering import BLOCK_SIZE
from tests.conftest import NOW
from tests.models.services.installations import Installation, fail, found, issue, lose_power, sync

_TEMPLATES: dict[bool, Path] = {}
LONG = int(os.environ.get("JINMEN_BATTERY", "0"))


def _template(keeps: bool) -> Path:
    """A new casebook, made once for each kind and copied."""
    if keeps not in _TEMPLATES:
        _TEMPLATES[keeps] = Path(tempfile.mkdtemp(prefix="jmnumbers")) / "book"
        found(_TEMPLATES[keeps], FixedClock(NOW), keeps_numbers=keeps)
    return _TEMPLATES[keeps]


def teardown_module() -> None:
    """Leave nothing behind."""
    for folder in _TEMPLATES.values():
        shutil.rmtree(folder.parent)
    _TEMPLATES.clear()


class Office(RuleBasedStateMachine):
    """One office, of which one computer keeps the numbers."""

    laptops = Bundle("laptops")
    backups = Bundle("backups")

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="jmnumbers"))
        self.clock = FixedClock(NOW)
        self.open: list[Installation] = []
        self.printed: list[str] = []
        self.highest: dict[int, int] = {}  # year -> highest number ever given to anybody

    def teardown(self) -> None:
        for one in self.open:
            one.close()
        shutil.rmtree(self.home)

    def _add(self, folder: Path) -> Installation:
        self.open.append(Installation(folder, self.clock))
        self.open[-1].numbers.set_size(3, BLOCK_SIZE)
        return self.open[-1]

    def _room(self) -> Path:
        return self.home / f"laptop{len(self.open)}"

    def _keepers(self) -> list[Installation]:
        return [one for one in self.open if one.numbers.standing().keeper]

    def _given(self, one: Installation) -> None:
        standing = one.numbers.standing()
        last = [block.last for block in standing.blocks]
        self.highest[standing.year] = max([self.highest.get(standing.year, 0), *last])

    @initialize(target=laptops)
    def begin(self) -> object:
        shutil.copytree(_template(True), self._room())
        first = self._add(self._room())
        shutil.copytree(_template(False), self._room())
        return multiple(first, self._add(self._room()))

    @rule(one=laptops)
    def issues(self, one: Installation) -> None:
        self.clock.move(seconds=1)
        self.printed.append(issue(one.book))
        self._given(one)

    @rule(one=laptops)
    def fails(self, one: Installation) -> None:
        fail(one.book)
        self._given(one)

    @rule(one=laptops)
    def loses_power(self, one: Installation) -> None:
        lose_power(one)
        self._given(one)

    @rule(one=laptops, target=backups)
    def backs_up(self, one: Installation) -> bytes:
        return one.backup()

    @rule(one=laptops, backup=backups)
    def restores(self, one: Installation, backup: bytes) -> None:
        one.restore(backup)
        self._given(one)

    @precondition(lambda self: len(self.open) < 5)
    @rule(backup=backups, target=laptops)
    def restores_on_a_new_machine(self, backup: bytes) -> Installation:
        folder = self._room()
        folder.mkdir()
        (folder / STORE).write_bytes(backup)
        return self._add(folder)

    @precondition(lambda self: len(self.open) < 5)
    @rule(one=laptops, target=laptops)
    def copies(self, one: Installation) -> Installation:
        made = one.copy(self._room())
        made.close()
        return self._add(made.folder)

    @precondition(lambda self: len(self.open) < 5)
    @rule(target=laptops)
    def joins(self) -> Installation:
        shutil.copytree(_template(False), self._room())
        return self._add(self._room())

    @rule(one=laptops)
    def puts_back_an_old_folder(self, one: Installation) -> None:
        one.close()
        shutil.copytree(one.folder, self.home / "stick")
        one.open()
        self.printed.append(issue(one.book))
        self._given(one)
        one.close()
        shutil.rmtree(one.folder)
        shutil.copytree(self.home / "stick", one.folder)
        shutil.rmtree(self.home / "stick")
        one.open()

    @rule(one=laptops, other=laptops)
    def gives(self, one: Installation, other: Installation) -> None:
        holder = other.numbers.standing().holder
        try:
            code = one.numbers.give(holder)
        except Problem:
            return
        self._given(one)
        try:
            other.numbers.type_in(code)
        except Problem:
            return

    @rule(one=laptops, other=laptops)
    def syncs(self, one: Installation, other: Installation) -> None:
        if one is not other:
            sync(one.book, other.book)

    @rule(one=laptops)
    def takes_over_when_nobody_keeps_them(self, one: Installation) -> None:
        if not self._keepers():
            self.clock.move(seconds=1)
            standing = one.numbers.standing()
            one.numbers.take_over(max(self.highest.get(standing.year, 0) + 1, one.numbers.lowest_free()))
            self._given(one)

    @precondition(lambda self: self.clock.moment.year < NOW.year + 2)
    @rule()
    def a_year_goes_by(self) -> None:
        self.clock.move(days=366)

    @invariant()
    def no_number_twice(self) -> None:
        assert len(set(self.printed)) == len(self.printed), self.printed

    @invariant()
    def one_keeper_at_most(self) -> None:
        assert len(self._keepers()) <= 1


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=max(LONG // 20, 12),
    stateful_step_count=20,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)
