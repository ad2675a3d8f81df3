"""A sealed file: one content that travels beside the batches: a picture, a pack of rules, the list of who belongs.

It is named by the SHA-256 of what is in it, so that the same content is the same wherever it comes from, and a large
transfer is many files that are each of use by themselves. The envelope is that of batches. FORMAT.md describes it.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from models.errors import BatchRefused
from models.sync.content import canonical
from models.sync.envelope import Header, Reader, seal, unseal

FileKind = Literal["picture", "pack", "circle"]

FILE_ENDING = ".jma"
MAX_CONTENT_BYTES = 48 * 1024 * 1024
MAX_SUBJECTS = 100
_SUBJECT = re.compile(r"[^\x00-\x1f]{1,64}\Z")


@dataclass(frozen=True)
class SealedContent:
    """What is in a sealed file."""

    kind: FileKind
    subjects: tuple[str, ...]  # ids of the records of a picture; hash of a set of rules; key id of a circle's office
    content: bytes = field(repr=False)

    @property
    def sha(self) -> str:
        """SHA-256 of the content, hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class SealedFile:
    """A sealed file that was read and found good."""

    header: Header
    inside: SealedContent


def write_file(inside: SealedContent, *, sender: str, sign_secret: str, to: str, recipient: str, made_at: int) -> bytes:
    """The bytes of a sealed file; the header's `batch` is the content's hash, cut to 32 digits."""
    if len(inside.content) > MAX_CONTENT_BYTES:
        raise ValueError("too much for one file")
    said = {"kind": inside.kind, "sha": inside.sha, "size": len(inside.content), "subjects": list(inside.subjects)}
    return seal(
        "file",
        [canonical(said), inside.content],
        sender=sender,
        sign_secret=sign_secret,
        to=to,
        recipient=recipient,
        batch=inside.sha[:32],
        made_at=made_at,
    )


def read_file(data: bytes, reader: Reader, kinds: Sequence[str] = get_args(FileKind)) -> SealedFile:
    """Open a sealed file and check it. Raises BatchRefused like models.sync.batch.read_batch, and newer for a kind
    that this program does not know."""
    opened = unseal("file", data, reader)
    try:
        said = json.loads(opened.lines[0].decode("utf-8"))
        content = b"\n".join(opened.lines[1:])
        kind, subjects = said["kind"], said["subjects"]
        fits = isinstance(kind, str) and isinstance(subjects, list) and len(subjects) <= MAX_SUBJECTS
        if not fits or not all(isinstance(one, str) and _SUBJECT.match(one) for one in subjects):
            raise ValueError("subjects")
        if len(opened.lines) < 2 or said["size"] != len(content) or said["sha"] != hashlib.sha256(content).hexdigest():
            raise ValueError("content")
    except (KeyError, TypeError, ValueError, RecursionError) as trouble:
        raise BatchRefused(reason="bad_content") from trouble
    if kind not in kinds:
        raise BatchRefused(reason="newer")
    return SealedFile(opened.header, SealedContent(kind, tuple(subjects), content))


def file_name(to: str, sha: str) -> str:
    """What a sealed file is called: whom it is for, and its content."""
    return f"jinmen-{to[:8]}-{sha}"
