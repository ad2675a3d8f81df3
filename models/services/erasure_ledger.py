"""The ledger of erasures beside the casebook: salted hashes alone, so that a restored backup forgets them again.

A backup is the state of an earlier day and knows nothing of an erasure made since; this small file does.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NAME = "erasures.json"


def read(folder: Path) -> set[tuple[str, str]]:
    """The entries (salt, hash); none where there is no readable file."""
    with suppress(OSError, ValueError, TypeError):
        said = json.loads((folder / NAME).read_text("utf-8"))
        return {(str(salt), str(digest)) for salt, digest in said["erased"]}
    return set()


def add(folder: Path, entries: Iterable[tuple[str, str]]) -> None:
    """Remember entries; the file is replaced as a whole. A folder that cannot be written keeps what it has."""
    known = read(folder)
    wanted = known | set(entries)
    if wanted == known or not folder.is_dir():
        return
    fresh = folder / (NAME + ".new")
    with suppress(OSError):
        with fresh.open("w", encoding="utf-8") as file:
            json.dump({"erased": sorted(wanted)}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / NAME)
