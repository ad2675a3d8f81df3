"""Two records of perhaps one person beside each other: what differs, what is suggested, what a merge would move."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models.records.documents import read_card
from models.records.kinship import HEAD
from models.records.phones import show_phone
from models.services import merging_homes, pointing
from models.services.comparing import compare
from models.services.facts import current_facts
from models.services.likeness import traits_of
from models.services.merging_views import Comparison, FactPair, FieldPair, HeadChoice, HomePair, NumberPair
from models.services.people import resident_rows, short_address
from models.services.registering import PLAIN
from models.services.views import FactView
from models.store.rows import KEPT
from models.texts import _
from models.values import mask_number, mask_phone

_RESIDENT, _MEMBERSHIP, _HOUSEHOLD, _DWELLING = (
    KEPT[name] for name in ("resident", "membership", "household", "dwelling")
)
_DAYS = ("birth_date", "died_on")
_UNKNOWN = frozenset({"", "0", None})

FIELDS = (*PLAIN, "died_on")
"""The fields of a resident that are chosen one by one, in the order in which they are shown."""


def comparison(connection: Connection, a: str, b: str, on: date) -> Comparison:
    """The two records; one of them may have been merged into the other already."""
    rows = {row.id: row for row in connection.execute(select(_RESIDENT).where(_RESIDENT.c.id.in_((a, b)))).mappings()}
    shown = {row.id: row for row in resident_rows(connection, [a, b], on)}
    traits = traits_of(connection, [a, b], removed_too=True)
    evidence = compare(traits[a], traits[b])
    better = _better(rows[a], rows[b], traits[a].numbers, traits[b].numbers)
    facts = current_facts(connection, [a, b], on)
    homes = tuple(_homes(connection, a, b, on))
    return Comparison(
        a=shown[a],
        b=shown[b],
        survivor="a" if a < b else "b",
        level=evidence.level,
        reasons=evidence.reasons(),
        doubts=evidence.doubts(),
        fields=tuple(_field(name, rows[a], rows[b], better, traits) for name in FIELDS),
        facts=tuple(_facts(facts.get(a, {}), facts.get(b, {}))),
        numbers=tuple(_numbers(connection, a, b)),
        homes=homes,
        heads=tuple(_heads(connection, (a, b), homes)),
        counts=_counts(connection, a, b),
    )


def _better(
    a: Mapping[Any, Any],
    b: Mapping[Any, Any],
    numbers_a: Iterable[tuple[str, str]],
    numbers_b: Iterable[tuple[str, str]],
) -> str:
    """Which record is taken where both say something else: with a card, with more filled in, the older."""

    def worth(row: Mapping[Any, Any], numbers: Iterable[tuple[str, str]]) -> tuple[bool, int, str]:
        filled = sum(row[name] not in _UNKNOWN for name in FIELDS)
        return (not any(kind == "resident_card" for kind, _number in numbers), -filled, str(row["id"]))

    return "a" if worth(a, numbers_a) <= worth(b, numbers_b) else "b"


def _field(name: str, a: Mapping[Any, Any], b: Mapping[Any, Any], better: str, traits: Mapping[str, Any]) -> FieldPair:
    one, other = (None if value in _UNKNOWN else value for value in (a[name], b[name]))
    one, other = ("" if value is None and name not in _DAYS else value for value in (one, other))
    suggested = better if one and other else "b" if other else "a"
    if name == "note" and one and other and one != other:
        suggested = "both"
    if name in ("sex", "birth_date", "birth_source"):  # an identity number knows better
        cards = [
            card
            for found in traits.values()
            for _kind, number in sorted(found.numbers)
            if (card := read_card(number[:18] if len(number) > 17 else number))
        ]
        if cards and name == "sex" and one and other:
            suggested = "a" if one == cards[0].sex else "b" if other == cards[0].sex else suggested
        elif cards and name != "sex" and a["birth_date"] and b["birth_date"]:
            days = (a["birth_date"], b["birth_date"])
            suggested = "a" if days[0] == cards[0].birth_date else "b" if days[1] == cards[0].birth_date else suggested
    return FieldPair(name, one, other, suggested)


def _facts(a: Mapping[str, FactView], b: Mapping[str, FactView]) -> Iterable[FactPair]:
    for name in sorted({*a, *b}):
        one, other = a.get(name), b.get(name)
        newer = "a"
        if other is not None and (one is None or (other.as_of or date.min) > (one.as_of or date.min)):
            newer = "b"
        elif one is not None and other is not None and one.as_of == other.as_of and other.id > one.id:
            newer = "b"  # the later statement counts
        yield FactPair(name, one, other, newer)


def _numbers(connection: Connection, a: str, b: str) -> Iterable[NumberPair]:
    found: dict[tuple[str, str, str], set[str]] = {}
    for entity in ("identity_document", "phone"):
        table = KEPT[entity]
        query = select(table).where(table.c.resident_id.in_((a, b)), table.c.dead.is_(False)).order_by(table.c.id)
        for row in connection.execute(query):
            kind = row.kind if entity == "identity_document" else "phone"
            masked = mask_number(row.number) if kind != "phone" else mask_phone(show_phone(row.number).replace(" ", ""))
            found.setdefault((kind, row.number, masked), set()).add(row.resident_id)
    for (kind, _number, masked), owners in found.items():
        yield NumberPair(kind, masked, a in owners, b in owners)


def _homes(connection: Connection, a: str, b: str, on: date) -> Iterable[HomePair]:
    query = (
        select(_MEMBERSHIP, _HOUSEHOLD.c.kind, _DWELLING.c.id.label("place"))
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .outerjoin(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_MEMBERSHIP.c.resident_id.in_((a, b)), _MEMBERSHIP.c.dead.is_(False))
        .order_by(_MEMBERSHIP.c.since, _MEMBERSHIP.c.id)
    )
    open_ones = [row for row in connection.execute(query) if row.until is None or row.until > on]
    for kind in merging_homes.KINDS:
        of_a = [row for row in open_ones if row.kind == kind and row.resident_id == a]
        of_b = [row for row in open_ones if row.kind == kind and row.resident_id == b]
        if of_a and of_b and of_a[-1].household_id != of_b[-1].household_id:
            one, other = of_a[-1], of_b[-1]
            newer = "b" if (other.since or date.min, other.id) > (one.since or date.min, one.id) else "a"
            yield HomePair(
                kind,
                one.household_id,
                _home_words(connection, one.household_id),
                other.household_id,
                _home_words(connection, other.household_id),
                newer,
            )


def _heads(connection: Connection, both: tuple[str, str], homes: Iterable[HomePair]) -> Iterable[HeadChoice]:
    for pair in homes:
        for household_id, words in ((pair.a_id, pair.a), (pair.b_id, pair.b)):
            query = (
                select(_MEMBERSHIP, _RESIDENT.c.name, _RESIDENT.c.birth_date, _HOUSEHOLD.c.form)
                .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
                .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
                .where(
                    _MEMBERSHIP.c.household_id == household_id,
                    _MEMBERSHIP.c.until.is_(None),
                    _MEMBERSHIP.c.dead.is_(False),
                )
                .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
            )
            rows = list(connection.execute(query))
            others = [row for row in rows if row.resident_id not in both and not row.standing]
            heads = {row.resident_id for row in rows if row.relation == HEAD}
            if others and heads & set(both) and rows[0].form in ("", "family"):
                candidates = tuple((row.resident_id, row.name) for row in others)
                yield HeadChoice(household_id, words, candidates, merging_homes.next_head(others).resident_id)


def _home_words(connection: Connection, household_id: str) -> str:
    """Address and people of a household."""
    query = select(_DWELLING).join(_HOUSEHOLD, _HOUSEHOLD.c.dwelling_id == _DWELLING.c.id)
    place = connection.execute(query.where(_HOUSEHOLD.c.id == household_id)).mappings().first()
    people = (
        select(_RESIDENT.c.name)
        .join(_MEMBERSHIP, _MEMBERSHIP.c.resident_id == _RESIDENT.c.id)
        .where(_MEMBERSHIP.c.household_id == household_id, _MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False))
        .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
    )
    names = list(connection.execute(people).scalars())
    return " · ".join(filter(None, (short_address(place) if place else "", _(", ").join(names))))


def _counts(connection: Connection, a: str, b: str) -> dict[str, tuple[int, int]]:
    of_a, of_b = pointing.counts(connection, a), pointing.counts(connection, b)
    return {entity: (of_a[entity], of_b[entity]) for entity in sorted({*of_a, *of_b})}
