"""What the receiver of batches answers: which operations it holds, and which files arrived. FORMAT.md describes it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import BatchRefused
from models.signed_file import LAST_MOMENT
from models.sync.batch import Tips, read_tips
from models.sync.content import canonical
from models.sync.envelope import Header, Reader, unseal
from models.sync.stream import MAX_FILES, MAX_WANTS, Got, read_got, read_hashes

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
    got: Got | None = None  # how far the stream came that is sent to the writer of the receipt
    files: tuple[str, ...] = ()  # contents of sealed files that arrived, the newest first
    wants: tuple[str, ...] | None = None  # contents of sealed files that the writer lacks; None: nothing is said


def receipt_lines(
    *,
    office: str,
    holds: Tips,
    arrived: list[Arrived],
    got: Got | None = None,
    files: Sequence[str] = (),
    wants: Sequence[str] | None = None,
) -> list[bytes]:
    """The one line of a receipt."""
    named = [{"sha": a.sha, "count": a.count, "new": a.new, "newest_at": a.newest_at} for a in arrived[:MAX_ARRIVED]]
    said: dict[str, Any] = {"office": office, "holds": holds, "arrived": named}
    if got is not None:
        said["got"] = got.wire()
    if files:
        said["files"] = list(files[:MAX_FILES])
    if wants is not None:
        said["wants"] = list(wants[:MAX_WANTS])
    return [canonical(said)]


def read_receipt(data: bytes, reader: Reader) -> Receipt:
    """Open a receipt file. Raises BatchRefused like models.sync.batch.read_batch."""
    opened = unseal("receipt", data, reader)
    try:
        said = json.loads(opened.lines[0].decode("utf-8"))
        office, arrived = said["office"], tuple(_arrived(line) for line in said["arrived"])
        if not isinstance(office, str) or len(office) > 200:
            raise ValueError("office")
        return Receipt(
            opened.header,
            office,
            read_tips(said["holds"]),
            arrived,
            read_got(said.get("got")),
            read_hashes(said.get("files", [])) or (),
            read_hashes(said.get("wants")),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as trouble:
        raise BatchRefused(reason="bad_content") from trouble


def _arrived(said: dict[str, Any]) -> Arrived:
    sha, numbers = said["sha"], [said[name] for name in ("count", "new", "newest_at")]
    if not isinstance(sha, str) or any(type(n) is not int or not 0 <= n <= LAST_MOMENT for n in numbers):
        raise ValueError("arrived")
    return Arrived(sha, *numbers)
