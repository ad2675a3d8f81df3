"""The circle: an office writes a signed list of who belongs to it; arriving at a laptop it says who is trusted.

A list only adds: it makes cards known that nobody here has judged yet, and it revokes. What a person here decided (to
distrust somebody) is not taken back by it, and nothing ever takes a revocation back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from models.clock import milliseconds
from models.errors import BatchRefused
from models.records.operation import Operation, Peer, SealedFile
from models.services import partners
from models.services.book import Book
from models.services.partners import Partner
from models.store import sealed_files
from models.store.rows import table_of
from models.store.seen import arrived
from models.store.work import Work, read_meta, write_meta
from models.sync.card import Card
from models.sync.circle import Circle, Member, Revoked, codes_within, read_circle, write_circle
from models.sync.sealed_file import SealedContent

_PEER, _FILES, _OPERATION = table_of(Peer), table_of(SealedFile), table_of(Operation)
_WRITTEN = "circle"  # Meta: the list that this office wrote last
_SAVERS = "savers"  # Meta: device -> worker -> when a change of theirs came last, and up to where was looked
_RECENT = 2000  # operations of a device new to us that are looked through for the names of who saved them
_MOST_WORKERS = 50


@dataclass(frozen=True)
class CircleView:
    """A list as people read it."""

    office: str  # name of whose list it is
    made_at: int  # milliseconds
    members: tuple[Member, ...]
    revoked: tuple[Revoked, ...]
    own: bool  # written by this casebook


def renew(book: Book) -> CircleView:
    """Write the list of this office anew where anything in it has changed; the next exports carry it."""
    _note_savers(book)
    with book.reading_whole() as connection:
        fresh = _circle(book, connection)
        kept = read_meta(connection, _WRITTEN).get("content", "")
        before = read_circle(str(kept).encode()) if kept else None
    same = before is not None and (before.office, before.members, before.revoked) == (
        fresh.office,
        fresh.members,
        fresh.revoked,
    )
    if before is not None and same:
        return CircleView(before.office.office_name, before.made_at, before.members, before.revoked, own=True)
    with book.verb("sync.write_circle") as work:
        secret = read_meta(work.connection, "device_keys")["sign_secret"]
        write_meta(work.connection, _WRITTEN, {"content": write_circle(fresh, secret).decode()})
        work.journal("write", "circle", fresh.office.id, f"{len(fresh.members)}/{len(fresh.revoked)}")
    return CircleView(fresh.office.office_name, fresh.made_at, fresh.members, fresh.revoked, own=True)


def is_kept(book: Book) -> bool:
    """Whether this office keeps a list: it wrote one, or revoked somebody who belonged to it."""
    with book.reading_whole() as connection:
        gone = any(
            one.revoked and codes_within(one.office_code, [book.office.code]) for one in partners.everybody(connection)
        )
        return gone or bool(read_meta(connection, _WRITTEN))


def shown(book: Book) -> list[CircleView]:
    """The lists that are known here: that of this office, and the latest that came from each office above."""
    found: list[CircleView] = []
    with book.reading_whole() as connection:
        own = read_meta(connection, _WRITTEN).get("content", "")
        query = select(_FILES.c.content).where(_FILES.c.direction == "in", _FILES.c.kind == "circle")
        contents = [bytes(one) for one in connection.execute(query).scalars()]
    latest: dict[str, Circle] = {}
    for content in contents:
        circle = read_circle(content)
        known = latest.get(circle.office.id)
        if known is None or known.made_at < circle.made_at:
            latest[circle.office.id] = circle
    if own:
        circle = read_circle(str(own).encode())
        found.append(CircleView(circle.office.office_name, circle.made_at, circle.members, circle.revoked, own=True))
    for circle in sorted(latest.values(), key=lambda one: -one.made_at):
        found.append(CircleView(circle.office.office_name, circle.made_at, circle.members, circle.revoked, own=False))
    return found


def content_for(connection: Connection, partner: Partner) -> bytes | None:
    """The list that this office wrote last, where a partner has not confirmed it."""
    kept = str(read_meta(connection, _WRITTEN).get("content", ""))
    if not kept:
        return None
    content = kept.encode()
    sha = SealedContent("circle", (), content).sha
    return None if sealed_files.confirmed(connection, partner.id, sha) else content


def take(book: Book, work: Work, content: bytes, sender: str) -> bool:
    """Trust whom a list names and refuse whom it revokes; returns whether it said anything new.

    Raises BatchRefused(not_above) where it is not of an office that is trusted here and that this casebook belongs to.
    """
    connection = work.connection
    circle = read_circle(content)
    above = codes_within(book.office.code, [circle.office.office_code])
    known = {partner.id: partner for partner in partners.everybody(connection)}
    signer = known.get(circle.office.id)
    if not above or signer is None or not signer.trusted or signer.kind != "office":
        raise BatchRefused(reason="not_above")
    me, new = partners.own_id(connection), False
    for gone in circle.revoked:
        there = known.get(gone.id)
        theirs = there.office_code if there is not None else gone.office_code
        within = codes_within(theirs, [circle.office.office_code])
        if gone.id in (me, circle.office.id) or not within or (there is not None and there.revoked):
            continue
        partners.revoke(connection, gone.id, gone.reason, name=gone.name, office_code=gone.office_code, now=work.now)
        work.journal("revoke", "peer", gone.id, "circle")
        known.pop(gone.id, None)
        new = True
    revoked = {one.id for one in partners.everybody(connection) if one.revoked}
    for member in circle.members:
        card = member.card
        fits = codes_within(card.office_code, [circle.office.office_code])
        if card.id == me or card.id in known or card.id in revoked or not fits:
            continue
        _trust(connection, member)
        work.journal("trust", "peer", card.id, f"circle {card.fingerprint}")
        new = True
    return new


def _trust(connection: Connection, member: Member) -> None:
    partners.trust(connection, member.card, 0)  # never heard of itself: it is nobody's usual addressee
    connection.execute(update(_PEER).where(_PEER.c.id == member.card.id).values(scope=list(member.scope)))


def _circle(book: Book, connection: Connection) -> Circle:
    """Who belongs to this office now: the trusted partners within its code, with the names of who works there."""
    own = partners.own_card(connection, book.office)
    savers = read_meta(connection, _SAVERS).get("devices") or {}
    devices: dict[str, list[str]] = {}
    for device, partner_id in read_meta(connection, "devices").items():
        devices.setdefault(str(partner_id), []).append(str(device))
    members, revoked = [], []
    for partner in partners.everybody(connection):
        if not codes_within(partner.office_code, [book.office.code]):
            continue
        if partner.revoked:
            revoked.append(
                Revoked(partner.id, partner.office_code, partner.name, partner.revoked[:200], partner.revoked_at)
            )
        elif partner.trusted:
            card = Card(
                partner.id,
                "office" if partner.kind == "office" else "device",
                partner.office_code,
                partner.name,
                partner.sign_key,
                partner.seal_key,
            )
            members.append(Member(card, partner.scope, _workers(savers, devices.get(partner.id, ()))))
    return Circle(
        own,
        tuple(sorted(members, key=lambda one: one.card.id)),
        tuple(sorted(revoked, key=lambda one: one.id)),
        milliseconds(book.clock),
    )


def _note_savers(book: Book) -> None:
    """Keep who saved with the devices of partners. Each operation is looked at once, when it is new here; of a device
    that became a partner's only now, its last ones are."""
    with book.reading_whole() as connection:
        kept = read_meta(connection, _SAVERS)
        fresh = _savers(connection, kept)
    if fresh != kept:
        with book.writing() as connection:
            write_meta(connection, _SAVERS, fresh)


def _savers(connection: Connection, kept: Mapping[str, Any]) -> dict[str, Any]:
    devices = [str(device) for device in read_meta(connection, "devices")]
    now, since = arrived(connection), int(kept.get("arrival", 0))
    before = kept.get("devices") or {}
    saved: dict[str, dict[str, int]] = {device: dict(before.get(device, ())) for device in devices}
    columns = (_OPERATION.c.device, _OPERATION.c.worker, _OPERATION.c.arrival)
    said = select(*columns).where(_OPERATION.c.arrival > since)  # no word of devices: else their index would be read
    if since and now > since:
        for device, worker, arrival in connection.execute(said.execution_options(yield_per=1000)):
            if worker and device in saved:
                saved[device][worker] = max(int(arrival), saved[device].get(worker, 0))
    for device in (device for device in devices if not since or device not in before):
        recent = select(*columns).where(_OPERATION.c.device == device).order_by(_OPERATION.c.seq.desc()).limit(_RECENT)
        for _device, worker, arrival in connection.execute(recent):
            if worker:
                saved[device][worker] = max(int(arrival), saved[device].get(worker, 0))
    latest = {
        device: dict(sorted(workers.items(), key=lambda one: (-one[1], one[0]))[:_MOST_WORKERS])
        for device, workers in saved.items()
    }
    return {"arrival": now, "devices": latest}


def _workers(savers: Mapping[str, Any], devices: Sequence[str]) -> tuple[str, ...]:
    """Who saved with some devices, the latest of them where they are many; in the order of their names."""
    found: dict[str, int] = {}
    for device in devices:
        for worker, arrival in (savers.get(device) or {}).items():
            found[worker] = max(int(arrival), found.get(worker, 0))
    return tuple(sorted(sorted(found, key=lambda worker: (-found[worker], worker))[:_MOST_WORKERS]))
