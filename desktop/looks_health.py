"""Scenes of the health check, of a restore, and of the exchange that waits for a word after one."""

from dataclasses import replace
from typing import Any

from desktop.shell import Shell


def amiss(shell: Shell) -> None:
    """The health check where much is amiss at once."""
    from desktop.pages.health import Loaded
    from models.clock import milliseconds
    from models.services.exchange_held import Restored

    page: Any = shell.page
    now = page.loaded.standing
    old = milliseconds(shell.clock) - 50 * 86_400_000
    place = replace(now.backups.first, reachable=False, last_at=old, seen_at=old, count=0)
    backups = replace(now.backups, second=place, drilled_at=old, changed=True)
    worse = replace(
        now, backups=backups, low=True, free=321_000_000, closed="other", looked_at=old, looked_good=False,
        deep_at=old, deep_good=False, key_copy=False, clock_behind=3 * 86_400_000, encrypted=False,
    )  # fmt: skip
    page._show(Loaded(worse, Restored(old, old, 0, 2)))


def held(shell: Shell) -> None:
    """The page of the exchange after a restore."""
    from models.clock import milliseconds
    from models.services.exchange_held import Restored

    page: Any = shell.page
    moment = milliseconds(shell.clock)
    page.held.show_restored(Restored(moment, moment, 0, 2))


def ask_to_agree(shell: Shell) -> None:
    """What is read before files are exchanged again."""
    held(shell)
    page: Any = shell.page
    page.held.banner.action.click()
