"""The files for an auditor, read again: the rows out of the archive that was handed over, within limits."""

import io
from pathlib import Path

from models.errors import Problem
from models.services.audit_export import MAX_BYTES, ROWS
from models.sync.files import read_limited
from models.texts import _

KINDS = ("*.zip", "*.jsonl")
_PARTS_MOST = 50


class NoAuditFile(Problem):
    """A file holds no rows of an audit. Facts: name."""

    def sentence(self) -> str:
        """Tell whoever chose it."""
        return _(
            "“{name}” holds no rows of an audit that can be read. Choose the archive as it was written, or the file "
            "rows.jsonl out of it."
        ).format(**self.facts)


class SecretNeeded(Problem):
    """An archive is protected, and what was given does not open it. Facts: name, given (whether anything was)."""

    def sentence(self) -> str:
        """Tell whoever chose it."""
        said = (
            _("This passphrase does not open “{name}”. Type the one that its sender told you.")
            if self.facts.get("given")
            else _("“{name}” is protected by a passphrase. Type the one that its sender told you.")
        )
        return said.format(name=self.facts.get("name"))


def read_rows(path: Path, secret: str = "") -> bytes:
    """The rows of an audit out of an archive, or of the file of rows itself.

    secret: of a protected archive. Raises CannotRead, SecretNeeded, NoAuditFile; what a file unpacks to is counted
    before and while it is read.
    """
    data = read_limited(path, MAX_BYTES)
    refused = NoAuditFile(name=path.name)
    if len(data) > MAX_BYTES:
        raise refused
    if not data.startswith(b"PK\x03\x04"):
        return data
    import pyzipper  # type: ignore[import-untyped]

    try:
        with pyzipper.AESZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            part = next((one for one in parts if one.filename == ROWS), None)
            if part is None or len(parts) > _PARTS_MOST or part.file_size > MAX_BYTES:
                raise refused
            if part.flag_bits & 1:
                if not secret:
                    raise SecretNeeded(name=path.name, given=False)
                packed.setpassword(secret.strip().encode())
            try:
                with packed.open(part) as opened:
                    rows = bytes(opened.read(MAX_BYTES + 1))
            except RuntimeError as trouble:  # how the reader of archives says that a passphrase is wrong
                raise SecretNeeded(name=path.name, given=True) from trouble
    except Problem:
        raise
    except Exception as trouble:
        # A damaged archive fails in as many ways as there are parts in it; to the auditor it is one and the same.
        raise refused from trouble
    if len(rows) > MAX_BYTES:
        raise refused
    return rows
