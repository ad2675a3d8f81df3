"""Registration keeps the same rules as every change: who comes to a household leaves the one of before, and so on."""

from collections.abc import Collection, Sequence
from datetime import date

from models.records.change import MoveIn
from models.records.household import MemberEntry
from models.records.kinship import HEAD
from models.services.changes.ground import Ground
from models.services.changes.plan import Plan
from models.services.changes.planning import planned, write, write_rows
from models.services.changes.refusing import ChangeRefused
from models.store.work import Work
from models.texts import _


def come(
    work: Work, household_id: str, members: Sequence[MemberEntry], today: date, *, since: date | None
) -> list[str]:
    """People join a household inside a verb, with the event that tells of it; their ids, in the order of the entries.

    since None: from an unknown day on; those who come from another household leave it today. Raises ChangeRefused.
    """
    work.flush()
    change = MoveIn(household_id=household_id, members=tuple(members), happened_on=since or today)
    plan = planned(Ground(work.connection, today), change)
    if plan.problems:
        raise ChangeRefused(problems=plan.problems)
    if since is None:
        for stay in plan.ground.stays:
            if stay.id not in plan.ground.before_stays and not _came(plan, stay.person):
                stay.since = None
    write(work, plan)
    fresh = iter(plan.new_people)
    return [member.resident_id or next(fresh) for member in members]


def _came(plan: Plan, person_id: str) -> bool:
    """Whether somebody belonged to another household until now."""
    return any(stay.person == person_id for stay in plan.ground.before_stays.values())


def go(work: Work, membership_id: str, until: date, today: date) -> None:
    """Somebody leaves a household inside a verb, with the event that tells of it. Raises LookupError, ChangeRefused."""
    ground = Ground(work.connection, today)
    stay = ground.stay(membership_id)
    if stay is None:
        raise LookupError
    plan = Plan(ground, "move_out", until)
    home = ground.homes[stay.home]
    plan.touch(home)
    plan.leave(stay)
    plan.event |= {"household_id": home.id, "dwelling_id": home.dwelling_id, "resident_id": stay.person}
    if until <= today:  # who is to leave later is a member until then, and a head remains one
        plan.settle()
    if plan.problems:
        raise ChangeRefused(problems=plan.problems)
    write(work, plan)


def leave_elsewhere(work: Work, people: Collection[str], kinds: Collection[str], day: date, today: date) -> None:
    """People who are registered in a new household leave those of the same kinds. Raises ChangeRefused."""
    if not people:
        return
    plan = Plan(Ground(work.connection, today), "new", day)
    for person_id in people:
        who = plan.someone(person_id, "members")
        if who is None:
            continue
        for kind in kinds:
            for stay in plan.ground.homes_of(person_id, kind):
                plan.leave(stay)
    plan.settle()
    if plan.problems:
        raise ChangeRefused(problems=plan.problems)
    write_rows(work, plan)


def check_heads(members: Sequence[MemberEntry]) -> None:
    """A new household has one head at most: where nobody is, the first one is taken. Raises ChangeRefused."""
    if sum(member.relation == HEAD for member in members) > 1:
        raise ChangeRefused(problems=[("members", _("A household has one head; several are named."))])
