"""What people save in a history: residents, visits, corrections, links, erasures, each by the verbs of the program."""

from collections.abc import Callable

from models.errors import Problem
from models.services import links
from models.store.work import columns_from_wire
from tests.simulation.node import Node
from tests.simulation.world import Erasure, Person, World

_FIELDS = {
    "resident": ("note", "name", "former_name"),
    "phone": ("number", "whose"),
    "household": ("note", "book_number"),
    "visit": ("notes",),
    "fact": ("document_seen",),
}


def save(world: World, node: Node, kind: Callable[[World, Node], list[str]], dies_at: int | None = None) -> bool:
    """One verb; all of it is there afterwards, or nothing. Returns whether it is."""
    typed: list[str] = []
    before = set(node.held)
    try:
        world.does(node, kind.__name__, lambda: typed.extend(kind(world, node)), dies_at=dies_at)
    except Problem as trouble:
        world.tell(node.name, kind.__name__, "was declined:", type(trouble).__name__)
        return False
    fresh = [one for one in node.held if one not in before]
    world.counts["saves"] += bool(fresh)
    world.tell(node.name, kind.__name__, [one[:8] for one in fresh])
    if typed and fresh:
        values = {str(value) for one in fresh for value in world.ledger[one].values.values()}
        missing = [text for text in typed if text not in values]
        world.must(not missing, "I1", node.name, kind.__name__, "did not commit", missing)
    if kind in (amend, remove, settle):
        off = [one for one in fresh if world.ledger[one].values.get("dead")]
        world.must(world.knowing.issuperset(off), "I2", node.name, "removed without saying what stood there", off)
    if fresh and kind is register:
        world.must(len(fresh) == 5, "I7", node.name, "registered a part of a person")
    return bool(fresh)


def register(world: World, node: Node) -> list[str]:
    """A new resident with home and phone."""
    name, number, street = world.token(), world.token(), world.token()
    community = node.office.code if len(node.office.code) == 12 else world.nodes[_leaf(world, node)].office.code
    with node.book.verb("residents.register") as work:
        door = work.add("dwelling", {"community_code": community, "street_line": street})
        home = work.add("household", {"kind": "living", "dwelling_id": door})
        person = work.add("resident", {"name": name})
        work.add("membership", {"household_id": home, "resident_id": person, "counts": True})
        work.add("phone", {"resident_id": person, "number": number})
        work.reindex.add(person)
        world.people[person] = Person(person, [name, number])
    return [name, number, street]


def _leaf(world: World, node: Node) -> str:
    here = node
    while here.children:
        here = world.nodes[world.chance.choice(here.children)]
    return here.name


def amend(world: World, node: Node) -> list[str]:
    """A field of some record is changed."""
    chance = world.chance
    entity = chance.choice([one for one in _FIELDS if node.cells.entities.get(one)] or [""])
    rows = _found(world, node, entity)
    if not rows:
        return register(world, node)
    row = chance.choice(rows[-12:] if chance.random() < 0.5 else rows[:4])
    field, text = chance.choice(_FIELDS[entity]), world.token()
    _about(world, node, entity, row, text)
    with node.book.verb(f"{entity}s.amend") as work:
        work.amend(entity, row, {field: text})
    return [text]


def _about(world: World, node: Node, entity: str, row: str, text: str) -> None:
    """Remember what is about one person alone."""
    person = row if entity == "resident" else _value(world, node, row, "resident_id")
    if person in world.people:
        world.people[person].tokens.append(text)


def _value(world: World, node: Node, row: str, field: str) -> str:
    current = node.cells.current(row, field)
    return str(world.ledger[min(current)].values[field]) if current else ""


def _found(world: World, node: Node, entity: str) -> list[str]:
    """The records that somebody can find here: not blank, and not about anybody of whose erasure this node knows."""
    rows = list(node.cells.entities.get(entity, {}))
    known = {e.resident for e in world.erasures if any(one in node.held for one in e.operations)}
    blank = {world.ledger[one].row for one, _ in node.erased()} | known
    if not blank:
        return rows
    whose = ("resident_id", "subject_id")
    return [r for r in rows if r not in blank and not known & {_value(world, node, r, name) for name in whose}]


def remove(world: World, node: Node) -> list[str]:
    """A record is taken off, or comes back: a value like any other."""
    chance = world.chance
    entity = chance.choice(("phone", "visit", "household", "resident"))
    rows = _found(world, node, entity)
    if not rows:
        return register(world, node)
    with node.book.verb(f"{entity}s.remove") as work:
        work.amend(entity, chance.choice(rows), {"dead": chance.random() < 0.7})
    return []


def note(world: World, node: Node) -> list[str]:
    """A visit or a fact is added."""
    chance = world.chance
    people = _found(world, node, "resident")
    homes = list(node.cells.entities.get("household", {}))
    if not people:
        return register(world, node)
    text = world.token()
    if chance.random() < 0.5 and homes:
        with node.book.verb("visits.record") as work:
            work.add("visit", {"household_id": chance.choice(homes), "notes": text, "at": work.now})
    else:
        person = chance.choice(people)
        world.people[person].tokens.append(text)
        with node.book.verb("facts.state") as work:
            told = {"subject_kind": "resident", "subject_id": person, "name": "dibao", "document_seen": text}
            work.add("fact", {**told, "value": {"v": chance.random() < 0.5}, "at": work.now})
    return [text]


def settle(world: World, node: Node) -> list[str]:
    """Somebody chooses among the versions of a field."""
    open_ones = sorted(node.conflicts())
    if not open_ones:
        return amend(world, node)
    row, field = world.chance.choice(open_ones)
    entity = next(entity for entity, rows in node.cells.entities.items() if row in rows)
    erased = node.erased()
    chosen = world.chance.choice(sorted(one for one in node.cells.current(row, field) if (one, field) not in erased))
    with node.book.verb("sync.settle") as work:
        value = world.ledger[chosen].values[field]
        if field == "dead":  # what was written in a removed record meanwhile says that it is kept
            value = world.chance.random() < 0.5
        values = columns_from_wire(entity, {field: value})
        work.amend(entity, row, values, settle=True)
    world.counts["conflicts settled"] += 1
    return []


def _two_people(world: World, node: Node) -> list[str]:
    people = _found(world, node, "resident")
    return world.chance.sample(people, 2) if len(people) > 1 else []


def link(world: World, node: Node) -> list[str]:
    """Two residents are said to be one person, or two after all."""
    pair = _two_people(world, node)
    if not pair:
        return register(world, node)
    for one in pair:
        world.people[one].linked = True
    with node.book.verb("merging.merge") as work:
        links.say(work, *pair, active=world.chance.random() < 0.8)
    return []


def merge(world: World, node: Node) -> list[str]:
    """Two records are made one, with everything that belongs to them; or that is taken back."""
    pair = _two_people(world, node)
    if not pair:
        return register(world, node)
    one, other = pair
    world.people[one].linked = world.people[other].linked = True
    node.merging.merge(one, other)
    return []


def unmerge(world: World, node: Node) -> list[str]:
    """A merge is taken back."""
    rows = list(node.cells.entities.get("person_link", {}))
    if not rows:
        return merge(world, node)
    row = world.chance.choice(rows)
    node.merging.undo(_value(world, node, row, "a_id"), _value(world, node, row, "b_id"))
    return []


def erase(world: World, node: Node) -> list[str]:
    """Somebody is erased on request."""
    people = _found(world, node, "resident")
    if not people:
        return register(world, node)
    person = world.chance.choice(people)
    before = set(node.held)
    try:
        node.rights.erase(person, "asked")
    finally:
        if node.corpse is None:
            world.learn(node)
    said = [one for one in node.held if one not in before and world.ledger[one].entity == "erasure"]
    if said:
        world.erasures.append(Erasure(person, tuple(said)))
        world.counts["erasures"] += 1
    return []


SAVES = (
    (register, 14),
    (amend, 52),
    (note, 12),
    (remove, 5),
    (settle, 6),
    (link, 2),
    (merge, 2),
    (unmerge, 1),
    (erase, 3),
)
