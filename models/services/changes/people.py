"""Birth, death, marriage and divorce, worked out on the ground."""

from sqlalchemy import Text, cast, select

from models.clock import day_text
from models.records.change import Birth, Death, Divorce, Marriage
from models.records.kinship import HEAD, OTHER, SPOUSE
from models.services.changes.ground import Someone, Stay
from models.services.changes.moving import go_to, named_head
from models.services.changes.plan import Plan
from models.store.rows import KEPT
from models.texts import _
from models.values import age_on

NEVER, MARRIED, FIRST, AGAIN, SAME_AGAIN, WIDOWED, DIVORCED = "10", "20", "21", "22", "23", "30", "40"  # GB/T 2261.2
IN_MARRIAGE = (MARRIED, FIRST, AGAIN, SAME_AGAIN)
_MARRIAGE_AGE = {"1": 22, "2": 20}  # 民法典 第1047条
_VISIT, _PLANNED = KEPT["visit"], KEPT["planned_visit"]


def born(plan: Plan, change: Birth) -> None:
    """A child is born into a household, and into a registered one where that is said."""
    home = plan.household(change.household_id, "household_id")
    entry = change.child
    if entry.birth_date is None:
        entry = entry.model_copy(update={"birth_date": change.happened_on})
    elif entry.birth_date != change.happened_on:
        plan.problem("child.birth_date", _("The birth date of the child and the day of the birth differ."))
    parents = []
    for parent_id, name, sex in ((change.mother_id, "mother_id", "1"), (change.father_id, "father_id", "2")):
        parent = plan.someone(parent_id, name, alive=False) if parent_id else None
        if parent is None:
            continue
        parents.append(parent)
        if parent.sex == sex:
            plan.doubt(_("Is {name} the mother or the father?").format(name=parent.name))
        if name == "mother_id" and parent.died_on is not None and parent.died_on < change.happened_on:
            plan.problem(name, _("{name} died on {day}.").format(name=parent.name, day=day_text(parent.died_on)))
    if len({parent.id for parent in parents}) < len(parents):
        plan.problem("father_id", _("Mother and father are the same person."))
    if home is None:
        return
    child = plan.ground.add_person(entry)
    plan.new_people.append(child.id)
    if change.relation == HEAD:
        plan.problem("relation", _("A child that was just born is not the head."))
    plan.join(child, home, change.relation, "relation")
    living = {stay.person for stay in plan.ground.members(home.id)}
    if parents and not any(parent.id in living for parent in parents):
        plan.doubt(_("Neither parent belongs to this household."))
    plan.lines.append(
        _("{name} is born and belongs to {household}.").format(name=entry.name, household=plan.called(home))
    )
    _registered_with(plan, change, child, parents)
    plan.concern(*(parent.id for parent in parents))
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": child.id}
    plan.event |= {"other_resident_id": change.mother_id or change.father_id}
    plan.detail |= {"mother": change.mother_id, "father": change.father_id}


def _registered_with(plan: Plan, change: Birth, child: Someone, parents: list[Someone]) -> None:
    """The hukou of a child follows a parent (户口登记条例 第7条 and the rules of 2016: of either)."""
    if change.registered_household_id:
        book = plan.household(change.registered_household_id, "registered_household_id")
        if book is None:
            return
        if book.kind != "registered":
            plan.problem("registered_household_id", _("This is not a registered household."))
            return
        if not any(stay.person in {p.id for p in parents} for stay in plan.ground.members(book.id)):
            plan.doubt(_("Neither parent is registered in this household."))
        plan.join(child, book, change.registered_relation or change.relation, "registered_household_id")
        plan.event["other_household_id"] = book.id
        plan.lines.append(_("{name} is registered there too.").format(name=child.name))
        return
    for parent in parents:
        if plan.ground.homes_of(parent.id, "registered"):
            told = _("{parent} is registered here, and {name} would not be. Is the hukou of the child elsewhere?")
            plan.doubt(told.format(parent=parent.name, name=child.name))
            return


def died(plan: Plan, change: Death) -> None:
    """A resident dies: every membership ends, planned visits to this person only are dropped."""
    who = plan.someone(change.resident_id, "resident_id")
    if who is None:
        return
    stays = [stay for stay in plan.ground.stays if stay.person == who.id]
    home = next(iter(plan.ground.homes_of(who.id, "living")), None) or next(
        iter(plan.ground.homes_of(who.id, "registered")), None
    )
    widowed = _spouses(plan, who)
    for stay in stays:
        if stay.is_open(plan.ground.today):
            plan.leave(stay)
        elif stay.until is not None and stay.until > plan.day:
            plan.contradicts(who.name, stay.until)
    plan.later(person_id=who.id, kinds=("marriage", "divorce"))
    who.died_on = plan.day
    plan.concern(who.id)
    plan.lines.append(_("{name} is recorded as dead; all memberships end.").format(name=who.name))
    plan.drop_visits(_PLANNED.c.resident_id == who.id)
    _met_since(plan, who)
    if change.widowed_id:
        spouse = plan.someone(change.widowed_id, "widowed_id")
        if spouse is not None:
            _set_marital(plan, spouse, WIDOWED)
            plan.concern(spouse.id)
            plan.detail["widowed"] = spouse.id
    else:
        for spouse in widowed:
            told = _("{name} is married to {other} by the record. Say whether {name} is widowed.")
            plan.doubt(told.format(name=spouse.name, other=who.name))
    plan.event |= {"resident_id": who.id, "other_resident_id": change.widowed_id}
    if home is not None:
        plan.event |= {"household_id": home.home, "dwelling_id": plan.ground.homes[home.home].dwelling_id}


def widowed_by(plan: Plan, person_id: str) -> list[str]:
    """Who would be widowed by a death, as far as relations tell."""
    who = plan.ground.person(person_id)
    return [spouse.id for spouse in _spouses(plan, who)] if who is not None else []


def _spouses(plan: Plan, who: Someone) -> list[Someone]:
    """Head and spouse of one household, where the record says that the other one is married."""
    found: dict[str, Someone] = {}
    for stay in plan.ground.stays:
        if stay.person != who.id or not stay.is_open(plan.ground.today) or stay.relation not in (HEAD, SPOUSE):
            continue
        wanted = SPOUSE if stay.relation == HEAD else HEAD
        for other in plan.ground.members(stay.home):
            person = plan.ground.people[other.person]
            if other.relation == wanted and not other.standing and person.marital_status in IN_MARRIAGE:
                found[person.id] = person
    return list(found.values())


def _met_since(plan: Plan, who: Someone) -> None:
    query = select(_VISIT.c.happened_on).where(
        _VISIT.c.happened_on >= plan.day,
        _VISIT.c.dead.is_(False),
        _VISIT.c.household_id.in_([stay.home for stay in plan.ground.stays if stay.person == who.id]),
        cast(_VISIT.c.met, Text).contains(who.id),
    )
    met = plan.ground.connection.execute(query.order_by(_VISIT.c.happened_on.desc())).scalars().first()
    if met is not None:
        plan.doubt(_("{name} was met on a visit on {day}.").format(name=who.name, day=day_text(met)))


def married(plan: Plan, change: Marriage) -> None:
    """Two residents marry; one of them may move to the other."""
    pair = _pair(plan, change.resident_id, change.spouse_id, change.moves_id)
    if pair is None:
        return
    for who in pair:
        if who.marital_status in IN_MARRIAGE:
            plan.doubt(_("{name} is married already by the record.").format(name=who.name))
        if who.birth_date is not None and age_on(who.birth_date, plan.day) < _MARRIAGE_AGE.get(who.sex, 20):
            plan.doubt(_("{name} is younger than the law allows for a marriage.").format(name=who.name))
        new = {NEVER: FIRST, "": MARRIED, "90": MARRIED, WIDOWED: AGAIN, DIVORCED: AGAIN}
        _set_marital(plan, who, SAME_AGAIN if change.again else new.get(who.marital_status, who.marital_status))
    plan.lines.append(_("{name} and {other} are married.").format(name=pair[0].name, other=pair[1].name))
    if bool(change.moves_id) != bool(change.to_household_id):
        wanted = "to_household_id" if change.moves_id else "moves_id"
        plan.problem(wanted, _("Say who moves, and to which household."))
        return
    if change.moves_id:
        mover = next(who for who in pair if who.id == change.moves_id)
        home = plan.household(change.to_household_id, "to_household_id")
        if home is not None and home.kind == "registered":
            plan.problem("to_household_id", _("Choose the household where they live, not the registered one."))
        elif home is not None:
            plan.event |= {"other_household_id": home.id, "other_dwelling_id": home.dwelling_id}
            plan.detail["moves"] = mover.id
            told = _("{name} moves to {household}.").format(name=mover.name, household=plan.called(home))
            plan.join(mover, home, named_head(plan, home, mover.id) or change.relation, "to_household_id")
            plan.lines.append(told)


def divorced(plan: Plan, change: Divorce) -> None:
    """A marriage ends; one of them may move out."""
    pair = _pair(plan, change.resident_id, change.spouse_id, change.moves_id)
    if pair is None:
        return
    for who in pair:
        if who.marital_status not in (*IN_MARRIAGE, ""):
            plan.doubt(_("{name} is not married by the record.").format(name=who.name))
        _set_marital(plan, who, DIVORCED)
    plan.lines.append(_("{name} and {other} are divorced.").format(name=pair[0].name, other=pair[1].name))
    goes = bool(change.to_household_id or change.to_dwelling or change.destination)
    if sum((bool(change.to_household_id), change.to_dwelling is not None, change.destination is not None)) > 1:
        plan.problem("to_household_id", _("People leave for one place; several are named."))
    elif goes and not change.moves_id:
        plan.problem("moves_id", _("Say who moves out."))
    elif change.moves_id:
        mover = next(who for who in pair if who.id == change.moves_id)
        stays = plan.ground.homes_of(mover.id, "living")
        if not stays:
            plan.problem("moves_id", _("{name} has no household here to move out of.").format(name=mover.name))
            return
        home = plan.ground.homes[stays[0].home]
        plan.touch(home)
        plan.detail["moves"] = mover.id
        go_to(plan, home, [mover.id], change.to_household_id, change.to_dwelling, change.destination)
    _no_spouses(plan, pair)


def _no_spouses(plan: Plan, pair: tuple[Someone, Someone]) -> None:
    """Who stays under one roof after a divorce is nobody's spouse there any more."""
    for stay in list(plan.ground.stays):
        other = next((who.id for who in pair if who.id != stay.person), "")
        if stay.person not in {who.id for who in pair} or not stay.is_open(plan.ground.today):
            continue
        home = plan.ground.homes[stay.home]
        if stay.relation != SPOUSE or stay.person in plan.relations or home.kind != "living":
            continue
        if any(one.person == other and one.relation == HEAD for one in plan.ground.members(home.id)):
            plan.touch(home)
            stay.relation = OTHER


def _pair(plan: Plan, one: str, other: str, moves: str) -> tuple[Someone, Someone] | None:
    if one == other:
        plan.problem("spouse_id", _("Choose two different people."))
        return None
    first, second = plan.someone(one, "resident_id"), plan.someone(other, "spouse_id")
    if moves and moves not in (one, other):
        plan.problem("moves_id", _("Who moves is one of the two."))
        return None
    if first is None or second is None:
        return None
    for who in (first, second):
        plan.later(person_id=who.id, kinds=("marriage", "divorce"))
        plan.concern(who.id)
    plan.event |= {"resident_id": first.id, "other_resident_id": second.id}
    lived: Stay | None = next(iter(plan.ground.homes_of(first.id, "living")), None)
    if lived is not None:
        plan.event |= {"household_id": lived.home, "dwelling_id": plan.ground.homes[lived.home].dwelling_id}
    return first, second


def _set_marital(plan: Plan, who: Someone, code: str) -> None:
    if code != who.marital_status:
        plan.detail.setdefault("marital", {})[who.id] = [who.marital_status, code]
        who.marital_status = code
