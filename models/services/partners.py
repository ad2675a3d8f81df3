"""Those whom files are exchanged with: the own card, the cards that were trusted, and what each says it holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from models.clock import local_time
from models.errors import Problem
from models.records.operation import Peer
from models.records.stream import DownPoint, SentDown
from models.services.views import Office
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync.batch import Tips
from models.sync.card import MAX_CARD_BYTES, Card, key_id, read_card, write_card
from models.sync.envelope import Reader
from models.sync.files import read_limited
from models.texts import _, ngettext

CARD_ENDING = ".jmcard"
_PEER, _SENT, _POINTS = table_of(Peer), table_of(SentDown), table_of(DownPoint)
PACK_SIGNERS = "pack_signers"
"""The small fact that holds the keys whose sets of rules are trusted besides those of partners: key -> name."""
_COMMUNITY_DIGITS = 12
_SCOPE_DIGITS = (6, 9, 12)  # district, street, community


class NoPartner(Problem):
    """There is nobody to write files for: no card was taken in yet."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The office's sync card is not here yet, so nothing could be sealed for it. Your changes are safe here. "
            "Take in the office's card first, then export again."
        )


class CardRevoked(Problem):
    """Somebody was to be trusted again whose files are refused for good. Facts: name, reason."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "lost": _("because it was lost"),
            "stolen": _("because it was stolen"),
            "left": _("because nobody works with it any more"),
        }
        reason = str(self.facts.get("reason", ""))
        return _(
            "{name} was excluded from the exchange for good, {reason}, and this card is its old one. It was not "
            "trusted again. If it is to take part anew, make a new casebook on it and take in the new card."
        ).format(
            name=self.facts.get("name", ""),
            reason=reasons.get(reason) or _("because of “{reason}”").format(reason=reason),
        )


@dataclass(frozen=True)
class Partner:
    """An office or device whose card was trusted."""

    id: str
    kind: str  # office or device
    name: str
    fingerprint: str
    sign_key: str = field(repr=False)
    seal_key: str = field(repr=False)
    holds: Tips = field(repr=False)
    at: int  # last heard of, milliseconds
    office_code: str = ""  # as its card says
    scope: tuple[str, ...] = ()  # codes whose records it is sent; none: everything
    trusted: bool = True
    revoked: str = ""  # why its files are refused for good; empty: they are not
    revoked_at: int = 0  # milliseconds


@dataclass(frozen=True)
class ReceiptValue:
    """What an answer of the office says, as numbers for the worker."""

    office: str
    changes: int  # of this device, confirmed by this answer and not before; negative: the office lost some
    confirmed: int  # of this device, in all
    through_at: int  # moment of the newest confirmed change, milliseconds; 0: none
    answered_at: int
    files: int  # files written here that have arrived
    unconfirmed: int  # changes of this device that the office does not have

    def sentence(self) -> str:
        """Tell the worker, in the language now shown."""
        if self.changes < 0 or not self.confirmed:
            text = ngettext(
                "{office} does not have {n} of your changes. It is safe here and goes into the next export again.",
                "{office} does not have {n} of your changes. They are safe here and go into the next export again.",
                self.unconfirmed,
            )
            return text.format(n=self.unconfirmed, office=self.office)
        moment, answered = local_time(self.through_at), local_time(self.answered_at)
        time = moment.strftime("%H:%M" if moment.date() == answered.date() else "%Y-%m-%d %H:%M")
        n = self.changes or self.confirmed
        text = ngettext(
            "Your {n} change up to {time} is at {office}.", "Your {n} changes up to {time} are at {office}.", n
        )
        return text.format(n=n, time=time, office=self.office)


def own_id(connection: Connection) -> str:
    """The key id of this installation."""
    keys = read_meta(connection, "device_keys")
    return key_id(keys["sign_public"], keys["age_public"])


def own_card(connection: Connection, office: Office) -> Card:
    """This installation's card. A community's casebook is a device; that of a street or above is an office."""
    keys = read_meta(connection, "device_keys")
    kind: Literal["office", "device"] = "device" if len(office.code) == _COMMUNITY_DIGITS else "office"
    return Card(own_id(connection), kind, office.code, office.name, keys["sign_public"], keys["age_public"])


def card_bytes(connection: Connection, office: Office) -> bytes:
    """The bytes of this installation's card file."""
    return write_card(own_card(connection, office), read_meta(connection, "device_keys")["sign_secret"])


def card_of(path: Path) -> Card:
    """Read a card file. Raises CardRefused, CannotRead."""
    return read_card(read_limited(path, MAX_CARD_BYTES))


def trust(connection: Connection, card: Card, now: int) -> None:
    """Keep a card; taken in again, it is trusted again and what was known of its maker stays. Raises CardRevoked."""
    before = connection.execute(select(_PEER.c.revoked).where(_PEER.c.id == card.id)).scalar()
    if before:
        raise CardRevoked(name=card.office_name, reason=before)
    said = {"kind": card.kind, "name": card.office_name, "trusted": True}
    said |= {"sign_key": card.sign_public, "seal_key": card.age_public, "office_code": card.office_code}
    if connection.execute(update(_PEER).where(_PEER.c.id == card.id).values(**said)).rowcount == 0:
        connection.execute(insert(_PEER).values(id=card.id, **said, holds={}, at=now))


def said_to_hold(connection: Connection, partner_id: str, holds: Tips, now: int) -> None:
    """Keep what a partner says it holds, as it says now: it may be less than before."""
    connection.execute(update(_PEER).where(_PEER.c.id == partner_id).values(holds=holds, at=now))


def writes_as(connection: Connection, partner_id: str, device: str) -> None:
    """Keep under which device id a partner writes its own operations; after a restore it has several."""
    known = read_meta(connection, "devices")
    if known.get(device) != partner_id:
        write_meta(connection, "devices", {**known, device: partner_id})


def all_trusted(connection: Connection) -> list[Partner]:
    """Everybody whose card was trusted, offices first, the latest heard of first."""
    found = connection.execute(select(_PEER).where(_PEER.c.trusted.is_(True)).order_by(_PEER.c.at.desc())).all()
    return [_partner(row) for kind in ("office", "device") for row in found if row.kind == kind]


def everybody(connection: Connection) -> list[Partner]:
    """All whose card was ever taken in or who were revoked, those not trusted too."""
    return [_partner(row) for row in connection.execute(select(_PEER).order_by(_PEER.c.name, _PEER.c.id)).all()]


def revoke(
    connection: Connection, partner_id: str, reason: str, *, now: int, name: str = "", office_code: str = ""
) -> None:
    """Refuse somebody's files for good and write none for them; what came before stays. The first reason stays too."""
    found = connection.execute(select(_PEER).where(_PEER.c.id == partner_id)).first()
    if found is not None and found.revoked:
        return
    said = {"trusted": False, "revoked": reason, "down": {"revoked_at": now}}
    if found is None:
        named = {"id": partner_id, "kind": "device", "name": name, "office_code": office_code, "at": now}
        connection.execute(insert(_PEER).values(**named, **said, sign_key="", seal_key="", holds={}, scope=[]))
    else:
        connection.execute(update(_PEER).where(_PEER.c.id == partner_id).values(**said))
        signers = read_meta(connection, PACK_SIGNERS)
        if signers.pop(found.sign_key, None) is not None:
            write_meta(connection, PACK_SIGNERS, signers)
    for table in (_SENT, _POINTS):
        connection.execute(delete(table).where(table.c.peer == partner_id))


def set_scope(connection: Connection, partner_id: str, codes: Sequence[str]) -> None:
    """Send a partner the records of these communities alone; none: everything. Raises ValueError for no code."""
    if not all(len(code) in _SCOPE_DIGITS and code.isdecimal() and code.isascii() for code in codes):
        raise ValueError("a scope holds codes of communities, streets or districts")
    wanted = sorted(set(codes))
    wanted = [code for code in wanted if not any(code != other and code.startswith(other) for other in wanted)]
    connection.execute(update(_PEER).where(_PEER.c.id == partner_id).values(scope=wanted))


def usual(connection: Connection) -> Partner | None:
    """Whom files are for when nobody is named: the office, or the only partner there is."""
    known = all_trusted(connection)
    return known[0] if known and (known[0].kind == "office" or len(known) == 1) else None


def addressee(connection: Connection, partner_id: str) -> Partner:
    """A trusted partner by id, or the usual one for an empty id. Raises NoPartner."""
    if partner_id:
        row = connection.execute(select(_PEER).where(_PEER.c.id == partner_id, _PEER.c.trusted.is_(True))).first()
        partner = _partner(row) if row is not None else None
    else:
        partner = usual(connection)
    if partner is None:
        raise NoPartner
    return partner


def reader(connection: Connection) -> Reader:
    """Who opens files here, and whose files are opened."""
    keys = read_meta(connection, "device_keys")
    trusted = select(_PEER.c.id, _PEER.c.sign_key).where(_PEER.c.trusted.is_(True))
    signs = {row.id: row.sign_key for row in connection.execute(trusted)}  # not what each holds: there may be thousands
    gone = set(connection.execute(select(_PEER.c.id).where(_PEER.c.revoked != "")).scalars())
    return Reader(own_id(connection), keys["age_secret"], signs.get, gone.__contains__)


def _partner(row: Any) -> Partner:
    holds = {device: [(int(seq), str(identity)) for seq, identity in ends] for device, ends in row.holds.items()}
    card = Card(row.id, row.kind, "", row.name, row.sign_key, row.seal_key)
    return Partner(
        row.id,
        row.kind,
        row.name,
        card.fingerprint,
        row.sign_key,
        row.seal_key,
        holds,
        row.at,
        row.office_code,
        tuple(row.scope),
        bool(row.trusted),
        row.revoked,
        int(row.down.get("revoked_at", 0)),
    )
