"""Which households of a register two sets of packs can decide otherwise: found by the columns, thousands at a time.

Only households whose verdict differs, or whose sum may, are left for the scalar kernel, which says what changes. Loads
numpy: imported when a comparison is made, never at the start.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np

from models.eligibility import FactDefinition, Policies
from models.eligibility.batch.plan import plan_of
from models.eligibility.batch.screening import ELIGIBLE, NOT_ELIGIBLE, OPEN_ASK, OPEN_OFFICE, screen_columns
from models.eligibility.comparing import Cancelled, Comparison, Progress, State, effect_of
from models.eligibility.differing import amount_mark
from models.services.book import Book
from models.services.screening_register import Stopped, read_all, stored
from models.store import columns
from models.store.bulk import Loaded

_Part = tuple[str, str | None]
_Facts = Mapping[str, FactDefinition]
_SAID = np.zeros(256, np.uint8)  # verdicts that lists speak of; 0 for all others
_SAID[[NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE]] = (NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE)

_STATES: dict[int, State] = {NOT_ELIGIBLE: "not_eligible", ELIGIBLE: "eligible", OPEN_ASK: "ask", OPEN_OFFICE: "office"}
_EFFECT = np.array(
    [
        [effect_of(_STATES.get(was, "none"), _STATES.get(now, "none")) is not None for now in range(8)]
        for was in range(8)
    ]
)
"""[before, after]: whether such a change is told; who was not spoken of and is now not eligible gains nothing."""


def differing_households(
    book: Book, comparison: Comparison, on: date, progress: Progress | None, cancelled: Cancelled | None
) -> frozenset[str] | None:
    """Ids of the households for which something may come out otherwise; None where it was cancelled.

    progress is told how many rows of the records were read; nothing where the columns of the day are there.
    """
    old, new = comparison.old, comparison.new
    try:
        before = _loaded(book, old.facts, on, progress, cancelled)
        after = before if old.facts == new.facts else _loaded(book, new.facts, on, progress, cancelled)
    except Stopped:
        return None
    said = [
        _verdicts(policies, loaded, comparison, on, cancelled) for policies, loaded in ((old, before), (new, after))
    ]
    if said[0] is None or said[1] is None:
        return None
    rows = len(before.lists.person)
    otherwise = np.zeros(rows, np.bool_)
    none = np.zeros(rows, np.uint8)
    for part in {*said[0], *said[1]}:
        was, now = said[0].get(part, none), said[1].get(part, none)
        otherwise |= _EFFECT[was, now]
        service = part[0]
        both = service in old.services and service in new.services
        if both and amount_mark(old, old.services[service]) != amount_mark(new, new.services[service]):
            otherwise |= (was == ELIGIBLE) & (now == ELIGIBLE)
    homes = np.unique(before.columns.household[otherwise])
    return frozenset(before.lists.home[home].decode() for home in homes.tolist())


def _loaded(book: Book, facts: _Facts, on: date, progress: Progress | None, cancelled: Cancelled | None) -> Loaded:
    """The facts of everybody on the day: the columns where they are those of the day, else from the records."""
    with book.reading() as connection:
        if columns.current(connection, facts, on):
            return stored(connection, facts)
    return read_all(book, facts, on, progress, cancelled)


def _verdicts(
    policies: Policies, loaded: Loaded, comparison: Comparison, on: date, cancelled: Cancelled | None
) -> dict[_Part, "np.ndarray[tuple[int], np.dtype[np.uint8]]"] | None:
    """(service, component) -> the verdict of every row as lists speak of it."""
    plan = plan_of(policies, on)
    listed = {service for service in comparison.services if not _universal(policies, service)}
    parts: list[_Part] = [(part.service_id, part.component) for part in plan.parts if part.service_id in listed]
    if not parts:
        return {}
    screened = screen_columns(plan, loaded.columns, parts=parts, missing=False, cancelled=cancelled)
    if screened is None:
        return None
    order = [(part.service_id, part.component) for part in screened.parts]
    return {part: _SAID[screened.verdicts[place]] for place, part in enumerate(order)}


def _universal(policies: Policies, service: str) -> bool:
    return service in policies.services and policies.services[service].universal
