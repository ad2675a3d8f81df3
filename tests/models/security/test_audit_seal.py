"""The seal on the audit chain: what is honest is sound, and whatever somebody does to it is seen."""

import random
from typing import Any

import pytest

from models.security import audit_seal
from models.security.audit_seal import Anchor, anchor_of
from tests.models.security.audit_attacks import ATTACKS, battery, cut_the_tail, honest, make_it_anew


def kinds(verdict: audit_seal.Verdict) -> set[str]:
    return {finding.kind for finding in verdict.findings}


def test_an_honest_chain_is_sound_with_and_without_its_first_key() -> None:
    chain, k0 = honest(30, 1)
    for key in (k0, None):
        verdict = audit_seal.verify(chain.name, chain.rows, key=key, anchors=[chain.head], last=chain.head)
        assert verdict.sound
        assert verdict.rows == 30
        assert verdict.head == chain.head
        assert verdict.anchors == 1
        assert verdict.keyed is (key is not None)


def test_a_chain_without_rows_is_sound_unless_somebody_remembers_some() -> None:
    assert audit_seal.verify("c", []).sound
    assert audit_seal.verify("c", []).head is None
    remembered = Anchor("c", 4, "0" * 64)
    found = audit_seal.verify("c", [], anchors=[remembered, Anchor("other", 9, "0" * 64)])
    assert [(one.kind, one.seq, one.count) for one in found.findings] == [("cut", 1, 4)]
    assert found.anchors == 1


@pytest.mark.parametrize("kind", ATTACKS)
def test_every_attack_is_seen_with_anchors(kind: str) -> None:
    tried, with_key, without = battery(25, seed=3)[kind]
    assert tried == with_key == without == 25


def test_a_cut_tail_is_seen_by_anchors_alone() -> None:
    chain, k0 = honest(20, 4)
    cut = cut_the_tail(chain, random.Random(1))
    assert cut is not None
    assert audit_seal.verify(chain.name, cut.rows, key=k0, last=cut.head).sound
    found = audit_seal.verify(chain.name, cut.rows, key=k0, last=cut.head, anchors=[chain.head])
    assert kinds(found) == {"cut"}
    assert found.findings[0].count == 20 - len(cut.rows)


def test_what_an_insider_makes_anew_is_seen_by_the_first_key_without_any_anchor() -> None:
    chain, k0 = honest(20, 5)
    made = make_it_anew(chain, random.Random(2))
    assert made is not None
    assert audit_seal.verify(chain.name, made.rows, last=made.head).sound
    assert kinds(audit_seal.verify(chain.name, made.rows, key=k0, last=made.head)) == {"forged"}
    assert kinds(audit_seal.verify(chain.name, made.rows, anchors=[chain.head])) == {"cut"}


def test_missing_rows_are_counted_and_those_behind_them_are_still_checked_with_their_keys() -> None:
    chain, k0 = honest(12, 6)
    found = audit_seal.verify(chain.name, chain.rows[:3] + chain.rows[7:], key=k0)
    assert [(one.kind, one.seq, one.count) for one in found.findings] == [("missing", 4, 4)]
    first_gone = audit_seal.verify(chain.name, chain.rows[2:], key=k0)
    assert [(one.kind, one.seq, one.count) for one in first_gone.findings] == [("missing", 1, 2)]


def test_a_row_that_stands_twice_is_out_of_order() -> None:
    chain, _k0 = honest(5, 7)
    found = audit_seal.verify(chain.name, [*chain.rows[:3], chain.rows[1], *chain.rows[3:]])
    assert [(one.kind, one.seq) for one in found.findings] == [("order", 2)]


def test_a_first_row_that_names_one_before_it_is_changed() -> None:
    chain, _k0 = honest(2, 8)
    chain.rows[0]["prev"] = "0" * 64
    assert "changed" in kinds(audit_seal.verify(chain.name, chain.rows[:1]))


def test_an_anchor_with_another_hash_shows_a_chain_made_anew() -> None:
    chain, _k0 = honest(9, 9)
    found = audit_seal.verify(chain.name, chain.rows, anchors=[Anchor(chain.name, 5, "f" * 64)])
    assert [(one.kind, one.seq) for one in found.findings] == [("remade", 5)]


def test_an_anchor_among_missing_rows_is_told_as_missing() -> None:
    chain, _k0 = honest(9, 10)
    inside = Anchor(chain.name, 5, audit_seal.row_hash(chain.rows[4]))
    found = audit_seal.verify(chain.name, chain.rows[:4] + chain.rows[5:], anchors=[inside])
    assert kinds(found) == {"missing"}


def test_an_erased_reason_leaves_the_chain_sound_and_another_one_does_not() -> None:
    chain, k0 = honest(40, 11)
    row = next(one for one in chain.rows if one["reason"])
    assert audit_seal.told(row["reason"]) == "核对补贴"
    row["reason"] = audit_seal.erased(row["reason"])
    assert audit_seal.told(row["reason"]) == ""
    assert audit_seal.verify(chain.name, chain.rows, key=k0).sound
    row["reason"] = {**row["reason"], "v": "别的", "s": "00"}
    assert kinds(audit_seal.verify(chain.name, chain.rows, key=k0)) == {"changed"}
    row["reason"] = {**row["reason"], "more": "1"}
    assert "changed" in kinds(audit_seal.verify(chain.name, chain.rows))


def test_no_text_leaves_nothing_and_nothing_can_be_erased() -> None:
    assert audit_seal.commit("") == {}
    assert audit_seal.erased({}) == {}
    assert audit_seal.told({}) == ""


def test_whom_a_row_is_about_depends_on_neither_order_nor_repetition() -> None:
    assert audit_seal.people_digest(["b", "a", "a"]) == audit_seal.people_digest(["a", "b"])
    assert audit_seal.people_digest(["a"]) != audit_seal.people_digest(["b"])
    assert audit_seal.people_digest([]) == ""


def test_rows_of_before_have_one_hash_that_depends_on_each() -> None:
    chain, _k0 = honest(4, 12)
    assert audit_seal.opening_hash([]) == ""
    whole = audit_seal.opening_hash(chain.rows)
    assert len(whole) == 64
    assert whole != audit_seal.opening_hash(chain.rows[:3])


def test_the_short_mark_has_eight_signs_that_nobody_confuses() -> None:
    assert audit_seal.short_mark("00" * 32) == "00000000"
    assert audit_seal.short_mark("ff" * 32) == "ZZZZZZZZ"
    assert audit_seal.short_mark("0123456789" + "0" * 54) == "04HMASW9"
    assert not set("ILOU") & set(audit_seal.short_mark("89abcdef01" + "0" * 54))


@pytest.mark.parametrize(
    "said",
    [
        None,
        "text",
        {},
        {"chain": "c", "seq": "1", "hash": "0" * 64},
        {"chain": "c", "seq": True, "hash": "0" * 64},
        {"chain": "c", "seq": 0, "hash": "0" * 64},
        {"chain": "", "seq": 1, "hash": "0" * 64},
        {"chain": "c" * 37, "seq": 1, "hash": "0" * 64},
        {"chain": "c", "seq": 1, "hash": "0" * 63},
        {"chain": "c", "seq": 1, "hash": "G" * 64},
        {"chain": "c", "seq": 2**60, "hash": "0" * 64},
    ],
)
def test_what_is_no_anchor_is_not_read_as_one(said: Any) -> None:
    assert anchor_of(said) is None


def test_an_anchor_is_read_as_it_was_said() -> None:
    anchor = Anchor("c", 3, "ab" * 32)
    assert anchor_of(anchor.said()) == anchor
    chain, seq, digest = anchor
    assert (chain, seq, digest) == ("c", 3, "ab" * 32)


def test_keys_go_forward_only() -> None:
    key = audit_seal.fresh_key()
    assert len(key) == audit_seal.KEY_BYTES
    assert audit_seal.fresh_key() != key
    assert audit_seal.next_key(key) != key
    assert audit_seal.next_key(audit_seal.next_key(key)) != audit_seal.next_key(key)
