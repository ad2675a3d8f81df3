"""Drafts: forms being filled in, on disk within a second, kept until saved or thrown away by the worker."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from models.clock import milliseconds
from models.errors import NotFound
from models.records.operation import Draft
from models.security import keystore
from models.services.book import Book
from models.services.views import DraftView
from models.store import erasing
from models.store.backup import KEY_STORE
from models.store.ballast import RoomMade
from models.store.rows import table_of
from models.values import new_id

_DRAFT = table_of(Draft)


class Drafts:
    """The verbs about drafts. They stay on this computer, also where the records lie on a server, and are in no log."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def save(
        self, form: str, form_version: str, subject_id: str, title: str, body: Mapping[str, Any], draft_id: str = ""
    ) -> str:
        """Keep what is typed so far; returns the draft's id. It is on disk when this returns.

        Where the disk was full and the ballast made room, it is kept in that room at once: nobody presses save for a
        draft, and the window may be closing.
        """
        columns = {
            "form": form,
            "form_version": form_version,
            "subject_id": subject_id,
            "title": title,
            "body": dict(body),
            "worker": self._book.worker.name,
            "at": milliseconds(self._book.clock),
        }
        made = draft_id or new_id()
        try:
            self._write(made, columns)
        except RoomMade:
            self._write(made, columns)
        return made

    def _write(self, draft_id: str, columns: Mapping[str, Any]) -> None:
        with self._book.writing_here() as connection:
            if not connection.execute(update(_DRAFT).where(_DRAFT.c.id == draft_id).values(**columns)).rowcount:
                connection.execute(insert(_DRAFT).values(id=draft_id, **columns))

    def all(self) -> list[DraftView]:
        """All drafts but those of other accounts on this computer, the newest first."""
        others = self._others()
        with self._book.reading_here() as connection:
            rows = connection.execute(select(_DRAFT).order_by(_DRAFT.c.at.desc())).all()
        rows = [row for row in rows if row.worker not in others]
        return [DraftView(r.id, r.form, r.form_version, r.subject_id, r.title, r.body, r.at) for r in rows]

    def get(self, draft_id: str) -> DraftView:
        """One draft. Raises NotFound where it is gone."""
        with self._book.reading_here() as connection:
            row = connection.execute(select(_DRAFT).where(_DRAFT.c.id == draft_id)).first()
        if row is None or row.worker in self._others():
            raise NotFound
        return DraftView(row.id, row.form, row.form_version, row.subject_id, row.title, row.body, row.at)

    def _others(self) -> set[str]:
        """Names of the other people who sign in here; of an own earlier name nobody else's draft is told."""
        if self._book.keys is None:
            return set()
        worker = self._book.worker
        here = keystore.accounts(self._book.folder / KEY_STORE)
        return {one.name for one in here if one.kind == keystore.PERSON and one.id != worker.account} - {worker.name}

    def discard(self, draft_id: str) -> None:
        """Throw a draft away, after its form was saved or on the worker's word."""
        with self._book.writing_here() as connection:
            connection.execute(delete(_DRAFT).where(_DRAFT.c.id == draft_id))

    def forget_erased(self, ledger: Iterable[tuple[str, str]]) -> int:
        """Destroy the drafts about residents whom a ledger of erasures (salt, hash) means; how many."""
        entries = list(ledger)
        with self._book.reading_here() as connection:
            about = {row.id: row.subject_id for row in connection.execute(select(_DRAFT.c.id, _DRAFT.c.subject_id))}
        meant = set(erasing.among_ledger(entries, {subject for subject in about.values() if subject}))
        gone = [draft for draft, subject in about.items() if subject in meant]
        if gone:
            with self._book.writing_here() as connection:
                erasing.destroy_drafts(connection, gone)
        return len(gone)
