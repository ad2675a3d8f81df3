"""The task list of a person: register, consent, visit, assess, eligibility, referral, each with its state."""

from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from models.records import consent_text
from models.services.barred import standing, statements_of
from models.services.referral_rules import CLOSED
from models.store.rows import KEPT
from models.values import age_on

_RESIDENT, _DOCUMENT, _MEMBERSHIP = KEPT["resident"], KEPT["identity_document"], KEPT["membership"]
_VISIT, _PLAN, _ASSESSMENT = KEPT["visit"], KEPT["planned_visit"], KEPT["assessment"]
_DETERMINATION, _REFERRAL = KEPT["determination"], KEPT["referral"]

A_YEAR = timedelta(days=365)  # a visit or an assessment older than this is to be done again


def task_states(connection: Connection, resident_id: str, on: date) -> dict[str, str]:
    """Task -> done, in_progress, not_started, or not_needed."""
    person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == resident_id)).one()
    present = (_MEMBERSHIP.c.resident_id == resident_id, _MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False))
    households = list(connection.execute(select(_MEMBERSHIP.c.household_id).where(*present)).scalars())

    visits = connection.execute(
        select(_VISIT.c.outcome, _VISIT.c.happened_on).where(
            _VISIT.c.household_id.in_(households), _VISIT.c.dead.is_(False), _VISIT.c.happened_on > on - A_YEAR
        )
    ).all()
    met = any(visit.outcome == "met" for visit in visits)
    waits = connection.execute(
        select(_PLAN.c.id).where(
            _PLAN.c.household_id.in_(households),
            _PLAN.c.resident_id.in_(("", resident_id)),
            _PLAN.c.dead.is_(False),
            _PLAN.c.status == "open",
            _PLAN.c.due_on <= on,
        )
    ).first()

    def count(entity: str, *also: object) -> int:
        table = KEPT[entity]
        query = (
            select(func.count()).select_from(table).where(table.c.resident_id == resident_id, table.c.dead.is_(False))
        )
        return int(connection.execute(query.where(*also)).scalar() or 0)  # type: ignore[arg-type]

    assessed = count("assessment", _ASSESSMENT.c.assessed_on > on - A_YEAR)
    elderly = person.birth_date is not None and age_on(person.birth_date, on) >= 60
    referrals = list(
        connection.execute(
            select(_REFERRAL.c.status).where(_REFERRAL.c.resident_id == resident_id, _REFERRAL.c.dead.is_(False))
        ).scalars()
    )
    open_referral = any(status not in CLOSED for status in referrals)
    complete = bool(person.birth_date and households and count("identity_document"))
    return {
        "register": "done" if complete else "in_progress",
        "consent": _consent(connection, resident_id),
        "visit": "done" if met and not waits else ("in_progress" if visits else "not_started"),
        "assess": "done" if assessed else ("not_started" if elderly else "not_needed"),
        "eligibility": "done" if count("determination") else "not_started",
        "referral": ("in_progress" if open_referral else "done") if referrals else "not_started",
    }


def _consent(connection: Connection, resident_id: str) -> str:
    """Whether the person was told, in the words of today's text, and agreed or knows of a legal duty."""
    statements = statements_of(connection, resident_id)
    if not statements:
        return "not_started"
    text = consent_text.load()
    settled = standing(statements, text)["plain"] == "given" or any(row.action == "informed" for row in statements)
    return "done" if settled and statements[0].text_version == text.version else "in_progress"
