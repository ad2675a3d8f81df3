"""What the present casebook knows that a backup does not, and the other way round: read before anything is put back.

Both are opened to be read only; the backup as a copy inside the data folder. What is compared is the log: operations
that only one of them has, by the records they made or changed.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.security.keystore import Keys
from models.store.backup import STORE
from models.store.backup_files import told_as_problems
from models.store.backup_manifest import Backup, check
from models.store.backup_restoring import bring, scratch
from models.store.engine import WindowLock, connect_sqlite
from models.texts import _

SHOWN = 200
"""So many records of a kind are named."""

KINDS = ("resident", "household", "visit", "referral", "picture")
"""The kinds of record that are counted each by itself; the others together."""

_NAMES = {
    "resident": "SELECT name FROM {one}.resident WHERE id = ?",
    "household": """SELECT dwelling.street_line || ' ' || dwelling.building || ' ' || dwelling.unit || ' ' ||
        dwelling.door FROM {one}.household JOIN {one}.dwelling ON dwelling.id = household.dwelling_id
        WHERE household.id = ?""",
    "visit": "SELECT CAST(happened_on AS text) FROM {one}.visit WHERE id = ?",
    "referral": "SELECT number FROM {one}.referral WHERE id = ?",
    "picture": "SELECT title FROM {one}.picture WHERE id = ?",
}
_ONLY = """SELECT here.entity, here."row", max(here.at),
    NOT EXISTS (SELECT 1 FROM {other}.head WHERE head.district = here.district AND head."row" = here."row")
    FROM {one}.operation AS here
    WHERE NOT EXISTS (
        SELECT 1 FROM {other}.operation AS there WHERE there.district = here.district AND there."row" = here."row"
        AND there.id = here.id)
    GROUP BY here.district, here."row", here.entity ORDER BY 3 DESC"""


@dataclass(frozen=True)
class Records:
    """Records of one kind that would be lost, or that would come back."""

    made: int = 0  # which the other side does not have at all
    changed: int = 0  # which the other side has in another state
    names: tuple[str, ...] = ()  # of the latest, as a worker knows them; at most SHOWN


@dataclass(frozen=True)
class Difference:
    """The present casebook against a backup."""

    backup: Backup
    readable: bool  # whether there is a present casebook that can be read
    there: bool = True  # whether there is a present casebook at all
    lost: Mapping[str, Records] = field(default_factory=dict)  # by kind, "other": what only the present one knows
    back: Mapping[str, Records] = field(default_factory=dict)  # what only the backup knows
    drafts: int = 0  # that would be lost
    newest: int = 0  # moment of the latest save that would be lost
    older_key: bool = False  # whether the backup is of the time before the keys were changed

    @property
    def nothing_lost(self) -> bool:
        """Whether the present casebook could be read and knows nothing more."""
        return self.readable and not self.lost and not self.drafts


def difference(backup: Path, store: Path, keys: Keys) -> Difference:
    """Compare a backup with the store in whose place it would be put; neither is changed.

    Raises DamagedBackup, CannotRead, StoreBusy, DiskFull.
    """
    told, opening = check(backup, keys)
    older = opening.page_key != keys.page_key
    if not store.exists():
        return Difference(told, readable=False, there=False, older_key=older)
    lock = WindowLock(store.with_name(store.name + ".lock"), _("looking at a backup"))
    try:
        with scratch(store.parent) as place:
            copy = place / STORE
            with told_as_problems(store.parent.name):
                bring(backup, told, opening, copy)
            try:
                with closing(connect_sqlite(store, keys.page_key, read_only=True)) as connection:
                    connection.execute(f"ATTACH DATABASE ? AS old KEY \"x'{opening.page_key.hex()}'\"", (str(copy),))
                    return _compare(connection, told, older)
            except Exception:  # the driver's own errors: the present file is damaged, which is why somebody is here
                return Difference(told, readable=False, older_key=older)
    finally:
        lock.release()


def _compare(connection: Any, told: Backup, older: bool) -> Difference:
    lost, newest = _only_in(connection, "main", "old")
    back, _newest = _only_in(connection, "old", "main")
    drafts = connection.execute("SELECT count(*) FROM main.draft WHERE id NOT IN (SELECT id FROM old.draft)")
    return Difference(told, True, True, lost, back, int(drafts.fetchone()[0]), newest, older)


def _only_in(connection: Any, one: str, other: str) -> tuple[dict[str, Records], int]:
    made: dict[str, list[str]] = {}
    changed: dict[str, int] = {}
    newest = 0
    for entity, row, at, is_new in connection.execute(_ONLY.format(one=one, other=other)):
        kind = entity if entity in KINDS else "other"
        newest = max(newest, int(at))
        if is_new:
            made.setdefault(kind, []).append(row)
        else:
            changed[kind] = changed.get(kind, 0) + 1
            made.setdefault(kind, [])
    return {
        kind: Records(len(rows), changed.get(kind, 0), _names(connection, one, kind, rows[:SHOWN]))
        for kind, rows in made.items()
    }, newest


def _names(connection: Any, one: str, kind: str, rows: list[str]) -> tuple[str, ...]:
    if kind not in _NAMES:
        return ()
    query = _NAMES[kind].format(one=one)
    found = (connection.execute(query, (row,)).fetchone() for row in rows)
    return tuple(dict.fromkeys(" ".join(str(name[0]).split()) for name in found if name is not None and name[0]))
