"""Failed attempts to sign in, and the delay that rises with them.

A small file beside the key store, with ids of accounts and moments and no names. An attempt is written down before the
passphrase is tried, so that a program that is killed in between counts as a failure; a success takes it out again. The
first three cost nothing, then the wait rises to half an hour. A clock that is set back begins the wait anew.

The delay is for whoever sits at this computer. Who copies the key file away guesses elsewhere: there the cost of
Argon2id and the strength of the passphrase are what counts.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.clock import Clock, milliseconds
from models.errors import CannotWrite, DiskFull, Problem, WrongPassphrase
from models.security.key_file import write_whole
from models.security.sealing import canonical
from models.texts import ngettext

FILE = "casebook.attempts"
DELAYS = (0, 0, 0, 5, 30, 120, 600, 1800)
"""Seconds to wait after so many failures in a row; after more than are listed, as long as the last."""
MOST_KEPT = 500
_FORMAT = 1
_MAX_BYTES = 128 * 1024


class TooManyAttempts(Problem):
    """Somebody failed to sign in several times and must wait. Facts: seconds."""

    def sentence(self) -> str:
        """Tell the worker."""
        seconds = int(str(self.facts["seconds"]))
        if seconds < 60:
            text = ngettext(
                "Too many passphrases were wrong. Your records are safe. Please wait {n} second, then try again.",
                "Too many passphrases were wrong. Your records are safe. Please wait {n} seconds, then try again.",
                seconds,
            )
            return text.format(n=seconds)
        minutes = -(-seconds // 60)
        text = ngettext(
            "Too many passphrases were wrong. Your records are safe. Please wait {n} minute, then try again.",
            "Too many passphrases were wrong. Your records are safe. Please wait {n} minutes, then try again.",
            minutes,
        )
        return text.format(n=minutes)


FAILED, BY_CODE, BY_OFFICE = "failed", "code", "office"


@dataclass(frozen=True)
class Event:
    """What happened while the casebook was locked, which the audit is told at the next sign-in."""

    account: str  # "" where nobody was chosen
    at: int  # milliseconds
    kind: str = FAILED  # failed: a wrong passphrase; code, office: a new passphrase by a recovery code, by an office


@dataclass
class _State:
    highest: int = 0  # the latest moment that was ever seen, milliseconds
    counts: dict[str, list[int]] = field(default_factory=dict)  # account -> failures in a row, moment of the last
    log: list[Event] = field(default_factory=list)  # what the audit does not have yet

    def wait(self, account: str, now: int) -> int:
        """Milliseconds still to wait. An attempt for nobody in particular waits for everybody."""
        own = self.counts.values() if account == "" else [self.counts.get(one, [0, 0]) for one in (account, "")]
        return max((_due(count, last) - now for count, last in own), default=0)


def _due(count: int, last: int) -> int:
    return last + 1000 * DELAYS[min(count, len(DELAYS) - 1)]


@contextmanager
def guarded(folder: Path, clock: Clock, account: str) -> Iterator[None]:
    """Try a passphrase inside: counts a WrongPassphrase, forgets the failures of the account on success.

    Raises TooManyAttempts(seconds=...) before anything is tried.
    """
    now = milliseconds(clock)
    state = _read(folder)
    if now < state.highest:  # set back: whoever waits begins anew
        state.counts = {one: [count, now] for one, (count, _last) in state.counts.items()}
    moved, state.highest = now != state.highest, now
    left = state.wait(account, now)
    if left > 0:
        if moved:
            _write(folder, state)
        raise TooManyAttempts(seconds=-(-left // 1000))
    before = dict(state.counts)
    state.counts[account] = [state.counts.get(account, [0, 0])[0] + 1, now]
    state.log = [*state.log, Event(account, now)][-MOST_KEPT:]
    _write(folder, state)
    try:
        yield
    except WrongPassphrase:
        raise
    except BaseException:
        state.counts, state.log = before, state.log[:-1]  # nothing was found out about the passphrase
        _write(folder, state)
        raise
    state.counts, state.log = {one: said for one, said in before.items() if one not in (account, "")}, state.log[:-1]
    _write(folder, state)


def forgive(folder: Path, account: str) -> None:
    """Forget the failures in a row of an account, which has a new passphrase; the log of them stays for the audit."""
    state = _read(folder)
    if state.counts.pop(account, None) is not None:
        _write(folder, state)


def recovered(folder: Path, clock: Clock, account: str, kind: str) -> None:
    """An account got a new passphrase by a recovery code or an office's answer: nobody need wait, the audit is told."""
    state = _read(folder)
    state.counts.clear()
    state.log = [*state.log, Event(account, milliseconds(clock), kind)][-MOST_KEPT:]
    _write(folder, state)


def events(folder: Path) -> tuple[Event, ...]:
    """What happened since the audit was told last, oldest first."""
    return tuple(_read(folder).log)


def told(folder: Path, known: tuple[Event, ...]) -> None:
    """The audit has these now."""
    state = _read(folder)
    state.log = [one for one in state.log if one not in known]
    _write(folder, state)


def _read(folder: Path) -> _State:
    """What the file says; nothing at all where it is missing or damaged, so that nobody is locked out by that."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        path = folder / FILE
        if path.stat().st_size <= _MAX_BYTES:
            said: dict[str, Any] = json.loads(path.read_bytes())
            counts = {str(one): [int(count), int(last)] for one, (count, last) in said["counts"].items()}
            return _State(
                int(said["highest"]), counts, [Event(str(one), int(at), str(kind)) for one, at, kind in said["log"]]
            )
    return _State()


def _write(folder: Path, state: _State) -> None:
    log = [[one.account, one.at, one.kind] for one in state.log]
    said = {"jinmen_attempts": _FORMAT, "highest": state.highest, "counts": state.counts, "log": log}
    with suppress(CannotWrite, DiskFull):  # a full disk keeps nobody from her records
        if state.counts or state.log:
            write_whole(folder / FILE, canonical(said))
    if not state.counts and not state.log:
        with suppress(OSError):
            (folder / FILE).unlink(missing_ok=True)
