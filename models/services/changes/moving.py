"""Moving in and out, splitting, joining, leaving altogether and coming back, worked out on the ground."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from models.records.change import (
    Elsewhere,
    Join,
    LeaveAltogether,
    LodgerIn,
    MoveHousehold,
    MoveIn,
    MoveOut,
    Return,
    Split,
)
from models.records.household import DwellingEntry, MemberEntry
from models.records.kinship import HEAD, OTHER, kin, relation_to
from models.services.changes.ground import Ground, Home, Someone
from models.services.changes.plan import Plan
from models.services.changes.words import elsewhere_words, names_of
from models.store.rows import KEPT
from models.texts import _

_DWELLING = KEPT["dwelling"]
_SAME_DOOR = select(_DWELLING.c.id).where(
    *(_DWELLING.c[name] == bindparam(name) for name in DwellingEntry.model_fields if name != "grid"),
    _DWELLING.c.dead.is_(False),
)


def same_door(ground: Ground, entry: DwellingEntry) -> str:
    """The dwelling of an address; empty where the register does not have it yet, or it says no door."""
    if not (entry.door or entry.building):
        return ""
    return str(ground.connection.execute(_SAME_DOOR, entry.model_dump()).scalar() or "")


def named_head(plan: Plan, home: Home, person_id: str) -> str:
    """The relation of who comes as the new head of a household; empty for anybody else."""
    return HEAD if plan.heads.get(home.id) == person_id else ""


def moved_in(plan: Plan, change: MoveIn) -> None:
    """People come into a household and belong to it."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    book = None
    if change.registered_household_id:
        book = plan.household(change.registered_household_id, "registered_household_id")
        if book is not None and (book.kind != "registered" or book.id == home.id):
            plan.problem("registered_household_id", _("This is not a registered household."))
            book = None
    came_from: list[str] = []
    for place, member in enumerate(change.members):
        person = _member(plan, member, f"members.{place}")
        if person is None:
            continue
        came_from += [stay.home for stay in plan.ground.homes_of(person.id, home.kind)]
        plan.join(person, home, member.relation, f"members.{place}", counts=member.counts)
        if book is not None and member.also_registered_here:
            plan.join(person, book, member.relation, f"members.{place}", counts=member.counts)
        elif home.kind == "living":
            _stays_registered(plan, person)
    _tell_in(plan, home, came_from)
    _came_from(plan, home, came_from, change.origin)


def lodged(plan: Plan, change: LodgerIn) -> None:
    """People come to live where they do not belong: they are not counted and are nobody's relatives there."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    if home.kind != "living":
        plan.problem("household_id", _("Lodgers live in a household; choose the one where people live."))
        return
    came_from: list[str] = []
    for place, member in enumerate(change.members):
        person = _member(plan, member, f"members.{place}")
        if person is None:
            continue
        if member.relation == HEAD:
            plan.problem(f"members.{place}", _("Who only lodges here is not the head."))
        came_from += [stay.home for stay in plan.ground.homes_of(person.id, home.kind)]
        plan.join(person, home, OTHER, f"members.{place}", counts=False, standing=change.standing)
        _stays_registered(plan, person)
    _tell_in(plan, home, came_from)
    plan.lines.append(_("Their incomes are not counted together with those of the household."))
    plan.detail["standing"] = change.standing
    _came_from(plan, home, came_from, None)


def _member(plan: Plan, member: MemberEntry, name: str) -> Someone | None:
    if member.resident_id:
        return plan.someone(member.resident_id, name)
    if member.resident is None:
        plan.problem(name, _("Nobody is named here."))
        return None
    if member.resident.birth_date is not None and member.resident.birth_date > plan.day:
        plan.problem("happened_on", _("{name} was not born yet on that day.").format(name=member.resident.name))
    made = plan.ground.add_person(member.resident)
    plan.new_people.append(made.id)
    return made


def _stays_registered(plan: Plan, person: Someone) -> None:
    """Say that the registered household is another thing and stays as it is."""
    if any(stay.person == person.id for stay in plan.ground.stays):
        for stay in plan.ground.homes_of(person.id, "registered"):
            door = plan.ground.door(plan.ground.homes[stay.home])
            told = _("The hukou of {name} stays where it is: {address}.")
            plan.lines.append(told.format(name=person.name, address=door))


def _tell_in(plan: Plan, home: Home, came_from: Sequence[str]) -> None:
    names = names_of(plan.ground.name(person) for person in plan.about)
    told = _("{names} will move to {household}.").format(names=names, household=plan.called(home))
    plan.lines.insert(0, told)
    for other in dict.fromkeys(came_from):
        left = _("They will leave {household}.").format(household=plan.called(plan.ground.homes[other]))
        plan.lines.insert(1, left)


def _came_from(plan: Plan, home: Home, came_from: Sequence[str], origin: Elsewhere | None) -> None:
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id}
    plan.event["resident_id"] = plan.about[0] if plan.about else ""
    several = list(dict.fromkeys(came_from))
    if len(several) == 1:
        plan.event |= {"other_household_id": several[0]}
        plan.event |= {"other_dwelling_id": plan.ground.homes[several[0]].dwelling_id}
    elif several:
        plan.detail["from"] = several
    if origin is not None:
        plan.event |= {"elsewhere_division": origin.division, "elsewhere_address": origin.address}


def moved_out(plan: Plan, change: MoveOut) -> None:
    """Some people leave a household."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    leaving = _leaving(plan, home, change.resident_ids)
    if not leaving:
        return
    if not {stay.person for stay in plan.ground.members(home.id)} - set(leaving):
        plan.doubt(_("Everybody leaves this household."))
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": leaving[0]}
    go_to(plan, home, leaving, change.to_household_id, change.to_dwelling, change.destination)
    if home.kind == "living" and not change.to_household_id:
        for person in leaving:
            _stays_registered(plan, plan.ground.people[person])


def _leaving(plan: Plan, home: Home, people: Sequence[str]) -> list[str]:
    """Those of the entry who belong to the household, once each."""
    found = []
    for person_id in dict.fromkeys(people):
        who = plan.someone(person_id, "resident_ids", alive=False)
        if who is not None and plan.stay_in(home, person_id, "resident_ids") is not None:
            found.append(person_id)
    return found


def go_to(
    plan: Plan,
    home: Home,
    leaving: Sequence[str],
    to_household_id: str,
    to_dwelling: DwellingEntry | None,
    destination: Elsewhere | None,
) -> None:
    """People of a household go to another one, to a door where a new one begins, or away."""
    names = names_of(plan.ground.name(person) for person in leaving)
    stays = [stay for stay in plan.ground.members(home.id) if stay.person in leaving]
    if to_household_id:
        target = plan.household(to_household_id, "to_household_id")
        if target is None:
            return
        if target.id == home.id or target.kind != home.kind:
            plan.problem("to_household_id", _("Choose another household of the same kind."))
            return
        plan.event |= {"other_household_id": target.id, "other_dwelling_id": target.dwelling_id}
        told = _("{names} will go from {household} to {other}.")
        words = told.format(names=names, household=plan.called(home), other=plan.called(target))
        for stay in stays:
            relation = named_head(plan, target, stay.person) or plan.relations.get(stay.person, OTHER)
            plan.join(plan.ground.people[stay.person], target, relation, "to_household_id")
        plan.lines.insert(0, words)
    elif to_dwelling is not None:
        words = _("{names} will leave {household} and form a household of their own.")
        plan.lines.insert(0, words.format(names=names, household=plan.called(home)))
        _new_home(plan, home, [stay.person for stay in stays], to_dwelling, "")
    else:
        where = elsewhere_words(destination.division, destination.address) if destination is not None else ""
        told = _("{names} will leave {household} for {place}.") if where else _("{names} will leave {household}.")
        plan.lines.insert(0, told.format(names=names, household=plan.called(home), place=where))
        for stay in stays:
            plan.leave(stay)
        if destination is not None:
            plan.event |= {"elsewhere_division": destination.division, "elsewhere_address": destination.address}


def _new_home(plan: Plan, home: Home, people: Sequence[str], dwelling: DwellingEntry | None, head: str) -> Home:
    """A household of its own for people of another one, at a door or at the same one."""
    known = home.dwelling_id if dwelling is None else same_door(plan.ground, dwelling)
    made = plan.ground.add_home(home.kind, known, None if known else dwelling, plan.day)
    plan.new_homes.append(made.id)
    if not head:
        heads = [person for person in people if plan.relations.get(person) == HEAD]
        head = heads[0] if len(heads) == 1 else people[0] if len(people) == 1 else ""
        if not head:
            plan.problem("relations", _("Say who is the head of the new household."))
            head = people[0]
    for person in people:
        told_relation = plan.relations.get(person, OTHER)
        relation = HEAD if person == head else OTHER if told_relation == HEAD else told_relation
        plan.join(plan.ground.people[person], made, relation, "relations")
    plan.event |= {"other_household_id": made.id, "other_dwelling_id": known}
    return made


def moved_whole(plan: Plan, change: MoveHousehold) -> None:
    """A whole household moves to another door and stays the same household."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    homes = [home]
    if change.registered_household_id:
        book = plan.household(change.registered_household_id, "registered_household_id")
        if book is not None and book.kind == "registered" and book.id != home.id:
            homes.append(book)
        else:
            plan.problem("registered_household_id", _("This is not a registered household."))
    known = same_door(plan.ground, change.dwelling)
    words = plan.called(home)
    old = home.dwelling_id
    for each in homes:
        plan.later(home_id=each.id, kinds=("move_household", "left", "return"))
        if known and known == each.dwelling_id and each is home:
            plan.problem("dwelling", _("The household is at this door already."))
        each.dwelling_id, each.dwelling = known, None if known else change.dwelling
        plan.concern(*(stay.person for stay in plan.ground.members(each.id)))
    told = _("{household} moves to {address}.").format(household=words, address=plan.ground.door(home))
    plan.lines.append(told)
    if len(homes) > 1:
        plan.lines.append(_("The registered household moves to the new door too."))
        plan.event["other_household_id"] = homes[1].id
    elif home.kind == "living":
        for stay in plan.ground.members(home.id):
            _stays_registered(plan, plan.ground.people[stay.person])
    head = plan.touched[home.id]
    plan.event |= {"household_id": home.id, "dwelling_id": old, "other_dwelling_id": known, "resident_id": head}


def left_altogether(plan: Plan, change: LeaveAltogether) -> None:
    """A whole household leaves the area of the register; it may return."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    words = plan.called(home)
    for stay in plan.ground.members(home.id):
        plan.leave(stay)
    plan.later(home_id=home.id, kinds=("move_household",))
    where = change.destination
    place = elsewhere_words(where.division, where.address) if where is not None else ""
    told = _("{household} leaves for {place}.") if place else _("{household} leaves.")
    plan.lines.append(told.format(household=words, place=place))
    if home.kind == "living":
        for person in plan.about:
            _stays_registered(plan, plan.ground.people[person])
    head = plan.touched[home.id]
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": head}
    if where is not None:
        plan.event |= {"elsewhere_division": where.division, "elsewhere_address": where.address}


def returned(plan: Plan, change: Return) -> None:
    """A household that had left is back."""
    home = plan.household(change.household_id, "household_id", closed=True)
    if home is None:
        return
    if home.until is None or plan.ground.members(home.id):
        plan.problem("household_id", _("This household has not left."))
        return
    if home.until > plan.day:
        plan.contradicts(plan.called(home), home.until)
    last: dict[str, tuple[str, bool, str]] = {}
    for stay in sorted((stay for stay in plan.ground.stays if stay.home == home.id), key=_end):
        last[stay.person] = (stay.relation, stay.counts, stay.standing)
    people = list(dict.fromkeys(change.resident_ids))
    coming = [who for who in (plan.someone(person, "resident_ids") for person in people) if who is not None]
    head = change.heads.get(home.id, "") or next((p.id for p in coming if change.relations.get(p.id) == HEAD), "")
    head = head or next((p.id for p in coming if last.get(p.id, ("", True, ""))[0] == HEAD), "")
    new_head = next((who for who in coming if who.id == head and head in last), None)
    came_from: list[str] = []
    for who in coming:
        relation, counts, standing = last.get(who.id, (OTHER, True, ""))
        if new_head is not None and who is not new_head:  # they stood to the head of then, who may be another one
            as_head = kin(last[head][0], new_head.sex, new_head.birth_date, plan.day)
            relation = relation_to(as_head, kin(relation, who.sex, who.birth_date, plan.day))
        relation = HEAD if who.id == head else plan.relations.get(who.id, "" if relation == HEAD else relation) or OTHER
        came_from += [stay.home for stay in plan.ground.homes_of(who.id, home.kind)]
        standing, counts = ("", True) if relation == HEAD and standing else (standing, counts)
        plan.join(who, home, relation, "resident_ids", counts=counts, standing=standing)
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": head}
    if change.dwelling is not None:
        known = same_door(plan.ground, change.dwelling)
        home.dwelling_id, home.dwelling = known, None if known else change.dwelling
        plan.event["other_dwelling_id"] = known
    if coming:
        names = names_of(who.name for who in coming)
        told = _("{names} will be back at {address}.").format(names=names, address=plan.ground.door(home))
        plan.lines.insert(0, told)
    for other in dict.fromkeys(came_from):
        plan.lines.append(_("They will leave {household}.").format(household=plan.called(plan.ground.homes[other])))


def _end(stay: object) -> tuple[str, str]:
    return (str(getattr(stay, "until", "") or ""), str(getattr(stay, "id", "")))


def split_off(plan: Plan, change: Split) -> None:
    """Some people of a household become one of their own."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    leaving = _leaving(plan, home, change.resident_ids)
    if change.head_id not in leaving:
        plan.problem("head_id", _("The head of the new household is one of those who split off."))
        return
    if not {stay.person for stay in plan.ground.members(home.id)} - set(leaving):
        plan.problem("resident_ids", _("Somebody stays in a household that splits; else the whole household moves."))
        return
    if change.book_number and home.kind != "registered":
        plan.problem("book_number", _("Only a registered household has a household register."))
    words = _("{names} will form a household of their own; {head} will be the head.")
    names = names_of(plan.ground.name(person) for person in leaving)
    plan.lines.append(words.format(names=names, head=plan.ground.name(change.head_id)))
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": change.head_id}
    made = _new_home(plan, home, leaving, change.dwelling, change.head_id)
    made.book_number = change.book_number


def joined(plan: Plan, change: Join) -> None:
    """All people of a household go over into another one."""
    home = plan.household(change.household_id, "household_id")
    into = plan.household(change.into_household_id, "into_household_id")
    if home is None or into is None:
        return
    if home.id == into.id or home.kind != into.kind:
        plan.problem("into_household_id", _("Choose another household of the same kind."))
        return
    told = _("{household} goes over into {other} and is closed.")
    words = told.format(household=plan.called(home), other=plan.called(into))
    head = plan.touched[home.id]
    for stay in plan.ground.members(home.id):
        relation = plan.relations.get(stay.person, OTHER)
        relation = OTHER if relation == HEAD else relation
        person = plan.ground.people[stay.person]
        plan.join(person, into, relation, "relations", counts=stay.counts, standing=stay.standing)
    plan.lines.append(words)
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": head}
    plan.event |= {"other_household_id": into.id, "other_dwelling_id": into.dwelling_id}
