"""What the audit chain is told of searching: that somebody did, how often, and how many people came up.

Never the text: half of a name or the end of a number is itself personal data, and would stand in the chain for as long
as the chain is kept, of people too who were never found. What somebody looked at afterwards has a row of its own. A
search runs with every key that is pressed, so those of ten minutes are one row and a row of the sum.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from models.store.audit import Said

REPEAT_MS = 10 * 60 * 1000


class Searches:
    """Searches and lists of a sitting that are not all in the chain yet. Threads may call at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = -REPEAT_MS
        self._times = self._found = 0

    def due(self, found: int, now: int) -> bool:
        """Whether a search just now gets a row of its own, to be written at once; else it is counted for the sum.

        found: how many people or households came up. now: milliseconds.
        """
        with self._lock:
            if now - self._since >= REPEAT_MS:
                self._since = now
                return True
            self._times, self._found = self._times + 1, self._found + found
            return False

    @contextmanager
    def told(self, found: int | None = None) -> Iterator[list[Said]]:
        """Rows to be written in the block: the sum of what was not written yet; found: and a search that is due.

        Where the block fails all of it is counted with the next ones, and the next search tries anew.
        """
        with self._lock:
            times, before = self._times, self._found
            self._times = self._found = 0
        rows = [Said("search", "register", "", f"searches={times} found={before}")] if times else []
        if found is not None:
            rows.append(Said("search", "register", "", f"found={found}"))
        try:
            yield rows
        except BaseException:
            with self._lock:
                self._times, self._found = self._times + times, self._found + before
                if found is not None:
                    self._times, self._found, self._since = self._times + 1, self._found + found, -REPEAT_MS
            raise
