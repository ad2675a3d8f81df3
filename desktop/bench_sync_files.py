"""Sealed files of invented laptops, as many changes as wanted: households that are registered, visits, later changes.

The files are what real laptops write, made without their casebooks, since a million changes would take longer to save
than to import. Laptops take turns; some of what one of them wrote the next one changes, and now and then two change the
same field without knowing of each other.
"""

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, count
from pathlib import Path
from typing import Any

from desktop.sample import sample_households
from models.records.fact import FactEntry
from models.records.household import HouseholdEntry
from models.security.device import new_device_keys
from models.services.partners import CARD_ENDING
from models.services.sync_writing import BATCH_ENDING
from models.store.rows import defaults, to_wire
from models.sync import batch
from models.sync.card import Card, key_id, write_card
from models.sync.content import field_change, field_changes, next_clock, operation_id
from models.sync.envelope import seal
from models.values import new_id

LAPTOPS = 10
_BEGAN = 1_793_000_000_000  # the first save of all, milliseconds
_DAY = date(2026, 11, 22)
_NOTES = (
    "老人独居，近日行动不便，希望社区帮助联系助餐。",
    "在家，身体尚可。",
    "白天上班，晚上七点后在家。",
    "已搬到女儿家暂住。",
)

Operation = dict[str, Any]


@dataclass
class Laptop:
    """One invented laptop: its keys and its chain of operations."""

    name: str
    community: str
    seed: int
    keys: dict[str, str] = field(default_factory=new_device_keys, repr=False)
    device: str = field(default_factory=new_id)
    seq: int = 0
    last: str = ""
    clock: int = 0
    at: int = _BEGAN
    known: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=400))  # resident, operation of its note

    @property
    def id(self) -> str:
        """Its key id."""
        return key_id(self.keys["sign_public"], self.keys["age_public"])

    @property
    def district(self) -> str:
        """Home district of its records."""
        return self.community[:6]

    def card(self) -> bytes:
        """Its card file."""
        keys = self.keys
        card = Card(self.id, "device", self.community, self.name, keys["sign_public"], keys["age_public"])
        return write_card(card, keys["sign_secret"])

    def add(self, entity: str, fields: Mapping[str, Any], verb: str) -> Operation:
        """A new record, as models.store.work writes it."""
        empty = defaults(entity)
        kept = {name: to_wire(value) for name, value in fields.items() if value != empty[name]}
        return self._said(entity, new_id(), field_changes({**kept, "office": self.community}), verb)

    def changes(self, entity: str, row: str, name: str, value: object, replaced: str) -> Operation:
        """Another value of a field in place of the one that an operation gave it."""
        return self._said(entity, row, {name: field_change(value, [replaced])}, "residents.amend")

    def _said(self, entity: str, row: str, fields: dict[str, Any], verb: str) -> Operation:
        self.seq += 1
        self.clock = next_clock(self.clock, self.at)
        operation = {
            "district": self.district,
            "device": self.device,
            "seq": self.seq,
            "prev": self.last,
            "clock": self.clock,
            "at": self.at,
            "worker": self.name,
            "verb": verb,
            "entity": entity,
            "row": row,
            "fields": fields,
            "office": self.community,
        }
        operation["id"] = self.last = operation_id(operation)
        return operation


def make_files(
    offices: Mapping[Path, Card], changes: int, community: str, *, at_once: int = batch.MAX_OPERATIONS
) -> int:
    """Write the cards of some laptops and their files into a folder for each office, numbered in the order of their
    making; returns how many files each got.

    changes: in all files for an office together, at_once of them in each; every office gets the same ones.
    """
    laptops = [Laptop(f"笔记本{n}", community, n) for n in range(1, LAPTOPS + 1)]
    for folder in offices:
        for laptop in laptops:
            (folder / f"laptop-{laptop.seed:02d}{CARD_ENDING}").write_bytes(laptop.card())
    work = [_work(laptop, laptops[place - 1], changes) for place, laptop in enumerate(laptops)]
    files = -(-changes // at_once)
    for number in range(files):
        place = number % len(laptops)
        portion = [next(work[place]) for _change in range(min(at_once, changes - number * at_once))]
        for folder, office in offices.items():
            (folder / f"{number + 1:04d}{BATCH_ENDING}").write_bytes(_sealed(laptops[place], portion, office))
    return files


def _sealed(laptop: Laptop, operations: list[Operation], office: Card) -> bytes:
    end = operations[-1]
    holds = {laptop.device: [(end["seq"], end["id"])]}
    lines = batch.write_lines(operations, device=laptop.device, office=laptop.community, holds=holds)
    return seal(
        "batch",
        lines,
        sender=laptop.id,
        sign_secret=laptop.keys["sign_secret"],
        to=office.id,
        recipient=office.age_public,
        batch=new_id(),
        made_at=end["at"],
    )


def _work(laptop: Laptop, other: Laptop, changes: int) -> Iterator[Operation]:
    """What a laptop saves from its first day on, endlessly; the other one is whose records it changes too."""
    dice = random.Random(laptop.seed)  # noqa: S311  # invented people, not keys
    households = chain.from_iterable(
        sample_households(changes, laptop.community, _DAY, seed=1000 * laptop.seed + n) for n in count()
    )
    for entry in households:
        laptop.at += dice.randint(60_000, 600_000)
        yield from _registered(laptop, entry)
        for person, note in dice.sample(laptop.known, min(2, len(laptop.known))):
            if (person, note) not in laptop.known:  # somebody else has changed it meanwhile
                continue
            laptop.at += dice.randint(5_000, 60_000)
            said = laptop.changes("resident", person, "note", dice.choice(_NOTES), note)
            laptop.known.remove((person, note))
            laptop.known.append((person, said["id"]))
            yield said
        if other.known and dice.random() < 0.2:
            person, note = other.known[-1]
            if dice.random() < 0.8:  # else its owner may go on from the same value: a conflict
                other.known.remove((person, note))
            yield laptop.changes("resident", person, "note", dice.choice(_NOTES) + laptop.name, note)


def _registered(laptop: Laptop, entry: HouseholdEntry) -> Iterator[Operation]:
    """The records of one household and a first visit, as the verbs write them."""
    verb = "households.register"
    dwelling = laptop.add("dwelling", entry.dwelling.model_dump(), verb)
    yield dwelling
    homes = []
    for kind in entry.kinds:
        fields = {"kind": kind, "dwelling_id": dwelling["row"], "since": entry.since, "note": entry.note}
        homes.append(laptop.add("household", fields, verb))
        yield homes[-1]
    people = []
    for member in entry.members:
        assert member.resident is not None
        told = member.resident.model_dump(exclude={"documents", "phones", "facts"})
        note = _NOTES[laptop.seq % len(_NOTES)]
        person = laptop.add("resident", {**told, "note": note, "registered_on": _DAY}, verb)
        people.append(person["row"])
        laptop.known.append((person["row"], person["id"]))
        yield person
        for document in member.resident.documents:
            yield laptop.add("identity_document", {"resident_id": person["row"], **document.model_dump()}, verb)
        for phone in member.resident.phones:
            yield laptop.add("phone", {"resident_id": person["row"], **phone.model_dump()}, verb)
        yield from _facts(laptop, "resident", person["row"], member.resident.facts)
        for home in homes:
            fields = {"household_id": home["row"], "resident_id": person["row"], "relation": member.relation}
            yield laptop.add("membership", {**fields, "counts": member.counts, "since": entry.since}, verb)
    yield from _facts(laptop, "household", homes[0]["row"], entry.facts)
    visit = {
        "household_id": homes[0]["row"],
        "happened_on": _DAY - timedelta(days=laptop.seq % 300),
        "outcome": "met",
        "met": people[:1],
        "purpose": "入户走访",
        "notes": _NOTES[laptop.seq % len(_NOTES)],
        "worker": laptop.name,
        "at": laptop.at,
    }
    yield laptop.add("visit", visit, "visits.record")


def _facts(laptop: Laptop, kind: str, subject: str, entries: tuple[FactEntry, ...]) -> Iterator[Operation]:
    for entry in entries:
        said = {
            "subject_kind": kind,
            "subject_id": subject,
            "name": entry.name,
            "value": {"v": entry.value},
            "state": entry.state,
            "as_of": entry.as_of or _DAY,
            "source": entry.source,
            "document_seen": entry.document_seen,
            "worker": laptop.name,
            "at": laptop.at,
        }
        yield laptop.add("fact", said, "households.register")
