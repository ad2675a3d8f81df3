"""The frame of signed files: taken apart alike for every kind, and nothing that does not fit gets through."""

import hashlib

import pytest
import zstandard

from models.eligibility.packfile import PackFileRefused, read_header
from models.errors import BatchRefused, Problem
from models.signed_file import SIGNATURE_BYTES, Format
from models.sync.envelope import peek


class Refused(Problem):
    pass


FORMAT = Format("LIST", 2, 100, Refused, "no_list")
SIGNATURE = bytes(range(SIGNATURE_BYTES))


def reason(work, *arguments) -> str:
    with pytest.raises(Refused) as refused:
        work(*arguments)
    return refused.value.facts["reason"]


def test_a_file_is_taken_apart_and_what_is_signed_is_the_first_two_lines():
    signed = FORMAT.start() + b'{"v":2,"who":"\xe5\x91\xa8"}\n'
    frame = FORMAT.read(signed + SIGNATURE + b"pay\nload")
    assert FORMAT.start() == b"JINMEN-LIST 2\n"
    assert frame.said == {"v": 2, "who": "周"}
    assert (frame.signed, frame.signature, frame.payload) == (signed, SIGNATURE, b"pay\nload")


def test_a_header_may_be_as_long_as_it_is_said_and_no_longer():
    line = b'{"a":"' + b"x" * 91 + b'"}'
    assert len(line) == 99
    assert FORMAT.read(FORMAT.start() + line + b"\n").said["a"] == "x" * 91
    assert reason(FORMAT.read, FORMAT.start() + b" " + line + b"\n") == "no_list"
    assert reason(FORMAT.read, FORMAT.start() + line) == "no_list", "a header without its end"


@pytest.mark.parametrize(
    ("start", "header", "why"),
    [
        (b"JINMEN-{kind} 9\n", b"{}", "newer"),
        (b"JINMEN-{kind} 1\n", b'{"v":9}', "newer"),
        (b"JINMEN-{kind} 0\n", b"{}", "foreign"),
        (b"JINMEN-{kind} x\n", b"{}", "foreign"),
        (b"JINMEN-{kind}9\n", b"{}", "foreign"),
        (b"9\n", b"{}", "foreign"),
        (b"JINMEN-OTHER 1\n", b"{}", "foreign"),
        (b"", b"", "foreign"),
        (b"JINMEN-{kind} 1\n", b"[]", "foreign"),
        (b"JINMEN-{kind} 1\n", b"{", "foreign"),
        (b"JINMEN-{kind} 1\n", b'{"v":true}', "foreign"),
        (b"JINMEN-{kind} 1\n", b'"\xff"', "foreign"),
        (b"JINMEN-{kind} 1\n", b"[" * 5000, "foreign"),
    ],
)
def test_pack_files_batches_and_receipts_refuse_the_same_frames(start: bytes, header: bytes, why: str):
    def file(kind: bytes) -> bytes:
        return start.replace(b"{kind}", kind) + header + b"\n" + SIGNATURE

    with pytest.raises(PackFileRefused) as pack:
        read_header(file(b"PACK"))
    assert pack.value.facts["reason"] == why.replace("foreign", "not_a_pack")
    for kind in ("batch", "receipt"):
        with pytest.raises(BatchRefused) as batch:
            peek(kind, file(kind.upper().encode()))
        assert batch.value.facts["reason"] == why.replace("foreign", "not_a_batch")


def test_a_payload_is_what_the_header_says_of_it():
    sha = hashlib.sha256(b"1234").hexdigest()
    FORMAT.check_payload(b"1234", 4, sha, 10, 10)
    assert reason(FORMAT.check_payload, b"1234", 5, sha, 10, 10) == "damaged"
    assert reason(FORMAT.check_payload, b"1235", 4, sha, 10, 10) == "damaged"
    assert reason(FORMAT.check_payload, b"1234", 4, sha, 11, 10) == "too_large"
    assert reason(FORMAT.check_payload, b"1234", 4, sha, 0, 10) == "too_large"


def test_exactly_as_much_is_unpacked_as_was_said():
    packed = zstandard.ZstdCompressor().compress(bytes(1000))
    assert FORMAT.inflate(packed, 1000) == bytes(1000)
    assert reason(FORMAT.inflate, packed, 999) == "too_large"
    assert reason(FORMAT.inflate, packed, 1001) == "damaged"
    assert reason(FORMAT.inflate, packed[:-1] + b"!", 1001) == "damaged"
    assert reason(FORMAT.inflate, b"no zstd", 7) == "damaged"
