"""What must not be kept of a resident any more, because consent to it was withdrawn or refused.

Asked at the end of every verb that states facts, so that no way of learning something can forget it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from models.clock import local_time
from models.errors import Problem
from models.records import consent_text
from models.records.operation import Operation
from models.services.views import LeftOut
from models.store.rows import KEPT, table_of
from models.texts import _

_CONSENT, _RESIDENT = KEPT["consent"], KEPT["resident"]
_MEMBERSHIP, _OPERATION = KEPT["membership"], table_of(Operation)
_PICTURE, _DOCUMENT = KEPT["picture"], KEPT["identity_document"]
_AT_ONCE = 500
PROOFS = ("signature", "signed_paper")  # kinds of pictures that prove a statement itself


class RecordFrozen(Problem):
    """Something is to be done with a record that is only kept. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The record of {name} is frozen: it is only kept and used for nothing. Nothing was saved, and what you "
            "typed is still here. What can be done about it stands on the page Consent and rights."
        ).format(**self.facts)


class ConsentWithdrawn(Problem):
    """Something is to be kept that the person no longer lets us use. Facts: name, kind."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "{name} has withdrawn or refused consent to: {kind}. Nothing was saved, and what you typed is still here. "
            "Take these answers out, or ask for consent again on the page Consent and rights."
        ).format(**self.facts)


def statements_of(connection: Connection, resident_id: str) -> list[Any]:
    """The statements of a resident, the newest first."""
    query = select(_CONSENT).where(_CONSENT.c.resident_id == resident_id, _CONSENT.c.dead.is_(False))
    newest_first = query.order_by(_CONSENT.c.given_on.desc(), _CONSENT.c.at.desc(), _CONSENT.c.id.desc())
    return list(connection.execute(newest_first))


def standing(statements: Iterable[Any], text: consent_text.ConsentText) -> Mapping[str, str]:
    """For each class of the text the newest word about it: given, refused, withdrawn, not_asked."""
    found = {each.code: "not_asked" for each in text.classes}
    for row in reversed(list(statements)):
        if row.action != "informed":
            found.update({code: row.action for code in row.classes if code in found})
    return found


def check(connection: Connection, learnt: Mapping[str, Iterable[str]], group_of: Callable[[str], str | None]) -> None:
    """Raises ConsentWithdrawn where a fact of a class that somebody withdrew or refused is to be kept, RecordFrozen
    where somebody's record is used no more.

    learnt: names of facts by resident (others are passed over). group_of: the group of the dictionary of a fact.
    """
    subjects = sorted(learnt)
    check_in_use(connection, subjects)
    silent: dict[str, None] = {}
    for start in range(0, len(subjects), _AT_ONCE):
        query = select(_CONSENT.c.resident_id).where(
            _CONSENT.c.resident_id.in_(subjects[start : start + _AT_ONCE]),
            _CONSENT.c.action.in_(("withdrawn", "refused")),
            _CONSENT.c.dead.is_(False),
        )
        silent |= dict.fromkeys(connection.execute(query).scalars())
    if not silent:
        return
    text = consent_text.load()
    classes: dict[str, list[consent_text.DataClass]] = defaultdict(list)
    for each in text.classes:
        for why in each.whys:
            classes[why].append(each)
    for resident in silent:
        said = standing(statements_of(connection, resident), text)
        for name in learnt[resident]:
            for each in classes.get(group_of(name) or "", ()):
                if said[each.code] in ("withdrawn", "refused"):
                    person = connection.execute(select(_RESIDENT.c.name).where(_RESIDENT.c.id == resident)).scalar()
                    raise ConsentWithdrawn(name=person or "", kind=each.label.shown)


def check_in_use(connection: Connection, residents: Iterable[str]) -> None:
    """Raises RecordFrozen where the record of one of some residents is only kept."""
    ids = list(residents)
    for start in range(0, len(ids), _AT_ONCE):
        query = select(_RESIDENT.c.name).where(
            _RESIDENT.c.id.in_(ids[start : start + _AT_ONCE]), _RESIDENT.c.frozen != ""
        )
        name = connection.execute(query).scalar()
        if name is not None:
            raise RecordFrozen(name=name)


def kept_only(connection: Connection) -> frozenset[str]:
    """The residents whose records are used for nothing; an index answers it, however many there are on the register."""
    return frozenset(connection.execute(select(_RESIDENT.c.id).where(_RESIDENT.c.frozen > "")).scalars())


def left_out(connection: Connection, household_id: str, on: date) -> tuple[LeftOut, ...]:
    """The members of a household on a day whose records are only kept, and since when each has been."""
    query = (
        select(_RESIDENT.c.id, _RESIDENT.c.name)
        .join(_MEMBERSHIP, _MEMBERSHIP.c.resident_id == _RESIDENT.c.id)
        .where(
            _MEMBERSHIP.c.household_id == household_id,
            _MEMBERSHIP.c.dead.is_(False),
            or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on),
            _RESIDENT.c.frozen != "",
            or_(_RESIDENT.c.died_on.is_(None), _RESIDENT.c.died_on > on),
        )
        .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
    )
    names = {row.id: row.name for row in connection.execute(query)}
    return tuple(LeftOut(resident, name, _kept_since(connection, resident)) for resident, name in names.items())


def _kept_since(connection: Connection, resident_id: str) -> date | None:
    """The day on which a record was last put out of use, whatever other reason followed."""
    query = select(_OPERATION.c.fields, _OPERATION.c.at).where(_OPERATION.c.row == resident_id)
    since = None
    for row in connection.execute(query.order_by(_OPERATION.c.clock)):
        if "frozen" in row.fields:
            since = (since or row.at) if row.fields["frozen"].get("v") else None
    return None if since is None else local_time(since).date()


def check_rows(connection: Connection, rows: Iterable[str], entities: Iterable[str]) -> None:
    """Raises ConsentWithdrawn where one of some records is a picture of somebody who does not agree to pictures, or a
    document that by itself tells what somebody does not agree to.

    A signature or a signed paper proves a statement, a refusal too, and is always kept.
    """
    if connection.execute(select(_CONSENT.c.id).limit(1)).first() is None:
        return  # a first import of a whole register is not slowed down
    ids, text, touched = list(rows), consent_text.load(), set(entities)
    pictures = [each for each in text.classes if each.pictures] if "picture" in touched else []
    telling = [each for each in text.classes if each.documents] if "identity_document" in touched else []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        if pictures:
            query = select(_PICTURE.c.subject_id).where(
                _PICTURE.c.id.in_(some),
                _PICTURE.c.dead.is_(False),
                _PICTURE.c.subject_kind == "resident",
                _PICTURE.c.kind.not_in(PROOFS),
            )
            _check_agreed(connection, connection.execute(query.distinct()).scalars().all(), pictures, text)
        for each in telling:
            query = select(_DOCUMENT.c.resident_id).where(
                _DOCUMENT.c.id.in_(some), _DOCUMENT.c.dead.is_(False), _DOCUMENT.c.kind.in_(each.documents)
            )
            _check_agreed(connection, connection.execute(query.distinct()).scalars().all(), [each], text)


def _check_agreed(
    connection: Connection,
    residents: Iterable[str],
    classes: Iterable[consent_text.DataClass],
    text: consent_text.ConsentText,
) -> None:
    wanted = list(classes)
    for resident in residents:
        said = standing(statements_of(connection, resident), text)
        for each in wanted:
            if said[each.code] in ("withdrawn", "refused"):
                person = connection.execute(select(_RESIDENT.c.name).where(_RESIDENT.c.id == resident)).scalar()
                raise ConsentWithdrawn(name=person or "", kind=each.label.shown)
