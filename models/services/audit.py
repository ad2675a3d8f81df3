"""The audit: who did what to whom, when and why; who has seen somebody; whether anything of it was changed since.

Reading it leaves rows too, and so does every check and every export.
"""

from contextlib import closing
from pathlib import Path

from models.clock import milliseconds
from models.records.audit import BEFORE
from models.security import account_secret, attempts, audit_seal
from models.security.audit_seal import Anchor
from models.services import audit_anchors, audit_export, audit_reading, audit_restores
from models.services.audit_views import (
    AuditDay,
    AuditExport,
    AuditPage,
    AuditRow,
    AuditWhere,
    Checked,
    CheckedChain,
    DeviceChain,
)
from models.services.backups import BACKUPS, PLACE_SETTING
from models.services.book import Book
from models.store import audit
from models.store.backup import KEY_STORE
from models.store.guard import read_meta

EVERYTHING = AuditWhere()
_AT_ONCE = 200


class Audit:
    """Reads, checks and exports the audit chains of this casebook or office."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def page(self, where: AuditWhere = EVERYTHING, offset: int = 0, limit: int = _AT_ONCE) -> AuditPage:
        """Some rows of a filter, the newest first, and how many it has in all. It is noted before it is read."""
        self._book.note("audit", "chain", "", f"read {where.in_codes()}".strip())
        with self._book.reading() as connection:
            total = audit_reading.count(connection, where)
            found = connection.execute(audit_reading.newest_first(where).offset(offset).limit(limit)).all()
            rows = audit_reading.shown(connection, found)
        return AuditPage(rows, total, offset)

    def days(self, where: AuditWhere = EVERYTHING) -> list[AuditDay]:
        """The days that have rows of a filter, the newest first, with how many."""
        with self._book.reading() as connection:
            return audit_reading.days(connection, where)

    def workers(self) -> list[str]:
        """Everybody who did anything here, by name."""
        with self._book.reading() as connection:
            return audit_reading.workers(connection)

    def who_has_seen(self, kind: str, subject_id: str) -> tuple[AuditRow, ...]:
        """Every row about a resident or a household (kind), the newest first: what was looked at, changed, printed or
        taken along, by whom and why, with the lists on which they stood where that is known. It is noted as a look.
        """
        with self._book.reading() as connection:
            look = audit_reading.about_resident if kind == "resident" else audit_reading.about_household
            rows = audit_reading.shown(connection, look(connection, subject_id))
        self._book.note("view", kind, subject_id, "who has seen")
        return rows

    def check(self, passphrase: str = "") -> Checked:
        """Look through all chains, with every place of them that is written down elsewhere.

        passphrase: of who is signed in; with it the seals are checked too, where the chain is sealed to this account.
        It is noted with its result. Raises WrongPassphrase, TooManyAttempts.
        """
        secrets = self._secrets(passphrase)
        with self._book.reading() as connection:
            known = audit_anchors.known(connection, self._places(), self._vault)
            chains = []
            for chain, _rows, began, ended in audit.chains(connection):
                own = tuple(one for one in known if one.anchor.chain == chain)
                start = audit.begun(connection, chain)
                verdict = audit.check(
                    connection,
                    chain,
                    key=audit.unseal_key(start, secrets) if chain != BEFORE else None,
                    anchors=[one.anchor for one in own],
                )
                chains.append(
                    CheckedChain(
                        verdict,
                        began,
                        ended,
                        start.why if start else "",
                        start.after if start else None,
                        len(start.to) if start else 0,
                        own,
                    )
                )
            restores = audit_restores.restores_in(audit_reading.restores(connection))
        here = {one.verdict.chain for one in chains}
        lost = tuple(one for one in known if one.anchor.chain not in here)
        made = Checked(milliseconds(self._book.clock), *audit_restores.sort_out(chains, lost, restores))
        self._book.note("audit", "chain", "", f"check {made.standing} rows={made.rows} anchors={made.anchors}")
        return made

    def compare_mark(self, mark: str) -> AuditRow | None:
        """The row whose short mark stands on a letter; None: no row of this record has it (any more)."""
        wanted = mark.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")
        with self._book.reading() as connection:
            for chain, _rows, _began, _ended in audit.chains(connection):
                if chain == BEFORE:
                    continue
                with closing(audit.rows(connection, chain)) as rows:
                    marked = (row["seq"] for row in rows if audit_seal.short_mark(audit_seal.row_hash(row)) == wanted)
                    place = next(marked, 0)
                if place:
                    where = audit.AUDIT.c.chain == chain, audit.AUDIT.c.seq == place
                    found = connection.execute(audit.AUDIT.select().where(*where)).all()
                    return audit_reading.shown(connection, found)[0]
        return None

    def export(self, where: AuditWhere = EVERYTHING) -> AuditExport:
        """The record as files for an auditor: every chain whole, since one with rows left out cannot be checked; the
        rows of the filter for a workbook. Noted as an export before it is made.
        """
        self._book.note("export", "audit", "", where.in_codes())
        with self._book.reading() as connection:
            known = audit_anchors.known(connection, self._places(), self._vault)
            found = connection.execute(audit_reading.newest_first(where)).all()
            rows = audit_reading.shown(connection, found)
            files = audit_export.files(connection, known, self._book.office.name, milliseconds(self._book.clock))
        return AuditExport(files, rows[::-1])

    def verify_file(self, rows: bytes) -> Checked:
        """Check the rows of an export (rows.jsonl) of this or another casebook; where a chain in it is sealed to this
        office, its seals too. What this office knows of the chains from batches is compared as well. Raises ValueError
        where the file is none. Noted with its result.
        """
        with self._book.reading() as connection:
            secrets = self._secrets("")
            told = [one for device in audit_anchors.of_partners(connection) for one in device.anchors]
            told += audit_anchors.known(connection, self._places(), self._vault)
        made = audit_export.verify(rows, secrets, told, milliseconds(self._book.clock))
        self._book.note("audit", "file", "", f"check {made.standing} rows={made.rows} anchors={made.anchors}")
        return made

    def of_partners(self) -> list[DeviceChain]:
        """What every partner's device said of its own chain, and whether that hangs together."""
        with self._book.reading() as connection:
            return audit_anchors.of_partners(connection)

    def head(self) -> Anchor | None:
        """The newest place of the chain that goes on here."""
        with self._book.reading() as connection:
            return audit.head(connection, self._book.desk)

    @property
    def _vault(self) -> str:
        return self._book.keys.vault if self._book.keys is not None else ""

    def _places(self) -> list[Path]:
        if self._book.engines.path is None:
            return []
        with self._book.reading_here() as connection:
            second = str(read_meta(connection, "settings").get(PLACE_SETTING, ""))
        return [self._book.folder / BACKUPS, *([Path(second)] if second else [])]

    def _secrets(self, passphrase: str) -> list[str]:
        """What may open k0 here: the key of this very office, and that of the account whose passphrase is given."""
        with self._book.reading() as connection:
            found = [str(read_meta(connection, "device_keys").get("age_secret", ""))]
        if passphrase:
            path = self._book.folder / KEY_STORE
            account = self._book.worker.account
            with attempts.guarded(self._book.folder, self._book.clock, account):  # no way round the delay of signing in
                found += account_secret.secrets_of(path, passphrase, account)
        return found
