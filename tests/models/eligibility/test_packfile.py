"""Pack files: what is written can be read, and no damaged or hostile file gets in."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
import zstandard

from models.eligibility import Case, Person, decide, load_policies
from models.eligibility.loader import policies_of
from models.eligibility.packfile import (
    MAX_FILE_BYTES,
    MAX_HEADER_BYTES,
    PackFileRefused,
    fingerprint,
    read_header,
    read_pack_file,
    rules_of,
    write_pack_file,
)
from models.eligibility.packset import fitting_name
from models.security import device

GOLDEN = Path(__file__).parents[2] / "golden" / "packs-1.jmpack"
KEYS = {
    "sign_secret": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "sign_public": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
}
"""The first test key of RFC 8032: nobody's."""


def sign(data: bytes) -> bytes:
    return device.sign(KEYS["sign_secret"], data)


@pytest.fixture(scope="module")
def written() -> bytes:
    return write_pack_file(
        load_policies(),
        title="天津市政策包　2026年第4版",
        issuer="天津市某某区民政局",
        notes="提高标准。\n第二行。",
        made_at=1_790_000_000_000,
        sign_public=KEYS["sign_public"],
        sign=sign,
    )


def parts(data: bytes) -> tuple[dict, bytes]:
    """(header, payload) of a file."""
    first = data.index(b"\n") + 1
    end = data.index(b"\n", first)
    return json.loads(data[first:end]), data[end + 1 + 64 :]


def made(header: dict, payload: bytes, magic: bytes = b"JINMEN-PACK 1\n", *, fresh: bool = True) -> bytes:
    """A file with a genuine signature over whatever it says; fresh: size and hash of the payload as they are."""
    if fresh:
        header = {**header, "len": len(payload), "sha": hashlib.sha256(payload).hexdigest()}
    signed = magic + json.dumps(header, ensure_ascii=False).encode() + b"\n"
    return signed + sign(signed) + payload


def packed(files: object, header: dict, **more: object) -> bytes:
    raw = files if isinstance(files, bytes) else json.dumps(files, ensure_ascii=False).encode()
    return made({**header, "raw": len(raw), **more}, zstandard.ZstdCompressor().compress(raw))


def refusal(data: bytes) -> str:
    with pytest.raises(PackFileRefused) as refused:
        read_pack_file(data, device.verify)
    assert refused.value.sentence().endswith("No rule was changed.")
    return str(refused.value.facts["reason"])


def test_what_is_written_is_read_again_and_decides_alike(written: bytes):
    contents = read_pack_file(written, device.verify)
    assert contents.files == rules_of(load_policies().files)
    assert contents.header.hash == load_policies().hash
    assert {name: pack.hash for name, pack in load_policies().packs.items()} == dict(contents.header.packs)
    assert contents.header.fingerprint == fingerprint(KEYS["sign_public"])
    again = policies_of(contents.files)
    assert (again.hash, set(again.services)) == (load_policies().hash, set(load_policies().services))
    assert again.wording == load_policies().wording, "the sentences are the program's own"
    assert read_header(written).title == "天津市政策包　2026年第4版"


def test_the_golden_file_of_the_first_format_is_opened_for_ever():
    contents = read_pack_file(GOLDEN.read_bytes(), device.verify)
    assert contents.header.hash == "226d0a4e0eb855700388753dde23afbcb72c3463318d6664dd01bd9389952ae3"
    assert contents.header.title == "district 2027"
    policies = policies_of(contents.files)
    assert policies.hash == contents.header.hash
    assert policies.services["D-1"].pack.hash == contents.header.packs["district-2027"]
    old = Person("p1", {"birth_date": "1947-03-01", "hukou_tianjin": True})
    again = decide(policies, Case(date(2027, 3, 1), {}, (old,)), "p1", "D-1").to_json()
    assert again + "\n" == GOLDEN.with_name("determination-1.json").read_text("utf-8"), "byte for byte"


def test_a_set_without_a_signature_is_read_only_where_the_casebook_kept_it():
    unsigned = write_pack_file(load_policies(), title="x", made_at=1)
    assert refusal(unsigned) == "unsigned"
    assert read_pack_file(unsigned, device.verify, unsigned=True).header.hash == load_policies().hash
    first = unsigned.index(b"\n", 20) + 1
    with pytest.raises(PackFileRefused):
        read_pack_file(unsigned[:first] + b"\x01" + unsigned[first + 1 :], device.verify, unsigned=True)


def test_every_cut_and_every_flipped_byte_is_found(written: bytes):
    length = len(written)
    for at in (0, 1, 13, 14, 200, 700, length // 2, length - 1):
        assert refusal(written[:at]) in ("not_a_pack", "damaged", "bad_signature")
    for at in (*range(0, 60, 7), 100, 400, 800, 1200, 1300, length // 3, length // 2, length - 1):
        flipped = written[:at] + bytes([written[at] ^ 1]) + written[at + 1 :]
        assert refusal(flipped) in ("not_a_pack", "newer", "damaged", "bad_signature")
    assert refusal(written + b"more") == "damaged"


def test_a_header_that_lies_is_refused(written: bytes):
    header, payload = parts(written)
    for wrong in (
        {"v": "1"},
        {"v": True},
        {"title": 5},
        {"title": "x" * 5000},
        {"title": "safe\u202eelbuort"},
        {"title": "\x1b[31mred"},
        {"issuer": None},
        {"packs": []},
        {"packs": {"a": "short"}},
        {"services": -1},
        {"raw": 10**30},
        {"verified_on": "soon"},
        {"made_at": 1.5},
    ):
        assert refusal(made({**header, **wrong}, payload)) == "not_a_pack", wrong
    assert refusal(made({k: v for k, v in header.items() if k != "hash"}, payload)) == "not_a_pack"
    assert refusal(b"JINMEN-PACK 1\n" + b"[" * 50_000 + b"\n") == "not_a_pack"
    assert refusal(b"JINMEN-PACK 1\n" + b" " * (MAX_HEADER_BYTES + 5) + b"\n" + payload) == "not_a_pack"
    assert refusal(made({**header, "v": 2}, payload)) == "newer"
    assert refusal(made(header, payload, b"JINMEN-PACK 2\n")) == "newer"
    assert refusal(made(header, payload, b"JINMEN-BATCH 1\n")) == "not_a_pack"
    assert refusal(made({**header, "hash": "0" * 64}, payload)) == "bad_content"
    assert refusal(made({**header, "sha": "0" * 64}, payload, fresh=False)) == "damaged"


def test_a_signature_of_somebody_else_is_refused(written: bytes):
    header, payload = parts(written)
    other = device.new_device_keys()["sign_public"]
    assert refusal(made({**header, "sign_public": other}, payload)) == "bad_signature"
    assert refusal(made({**header, "sign_public": "zz"}, payload)) == "bad_signature"
    assert refusal(made({**header, "sign_public": ""}, payload)) == "unsigned"


def test_nothing_is_unpacked_beyond_what_was_said(written: bytes):
    header, _payload = parts(written)
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(300 * 1024 * 1024))
    assert len(bomb) < 100_000
    assert refusal(made({**header, "raw": 1000}, bomb)) == "too_large"
    assert refusal(made({**header, "raw": 300 * 1024 * 1024}, bomb)) == "too_large"
    assert refusal(made({**header, "raw": 0}, bomb)) == "too_large"
    assert refusal(made({**header, "raw": 10}, zstandard.ZstdCompressor().compress(b"{}"))) == "damaged"
    assert refusal(made({**header, "raw": 10}, b"no zstd at all")) == "damaged"
    assert refusal(bytes(MAX_FILE_BYTES + 1)) == "too_large"
    window = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    wide = zstandard.ZstdCompressor(compression_params=window).compressobj()
    demanding = wide.compress(b"{}" * 1000) + wide.flush()
    assert refusal(made({**header, "raw": 2000}, demanding)) in ("damaged", "bad_content")


def test_content_that_does_not_follow_the_format_is_refused(written: bytes):
    header, _payload = parts(written)
    files = {name: content.decode() for name, content in rules_of(load_policies().files).items()}
    for wrong in (
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"facts.yaml": 1}',
        b'{"facts.yaml": "", "facts.yaml": ""}',
        b'{"facts.yaml": "\\ud800"}',
    ):
        assert refusal(packed(wrong, header)) == "bad_content", wrong[:20]
    for name in (
        "../evil.yaml",
        "/etc/passwd",
        "packs/../../evil/pack.yaml",
        "packs/a/services/../../../x.yaml",
        "packs\\a\\pack.yaml",
        "C:/facts.yaml",
        "packs/a/services/.hidden.yaml",
        "packs/a/run.py",
        "texts/x.yaml",
        "wording.yaml",
        "",
        "packs/" + "a" * 300 + "/pack.yaml",
        "facts.yaml\x00",
        "facts.yaml\n",
    ):
        assert refusal(packed({**files, name: ""}, header)) == "bad_content", name
    assert refusal(packed({**files, "terms.yaml": "#" * (1024 * 1024 + 1)}, header)) == "too_large"
    many = {f"packs/p{n}/pack.yaml": "" for n in range(2001)}
    assert refusal(packed(many, header)) == "too_large"
    assert refusal(packed({**files, "terms.yaml": files["terms.yaml"] + "# one more\n"}, header)) == "bad_content"


def test_only_names_with_a_place_in_a_set_fit():
    for name in (
        "facts.yaml",
        "amended.yaml",
        "texts/甲.txt",
        "packs/区-2027/services/低保.yaml",
        "packs/a/params.yaml",
    ):
        assert fitting_name(name)
    for name in ("facts.yml", "packs/pack.yaml", "packs/a/b/pack.yaml", "services/a.yaml", "texts/a/b.txt"):
        assert not fitting_name(name)


def test_a_title_that_nobody_could_read_is_not_written():
    for title in ("", "x" * 201, "a\u202eb", "two\nlines"):
        with pytest.raises(ValueError, match="title"):
            write_pack_file(load_policies(), title=title, made_at=1)
