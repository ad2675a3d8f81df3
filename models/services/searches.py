"""What the audit chain is told of searching: that somebody did, how often, and how many people came up.

Never the text: half of a name or the end of a number is itself personal data, and would stand in the chain for as long
as the chain is kept, of people too who were never found. What somebody looked at afterwards has a row of its own. A
search runs with every key that is pressed, so those of ten minutes are one row and a row of the sum.
"""

import threading

from models.store.audit import Said

REPEAT_MS = 10 * 60 * 1000


class Searches:
    """Searches and lists of a sitting that are not all in the chain yet. Threads may call at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = -REPEAT_MS
        self._times = self._found = 0

    def made(self, found: int, now: int) -> list[Said]:
        """Rows to be written because somebody searched just now: the sum of the ten minutes before and this one; none
        where these ten minutes have a row already. found: how many people or households came up. now: milliseconds.
        """
        with self._lock:
            if now - self._since < REPEAT_MS:
                self._times, self._found = self._times + 1, self._found + found
                return []
            rows = self._sum()
            self._since = now
            return [*rows, Said("search", "register", "", f"found={found}")]

    def left(self) -> list[Said]:
        """The sum of what was not written yet."""
        with self._lock:
            return self._sum()

    def again(self, found: int) -> None:
        """A row could not be written: it is counted with the next ones, and the next search tries anew."""
        with self._lock:
            self._since = -REPEAT_MS
            self._times, self._found = self._times + 1, self._found + found

    def _sum(self) -> list[Said]:
        times, found = self._times, self._found
        self._times = self._found = 0
        return [Said("search", "register", "", f"searches={times} found={found}")] if times else []
