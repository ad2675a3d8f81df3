"""The rows of a list as households to be registered, and what is wrong with which row.

Rows belong together by the number of the household where the list has one, else by the address: a head begins a new
household. Cells that a spreadsheet merged for a whole household are empty below the first row and are taken from above.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from forms import problems
from forms.people_list.columns import FIELDS, OF_THE_DOOR, label
from forms.people_list.tables import ListRefused, ListRow, ListTable
from forms.people_list.words import code_of, relation_of
from forms.reading import Unreadable, parse_date, plain, read_phone, tidy
from models.records.documents import read_card, tidy_number
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.kinship import HEAD, OTHER
from models.records.resident import ResidentEntry
from models.texts import _

HOUSEHOLD_MOST = 60
_CODED = ("sex", "ethnic_group", "marital_status", "education")
_PLAIN = ("former_name", "hukou_place")


@dataclass(frozen=True)
class RowTrouble:
    """Something about a row: why its household stays out, or what was taken over as a remark only."""

    row: int
    field: str  # of columns.FIELDS; "" for the whole row
    sentence: str
    keeps_out: bool


@dataclass(frozen=True)
class ListedHousehold:
    """A household of the list, with the rows that it stands in."""

    rows: tuple[int, ...]
    entry: HouseholdEntry


@dataclass(frozen=True)
class ReadList:
    """What a list says: households that can be taken in, and the troubles in the order of the rows."""

    households: tuple[ListedHousehold, ...]
    troubles: tuple[RowTrouble, ...]
    left_out: tuple[int, ...]  # rows of households that stay out

    @property
    def people(self) -> int:
        """How many people can be taken in."""
        return sum(len(household.rows) for household in self.households)


@dataclass
class _Person:
    row: int
    said: dict[str, str]
    entry: ResidentEntry | None
    relation: str


def read_households(table: ListTable, columns: Sequence[str], community_code: str, on: date) -> ReadList:
    """The households of a list, all in one community. columns: for each heading its field, "" for one to pass over.

    Raises ListRefused where no column holds the names or a field is chosen twice.
    """
    chosen = [field for field in columns if field]
    if "name" not in chosen:
        raise ListRefused(reason="no_name_column")
    for field in chosen:
        if chosen.count(field) > 1:
            raise ListRefused(reason="column_twice", field=label(field))
    troubles: list[RowTrouble] = []
    seen: dict[str, int] = {}
    people = [_person(row, said, on, seen, troubles) for row, said in _filled(table.rows, columns)]
    households, out = [], []
    for group in _together(people, by_number="book" in chosen):
        bad = [person for person in group if person.entry is None]
        entry = None if bad else _household(group, community_code, troubles)
        if entry is None:
            out += [person.row for person in group]
            first = bad[0].row if bad else group[0].row
            troubles += [
                RowTrouble(
                    person.row, "", _("Stays out because row {row} of this household does.").format(row=first), True
                )
                for person in group
                if bad and person.entry is not None
            ]
        else:
            households.append(ListedHousehold(tuple(person.row for person in group), entry))
    return ReadList(tuple(households), tuple(sorted(troubles, key=lambda one: one.row)), tuple(sorted(out)))


def _filled(rows: Iterable[ListRow], columns: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
    """Each row by field; what stands for the whole household comes from above where a row has none of it."""
    above: dict[str, str] = {}
    shared = ("book", *OF_THE_DOOR)
    for row in rows:
        said = {field: cell for field, cell in zip(columns, row.cells, strict=False) if field and cell}
        if not said:
            continue
        if any(field in said for field in shared):
            above = {field: said[field] for field in shared if field in said}
        else:
            said |= above
        yield row.number, said


def _person(row: int, said: dict[str, str], on: date, seen: dict[str, int], troubles: list[RowTrouble]) -> _Person:
    fields: dict[str, Any] = {"name": said.get("name", "")}
    remarks: list[str] = []

    def aside(field: str, sentence: str) -> None:
        """A value that does not fit is kept as a remark, so that nothing typed is lost."""
        remarks.append(_("{field} on the list: {said}").format(field=label(field), said=said[field]))
        troubles.append(RowTrouble(row, field, sentence, False))

    for field in _PLAIN:
        if field in said:
            fields[field] = tidy(said[field])
    for field in _CODED:
        if field in said:
            code = code_of(field, said[field])
            if code:
                fields[field] = code
            else:
                aside(field, _("“{said}” is in no code list; it is kept as a remark.").format(said=said[field]))
    if "birth_date" in said:
        try:
            born = parse_date(said["birth_date"])
            if born > on:
                raise Unreadable("date_future")
            fields["birth_date"] = born
        except Unreadable as trouble:
            aside("birth_date", problems.sentence({"type": trouble.key, "ctx": trouble.facts}))
    card = tidy_number(said.get("card", ""))
    twice = card in seen
    if twice:
        sentence = _("The same identity number stands in row {row}.").format(row=seen[card])
        troubles.append(RowTrouble(row, "card", sentence, True))
    elif card:
        seen[card] = row
        _of_card(card, fields, aside)
    if "phone" in said:
        fields["phones"] = [{"number": read_phone(said["phone"])}]
    if "note" in said:
        remarks.insert(0, tidy(said["note"], lines=True))
    fields["note"] = "\n".join(remarks)
    relation = relation_of(said.get("relation", ""))
    if relation is None:
        troubles.append(
            RowTrouble(
                row,
                "relation",
                _("“{said}” is no relation that is known; it is taken as “other”.").format(said=said["relation"]),
                False,
            )
        )
    entry = None if twice else _entry(row, fields, said, troubles)
    return _Person(row, said, entry, OTHER if relation is None else relation)


def _of_card(card: str, fields: dict[str, Any], aside: Callable[[str, str], None]) -> None:
    """What the identity number tells goes before what stands beside it."""
    kind = "resident_card_15" if len(card) == 15 else "resident_card"
    fields["documents"] = [{"kind": kind, "number": card}]
    told = read_card(card)
    if told is None:
        return
    if fields.get("birth_date", told.birth_date) != told.birth_date:
        aside("birth_date", _("It is not the birth date inside the identity number, which counts."))
    if fields.get("sex", told.sex) not in (told.sex, "0", "9"):
        aside("sex", _("It is not the sex inside the identity number, which counts."))
    fields |= {"birth_date": told.birth_date, "birth_source": "document", "sex": told.sex}


def _entry(
    row: int, fields: Mapping[str, Any], said: Mapping[str, str], troubles: list[RowTrouble]
) -> ResidentEntry | None:
    """The resident; without a telephone number that nobody can be reached under. None where the row stays out."""
    try:
        return ResidentEntry(**fields)
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_input=False)
    if all(error["loc"][0] == "phones" for error in found):
        remark = _("{field} on the list: {said}").format(field=label("phone"), said=said["phone"])
        troubles.append(RowTrouble(row, "phone", problems.sentence(found[0], label("phone")), False))
        fuller = {**fields, "phones": [], "note": "\n".join(filter(None, (fields.get("note"), remark)))}
        return _entry(row, fuller, said, troubles)
    for error in found:
        field = {"documents": "card", "phones": "phone"}.get(str(error["loc"][0]), str(error["loc"][0]))
        if field == "phone":
            continue
        shown = field if field in FIELDS else ""
        sentence = problems.sentence(error, label(shown) if shown else "")
        troubles.append(RowTrouble(row, shown, sentence, True))
    return None


def _together(people: Iterable[_Person], *, by_number: bool) -> list[list[_Person]]:
    """The people of each household, in the order in which the households begin."""
    groups: dict[tuple[Any, ...], list[_Person]] = {}
    door: tuple[str, ...] = ()
    count = 0
    for person in people:
        number = plain(person.said.get("book", "")) if by_number else ""
        if number:
            groups.setdefault(("book", number), []).append(person)
            continue
        here = tuple(plain(person.said.get(field, "")) for field in OF_THE_DOOR)
        alone = not any(here[1:]) and "relation" not in person.said  # nothing says with whom
        if alone or here != door or person.relation == HEAD or not count:
            count += 1
            door = here
        groups.setdefault(("place", count), []).append(person)
    return list(groups.values())


def _household(group: Sequence[_Person], community_code: str, troubles: list[RowTrouble]) -> HouseholdEntry | None:
    heads = [person for person in group if person.relation == HEAD]
    first = group[0]
    sentence = ""
    if len(heads) > 1:
        sentence = _("This household has two heads, in rows {rows}.").format(
            rows=", ".join(str(person.row) for person in heads)
        )
    elif len(group) > HOUSEHOLD_MOST:
        sentence = _("More than {most} people would be one household. Check the address and the number.").format(
            most=HOUSEHOLD_MOST
        )
    if not sentence:
        members = [MemberEntry(resident=one.entry, relation=one.relation) for one in [*heads, *_others(group, heads)]]
        try:
            return HouseholdEntry(
                dwelling=DwellingEntry(
                    community_code=community_code, **{field: first.said.get(field, "") for field in OF_THE_DOOR}
                ),
                members=tuple(members),
                book_number=first.said.get("book", ""),
            )
        except ValidationError as wrong:
            error = wrong.errors(include_url=False, include_input=False)[0]
            field = str(error["loc"][-1])
            field = {"book_number": "book"}.get(field, field)
            sentence = problems.sentence(error, label(field) if field in FIELDS else "")
            if field in FIELDS:
                sentence = f"{label(field)}: {sentence}"
    troubles += [RowTrouble(person.row, "", sentence, True) for person in group]
    return None


def _others(group: Sequence[_Person], heads: Sequence[_Person]) -> list[_Person]:
    return [person for person in group if person not in heads]
