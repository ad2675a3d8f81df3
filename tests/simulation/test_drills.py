"""What happens to sticks, laptops and offices, one story each: no typed value is lost, and all come to the same."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from models.sync import batch as batches
from tests.simulation import history, saves
from tests.simulation.mutants import MUTANTS
from tests.simulation.node import Node
from tests.simulation.world import World, Wrong


@pytest.fixture
def world() -> Iterator[World]:
    with World.of(20261122) as made:
        for name in ("L1", "L2", "L3"):
            works(made, made.nodes[name], 3)
        yield made


def works(world: World, node: Node, count: int = 5) -> list[str]:
    """Somebody registers and amends; returns the operations that were committed."""
    before = set(node.held)
    world.time.passes(3600)
    assert saves.save(world, node, saves.register)
    for _ in range(count - 1):
        assert saves.save(world, node, saves.amend)
    return [one for one in node.held if one not in before]


def brings(world: World, giver: Node, taker: Node) -> int:
    """Files are carried over and answered; returns how many changes were in them."""
    world.time.passes(3600)
    mails = world.export(giver, taker.name)
    for mail in mails:
        assert world.take_in(taker, mail)
    assert world.take_in(giver, world.receipt(taker, giver.name))
    return sum(len(mail.ids) for mail in mails)


def device(node: Node) -> str:
    return str(node.meta("device")["id"])


def all_is_there(world: World, *typed: list[str]) -> None:
    """After honest exchange: every invariant, and these operations at every office."""
    history.finish(world)
    assert world.destroyed == set()
    for operations in typed:
        for office in ("D", "S1"):
            assert set(operations) <= set(world.nodes[office].held)


def test_a_lost_stick_loses_nothing(world: World) -> None:
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    brings(world, laptop, office)
    typed = works(world, laptop)
    lost = world.export(laptop, "S1")
    assert [set(mail.ids) for mail in lost] == [set(typed)]
    more = works(world, laptop)
    assert brings(world, laptop, office) == len(typed) + len(more)  # the next stick carries it all again
    all_is_there(world, typed, more)


def test_a_stick_that_was_lost_and_is_found_a_year_later_changes_nothing(world: World) -> None:
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    typed = works(world, laptop)
    lost = world.export(laptop, "S1")
    brings(world, laptop, office)
    world.time.passes(365 * 86400)
    before = (office.size(), office.heads(), office.conflicts())
    for mail in lost:
        assert world.take_in(office, mail)
    assert (office.size(), office.heads(), office.conflicts()) == before
    all_is_there(world, typed)


@pytest.mark.parametrize("by_program", [True, False], ids=["old backup", "bare disk image"])
def test_a_laptop_that_was_restored_gets_its_own_work_back_and_goes_on(world: World, by_program: bool) -> None:
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    laptop.back_up()
    before, typed = device(laptop), works(world, laptop)
    brings(world, laptop, office)
    world.restore(laptop, laptop.images[0], by_program=by_program)
    assert not set(typed) & set(laptop.held)
    assert (device(laptop) != before) == by_program  # a bare image shows nothing yet
    meanwhile = works(world, laptop)  # under a bare image in places of the chain that are taken
    brings(world, laptop, office)
    brings(world, office, laptop)
    assert device(laptop) != before
    assert set(typed) <= set(laptop.held)
    more = works(world, laptop)
    all_is_there(world, typed, meanwhile, more)


@pytest.mark.parametrize("by_program", [True, False], ids=["old backup", "bare disk image"])
def test_an_office_that_was_restored_is_given_again_what_it_had_confirmed(world: World, by_program: bool) -> None:
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    office.back_up()
    typed, here = works(world, laptop), works(world, office)
    brings(world, laptop, office)
    brings(world, office, laptop)
    assert brings(world, laptop, office) == 0  # all of it is confirmed
    world.restore(office, office.images[0], by_program=by_program)
    assert not set(typed) & set(office.held)
    meanwhile = works(world, office)
    more = works(world, laptop)
    brings(world, laptop, office)  # the office's answer says what it lacks now ...
    brings(world, laptop, office)  # ... and all of it comes again, the office's own work too
    assert {*typed, *here} <= set(office.held)
    all_is_there(world, typed, here, meanwhile, more)


def files_come_out_of_order(world: World) -> tuple[Node, list[str]]:
    """The street has much for a laptop with a scope; the first of its files is lost, and it says what it has."""
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    world.scope(["L1"])
    brings(world, laptop, office)
    typed = [*works(world, office, 8), *works(world, office, 8)]
    with patch.object(batches, "MAX_OPERATIONS", 6):
        first, *others = world.export(office, "L1")
    assert others
    for mail in others:
        assert world.take_in(laptop, mail)
    assert world.take_in(office, world.receipt(laptop, "S1"))
    assert set(first.ids) - set(laptop.held)
    return laptop, typed


def test_a_part_of_a_stream_that_was_lost_comes_again(world: World) -> None:
    _laptop, typed = files_come_out_of_order(world)
    all_is_there(world, typed)


def test_a_laptop_that_forgets_the_gap_in_a_stream_is_found_out(world: World) -> None:
    with MUTANTS["no_pending"]():
        _laptop, typed = files_come_out_of_order(world)
        with pytest.raises(Wrong, match="I3 L1 lacks"):
            all_is_there(world, typed)


def an_office_counts_its_files_anew(world: World, *, last_arrives: bool = True) -> list[str]:
    """A street's own work went down to a laptop alone; its disk is an old one then, and its count of files catches up
    with the laptop's before the two hear of one another again.

    last_arrives: the last file of an export, the one with the digest of the whole, comes with the others.
    """
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    world.scope(["L1"])
    brings(world, laptop, office)
    brings(world, office, laptop)
    office.back_up()
    typed: list[str] = []
    while not any(world.ledger[one].values.get("community_code") == laptop.office.code for one in typed):
        typed += works(world, office)
    brings(world, office, laptop)
    world.restore(office, office.images[0], by_program=False)
    for _ in range(6):
        works(world, office)
        world.export(office, "L1")
    works(world, office)
    with patch.object(batches, "MAX_OPERATIONS", batches.MAX_OPERATIONS if last_arrives else 6):
        mails = world.export(office, "L1")  # the first that arrives
    for mail in mails if last_arrives else mails[:-1]:
        assert world.take_in(laptop, mail)
    return [one for one in typed if one in laptop.held]


def test_what_an_office_lost_comes_back_from_the_laptop_it_was_sent_to(world: World) -> None:
    typed = an_office_counts_its_files_anew(world)
    assert typed
    history.finish(world)
    assert set(typed) <= set(world.nodes["D"].held)


def test_what_an_office_lost_comes_back_though_nothing_else_is_new_when_the_stream_begins_anew(world: World) -> None:
    typed = an_office_counts_its_files_anew(world, last_arrives=False)
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    assert not laptop.streams()[0][3]  # so far everything seems to fit
    told: dict[tuple[str, str], object] = {}
    history.honest_round(world, told)
    assert laptop.streams()[0][3]  # the last file says that the office lost something
    before = {node.name: node.size() for node in world.nodes.values()}
    epoch = laptop.streams()[0][1]
    history.honest_round(world, told)
    assert laptop.streams()[0][1] != epoch
    assert {node.name: node.size() for node in world.nodes.values()} == before
    assert typed
    assert not set(typed) & set(office.held)
    history.finish(world)
    assert set(typed) <= set(world.nodes["D"].held)


def test_a_world_is_not_at_rest_while_a_stream_begins_anew(world: World) -> None:
    typed = an_office_counts_its_files_anew(world, last_arrives=False)
    history.finish(world)
    assert set(typed) <= set(world.nodes["D"].held)


def test_a_stream_that_is_compared_by_nobody_is_found_out(world: World) -> None:
    with MUTANTS["no_set_digest"]():
        an_office_counts_its_files_anew(world)
        with pytest.raises(Wrong):
            history.finish(world)


def test_two_living_copies_of_one_laptop_lose_nothing_of_either(world: World) -> None:
    laptop, office = world.nodes["L1"], world.nodes["S1"]
    twin = world.copy(laptop, same_disk=True)
    assert device(twin) == device(laptop)  # nothing tells them apart yet
    typed, other = works(world, laptop), works(world, twin)
    places = {(world.ledger[one].device, world.ledger[one].seq) for one in typed}
    assert places & {(world.ledger[one].device, world.ledger[one].seq) for one in other}
    for one in (laptop, twin):
        brings(world, one, office)
        brings(world, office, one)
    assert device(twin) != device(laptop)
    more, still = works(world, laptop), works(world, twin)
    all_is_there(world, typed, other, more, still)


def test_a_cloned_laptop_begins_a_chain_of_its_own_at_once(world: World) -> None:
    laptop = world.nodes["L1"]
    twin = world.copy(laptop, same_disk=False)
    assert device(twin) != device(laptop)
    typed, other = works(world, laptop), works(world, twin)
    assert not {world.ledger[one].device for one in typed} & {world.ledger[one].device for one in other}
    all_is_there(world, typed, other)
    assert world.counts["forks healed"] == 0
