"""The reasons of the worklist, household by household: gathered, weighed, and what is put off set aside."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from models.services.barred import kept_only
from models.services.walking import portions, walking_key
from models.services.worklist_rules import Rules
from models.services.worklist_sources import Found, homes_now
from models.services.worklist_views import Place, PutOffView
from models.store.handed import handed_away, is_handed
from models.store.rows import KEPT

_HOUSEHOLD, _DWELLING = KEPT["household"], KEPT["dwelling"]
_PUT_OFF, _ASSIGNMENT = KEPT["put_off"], KEPT["assignment"]

_NOWHERE = 1e12  # the rank of a door that is not among those of the register: the last

TENTH = 0.1
"""How much the reasons beside the heaviest one count."""


@dataclass(frozen=True)
class Weighed:
    """A reason and its points on the day."""

    found: Found
    weight: float
    overdue: int


@dataclass
class Stand:
    """A household with its reasons, the heaviest first; `aside` are those that are put off.

    rank: among all doors of the register, where those are known, else among those on the list.
    """

    home: str
    place: Place
    walk: tuple[object, ...] = ()
    reasons: list[Weighed] = field(default_factory=list)
    aside: list[Weighed] = field(default_factory=list)
    put_off: PutOffView | None = None
    rank: float = 0.0
    need: float = 0.0
    kinds: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()  # whose task something here is


def need(weights: Iterable[float]) -> float:
    """The heaviest and a tenth of the others."""
    every = sorted(weights, reverse=True)
    return every[0] + TENTH * sum(every[1:]) if every else 0.0


def weigh(found: Found, rules: Rules, on: date) -> Weighed:
    """The points of a reason, and for how many days it is overdue."""
    if found.kind == "unseen":
        category = rules.by_id[found.told[0]]
        days = category.days if found.due is None else max((on - found.due).days, 0)
        points = category.weight.base + min(days * category.weight.per_day, category.weight.most)
        return Weighed(found, points, 0 if found.due is None else days)
    overdue = max((on - found.due).days, 0) if found.due is not None else 0
    return Weighed(found, rules.weight[found.kind].at(found.due or found.since, on), overdue)


Where = Callable[[str], tuple[Place, float] | None]
"""Where a household is and its rank among all doors, where that is known without asking the store."""


def gather(
    connection: Connection,
    found: Iterable[Found],
    put_off: Mapping[str, Sequence[PutOffView]],
    rules: Rules,
    on: date,
    where: Where | None = None,
    unseen: Callable[[str], Found | None] | None = None,
) -> dict[str, Stand]:
    """The households of some reasons, and those with something put off; none that has ended or has nobody in it, and
    nobody whose case another office has taken over.

    unseen: whether a household was not visited for long.
    """
    frozen, handed = kept_only(connection), handed_away(connection)
    every = [one for one in found if one.resident not in frozen]
    homes = homes_now(connection, {one.resident for one in every if one.resident and not one.home})
    by_home: dict[str, list[Found]] = defaultdict(list)
    for one in every:
        home = one.home or homes.get(one.resident, "")
        if home and not is_handed(handed, home, one.resident):
            by_home[home].append(one)
    ours = {home for home in put_off if not is_handed(handed, home)}
    stands = _stands(connection, {*by_home, *ours}, on, where)
    for home, stand in stands.items():
        late = unseen(home) if unseen is not None else None
        reasons = by_home.get(home, [])
        settle(stand, reasons if late is None else [*reasons, late], put_off.get(home, ()), rules, on)
    return stands


def settle(stand: Stand, found: Iterable[Found], put_off: Sequence[PutOffView], rules: Rules, on: date) -> None:
    """Add reasons to a household, weighed; those that are put off stand aside."""
    for one in found:
        mine = next((off for off in put_off if not off.kinds or one.kind in off.kinds), None)
        if mine is not None:
            stand.put_off = mine
        (stand.reasons if mine is None else stand.aside).append(weigh(one, rules, on))
    for several in (stand.reasons, stand.aside):
        if len(several) > 1:
            several.sort(key=lambda one: (-one.weight, one.found.due or date.max))
    stand.need = need(one.weight for one in stand.reasons)
    stand.kinds = frozenset(one.found.kind for one in stand.reasons)
    stand.named = frozenset(one.found.assignee for one in (*stand.reasons, *stand.aside) if one.found.assignee)


def _stands(connection: Connection, homes: Collection[str], on: date, where: Where | None) -> dict[str, Stand]:
    found = {}
    unknown = []
    for home in homes:
        known = where(home) if where is not None else None
        if known is None:
            unknown.append(home)
        else:
            found[home] = Stand(home, known[0], rank=known[1])
    names = ("community_code", "grid", "street_line", "building", "unit", "door")
    for some in portions(sorted(unknown)):
        query = (
            select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.until, *(_DWELLING.c[name] for name in names))
            .outerjoin(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_HOUSEHOLD.c.id.in_(some), _HOUSEHOLD.c.dead.is_(False))
        )
        for identity, until, *texts in connection.execute(query).all():
            if until is not None and until <= on:
                continue
            parts = dict(zip(names, (text or "" for text in texts), strict=True))
            place = Place(parts["community_code"], parts["grid"], parts["street_line"], parts["building"])
            found[identity] = Stand(identity, place, walking_key(parts), rank=_NOWHERE)
    return found


def put_off_now(connection: Connection, on: date, homes: Collection[str] | None = None) -> dict[str, list[PutOffView]]:
    """What is put off beyond a day, by household, the newest first; of a few households or of all."""
    query = select(_PUT_OFF).where(_PUT_OFF.c.until > on, _PUT_OFF.c.dead.is_(False)).order_by(_PUT_OFF.c.at.desc())
    if homes is not None:
        query = query.where(_PUT_OFF.c.household_id.in_(homes))
    found: dict[str, list[PutOffView]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.household_id].append(
            PutOffView(row.id, row.household_id, tuple(row.kinds), row.until, row.reason, row.worker)
        )
    return found


def cared_for(
    connection: Connection, on: date, name: str | None = None, homes: Collection[str] | None = None
) -> dict[str, str]:
    """Household -> who looks after it on a day; of one worker or of all, of a few households or of all."""
    query = select(_ASSIGNMENT.c.household_id, _ASSIGNMENT.c.assignee, _ASSIGNMENT.c.until).where(
        _ASSIGNMENT.c.dead.is_(False), _ASSIGNMENT.c.assignee != ""
    )
    if name is not None:
        query = query.where(_ASSIGNMENT.c.assignee == name)
    if homes is not None:
        query = query.where(_ASSIGNMENT.c.household_id.in_(homes))
    rows = connection.execute(query.order_by(_ASSIGNMENT.c.since, _ASSIGNMENT.c.at)).all()
    return {home: who for home, who, until in rows if until is None or until > on}
