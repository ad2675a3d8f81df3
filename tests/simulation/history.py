"""One seed is one history: work, files, accidents; then late files; then honest exchange until nothing changes."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import Problem
from models.services import links
from models.store import importing
from tests.simulation.node import Node
from tests.simulation.world import Erasure, Mail, Person, World, Wrong

STEPS = 140
MOST_ROUNDS = 12
_FIELDS = {
    "resident": ("note", "name", "former_name"),
    "phone": ("number", "whose"),
    "household": ("note", "book_number"),
    "visit": ("notes",),
    "fact": ("document_seen",),
}


@dataclass(frozen=True)
class Outcome:
    """What became of one seed."""

    seed: int
    trace: tuple[str, ...]
    trace_hash: str
    counts: Counter[str]
    wrong: str = ""  # "" where every invariant held


def run(seed: int, steps: int = STEPS) -> Outcome:
    """Live through the history of a seed and check everything."""
    with World.of(seed) as world:
        wrong = ""
        try:
            if world.chance.random() < 0.5 or not seed % 3:
                world.scope(sorted(world.chance.sample(["L1", "L2", "L3", "L4"], world.chance.randint(1, 4))))
            for world.step in range(1, steps + 1):
                step(world)
            world.step = steps + 1
            finish(world)
        except Wrong as found:
            wrong = str(found)
        except Exception as fault:  # the program must not fail either
            wrong = f"seed {seed}, step {world.step}: {type(fault).__name__}: {fault}"
            world.tell("failed:", _where(fault))
        return Outcome(seed, tuple(world.trace), world.trace_hash(), world.counts, wrong)


def _where(fault: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(fault)[-3:])


# One step.


def step(world: World) -> None:
    """Something happens somewhere."""
    chance = world.chance
    world.time.passes(chance.expovariate(1 / 900))
    kind = chance.choices(*zip(*_STEPS, strict=True))[0]
    kind(world)


def work(world: World) -> None:
    """Somebody saves something: mostly on a laptop."""
    chance = world.chance
    node = world.nodes[chance.choices(list(world.nodes), (1, 2, 2, 5, 5, 5, 5))[0]]
    save(world, node, chance.choices(*zip(*_SAVES, strict=True))[0], _dies(chance))


def carry_out(world: World) -> None:
    """Somebody writes files for a neighbour, mostly upwards; a stick may be lost at once."""
    chance = world.chance
    node = chance.choice(list(world.nodes.values()))
    up = node.parent and (not node.children or chance.random() < 0.5)
    to = node.parent if up else chance.choice(node.children)
    mails = world.export(node, to, dies_at=_dies(chance)) if chance.random() < 0.8 else [world.receipt(node, to)]
    for mail in mails:
        if chance.random() < 0.12:
            world.counts["files lost"] += 1
            world.tell("lost", mail.name)
        else:
            world.under_way.append(mail)


def arrive(world: World) -> None:
    """A file arrives: whole, twice, damaged, or at the wrong office; whichever of those under way."""
    chance = world.chance
    if not world.under_way:
        carry_out(world)
        return
    mail = world.under_way.pop(chance.randrange(len(world.under_way)))
    luck = chance.random()
    if luck < 0.12:
        world.counts["files duplicated"] += 1
        world.under_way.append(mail)
    if luck > 0.94:
        _damaged(world, mail)
        return
    if luck > 0.90:
        _astray(world, mail)
        return
    if not world.take_in(world.nodes[mail.to], mail, dies_at=_dies(chance)):
        world.under_way.append(mail)  # died over it: the file is still there


def _damaged(world: World, mail: Mail) -> None:
    chance = world.chance
    node = world.nodes[mail.to]
    if chance.random() < 0.5:
        data = mail.data[: chance.randrange(len(mail.data))]
        world.counts["files cut"] += 1
    else:
        at, bit = chance.randrange(len(mail.data)), 1 << chance.randrange(8)
        data = mail.data[:at] + bytes([mail.data[at] ^ bit]) + mail.data[at + 1 :]
        world.counts["files flipped"] += 1
    world.take_in(node, mail, data=data, bad=True)
    world.tell("damaged", mail.name)
    if chance.random() < 0.6:  # it is brought again
        world.under_way.append(mail)


def _astray(world: World, mail: Mail) -> None:
    other = world.chance.choice([name for name in world.nodes if name != mail.to])
    world.counts["files to the wrong office"] += 1
    world.take_in(world.nodes[other], mail, bad=True)
    world.tell("astray", mail.name, "at", other)
    world.under_way.append(mail)


def old_file(world: World) -> None:
    """A file of long ago turns up again."""
    if world.archive:
        mail = world.chance.choice(world.archive)
        world.counts["old files again"] += 1
        world.take_in(world.nodes[mail.to], mail, dies_at=_dies(world.chance))


def back_up(world: World) -> None:
    world.chance.choice(list(world.nodes.values())).back_up()


def disk(world: World) -> None:
    """A disk is replaced by an older state of it: by the program from a backup, or as a bare image."""
    chance = world.chance
    node = chance.choice([node for node in world.nodes.values() if node.images] or [None])
    if node is None:
        back_up(world)
        return
    world.restore(node, chance.choice(node.images), by_program=chance.random() < 0.5)


def turn_clock(world: World) -> None:
    chance = world.chance
    node = chance.choice(list(world.nodes.values()))
    node.clock.days_off = chance.choice([0, 0, chance.uniform(-400, 900), chance.uniform(-1, 1)])
    world.tell(node.name, "turns its clock by", round(node.clock.days_off), "days")


_STEPS: tuple[tuple[Callable[[World], None], int], ...] = (
    (work, 40),
    (carry_out, 22),
    (arrive, 25),
    (old_file, 4),
    (back_up, 4),
    (disk, 3),
    (turn_clock, 2),
)


def _dies(chance: random.Random) -> int | None:
    """After how many statements the process dies over what it is going to do; mostly it does not."""
    return chance.randint(1, 45) if chance.random() < 0.08 else None


# Saves.


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
        from models.store.work import columns_from_wire

        values = columns_from_wire(entity, {field: world.ledger[chosen].values[field]})
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
    for one in pair:
        world.people[one].linked = True
    node.merging.merge(*pair)
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


_SAVES = (
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


# The end.


def finish(world: World) -> None:
    """Late files, honest exchange until nothing changes, and every invariant."""
    late, world.under_way = world.under_way, []
    world.chance.shuffle(late)
    for mail in late:
        world.take_in(world.nodes[mail.to], mail)
    for node in world.nodes.values():
        node.clock.days_off = 0
    told: dict[tuple[str, str], object] = {}
    for _ in range(MOST_ROUNDS):
        before = {name: (node.size(), node.meta("device")["id"]) for name, node in world.nodes.items()}
        honest_round(world, told)
        world.counts["rounds until rest"] += 1
        if before == {name: (node.size(), node.meta("device")["id"]) for name, node in world.nodes.items()}:
            break
    else:
        raise Wrong(f"seed {world.seed}: the exchange does not come to rest")
    check(world)


def honest_round(world: World, told: dict[tuple[str, str], object]) -> None:
    """Everybody gives everybody near what they have for them, or says what they hold; each file arrives.

    Told: what was the state of both when one last told the other; nothing is said twice.
    """
    ways = [(child, world.nodes[child.parent]) for child in reversed(world.nodes.values()) if child.parent]
    for giver, taker in [*ways, *((taker, giver) for giver, taker in reversed(ways))]:
        world.time.passes(60)
        if giver.name == taker.parent and any(one.key == taker.key for one in world.nodes.values() if one is not taker):
            world.take_in(giver, world.receipt(taker, giver.name))  # the office hears the one who stands before it
        mails = world.export(giver, taker.name)
        states = (giver.size(), taker.size(), giver.meta("device")["id"])
        if not mails and told.get((giver.name, taker.name)) != states:
            mails = [world.receipt(giver, taker.name)]
        for mail in mails:
            world.take_in(taker, mail)
        told[giver.name, taker.name] = (giver.size(), taker.size(), giver.meta("device")["id"])


def check(world: World) -> None:
    """All invariants, on a world at rest."""
    district = world.nodes["D"]
    erased = district.erased()
    effective = [erasure for erasure in world.erasures if any(one in district.held for one in erasure.operations)]
    for one in world.ledger:
        world.must(one in district.held or one in world.destroyed, "I1", "lost", world.ledger[one])
    may_be_blank = _may_be_blank(world)
    for one, _name in erased:
        world.must(one in may_be_blank, "I1", "blanked without need", world.ledger[one])
    shown = {}
    for said, _, _ in district.arrived(0):
        known = world.ledger[said.id]
        for name, value in said.values.items():
            if (said.id, name) not in erased:
                world.must(value == known.values[name], "I1", "changed", name, known)
        shown[said.id] = said
    tables = {entity: district.table(entity) for entity in district.cells.entities}
    for node in world.nodes.values():
        if node.name in world.scoped:
            in_scope(world, node, tables)
        else:
            world.must(set(node.held) == set(district.held), "I3", node.name, "and the district hold different logs")
            for entity, rows in tables.items():
                world.must(node.table(entity) == rows, "I3", node.name, "differs from the district in", entity)
        blanked = {(one, name) for one, name in erased if one in node.held}
        found = node.erased()
        world.must(found == blanked, "I3", node.name, "blanked others", sorted(found ^ blanked)[:5])
        world.check_tables(node, "I2")
        world.held_chains(node)
        world.check_claims(node)
    links_end(world, district)
    holes = {world.ledger[one].prev for one in district.held} - set(district.held) - {""}
    world.must(holes <= world.destroyed, "I4", "a hole is left", holes - world.destroyed)
    world.counts["holes that nothing can fill"] += len(holes)
    world.counts["operations at rest"] += len(district.held)
    world.counts["conflicts kept"] += len(district.conflicts())
    by_place = Counter((said.device, said.seq) for said in world.ledger.values())
    world.counts["forks healed"] += len({device for (device, _), n in by_place.items() if n > 1})
    tokens = [token for erasure in effective for token in world.gone(erasure)]
    for node in world.nodes.values():
        if tokens:
            found = node.says_anywhere(lambda text: any(token in text for token in tokens))
            world.must(not found, "Erasure", node.name, "still says what was erased in", found)
    some = world.chance.choice(list(world.nodes.values()))
    rebuilt(world, some)
    again(world)


def in_scope(world: World, laptop: Node, tables: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """I3 for a laptop with a scope: it holds all of every record of its community, row by row as the district does."""
    district = world.nodes["D"]
    alive = {entity: {row: said for row, said in rows.items() if not said["dead"]} for entity, rows in tables.items()}
    doors = {row for row, said in alive.get("dwelling", {}).items() if said["community_code"] == laptop.office.code}
    homes = {row for row, said in alive.get("household", {}).items() if said["dwelling_id"] in doors}
    members = {row for row, said in alive.get("membership", {}).items() if said["household_id"] in homes}
    people = {alive["membership"][row]["resident_id"] for row in members} & set(alive.get("resident", {}))
    wanted = {"dwelling": {alive["household"][home]["dwelling_id"] for home in homes}, "household": homes}
    wanted |= {"membership": members, "resident": people}
    for entity in ("phone", "fact", "visit", "erasure"):
        whose = {"phone": "resident_id", "fact": "subject_id", "visit": "household_id"}.get(entity)
        about = people | homes
        rows = alive.get(entity, {})
        wanted[entity] = {row for row, said in rows.items() if whose is None or said[whose] in about}
    told = {row for rows in wanted.values() for row in rows}
    of_scope = {one for one in district.held if world.ledger[one].row in told}
    missing = of_scope - set(laptop.held)
    world.must(not missing, "I3", laptop.name, "lacks", [world.ledger[one] for one in sorted(missing)[:3]])
    for entity, rows in wanted.items():
        mine = laptop.table(entity)
        for row in rows:
            world.must(mine[row] == tables[entity][row], "I3", laptop.name, "differs in", entity, mine[row])
    world.counts["records of scopes compared"] += len(told)


def _may_be_blank(world: World) -> set[str]:
    """Operations on records that were ever about somebody who was erased, or about whom that one was said to be."""
    touched = {erasure.resident for erasure in world.erasures}
    linked = [s for s in world.ledger.values() if s.entity == "person_link" and "a_id" in s.values]
    grows = True
    while grows:
        more = {
            str(s.values[side])
            for s in linked
            for side in ("a_id", "b_id")
            if {str(s.values["a_id"]), str(s.values["b_id"])} & touched
        }
        grows = not more <= touched
        touched |= more
    homes = {
        str(s.values["household_id"])
        for s in world.ledger.values()
        if s.entity == "membership"
        and any(str(value) in touched for value in s.values.values())
        and "household_id" in s.values
    }
    whose = touched | homes
    rows = set(whose)
    for said in world.ledger.values():
        if any(isinstance(value, str) and value in whose for value in said.values.values()):
            rows.add(said.row)
    return {said.id for said in world.ledger.values() if said.row in rows}


def links_end(world: World, node: Node) -> None:
    """I6: everybody who is part of somebody else leads to one record that is part of nobody."""
    rows = node.table("person_link").values()
    near: dict[str, set[str]] = {}
    for row in rows:
        if row["active"] and not row["dead"]:
            near.setdefault(row["a_id"], set()).add(row["b_id"])
            near.setdefault(row["b_id"], set()).add(row["a_id"])
    wanted = {}
    for start in near:
        seen, ahead = {start}, [start]
        while ahead:
            more = near[ahead.pop()] - seen
            seen |= more
            ahead += more
        if min(seen) != start:
            wanted[start] = min(seen)
    with node.book.reading() as connection:
        found = links.all_survivors(connection)
    world.must(found == wanted, "I6", "survivors", found, wanted)
    world.must(not set(found.values()) & set(found), "I6", "a redirect ends at no survivor")
    for entity in ("phone", "fact"):
        for row in node.table(entity).values():
            whose = row.get("resident_id") or row.get("subject_id")
            world.must(row["dead"] or whose not in wanted, "I6", entity, row["id"], "stands on a merged record")


def rebuilt(world: World, node: Node) -> None:
    """I5: the tables are what the log says."""
    with node.book.reading() as connection:
        live = importing.digest(connection)
    with node.book.writing() as connection:
        importing.rebuild(connection)
        digest = importing.digest(connection)
    world.must(digest == live, "I5", node.name, "is another after a rebuild")
    if node.name not in world.scoped:
        with world.nodes["D"].book.reading() as connection:
            world.must(importing.digest(connection) == live, "I3", node.name, "has another digest than the district")
    world.tell("digest", live)


def again(world: World) -> None:
    """I8: whatever file comes again changes nothing."""
    known = set(world.nodes["D"].held)  # a file of which nothing else is left anywhere brings something new
    batches = [mail for mail in world.archive if mail.kind == "batch" and known >= set(mail.ids)]
    for mail in world.chance.sample(batches, min(3, len(batches))):
        node = world.nodes[mail.to]
        before = (node.size(), node.heads(), node.conflicts())
        world.take_in(node, mail)
        world.must(before == (node.size(), node.heads(), node.conflicts()), "I8", node.name, "changed by an old file")
