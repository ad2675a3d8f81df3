"""The signed code on a letter, printed as a QR code: a receiving desk checks it without a network.

    Base45 ( CBOR array, 49 to 60 bytes | Ed25519 signature, 64 bytes )
    [1, mark, year, serial, holder, issued, valid, person, words, key]

mark, year, serial, holder: the letter's number (year 0: the whole text stands in mark). issued: days since 2020-01-01.
valid: days from issued, -1 where no day is named. person: 8 bytes of PBKDF2-HMAC-SHA256 (10,000 rounds) over the name
and the last four characters of the ID number, salted with number, day of issue and words, so that it is of use for no
other letter and slow to guess. words: 12 bytes of SHA-256 over everything printed on the letter without white
space. key: the first 4 bytes of the signer's key id. The signature covers "jinmen-letter-1" and the array.

With a mark of three characters these are 170 to 176 characters: a QR code of version 7 at level M, 45 modules.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import base45  # type: ignore[import-untyped]
import cbor2

from models.records.numbers import number_text, read_number
from models.security import device

VERSION = 1
KEY_BYTES, PERSON_BYTES, WORDS_BYTES, SIGNATURE_BYTES = 4, 8, 12, 64
MAX_CHARACTERS = 600
_CONTEXT = b"jinmen-letter-1"
_EPOCH = date(2020, 1, 1)
_ROUNDS = 10_000
_TAIL = 4
_FAR = 40_000  # days: a century


@dataclass(frozen=True)
class Payload:
    """What a code says; nothing of it names a person."""

    number: str
    issued_on: date
    valid_until: date | None
    person: bytes
    words: bytes
    key: bytes  # the beginning of the signer's key id: where to look, not a proof

    def is_about(self, name: str, document: str) -> bool:
        """Whether the letter was written for somebody of this name; document: at least the last four characters."""
        return self.person == _person(name, document, self._salt())

    def fits(self, printed: str) -> bool:
        """Whether these are the words of the letter, white space left aside."""
        return self.words == _words(printed)

    def _salt(self) -> bytes:
        return _salt(self.number, self.issued_on, self.words)


@dataclass(frozen=True)
class Seal:
    """A code that could be read: what it says, and what vouches for it."""

    payload: Payload
    signed: bytes
    signature: bytes

    def is_by(self, sign_public: str) -> bool:
        """Whether the holder of a key (Ed25519, hex) signed it."""
        return device.verify(sign_public, self.signature, _CONTEXT + self.signed)


def payload_of(
    number: str, issued_on: date, valid_until: date | None, *, name: str, document: str, printed: str, key_id: str
) -> Payload:
    """What a letter's code will say. Document: the ID number or its last characters; printed: the letter's words."""
    words = _words(printed)
    person = _person(name, document, _salt(number, issued_on, words))
    return Payload(number, issued_on, valid_until, person, words, bytes.fromhex(key_id)[:KEY_BYTES])


def seal(sign_secret: str, payload: Payload) -> str:
    """The text of the QR code. Raises ValueError where the secret is no key."""
    mark, year, serial, holder = read_number(payload.number) or (payload.number, 0, 0, "")
    issued = (payload.issued_on - _EPOCH).days
    valid = (payload.valid_until - payload.issued_on).days if payload.valid_until else -1
    values = [VERSION, mark, year, serial, holder, issued, valid, payload.person, payload.words, payload.key]
    signed = cbor2.dumps(values)
    return str(base45.b45encode(signed + device.sign(sign_secret, _CONTEXT + signed)).decode())


def read(text: str) -> Seal | None:
    """What a scanned or typed text says; None where it is no code of a letter. Nothing is vouched for yet."""
    plain = text.strip("\r\n")
    if not SIGNATURE_BYTES < len(plain) <= MAX_CHARACTERS:
        return None
    try:
        data = base45.b45decode(plain)
        signed, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
        stream = BytesIO(signed)
        payload = _payload(cbor2.load(stream))
        if stream.read(1):
            return None
        return Seal(payload, signed, signature)
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError, RecursionError):
        return None


def _payload(values: Any) -> Payload:
    """Raises ValueError, TypeError for what is no payload."""
    kinds = (int, str, int, int, str, int, int, bytes, bytes, bytes)
    if type(values) is not list or len(values) != len(kinds) or values[0] != VERSION:
        raise ValueError("no letter")
    if any(type(value) is not kind for value, kind in zip(values, kinds, strict=True)):
        raise ValueError("no letter")
    _version, mark, year, serial, holder, issued, valid, person, words, key = values
    sizes = (len(person), len(words), len(key)) == (PERSON_BYTES, WORDS_BYTES, KEY_BYTES)
    if not sizes or not 0 <= issued <= _FAR or not -1 <= valid <= _FAR or not mark or len(mark) > 60:
        raise ValueError("no letter")
    number = mark if year == 0 else number_text(mark, year, serial, holder)
    issued_on = _EPOCH + timedelta(days=issued)
    return Payload(number, issued_on, issued_on + timedelta(days=valid) if valid >= 0 else None, person, words, key)


def _words(printed: str) -> bytes:
    return hashlib.sha256("".join(printed.split()).encode("utf-8", "surrogatepass")).digest()[:WORDS_BYTES]


def _salt(number: str, issued_on: date, words: bytes) -> bytes:
    return f"jinmen-person-1|{number}|{issued_on.isoformat()}|".encode() + words


def _person(name: str, document: str, salt: bytes) -> bytes:
    plain = "".join(unicodedata.normalize("NFC", name).split()).casefold()
    tail = "".join(document.split()).upper()[-_TAIL:]
    return hashlib.pbkdf2_hmac("sha256", f"{plain}|{tail}".encode(), salt, _ROUNDS, PERSON_BYTES)
