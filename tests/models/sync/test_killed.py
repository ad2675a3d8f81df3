"""A machine that dies inside an import finds its casebook exactly as before, or exactly as after."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from models.records.operation import Batch, Operation
from models.store import importing
from models.store.rows import table_of
from models.store.work import read_meta
from tests.models.sync.offices import STREET, Desk, desks, open_book

DIES = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from models.services.sync import Sync
from tests.models.sync.offices import STREET, open_book

book = open_book(Path(sys.argv[1]), STREET)
left = int(sys.argv[3])

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def count(*_):
    global left
    left -= 1
    if left == 0:
        die()

if left:
    event.listen(book.engines.writer, "before_cursor_execute", count)
else:
    event.listen(book.engines.writer, "commit", die)
Sync(book).apply(Path(sys.argv[2]))
die()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_kill_inside_an_import_leaves_before_or_after(tmp_path: Path) -> None:
    seen = set()
    with desks(tmp_path) as (laptop, office):
        laptop.registers(*(f"居民{n}" for n in range(150)))
        (file,) = laptop.sync.export(tmp_path / "stick")
        for statement in (4, 7, 9, 14, 0, 1000):
            office.book.engines.close()
            command = [sys.executable, "-c", DIES, str(tmp_path / "office"), str(file), str(statement)]
            died = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, timeout=60)
            assert died.returncode == -signal.SIGKILL, died.stderr.decode()
            office = Desk(open_book(tmp_path / "office", STREET))
            with office.book.writing() as connection:
                operations = connection.execute(select(func.count()).select_from(table_of(Operation))).scalar_one()
                files = connection.execute(select(func.count()).select_from(table_of(Batch))).scalar_one()
                assert (operations, files, bool(read_meta(connection, "held"))) in ((0, 0, False), (300, 1, True))
                seen.add(operations)
                assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
                digest = importing.digest(connection)
                importing.rebuild(connection)
                assert importing.digest(connection) == digest
        office.sync.apply(file)
        assert office.digest() == laptop.digest()
        office.book.engines.close()
    assert seen == {0, 300}
