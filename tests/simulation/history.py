"""One seed is one history: work, files, accidents; then late files; then honest exchange until nothing changes."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.invariants import check
from tests.simulation.node import Node
from tests.simulation.saves import SAVES, save
from tests.simulation.world import Mail, World, Wrong

STEPS = 140
MOST_ROUNDS = 12


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
                laptop = world.chance.choice([*world.scoped, ""])  # in most of them, one stream has a hard time
                world.pair = (world.nodes[laptop].parent, laptop) if laptop else None
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

    return "".join(traceback.format_exception(fault)[-5:])


# One step.


def step(world: World) -> None:
    """Something happens somewhere."""
    chance = world.chance
    world.time.passes(chance.expovariate(1 / 900))
    kind = chance.choices(*zip(*_STEPS, strict=True))[0]
    kind(world)


def _of_the_pair(world: World, often: float) -> Node | None:
    """The office of the pair between which most happens in this history, in so many of all cases."""
    return world.nodes[world.pair[0]] if world.pair and world.chance.random() < often else None


def work(world: World) -> None:
    """Somebody saves something: mostly on a laptop."""
    chance = world.chance
    node = _of_the_pair(world, 0.4) or world.nodes[chance.choices(list(world.nodes), (1, 2, 2, 5, 5, 5, 5))[0]]
    save(world, node, chance.choices(*zip(*SAVES, strict=True))[0], _dies(chance))


def carry_out(world: World) -> None:
    """Somebody writes files for a neighbour, mostly upwards; a stick may be lost at once."""
    chance = world.chance
    if world.pair and chance.random() < 0.6:
        _between_the_pair(world, *world.pair)
        return
    node = chance.choice(list(world.nodes.values()))
    up = node.parent and (not node.children or chance.random() < 0.5)
    to = node.parent if up else chance.choice(node.children)
    mails = world.export(node, to, dies_at=_dies(chance)) if chance.random() < 0.8 else [world.receipt(node, to)]
    _send_off(world, mails, lost=0.12)


def _between_the_pair(world: World, office: str, laptop: str) -> None:
    """The stream to one laptop, in many small files over a bad way; now and then the laptop says how far it came."""
    chance = world.chance
    if chance.random() < 0.7:
        mails = world.export(world.nodes[office], laptop, dies_at=_dies(chance), most=chance.choice([2, 4, 9]))
    else:
        mails = [world.receipt(world.nodes[laptop], office)]
    _send_off(world, mails, lost=0.3)


def _send_off(world: World, mails: list[Mail], *, lost: float) -> None:
    for mail in mails:
        if world.chance.random() < lost:
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
    if world.pair and mail.to == world.pair[1] and chance.random() < 0.5:
        _all_at_once(world, mail)
        return
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


def _all_at_once(world: World, mail: Mail) -> None:
    """Everything that is under way from one to another, in any order."""
    same = [one for one in world.under_way if (one.sender, one.to) == (mail.sender, mail.to)]
    world.under_way = [one for one in world.under_way if one not in same]
    same.append(mail)
    world.chance.shuffle(same)
    for one in same:
        world.take_in(world.nodes[one.to], one)


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
    node = _of_the_pair(world, 0.4) or world.chance.choice(list(world.nodes.values()))
    node.back_up()


def disk(world: World) -> None:
    """A disk is replaced by an older state of it: by the program from a backup, or as a bare image."""
    chance = world.chance
    with_images = [node for node in world.nodes.values() if node.images]
    office = _of_the_pair(world, 0.6)
    node = office if office in with_images else chance.choice(with_images or [None])
    if node is None:
        back_up(world)
        return
    world.restore(node, chance.choice(node.images), by_program=chance.random() < 0.5)


def bad_day(world: World) -> None:
    """An office hands its news down, its disk is an old one then, and it hands down again what it has by now."""
    if not world.pair:
        disk(world)
        return
    office, laptop = (world.nodes[name] for name in world.pair)
    office.back_up()
    _hand_down(world, office, laptop)
    world.restore(office, office.images[-1], by_program=world.chance.random() < 0.3)
    for _ in range(world.chance.randint(1, 3)):
        _hand_down(world, office, laptop)


def _hand_down(world: World, office: Node, laptop: Node) -> None:
    """An office works and sends it all to a laptop, on a good way or a bad one; now and then it is answered at once."""
    chance = world.chance
    for _ in range(chance.randint(1, 3)):
        save(world, office, chance.choices(*zip(*SAVES, strict=True))[0])
    lost = chance.choice([0, 0.3])
    mails = world.export(office, laptop.name, most=chance.choice([2, 4, 9]))
    chance.shuffle(mails)
    for mail in mails:
        world.time.passes(60)
        if chance.random() < lost:
            world.counts["files lost"] += 1
            world.tell("lost", mail.name)
        else:
            world.take_in(laptop, mail)
    if chance.random() < 0.3:
        world.take_in(office, world.receipt(laptop, office.name))


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
    (bad_day, 1),
    (turn_clock, 2),
)


def _dies(chance: random.Random) -> int | None:
    """After how many statements the process dies over what it is going to do; mostly it does not."""
    return chance.randint(1, 45) if chance.random() < 0.08 else None


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
        before = {name: _standing(node) for name, node in world.nodes.items()}
        honest_round(world, told)
        world.counts["rounds until rest"] += 1
        if before == {name: _standing(node) for name, node in world.nodes.items()}:
            break
    else:
        raise Wrong(f"seed {world.seed}: the exchange does not come to rest")
    check(world)


def _standing(node: Node) -> object:
    """What must stay the same in a round for the world to be at rest.

    Streams are part of it: one that began anew perhaps brought no operation, and yet the next file back carries all
    that the office may have lost.
    """
    return node.size(), node.meta("device")["id"], node.streams()


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
        states = (_standing(giver), taker.size())
        if not mails and told.get((giver.name, taker.name)) != states:
            mails = [world.receipt(giver, taker.name)]
        for mail in mails:
            world.take_in(taker, mail)
        told[giver.name, taker.name] = (_standing(giver), taker.size())
