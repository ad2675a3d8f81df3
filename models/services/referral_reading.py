"""Referrals as they are looked up: one, those of a person, lists with counts, by number or by the code of the slip."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, not_, or_, select

from models.clock import local_time
from models.records.numbers import number_text
from models.records.referral import OutcomeEntry, ReferralEntry
from models.security import letter_seal
from models.services import referral_code, referral_rules
from models.services.numbering import STOPGAP
from models.services.referral_views import (
    KINDS,
    Kind,
    LetterView,
    MatterView,
    ReferralFilter,
    ReferralPage,
    ReferralView,
    StepView,
)
from models.services.views import NeedView
from models.services.walking import portions
from models.services.worklist_rules import shipped
from models.store.handed import Handed, handed_away
from models.store.rows import KEPT

_REFERRAL, _LETTER, _STEP, _RESIDENT = (KEPT[name] for name in ("referral", "letter", "referral_step", "resident"))
_NEED = KEPT["need"]
_YEARS_BACK = 3  # a number without its year is looked for in this year and so many before
_OFFICES = 200
_LONGEST_TYPED = 60  # what is longer was scanned from the letter itself


def chased(on: date, days: int = 0) -> ColumnElement[bool]:
    """Referrals of which an outcome should be known on a day, whosever case it is now; see `gone_with`.

    days: after the issue, for those that an earlier program wrote without a day to chase on; 0: as the worklist has it.
    """
    old = timedelta(days=days or shipped().referral)
    late = or_(_REFERRAL.c.chase_on <= on, and_(_REFERRAL.c.chase_on.is_(None), _REFERRAL.c.issued_on <= on - old))
    return and_(_REFERRAL.c.status.in_(referral_rules.OPEN), late)


def gone_with(handed: Handed) -> ColumnElement[bool]:
    """Referrals that went along with a case to another office: they stand on the list that was handed over, and the
    other office asks what came of them.
    """
    gone: list[ColumnElement[bool]] = []
    if whole := [home for home, people in handed.items() if people is None]:
        gone.append(_REFERRAL.c.household_id.in_(whole))
    for home, people in handed.items():
        if people is not None:
            gone.append(and_(_REFERRAL.c.household_id == home, _REFERRAL.c.resident_id.in_(people)))
    return or_(false(), *gone)


def _of_kind(kind: Kind, late: ColumnElement[bool]) -> ColumnElement[bool]:
    """The rows of a kind; late: those to be chased."""
    if kind == "chase":
        return late
    statuses = {"open": referral_rules.OPEN, "closed": referral_rules.CLOSED}.get(kind, (kind,))
    return _REFERRAL.c.status.in_(statuses) if kind else _REFERRAL.c.dead.is_(False)


def find(connection: Connection, wish: ReferralFilter, on: date, limit: int) -> ReferralPage:
    """The referrals of a filter, with the counts of every kind within the rest of it."""
    around: list[ColumnElement[bool]] = [_REFERRAL.c.dead.is_(False)]
    if wish.resident_id:
        around.append(_REFERRAL.c.resident_id == wish.resident_id)
    if wish.receiver:
        around.append(_REFERRAL.c.receiver == wish.receiver)
    if wish.text.strip():
        around.append(_says(wish.text.strip()))
    joined = _REFERRAL.outerjoin(_RESIDENT, _RESIDENT.c.id == _REFERRAL.c.resident_id)
    chase = and_(chased(on), not_(gone_with(handed_away(connection))))
    late = chase.label("late")
    counts: Counter[str] = Counter()
    counted = select(_REFERRAL.c.status, late, func.count().label("n")).select_from(joined).where(*around)
    for status, is_late, n in connection.execute(counted.group_by(_REFERRAL.c.status, late)):
        counts[""] += n
        counts["chase"] += n if is_late else 0
        kind = next((k for k in KINDS if k != "chase" and status in _statuses(k)), "")
        counts[kind] += n if kind else 0
    wanted = [*around, _of_kind(wish.kind, chase)]
    if wish.status:
        wanted.append(_REFERRAL.c.status == wish.status)
    order: list[ColumnElement[Any]] = [_REFERRAL.c.at.desc(), _REFERRAL.c.id.desc()]
    if wish.kind == "chase":
        order = [func.coalesce(_REFERRAL.c.chase_on, _REFERRAL.c.issued_on), _REFERRAL.c.id]
    rows = connection.execute(select(_REFERRAL).select_from(joined).where(*wanted).order_by(*order).limit(limit)).all()
    total = counts[wish.kind]
    if wish.status:
        total = connection.execute(select(func.count()).select_from(joined).where(*wanted)).scalar() or 0
    return ReferralPage(on, tuple(views(connection, rows, on)), total, dict(counts), _receivers(connection))


def by_code(connection: Connection, text: str, mark: str, on: date) -> list[Row[Any]]:
    """The referrals that a typed or scanned text names, the newest first. mark: of this office's letters.

    The signed code of the letter itself names its number; whether it is genuine is not asked, the records are here.
    """
    seal = letter_seal.read(text) if len(text) > _LONGEST_TYPED else None
    if seal is not None:
        text = seal.payload.number
    wanted = referral_code.read(text)
    query = select(_REFERRAL).where(_REFERRAL.c.dead.is_(False)).order_by(_REFERRAL.c.at.desc())
    if wanted.code:
        return list(connection.execute(query.where(_REFERRAL.c.code == wanted.code)))
    if found := list(connection.execute(query.where(_REFERRAL.c.number == "".join(text.split())))):
        return found
    if not wanted.serial:
        return []
    years = [wanted.year] if wanted.year else range(on.year, on.year - _YEARS_BACK, -1)
    for year in years:
        number = number_text(wanted.mark or mark, year, wanted.serial, wanted.holder)
        if found := list(connection.execute(query.where(_REFERRAL.c.number == number))):
            return found
    return []


def rows_of(connection: Connection, referral_ids: Iterable[str]) -> list[Row[Any]]:
    """The rows of referrals that are here."""
    return list(connection.execute(select(_REFERRAL).where(_REFERRAL.c.id.in_(list(referral_ids)))))


def views(connection: Connection, rows: Sequence[Row[Any]], on: date) -> list[ReferralView]:
    """Rows as they are shown on a day, with their letters and steps."""
    ids = [row.id for row in rows]
    letters: dict[str, list[LetterView]] = {}
    steps: dict[str, list[Row[Any]]] = {}
    names: dict[str, str] = {}
    for some in portions(ids):
        query = select(_LETTER).where(_LETTER.c.referral_id.in_(some)).order_by(_LETTER.c.version.desc())
        for row in connection.execute(query):
            view = LetterView(row.id, row.version, row.number, row.printed, row.sha256, row.at, row.template_id)
            letters.setdefault(row.referral_id, []).append(view)
        for row in connection.execute(select(_STEP).where(_STEP.c.referral_id.in_(some), _STEP.c.dead.is_(False))):
            steps.setdefault(row.referral_id, []).append(row)
    for some in portions({row.resident_id for row in rows}):
        people = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(some))
        names |= {row.id: row.name for row in connection.execute(people)}
    return [
        _view(row, names.get(row.resident_id, ""), letters.get(row.id, []), steps.get(row.id, []), on) for row in rows
    ]


def open_needs(connection: Connection, row: Row[Any]) -> list[NeedView]:
    """Open needs of the resident of a referral, and those of the household that are nobody's in particular."""
    whose = or_(
        _NEED.c.resident_id == row.resident_id,
        and_(_NEED.c.household_id == row.household_id, _NEED.c.resident_id == ""),
    )
    query = select(_NEED).where(whose, _NEED.c.status == "open", _NEED.c.dead.is_(False)).order_by(_NEED.c.at)
    return [
        NeedView(n.id, n.visit_id, n.resident_id, n.group, n.urgency, n.note, n.status, local_time(n.at).date())
        for n in connection.execute(query)
    ]


def kept_entry(row: Row[Any]) -> tuple[ReferralEntry, str]:
    """What the worker wrote, about whoever the record is about now, and the telephone of who wrote it."""
    kept = {**row.entry, "resident_id": row.resident_id}
    phone = str(kept.pop("worker_phone", ""))
    return ReferralEntry.model_validate(kept), phone


def outcome_entry(kept: dict[str, Any]) -> OutcomeEntry:
    """An outcome as it was noted."""
    return OutcomeEntry.model_validate({key: value for key, value in kept.items() if key in OutcomeEntry.model_fields})


def _view(row: Row[Any], name: str, letters: list[LetterView], steps: list[Row[Any]], on: date) -> ReferralView:
    in_order = referral_rules.ordered(steps)
    last = in_order[-1].step if in_order else ""
    return ReferralView(
        id=row.id,
        resident_id=row.resident_id,
        household_id=row.household_id,
        resident_name=name,
        number=row.number,
        matters=tuple(str(matter["name"]) for matter in row.matters),
        things=tuple(
            MatterView(str(m.get("service_id", "")), str(m.get("component", "")), str(m["name"])) for m in row.matters
        ),
        receiver=row.receiver,
        status=referral_rules.stands_now(row.status, row.valid_until, on),
        outcome_note=row.outcome_note,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        reply_by=row.reply_by,
        chase_on=row.chase_on,
        code=row.code,
        writer=row.writer or row.worker,
        signer=row.signer,
        worker=row.worker,
        at=row.at,
        letters=tuple(letters),
        steps=tuple(_step(step, on) for step in in_order),
        can=referral_rules.possible(row.status, row.valid_until, on),
        takes_back=last if last in referral_rules.TAKEN_BACK else "",
        entry=kept_entry(row)[0] if row.status in referral_rules.UNSIGNED and row.entry else None,
    )


def _step(row: Row[Any], on: date) -> StepView:
    return StepView(
        id=row.id,
        step=row.step,
        happened_on=row.happened_on or on,
        channel=row.channel,
        said_by=row.said_by,
        reason=row.reason,
        papers=tuple(row.papers),
        outcomes=tuple(outcome_entry(kept) for kept in row.outcomes),
        next_on=row.next_on,
        worker=row.worker,
        at=row.at,
    )


def _statuses(kind: Kind) -> tuple[str, ...]:
    return {"open": referral_rules.OPEN, "closed": referral_rules.CLOSED}.get(kind, (kind,))


def _says(text: str) -> ColumnElement[bool]:
    """Number, name or code holds the words."""
    ways = [_REFERRAL.c.number.contains(text, autoescape=True), _RESIDENT.c.name.contains(text, autoescape=True)]
    wanted = referral_code.read(text)
    if wanted.code:
        ways.append(_REFERRAL.c.code == wanted.code)
    if wanted.serial:
        number = [_REFERRAL.c.serial == wanted.serial, *([_REFERRAL.c.year == wanted.year] * bool(wanted.year))]
        if wanted.holder:
            number.append(_REFERRAL.c.series.endswith(STOPGAP + wanted.holder, autoescape=True))
        ways.append(and_(*number))
    return or_(*ways)


def _receivers(connection: Connection) -> tuple[str, ...]:
    query = (
        select(_REFERRAL.c.receiver)
        .where(_REFERRAL.c.dead.is_(False), _REFERRAL.c.receiver != "")
        .group_by(_REFERRAL.c.receiver)
        .order_by(func.count().desc(), _REFERRAL.c.receiver)
        .limit(_OFFICES)
    )
    return tuple(connection.execute(query).scalars())
