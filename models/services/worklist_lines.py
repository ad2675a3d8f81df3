"""The lines of the worklist as a page shows them: who lives there and where, and each reason in words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from models.eligibility import Policies
from models.services import worklist_sources as sources
from models.services.people import short_address
from models.services.planning import member_names
from models.services.walking import portions
from models.services.worklist_gather import Stand, Weighed, cared_for, need, weigh
from models.services.worklist_rules import Rules
from models.services.worklist_views import WorkItem, WorkReason
from models.services.worklist_words import sentence
from models.store.rows import KEPT

if TYPE_CHECKING:
    from models.services.worklist_standing import Standing

_HOUSEHOLD, _DWELLING, _RESIDENT, _PHONE = KEPT["household"], KEPT["dwelling"], KEPT["resident"], KEPT["phone"]


def work_items(
    connection: Connection,
    policies: Policies,
    shown: Sequence[tuple[Any, str, Any]],
    standing: "Standing | None",
    rules: Rules,
    on: date,
    *,
    aside: bool,
) -> list[WorkItem]:
    """The lines of some households, in their order.

    shown: of each its key, its id, and its Stand or its place in the standing. aside: with what is put off there.
    """
    reasons: dict[str, list[Weighed]] = {}
    for _key, home, what in shown:
        if isinstance(what, Stand):
            reasons[home] = what.aside if aside else what.reasons
        elif standing is not None:
            reasons[home] = [weigh(standing.found(what), rules, on)]
    put_off = {home: what.put_off for _key, home, what in shown if isinstance(what, Stand)}
    members = sources.people_now(connection, reasons)
    names = member_names(connection, reasons)
    people = resident_names(connection, {one.found.resident for some in reasons.values() for one in some})
    tails = _phone_tails(connection, {one for some in members.values() for one in some})
    addresses = _addresses(connection, reasons)
    carers = cared_for(connection, on, homes=list(reasons))
    made = []
    for home, some in reasons.items():
        told = tuple(work_reason(one, people, policies, rules, on) for one in some)
        dated = [one for one in told if one.kind != "unseen"] or told
        days = [one.due for one in dated if one.due is not None]
        about = [one.resident_id for one in told if one.resident_id]
        phones = [tails[one] for one in (*about, *members.get(home, ())) if one in tails]
        made.append(
            WorkItem(
                household_id=home,
                address=addresses.get(home, ("", ""))[0],
                names=tuple(names.get(home, ())),
                reasons=told,
                weight=need(one.weight for one in some),
                due=min(days) if days else None,
                overdue=max(one.overdue for one in dated),
                phone_tail=phones[0] if phones else "",
                assignee=carers.get(home, ""),
                community=addresses.get(home, ("", ""))[1],
                put_off=put_off.get(home),
            )
        )
    return made


def work_reason(one: Weighed, names: Mapping[str, str], policies: Policies, rules: Rules, on: date) -> WorkReason:
    """A reason in words."""
    found = one.found
    return WorkReason(
        kind=found.kind,
        text=sentence(found, names, policies, rules, on),
        due=found.due,
        overdue=one.overdue,
        weight=one.weight,
        resident_id=found.resident,
        resident_name=names.get(found.resident, ""),
        ref=found.ref,
        assignee=found.assignee,
        service_id=found.service,
    )


def resident_names(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """The names of residents by id."""
    found: dict[str, str] = {}
    for some in portions(one for one in ids if one):
        query = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(some))
        found |= {row.id: row.name for row in connection.execute(query)}
    return found


def _phone_tails(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in portions(ids):
        query = select(_PHONE.c.resident_id, _PHONE.c.number).where(
            _PHONE.c.resident_id.in_(some), _PHONE.c.dead.is_(False)
        )
        for row in connection.execute(query.order_by(_PHONE.c.id)):
            found.setdefault(row.resident_id, row.number[-4:])
    return found


def _addresses(connection: Connection, homes: Iterable[str]) -> dict[str, tuple[str, str]]:
    found = {}
    for some in portions(homes):
        names = ("community_code", "street_line", "building", "unit", "door")
        query = (
            select(_HOUSEHOLD.c.id, *(_DWELLING.c[name] for name in names))
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_HOUSEHOLD.c.id.in_(some))
        )
        for row in connection.execute(query).mappings():
            found[row["id"]] = (short_address(row), str(row["community_code"]))
    return found
