"""Casebooks for tests are made once and copied; a copy would rightly get no letter numbers of the office's own, and it
would go on as another computer than the one that wrote what is in it.
"""

from pathlib import Path

from sqlalchemy import delete

from models.casebook import KEYS, STORE, Casebook
from models.records.operation import Meta
from models.security import keystore
from models.services.numbering import META
from models.services.numbering_latch import LATCH, PEG
from models.store import device_mark, file_seal
from models.store.engine import open_sqlite
from models.store.rows import table_of


def forget_place(folder: Path, passphrase: str, *, same_computer: bool = False) -> None:
    """Let a closed casebook not know where it lies, as if it had never been opened: each copy is then the first.

    same_computer: what is in it was written "here" for its copies as well.
    """
    names, files = [META], [LATCH, PEG]
    if same_computer:
        names.append(device_mark._META)
        files.append(device_mark.MARK)
    engines = open_sqlite(folder / STORE, keystore.unlock(folder / KEYS, passphrase).page_key)
    with engines.writer.begin() as connection:
        connection.execute(delete(table_of(Meta)).where(table_of(Meta).c.key.in_(names)))
    engines.close()
    for name in files:
        (folder / name).unlink(missing_ok=True)
    file_seal.forget(folder / STORE)  # it was changed behind the casebook's back
    assert Casebook.exists(folder)
