"""The files for an auditor, read again: the rows out of the archive that was handed over, within limits."""

from pathlib import Path

from models.errors import Problem
from models.services.audit_export import MAX_BYTES, ROWS
from models.sync.files import read_limited
from models.texts import _

KINDS = ("*.zip", "*.jsonl")


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
    from reports.protecting import NotOpened, from_archive

    try:
        return from_archive(data, ROWS, MAX_BYTES, secret)
    except NotOpened as trouble:
        raise SecretNeeded(name=path.name, given=bool(secret.strip())) from trouble
    except ValueError as trouble:
        raise refused from trouble
