"""Which households need to be told who is their head from then on, for what is answered so far. No widgets here."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from desktop.case_words import kind_of_household, short_person
from desktop.pages.change_kinds import FAMILY
from desktop.widgets.head_field import Seat, Sitter
from models.records.kinship import Kin
from models.services.views import HouseholdView, MembershipView
from models.texts import _

Homes = Mapping[str, Sequence[HouseholdView]]
"""The present households of residents, as far as they are loaded."""


def seats(
    kind: str, answers: Mapping[str, Any], view: HouseholdView, homes: Homes, targets: Mapping[str, HouseholdView]
) -> list[Seat]:
    """The households whose head, or the relations to whose head, are to be told.

    `targets` are households that people go to, by id. A family with one person left needs no question.
    """
    people = [str(one) for one in answers.get("people") or ()]
    mover = mover_of(answers)
    target = targets.get(key_of(answers.get("to_household_id"))) if answers.get("where_to") == "household" else None
    found: list[Seat | None] = []
    if kind == "death":
        found = [
            _left_behind(home, {key}, view)
            for key in (str(answers.get("resident_id") or ""),)
            for home in homes.get(key, ())
        ]
    elif kind == "move_out":
        found = [_left_behind(view, people, view), _arriving(target, _sitters(view, people))]
        if answers.get("where_to") == "door" and len(people) > 1:
            found.append(_beginning(_sitters(view, people)))
    elif kind in ("marriage", "divorce") and mover:
        lived = [home for home in homes.get(mover, ()) if home.kind == "living"]
        found = [_left_behind(home, {mover}, view) for home in lived]
        if kind == "divorce" and lived:
            found.append(_arriving(target, _sitters(lived[0], {mover})))
    elif kind == "move_in":
        found = _emptied(answers, view, homes)
    elif kind == "return":
        found = [_returning(view, people)]
    elif kind == "split":
        found = [_beginning(_sitters(view, people)) if people else None, _left_behind(view, people, view)]
    elif kind == "join":
        found = [_arriving(target, _sitters(view, {member.resident.id for member in view.members}))]
    elif kind == "head_change":
        found = [_another(view)]
    elif kind == "form_change" and answers.get("form") == "family" and not _head(view):
        found = [_first(view)]
    return [seat for seat in found if seat is not None]


def mover_of(answers: Mapping[str, Any]) -> str:
    """Who of two people moves; "" for nobody."""
    leaver = {"resident": "resident_id", "spouse": "spouse_id"}.get(str(answers.get("leaver") or ""), "")
    return key_of(answers.get(leaver)) if leaver else ""


def key_of(answer: object) -> str:
    """The key of what was picked, in a finder or among choices."""
    return str((answer.get("key") if isinstance(answer, Mapping) else answer) or "")


def known_members(answers: Mapping[str, Any]) -> list[str]:
    """The residents who come, of those who are on the register."""
    rows = answers.get("members")
    return [str(row["resident_id"]) for row in rows if row.get("resident_id")] if isinstance(rows, list) else []


def _sitter(member: MembershipView) -> Sitter:
    who = member.resident
    return Sitter(who.id, who.name, short_person(who), Kin(member.relation, who.sex, who.age))


def _sitters(view: HouseholdView, wanted: Collection[str]) -> tuple[Sitter, ...]:
    return tuple(_sitter(member) for member in view.members if member.resident.id in wanted)


def _own(view: HouseholdView) -> list[MembershipView]:
    return [member for member in view.members if not member.standing]


def _head(view: HouseholdView) -> MembershipView | None:
    return next((member for member in view.members if member.relation == "0"), None)


def _called(view: HouseholdView, near: HouseholdView) -> str:
    """A household by its kind; with its address where it is at another door than the one at hand."""
    kind = kind_of_household(view.kind)
    return kind if view.dwelling_id == near.dwelling_id else f"{kind} {view.address}"


def _left_behind(view: HouseholdView, leaving: Collection[str], near: HouseholdView) -> Seat | None:
    """The household that its head leaves."""
    head = _head(view)
    stay = [member for member in _own(view) if member.resident.id not in leaving]
    if view.form not in FAMILY or head is None or head.resident.id not in leaving or len(stay) < 2:
        return None
    words = _("{name} was the head of {household}. Who is the head from then on?")
    people = tuple(_sitter(member) for member in stay)
    told = words.format(name=head.resident.name, household=_called(view, near))
    return Seat(view.id, told, people, tuple(who.id for who in people))


def _arriving(target: HouseholdView | None, people: tuple[Sitter, ...]) -> Seat | None:
    """How those who go over stand to the head who is there."""
    head = _head(target) if target is not None else None
    if target is None or head is None or target.form not in FAMILY or not people:
        return None
    words = _("How do they stand to {name}, the head there?").format(name=head.resident.name)
    return Seat(target.id, words, people, fixed=head.resident.id)


def _beginning(people: tuple[Sitter, ...]) -> Seat:
    return Seat("", _("Who is the head of the new household?"), people, tuple(who.id for who in people))


def _another(view: HouseholdView) -> Seat:
    people = tuple(_sitter(member) for member in _own(view))
    head = _head(view)
    heads = tuple(who.id for who in people if head is None or who.id != head.resident.id)
    words = _("Who is the head from then on?")
    if head is not None:
        words = _("{name} is the head now. Who is the head from then on?").format(name=head.resident.name)
    return Seat(view.id, words, people, heads)


def _first(view: HouseholdView) -> Seat:
    people = tuple(_sitter(member) for member in _own(view))
    return Seat(view.id, _("Who is the head from then on?"), people, tuple(who.id for who in people))


def _returning(view: HouseholdView, people: Collection[str]) -> Seat | None:
    """Those who come back choose a head where the last one is not among them."""
    last = {member.resident.id: member for member in sorted(view.former, key=lambda one: str(one.until))}
    coming = tuple(_sitter(last[who]) for who in people if who in last and not last[who].standing)
    if view.form not in FAMILY or len(coming) < 2 or any(who.kin.relation == "0" for who in coming):
        return None
    return Seat(view.id, _("Who is the head from then on?"), coming, tuple(who.id for who in coming))


def _emptied(answers: Mapping[str, Any], view: HouseholdView, homes: Homes) -> list[Seat | None]:
    """Households that those who move in leave without a head."""
    kinds = {view.kind} | ({"registered"} if answers.get("registered_household_id") else set())
    coming = set(known_members(answers))
    left = {home.id: home for who in coming for home in homes.get(who, ()) if home.kind in kinds and home.id != view.id}
    return [_left_behind(home, coming, view) for home in left.values()]
