"""The seal of the whole file: an HMAC over every byte, made when the casebook is closed, compared when it is opened.

Each page of the store is sealed by the cipher, but an old page put back in the place of a newer one carries a seal that
fits. Only a seal over the whole file shows that. It is made at the end of an orderly close and holds until the casebook
is next opened: a mark says that it is open. Whoever goes down with it open has no seal to compare, and is not accused.

The whole old file with its whole old seal put back is not found here (see device_mark, the latch of the numbers and the
anchors of the audit chain).
"""

import hashlib
import hmac
import json
from contextlib import suppress
from pathlib import Path
from typing import Literal

from models.security.keystore import Keys
from models.store.backup_files import flush, write
from models.store.engine import connect_sqlite

State = Literal["same", "other", "crashed", "never"]
"""same: nothing was put back; other: the file is not as it was closed; crashed: it was not closed in order;
never: there is no seal (a new casebook, one of an earlier version, or one whose seal somebody took away)."""

_SEAL, _OPEN = ".seal", ".open"
_AT_ONCE = 1 << 20


class Opening:
    """What the files beside a store said before it was opened; `compare` may take its time beside other work.

    Until then the store file stays as it was: a reader holds back what would be brought into it from the log.
    """

    def __init__(self, store: Path, keys: Keys) -> None:
        """To be made after the store was opened and before anything is written. Never raises for want of a seal."""
        self._store, self._key = store, _key(keys)
        self._said = _read(store)
        self._reader = None
        self.state: State | None = None
        if _beside(store, _OPEN).exists():
            self.state = "crashed"
        elif self._said is None:
            self.state = "never"
        else:
            self._reader = connect_sqlite(store, keys.page_key, read_only=True, once=True)
            self._reader.execute("BEGIN")
            self._reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if self.state != "crashed":
            with suppress(OSError):  # on the disk before anything is written: after a power cut nobody is accused
                write(_beside(store, _OPEN), b"")
                flush(store.parent)

    def compare(self) -> State:
        """Whether the file is as it was closed; reads the whole file the first time."""
        if self.state is None:
            assert self._said is not None
            try:
                now = _seal(self._store, self._key)
                self.state = (
                    "same" if self._said == now else "never" if self._said.get("key") != now["key"] else "other"
                )
            except OSError:
                self.state = "never"  # it cannot be read: whoever works with it is told by the engine
            finally:
                self.close()
        return self.state

    def close(self) -> None:
        """Let the log be brought into the file. May be called twice."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def close(store: Path, keys: Keys) -> bool:
    """Seal a store that was just closed in order: nothing of it is in the log. Returns whether it was sealed.

    What cannot be written is left: then the next start takes the casebook for one that was not closed in order.
    """
    log = store.with_name(store.name + "-wal")
    if not store.exists() or (log.exists() and log.stat().st_size):
        return False
    fresh = _beside(store, _SEAL + ".new")
    with suppress(OSError):
        write(fresh, json.dumps(_seal(store, _key(keys))).encode("ascii"))
        fresh.replace(_beside(store, _SEAL))
        flush(store.parent)
        _beside(store, _OPEN).unlink(missing_ok=True)
        return True
    return False


def forget(store: Path) -> None:
    """The file is about to be replaced on purpose: no seal is compared at the next start. Raises OSError."""
    for ending in (_SEAL, _OPEN):
        _beside(store, ending).unlink(missing_ok=True)


def _beside(store: Path, ending: str) -> Path:
    return store.with_suffix(ending)


def _key(keys: Keys) -> bytes:
    return hmac.new(keys.mac_key, b"jinmen seal of the whole file v1", "sha256").digest()


def _seal(store: Path, key: bytes) -> dict[str, object]:
    made = hmac.new(key, digestmod=hashlib.sha256)
    size = 0
    with store.open("rb") as file:
        while block := file.read(_AT_ONCE):
            made.update(block)
            size += len(block)
    made.update(size.to_bytes(8))
    # Which key: a change of keys makes the file anew, which is no reason to accuse anybody.
    return {"size": size, "key": hmac.new(key, b"which", "sha256").hexdigest()[:16], "mac": made.hexdigest()}


def _read(store: Path) -> dict[str, object] | None:
    with suppress(OSError, ValueError):
        said = json.loads(_beside(store, _SEAL).read_text("ascii"))
        if isinstance(said, dict):
            return said
    return None
