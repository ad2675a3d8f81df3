"""Consent: what was told, agreed to and withdrawn, and what may be used because of it.

A withdrawal stops the use in the same transaction: facts of the class are held as refused from that day on (so that no
rule, list or letter reads them), pictures are taken away, and with the basic data the whole record is frozen. What was
done before stays as it was, and so does the history of the statements. Sources: PIPL Art. 13-17, 28-31.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, exists, select

from models.clock import today
from models.errors import NotFound, Problem
from models.records import consent_text
from models.records.fact import FactEntry
from models.records.rights import ConsentEntry
from models.services.barred import PROOFS, standing, statements_of
from models.services.book import Book, changed
from models.services.facts import add_facts, current_facts
from models.services.rights_views import ConsentState, ConsentView
from models.services.views import Changed
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _
from models.values import age_on

_RESIDENT, _PICTURE, _CONSENT = KEPT["resident"], KEPT["picture"], KEPT["consent"]
_FACT, _DOCUMENT = KEPT["fact"], KEPT["identity_document"]

OF_AGE = 14
"""Completed years from which a person speaks for themselves (PIPL Art. 31)."""

WITHDRAWN = "withdrawn"
"""Why a record is frozen: the consent to the basic data was withdrawn, and no statutory duty keeps it in use."""


class GuardianNeeded(Problem):
    """A child under fourteen cannot agree by itself."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This child is under 14: a parent or guardian has to agree. Nothing was saved. Say who the guardian is."
        )


class Consents:
    """The verbs about consent."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def text(self, language: str, version: str | None = None) -> tuple[str, ...]:
        """The lines that are shown or read out, with this office's name and phone in them."""
        office = self._book.office
        return consent_text.load(version=version).told(language, office.name, office.phone)

    def record(self, entry: ConsentEntry) -> Changed:
        """Keep a statement and do at once what follows from it (see the head of this file).

        Raises NotFound where the resident is not here, GuardianNeeded, ValueError on a class that the text lacks.
        """
        return self.record_all([entry])

    def record_all(self, entries: Sequence[ConsentEntry]) -> Changed:
        """Keep what was said in one go, of one person or of several: all of it or nothing. Raises as record()."""
        if not entries:
            raise ValueError("nothing was said")
        day = today(self._book.clock)
        with self._book.verb(f"consents.{entries[0].action}") as work:
            made = [self._keep(work, entry, day) for entry in entries]
        return changed(work, made[0], made)

    def _keep(self, work: Work, entry: ConsentEntry, day: date) -> str:
        text = consent_text.load(entry.text_id)
        classes = [text.data_class(code) for code in entry.classes]
        person = work.connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == entry.resident_id)).first()
        if person is None:
            raise NotFound
        if entry.action == "given" and entry.given_by == "self" and _is_child(person.birth_date, day):
            raise GuardianNeeded
        shown = text.told(entry.language, self._book.office.name, self._book.office.phone)
        told = {
            **entry.model_dump(),
            "text_version": text.version,
            "text_sha256": consent_text.sha256_of(shown),
            "worker": work.worker,
            "at": work.now,
        }
        consent = work.add("consent", told)
        if entry.action in ("withdrawn", "refused"):
            _stop_using(work, self._book, entry.resident_id, classes, day)
        elif entry.action == "given":
            _use_again(work, self._book, entry.resident_id, classes)
        statements = self._statements(work, entry.resident_id)
        plain = standing(statements, text).get("plain")
        frozen = WITHDRAWN if plain == "withdrawn" and _basis(statements) != "statutory" else ""
        if person.frozen in ("", WITHDRAWN) and person.frozen != frozen:
            work.amend("resident", entry.resident_id, {"frozen": frozen})
            work.reindex.add(entry.resident_id)
        work.concerns(entry.resident_id)
        return consent

    def _statements(self, work: Work, resident_id: str) -> list[Any]:
        work.flush()
        return statements_of(work.connection, resident_id)

    def state(self, resident_id: str) -> ConsentState:
        """What counts now. Raises NotFound where the resident is not here."""
        day = today(self._book.clock)
        with self._book.reading() as connection:
            person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == resident_id)).first()
            if person is None:
                raise NotFound
            rows = statements_of(connection, resident_id)
        text = consent_text.load()
        newest = rows[0].text_version if rows else ""
        return ConsentState(
            resident_id=resident_id,
            basis=_basis(rows),
            classes=standing(rows, text),
            text_version=newest,
            newer_text=bool(rows) and newest != text.version,
            needs_guardian=_is_child(person.birth_date, day),
            frozen=person.frozen,
            history=tuple(_view(row) for row in rows),
        )

    def not_asked(self, resident_ids: Sequence[str]) -> int:
        """How many of some residents nobody has asked for consent, or told of a duty; frozen records left out."""
        query = (
            select(_RESIDENT.c.id)
            .where(_RESIDENT.c.id.in_(list(resident_ids)), _RESIDENT.c.frozen == "", _RESIDENT.c.died_on.is_(None))
            .where(~exists().where(_CONSENT.c.resident_id == _RESIDENT.c.id, _CONSENT.c.dead.is_(False)))
        )
        with self._book.reading() as connection:
            return len(connection.execute(query).all())

    def what_stops(self, resident_id: str, classes: Iterable[str]) -> list[str]:
        """What a withdrawal would stop, as sentences; nothing is written."""
        text = consent_text.load()
        chosen = [text.data_class(code) for code in classes]
        whys = {why for each in chosen for why in each.whys}
        with self._book.reading() as connection:
            named = _facts_of(connection, self._book, resident_id, whys, today(self._book.clock)) if whys else []
            many = len(_pictures_in_use(connection, resident_id)) if any(each.pictures for each in chosen) else 0
            papers = len(_documents_in_use(connection, resident_id, chosen))
            statutory = _basis(statements_of(connection, resident_id)) == "statutory"
        lines = []
        if named:
            lines.append(_("{n} facts will not be used any more and not be asked again.").format(n=len(named)))
        if many:
            lines.append(_("{n} pictures will be taken away.").format(n=many))
        if papers:
            lines.append(_("{n} documents that tell of it will be taken off the record.").format(n=papers))
        if any(each.code == "plain" for each in chosen):
            if statutory:
                lines.append(_("The basic data stay in use, because a legal duty asks for them."))
            else:
                lines.append(_("The whole record will be frozen: no search, list, check or letter uses it."))
        return lines

    def frozen(self) -> list[tuple[str, str, str]]:
        """Records that are used no more: (resident id, name, why). They are found here and nowhere else."""
        query = select(_RESIDENT.c.id, _RESIDENT.c.name, _RESIDENT.c.frozen).where(
            _RESIDENT.c.frozen > "",
            _RESIDENT.c.dead.is_(False),  # ">": an index answers it
        )
        with self._book.reading() as connection:
            found = [(row.id, row.name, row.frozen) for row in connection.execute(query)]
        return sorted(found, key=lambda line: line[1])


def _basis(rows: Iterable[Any]) -> str:
    """On what the basic data are kept: a statutory duty once told stands beside any consent."""
    bases = {row.basis for row in rows if row.action in ("given", "informed")}
    return "statutory" if "statutory" in bases else ("consent" if bases else "")


def _is_child(born: date | None, on: date) -> bool:
    return born is not None and age_on(born, on) < OF_AGE


def _facts_of(connection: Connection, book: Book, resident_id: str, whys: set[str], day: date) -> list[str]:
    """Names of the facts of some groups of the dictionary that count of a resident now."""
    known = current_facts(connection, [resident_id], day).get(resident_id, {})
    return [name for name in _named(book, whys) if (view := known.get(name)) and view.state in ("known", "expired")]


def _named(book: Book, whys: set[str]) -> list[str]:
    """The facts about people in some groups of the dictionary."""
    return [name for name, one in book.policies.facts.items() if one.why in whys and one.level == "person"]


def _stop_using(work: Work, book: Book, resident_id: str, classes: Sequence[consent_text.DataClass], day: date) -> None:
    """From now on every fact of the classes counts as refused, also those never asked: no question asks for them."""
    whys = {why for each in classes for why in each.whys}
    known = current_facts(work.connection, [resident_id], day).get(resident_id, {})
    refused = [
        FactEntry(name=name, state="refused", as_of=day, source="told")
        for name in _named(book, whys)
        if name not in known or known[name].state != "refused"
    ]
    add_facts(work, "resident", resident_id, refused, day)
    for document in _documents_in_use(work.connection, resident_id, classes):
        work.amend("identity_document", document, {"dead": True})
        work.reindex.add(resident_id)
    if any(each.pictures for each in classes):
        _take_away_pictures(work, resident_id)


def _use_again(work: Work, book: Book, resident_id: str, classes: Sequence[consent_text.DataClass]) -> None:
    """Consent was given: what was held as refused may be asked again, and what was told before counts again."""
    names = _named(book, {why for each in classes for why in each.whys})
    refused = select(_FACT.c.id).where(
        _FACT.c.subject_id == resident_id,
        _FACT.c.name.in_(names),
        _FACT.c.state == "refused",
        _FACT.c.dead.is_(False),
    )
    for fact in list(work.connection.execute(refused).scalars()) if names else []:
        work.amend("fact", fact, {"dead": True})


def _documents_in_use(connection: Connection, resident_id: str, classes: Iterable[consent_text.DataClass]) -> list[str]:
    """A person's documents that by themselves tell data of some classes."""
    query = select(_DOCUMENT.c.id).where(
        _DOCUMENT.c.resident_id == resident_id,
        _DOCUMENT.c.kind.in_([kind for each in classes for kind in each.documents]),
        _DOCUMENT.c.dead.is_(False),
    )
    return list(connection.execute(query).scalars())


def _take_away_pictures(work: Work, resident_id: str) -> None:
    for picture in _pictures_in_use(work.connection, resident_id):
        work.amend("picture", picture, {"dead": True})


def _pictures_in_use(connection: Connection, resident_id: str) -> list[str]:
    """A person's pictures but those that prove a statement: signatures and signed papers."""
    query = select(_PICTURE.c.id).where(
        _PICTURE.c.subject_id == resident_id, _PICTURE.c.dead.is_(False), _PICTURE.c.kind.not_in(PROOFS)
    )
    proofs = {row.picture_id for row in statements_of(connection, resident_id)}
    return [picture for picture in connection.execute(query).scalars() if picture not in proofs]


def _view(row: Any) -> ConsentView:
    guardian = " ".join(part for part in (row.guardian_name, row.guardian_relation) if part)
    return ConsentView(
        id=row.id,
        action=row.action,
        basis=row.basis,
        purposes=tuple(row.purposes),
        classes=tuple(row.classes),
        text_version=row.text_version,
        given_by=row.given_by,
        guardian=guardian,
        how=row.how,
        witness=row.witness,
        picture_id=row.picture_id,
        given_on=row.given_on,
        note=row.note,
        worker=row.worker,
    )
