"""Works a change out on the ground, and writes what came of it inside a verb."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, cast

from sqlalchemy import select

from models.records import change as said
from models.records.household import DwellingEntry
from models.services.changes import moving, people, seeing
from models.services.changes.ground import Ground, Home, Someone, Stay
from models.services.changes.plan import Plan, check_day
from models.services.registering import register_resident
from models.store.rows import KEPT
from models.store.work import Work

_HOUSEHOLD, _MEMBERSHIP = KEPT["household"], KEPT["membership"]

_WORKED_OUT: dict[type[said.Change], Callable[[Plan, Any], None]] = {
    said.Birth: people.born,
    said.Death: people.died,
    said.MoveIn: moving.moved_in,
    said.LodgerIn: moving.lodged,
    said.MoveOut: moving.moved_out,
    said.MoveHousehold: moving.moved_whole,
    said.LeaveAltogether: moving.left_altogether,
    said.Return: moving.returned,
    said.Split: moving.split_off,
    said.Join: moving.joined,
    said.HeadChange: seeing.head_changed,
    said.Marriage: people.married,
    said.Divorce: people.divorced,
    said.StandingChange: seeing.stands_otherwise,
    said.FormChange: seeing.form_changed,
}


def planned(ground: Ground, change: said.Change) -> Plan:
    """What a change would do, with all problems and doubts; nothing is written."""
    heads = {home: head for home, head in getattr(change, "heads", {}).items() if head}
    relations = {person: code for person, code in getattr(change, "relations", {}).items() if code}
    plan = Plan(ground, said.KIND[type(change)], change.happened_on, heads, relations)
    check_day(plan)
    _WORKED_OUT[type(change)](plan, change)
    plan.settle()
    return plan


def write(work: Work, plan: Plan, note: str = "") -> str:
    """Write a plan without problems inside a verb, its event last; returns the event's id.

    new_people and new_homes of the plan hold the identities that were given, afterwards.
    """
    return write_event(work, plan, write_rows(work, plan), note)


def write_rows(work: Work, plan: Plan) -> dict[str, str]:
    """Write what differs from what was read; the identities that new records got, by those they had in the plan."""
    ground = plan.ground
    ids: dict[str, str] = {}
    doors: dict[DwellingEntry, str] = {}
    for person in ground.people.values():
        _write_person(work, person, ground.before_people.get(person.id), ids, plan)
    for home in ground.homes.values():
        _write_home(work, home, ground.before_homes.get(home.id), ids, doors)
    for stay in ground.stays:
        _write_stay(work, stay, ground.before_stays.get(stay.id), ids)
    for plan_id in plan.dropped:
        work.amend("planned_visit", plan_id, {"status": "dropped"})
    for place in plan.ended_places:
        work.amend("place", place, {"until": plan.day})
    about = [ids.get(person, person) for person in plan.about]
    touched = [ids.get(home, home) for home in plan.touched]
    work.concerns(*about, *touched)
    work.reindex.update(about)
    moved = {stay.person for stay in ground.stays if _moved_door(ground, stay)}
    work.reindex.update(ids.get(person, person) for person in moved)
    plan.new_people = [ids[person] for person in plan.new_people]
    plan.new_homes = [ids[home] for home in plan.new_homes]
    return ids


def _moved_door(ground: Ground, stay: Stay) -> bool:
    home, before = ground.homes[stay.home], ground.before_homes.get(stay.home)
    return before is not None and (home.dwelling is not None or home.dwelling_id != before.dwelling_id)


def _write_person(work: Work, person: Someone, before: Someone | None, ids: dict[str, str], plan: Plan) -> None:
    if before is None and person.entry is not None:
        entry = person.entry
        if person.birth_date is not None and entry.birth_date is None:
            entry = entry.model_copy(update={"birth_date": person.birth_date})
        ids[person.id] = register_resident(work, entry, plan.ground.today)
    elif before is not None and before != person:
        work.amend("resident", person.id, {"marital_status": person.marital_status, "died_on": person.died_on})


def _write_home(
    work: Work, home: Home, before: Home | None, ids: dict[str, str], doors: dict[DwellingEntry, str]
) -> None:
    if home.dwelling is not None:
        if home.dwelling not in doors:
            doors[home.dwelling] = work.add("dwelling", home.dwelling.model_dump())
        home.dwelling_id = doors[home.dwelling]
    told = {name: getattr(home, name) for name in ("kind", "dwelling_id", "form", "since", "until", "book_number")}
    if before is None:
        ids[home.id] = work.add("household", told)
    elif any(getattr(before, name) != value for name, value in told.items()):
        work.amend("household", home.id, told)


def _write_stay(work: Work, stay: Stay, before: Stay | None, ids: dict[str, str]) -> None:
    if before == stay:
        return
    told = {
        "household_id": ids.get(stay.home, stay.home),
        "resident_id": ids.get(stay.person, stay.person),
        **{one.name: getattr(stay, one.name) for one in fields(Stay) if one.name not in ("id", "home", "person")},
    }
    if before is None:
        work.add("membership", told)
    else:
        work.amend("membership", stay.id, told)
    work.reindex.add(str(told["resident_id"]))
    work.concerns(str(told["household_id"]), str(told["resident_id"]))


def write_event(work: Work, plan: Plan, ids: dict[str, str], note: str = "") -> str:
    """The row that tells what happened, with the operations that this verb has written so far."""
    event = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in plan.event.items()}
    for name, home_id in (("dwelling_id", "household_id"), ("other_dwelling_id", "other_household_id")):
        if not event.get(name) and plan.event.get(home_id, "") in plan.ground.homes:
            event[name] = plan.ground.homes[plan.event[home_id]].dwelling_id
    if plan.kind in ("move_household", "return") and plan.event.get("household_id"):
        event["other_dwelling_id"] = plan.ground.homes[plan.event["household_id"]].dwelling_id
    heads = {home: head for home, head in plan.touched.items() if head}
    detail = cast(dict[str, Any], _with_ids({**plan.detail, "before": heads}, ids))
    return work.add(
        "household_event",
        {
            "kind": plan.kind,
            "happened_on": plan.day,
            **event,
            "people": [ids.get(person, person) for person in plan.about],
            "detail": detail,
            "note": note,
            "operations": list(work.said),
            "worker": work.worker,
            "at": work.now,
        },
    )


def write_new(work: Work, household_id: str, residents: Sequence[str], since: date | None, today: date) -> str:
    """The event of a household that was registered, as the last thing of the verb; since: from when it was there."""
    work.flush()
    query = select(_HOUSEHOLD.c.dwelling_id).where(_HOUSEHOLD.c.id == household_id)
    dwelling = str(work.connection.execute(query).scalar() or "")
    also = (
        select(_MEMBERSHIP.c.household_id)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .where(
            _MEMBERSHIP.c.resident_id.in_(list(residents)),
            _MEMBERSHIP.c.until.is_(None),
            _HOUSEHOLD.c.kind == "registered",
            _HOUSEHOLD.c.dwelling_id == dwelling,
            _HOUSEHOLD.c.id != household_id,
        )
    )
    plan = Plan(Ground(work.connection, today), "new", since or today, about=list(residents))
    plan.event |= {"household_id": household_id, "dwelling_id": dwelling, "resident_id": residents[0]}
    plan.event["other_household_id"] = str(work.connection.execute(also).scalar() or "")
    if since is not None:
        plan.detail["registered_on"] = today.isoformat()
    return write_event(work, plan, {})


def _with_ids(value: object, ids: dict[str, str]) -> object:
    """The same with the identities that new records got."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, list):
        return [_with_ids(one, ids) for one in value]
    if isinstance(value, dict):
        return {ids.get(name, name): _with_ids(one, ids) for name, one in value.items()}
    return value
