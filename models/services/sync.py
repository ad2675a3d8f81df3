"""Sync: changes go to the office in sealed files, its answer comes back, and nothing is lost or counted twice.

What is exported is everything that the other side has not itself said it holds: the changes since the last export, and
those of earlier files that were never confirmed, so that a lost stick loses nothing. Files that arrive twice or in any
order do no harm. models/sync/FORMAT.md describes the files.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, update

from models.errors import NotFound
from models.records.operation import Batch, Peer
from models.services import (
    audit_session,
    circle,
    exchange_held,
    exchange_standing,
    left_scope,
    partners,
    search_index,
    sync_files,
    sync_import,
    sync_receipts,
    sync_sending,
    sync_streams,
)
from models.services.book import Book
from models.services.pack_views import PackPreview
from models.services.partners import Partner, ReceiptValue
from models.services.sync_steps import Cancelled, Progress
from models.services.sync_writing import Sent
from models.services.views import BatchPreview, BatchView, Changed, SyncStatus
from models.store import chains, down
from models.store.rows import table_of
from models.store.work import read_meta
from models.sync.card import Card
from models.sync.files import free_name, write_whole

_BATCH, _PEER = table_of(Batch), table_of(Peer)
_SHOWN = 100  # batches listed in the status


class Sync:
    """The verbs of exchange with the office, or of the office with its devices."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def status(self) -> SyncStatus:
        """What waits, what went, what came back."""
        with self._book.reading_whole() as connection:
            partner = partners.usual(connection)
            own, exported = read_meta(connection, "device"), read_meta(connection, "exported")
            claims = partner.holds if partner else {}
            newest = select(_BATCH).order_by(_BATCH.c.at.desc(), _BATCH.c.id).limit(_SHOWN)
            shown = ("id", "direction", "file_name", "peer", "count", "status", "at")
            files = connection.execute(newest).mappings().all()
            return SyncStatus(
                device=str(own.get("id", "")),
                office_known=partner is not None,
                office_name=partner.name if partner else "",
                waiting=max(int(own.get("seq", 0)) - int(exported.get("seq", 0)), 0),
                exported_through=max(int(exported.get("seq", 0)), 0),
                acknowledged_through=chains.known_through(connection, claims, str(own.get("id", ""))),
                last_export_at=int(exported.get("at", 0)),
                last_receipt_at=int(read_meta(connection, "receipt").get("at", 0)),
                batches=tuple(BatchView(**{name: file[name] for name in shown}) for file in files),
            )

    def export(
        self,
        folder: Path,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        *,
        to: str = "",
        pictures: bool = True,
    ) -> list[Path]:
        """Like send(); returns the whole files of this export in the folder, those of an earlier attempt too."""
        return self.send(folder, progress, cancelled, to=to, pictures=pictures).whole

    def send(
        self,
        folder: Path,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        *,
        to: str = "",
        pictures: bool = True,
    ) -> Sent:
        """Write everything the office has not confirmed into sealed files, at most 2,000 changes each.

        A partner with a scope gets what it lacks of it. Behind the batches come sealed files: pictures (unless they are
        left out), rules and the list of those who belong. To: the id of a partner; otherwise the office. Stopped or
        failed, the files that are whole stay; called again with the same folder it writes what is missing.
        Raises NoPartner, CannotWrite, DiskFull; ExchangeHeld after a restore, before a person agreed (safekeeping).
        """
        exchange_held.check(self._book)
        return sync_sending.send(self._book, folder, progress, cancelled, to=to, pictures=pictures)

    def files_ahead(self, *, to: str = "") -> sync_files.FilesAhead:
        """The sealed files that the next export would write: pictures and their bytes, packs, the list of those who
        belong. Raises NoPartner."""
        return sync_files.ahead(self._book, to)

    def outgoing(self, *, to: str = "", folder: Path | None = None) -> exchange_standing.Outgoing:
        """What the next export would write, and what of it lies in a folder already. Raises NoPartner."""
        return exchange_standing.outgoing(self._book, to=to, folder=folder)

    def by_day(self, days: int = 14) -> tuple[exchange_standing.DayCount, ...]:
        """Where this device's changes of the last days are: at the office, under way, waiting."""
        return exchange_standing.by_day(self._book, days)

    def standing(self, partner_id: str, side: exchange_standing.Side) -> exchange_standing.Standing:
        """What a receipt on paper says. Raises NoPartner, NotFound where nothing came yet."""
        return exchange_standing.standing(self._book, partner_id, side)

    def answered(self) -> tuple[tuple[str, exchange_standing.Side], ...]:
        """The partners about whom a receipt can be printed, and from which side, the latest exchange first."""
        return exchange_standing.answered(self._book)

    def preview(self, path: Path) -> BatchPreview:
        """What a batch file would do; nothing is written. Raises BatchRefused, CannotRead."""
        return sync_import.preview(self._book, path)

    def apply(self, path: Path, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Changed:
        """Import a batch file in one transaction; importing it again changes nothing. A sealed file is taken in too.

        Returns an empty Changed where the worker cancelled. Raises BatchRefused, CannotRead, DiskFull, ExchangeHeld.
        """
        exchange_held.check(self._book)
        if not self._book.keys_wait:  # else it was made before the first of the files
            self._book.back_up_before("import")
        if sync_files.is_sealed_file(path):
            return sync_files.take(self._book, path).changed
        return sync_import.apply(self._book, path, progress, cancelled)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Within this block many files are taken in quicker: one backup is made before all of them, and whom they are
        about can be searched for when a dozen of them is in, and everybody when the block ends. A crash forgets nobody.
        """
        self._book.back_up_before("import")
        with search_index.together(self._book):
            yield

    def apply_file(self, path: Path) -> sync_files.ArrivedFile:
        """Take a sealed file (.jma) in, and say what it was: a picture is shown from now on, a set of rules waits in
        arrived_packs() to be looked at, a list of those who belong is followed.

        Raises BatchRefused (besides the reasons of batches: no_record, where the batch with the picture's record has
        not come yet; removed; not_above), CannotRead, DiskFull, ExchangeHeld.
        """
        exchange_held.check(self._book)
        return sync_files.take(self._book, path)

    def arrived_packs(self) -> list[sync_files.ArrivedPack]:
        """The sets of rules that came from an office, the latest first."""
        return sync_files.arrived_packs(self._book)

    def preview_pack(self, sha: str) -> PackPreview:
        """Look at a set of rules that came, as at one chosen by hand; casebook.packs.install(preview) installs it.

        Raises NotFound, PackFileRefused.
        """
        return sync_files.preview_pack(self._book, sha)

    def set_scope(self, partner_id: str, communities: Sequence[str]) -> None:
        """Send a partner the records of these communities (12 digits), streets (9) or districts (6) alone from now on.

        An empty list: everything. Raises ValueError for what is no code, NoPartner.
        """
        with self._book.verb("sync.set_scope") as work:
            partners.addressee(work.connection, partner_id)
            partners.set_scope(work.connection, partner_id, communities)
            down.look_again(work.connection, partner_id)
            work.journal("scope", "peer", partner_id, " ".join(sorted(communities)))

    def streams(self) -> list[sync_streams.StreamView]:
        """The streams of scoped records to partners and from offices: whose, which scope, how far, whether whole."""
        return sync_streams.streams(self._book)

    def departed(self) -> list[sync_streams.DepartedView]:
        """Households and residents that are brought up to date no more, because they left the scope; latest first."""
        return sync_streams.departed(self._book)

    def departed_counts(self) -> Mapping[str, int]:
        """Partner (key id) -> how many residents here it brings up to date no more."""
        return left_scope.counted(self._book)

    def departed_from(self, rows: Collection[str]) -> list[left_scope.Left]:
        """From which offices a resident and their households (ids) get no more changes, and since when."""
        return left_scope.left(self._book, rows)

    def revoke(self, partner_id: str, reason: str) -> None:
        """Refuse a partner's files for good, and write none for it (a lost laptop); what came before stays.

        reason: lost, stolen, left, or words. There is no way back: its old card is refused too. An office tells it to
        those who belong to it with the next exports. Raises NotFound, ValueError without a reason.
        """
        if not reason.strip():
            raise ValueError("a revocation says why")
        with self._book.verb("sync.revoke") as work:
            if partner_id not in {partner.id for partner in partners.everybody(work.connection)}:
                raise NotFound
            partners.revoke(work.connection, partner_id, reason.strip()[:200], now=work.now)
            work.journal("revoke", "peer", partner_id, reason=reason.strip()[:200])

    def write_circle(self) -> circle.CircleView:
        """Sign the list of those who belong to this office anew, if it changed; exports to them carry it from now on.

        Once an office has written a list (or revoked somebody), each export renews it by itself.
        """
        return circle.renew(self._book)

    def circles(self) -> list[circle.CircleView]:
        """The lists of those who belong that are known here, the own one first."""
        return circle.shown(self._book)

    def everybody(self) -> list[Partner]:
        """All whose card was ever taken in or who were revoked, by name; peers() has the trusted ones alone."""
        with self._book.reading_whole() as connection:
            return partners.everybody(connection)

    def write_receipt(self, folder: Path, *, to: str = "") -> Path:
        """Write the answer to the partner whose batch arrived last (or to a named one): what is held here now.

        Raises NoPartner, CannotWrite, DiskFull, ExchangeHeld.
        """
        exchange_held.check(self._book)
        return sync_receipts.write(self._book, folder, to=to)

    def read_receipt(self, path: Path) -> ReceiptValue:
        """Read the office's answer and mark what arrived. Raises BatchRefused, CannotRead.

        What the office holds is taken as it says now, even where it is less than it said before (its casebook may have
        been restored): whatever it lacks goes into the next export again.
        """
        exchange_held.check(self._book)
        return sync_receipts.read(self._book, path)

    def card(self) -> bytes:
        """This installation's card file."""
        with self._book.reading_whole() as connection:
            return partners.card_bytes(connection, self._book.office)

    def write_card(self, folder: Path) -> Path:
        """Write this installation's card into a folder. Raises CannotWrite, DiskFull."""
        with self._book.reading_whole() as connection:
            me = partners.own_card(connection, self._book.office)
        path = free_name(folder, f"jinmen-{me.kind}-{me.office_code}-{me.id[:8]}", partners.CARD_ENDING)
        write_whole(path, self.card())
        return path

    def read_card(self, path: Path) -> Card:
        """Look at a card, for its fingerprint, before trusting it. Raises CardRefused, CannotRead."""
        return partners.card_of(path)

    def own_card(self) -> Card:
        """This installation's card, for its fingerprint."""
        with self._book.reading_whole() as connection:
            return partners.own_card(connection, self._book.office)

    def trust_card(self, path: Path) -> str:
        """Exchange files with the maker of a card from now on; returns its name.

        Raises CardRefused, CannotRead; CardRevoked where its files are refused for good.
        """
        card = partners.card_of(path)
        with self._book.verb("sync.trust") as work:
            partners.trust(work.connection, card, work.now)
            work.journal("trust", "peer", card.id, card.fingerprint)
            audit_session.renew(self._book, work.connection)  # an office above can check the record from now on
        return card.office_name

    def distrust(self, partner_id: str) -> None:
        """Accept and write no more files from and for a partner (a lost laptop); what came before stays."""
        with self._book.verb("sync.distrust") as work:
            work.connection.execute(update(_PEER).where(_PEER.c.id == partner_id).values(trusted=False))
            work.journal("distrust", "peer", partner_id)

    def peers(self) -> list[Partner]:
        """Those whom files are exchanged with, offices first."""
        with self._book.reading_whole() as connection:
            return partners.all_trusted(connection)
