"""Who is there and who counts together, as conditions of a query: one place for the check at the door, the columns of
the screening and the rules in SQL, so that they cannot differ.

People apart live under a roof without belonging together: lodgers in a family, and everybody in a shared flat, a
dormitory or an institution. Their incomes are not divided among strangers; no rule decides them with the household.
"""

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, and_, or_

from models.store.rows import KEPT

_RESIDENT, _HOUSEHOLD, _MEMBERSHIP = KEPT["resident"], KEPT["household"], KEPT["membership"]
FAMILIES = ("", "family")  # forms of households in which people belong together

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
