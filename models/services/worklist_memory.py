"""What the worklist was worked out from, kept in memory until something that it rests on changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from models.records.operation import Batch
from models.services import worklist_news as news
from models.services import worklist_sources as sources
from models.services.book import Book
from models.services.worklist_gather import Stand, gather, put_off_now
from models.services.worklist_rules import Rules
from models.services.worklist_sources import Found
from models.services.worklist_views import Place
from models.store import marks
from models.store.many import without_pauses
from models.store.rows import table_of
from models.store.work import read_meta

if TYPE_CHECKING:
    from models.services.worklist_standing import Standing

_BATCH = table_of(Batch)
_MANY_MARKS = 3000  # subjects that changed since the columns were made; with more, look() is quicker

Token = tuple[Any, ...]


@dataclass
class _Gathered:
    """The households with reasons in the records: what they hang on, up to which operation, and when last settled."""

    token: Token
    seq: int
    stands: dict[str, Stand]
    rows: Any = None  # their places in the standing of everybody, where that was worked out


class Memory:
    """When everybody was last seen, and which households have reasons in the records. Its owner locks it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._gathered: _Gathered | None = None
        self._base: tuple[Token, Standing] | None = None  # by the columns as they lie in the file
        self._whole: tuple[Token, Standing] | None = None  # with the households that changed since

    def forget_stands(self) -> None:
        """Gather the households with reasons anew when they are next asked for."""
        self._gathered = None

    def rows_of(self, standing: "Standing", stands: Mapping[str, Stand]) -> Any:
        """The places of households with reasons in the standing of everybody."""
        kept = self._gathered
        if kept is None or kept.stands is not stands:
            return standing.rows_of(stands)
        if kept.rows is None:
            kept.rows = standing.rows_of(stands)
        return kept.rows

    def _token(self, connection: Connection, rules: Rules, on: date) -> Token:
        """Changes whenever anything that the list rests on does, but for what is written here."""
        device = read_meta(connection, "device")
        batches = connection.execute(select(func.count(), func.max(_BATCH.c.at)).select_from(_BATCH)).one()
        return on, self._book.limits().mark, rules.key, self._book.policies.hash, str(device.get("id", "")), *batches

    def _seq(self, connection: Connection) -> int:
        """The number of the newest operation that was written here."""
        return int(read_meta(connection, "device").get("seq", 0))

    def standing(self, connection: Connection, rules: Rules, on: date) -> "Standing | None":
        """When everybody was last seen; None where the columns were never made, or too much changed since."""
        from models.services import worklist_standing as standings
        from models.store import columns
        from models.store.bulk import load

        if not columns.usable(connection, on):
            return None
        facts = standings.wanted_facts(self._book.policies.facts, rules)
        versions = columns.versions(connection)
        base_token: Token = (
            on,
            self._book.limits().mark,
            rules.key,
            tuple((one.number, one.version) for one in versions),
        )
        if self._base is None or self._base[0] != base_token:
            try:
                blocks = [columns.read(connection, one.number, facts) for one in versions]
            except ValueError:  # bytes of another program: they are only a copy
                return None
            if not blocks:
                return None
            loaded = columns.joined(blocks, facts) if len(blocks) > 1 else blocks[0]
            self._base, self._whole = (base_token, standings.stand(connection, loaded, rules, on)), None
        base = self._base[1]
        subjects = set(connection.execute(select(marks.MARKS.c.subject_id).limit(_MANY_MARKS + 1)).scalars())
        if not subjects:
            return base
        if len(subjects) > _MANY_MARKS:
            return None
        token = (*base_token, self._token(connection, rules, on), self._seq(connection))
        if self._whole is None or self._whole[0] != token:
            homes = news.homes_about(connection, subjects)
            few = load(connection, facts, on, sorted(homes), nothing_else=True)
            fresh = standings.stand(connection, few, rules, on, base)
            self._whole = (token, standings.joined(base, fresh, homes))
        return self._whole[1]

    def stands(
        self, connection: Connection, rules: Rules, on: date, until: date, standing: "Standing | None"
    ) -> dict[str, Stand]:
        """The households that have a reason in the records or something put off, with all their reasons.

        Gathered once; later only the households about which something was written since are gathered again.
        """
        base = 0 if standing is None or self._base is None else id(self._base[1])
        token = (*self._token(connection, rules, on), until, base)
        seq = self._seq(connection)
        kept = self._gathered
        if kept is not None and kept.token == token:
            homes = news.changed_homes(connection, token[4], kept.seq) if kept.seq != seq else set()
            if homes is not None:
                if homes:
                    for home in homes:
                        kept.stands.pop(home, None)
                    kept.stands |= self._gather(connection, rules, on, until, standing, homes)
                    kept.rows = None
                kept.seq = seq
                return kept.stands
        with without_pauses():  # what is gathered is kept
            stands = self._gather(connection, rules, on, until, standing, None)
        self._gathered = _Gathered(token, seq, stands)
        return stands

    def _gather(
        self,
        connection: Connection,
        rules: Rules,
        on: date,
        until: date,
        standing: "Standing | None",
        only: Collection[str] | None,
    ) -> dict[str, Stand]:
        homes = None if only is None else sources.people_now(connection, only)
        put_off = put_off_now(connection, on, only)
        found = [*sources.records(connection, self._book, rules, on, until, homes)]
        told = news.found(news.read(connection, self._book.limits()), rules, on)
        found += [one for one in told if only is None or one.home in only]

        def where(home: str) -> tuple[Place, float] | None:
            row = standing.index.get(home) if standing is not None else None
            if standing is None or row is None:
                return None
            return Place(*standing.places[int(standing.place[row])]), float(standing.walk[row])

        late = standing.is_due(on) if standing is not None else None

        def unseen(home: str) -> Found | None:
            row = standing.index.get(home) if standing is not None else None
            if standing is None or late is None or row is None:
                return None
            return standing.found(row) if late[row] else None

        stands = gather(connection, found, put_off, rules, on, where, unseen)
        if standing is None:
            for rank, stand in enumerate(sorted(stands.values(), key=lambda one: one.walk)):
                stand.rank = float(rank)
        return stands
