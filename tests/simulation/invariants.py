"""What must hold on a world at rest: the invariants I1 to I9, and that nothing of the erased is left."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from models.services import links
from models.store import importing
from tests.simulation.node import Node
from tests.simulation.world import World


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
        blank = node.erased()
        world.must(blank == blanked, "I3", node.name, "blanked others", sorted(blank ^ blanked)[:5])
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
        kept = alive.get(entity, {})
        wanted[entity] = {row for row, said in kept.items() if whose is None or said[whose] in about}
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
    batches = []
    for mail in world.archive:
        # What was erased since is in no scope: a laptop put back from a backup may lack the blank rest of it.
        here = set(world.nodes[mail.to].held) if mail.to in world.scoped else known
        if mail.kind == "batch" and here >= set(mail.ids):
            batches.append(mail)
    for mail in world.chance.sample(batches, min(3, len(batches))):
        node = world.nodes[mail.to]
        before = (node.size(), node.heads(), node.conflicts())
        world.take_in(node, mail)
        world.must(before == (node.size(), node.heads(), node.conflicts()), "I8", node.name, "changed by an old file")
