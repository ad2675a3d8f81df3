"""What must not be kept of a resident any more, because consent to it was withdrawn or refused.

Asked at the end of every verb that states facts, so that no way of learning something can forget it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from models.errors import Problem
from models.records import consent_text
from models.store.rows import KEPT
from models.texts import _

_CONSENT, _RESIDENT = KEPT["consent"], KEPT["resident"]
_AT_ONCE = 500


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
    """Raises ConsentWithdrawn where a fact of a class that somebody withdrew or refused is to be kept.

    learnt: names of facts by resident (others are passed over). group_of: the group of the dictionary of a fact.
    """
    subjects = sorted(learnt)
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
