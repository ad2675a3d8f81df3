"""What the receiver of batches answers: which operations it holds, and which files arrived. FORMAT.md describes it."""

import json
from dataclasses import dataclass
from typing import Any

from models.errors import BatchRefused
from models.signed_file import LAST_MOMENT
from models.sync.batch import Tips, read_tips
from models.sync.content import canonical
from models.sync.envelope import Header, Reader, unseal

MAX_ARRIVED = 500  # files named in one receipt, the newest ones


@dataclass(frozen=True)
class Arrived:
    """One batch file that arrived."""

    sha: str  # its identity
    count: int  # operations in it
    new: int  # of them not known before
    newest_at: int  # moment of the newest operation, milliseconds


@dataclass(frozen=True)
class Receipt:
    """A receipt file that was read and found good."""

    header: Header
    office: str  # name of the office that answers
    holds: Tips
    arrived: tuple[Arrived, ...]


def receipt_lines(*, office: str, holds: Tips, arrived: list[Arrived]) -> list[bytes]:
    """The one line of a receipt."""
    files = [{"sha": a.sha, "count": a.count, "new": a.new, "newest_at": a.newest_at} for a in arrived[:MAX_ARRIVED]]
    return [canonical({"office": office, "holds": holds, "arrived": files})]


def read_receipt(data: bytes, reader: Reader) -> Receipt:
    """Open a receipt file. Raises BatchRefused like models.sync.batch.read_batch."""
    opened = unseal("receipt", data, reader)
    try:
        said = json.loads(opened.lines[0].decode("utf-8"))
        office, arrived = said["office"], tuple(_arrived(line) for line in said["arrived"])
        if not isinstance(office, str) or len(office) > 200:
            raise ValueError("office")
        return Receipt(opened.header, office, read_tips(said["holds"]), arrived)
    except (KeyError, TypeError, ValueError, RecursionError) as trouble:
        raise BatchRefused(reason="bad_content") from trouble


def _arrived(said: dict[str, Any]) -> Arrived:
    sha, numbers = said["sha"], [said[name] for name in ("count", "new", "newest_at")]
    if not isinstance(sha, str) or any(type(n) is not int or not 0 <= n <= LAST_MOMENT for n in numbers):
        raise ValueError("arrived")
    return Arrived(sha, *numbers)
