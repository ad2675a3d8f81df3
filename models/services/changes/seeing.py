"""Change of head, of how somebody stands to a household, and of the kind of household, worked out on the ground."""

from models.records.change import FormChange, HeadChange, StandingChange
from models.records.codes import RELATIONS, label
from models.records.kinship import HEAD
from models.services.changes.plan import Plan
from models.texts import _


def head_changed(plan: Plan, change: HeadChange) -> None:
    """Somebody else becomes the head."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    if not home.has_head:
        plan.problem("household_id", _("A household of this kind has no head."))
        return
    if plan.someone(change.head_id, "head_id") is None or plan.stay_in(home, change.head_id, "head_id") is None:
        return
    before = plan.touched[home.id]
    if before == change.head_id:
        plan.problem("head_id", _("{name} is the head already.").format(name=plan.ground.name(before)))
        return
    plan.heads = {home.id: change.head_id}
    name = plan.ground.name(change.head_id)
    if before:
        told = _("{name} is the head of {household} in place of {other}.")
        plan.lines.append(told.format(name=name, household=plan.called(home), other=plan.ground.name(before)))
    else:
        told = _("{name} is the head of {household}.")
        plan.lines.append(told.format(name=name, household=plan.called(home), other=""))
    plan.concern(change.head_id, before)
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": change.head_id}
    plan.event["other_resident_id"] = before


def stands_otherwise(plan: Plan, change: StandingChange) -> None:
    """Somebody of a household is seen otherwise: relation, counted or not, lodger or not."""
    home = plan.household(change.household_id, "household_id")
    who = plan.someone(change.resident_id, "resident_id")
    stay = plan.stay_in(home, change.resident_id, "resident_id") if home is not None and who is not None else None
    if home is None or who is None or stay is None:
        return
    if stay.since is not None and stay.since > plan.day:
        plan.contradicts(who.name, stay.since)
    plan.later(person_id=who.id, kinds=("standing_change",))
    was = (stay.relation, stay.counts, stay.standing)
    head = home.has_head and stay.relation == HEAD
    if change.relation:
        if change.relation not in RELATIONS:
            plan.problem("relation", _("This relation is not in the list."))
        elif HEAD in (change.relation, stay.relation) and home.has_head and change.relation != stay.relation:
            plan.problem("relation", _("Who is the head is recorded as a change of head."))
        else:
            stay.relation = change.relation
    if change.standing == "belongs":
        stay.standing, stay.counts = "", True
    elif change.standing:
        if head:
            plan.problem("standing", _("The head of a household belongs to it."))
        stay.standing, stay.counts = change.standing, False
    if change.counts is not None:
        stay.counts = change.counts
    if (stay.relation, stay.counts, stay.standing) == was:
        plan.problem("relation", _("Nothing is different."))
        return
    plan.concern(who.id)
    words = {"name": who.name, "household": plan.called(home)}
    if stay.relation != was[0]:
        told = _("{name} is now {relation} in {household}.")
        plan.lines.append(told.format(**words, relation=label("relation", stay.relation)))
    if stay.standing != was[2]:
        told = (
            _("{name} only lives with {household}: {standing}.")
            if stay.standing
            else _("{name} belongs to {household}.")
        )
        plan.lines.append(told.format(**words, standing=label("standing", stay.standing)))
    if stay.counts != was[1]:
        told = (
            _("The income of {name} counts together with that of the household.")
            if stay.counts
            else _("The income of {name} does not count together with that of the household.")
        )
        plan.lines.append(told.format(**words))
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": who.id}
    plan.detail |= {"was": list(was), "is": [stay.relation, stay.counts, stay.standing]}


def form_changed(plan: Plan, change: FormChange) -> None:
    """A household is seen otherwise: family, shared flat, dormitory, institution."""
    home = plan.household(change.household_id, "household_id")
    if home is None:
        return
    was = home.form or "family"
    if change.form == was:
        plan.problem("form", _("The household is of this kind already."))
        return
    plan.later(home_id=home.id, kinds=("form_change", "head_change"), headed=True)
    words = plan.called(home)
    home.form = change.form
    told = _("{household} is from then on: {form}.")
    plan.lines.append(told.format(household=words, form=label("household_form", change.form)))
    if change.form == "family":
        heads = [stay.person for stay in plan.ground.members(home.id) if stay.relation == HEAD]
        wanted = change.head_id or (heads[0] if len(heads) == 1 else "")
        plan.heads = {home.id: wanted} if wanted else {}
        if not wanted and len(plan.ground.members(home.id)) > 1:
            plan.problem("head_id", _("Say who is the head of this family."))
    else:
        plan.lines.append(_("Incomes of people who live there are not counted together."))
    plan.concern(*(stay.person for stay in plan.ground.members(home.id)))
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": plan.touched[home.id]}
    plan.detail["form"] = [was, change.form]
