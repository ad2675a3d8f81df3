"""Eight ways to make the audit chain say something else, each as a function of the rows; the battery calls them too.

An attack is given what an insider has today: every row in the clear and the key of the next row, but no older key. It
gives back the rows that the casebook would hold afterwards, with the state that it would hold; or None where the chain
is too short for it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.security import audit_seal
from models.security.audit_seal import Anchor

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Chain:
    """A chain as it lies in a casebook: its rows, its newest place and the key of the next row."""

    name: str
    rows: Rows
    head: Anchor
    key: bytes


Attack = Callable[[Chain, random.Random], Chain | None]


def row(chain: str, seq: int, prev: str, rng: random.Random) -> dict[str, Any]:
    """A row that tells of something; its seal is put on by the caller."""
    action = rng.choice(("view", "change", "reveal", "export", "print"))
    return {
        "chain": chain,
        "seq": seq,
        "at": 1_790_000_000_000 + seq * 60_000,
        "worker": rng.choice(("周敏", "欧阳建国")),
        "account": "a1",
        "action": action,
        "subject_kind": "resident",
        "subject_id": f"person-{rng.randrange(40)}",
        "fields": sorted({rng.choice(("resident.name", "phone.number", "fact.hukou_tianjin"))}),
        "classes": "",
        "reason": audit_seal.commit("核对补贴") if action == "reveal" else {},
        "detail": rng.choice(("", "number", "residents.amend")),
        "also": "",
        "prev": prev,
    }


def honest(length: int, seed: int, name: str = "chain-1") -> tuple[Chain, bytes]:
    """A chain of some rows, and its k0."""
    rng = random.Random(seed)
    k0 = key = rng.randbytes(audit_seal.KEY_BYTES)
    rows: Rows = []
    digest = ""
    for seq in range(1, length + 1):
        made = row(name, seq, digest, rng)
        digest, key = audit_seal.seal(made, key)
        rows.append(made)
    return Chain(name, rows, Anchor(name, length, digest), key), k0


def remade(chain: Chain, rows: Sequence[Mapping[str, Any]], *, since: int) -> Chain:
    """Rows numbered, hashed and sealed anew from a place on, with the only key that an insider has: the present one."""
    made: Rows = [dict(one) for one in rows]
    key, digest = chain.key, audit_seal.row_hash(made[since - 1]) if since else ""
    for place in range(since, len(made)):
        made[place] |= {"chain": chain.name, "seq": place + 1, "prev": digest}
        digest, key = audit_seal.seal(made[place], key)
    return Chain(chain.name, made, Anchor(chain.name, len(made), digest), key)


def delete_a_row(chain: Chain, rng: random.Random) -> Chain | None:
    """Take a row out of the middle."""
    place = rng.randrange(len(chain.rows) - 1)
    return Chain(chain.name, chain.rows[:place] + chain.rows[place + 1 :], chain.head, chain.key)


def change_a_row(chain: Chain, rng: random.Random) -> Chain | None:
    """Say that it was somebody else, somebody other, another time or another reason."""
    rows = [dict(one) for one in chain.rows]
    victim = rows[rng.randrange(len(rows))]
    if victim["reason"] and rng.random() < 0.3:
        victim["reason"] = {**victim["reason"], "v": "家属来电"}
    else:
        name = rng.choice(("worker", "subject_id", "action", "detail", "at", "account"))
        victim[name] = victim[name] + 1 if name == "at" else victim[name] + "x"
    return Chain(chain.name, rows, chain.head, chain.key)


def insert_a_row(chain: Chain, rng: random.Random) -> Chain | None:
    """Put a row between two, sealed with what key there is, and number those behind it anew."""
    place = rng.randrange(1, len(chain.rows))
    fresh = row(chain.name, place + 1, audit_seal.row_hash(chain.rows[place - 1]), rng)
    fresh["mac"] = audit_seal.row_mac(chain.key, audit_seal.row_hash(fresh))
    behind = [{**one, "seq": one["seq"] + 1} for one in chain.rows[place:]]
    return Chain(chain.name, [*chain.rows[:place], fresh, *behind], chain.head, chain.key)


def swap_two_rows(chain: Chain, rng: random.Random) -> Chain | None:
    """Let two rows change their places, numbers included."""
    one, other = sorted(rng.sample(range(len(chain.rows)), 2))
    rows = [dict(each) for each in chain.rows]
    rows[one], rows[other] = {**rows[other], "seq": one + 1}, {**rows[one], "seq": other + 1}
    return Chain(chain.name, rows, chain.head, chain.key)


def cut_the_tail(chain: Chain, rng: random.Random) -> Chain | None:
    """Leave the newest rows out, and the state says the same: nothing inside the casebook contradicts it."""
    keep = rng.randrange(1, len(chain.rows))
    rows = chain.rows[:keep]
    return Chain(chain.name, rows, Anchor(chain.name, keep, audit_seal.row_hash(rows[-1])), chain.key)


def make_it_anew(chain: Chain, rng: random.Random) -> Chain | None:
    """An insider leaves one row out and makes everything behind it anew with the present key, state included."""
    place = rng.randrange(len(chain.rows) - 1)
    return remade(chain, chain.rows[:place] + chain.rows[place + 1 :], since=place)


def play_an_older_file(chain: Chain, rng: random.Random) -> Chain | None:
    """Put an older casebook back, whole and sound, with its state and the key it had then, and go on in it."""
    back = rng.randrange(1, len(chain.rows))
    key = rng.randbytes(audit_seal.KEY_BYTES)  # the older file has the true one, which no casebook of today has
    older = Chain(
        chain.name, chain.rows[:back], Anchor(chain.name, back, audit_seal.row_hash(chain.rows[back - 1])), key
    )
    more = [row(chain.name, 0, "", rng) for _each in range(rng.randrange(0, 3))]
    return remade(older, [*older.rows, *more], since=back)


def splice_two_chains(chain: Chain, rng: random.Random) -> Chain | None:
    """The beginning of one chain and the end of another, renamed and numbered to fit."""
    other, _k0 = honest(len(chain.rows), rng.randrange(1 << 30), "chain-2")
    place = rng.randrange(1, len(chain.rows))
    rest = [{**one, "chain": chain.name} for one in other.rows[place:]]
    end = audit_seal.row_hash(rest[-1])
    return Chain(chain.name, chain.rows[:place] + rest, Anchor(chain.name, len(chain.rows), end), other.key)


ATTACKS: Mapping[str, Attack] = {
    "delete": delete_a_row,
    "change": change_a_row,
    "insert": insert_a_row,
    "swap": swap_two_rows,
    "cut": cut_the_tail,
    "remake": make_it_anew,
    "replay": play_an_older_file,
    "splice": splice_two_chains,
}


def battery(times: int, seed: int = 7) -> dict[str, tuple[int, int, int]]:
    """kind -> (attacks tried, seen with k0 and anchors, seen with the rows and anchors alone).

    The anchor is the head of the honest chain, as the last backup, batch or letter took it along. An attack that leaves
    the chain as it was (a change to the same) does not count as tried.
    """
    rng = random.Random(seed)
    found: dict[str, tuple[int, int, int]] = {}
    for kind, attack in ATTACKS.items():
        tried = with_key = without = 0
        while tried < times:
            chain, k0 = honest(rng.randrange(3, 40), rng.randrange(1 << 30))
            made = attack(chain, rng)
            if made is None or made.rows == chain.rows:
                continue
            tried += 1
            anchors = [chain.head]
            checked = audit_seal.verify(chain.name, made.rows, key=k0, anchors=anchors, last=made.head)
            blind = audit_seal.verify(chain.name, made.rows, anchors=anchors, last=made.head)
            with_key += not checked.sound
            without += not blind.sound
        found[kind] = (tried, with_key, without)
    return found
