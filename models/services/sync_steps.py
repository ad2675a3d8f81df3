"""How far a long verb of exchange is, and where its worker stops it."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class Stopped(Exception):  # noqa: N818  # the worker's wish, not an error
    """The worker cancelled."""


class Steps:
    """Tells how far a long verb is, and stops it where the worker asks for it."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None, total: int) -> None:
        self._progress, self._cancelled, self.total = progress, cancelled, total

    def at(self, done: int) -> None:
        """Say that so much is done. Raises Stopped where the worker does not want to go on."""
        if self._cancelled and self._cancelled():
            raise Stopped
        self.tell(done)

    def tell(self, done: int) -> None:
        """Say that so much is done, where it is too late to stop."""
        if self._progress:
            self._progress(done, self.total)
