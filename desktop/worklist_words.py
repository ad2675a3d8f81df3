"""The worklist as the window shows it: rows, marks, and what of it is remembered from one look to the next."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from desktop.case_words import day_text, days_away
from desktop.widgets.tile_list import Tile
from models.records.visit import PlanEntry
from models.services.worklist_views import KINDS, Kind, Place, WorkFilter, WorkItem, WorkReason, kind_text
from models.texts import N_, _, language, ngettext
from reports.people_list import ListColumn, Value

TONES: Mapping[str, str] = {
    "need_now": "danger",
    "promised": "accent",
    "planned": "accent",
    "task": "accent",
    "contact": "accent",
    "rights": "danger",
    "eligible": "good",
    "ends": "danger",
    "expiring": "warn",
    "referral": "warn",
    "transfer": "warn",
    "need_soon": "warn",
    "birth": "good",
    "age": "good",
    "unseen": "soft",
}

NAMED = 3  # people named in one row; the rest is counted
MARKS = 2  # kinds shown as marks; the others stand in the reasons
REASON_LENGTH = 500  # as PlanEntry has it

COLUMNS = (
    ("name", N_("Name"), 7),
    ("address", N_("Address"), 14),
    ("kind", N_("Kind"), 7),
    ("due", N_("Due"), 6),
    ("overdue", N_("Days late"), 4),
    ("reasons", N_("Reasons"), 24),
    ("phone", N_("Phone, last four"), 4),
    ("carer", N_("In the care of"), 5),
)
"""(key, heading, width in Chinese characters) of the columns that a written list may have."""

AT_FIRST = ("name", "address", "due", "reasons", "carer")


def names_words(names: Sequence[str]) -> str:
    """The people of a household in one line."""
    between = "、" if language() == "zh_CN" else ", "
    listed = between.join(names[:NAMED])
    rest = len(names) - NAMED
    return listed if rest <= 0 else _("{names} and {n} more people").format(names=listed, n=rest)


def tile_of(item: WorkItem) -> Tile:
    """A household on the list; the reasons stand below it."""
    tags = [
        (kind_text(kind), TONES[kind]) for kind in dict.fromkeys(reason.kind for reason in item.reasons)
    ][:MARKS]  # fmt: skip
    if item.overdue and item.kind != "unseen":
        late = ngettext("{n} day late", "{n} days late", item.overdue).format(n=item.overdue)
        tags.insert(0, (late, "danger"))
    tail = _("Phone …{tail}").format(tail=item.phone_tail) if item.phone_tail else ""
    return Tile(
        name=names_words(item.names) or _("Nobody is registered here"),
        below=item.address,
        right=item.due.isoformat() if item.due else "",
        right_below=" · ".join(part for part in (item.assignee, tail) if part),
        tags=tuple(tags),
    )


def reasons_words(item: WorkItem) -> str:
    """All reasons in one run, the heaviest first."""
    return _("; ").join(dict.fromkeys(reason.text for reason in item.reasons))


def due_words(reason: WorkReason, on: date) -> str:
    """When something is due, where it is due on a day."""
    return f"{day_text(reason.due)} · {days_away(reason.due, on)}" if reason.due and reason.kind != "unseen" else ""


def plan_entries(items: Iterable[WorkItem], reason: str, assignee: str, on: date) -> list[PlanEntry]:
    """One visit a household, with what brings somebody there as its reason."""
    made = []
    for item in items:
        words = _(": ").join(part for part in (reason, reasons_words(item)) if part)
        made.append(
            PlanEntry(
                household_id=item.household_id,
                resident_id=item.resident_id,
                due_on=max(item.due or on, on),
                reason=words[:REASON_LENGTH],
                assignee=assignee or item.assignee,
            )
        )
    return made


def list_columns(keys: Sequence[str]) -> tuple[ListColumn, ...]:
    """These columns of a written list, in the language now shown."""
    return tuple(ListColumn(_(heading), width) for key, heading, width in COLUMNS if key in keys)


def list_rows(items: Iterable[WorkItem], keys: Sequence[str]) -> list[list[Value]]:
    """The rows of a written list, with the values of these columns."""
    wanted = [key for key, _heading, _width in COLUMNS if key in keys]
    return [[_cell(key, item) for key in wanted] for item in items]


def _cell(key: str, item: WorkItem) -> Value:
    values: dict[str, Value] = {
        "name": names_words(item.names),
        "address": item.address,
        "kind": _(", ").join(kind_text(kind) for kind in dict.fromkeys(one.kind for one in item.reasons)),
        "due": item.due,
        "overdue": item.overdue or None,
        "reasons": reasons_words(item),
        "phone": item.phone_tail,
        "carer": item.assignee,
    }
    return values[key]


def filter_from(kept: Mapping[str, str], me: str) -> WorkFilter:
    """The filter as it was last used; who is meant by "mine" is whoever is signed in."""
    kinds = frozenset(kind for kind in kept.get("kinds", "").split() if kind in KINDS)
    mine = {"mine": me, "nobody": ""}.get(kept.get("mine", ""))
    place = Place(kept.get("community", ""), kept.get("grid", ""), kept.get("road", ""), kept.get("building", ""))
    return WorkFilter(kinds, mine, place, "walk" if kept.get("order") == "walk" else "need")


def filter_to(wish: WorkFilter) -> dict[str, str]:
    """What is remembered of a filter: codes and houses, nothing about people."""
    mine = "" if wish.mine is None else "mine" if wish.mine else "nobody"
    where = wish.where
    return {
        "kinds": " ".join(kind for kind in KINDS if kind in wish.kinds),
        "mine": mine,
        "order": wish.order,
        "community": where.community,
        "grid": where.grid,
        "road": where.street_line,
        "building": where.building,
    }


def kinds_in_order(kinds: Iterable[str]) -> list[Kind]:
    """Kinds in the order in which they are offered."""
    wanted = set(kinds)
    return [kind for kind in KINDS if kind in wanted]
