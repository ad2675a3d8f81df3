"""A round as the value that is printed: words and numbers as they stand on the paper, nothing looked up later."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from desktop.case_words import sex_text
from desktop.round_words import door_parts, due_text, last_text, retry_text, try_text
from models.records.layout import Layout, own_layout
from models.services.rounds_views import DueLine, PersonAtDoor, RoundView, StopView
from models.store.names import surname_length
from models.texts import _, language
from reports.round_list import PersonLine, RoundLine, RoundSheet

MOST_DUE = 6
"""Lines of what is due that are printed at a door; the others are counted."""


def round_sheet(
    view: RoundView,
    *,
    office: str,
    on: date,
    papers: Mapping[str, str],
    layout: Layout | None = None,
    family_names: bool = False,
    only_open: bool = False,
) -> RoundSheet:
    """The paper list of a round in the language now shown.

    layout: how the office has its lists set, none: as the program has them. family_names: people by their family name
    only, without telephone. only_open: doors at which somebody still has to knock. No identity number is on it; of
    telephones the last four digits.
    """
    stops = [stop for stop in view.stops if stop.status not in ("skipped", "handed") and (stop.open or not only_open)]
    return RoundSheet(
        language="zh" if language() == "zh_CN" else "en",
        office=office,
        name=view.row.name,
        purpose=view.row.purpose,
        worker=view.row.assignee,
        printed_on=on,
        lines=tuple(_line(stop, papers, family_names) for stop in stops),
        layout=layout or own_layout("round_list"),
    )


def _line(stop: StopView, papers: Mapping[str, str], family_names: bool) -> RoundLine:
    street, door = door_parts(stop)
    due = [due_text(_nameless(line) if family_names else line, papers) for line in stop.due]
    if len(due) > MOST_DUE:
        due = [*due[: MOST_DUE - 1], _("and {n} more").format(n=len(due) - MOST_DUE + 1)]
    before = try_text(stop.tries[-1]) if stop.tries else last_text(stop) if stop.household_id else ""
    return RoundLine(
        number=stop.place,
        street=street,
        door=door,
        people=tuple(_person(person, family_names) for person in stop.people),
        before=before,
        due=tuple(due),
        retry=retry_text(stop),
        note=stop.note,
    )


def _person(person: PersonAtDoor, family_names: bool) -> PersonLine:
    parts = [sex_text(person.sex), "" if person.age is None else str(person.age)]
    if person.phone_tail and not family_names:
        parts.append(f"…{person.phone_tail}")
    name = family_name(person.name) if family_names else person.name
    return PersonLine(name=name, about=" ".join(part for part in parts if part))


def family_name(name: str) -> str:
    """The family name, and a mark that the rest is left out: 李某; of a name with a dot its first letter."""
    if "·" in name or not name or ord(name[0]) < 0x2E80:
        return _("{initial}. …").format(initial=name[:1])
    return _("{family_name} …").format(family_name=name[: surname_length(name) or 1])


def _nameless(line: DueLine) -> DueLine:
    """A line of what is due, with the family name alone of whom it is about."""
    return replace(line, resident_name=family_name(line.resident_name) if line.resident_name else "")
