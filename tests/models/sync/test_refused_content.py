"""What stands inside a good envelope and is still no content of the format: every part of it is looked at."""

import hashlib
import json
from typing import Any

import pytest

from models.errors import BatchRefused
from models.security.device import new_device_keys
from models.sync.card import Card, key_id
from models.sync.chain_place import read_place
from models.sync.circle import MAX_MEMBERS, Circle, Member, Revoked, codes_within, read_circle, write_circle
from models.sync.content import canonical
from models.sync.envelope import Reader, seal
from models.sync.receipt import read_receipt
from models.sync.sealed_file import MAX_CONTENT_BYTES, SealedContent, file_name, read_file, write_file
from models.sync.stream import MAX_FILES, START, agree, read_down, read_got, read_hashes, set_digest, sum_of

KEYS, THEIRS = new_device_keys(), new_device_keys()
ODD = (None, True, -1, 1.5, 2**60, "x\0", "y" * 300, [], {}, [1], [[]])


def card_of(keys: dict[str, str]) -> Card:
    own = key_id(keys["sign_public"], keys["age_public"])
    return Card(own, "office", "120101001", "街道", keys["sign_public"], keys["age_public"])


def circle() -> dict[str, Any]:
    revoked = Revoked("f" * 32, "120101001001", "旧电脑", "lost", 7)
    made = Circle(card_of(KEYS), (Member(card_of(THEIRS), ("120101001001",), ("周敏",)),), (revoked,), 5)
    said = json.loads(write_circle(made, KEYS["sign_secret"]))
    assert read_circle(canonical(said)) == made
    return dict(said)


def signed(said: dict[str, Any]) -> bytes:
    from models.security import device

    bare = {name: value for name, value in said.items() if name != "signature"}
    return canonical({**bare, "signature": device.sign(KEYS["sign_secret"], canonical(bare)).hex()})


@pytest.mark.parametrize("place", ["made_at", "members", "revoked", "office"])
@pytest.mark.parametrize("odd", ODD)
def test_a_circle_with_something_odd_in_it_is_refused_though_it_is_signed(place: str, odd: Any) -> None:
    if place in ("members", "revoked") and odd == []:
        return  # nobody is a list too
    with pytest.raises(BatchRefused) as refused:
        read_circle(signed({**circle(), place: odd}))
    assert refused.value.facts["reason"] == "bad_content"


@pytest.mark.parametrize(
    ("path", "odd"),
    [
        (("members", 0, "scope"), "120101"),
        (("members", 0, "scope"), ["1" * 13]),
        (("members", 0, "workers"), ["a"] * 51),
        (("members", 0, "card", "office_name"), "x\0"),
        (("members", 0, "card", "kind"), "stranger"),
        (("members", 0, "card", "id"), "0" * 32),
        (("members", 0, "card", "age_public"), "age1none"),
        (("revoked", 0, "at"), -1),
        (("revoked", 0, "at"), True),
        (("revoked", 0, "reason"), "x" * 201),
        (("jinmen_circle",), 0),
        (("jinmen_circle",), True),
    ],
)
def test_every_member_of_a_circle_is_looked_at(path: tuple[Any, ...], odd: Any) -> None:
    said = circle()
    here: Any = said
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = odd
    with pytest.raises(BatchRefused):
        read_circle(signed(said))


def test_a_circle_too_large_unsigned_or_of_the_future_is_refused() -> None:
    said = circle()
    with pytest.raises(BatchRefused):
        read_circle(signed({**said, "members": said["members"] * (MAX_MEMBERS + 1)}))
    with pytest.raises(BatchRefused):
        read_circle(canonical({**said, "made_at": 6}))
    with pytest.raises(BatchRefused) as newer:
        read_circle(signed({**said, "jinmen_circle": 2}))
    assert newer.value.facts["reason"] == "newer"
    for data in (b"", b"\xff", b"[", b"[]", b"{}", b"[" * 100_000):
        with pytest.raises(BatchRefused):
            read_circle(data)


def test_an_office_lies_within_what_its_code_begins_with() -> None:
    assert codes_within("120101001001", ["120102", "120101001"])
    assert not codes_within("120101001001", ["", "120102"])
    assert not codes_within("", ["120101"])


DOWN = {"epoch": "e1", "since": [0, ""], "cursor": [3, "m"], "set": "a" * 64, "scope": ["120101001001"]}


def test_a_stream_says_what_it_said() -> None:
    found = read_down({**DOWN, "left": ["r1"], "stays": ["r2"]})
    assert found is not None
    assert found.wire() == {**DOWN, "left": ["r1"], "stays": ["r2"]}
    assert found.since == START
    assert read_down(None) is read_got(None) is read_hashes(None) is None
    got = read_got({"epoch": "e1", "at": [3, "m"], "set": "", "anew": True})
    assert got is not None
    assert got.wire() == {"epoch": "e1", "at": [3, "m"], "set": "", "anew": True}
    assert set_digest(sum_of(["f" * 64, "2"])) == f"{1:064x}"


@pytest.mark.parametrize(
    "said",
    [
        *ODD[1:],
        *({**DOWN, name: odd} for name in DOWN for odd in ("", "!", 7, ["!"], [1, 2, 3])
          if not (name == "set" and odd == "")),
        {**DOWN, "cursor": [0, ""]},
        {**DOWN, "since": [3, "m"]},
        {**DOWN, "cursor": [True, "m"]},
        {**DOWN, "cursor": [2**53, "m"]},
        {**DOWN, "left": "r1"},
        {**DOWN, "stays": ["r" * 37]},
    ],
)  # fmt: skip
def test_what_is_no_stream_is_refused(said: Any) -> None:
    with pytest.raises(ValueError, match=r"down|point|text|list"):
        read_down(said)


@pytest.mark.parametrize(
    "said", [7, [], {"epoch": "e"}, {"epoch": "e", "at": [0, ""], "set": "", "anew": 1}, {"at": [0, ""], "set": ""}]
)
def test_what_is_no_answer_to_a_stream_is_refused(said: Any) -> None:
    with pytest.raises(ValueError, match=r"got|point|text"):
        read_got(said)


def test_hashes_are_hashes_and_not_too_many() -> None:
    assert read_hashes(["a" * 64]) == ("a" * 64,)
    for said in ("a" * 64, ["a" * 63], [7], ["a" * 64] * (MAX_FILES + 1)):
        with pytest.raises(ValueError, match=r"list|text"):
            read_hashes(said)


def test_two_sides_agree_where_mark_and_digest_do_and_silence_says_nothing() -> None:
    assert agree("m", "m", "1", "1")
    assert agree("m", "m", "", "1")
    assert agree("m", "m", "1", "")
    assert not agree("m", "n", "1", "1")
    assert not agree("m", "m", "1", "2")


def enveloped(kind: Any, *lines: bytes) -> tuple[bytes, Reader]:
    """A good envelope around any lines, and who it is for."""
    us, them = card_of(KEYS), card_of(THEIRS)
    data = seal(
        kind, list(lines), sender=them.id, sign_secret=THEIRS["sign_secret"], to=us.id, recipient=us.age_public,
        batch="b" * 32, made_at=5,
    )  # fmt: skip
    return data, Reader(us.id, KEYS["age_secret"], {them.id: them.sign_public}.get)


FILE = {"kind": "picture", "sha": hashlib.sha256(b"content").hexdigest(), "size": 7, "subjects": ["p1"]}


@pytest.mark.parametrize(
    "said",
    [
        [], 7, {}, {**FILE, "subjects": "p1"}, {**FILE, "subjects": ["\x07"]}, {**FILE, "subjects": ["p"] * 5000},
        {**FILE, "kind": 7}, {**FILE, "size": 8}, {**FILE, "sha": "0" * 64},
    ],
)  # fmt: skip
def test_a_sealed_file_that_does_not_agree_with_itself_is_refused(said: Any) -> None:
    with pytest.raises(BatchRefused) as refused:
        read_file(*enveloped("file", canonical(said), b"content"))
    assert refused.value.facts["reason"] == "bad_content"


def test_a_sealed_file_of_one_line_or_of_another_kind_is_refused_and_a_good_one_read() -> None:
    with pytest.raises(BatchRefused):
        read_file(*enveloped("file", canonical({**FILE, "size": 0, "sha": hashlib.sha256(b"").hexdigest()})))
    with pytest.raises(BatchRefused) as newer:
        read_file(*enveloped("file", canonical({**FILE, "kind": "song"}), b"content"))
    assert newer.value.facts["reason"] == "newer"
    read = read_file(*enveloped("file", canonical(FILE), b"content"))
    assert (read.inside.kind, read.inside.content, read.inside.sha) == ("picture", b"content", FILE["sha"])
    assert file_name("a" * 32, FILE["sha"]) == f"jinmen-aaaaaaaa-{FILE['sha']}"


def test_more_than_fits_into_a_file_is_not_written() -> None:
    us = card_of(KEYS)
    large = SealedContent("picture", ("p1",), bytes(MAX_CONTENT_BYTES + 1))
    with pytest.raises(ValueError, match="too much"):
        write_file(
            large, sender=us.id, sign_secret=KEYS["sign_secret"], to=us.id, recipient=us.age_public, made_at=1
        )  # fmt: skip


RECEIPT = {"office": "街道", "holds": {}, "arrived": [{"sha": "a", "count": 1, "new": 1, "newest_at": 1}]}


@pytest.mark.parametrize(
    "said",
    [
        [], {}, {**RECEIPT, "office": 7}, {**RECEIPT, "office": "x" * 201}, {**RECEIPT, "arrived": 7},
        {**RECEIPT, "arrived": [{"sha": 7, "count": 1, "new": 1, "newest_at": 1}]},
        {**RECEIPT, "arrived": [{"sha": "a", "count": -1, "new": 1, "newest_at": 1}]},
        {**RECEIPT, "arrived": [{"sha": "a", "count": True, "new": 1, "newest_at": 1}]},
        {**RECEIPT, "wants": ["x"]}, {**RECEIPT, "got": 7},
    ],
)  # fmt: skip
def test_a_receipt_with_something_odd_in_it_is_refused(said: Any) -> None:
    with pytest.raises(BatchRefused) as refused:
        read_receipt(*enveloped("receipt", canonical(said)))
    assert refused.value.facts["reason"] == "bad_content"


def test_the_place_of_a_chain_is_read_and_what_is_none_is_refused() -> None:
    head = {"chain": "c", "seq": 3, "hash": "a" * 64}
    assert read_place(None) is None
    assert read_place(head) == {**head, "after": None}
    assert read_place({**head, "after": {**head, "seq": 2}}) == {**head, "after": {**head, "seq": 2}}
    for said in (7, [], {}, {**head, "more": 1}, {**head, "after": 7}, {**head, "seq": -1}):
        with pytest.raises(ValueError, match="chain"):
            read_place(said)
