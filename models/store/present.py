"""Who is there and who counts together, as conditions of a query: one place for the check at the door, the columns of
the screening and the rules in SQL, so that they cannot differ.

People apart live under a roof without belonging together: lodgers in a family, and everybody in a shared flat, a
dormitory or an institution. Their incomes are not divided among strangers; no rule decides them with the household.

The dead stay for a while with the family in which they died: funeral services are decided on their facts.
"""

from datetime import date, timedelta

from sqlalchemy import BindParameter, ColumnElement, and_, not_, or_

from models.store.rows import KEPT

_RESIDENT, _HOUSEHOLD, _MEMBERSHIP = KEPT["resident"], KEPT["household"], KEPT["membership"]
FAMILIES = ("", "family")  # forms of households in which people belong together
BY_DEATH = "death"  # how a membership ended: kind of the household event

FUNERAL_TERM = timedelta(days=365)
"""For how long the family of somebody who died is told of funeral services. The texts (tianjin-003-2021, lines 254 and
255) set no term for applying; a year is our interpretation. The day of death is the first of these days."""

Day = date | BindParameter[date]


def apart() -> ColumnElement[bool]:
    """A membership (joined with its household) of somebody who lives there without belonging."""
    return or_(_MEMBERSHIP.c.standing != "", _HOUSEHOLD.c.form.not_in(FAMILIES))


def counted() -> ColumnElement[bool]:
    """A membership (joined with its household) by which somebody counts when incomes are divided."""
    return and_(_MEMBERSHIP.c.counts.is_(True), _MEMBERSHIP.c.standing == "", _HOUSEHOLD.c.form.in_(FAMILIES))


def in_use(on: Day) -> ColumnElement[bool]:
    """A resident who is alive on a day and whose record is not only kept."""
    return and_(_RESIDENT.c.frozen == "", or_(_RESIDENT.c.died_on.is_(None), _RESIDENT.c.died_on > on))


def there(on: Day, died_after: Day) -> ColumnElement[bool]:
    """A membership (joined with its household and resident) by which somebody stands in the household's case on a day.

    Present members who are alive; and those who died in this household in the term before (died_after: as days_of()
    tells it). Of people apart no family would hear. A record that is only kept is used for nothing.
    """
    lasting = or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on)
    alive = or_(_RESIDENT.c.died_on.is_(None), _RESIDENT.c.died_on > on)
    return and_(_RESIDENT.c.frozen == "", or_(and_(lasting, alive), mourned(on, died_after)))


def mourned(on: Day, died_after: Day) -> ColumnElement[bool]:
    """A membership (joined as for there()) that ended by a death for which funeral services may still be asked."""
    lately = and_(_RESIDENT.c.died_on <= on, _RESIDENT.c.died_on > died_after)
    return and_(lately, _MEMBERSHIP.c.ended == BY_DEATH, not_(apart()))


def days_of(on: date) -> dict[str, date]:
    """The parameters of a statement that was made once with there(bindparam("on"), bindparam("died_after"))."""
    return {"on": on, "died_after": died_after(on)}


def died_after(on: date) -> date:
    """The last day of death whose term is over on a day."""
    return on - min(FUNERAL_TERM, on - date.min)


def changes_on(until: date | None, died_on: date | None, on: date) -> date | None:
    """The first day after `on` on which a membership that there() holds for changes by itself; None where it lasts."""
    if died_on is not None and died_on <= on:
        return died_on + min(FUNERAL_TERM, date.max - died_on)
    return min((day for day in (until, died_on) if day is not None), default=None)
