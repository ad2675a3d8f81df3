"""Receipts: what is held here now, for the other side, and what the other side says it holds."""

from pathlib import Path

from sqlalchemy import Connection, and_, false, func, or_, select, update

from models.records.operation import Batch, Operation
from models.services import partners
from models.services.book import Book
from models.services.partners import Partner, ReceiptValue
from models.services.sync_import import begin_anew_if_copied
from models.services.sync_wants import wanted
from models.store import chains, down, down_got, sealed_files
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync import batch as batches
from models.sync import receipt as receipts
from models.sync.envelope import MAX_FILE_BYTES, seal
from models.sync.files import free_name, read_limited, write_whole
from models.values import new_id

RECEIPT_ENDING = ".jmr"
_BATCH, _OPERATION = table_of(Batch), table_of(Operation)


def write(book: Book, folder: Path, *, to: str = "") -> Path:
    """Write the answer to the partner whose batch arrived last (or to a named one): what is held here now.

    Raises NoPartner, CannotWrite, DiskFull.
    """
    with book.verb("sync.receipt") as work:
        connection = work.connection
        arrived = select(_BATCH).where(_BATCH.c.direction == "in", _BATCH.c.status == "applied")
        last = connection.execute(arrived.order_by(_BATCH.c.at.desc(), _BATCH.c.id).limit(1)).first()
        partner = partners.addressee(connection, to or (last.peer if last else ""))
        newest = arrived.where(_BATCH.c.peer == partner.id).order_by(_BATCH.c.at.desc(), _BATCH.c.id)
        files = connection.execute(newest.limit(receipts.MAX_ARRIVED)).mappings()
        lines = receipts.receipt_lines(
            office=book.office.name,
            holds=_answer(connection, partner),
            arrived=[
                receipts.Arrived(f["id"], f["count"], f["detail"]["new"], f["detail"]["newest_at"]) for f in files
            ],
            got=down_got.got(connection, partner.id),
            files=sealed_files.arrived_from(connection, partner.id),
            wants=wanted(connection),
        )
        keys = read_meta(connection, "device_keys")
        me = partners.own_card(connection, book.office).id
        data = seal(
            "receipt",
            lines,
            sender=me,
            sign_secret=keys["sign_secret"],
            to=partner.id,
            recipient=partner.seal_key,
            batch=new_id(),
            made_at=work.now,
        )
        path = free_name(folder, f"jinmen-{me[:8]}-to-{partner.id[:8]}", RECEIPT_ENDING)
        write_whole(path, data)
        work.journal("receipt", "batch", partner.id)
    return path


def read(book: Book, path: Path) -> ReceiptValue:
    """Read the office's answer and mark what arrived. Raises BatchRefused, CannotRead.

    What the office holds is taken as it says now, even where it is less than it said before (its casebook may have
    been restored): whatever it lacks goes into the next export again.
    """
    data = read_limited(path, MAX_FILE_BYTES)
    with book.verb("sync.read_receipt") as work:
        connection = work.connection
        answer = receipts.read_receipt(data, partners.reader(connection))
        partner = partners.addressee(connection, answer.header.sender)
        ours = chains.written_here(connection)
        before = sum(chains.known_through(connection, partner.holds, chain) for chain in ours)
        reached = {chain: chains.known_through(connection, answer.holds, chain) for chain in ours}
        through = sum(reached.values())
        partners.said_to_hold(connection, partner.id, answer.holds, work.now)
        down.claimed(connection, partner.id, answer.got)
        sealed_files.confirmed_by(connection, partner.id, answer.files)
        if answer.wants is not None:
            sealed_files.wanted_by(connection, partner.id, answer.wants)
        files = _mark_arrivals(connection, partner.id, answer)
        write_meta(connection, "receipt", {"at": work.now, "from": partner.id})
        work.journal("receipt", "batch", partner.id, f"{through}")
        ends = [and_(_OPERATION.c.device == chain, _OPERATION.c.seq == end) for chain, end in reached.items() if end]
        query = select(func.max(_OPERATION.c.at)).where(or_(false(), *ends))
        value = ReceiptValue(
            office=answer.office,
            changes=through - before,
            confirmed=through,
            through_at=int(connection.execute(query).scalar() or 0),
            answered_at=answer.header.made_at,
            files=files,
            unconfirmed=sum(ours.values()) - through,
        )
    begin_anew_if_copied(book, answer.holds)
    return value


def _answer(connection: Connection, partner: Partner) -> batches.Tips:
    """The own tips, and those of the partner's that are held: the latter are surely known to it."""
    answer = chains.tips(connection)
    for device, ends in chains.confirmed(connection, partner.holds).items():
        answer[device] = sorted({*answer.get(device, []), *ends})
    return answer


def _mark_arrivals(connection: Connection, partner_id: str, answer: receipts.Receipt) -> int:
    """Set the status of the files written for a partner by what it says now; returns how many arrived."""
    named = {arrived.sha for arrived in answer.arrived}
    written = select(_BATCH.c.id, _BATCH.c.detail).where(_BATCH.c.direction == "out", _BATCH.c.peer == partner_id)
    files = connection.execute(written).all()
    through = {
        device: chains.known_through(connection, answer.holds, device)
        for device in {device for file in files for device in file.detail["tops"]}
    }
    whole = [f for f in files if f.detail["tops"] and "down" not in f.detail]
    arrived = {f.id for f in whole if all(through[device] >= top[0] for device, top in f.detail["tops"].items())}
    for file in files:
        status = "acknowledged" if file.id in arrived or file.id in named else "written"
        connection.execute(update(_BATCH).where(_BATCH.c.id == file.id).values(status=status))
        if loose := file.detail.get("loose"):  # no version vector tells of these
            keys = [(district, identity) for district, identity in loose]
            down_got.confirmed_besides(connection, partner_id, keys, holds=file.id in named)
    return len(arrived | ({f.id for f in files} & named))
