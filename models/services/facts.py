"""Facts: what was said, by whom, and what of it counts today."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from models.clock import today
from models.records.fact import FactEntry
from models.services.book import Book, changed
from models.services.views import Changed, FactView
from models.store.rows import KEPT
from models.store.seen import Disputed, Seen
from models.store.work import Work
from models.values import years_later

_FACT, _HOUSEHOLD = KEPT["fact"], KEPT["household"]
_SAID = (  # made once: making it takes longer than reading a household's rows
    select(_FACT)
    .where(_FACT.c.subject_id.in_(bindparam("subjects", expanding=True)), _FACT.c.dead.is_(False))
    .order_by(_FACT.c.at, _FACT.c.id)
)


def add_facts(
    work: Work, subject_kind: str, subject_id: str, entries: Iterable[FactEntry], day: date, visit_id: str = ""
) -> list[str]:
    """Add statements about a resident or a household inside a verb; as_of is the day of asking where none is given.

    Returns the ids of the statements, in the order of the entries.
    """
    made = []
    for entry in entries:
        if work.seen is not None and not _may_be_said(work, work.seen, subject_id, entry):
            continue
        added = work.add(
            "fact",
            {
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "name": entry.name,
                "value": {"v": entry.value} if entry.state == "known" else {},
                "state": entry.state,
                "as_of": entry.as_of or day,
                "good_until": entry.good_until,
                "source": entry.source,
                "document_seen": entry.document_seen,
                "visit_id": visit_id,
                "worker": work.worker,
                "at": work.now,
            },
        )
        made.append(added)
        if entry.state == "known":
            work.learnt.setdefault(subject_id, set()).add(entry.name)
        work.concerns(subject_id)
    return made


def _may_be_said(work: Work, seen: Seen, subject_id: str, entry: FactEntry) -> bool:
    """Whether a form may state a fact: somebody else may have stated another value since the form was opened.

    Where both did, it is noted as disputed: mine is said after theirs, theirs is left to stand.
    """
    work.flush()
    query = select(_FACT).where(_FACT.c.subject_id == subject_id, _FACT.c.name == entry.name, _FACT.c.dead.is_(False))
    rows = work.connection.execute(query.order_by(_FACT.c.as_of, _FACT.c.at, _FACT.c.id)).mappings().all()
    if not rows or (made := seen.made_since(work.connection, rows[-1]["id"])) is None:
        return True
    earlier = [row for row in rows if seen.made_since(work.connection, row["id"]) is None]
    before, theirs = (_said_by(dict(earlier[-1])) if earlier else None), _said_by(dict(rows[-1]))
    mine = [entry.value if entry.state == "known" else None, entry.state]
    if mine == theirs:
        return True
    if mine == before:
        return False
    old, their = (before or [None])[0], theirs[0]
    told = Disputed("fact", subject_id, entry.name, old, mine[0], their, made.id, made.worker, made.at)
    return seen.may_stand(told)


def _said_by(row: Mapping[str, Any]) -> list[Any]:
    return [row["value"].get("v") if row["state"] == "known" else None, row["state"]]


def current_facts(connection: Connection, subject_ids: Iterable[str], on: date) -> Mapping[str, Mapping[str, FactView]]:
    """For each subject the statement of each fact that counts on a day: the newest by as_of, then by moment.

    A statement made later than the day does not count yet; one past its good_until is shown as expired.
    """
    found: dict[str, dict[str, FactView]] = defaultdict(dict)
    for row in connection.execute(_SAID, {"subjects": list(subject_ids)}).mappings():
        as_of = row["as_of"]
        if as_of is not None and as_of > on:
            continue
        earlier = found[row["subject_id"]].get(row["name"])
        if earlier is not None and (earlier.as_of or date.min) > (as_of or date.min):
            continue
        expired = row["good_until"] is not None and row["good_until"] < on
        found[row["subject_id"]][row["name"]] = FactView(
            id=row["id"],
            name=row["name"],
            value=row["value"].get("v"),
            state="expired" if expired and row["state"] == "known" else row["state"],
            as_of=as_of,
            good_until=row["good_until"],
            source=row["source"],
            document_seen=row["document_seen"],
            worker=row["worker"],
        )
    return found


def new_resident(facts: Mapping[str, FactView], on: date) -> bool | None:
    """新市民 by the last paragraph of 000_31349b1c81ee7ff4.txt; None where a deciding fact is not known.

    城镇常住 and (no local hukou, or a local hukou for less than three years).
    """

    def value(name: str) -> object:
        view = facts.get(name)
        return view.value if view is not None and view.state == "known" else None

    urban, hukou, since = value("resident_urban_tianjin"), value("hukou_tianjin"), value("hukou_tianjin_since")
    recent: bool | None
    if hukou is None:
        recent = None
    elif hukou is False:
        recent = True
    else:
        recent = None
        with suppress(TypeError, ValueError):  # no day, or none that this program can read
            recent = on < years_later(date.fromisoformat(since), 3)  # type: ignore[arg-type]
    if urban is False or recent is False:
        return False
    return True if urban and recent else None


class Facts:
    """The verbs about facts."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def record(self, subject_kind: str, subject_id: str, entries: Sequence[FactEntry], visit_id: str = "") -> Changed:
        """Keep what was learnt about a resident or household; earlier statements stay as history."""
        with self._book.verb("facts.record") as work:
            add_facts(work, subject_kind, subject_id, entries, today(self._book.clock), visit_id)
        return changed(work, subject_id)

    def of(self, subject_id: str) -> list[FactView]:
        """The facts of a resident or household that count today, by name."""
        with self._book.reading() as connection:
            facts = current_facts(connection, [subject_id], today(self._book.clock))
        if shown := self._book.sensitive(facts.get(subject_id, {})):
            with self._book.reading() as connection:
                home = connection.execute(select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id == subject_id)).first()
            self._book.note("view", "household" if home else "resident", subject_id, fields=shown)
        return sorted(facts.get(subject_id, {}).values(), key=lambda view: view.name)
