"""Pictures of documents and homes, sealed in the casebook's own file.

The row travels with the other records; the bytes travel beside them, in sealed files of their own that may come later
(models.services.sync_files), so a picture can be known here before it can be shown.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from models.clock import milliseconds, today
from models.errors import NotFound, Problem
from models.imaging import Encoded
from models.records import codes
from models.records.operation import Operation
from models.records.picture import COVERED, PictureEntry, PictureWords
from models.services.book import Book, changed
from models.services.facts import current_facts
from models.services.picture_views import PictureView
from models.services.views import Changed
from models.store import picture_data
from models.store.rows import KEPT, table_of
from models.store.work import Work
from models.texts import _

_PICTURE, _DOCUMENT, _VISIT = KEPT["picture"], KEPT["identity_document"], KEPT["visit"]
_OPERATION = table_of(Operation)

KEPT_AFTER_REMOVAL = timedelta(days=30)
"""So long the bytes of a removed picture can be brought back; then they are destroyed."""


class DamagedPicture(Problem):
    """The bytes of a picture are not those that were taken over."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This picture is damaged and is not shown. Everything else is safe. Take it again, "
            "or restore a backup from before."
        )


class PictureElsewhere(Problem):
    """The picture is known here, but its bytes have not come from the device that took it."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This picture was taken on another device and has not come here yet; only what is said about it is here. "
            "It comes with the next files from there, unless pictures are left out. Or look at it on that device."
        )


class Pictures:
    """The verbs about pictures."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def add(self, entry: PictureEntry, encoded: Encoded) -> Changed:
        """Keep a picture: what is said about it and its bytes in one transaction, or nothing.

        With `mark_seen` the document that it shows, and the facts that it proves, are marked as seen; undoing the
        addition takes that back too. Raises NotFound where the subject or the document is not here.
        """
        with self._book.verb("pictures.add") as work:
            made = _add(work, entry, encoded)
            self._mark_seen(work, entry, entry.subject_id)
        return changed(work, made)

    def amend(self, picture_id: str, words: PictureWords) -> Changed:
        """Say something else about a picture. Raises NotFound."""
        with self._book.verb("pictures.amend") as work:
            row = _row(work.connection, picture_id)
            _check_document(work.connection, words.document_id)
            work.amend("picture", picture_id, _said(words))
            self._mark_seen(work, words, row.subject_id)
            work.concerns(*_concerned(work.connection, row.subject_kind, row.subject_id, row.visit_id))
        return changed(work, picture_id)

    def replace(self, picture_id: str, words: PictureWords, encoded: Encoded) -> Changed:
        """Put a picture that was cropped or turned anew in the place of one; undoing brings the earlier one back.

        `id` of what is returned is the new picture's. Raises NotFound.
        """
        with self._book.verb("pictures.replace") as work:
            row = _row(work.connection, picture_id)
            subject = {"subject_kind": row.subject_kind, "subject_id": row.subject_id, "visit_id": row.visit_id}
            entry = PictureEntry(**{**words.model_dump(), **subject})
            made = _add(work, entry, encoded)
            self._mark_seen(work, words, row.subject_id)
            work.amend("picture", picture_id, {"dead": True})
        return changed(work, made)

    def remove(self, picture_id: str) -> Changed:
        """Take a picture away. It can be undone for KEPT_AFTER_REMOVAL; then sweep() destroys its bytes."""
        with self._book.verb("pictures.remove") as work:
            row = _row(work.connection, picture_id)
            work.rest_on("picture", picture_id)
            work.amend("picture", picture_id, {"dead": True})
            work.concerns(*_concerned(work.connection, row.subject_kind, row.subject_id, row.visit_id))
        return changed(work, picture_id)

    def taken_on_visit(self, draft_id: str, visit_id: str) -> Changed:
        """Give a visit the pictures that were taken while it was still a draft: they were kept with the draft's id.

        Raises NotFound where the visit is not here.
        """
        mine = select(_PICTURE.c.id).where(_PICTURE.c.visit_id == draft_id, _PICTURE.c.dead.is_(False))
        with self._book.reading() as connection:
            if connection.execute(mine).first() is None:
                return Changed(frozenset(), frozenset())
        with self._book.verb("pictures.taken_on_visit") as work:
            household = work.connection.execute(select(_VISIT.c.household_id).where(_VISIT.c.id == visit_id)).scalar()
            if household is None:
                raise NotFound
            for picture_id in work.connection.execute(mine).scalars().all():
                work.amend("picture", picture_id, {"visit_id": visit_id})
            work.concerns(household, visit_id)
        return changed(work, visit_id)

    def sweep(self) -> int:
        """Destroy the bytes of pictures that were removed more than KEPT_AFTER_REMOVAL ago, or erased; how many."""
        before = milliseconds(self._book.clock) - int(KEPT_AFTER_REMOVAL.total_seconds() * 1000)
        with self._book.reading() as connection:
            removed, gone = picture_data.unwanted(connection)
            gone += [picture for picture, at in _removed_at(connection, removed).items() if at < before]
        if not gone:
            return 0
        with self._book.writing() as connection:
            return picture_data.destroy(connection, gone)

    # Reading.

    def of(self, subject_kind: str, subject_id: str) -> list[PictureView]:
        """The pictures of a resident, a household or a visit with their thumbnails, the newest first.

        Of a visit: those about it and those taken on it.
        """
        subject = _PICTURE.c.subject_id == subject_id
        if subject_kind == "visit":
            subject = or_(subject, _PICTURE.c.visit_id == subject_id)
        return self._views(subject, thumbs=True)

    def several(self, picture_ids: Iterable[str]) -> list[PictureView]:
        """These pictures with their thumbnails, the newest first; those removed are left out."""
        return self._views(_PICTURE.c.id.in_(list(picture_ids)), thumbs=True)

    def proving(self, subject_id: str) -> Mapping[str, tuple[PictureView, ...]]:
        """Name of a fact -> the pictures that prove it (without thumbnails), the newest first."""
        found: dict[str, list[PictureView]] = defaultdict(list)
        for view in self._views(_PICTURE.c.subject_id == subject_id, thumbs=False):
            for name in view.facts:
                found[name].append(view)
        return {name: tuple(views) for name, views in found.items()}

    def full(self, picture_id: str) -> bytes:
        """The whole picture (JPEG), checked against what was taken over; journalled at the subject, kind and picture.

        Raises NotFound, PictureElsewhere, DamagedPicture.
        """
        with self._book.reading() as connection:
            row = _row(connection, picture_id)
            data = picture_data.get(connection, picture_id, picture_data.FULL)
        if data is None:
            raise PictureElsewhere
        if hashlib.sha256(data).hexdigest() != row.sha256:
            raise DamagedPicture
        action = "reveal" if row.kind in COVERED else "view"
        said = f"picture {row.kind} {picture_id}"
        self._book.note(action, row.subject_kind, row.subject_id, said, fields=("picture.data",))
        return data

    def _views(self, wanted: Any, *, thumbs: bool) -> list[PictureView]:
        with self._book.reading() as connection:
            return [_view(row, thumbs) for row in connection.execute(_query(wanted, thumbs))]

    def _mark_seen(self, work: Work, words: PictureWords, subject_id: str) -> None:
        """The original was in hand: say so of the document, and of each statement of today that it proves."""
        if not words.mark_seen:
            return
        if words.document_id:
            work.amend("identity_document", words.document_id, {"seen": True})
        if not words.facts:
            return
        facts = current_facts(work.connection, [subject_id], today(self._book.clock)).get(subject_id, {})
        for name in words.facts:
            told = facts.get(name)
            if told is not None and not told.document_seen:
                shown = words.title or codes.label("picture_kind", words.kind)
                work.amend("fact", told.id, {"document_seen": shown})
        work.concerns(subject_id)


def _add(work: Work, entry: PictureEntry, encoded: Encoded) -> str:
    table = KEPT[entry.subject_kind]
    known = work.connection.execute(select(table.c.id).where(table.c.id == entry.subject_id, table.c.dead.is_(False)))
    if known.first() is None:
        raise NotFound
    _check_document(work.connection, entry.document_id)
    pixels = {"width": encoded.width, "height": encoded.height, "size": len(encoded.full), "sha256": encoded.sha256}
    subject = entry.model_dump(include={"subject_kind", "subject_id", "visit_id"})
    made = work.add("picture", {**subject, **_said(entry), **pixels, "worker": work.worker, "at": work.now})
    picture_data.put(work.connection, made, encoded.full, encoded.thumb)
    work.concerns(*_concerned(work.connection, entry.subject_kind, entry.subject_id, entry.visit_id))
    return made


def _said(words: PictureWords) -> dict[str, Any]:
    told = words.model_dump(include={"kind", "title", "taken_on", "document_id"})
    return {**told, "facts": list(dict.fromkeys(words.facts))}


def _check_document(connection: Connection, document_id: str) -> None:
    if not document_id:
        return
    wanted = select(_DOCUMENT.c.id).where(_DOCUMENT.c.id == document_id, _DOCUMENT.c.dead.is_(False))
    if connection.execute(wanted).first() is None:
        raise NotFound


def _row(connection: Connection, picture_id: str) -> "Row[Any]":
    wanted = select(_PICTURE).where(_PICTURE.c.id == picture_id, _PICTURE.c.dead.is_(False))
    found = connection.execute(wanted).first()
    if found is None:
        raise NotFound
    return found


def _concerned(connection: Connection, subject_kind: str, subject_id: str, visit_id: str) -> tuple[str, ...]:
    """The rows whose pages show the picture: the subject, the visit, and the visit's household."""
    visits = {visit_id, subject_id if subject_kind == "visit" else ""} - {""}
    homes = connection.execute(select(_VISIT.c.household_id).where(_VISIT.c.id.in_(visits))).scalars().all()
    return (subject_id, *visits, *homes)


def _query(wanted: Any, thumbs: bool) -> "Select[Any]":
    # The name of the bytes' row tells whether they are here; the bytes themselves are read only for a grid.
    data = picture_data.DATA
    shown = [data.c.picture_id.label("here"), *([data.c.data.label("thumb")] if thumbs else [])]
    together = (data.c.picture_id == _PICTURE.c.id) & (data.c.part == picture_data.THUMB)
    return (
        select(_PICTURE, *shown)
        .outerjoin_from(_PICTURE, data, together)
        .where(wanted, _PICTURE.c.dead.is_(False))
        .order_by(_PICTURE.c.at.desc(), _PICTURE.c.id.desc())
    )


def _view(row: "Row[Any]", thumbs: bool) -> PictureView:
    names = ("id", "subject_kind", "subject_id", "kind", "title", "taken_on", "width", "height", "size")
    return PictureView(
        **{name: getattr(row, name) for name in (*names, "document_id", "visit_id", "worker", "at")},
        facts=tuple(row.facts),
        here=row.here is not None,
        thumb=bytes(row.thumb or b"") if thumbs else b"",
    )


def _removed_at(connection: Connection, removed: Iterable[str]) -> dict[str, int]:
    """Picture -> when it was last marked as removed, in milliseconds since 1970 UTC."""
    found: dict[str, int] = {}
    for picture in removed:
        query = select(_OPERATION.c.at, _OPERATION.c.fields).where(_OPERATION.c.row == picture)
        found[picture] = max((row.at for row in connection.execute(query) if "dead" in row.fields), default=0)
    return found
