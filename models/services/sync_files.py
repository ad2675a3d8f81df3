"""Sealed files beside the batches: pictures, packs of rules and the list of those who belong, written and taken in."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from models import imaging
from models.clock import milliseconds
from models.errors import BatchRefused, CannotRead, NotFound
from models.records.operation import SealedFile as Row
from models.services import circle, partners, refused_files
from models.services.barred import ConsentWithdrawn
from models.services.book import Book, changed
from models.services.pack_views import PackPreview
from models.services.packs import Packs
from models.services.partners import Partner
from models.services.policy_sets import SETS, header_of
from models.services.sync_steps import Steps
from models.services.sync_writing import need_room
from models.services.views import Changed
from models.store import picture_data, sealed_files
from models.store.rows import KEPT, table_of
from models.store.work import Work, read_meta
from models.sync.circle import codes_within
from models.sync.envelope import MAX_FILE_BYTES, whole
from models.sync.files import free_name, read_limited, write_whole
from models.sync.sealed_file import FILE_ENDING, FileKind, SealedContent, SealedFile, file_name, read_file, write_file

_FILES, _PICTURE = table_of(Row), KEPT["picture"]


@dataclass(frozen=True)
class FilesAhead:
    """The sealed files that the next export to a partner would write."""

    pictures: int
    picture_bytes: int
    packs: int
    circle: bool


@dataclass(frozen=True)
class ArrivedFile:
    """What came of a sealed file."""

    kind: FileKind
    sha: str  # of the content
    sender: str  # name of the partner
    new: bool  # False: it was here already
    subjects: tuple[str, ...]
    size: int  # bytes
    changed: Changed  # for the pages that show it


@dataclass(frozen=True)
class ArrivedPack:
    """A set of rules that came from a partner; installing it is for a person, with the same checks as by hand."""

    sha: str
    title: str
    sender: str
    at: int  # milliseconds
    size: int  # bytes
    installed: bool  # the set is kept here already


def ahead(book: Book, to: str = "") -> FilesAhead:
    """What of pictures, packs and lists waits for a partner. Raises NoPartner."""
    with book.reading_whole() as connection:
        partner = partners.addressee(connection, to)
        pictures = sealed_files.pictures_for(connection, partner.id, scoped=bool(partner.scope))
        below = _is_below(book, partner)
        pack = _pack_for(connection, partner) if below else None
        return FilesAhead(
            len(pictures),
            sum(one.size for one in pictures),
            int(pack is not None),
            below and circle.content_for(connection, partner) is not None,
        )


def write(
    book: Book, folder: Path, partner: Partner, *, pictures: bool, steps: Steps
) -> Iterator[tuple[Path, FileKind, int]]:
    """Write what a partner has not confirmed, a content a file; yields path, kind and bytes. The same content that lies
    whole in the folder already is left as it is.

    Lists and packs come first, being small. Raises Stopped, CannotWrite, DiskFull.
    """
    if _is_below(book, partner) and circle.is_kept(book):
        circle.renew(book)
    with book.reading_whole() as connection:
        me, keys = partners.own_id(connection), read_meta(connection, "device_keys")
        below = _is_below(book, partner)
        pack = _pack_for(connection, partner) if below else None
        listed = circle.content_for(connection, partner) if below else None
        waiting = sealed_files.pictures_for(connection, partner.id, scoped=bool(partner.scope)) if pictures else []
    small = [SealedContent("circle", (me,), listed)] if listed is not None else []
    small += [SealedContent("pack", (pack[0],), pack[1])] if pack is not None else []
    steps.total = len(small) + len(waiting)
    for at in range(steps.total):
        steps.at(at)
        if at < len(small):
            inside: SealedContent | None = small[at]
        else:
            wanting = waiting[at - len(small)]
            with book.reading_whole() as connection:
                data = picture_data.get(connection, wanting.pictures[0], picture_data.FULL)
            intact = data is not None and hashlib.sha256(data).hexdigest() == wanting.sha
            inside = SealedContent("picture", wanting.pictures[:100], data) if data is not None and intact else None
        if inside is None:
            continue  # removed meanwhile, or damaged: a damaged picture is not passed on
        path = folder / (file_name(partner.id, inside.sha) + FILE_ENDING)
        size = 0
        if not _lies_whole(path):
            data = write_file(
                inside,
                sender=me,
                sign_secret=keys["sign_secret"],
                to=partner.id,
                recipient=partner.seal_key,
                made_at=milliseconds(book.clock),
            )
            need_room(folder, len(data))
            path = free_name(folder, path.stem, FILE_ENDING)
            write_whole(path, data)
            size = len(data)
        with book.writing() as connection:
            row: dict[str, Any] = {"peer": partner.id, "direction": "out", "sha": inside.sha, "kind": inside.kind}
            row |= {"subject": inside.subjects[0], "size": len(inside.content), "status": "written"}
            sealed_files.note(connection, {**row, "file_name": path.name, "at": milliseconds(book.clock)})
        if size:
            yield path, inside.kind, size
    steps.tell(steps.total)


def take(book: Book, path: Path) -> ArrivedFile:
    """Take a sealed file in: a picture is shown from now on, a pack waits to be looked at, a list says who belongs.

    Raises BatchRefused (with the reasons of batches, and no_record, removed, not_above), CannotRead, DiskFull.
    """
    data = read_limited(path, MAX_FILE_BYTES)
    with book.reading_whole() as connection:
        reader = partners.reader(connection)
    try:
        file = read_file(data, reader)
    except BatchRefused as refusal:
        refused_files.journal(book, "file", data, reader, str(refusal.facts["reason"]))
        raise
    try:
        return _taken(book, path, file)
    except ConsentWithdrawn as trouble:
        raise BatchRefused(reason="removed") from trouble


def _taken(book: Book, path: Path, file: SealedFile) -> ArrivedFile:
    inside, sender = file.inside, file.header.sender
    with book.verb("sync.take_file") as work:
        connection = work.connection
        partner = partners.addressee(connection, sender)
        known = sealed_files.status_of(connection, sender, "in", inside.sha) != ""
        if inside.kind == "picture":
            new = _take_picture(work, inside)
        elif inside.kind == "pack":
            new = _take_pack(inside, known=known)
        else:
            new = circle.take(book, work, inside.content, sender)
        row: dict[str, Any] = {"peer": sender, "direction": "in", "sha": inside.sha, "kind": inside.kind}
        row |= {"subject": inside.subjects[0] if inside.subjects else "", "size": len(inside.content)}
        content = inside.content if inside.kind in ("pack", "circle") else b""
        row |= {"status": "applied", "file_name": path.name, "content": content, "at": work.now}
        sealed_files.note(connection, row)
        work.journal("import", inside.kind, inside.subjects[0] if inside.subjects else inside.sha, inside.sha[:16])
    return ArrivedFile(
        inside.kind, inside.sha, partner.name, new, inside.subjects, len(inside.content), changed(work, inside.sha)
    )


def arrived_packs(book: Book) -> list[ArrivedPack]:
    """The sets of rules that came, the latest first."""
    with book.reading_whole() as connection:
        rows = connection.execute(
            select(_FILES).where(_FILES.c.direction == "in", _FILES.c.kind == "pack").order_by(_FILES.c.at.desc())
        ).all()
        names = {partner.id: partner.name for partner in partners.everybody(connection)}
        kept = set(connection.execute(select(SETS.c.hash)).scalars())
    found = []
    for row in rows:
        header = header_of(row.content)
        title, set_hash = (header.title, header.hash) if header else ("", "")
        found.append(ArrivedPack(row.sha, title, names.get(row.peer, ""), row.at, row.size, set_hash in kept))
    return found


def preview_pack(book: Book, sha: str) -> PackPreview:
    """Look at a set of rules that came, with the same checks as one that is chosen by hand; Packs.install takes it.

    Raises NotFound, PackFileRefused.
    """
    with book.reading_whole() as connection:
        here = (_FILES.c.direction == "in", _FILES.c.kind == "pack", _FILES.c.sha == sha)
        content = connection.execute(select(_FILES.c.content).where(*here)).scalar()
    if not content:
        raise NotFound
    return Packs(book).preview_bytes(bytes(content))


def _take_picture(work: Work, inside: SealedContent) -> bool:
    """Keep the bytes for each of the records that say this hash; returns whether any lacked them."""
    connection = work.connection
    query = select(_PICTURE).where(_PICTURE.c.id.in_(inside.subjects))
    rows = connection.execute(query).all()
    if not rows:
        raise BatchRefused(reason="no_record")
    living = [row for row in rows if not row.dead and row.sha256]
    if not living:
        raise BatchRefused(reason="removed")
    fitting = [row for row in living if row.sha256 == inside.sha]
    if not fitting:
        raise BatchRefused(reason="bad_content")
    try:
        thumb = imaging.preview(inside.content, imaging.THUMB_SIDE)
    except imaging.BadPicture as trouble:
        raise BatchRefused(reason="bad_content") from trouble
    new = False
    for row in fitting:
        if picture_data.get(connection, row.id, picture_data.FULL) is None:
            picture_data.put(connection, row.id, inside.content, thumb)
            work.concerns(row.id, row.subject_id, row.visit_id)
            new = True
    if new:
        work.entities.add("picture")
    return new


def _take_pack(inside: SealedContent, *, known: bool) -> bool:
    """A pack is read as one that was chosen by hand, when somebody looks at it; here only that it is one at all."""
    if header_of(inside.content) is None:
        raise BatchRefused(reason="bad_content")
    return not known


def _pack_for(connection: Connection, partner: Partner) -> tuple[str, bytes] | None:
    """The signed set of rules that decides here, where a partner has not confirmed it: its hash and bytes."""
    row = connection.execute(select(SETS).where(SETS.c.active.is_(True), SETS.c.signer != "")).first()
    if row is None:
        return None
    archive = bytes(row.archive)
    sha = hashlib.sha256(archive).hexdigest()
    if sealed_files.confirmed(connection, partner.id, sha) or sealed_files.status_of(connection, partner.id, "in", sha):
        return None
    return str(row.hash), archive


def _is_below(book: Book, partner: Partner) -> bool:
    """Whether a partner belongs to this office, which then tells it the rules and who else does."""
    return partner.office_code != book.office.code and codes_within(partner.office_code, [book.office.code])


def _lies_whole(path: Path) -> bool:
    with suppress(BatchRefused, CannotRead):
        whole("file", read_limited(path, MAX_FILE_BYTES))
        return True
    return False


def is_sealed_file(path: Path) -> bool:
    """Whether a file says that it is a sealed one. Raises CannotRead."""
    return read_limited(path, 64).startswith(b"JINMEN-FILE ")
