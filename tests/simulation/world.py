"""Four laptops, two streets and a district with their files under way: what happens to them and what must hold."""

import hashlib
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

from sqlmodel import SQLModel

from models.errors import BatchRefused
from models.services import partners
from models.services.views import Office
from models.store import chains, device_mark
from models.store.engine import open_sqlite
from models.store.work import write_meta
from models.sync import batch as batches
from models.sync.card import Card, key_id
from tests.simulation.fate import Time, WrongClock, in_the_hands_of, keys_of
from tests.simulation.model import Said, expected, unreached
from tests.simulation.node import KEY, PROGRAM_RESTORE_KEEPS, STORE, Image, Node, burning

OFFICES = {
    "D": ("120101", "和平区", ""),
    "S1": ("120101001", "劝业场街道", "D"),
    "S2": ("120101002", "小白楼街道", "D"),
    "L1": ("120101001001", "花园路社区", "S1"),
    "L2": ("120101001002", "滨江道社区", "S1"),
    "L3": ("120101002001", "开封道社区", "S2"),
    "L4": ("120101002002", "大沽路社区", "S2"),
}
"""Office code, name and parent of each node."""


class Wrong(AssertionError):  # noqa: N818  # what the trace says of it
    """Something that must always hold does not: the program lost the proof."""


@dataclass(frozen=True)
class Mail:
    """A file under way."""

    name: str
    kind: str  # batch or receipt
    data: bytes
    sender: str
    to: str
    ids: tuple[str, ...]  # operations in it


@dataclass(frozen=True)
class Erasure:
    """Somebody was erased on request."""

    resident: str
    operations: tuple[str, ...]  # the entries of the ledger that say so


@dataclass
class Person:
    """A resident as the harness knows them: every text that was ever typed about them alone."""

    id: str
    tokens: list[str] = field(default_factory=list)
    linked: bool = False  # ever said to be the same as somebody


def memory_folder() -> Path:
    """A folder that lies in memory where there is such a place."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="jinmen-sim-", dir=shared if shared.is_dir() else None))


_TEMPLATES: dict[str, bytes] = {}


def _templates() -> dict[str, bytes]:
    """The empty casebooks of all nodes, which trust their neighbours; made once in a process."""
    if _TEMPLATES:
        return _TEMPLATES
    folder = memory_folder()
    try:
        keys = {name: keys_of(name) for name in OFFICES}
        for name, (_, _, parent) in OFFICES.items():
            engines = open_sqlite(folder / f"{name}.db", KEY)
            SQLModel.metadata.create_all(engines.writer)
            near = [parent] * bool(parent) + [other for other, said in OFFICES.items() if said[2] == name]
            with engines.writer.begin() as connection:
                device = {"id": f"00000000-0000-7000-8000-{ord(name[0]):06d}{name[1:]:0>6}", "seq": 0, "last": ""}
                write_meta(connection, "device", {**device, "clock": 0})
                write_meta(connection, "device_keys", keys[name])
                for other in near:
                    other_code, other_title, _ = OFFICES[other]
                    kind: Literal["device", "office"] = "device" if len(other_code) == 12 else "office"
                    sign, seal = keys[other]["sign_public"], keys[other]["age_public"]
                    partners.trust(connection, Card(key_id(sign, seal), kind, other_code, other_title, sign, seal), 0)
            engines.close()
            _TEMPLATES[name] = (folder / f"{name}.db").read_bytes()
    finally:
        shutil.rmtree(folder)
    return _TEMPLATES


class World:
    """All nodes, the files under way, and what the harness knows of both."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.time = Time()
        self.folder = memory_folder()
        self.nodes: dict[str, Node] = {}
        self.under_way: list[Mail] = []
        self.archive: list[Mail] = []  # every file that was ever written
        self.ledger: dict[str, Said] = {}  # every operation that was ever committed anywhere
        self.knowing: set[str] = set()  # removals that name all that stood in their record
        self.destroyed: set[str] = set()  # operations whose last disk was destroyed
        self.erasures: list[Erasure] = []
        self.people: dict[str, Person] = {}
        self.counts: Counter[str] = Counter()
        self.trace: list[str] = []
        self.tokens = 0
        self.step = 0
        self._written: list[tuple[str, ...]] = []  # operations of the files that are being written
        self._acting: Node | None = None
        for name, (code, title, parent) in OFFICES.items():
            keys = keys_of(name)
            node = Node(
                name,
                self.folder / name,
                Office(code=code, name=title, letter_mark=""),
                key_id(keys["sign_public"], keys["age_public"]),
                parent,
                f"disk of {name}",
                [other for other, said in OFFICES.items() if said[2] == name],
                self.time,
                WrongClock(self.time),
            )
            node.folder.mkdir()
            (node.folder / STORE).write_bytes(_templates()[name])
            node.start()
            node.begin_work()
            self.nodes[name] = node
        self.scoped: list[str] = []  # laptops that are sent the records of their own community alone
        self.pair: tuple[str, str] | None = None  # the office and one of these between which most happens, if any
        self.names = {node.key: node.name for node in self.nodes.values()}

    @classmethod
    @contextmanager
    def of(cls, seed: int) -> Iterator["World"]:
        """A world whose time and chance are its own, taken away again at the end."""
        fate = random.Random(f"fate {seed}")
        world: World | None = None
        with in_the_hands_of(random.Random(0), Time()):  # cards are made for the same boxes
            _templates()
        world = cls(seed)
        try:
            with in_the_hands_of(fate, world.time), world._watched():
                yield world
        finally:
            for node in world.nodes.values():
                node.stop()
            shutil.rmtree(world.folder, ignore_errors=True)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """See what goes into files, before it is sealed."""
        write_lines = batches.write_lines

        def watched(operations: Sequence[Any], **said: Any) -> list[bytes]:
            lines = write_lines(operations, **said)
            self._written.append(tuple(operation["id"] for operation in operations))
            assert self._acting is not None
            self.look_for_erased(self._acting, lines)
            return lines

        small = batches.MAX_OPERATIONS if self.seed % 3 else 9  # so that an export has several files
        with patch.object(batches, "write_lines", watched), patch.object(batches, "MAX_OPERATIONS", small):
            yield

    def scope(self, laptops: Sequence[str]) -> None:
        """Send some laptops the records of their own community alone."""
        self.scoped = list(laptops)
        for name in laptops:
            laptop = self.nodes[name]
            self.nodes[laptop.parent].sync.set_scope(laptop.key, [laptop.office.code])

    # Telling.

    def tell(self, *words: object) -> None:
        self.trace.append(f"{self.step:03d} " + " ".join(str(word) for word in words))

    def trace_hash(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def token(self) -> str:
        """A text that was never typed before."""
        self.tokens += 1
        return f"打{self.tokens:05d}字"

    def must(self, holds: bool, *words: object) -> None:
        if not holds:
            raise Wrong(f"seed {self.seed}, step {self.step}: " + " ".join(str(word) for word in words))

    # Doing something on a node.

    def does(
        self, node: Node, what: str, act: Callable[[], Any], *, dies_at: int | None = None, whole: Sequence[str] = ()
    ) -> Any:
        """Let a node do something, perhaps die over it, and learn what it committed. Returns None where it died.

        Whole: operations of which, whatever happens, all or none must be there.
        """
        self._acting, self._written = node, []
        node.device_before = str(node.meta("device").get("id"))
        before = set(node.held)
        result = None
        try:
            with burning(node, dies_at):
                result = act()
        except BaseException:  # Died, or what the program made of it on its way out
            if node.corpse is None:
                raise
            self.counts["crashes"] += 1
            self.counts[f"crashes: {what}"] += 1
            node.bury()
            node.begin_work()
            self.tell(node.name, "died over", what)
            self.learn(node)
            fresh = [one for one in whole if one not in before]
            there = [one for one in fresh if one in node.held]
            self.must(not there or len(there) == len(fresh), "I7", node.name, "took in a part of a file")
            self.check_tables(node, "I7")
            return None
        self.learn(node)
        return result

    def learn(self, node: Node) -> None:
        """Read what came into the log of a node and compare it with what is known."""
        own = {node.device_before, str(node.meta("device").get("id"))}  # an import may end under a new one
        node.latest_now = max(node.latest_now, int(node.clock.now().timestamp() * 1000))
        for said, arrival, blanked in list(node.arrived(node.seen)):
            node.seen = max(node.seen, arrival)
            if said.id not in self.ledger:
                self._first_seen(node, said, own, blanked)
            node.held[said.id] = None
            node.ever_held.add(said.id)
            node.cells.add(self.ledger[said.id])
        self.must(len(node.held) == node.size()[0], "I4", node.name, "has operations that never arrived")

    def _first_seen(self, node: Node, said: Said, own: set[str], blanked: bool) -> None:
        self.must(not blanked, "I1", node.name, "blanked a value before anybody saw it", said)
        earlier = {self.ledger[one].device for one in node.held}
        self.must(said.device in own | earlier, "I1", node.name, "holds what nobody said", said)
        node.saves += 1
        most = (node.latest_now << 12) + node.saves
        self.must(said.clock <= most, "I9", node.name, "has a clock that others drag", said.clock, most)
        for name, replaced in said.replaces.items():
            current = node.cells.current(said.row, name)
            if name == "dead" and replaced != current:  # a removal names everything that stands; a merge need not
                current = node.cells.standing(said.row)
                self.knowing.add(said.id)
            self.must(replaced == current, "I2", node.name, said.row, name, "replaces", replaced, "and not", current)
        self.ledger[said.id] = said
        self.counts["values typed"] += len(said.values)

    # Files.

    def export(self, node: Node, to: str, *, dies_at: int | None = None, most: int = 0) -> list[Mail]:
        """Write files for a neighbour. Most: how many changes a file may have, where that is fewer than usual."""
        partner = self.nodes[to].key

        def write() -> list[Path]:
            return node.sync.export(node.stick, to=partner)

        with patch.object(batches, "MAX_OPERATIONS", most or batches.MAX_OPERATIONS):
            done = self.does(node, "export", write, dies_at=dies_at)
        paths = sorted(node.stick.glob("*.jmb"))  # what a dead process left on the stick is carried all the same
        if done is None:
            self.counts["files of dead exports"] += len(paths)
        else:
            self.must(paths == [one for one in done if one.suffix == ".jmb"], "I7", node.name, "wrote other files")
        written = self._written + [()] * len(paths)
        mails = [self._mail("batch", node.name, to, path.read_bytes(), written[at]) for at, path in enumerate(paths)]
        for path in node.stick.iterdir():
            path.unlink()
        self.tell(node.name, "exports to", to, [len(mail.ids) for mail in mails])
        return mails

    def receipt(self, node: Node, to: str) -> Mail:
        path = self.does(node, "receipt", lambda: node.sync.write_receipt(node.stick, to=self.nodes[to].key))
        mail = self._mail("receipt", node.name, to, path.read_bytes(), ())
        path.unlink()
        self.tell(node.name, "answers", to)
        return mail

    def _mail(self, kind: str, sender: str, to: str, data: bytes, ids: tuple[str, ...]) -> Mail:
        mail = Mail(f"{len(self.archive):05d}", kind, data, sender, to, ids)
        self.archive.append(mail)
        self.counts["files written"] += 1
        return mail

    def take_in(
        self, node: Node, mail: Mail, *, data: bytes | None = None, dies_at: int | None = None, bad: bool = False
    ) -> bool:
        """Give a file to a node; returns whether it was taken in. Bad: it must be refused."""
        ending = "jmb" if mail.kind == "batch" else "jmr"
        path = node.inbox / f"{mail.name}.{ending}"
        path.write_bytes(mail.data if data is None else data)
        act = node.sync.apply if mail.kind == "batch" else node.sync.read_receipt
        before = node.size()
        try:
            done = self.does(
                node,
                "import" if mail.kind == "batch" else "reading a receipt",
                lambda: act(path),
                dies_at=dies_at,
                whole=() if bad else mail.ids,
            )
            refused = False
        except BatchRefused as refusal:
            self.must(bad, "I8", node.name, "refused a good file", mail.name, refusal.facts)
            self.must(node.size() == before, "I7", node.name, "changed by a refused file")
            self.counts["files refused"] += 1
            done, refused = None, True
        path.unlink(missing_ok=True)
        if bad:
            self.must(refused or done is None, "I7", node.name, "took in a damaged file", mail.name)
            return False
        if done is None:
            return False
        self.counts["imports" if mail.kind == "batch" else "receipts read"] += 1
        if mail.kind == "batch":
            missing = [one for one in mail.ids if one not in node.held]
            self.must(not missing, "I1", node.name, "took in", mail.name, "without", missing)
        self.check_claims(node)
        self.tell(node.name, "takes in", mail.name, mail.kind, len(node.held), node.erased().__len__())
        return True

    # Disks.

    def restore(self, node: Node, image: Image, *, by_program: bool) -> None:
        """Put an old state in the place of a node's disk."""
        before, device = set(node.held), node.meta("device").get("id")
        node.become(image, keep=PROGRAM_RESTORE_KEEPS if by_program else ())
        if by_program:
            device_mark.change(node.folder)
        node.forget()
        node.begin_work()
        self.learn(node)
        lost = before - set(node.held)
        for one in lost:
            if not any(one in other.held for other in self.nodes.values()):
                self.destroyed.add(one)
        self.counts["operations whose last disk was destroyed"] = len(self.destroyed)
        how = "from a backup" if by_program else "from a disk image"
        self.counts[f"restores {how}{', hub' if node.children else ''}"] += 1
        self.tell(node.name, "restored", how, "lacks", len(lost))
        if by_program:
            self.must(node.meta("device").get("id") != device, "I4", node.name, "kept its device after a restore")

    def copy(self, node: Node, *, same_disk: bool) -> Node:
        """A second computer with the files of a node, both alive. Same disk: as an image shows it, nothing tells."""
        image = node.image()
        twin = Node(
            node.name + "b",
            self.folder / (node.name + "b"),
            node.office,
            node.key,
            node.parent,
            node.disk if same_disk else "another disk",
            [],
            self.time,
            WrongClock(self.time),
            ever_held=node.ever_held,
        )
        for name, data in image.files.items():
            (twin.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (twin.folder / name).write_bytes(data)
        twin.start()
        self.nodes[twin.name] = twin
        twin.begin_work()
        self.learn(twin)
        self.tell(twin.name, "is a copy of", node.name)
        return twin

    # What must hold at every moment.

    def check_claims(self, node: Node) -> None:
        """I10: nobody is believed to hold what they never held."""
        for key, holds in node.eye.execute("SELECT id, holds FROM peer").fetchall():
            other = self.nodes[self.names[key]]
            for ends in json.loads(holds).values():
                for _, one in ends:
                    self.must(one in other.ever_held, "I10", node.name, "believes that", other.name, "holds", one)

    def look_for_erased(self, node: Node, lines: Sequence[bytes]) -> None:
        """No file of a node that knows of an erasure carries what was erased."""
        known = [erasure for erasure in self.erasures if any(one in node.held for one in erasure.operations)]
        if not known:
            return
        text = b"\n".join(lines).decode()
        for erasure in known:
            for token in self.gone(erasure):
                self.must(token not in text, "Erasure", node.name, "writes what was erased", token, erasure.resident)

    def gone(self, erasure: Erasure) -> list[str]:
        """What must not be found anywhere after an erasure."""
        person = self.people[erasure.resident]
        return [] if person.linked else person.tokens

    def check_tables(self, node: Node, name: str) -> None:
        """I2: heads, typed rows and conflicts are what the model says."""
        erased = node.erased()
        wanted = expected(node.cells, self.ledger, erased)
        heads = node.heads()
        self.must(heads == wanted.heads, name, node.name, "heads", sorted(heads ^ wanted.heads)[:3])
        found = node.conflicts()
        self.must(found == wanted.conflicts, name, node.name, "conflicts", sorted(found ^ wanted.conflicts)[:3])
        for entity, rows in node.cells.entities.items():
            table = node.table(entity)
            self.must(set(table) == set(rows), name, node.name, "rows of", entity, set(table) ^ set(rows))
        tables = {row: values for entity in node.cells.entities for row, values in node.table(entity).items()}
        for (row, place), value in wanted.shown.items():
            found_value = tables[row][place]
            self.must(found_value == value, name, node.name, row, place, "shows", found_value, "and not", value)

    def held_chains(self, node: Node) -> None:
        """I4: what the program says of holes is what its log says."""
        with node.book.reading() as connection:
            tips = chains.tips(connection)
        by_device: dict[str, list[tuple[str, str]]] = {}
        for one in node.held:
            known = self.ledger[one]
            by_device.setdefault(known.device, []).append((known.id, known.prev))
        loose = {device: unreached(said) for device, said in by_device.items()}
        own = node.meta("device")["id"]
        told = {device: state["loose"] for device, state in node.meta("held").items()}
        for device, said in by_device.items():
            inner = {prev for one, prev in said if one not in loose[device]}
            ends = {one for one, _ in said if one not in loose[device] and one not in inner}
            found = {one for _, one in tips.get(device, [])}
            self.must(found == ends, "I4", node.name, "tips of", device, found, ends)
            if device != own:
                self.must(told[device] == len(loose[device]), "I4", node.name, "hides a hole of", device)
