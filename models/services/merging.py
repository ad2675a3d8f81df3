"""The same person registered twice: compared, merged with a choice for each field, taken back.

The record with the smaller id lives on, whoever merges and in whatever direction, so that two offices agree. Everything
that names the other record is moved, the other record is taken off the register, and a link says that both are one;
what arrives later for the other record is moved by settle(). Nothing typed is lost: what was not chosen stays in the
history of the other record, and everything can be taken back.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models.clock import today
from models.errors import NotFound, Problem
from models.records.operation import Operation
from models.services import links, merging_homes, pointing
from models.services.book import Book, changed
from models.services.comparing import compare
from models.services.doubles import changed_after_merge, pairs_in_register
from models.services.likeness import traits_of
from models.services.merging_comparing import comparison
from models.services.merging_views import Comparison, Merged, Pair
from models.services.people import resident_rows
from models.services.undoing import take_back
from models.services.views import Changed
from models.store.many import among
from models.store.rows import KEPT, table_of
from models.store.work import Work
from models.texts import _

_RESIDENT, _LINK, _FACT = KEPT["resident"], KEPT["person_link"], KEPT["fact"]
_MEMBERSHIP = KEPT["membership"]
_OPERATION = table_of(Operation)
_VERB = "merging.merge"
_TAKEN_BACK = ("merging.undo", "undo", "residents.not_same")
_LONGEST = 20_000  # operations of one merge

KEEP_FORMER = "former"  # a choice: "no" where the name not chosen was a slip and is not to be kept as former name
HEAD_OF = "head:"  # a choice: before the id of a household, who is its head where the person leaves it

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class CannotMerge(Problem):
    """The two records cannot be made one. Facts: why, one of the keys below."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "same": _("This is one record and not two."),
            "frozen": _("One of the records is frozen and is only kept; it cannot be merged."),
            "merged": _("These two records were merged already."),
        }
        return _("{reason} Nothing was changed.").format(reason=reasons.get(str(self.facts.get("why")), ""))


class Merging:
    """The verbs about people registered twice."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def compare(self, a: str, b: str) -> Comparison:
        """Both records field by field, what is suggested, and what would be moved; the view is journalled.

        Raises NotFound where one of them is not here, CannotMerge where they are one already or one is frozen.
        """
        on = today(self._book.clock)
        with self._book.reading() as connection:
            _check(connection, a, b)
            view = comparison(connection, a, b, on)
        for one in (a, b):
            self._book.note("view", "resident", one, "compare")
        return view

    def merge(self, a: str, b: str, choices: Mapping[str, str] | None = None) -> Changed:
        """Make two records one; Changed.id is the one that lives on.

        choices: field -> a or b (note: also both); "fact:" and its name, "home:living", "home:registered" -> a or b;
        "head:" and a household's id -> a resident; "former" -> no. What is not named is as compare() suggests.
        Raises NotFound and CannotMerge.
        """
        on = today(self._book.clock)
        self._book.back_up_before("merge")
        with self._book.verb(_VERB) as work:
            _check(work.connection, a, b)
            work.rest_on("resident", a, b)
            survivor = _merge(work, a, b, dict(choices or {}), on)
            shared = _shares_number(work.connection, a, b)
            links.say(work, a, b, active=True, grounds="number" if shared else "")  # the last operation: see undo()
        return changed(work, survivor)

    def undo(self, a: str, b: str) -> Changed:
        """Take a merge back, also one of another day or office: both records are as they were, and two people.

        What was moved later because it had arrived for the other record goes back to it as well. Raises NotFound where
        the two are not one, CannotUndo where somebody has built on it.
        """
        survivor, other = sorted((a, b))
        with self._book.verb("merging.undo") as work:
            link = links.pair_id(a, b)
            operations = _operations_of(work.connection, link)
            if not operations:
                raise NotFound
            if links.is_disputed(work.connection, link):  # then it is not as the merge left it: it is said anew below
                said = select(_OPERATION.c.id).where(_OPERATION.c.row == link)
                operations = sorted(set(operations) - set(work.connection.execute(said).scalars()))
            take_back(work, operations)
            _return_later_ones(work, survivor, other)
            links.say(work, a, b, active=False)
            work.reindex.update((a, b))
            work.concerns(a, b)
        return changed(work, survivor)

    def settle(self) -> Changed:
        """Move what arrived for records that are part of others by now; done again, nothing changes."""
        with self._book.reading_whole() as connection:
            if not links.all_survivors(connection):
                return Changed(frozenset(), frozenset())
        with self._book.verb("merging.settle") as work:
            settle_arrivals(work, today(self._book.clock))
        return changed(work)

    def survivor(self, resident_id: str) -> str:
        """The record that a resident is part of by now; the same id where nothing was merged."""
        with self._book.reading() as connection:
            return links.survivors(connection, {resident_id}).get(resident_id, resident_id)

    def merged(self, limit: int = 200) -> list[Merged]:
        """What was merged, the newest first, so that it can be taken back."""
        on = today(self._book.clock)
        with self._book.reading() as connection:
            query = select(_LINK).where(_LINK.c.active.is_(True), _LINK.c.dead.is_(False))
            found = list(connection.execute(query))
            said = _said_at(connection, [row.id for row in found])
            newest = sorted(found, key=lambda row: -said.get(row.id, (0, ""))[0])[:limit]
            rows = {row.id: row for row in resident_rows(connection, [row.a_id for row in newest], on)}
            names = dict(
                connection.execute(
                    select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_([row.b_id for row in newest]))
                ).all()
            )
        return [
            Merged(rows[row.a_id], row.b_id, names.get(row.b_id, ""), *said.get(row.id, (0, row.worker)))
            for row in newest
            if row.a_id in rows
        ]

    def pairs(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> list[Pair]:
        """Residents who may be one person, over the whole register: the same number, what offices said differently,
        records that were changed after they had been merged, and likely ones. To be called off the window's thread;
        empty where it was cancelled.
        """
        on = today(self._book.clock)
        with self._book.reading() as connection:
            return pairs_in_register(connection, on, progress, cancelled)


# Merging.


def _check(connection: Connection, a: str, b: str) -> None:
    if a == b:
        raise CannotMerge(why="same")
    query = select(_RESIDENT.c.id, _RESIDENT.c.dead, _RESIDENT.c.frozen).where(_RESIDENT.c.id.in_((a, b)))
    found = {row.id: row for row in connection.execute(query)}
    if len(found) < 2:
        raise NotFound
    if any(row.frozen for row in found.values()):
        raise CannotMerge(why="frozen")
    parts = links.survivors(connection, {a, b})
    if parts.get(a, a) == parts.get(b, b) and all(row.dead == (row.id in parts) for row in found.values()):
        late = found[max(a, b)]
        if not _changed_late(connection, late.id, links.pair_id(a, b)):
            raise CannotMerge(why="merged")
    elif any(row.dead for row in found.values()):
        raise NotFound


def _changed_late(connection: Connection, resident_id: str, link: str) -> bool:
    """Whether a merged record was changed after it had been merged, by somebody who did not know of it."""
    return resident_id in changed_after_merge(connection, [link])


def _merge(work: Work, a: str, b: str, choices: dict[str, str], on: date) -> str:
    survivor, other = sorted((a, b))
    connection = work.connection
    view = comparison(connection, a, b, on)
    choices = {**view.choices(), **choices}
    work.amend("resident", survivor, _chosen(connection, view, choices, survivor, other))
    _unite_numbers(work, survivor, other)
    _count_chosen_facts(work, view, choices, survivor)
    stays = merging_homes.read_stays(connection, survivor, other)
    before = merging_homes.copies(stays)
    homes = {pair.kind: (pair.b_id if choices.get(f"home:{pair.kind}") == "b" else pair.a_id) for pair in view.homes}
    heads = {key.removeprefix(HEAD_OF): who for key, who in choices.items() if key.startswith(HEAD_OF)}
    merging_homes.unite(stays, homes, on)
    merging_homes.write(work, survivor, stays, before, heads, on)
    pointing.move(work, {other: survivor}, everywhere=True)
    work.amend("resident", other, {"dead": True}, disputable=False)  # what comes later is moved by settle()
    work.reindex.update((survivor, other))
    work.concerns(survivor, other)
    return survivor


def _chosen(
    connection: Connection, view: Comparison, choices: Mapping[str, str], survivor: str, other: str
) -> dict[str, Any]:
    """The fields of the record that lives on."""
    query = select(_RESIDENT).where(_RESIDENT.c.id.in_((survivor, other)))
    rows = {row["id"]: row for row in connection.execute(query).mappings()}
    of = {"a": rows[view.a.id], "b": rows[view.b.id]}
    told: dict[str, Any] = {}
    for pair in view.fields:
        side = choices.get(pair.name, pair.suggested)
        if pair.name == "note" and side == "both":
            told["note"] = "\n".join(dict.fromkeys(text for text in (pair.a, pair.b) if text))
        elif pair.a or pair.b:
            told[pair.name] = of["b" if side == "b" else "a"][pair.name]
    left = next(row["name"] for row in of.values() if row["name"] != told["name"] or row is of["b"])
    formerly = told.get("former_name", "")
    if left and left != told["name"] and not formerly and choices.get(KEEP_FORMER) != "no":
        told["former_name"] = left
    told["provisional_number"] = rows[survivor]["provisional_number"] or rows[other]["provisional_number"]
    told["registered_on"] = min((r["registered_on"] for r in rows.values() if r["registered_on"]), default=None)
    return told


def _unite_numbers(work: Work, survivor: str, other: str) -> None:
    """A document or phone that stands on both records is kept once, with what either knows of it."""
    for entity, keys in (("identity_document", ("kind", "number")), ("phone", ("number",))):
        table = KEPT[entity]
        query = select(table).where(table.c.resident_id.in_((survivor, other)), table.c.dead.is_(False))
        rows = sorted(work.connection.execute(query), key=lambda row: (row.resident_id != survivor, row.id))
        kept: dict[tuple[Any, ...], Any] = {}
        for row in rows:
            first = kept.setdefault(tuple(getattr(row, key) for key in keys), row)
            if first is row:
                continue
            if entity == "phone":
                more: dict[str, Any] = {"whose": first.whose or row.whose}
            else:
                days = [day for day in (first.valid_until, row.valid_until) if day is not None]
                more = {"seen": first.seen or row.seen, "valid_until": max(days, default=None)}
            work.amend(entity, first.id, more)
            work.amend(entity, row.id, {"dead": True}, disputable=False)


def _count_chosen_facts(work: Work, view: Comparison, choices: Mapping[str, str], survivor: str) -> None:
    """Where the older of two statements was chosen, it is said once more, so that it counts."""
    for pair in view.facts:
        if not pair.differs or pair.a is None or pair.b is None:
            continue
        side = choices.get(f"fact:{pair.name}", pair.suggested)
        if side == pair.suggested:
            continue
        chosen, newer = (pair.b, pair.a) if side == "b" else (pair.a, pair.b)
        row = work.connection.execute(select(_FACT).where(_FACT.c.id == chosen.id)).mappings().one()
        kept = {name: row[name] for name in row if name not in ("district", "id", "office", "extra", "dead")}
        day = max(filter(None, (chosen.as_of, newer.as_of)), default=None)
        work.add("fact", {**kept, "subject_id": survivor, "as_of": day, "worker": work.worker, "at": work.now})


def _shares_number(connection: Connection, a: str, b: str) -> bool:
    both = traits_of(connection, [a, b])
    return len(both) == 2 and compare(both[a], both[b]).same_number


# Taking back.


def _operations_of(connection: Connection, link: str) -> list[str]:
    """The operations of the merges that a link stands for, of whatever office: all since it was last taken back. The
    link is the last thing that a merge writes."""
    query = select(_OPERATION.c.id, _OPERATION.c.device, _OPERATION.c.seq, _OPERATION.c.verb)
    said = list(connection.execute(query.where(_OPERATION.c.row == link).order_by(_OPERATION.c.clock, _OPERATION.c.id)))
    taken_back = max((place for place, one in enumerate(said) if one.verb in _TAKEN_BACK), default=-1)
    found: list[str] = []
    for end in said[taken_back + 1 :]:
        if end.verb != _VERB:
            continue
        found.append(end.id)
        before = select(_OPERATION.c.id, _OPERATION.c.seq, _OPERATION.c.verb, _OPERATION.c.entity).where(
            _OPERATION.c.device == end.device, _OPERATION.c.seq < end.seq
        )
        expected = end.seq
        for row in connection.execute(before.order_by(_OPERATION.c.seq.desc()).limit(_LONGEST)):
            expected -= 1
            if row.verb != _VERB or row.entity == "person_link" or row.seq != expected:
                break
            found.append(row.id)
    return found


def _return_later_ones(work: Work, survivor: str, other: str) -> None:
    """Give back what was said of the other record at first and was moved when it arrived."""
    for entity, columns in pointing.COLUMNS.items():
        table = KEPT[entity]
        for name in columns:
            query = select(table.c.id).where(table.c[name] == survivor, table.c.dead.is_(False))
            rows = list(work.connection.execute(query).scalars())
            firsts = select(_OPERATION.c.row, _OPERATION.c.fields).where(_OPERATION.c.row.in_(rows))
            said: dict[str, Any] = {}
            for operation in work.connection.execute(firsts.order_by(_OPERATION.c.clock)):
                if name in operation.fields:
                    said.setdefault(operation.row, operation.fields[name].get("v"))
            for row, value in said.items():
                if value == other:
                    work.amend(entity, row, {name: other})
    work.flush()


def _said_at(connection: Connection, link_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """When and by whom links were said."""
    query = select(_OPERATION.c.row, _OPERATION.c.at, _OPERATION.c.worker).where(_OPERATION.c.row.in_(list(link_ids)))
    return {row.row: (row.at, row.worker) for row in connection.execute(query.order_by(_OPERATION.c.clock))}


# What arrives later.


def settle_arrivals(work: Work, on: date) -> bool:
    """Inside a verb, move what came for records that are part of others by now, and take off records that were linked
    by two offices in a chain. Returns whether anything was moved. Nothing is read where nothing was ever merged."""
    into = links.all_survivors(work.connection)
    if not into:
        return False
    living = select(_RESIDENT).where(_RESIDENT.c.id.in_(sorted({*into, *into.values()})))
    rows = {row.id: row for row in work.connection.execute(living).mappings()}
    moved = False
    for other, survivor in sorted(into.items()):
        if other in rows and survivor in rows and not rows[other]["dead"]:
            _merge(work, survivor, other, {KEEP_FORMER: "no"}, on)
            moved = True
    for other in sorted(_standing_somewhere(work.connection, into)):
        survivor = into[other]
        stays = merging_homes.read_stays(work.connection, survivor, other)
        before = merging_homes.copies(stays)
        merging_homes.unite(stays, {}, on)
        merging_homes.write(work, survivor, stays, before, {}, on)
        moved = True
    if pointing.move(work, into, everywhere=False):
        moved = True
    if moved:
        for one in (*into, *into.values()):
            work.reindex.add(one)
            work.concerns(one)
    return moved


def _standing_somewhere(connection: Connection, residents: Collection[str]) -> set[str]:
    """Those of some residents who are in a household still: in one question, since an import asks for all merged."""
    query = select(_MEMBERSHIP.c.resident_id).where(
        among(connection, _MEMBERSHIP.c.resident_id, residents), _MEMBERSHIP.c.dead.is_(False)
    )
    return set(connection.execute(query).scalars())
