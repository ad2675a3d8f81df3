"""The form of a household's change: answers to the entry of its kind (models.records.change) and back.

One definition holds the questions of all kinds, so that what was typed stays where another kind is chosen. Who is to be
head and how the others stand to that head are rows, one for each household that needs a new head: household_id ("" for
one that begins), head_id, relations by resident, and `fixed` where the head stays and only relations are told.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from forms import resident
from forms.collecting import (
    Answers,
    Collector,
    Reading,
    as_typed,
    is_empty,
    is_ticked,
    read_answer,
    read_rows,
    read_text,
)
from forms.definitions import Form
from forms.household import read_address_parts
from forms.shape import Question, is_asked
from models.records import change, divisions
from models.texts import _

ENTRIES: dict[str, type[change.Change]] = {kind: entry for entry, kind in change.KIND.items()}
"""The entry of each kind."""

WAYS = {
    "move_out": ("household", "door", "elsewhere", "unknown"),
    "left": ("elsewhere", "unknown"),
    "return": ("same_door", "door"),
    "split": ("same_door", "door"),
    "marriage": ("stays", "household"),
    "divorce": ("stays", "household", "door", "elsewhere", "unknown"),
    "move_household": ("door",),
    "join": ("household",),
    "move_in": ("elsewhere",),
}
"""Where people can go, or come from, by kind; where there is one way only it is not asked."""

_DAYS = {"birth": "born_on", "death": "died_on"}
_PLAIN = {
    "birth": {
        "mother_id": "mother_id",
        "father_id": "father_id",
        "relation": "child_relation",
        "registered_household_id": "registered_household_id",
        "registered_relation": "registered_relation",
    },
    "death": {"resident_id": "resident_id", "widowed_id": "widowed_id"},
    "move_in": {"registered_household_id": "registered_household_id"},
    "move_household": {"registered_household_id": "moving_book_id"},
    "lodger_in": {"standing": "standing"},
    "move_out": {"resident_ids": "people", "to_household_id": "to_household_id"},
    "return": {"resident_ids": "people"},
    "split": {"resident_ids": "people", "book_number": "book_number"},
    "join": {"into_household_id": "to_household_id"},
    "marriage": {
        "resident_id": "resident_id",
        "spouse_id": "spouse_id",
        "again": "again",
        "to_household_id": "to_household_id",
        "relation": "mover_relation",
    },
    "divorce": {"resident_id": "resident_id", "spouse_id": "spouse_id", "to_household_id": "to_household_id"},
    "standing_change": {
        "resident_id": "resident_id",
        "relation": "as_relation",
        "counts": "as_counts",
        "standing": "as_standing",
    },
    "form_change": {"form": "form"},
}
"""Which question answers which field of the entry, besides those that are read in their own way."""

_DWELLING = {"move_out": "to_dwelling", "divorce": "to_dwelling"}  # elsewhere the field is called dwelling
_PLACE = {"move_in": "origin"}  # elsewhere destination
_OWN_HEAD = frozenset({"split", "head_change", "form_change"})
"""Kinds whose entry names the head of one household by itself."""


def read(form: Form, answers: Answers, on: date | None) -> Reading:
    """The entry of the kind that is answered, or the problems by field."""
    out = Collector(on)
    given = _tidied(answers)
    kind = _kind(form, given, out)
    got: dict[str, Any] = {}
    for question in form.questions:
        if question.id == "kind" or not is_asked(question, given, on):
            continue
        out.walk(question.id, question.label)
        if question.id == "heads":
            got["heads"] = _read_heads(question, given.get("heads"), out)
        elif question.kind == "people":
            got[question.id] = _read_members(form, question, given, kind, out)
        elif question.kind == "address":
            got[question.id] = read_address_parts(question, given.get(question.id), out, "dwelling", "to_dwelling")
        else:
            _read_one(question, given.get(question.id), got, out)
    if kind in WAYS and got.get("where_to") and got["where_to"] not in WAYS[kind]:
        out.problem("where_to", "choice")
    if (province := got.get("elsewhere_province")) and not divisions.province(province):
        out.problem("elsewhere_province", "choice")
    day = got.get(_DAYS.get(kind, "happened_on"))
    if on and isinstance(day, date) and day > on:
        out.warn(_DAYS.get(kind, "happened_on"), _("This day lies in the future. Check the year."))
    household = read_text(given.get("household_id"), "household_id", out)
    left_over = form.unasked(answers)
    if not kind:
        return out.build(lambda: None, left_over)
    fields = _fields(kind, got, given, household)
    _place(kind, out)
    return out.build(lambda: ENTRIES[kind].model_validate(fields), left_over)


def question_of(kind: str, field: str) -> str:
    """The question that answers a field of the entry of this kind, for what the service says of the field.

    "" where the entry as a whole is meant. A path such as members.0.resident keeps what follows.
    """
    first, dot, rest = field.partition(".")
    if first == "happened_on":
        return _DAYS.get(kind, "happened_on")
    if first in ("heads", "relations", "head_id"):
        return "heads"
    if first in ("dwelling", "to_dwelling"):
        return "to_dwelling" + dot + rest
    if first in ("destination", "origin"):
        return "elsewhere_province" if rest == "division" else "elsewhere_address"
    if first == "child":
        return {"sex": "child_sex", "birth_date": "born_on"}.get(rest, "child_name")
    if first == "members":
        return field
    if first == "moves_id":
        return "leaver"
    if first in ("into_household_id", "to_household_id"):
        return "to_household_id"
    return _PLAIN.get(kind, {}).get(first, "note" if first == "note" else "")


def _tidied(answers: Answers) -> dict[str, Any]:
    """The answers with what was picked in a finder ({"key": ..., "words": ...}) as its key alone."""
    return {
        name: answer["key"] if isinstance(answer, Mapping) and "key" in answer else answer
        for name, answer in answers.items()
    }


def _kind(form: Form, answers: Answers, out: Collector) -> str:
    question = form.question("kind")
    out.walk("kind", question.label)
    answer = read_answer(question, answers.get("kind"), "kind", out)
    if answer is not None and answer.value:
        # What is asked hangs on the code, which may have been written out.
        if isinstance(answers, dict):
            answers["kind"] = answer.value
        return str(answer.value)
    out.problem("kind", "missing")
    return ""


def _read_one(question: Question, typed: object, got: dict[str, Any], out: Collector) -> None:
    answer = read_answer(question, typed, question.id, out)
    if answer is not None and answer.value not in (None, ()):
        got[question.id] = answer.value
    elif question.required:
        out.problem(question.id, "missing")


def _read_members(form: Form, question: Question, answers: Answers, kind: str, out: Collector) -> list[dict[str, Any]]:
    """Who comes: residents who are on the register by their id, others with what is asked of a resident."""
    members: list[dict[str, Any]] = []
    for place, row in read_rows(answers.get(question.id), question.id, out):
        known = read_text(row.get("resident_id"), f"{question.id}.{place}.resident_id", out)
        if not known and all(is_empty(value) for key, value in row.items() if key not in _PARTS):
            continue
        path, at = f"{question.id}.{place}.", ("members", len(members))
        member: dict[str, Any] = {}
        for part in question.parts:
            out.walk(path + part.id, part.label, (*at, part.id))
            if kind == "lodger_in":
                continue  # they stand in no relation, do not count, and their hukou stays where it is
            answer = read_answer(part, row.get(part.id), path + part.id, out)
            if answer is not None and answer.value is not None:
                member[part.id] = answer.value
            elif part.required:
                out.problem(path + part.id, "missing")
        if kind == "lodger_in":
            member |= {"counts": False, "also_registered_here": False}
        if known:
            member["resident_id"] = known
        else:
            out.walk(path + "name", question.label, (*at, "resident"))
            member["resident"] = resident.read_person(form.person, row, out, path, (*at, "resident"))
        members.append(member)
    if not members:
        out.problem(question.id, "missing")
    return members


_PARTS = ("relation", "counts")


def _read_heads(question: Question, typed: object, out: Collector) -> list[dict[str, Any]]:
    """The rows of heads; whoever stands in one has to be told."""
    rows = []
    for place, row in read_rows(typed, question.id, out):
        path = f"{question.id}.{place}"
        read_row: dict[str, Any] = {"fixed": is_ticked(row.get("fixed"))}
        read_row["household_id"] = read_text(row.get("household_id"), f"{path}.household_id", out)
        part = question.part("head_id")
        out.walk(f"{path}.head_id", part.label)
        read_row["head_id"] = read_text(row.get("head_id"), f"{path}.head_id", out)
        if not read_row["head_id"]:
            out.problem(f"{path}.head_id", "missing")
        relations, names = row.get("relations"), row.get("names")
        read_row["relations"] = {}
        for resident_id, said in (relations if isinstance(relations, Mapping) else {}).items():
            if resident_id == read_row["head_id"]:
                continue
            part, here = question.part("relation"), f"{path}.relations.{resident_id}"
            name = names.get(resident_id) if isinstance(names, Mapping) else None
            out.walk(here, _("Relation of {name} to the head").format(name=name) if name else part.label)
            answer = read_answer(part, said, here, out)
            if answer is not None and answer.value:
                read_row["relations"][str(resident_id)] = answer.value
            else:
                out.problem(here, "missing")
        rows.append(read_row)
    return rows


def _fields(kind: str, got: Mapping[str, Any], given: Answers, household: str) -> dict[str, Any]:
    """The fields of the entry."""
    model = ENTRIES[kind].model_fields
    fields: dict[str, Any] = {"happened_on": got.get(_DAYS.get(kind, "happened_on")), "note": got.get("note", "")}
    fields |= {field: got[question] for field, question in _PLAIN.get(kind, {}).items() if question in got}
    if "household_id" in model:
        fields["household_id"] = household
    if "members" in model:
        fields["members"] = got.get("members", [])
    if kind == "birth":
        child = {"name": got.get("child_name"), "sex": got.get("child_sex"), "birth_date": got.get("born_on")}
        fields["child"] = {**child, "birth_source": "told"}
    if got.get("leaver"):
        fields["moves_id"] = got.get("resident_id" if got["leaver"] == "resident" else "spouse_id", "")
    if "to_dwelling" in got:
        fields[_DWELLING.get(kind, "dwelling")] = got["to_dwelling"]
    if given.get("where_to") == "elsewhere" and ("destination" in model or "origin" in model):
        place = {"division": got.get("elsewhere_province", ""), "address": got.get("elsewhere_address", "")}
        if kind != "move_in" or any(place.values()):
            fields[_PLACE.get(kind, "destination")] = place
    rows = [row for row in got.get("heads", ()) if row["head_id"]]
    if kind in _OWN_HEAD:
        own = next((row for row in rows if not row["fixed"] and row["household_id"] in ("", household)), None)
        if kind == "split":
            own = next((row for row in rows if row["household_id"] == ""), None)
        if own is not None:
            fields["head_id"] = own["head_id"]
            rows = [row for row in rows if row is not own or row["relations"]]
            if "heads" in model:
                fields["heads"] = {r["household_id"]: r["head_id"] for r in rows if r is not own and not r["fixed"]}
    elif "heads" in model:
        fields["heads"] = {
            row["household_id"]: row["head_id"] for row in rows if not row["fixed"] and row["household_id"]
        }
    if "relations" in model:
        fields["relations"] = {who: code for row in rows for who, code in row["relations"].items()}
        if kind == "move_out":  # the head of the household that begins is told as a relation
            fields["relations"] |= {row["head_id"]: "0" for row in rows if not row["household_id"]}
    return fields


def _place(kind: str, out: Collector) -> None:
    """Where each field of the entry is asked, for what pydantic has to say."""
    for field in ENTRIES[kind].model_fields:
        question = question_of(kind, field)
        if question and not (kind == "birth" and field == "child"):
            out.walk(question, "", (field,))
    if kind == "birth":
        for part, question in {"name": "child_name", "sex": "child_sex", "birth_date": "born_on"}.items():
            out.walk(question, "", ("child", part))
    for part, question in {"division": "elsewhere_province", "address": "elsewhere_address"}.items():
        out.walk(question, "", (_PLACE.get(kind, "destination"), part))


def answers(form: Form, entry: Any) -> dict[str, Any]:
    """The answers that make this entry."""
    kind = change.KIND[type(entry)]
    given: dict[str, Any] = {"kind": kind, _DAYS.get(kind, "happened_on"): entry.happened_on.isoformat()}
    for name in ("household_id", "note"):
        if value := getattr(entry, name, ""):
            given[name] = value
    for field, question in _PLAIN.get(kind, {}).items():
        value = getattr(entry, field)
        if value not in ("", None, ()):
            given[question] = list(value) if isinstance(value, tuple) else as_typed(value)
    if kind == "birth":
        given |= {"child_name": entry.child.name, "child_sex": entry.child.sex}
    if kind in ("move_in", "lodger_in"):
        given["members"] = [_member_row(form, member) for member in entry.members]
    dwelling = getattr(entry, _DWELLING.get(kind, "dwelling"), None)
    place = getattr(entry, _PLACE.get(kind, "destination"), None)
    if dwelling is not None:
        given |= {"where_to": "door", "to_dwelling": {name: v for name, v in dwelling.model_dump().items() if v}}
    elif place is not None:
        given |= {"where_to": "elsewhere", "elsewhere_province": place.division, "elsewhere_address": place.address}
    elif getattr(entry, "to_household_id", "") or kind == "join":
        given["where_to"] = "household"
    elif kind in WAYS and kind != "move_in":
        stay = "stays" if not getattr(entry, "moves_id", "") else "unknown"
        given["where_to"] = {"marriage": stay, "divorce": stay, "return": "same_door", "split": "same_door"}.get(
            kind, "unknown"
        )
    if getattr(entry, "moves_id", ""):
        given["leaver"] = "resident" if entry.moves_id == entry.resident_id else "spouse"
    if rows := list(_head_rows(kind, entry)):
        given["heads"] = rows
    return given


def _member_row(form: Form, member: Any) -> dict[str, Any]:
    known = {"resident_id": member.resident_id}
    person = known if member.resident_id else resident.answers(form.person, member.resident)
    return person | {name: as_typed(getattr(member, name)) for name in _PARTS}


def _head_rows(kind: str, entry: Any) -> Iterator[dict[str, Any]]:
    relations = dict(getattr(entry, "relations", {}))
    if kind in _OWN_HEAD and entry.head_id:
        household = "" if kind == "split" else entry.household_id
        yield {"household_id": household, "head_id": entry.head_id, "relations": relations, "fixed": False}
        relations = {}
    begins = [person for person, code in relations.items() if code == "0"]
    if kind == "move_out" and begins:
        del relations[begins[0]]
        yield {"household_id": "", "head_id": begins[0], "relations": relations, "fixed": False}
        relations = {}
    for household, head in getattr(entry, "heads", {}).items():
        yield {"household_id": household, "head_id": head, "relations": relations, "fixed": False}
        relations = {}
    if relations:  # only told how they stand to a head who stays
        yield {"household_id": "", "head_id": "-", "relations": relations, "fixed": True}
