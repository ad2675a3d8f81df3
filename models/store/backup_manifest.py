"""The manifest of a backup: what it holds, by whom it can be opened, and an HMAC that nobody else can make.

Format 2 is written; format 1 (without reason, anchor, key file, pictures) is still read. What a list shows of a backup
comes from its manifest unproved; `check` proves it with the keys and the very bytes of the files.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import CannotRead, Problem
from models.security.keystore import Keys
from models.texts import N_, _

FORMAT = 2
READ = (1, 2)
STORE, KEY_STORE, MANIFEST = "casebook.db", "casebook.keys", "manifest.json"
MOST_BYTES = 256 * 1024
"""No manifest is longer: a row count for each table, and little more."""

REASONS: Mapping[str, str] = {
    "": N_("backup"),
    "asked": N_("made by hand"),
    "day": N_("start of the day"),
    "working": N_("while working"),
    "migration": N_("before a new version"),
    "import": N_("before files were taken in"),
    "merge": N_("before records were merged"),
    "keys": N_("before the keys were changed"),
    "restore": N_("before a backup was restored"),
}
"""Why a backup was made; "" where its manifest does not say (format 1)."""


class DamagedBackup(Problem):
    """A backup is not whole, was changed, or is another casebook's."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This backup is damaged or belongs to another casebook, so it was not used. Nothing was changed. "
            "Choose another backup."
        )


@dataclass(frozen=True)
class Backup:
    """A backup as its manifest tells it; nothing of it was verified yet."""

    path: Path  # the folder
    made_at: int  # milliseconds since 1970 UTC
    size: int  # bytes of the store
    rows: int  # of all tables
    version: str  # file format of the store
    vault: str  # which casebook's it is
    reason: str = ""  # key of REASONS
    tables: Mapping[str, int] = field(default_factory=dict)  # rows by table
    pictures: int = -1  # -1: the manifest does not say
    arrived: int = -1  # operations that the casebook ever got
    anchor: Mapping[str, Any] | None = None  # head of the audit chain: chain, seq, hash
    app: str = ""  # version of the program that made it


def reason_words(reason: str) -> str:
    """Why a backup was made, in the language now shown; one of a newer program has no words."""
    words = REASONS.get(reason, REASONS[""])
    return _(words)


def seal(said: Mapping[str, Any], keys: Keys) -> bytes:
    """The bytes of a manifest."""
    return _canonical({**said, "mac": _mac(said, keys.backup_key)})


def read(folder: Path) -> Backup:
    """What a backup says of itself. Raises OSError, ValueError, TypeError, KeyError and their like where it says
    nothing that can be understood."""
    return _backup(folder, _load(folder))


def check(folder: Path, keys: Keys) -> tuple[Backup, Keys]:
    """Prove that a backup is whole and this casebook's, byte for byte, and say which keys open it; its store is not
    opened. A backup of the time before the keys were changed is sealed with earlier ones, which the keys know.

    Raises DamagedBackup, CannotRead.
    """
    try:
        said = _load(folder)
        if _canonical(said) != (folder / MANIFEST).read_bytes():  # not one byte may differ, a line's end neither
            raise DamagedBackup
        mac = said.pop("mac")
        # An earlier program sealed format 1 in the very same way.
        opening = next(
            (one for one in (keys, *earlier(keys)) if hmac.compare_digest(_mac(said, one.backup_key), mac)), None
        )
        if opening is None or said["format"] not in READ:
            raise DamagedBackup
        parts = [(STORE, said)]
        if said.get("key_store"):
            parts.append((KEY_STORE, said["key_store"]))
        for name, told in parts:
            if (folder / name).stat().st_size != told["size"] or digest_of(folder / name) != told["sha256"]:
                raise DamagedBackup
        return _backup(folder, said), opening
    except FileNotFoundError as trouble:
        raise DamagedBackup from trouble
    except OSError as trouble:
        raise CannotRead(name=folder.name) from trouble
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as trouble:
        raise DamagedBackup from trouble


def earlier(keys: Keys) -> tuple[Keys, ...]:
    """The keys that this casebook had before they were changed (a worker left), the latest first."""
    return tuple(getattr(keys, "earlier", ()))


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("no manifest is as long")
    said = json.loads(path.read_bytes())
    if not isinstance(said, dict):
        raise TypeError("a manifest is an object")
    return said


def _backup(path: Path, said: Mapping[str, Any]) -> Backup:
    tables = {str(name): int(count) for name, count in said["rows"].items()}
    anchor = said.get("anchor")
    return Backup(
        path,
        int(said["made_at"]),
        int(said["size"]),
        sum(tables.values()),
        str(said["version"]),
        str(said["vault"]),
        str(said.get("reason", "")),
        tables,
        int(said.get("pictures", -1)),
        int(said.get("arrived", -1)),
        anchor if isinstance(anchor, dict) else None,
        str(said.get("app", "")),
    )


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _mac(said: Mapping[str, Any], key: bytes) -> str:
    return hmac.new(key, _canonical(said), "sha256").hexdigest()
