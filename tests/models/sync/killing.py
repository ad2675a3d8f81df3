"""A process in which imports are killed, again and again: it has everything loaded, and each import is a child of it.

    python -m tests.models.sync.killing CASEBOOK_FOLDER FILE

Each line of standard input is a moment: `statement 7` (before the seventh statement), `commit 2` (before the second
commit) or `seconds 0.03` (after the import began, wherever it is then), and the address of a database where the office
has one. The answer is a line, once the child is dead.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from sqlalchemy import event

from models.services.sync import Sync
from models.store import names
from models.store.engine import open_postgres
from tests.models.sync.offices import STREET, open_book


def dies(*_arguments: object) -> NoReturn:
    """Nothing more is done, not even what Python does at its end."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it outlived a SIGKILL")


def imports(folder: Path, file: Path, address: str, event_name: str, number: int, ready: int) -> NoReturn:
    """Import the file and die, at the latest at the end."""
    left = number

    def count(*_arguments: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            dies()

    book = open_book(folder, STREET, engines=open_postgres(address) if address else None)
    if event_name:
        event.listen(book.engines.writer, event_name, count)
    os.write(ready, b"!")
    Sync(book).apply(file)
    dies()


def main(arguments: list[str]) -> None:
    folder, file = Path(arguments[0]), Path(arguments[1])
    names.sound_of("王")  # loads the dictionary, so that the children need not
    for line in sys.stdin:
        what, number, *address = line.split()
        name = {"statement": "before_cursor_execute", "commit": "commit"}.get(what, "")
        began, ready = os.pipe()
        child = os.fork()
        if child == 0:
            imports(folder, file, "".join(address), name, int(float(number)), ready)
        os.read(began, 1)
        if what == "seconds":
            time.sleep(float(number))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        for end in (began, ready):
            os.close(end)
        print("killed" if os.WIFSIGNALED(status) else f"ended {status}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
