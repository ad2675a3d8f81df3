"""Letters are sealed when they are issued, and checked by whoever receives one: with public keys alone, offline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, select

from models.clock import day_text, today
from models.records.letter import LetterValue
from models.security import letter_seal
from models.security.audit_seal import short_mark
from models.security.letter_seal import Seal
from models.services import partners
from models.services.book import Book
from models.store import audit
from models.store.rows import KEPT
from models.store.work import read_meta
from models.sync.card import MAX_CARD_BYTES, Card, CardRefused, read_card
from models.sync.files import read_limited
from models.texts import _

MAX_KEY_FILE_BYTES = 4 * 1024 * 1024
_REFERRAL, _LETTER = KEPT["referral"], KEPT["letter"]
_GONE = ("withdrawn",)

Outcome = Literal[
    "genuine", "expired", "replaced", "withdrawn", "other_person", "changed", "forged", "unknown_office", "no_letter"
]


@dataclass(frozen=True)
class Verdict:
    """What came of checking a code, and what it says where it could be read."""

    outcome: Outcome
    number: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    office: str = ""  # of the key that signed it
    fingerprint: str = ""  # of that key: six groups of five digits, to compare by telephone
    person_checked: bool = False  # a name and number were given, and they are those of the letter
    words_checked: bool = False  # the text of a PDF file was read, and it is that of the letter
    ours: bool = False  # signed by this casebook itself

    @property
    def genuine(self) -> bool:
        """Whether the letter may be relied on as it is."""
        return self.outcome == "genuine"

    def sentence(self) -> str:
        """What came of it and what to do, in the language now shown."""
        told = {"number": self.number, "office": self.office, "day": day_text(self.valid_until)}
        return {
            "genuine": _("Genuine: {office} issued letter {number}."),
            "expired": _("{office} issued letter {number}, but it was good until {day} only. Ask for a new one."),
            "replaced": _(
                "{office} issued letter {number}, but has replaced it by a corrected one since. Ask for that one."
            ),
            "withdrawn": _("{office} issued letter {number}, but has withdrawn it. Do not act on it."),
            "other_person": _(
                "Letter {number} of {office} was written for somebody else: name or document number do not fit. "
                "Compare what was typed with the letter; if it is right, do not act on it."
            ),
            "changed": _(
                "{office} issued a letter {number}, but the text of this file is not what was issued. "
                "Do not act on it; ask {office}."
            ),
            "forged": _(
                "The signature does not fit: the code was changed, or somebody else made it. Do not act on this letter."
            ),
            "unknown_office": _(
                "The code was signed by an office whose key is not known here, so nothing was proved. "
                "Ask the office for its card file and compare the fingerprint by telephone."
            ),
            "no_letter": _("This is not the code of a referral letter."),
        }[self.outcome].format(**told)

    def notes(self) -> list[str]:
        """What was and was not compared, a sentence each."""
        if self.outcome not in ("genuine", "expired", "replaced", "withdrawn"):
            return []
        said = []
        if not self.person_checked:
            said.append(_("Name and document number were not compared: type them to be sure for whom it was written."))
        if not self.words_checked:
            said.append(
                _("The printed text was not compared: a code can be copied onto another sheet. Look for changes.")
            )
        return said


def verify(
    text: str,
    keys: Iterable[Card],
    on: date,
    *,
    name: str = "",
    document: str = "",
    words: str | None = None,
) -> Verdict:
    """Check a scanned code with public keys.

    Keys: the cards of the offices that are trusted. On: the day for which it should hold. Name and document (the last
    four characters are enough): of the person who brings it, compared where both are given. Words: what is written on
    the letter, where its file could be read.
    """
    found = letter_seal.read(text)
    if found is None:
        return Verdict("no_letter")
    said = found.payload
    verdict = Verdict("unknown_office", said.number, said.issued_on, said.valid_until)
    meant = [card for card in keys if bytes.fromhex(card.id)[: letter_seal.KEY_BYTES] == said.key]
    card = next((one for one in meant if found.is_by(one.sign_public)), None)
    if card is None:
        return replace(verdict, outcome="forged" if meant else "unknown_office")
    verdict = replace(verdict, office=card.office_name, fingerprint=card.fingerprint)
    if words is not None and not said.fits(words):
        return replace(verdict, outcome="changed")
    compared = bool(name.strip() and document.strip())
    if compared and not said.is_about(name, document):
        return replace(verdict, outcome="other_person", words_checked=words is not None)
    verdict = replace(verdict, outcome="genuine", person_checked=compared, words_checked=words is not None)
    return replace(verdict, outcome="expired") if said.valid_until and said.valid_until < on else verdict


def sealed(book: Book, connection: Connection, value: LetterValue) -> LetterValue:
    """The letter with its signed code; as it is where its layout has none, or where nobody can say what is printed."""
    newest = audit.head(connection, book.desk) if book.words is not None else None
    if newest is not None:
        value = value.model_copy(update={"audit_mark": short_mark(newest.hash)})
    if book.words is None or not value.layout.qr:
        return value.model_copy(update={"seal": ""})
    key_id, secret = partners.own_id(connection), str(read_meta(connection, "device_keys")["sign_secret"])
    payload = letter_seal.payload_of(
        value.number,
        value.issued_on,
        value.valid_until,
        name=value.resident_name,
        document=value.document_masked,
        printed=book.words(value),
        key_id=key_id,
    )
    return value.model_copy(update={"seal": letter_seal.seal(secret, payload)})


def cards_of(path: Path) -> list[Card]:
    """The cards in a file: one card, or a list that was published, a card a line. Raises CardRefused, CannotRead."""
    lines = [line for line in read_limited(path, MAX_KEY_FILE_BYTES).splitlines() if line.strip()]
    if not lines or any(len(line) > MAX_CARD_BYTES for line in lines):
        raise CardRefused
    return [read_card(line + b"\n") for line in lines]


class Verifying:
    """Checking letters with what a casebook knows: its own key, those of its partners, its own letters."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def keys(self) -> list[Card]:
        """This casebook's own card, then those whose cards were trusted."""
        with self._book.reading() as connection:
            own = partners.own_card(connection, self._book.office)
            known = partners.all_trusted(connection)
        return [own, *(Card(one.id, _kind(one.kind), "", one.name, one.sign_key, one.seal_key) for one in known)]

    def verify(
        self, text: str, more: Sequence[Card] = (), *, name: str = "", document: str = "", words: str | None = None
    ) -> Verdict:
        """Check a scanned code as verify() does, today; of an own letter also whether it still stands."""
        keys = [*self.keys(), *more]
        verdict = verify(text, keys, today(self._book.clock), name=name, document=document, words=words)
        found = letter_seal.read(text)
        if found is None or not found.is_by(keys[0].sign_public):
            return verdict
        verdict = replace(verdict, ours=True)
        return replace(verdict, outcome=self._standing(found, verdict.outcome))

    def record(self, letter_id: str) -> Verdict | None:
        """Whether the record of a letter is still what was signed; None where it has no code or is not here."""
        with self._book.reading() as connection:
            kept = connection.execute(select(_LETTER.c.value).where(_LETTER.c.id == letter_id)).scalar()
        value = LetterValue.model_validate(kept) if kept else None
        if value is None or not value.seal or self._book.words is None:
            return None
        words = self._book.words(value)
        return self.verify(value.seal, name=value.resident_name, document=value.document_masked, words=words)

    def _standing(self, found: Seal, outcome: Outcome) -> Outcome:
        if outcome not in ("genuine", "expired"):
            return outcome
        with self._book.reading() as connection:
            query = select(_REFERRAL.c.id, _REFERRAL.c.status).where(_REFERRAL.c.number == found.payload.number)
            referrals = connection.execute(query).all()
            letters = select(_LETTER.c.value, _LETTER.c.referral_id).where(
                _LETTER.c.referral_id.in_([row.id for row in referrals]), _LETTER.c.dead.is_(False)
            )
            versions = connection.execute(letters.order_by(_LETTER.c.version.desc())).all()
        mine = [row for row in versions if _same(str(row.value.get("seal", "")), found)]
        if not mine:
            return outcome  # of a letter that this casebook has no more, after a restore say
        if any(row.id == mine[0].referral_id and row.status in _GONE for row in referrals):
            return "withdrawn"
        last = next(row for row in versions if row.referral_id == mine[0].referral_id)
        return outcome if _same(str(last.value.get("seal", "")), found) else "replaced"


def _same(seal: str, found: Seal) -> bool:
    other = letter_seal.read(seal)
    return other is not None and other.signed == found.signed


def _kind(kind: str) -> Literal["office", "device"]:
    return "office" if kind == "office" else "device"
