"""What the audit is asked and what it answers, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.security.audit_seal import Anchor, Finding, Verdict


@dataclass(frozen=True)
class AuditWhere:
    """Which rows; everything that is empty asks nothing."""

    since: date | None = None
    until: date | None = None
    worker: str = ""  # name
    kind: str = ""  # key of models.records.audit.ACTIONS
    subject_id: str = ""  # that a row is about, alone or among others
    sensitive: str = ""  # key of models.records.roles.CLASSES

    def in_codes(self) -> str:
        """As the chain itself keeps it."""
        said = {"since": self.since, "until": self.until, "worker": "yes" if self.worker else ""}
        said |= {"kind": self.kind, "about": self.subject_id, "class": self.sensitive}
        return " ".join(f"{name}={value}" for name, value in said.items() if value)


@dataclass(frozen=True)
class AuditRow:
    """One row, with what its subject is called today."""

    chain: str
    seq: int
    at: int  # milliseconds
    worker: str
    account: str
    action: str
    subject_kind: str
    subject_id: str
    subject: str  # a name, an address or a number; "" where there is none any more
    detail: str
    reason: str
    fields: tuple[str, ...]
    classes: tuple[str, ...]
    others: int  # how many people and households it is about besides


@dataclass(frozen=True)
class AuditPage:
    """Some rows of a filter, the newest first."""

    rows: tuple[AuditRow, ...]
    total: int
    offset: int


@dataclass(frozen=True)
class AuditDay:
    """A day that has rows."""

    day: date
    rows: int


@dataclass(frozen=True)
class KnownAnchor:
    """A place of a chain that is written down somewhere, and where."""

    anchor: Anchor
    where: str  # backup, batch, begin
    at: int  # milliseconds: when it was written down; 0: not known
    name: str = ""  # of the file


@dataclass(frozen=True)
class CheckedChain:
    """One chain, looked through."""

    verdict: Verdict
    began_at: int
    ended_at: int
    why: str  # why it began: recipients (others may open it); "" else, also where a restore or a copy ended the last
    after: Anchor | None
    to: int  # for how many keys its own is sealed
    anchors: tuple[KnownAnchor, ...] = ()
    taken_back: tuple[Finding, ...] = ()  # what of it follows from a restore that the record tells of

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is not as it was written, and what no restore explains."""
        return tuple(one for one in self.verdict.findings if one not in self.taken_back)


@dataclass(frozen=True)
class TakenBack:
    """Rows that are gone since a backup was restored that is older than they are."""

    at: int  # milliseconds: when the restored casebook was opened first
    backup: str  # minute of the backup, local time
    rows: int  # at least
    kept: KnownAnchor | None  # the newest backup that is known to have them


@dataclass(frozen=True)
class Checked:
    """What looking through the whole record gave."""

    at: int
    chains: tuple[CheckedChain, ...]
    lost: tuple[KnownAnchor, ...] = ()  # of chains of this casebook that are not here at all
    taken_back: tuple[TakenBack, ...] = ()  # by restores that the record tells of

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(chain.verdict.rows for chain in self.chains)

    @property
    def sound(self) -> bool:
        """Whether everything is as it was written, as far as can be told."""
        return not self.lost and all(chain.verdict.sound for chain in self.chains) and not self.taken_back

    @property
    def standing(self) -> Literal["sound", "taken back", "not sound"]:
        """In a word: "taken back" where nothing is missing but what a restore took back that the record tells of."""
        if self.sound:
            return "sound"
        return "not sound" if self.lost or any(chain.findings for chain in self.chains) else "taken back"

    @property
    def keyed(self) -> bool:
        """Whether the seals of all chains were looked at, too."""
        kept = [chain.verdict for chain in self.chains if chain.to]
        return bool(kept) and all(verdict.keyed for verdict in kept)

    @property
    def anchors(self) -> int:
        """How many places that are written down elsewhere were compared."""
        return sum(len(chain.anchors) for chain in self.chains)


@dataclass(frozen=True)
class AuditExport:
    """The record as files for an auditor."""

    files: Mapping[str, bytes]  # name -> content: rows, heads and anchors, how to check them, and a program for it
    rows: tuple[AuditRow, ...] = field(repr=False)  # the same for a workbook, the oldest first


@dataclass(frozen=True)
class DeviceChain:
    """What a partner's device said of its chain from file to file."""

    partner: str  # key id
    name: str
    anchors: tuple[KnownAnchor, ...]  # the oldest first
    trouble: str = ""
    """cut: a chain grew shorter, a new one begins before where the last one was, or one says that there was none
    before it; changed: the same place with another hash; gap: a chain in between is not known."""
