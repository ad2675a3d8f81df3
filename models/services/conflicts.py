"""The conflict desk: what two people changed without seeing each other's change, and the choice between the versions.

Nothing is ever chosen by the program. A choice is an ordinary operation that names all versions it replaces, so that
it holds wherever it arrives; taking it back brings all versions back. What lists show meanwhile is the newest version.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from models.clock import milliseconds, today
from models.errors import NotFound
from models.records.operation import Operation
from models.services import conflicts_about as abouts
from models.services import conflicts_noting as noting
from models.services import conflicts_rules as rules
from models.services import links
from models.services.book import Book, changed
from models.services.conflicts_listing import (
    conditions,
    conflict_of,
    part,
    standing_of,
    standing_of_all,
    told,
    waiting,
)
from models.services.conflicts_noting import CONFLICT, DISPUTE, SAME
from models.services.conflicts_reading import Standing
from models.services.conflicts_views import (
    Choices,
    ConflictDays,
    ConflictPage,
    Cursor,
    RecordConflicts,
    Settled,
    Wanted,
)
from models.services.merging import CannotMerge, Merging
from models.services.undoing import take_back
from models.services.views import Changed
from models.store import importing
from models.store.log import named
from models.store.rows import KEPT, from_wire, table_of, to_wire
from models.store.work import Work, read_meta

VERB = "conflicts.settle"
PAGE = 40  # records handed out at once
DAYS = 28  # of the numbers by day
_OPERATION, _LINK, _NOTE = table_of(Operation), KEPT["person_link"], KEPT["case_note"]


class Conflicts:
    """The verbs of the conflict desk."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Looking.

    def page(self, wanted: Wanted | None = None, after: Cursor | None = None, limit: int = PAGE) -> ConflictPage:
        """A part of the open conflicts, by record. after: ConflictPage.following of the part before."""
        wanted = wanted or Wanted()
        self._look()
        with self._book.reading() as connection:
            records, following = part(connection, conditions(wanted, self._now()), wanted.order, after, limit)
            total = connection.execute(
                select(func.count(), func.count(CONFLICT.c.row.distinct()))
                .select_from(CONFLICT.outerjoin(DISPUTE, SAME))
                .where(*conditions(wanted, self._now()))
            ).one()
            shown = self._without_secrets(connection, told(connection, self._book.office, records))
        return ConflictPage(shown, int(total[1]), int(total[0]), following)

    def record(self, row: str) -> RecordConflicts | None:
        """One record with what waits of it; None where nothing does any more."""
        return self.records([row]).get(row)

    def records(self, rows: Collection[str]) -> dict[str, RecordConflicts]:
        """Some records with what waits of them; those of which nothing does any more are left out."""
        self._look()
        with self._book.reading() as connection:
            shown = self._without_secrets(connection, told(connection, self._book.office, list(rows)))
            return {one.row: one for one in shown}

    def count(self) -> int:
        """How many fields wait for a choice that can be made here."""
        self._look()
        with self._book.reading() as connection:
            return waiting(connection)

    def choices(self) -> Choices:
        """By what the list can be narrowed."""
        self._look()
        communities, entities, workers = Counter[str](), Counter[str](), Counter[str]()
        same = newer = 0
        with self._book.reading() as connection:
            names = ("community", "entity", "workers", "alike", "kind")
            query = select(*(DISPUTE.c[name] for name in names), func.count()).where(DISPUTE.c.settled_at == 0)
            for row in connection.execute(query.group_by(*(DISPUTE.c[name] for name in names))):
                n = int(row[5])
                if row.kind == "newer":
                    newer += n
                    continue
                communities[row.community] += n
                entities[row.entity] += n
                same += n if row.alike else 0
                for worker in filter(None, row.workers.split("\n")):
                    workers[worker] += n
        del communities[""]
        named = [tuple(found.most_common()) for found in (communities, entities, workers)]
        return Choices(named[0], named[1], named[2], same, newer)

    def reveal(self, row: str, field: str) -> dict[str, tuple[Any, Any]]:
        """The whole values of a masked field: operation -> (value, what its writer saw before); journalled.

        Raises NotFound where nothing waits there any more.
        """
        with self._book.reading() as connection:
            found = conflict_of(connection, row, field)
            if self._secret(connection, [row]):
                raise NotFound
            about = abouts.whom(connection, {row: found.entity}).get(row, (found.entity, row))
            versions = standing_of(connection, found)
        self._book.note("reveal", about[0], about[1], f"conflict: {found.entity}.{field}")
        return {one.holder.id: (one.value, one.before) for one in versions}

    def settled(self, limit: int = 50) -> list[Settled]:
        """What was settled, the newest first, so that it can be looked at and taken back."""
        self._look()
        with self._book.reading() as connection:
            query = select(DISPUTE).where(DISPUTE.c.settled_at > 0).order_by(DISPUTE.c.settled_at.desc())
            rows = list(connection.execute(query.limit(limit)))
            names = abouts.called(connection, {(row.about_kind, row.about_id) for row in rows})
            query = select(_OPERATION.c.id, _OPERATION.c.device, _OPERATION.c.verb)
            said = connection.execute(query.where(named(connection, {row.operation for row in rows}))).all()
            device = str(read_meta(connection, "device").get("id", ""))
            own = {one.id for one in said if (one.device, one.verb) == (device, VERB)}
        return [
            Settled(
                row.row,
                row.field,
                row.entity,
                row.settled_at,
                row.settled_by,
                row.operation,
                names.get((row.about_kind, row.about_id), ("", ""))[0],
                row.operation in own,
            )
            for row in rows
        ]

    def by_day(self, days: int = DAYS) -> ConflictDays:
        """The numbers of the last days, today included."""
        self._look()
        last = today(self._book.clock)
        with self._book.reading() as connection:
            return noting.by_day(connection, last - timedelta(days=days - 1), last)

    # Choosing.

    def settle(self, row: str, field: str, operation: str) -> Changed:
        """Let one of the versions stand; the others stay in the history.

        Raises NotFound where the choice is not open any more.
        """
        link = self._link(row, field, operation)
        if link is not None:
            return link
        return self._choose([(row, field)], lambda _found, versions: _held_by(versions, operation).value)

    def join(self, row: str, field: str, order: Sequence[str] = ()) -> Changed:
        """Let all versions stand together: texts one after the other, lists as everything in them.

        order: the operations of the versions as they are to follow each other; those not named follow by age.
        Raises CannotJoin, ValueRefused (too long), NotFound.
        """

        def choose(found: Row[Any], versions: Sequence[Standing]) -> Any:
            place = {operation: at for at, operation in enumerate(order)}
            ordered = sorted(versions, key=lambda one: (place.get(one.holder.id, len(place)), one.origin.clock))
            return rules.joined(found.entity, field, [one.value for one in ordered])

        return self._choose([(row, field)], choose, checking=True)

    def write(self, row: str, field: str, value: Any) -> Changed:
        """Let what somebody typed stand instead of the versions. Raises ValueRefused, NotFound."""
        return self._choose([(row, field)], lambda _found, _versions: value, checking=True, typed=True)

    def settle_side(self, row: str, device: str) -> Changed:
        """Let everything stand that was written on one computer, in all fields of a record; fields in which nothing
        waits from there stay open. Raises NotFound where there is no such field any more."""
        with self._book.reading() as connection:
            query = select(CONFLICT).where(CONFLICT.c.row == row).order_by(CONFLICT.c.field)
            found = list(connection.execute(query))
            versions = standing_of_all(connection, found)
        takes = {
            key[2]: newest.holder.id
            for key, several in versions.items()
            if (newest := next((one for one in several if one.origin.device == device), None)) is not None
        }
        entity = found[0].entity if found else ""
        fields = [field for field in takes if rules.kind_of(entity, field) != "newer"]
        if entity == "person_link" and "active" in fields:
            return self.settle(row, "active", takes["active"])

        return self._choose(
            [(row, field) for field in fields],
            lambda conflict, several: _held_by(several, takes[conflict.field]).value,
        )

    def settle_alike(self, chosen: Iterable[tuple[str, str]]) -> Changed:
        """Of fields (record, field) that a person ticked: keep the tidiest of versions that say the same.

        A field whose versions differ in more by now is left open. Raises NotFound where nothing was left to do.
        """
        chosen = list(chosen)
        with self._book.reading() as connection:
            query = select(CONFLICT).where(CONFLICT.c.row.in_({row for row, _field in chosen}))
            found = {(one.row, one.field): one for one in connection.execute(query)}
            versions = standing_of_all(connection, [found[key] for key in chosen if key in found])
        fields = [
            (row, field)
            for (_district, row, field), several in versions.items()
            if rules.alike(found[row, field].entity, field, [one.value for one in several])
        ]

        def choose(conflict: Row[Any], several: Sequence[Standing]) -> Any:
            values = [one.value for one in several]
            if not rules.alike(conflict.entity, conflict.field, values):  # somebody wrote another one this moment
                raise NotFound
            return values[rules.tidiest(conflict.entity, conflict.field, values)]

        return self._choose(fields, choose)

    def undo(self, operations: Collection[str]) -> Changed:
        """Take choices back: all versions wait again. Raises CannotUndo where somebody changed the field since."""
        with self._book.verb("conflicts.undo") as work:
            take_back(work, operations)
            noting.catch_up(work.connection, work.now)
        return changed(work)

    def note_arrivals(self) -> None:
        """Note what a file brought; to be called after every import."""
        with self._book.reading_whole() as connection:
            if not noting.behind(connection):
                return
        with self._book.writing() as connection:
            noting.catch_up(connection, self._now(), arrived=True)

    # Inside.

    def _secret(self, connection: Connection, rows: Collection[str]) -> set[str]:
        """Those of some records that are confidential notes of others: only their writer reads them and chooses."""
        mine = _NOTE.c.worker == self._book.worker.name
        query = select(_NOTE.c.id).where(_NOTE.c.id.in_(list(rows)), _NOTE.c.confidential.is_(True), ~mine)
        return set(connection.execute(query).scalars())

    def _without_secrets(
        self, connection: Connection, records: Sequence[RecordConflicts]
    ) -> tuple[RecordConflicts, ...]:
        """Records without the words of others' confidential notes; that something waits there is told."""
        secret = self._secret(connection, [one.row for one in records if one.entity == "case_note"])
        return tuple(_covered(one) if one.row in secret else one for one in records)

    def _now(self) -> int:
        return milliseconds(self._book.clock)

    def _look(self) -> None:
        with self._book.reading_whole() as connection:
            if not noting.behind(connection):
                return
        with self._book.writing() as connection:
            noting.catch_up(connection, self._now())

    def _choose(
        self,
        fields: Sequence[tuple[str, str]],
        choose: Callable[[Row[Any], Sequence[Standing]], Any],
        *,
        checking: bool = False,
        typed: bool = False,
    ) -> Changed:
        """Write what is chosen of each field, one operation for a record. Raises NotFound where none is open.

        checking: by the rules of the record's input, where it has any. typed: by hand, so it must have some.
        """
        if not fields:
            raise NotFound
        with self._book.verb(VERB) as work:
            if self._secret(work.connection, {row for row, _field in fields}):
                raise NotFound
            told: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
            for row, field in fields:
                found = conflict_of(work.connection, row, field)
                value = choose(found, standing_of(work.connection, found))
                if rules.kind_of(found.entity, field, [to_wire(value)]) == "newer":
                    raise NotFound
                told[found.entity, row][field] = self._taken(work, found, value, checking=checking, typed=typed)
            for (entity, row), values in told.items():
                work.amend(entity, row, values, settle=True)
                work.concerns(*(about[1] for about in abouts.whom(work.connection, {row: entity}).values()))
            rows = {row: entity for entity, row in told}
            work.reindex |= importing.to_find_again(work.connection, rows)
            work.flush()
            noting.catch_up(work.connection, work.now)
        return changed(work, fields[0][0])

    def _taken(self, work: Work, found: Row[Any], value: Any, *, checking: bool, typed: bool) -> Any:
        """A chosen value as its column takes it."""
        if checking and rules.editable(found.entity, found.field):
            table = KEPT[found.entity]
            query = select(table).where(table.c.district == found.district, table.c.id == found.row)
            row = work.connection.execute(query).mappings().first()
            if row is None:
                raise NotFound
            return rules.checked(found.entity, found.field, {str(name): row[name] for name in row}, value)
        if typed:
            raise rules.ValueRefused(why="fixed", ctx={})
        return from_wire(found.entity, found.field, value)

    def _link(self, row: str, field: str, operation: str) -> Changed | None:
        """One office says that two people are one, another that they are two: to choose is to merge, or to take the
        merge back; None where the conflict is about something else."""
        with self._book.reading() as connection:
            found = conflict_of(connection, row, field)
            if found.entity != "person_link" or field != "active":
                return None
            versions = standing_of(connection, found)
            link = connection.execute(select(_LINK.c.a_id, _LINK.c.b_id).where(_LINK.c.id == row)).first()
        chosen = _held_by(versions, operation)
        if link is None:
            raise NotFound
        merging = Merging(self._book)
        try:
            done = merging.merge(link.a_id, link.b_id) if chosen.value else merging.undo(link.a_id, link.b_id)
        except (CannotMerge, NotFound):  # the records are as they should be: only the word is to be given
            with self._book.verb(VERB) as work:
                links.say(work, link.a_id, link.b_id, active=bool(chosen.value))
                work.flush()
                noting.catch_up(work.connection, work.now)
            return changed(work, row)
        self._look()
        return done


def _held_by(versions: Sequence[Standing], operation: str) -> Standing:
    """The version that an operation holds. Raises NotFound where it does not stand any more."""
    chosen = next((one for one in versions if one.holder.id == operation), None)
    if chosen is None:
        raise NotFound
    return chosen


def _covered(record: RecordConflicts) -> RecordConflicts:
    fields = tuple(
        replace(
            field,
            hidden=True,
            joinable=False,
            editable=False,
            versions=tuple(replace(one, value="", before=None, before_known=False) for one in field.versions),
        )
        for field in record.fields
    )
    return replace(record, fields=fields, tells=())
