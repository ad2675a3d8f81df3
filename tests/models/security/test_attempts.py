"""The delay after wrong passphrases rises, survives a kill and a clock set back, and locks nobody out for good."""

import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from models import texts
from models.clock import FixedClock, milliseconds
from models.errors import CannotRead, WrongPassphrase
from models.security import attempts
from models.security.attempts import FILE, TooManyAttempts, events, forgive, guarded, told
from tests.conftest import NOW
from tests.models.casebooks import told as told_twice


class Hands(FixedClock):
    """A clock that is set by hand."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.moment = NOW

    def now(self):
        return self.moment

    def later(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def hands() -> Hands:
    return Hands()


def waiting(folder: Path, clock: FixedClock, account: str) -> int:
    """Seconds that an account must wait now; 0: none. Nothing is written."""
    return max(-(-attempts._read(folder).wait(account, milliseconds(clock)) // 1000), 0)


def fail(folder: Path, clock: FixedClock, account: str = "a") -> None:
    with pytest.raises(WrongPassphrase), guarded(folder, clock, account):
        raise WrongPassphrase


def refused(folder: Path, clock: FixedClock, account: str = "a") -> int:
    with pytest.raises(TooManyAttempts) as caught, guarded(folder, clock, account):
        pytest.fail("nothing is tried before the wait is over")
    return int(caught.value.facts["seconds"])


def test_the_first_three_cost_nothing_then_the_wait_rises_to_half_an_hour(tmp_path: Path, hands: Hands) -> None:
    for seconds in (0, 0, 5, 30, 120, 600, 1800, 1800, 1800):
        fail(tmp_path, hands)
        assert waiting(tmp_path, hands, "a") == seconds
        if seconds:
            assert refused(tmp_path, hands) == seconds
            hands.later(seconds - 1)
            assert refused(tmp_path, hands) == 1
            hands.later(1)
    with guarded(tmp_path, hands, "a"):
        pass
    assert waiting(tmp_path, hands, "a") == 0
    assert len(events(tmp_path)) == 9
    assert {one.kind for one in events(tmp_path)} == {"failed"}


def test_who_waits_is_the_account_and_one_chosen_by_nobody_waits_for_all(tmp_path: Path, hands: Hands) -> None:
    for _n in range(3):
        fail(tmp_path, hands, "a")
    with guarded(tmp_path, hands, "b"):
        pass
    assert refused(tmp_path, hands, "") == 5
    hands.later(5)
    for _n in range(3):
        fail(tmp_path, hands, "")
    assert refused(tmp_path, hands, "b") == 5, "who tries everybody's passphrase has tried hers too"


def test_a_right_passphrase_forgets_the_failures_but_the_audit_hears_of_them(tmp_path: Path, hands: Hands) -> None:
    fail(tmp_path, hands)
    fail(tmp_path, hands, "b")
    with guarded(tmp_path, hands, "a"):
        pass
    known = events(tmp_path)
    assert [(one.account, one.at) for one in known] == [("a", milliseconds(hands)), ("b", milliseconds(hands))]
    fail(tmp_path, hands, "c")
    told(tmp_path, known)
    assert [one.account for one in events(tmp_path)] == ["c"]


def test_nothing_lies_there_where_nothing_failed(tmp_path: Path, hands: Hands) -> None:
    with guarded(tmp_path, hands, "a"):
        assert (tmp_path / FILE).exists(), "while it is tried, the attempt counts already"
    assert list(tmp_path.iterdir()) == []


def test_other_trouble_than_a_wrong_passphrase_does_not_count(tmp_path: Path, hands: Hands) -> None:
    fail(tmp_path, hands)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(CannotRead), guarded(tmp_path, hands, "a"):
        raise CannotRead(name="x")
    assert (tmp_path / FILE).read_bytes() == before


def test_a_clock_that_is_set_back_begins_the_wait_anew_and_no_longer(tmp_path: Path, hands: Hands) -> None:
    for _n in range(4):
        hands.later(60)
        fail(tmp_path, hands)
    assert refused(tmp_path, hands) == 30
    hands.later(-365 * 86400)
    assert refused(tmp_path, hands) == 30
    hands.later(29)
    assert refused(tmp_path, hands) == 1
    hands.later(-10)
    assert refused(tmp_path, hands) == 30
    hands.later(30)
    with guarded(tmp_path, hands, "a"):
        pass


def test_a_clock_that_ran_ahead_and_was_put_right_locks_nobody_out_for_years(tmp_path: Path, hands: Hands) -> None:
    hands.later(4 * 365 * 86400)
    for _n in range(9):
        hands.later(3600)
        fail(tmp_path, hands)
    hands.moment = NOW
    assert refused(tmp_path, hands) == 1800
    hands.later(1800)
    with guarded(tmp_path, hands, "a"):
        pass


def test_a_new_passphrase_forgives_the_account(tmp_path: Path, hands: Hands) -> None:
    for account in "aaab":
        fail(tmp_path, hands, account)
    forgive(tmp_path, "a")
    forgive(tmp_path, "nobody")
    assert waiting(tmp_path, hands, "a") == 0
    assert len(events(tmp_path)) == 4
    attempts.recovered(tmp_path, hands, "b", attempts.BY_CODE)
    assert [(one.account, one.kind) for one in events(tmp_path)][-1] == ("b", "code")
    for _n in range(2):
        fail(tmp_path, hands, "b")
    assert waiting(tmp_path, hands, "b") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_program_that_is_killed_while_it_tries_has_failed(tmp_path: Path, hands: Hands) -> None:
    for n in range(1, 4):
        child = os.fork()
        if not child:
            with guarded(tmp_path, hands, "a"):
                os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        assert len(events(tmp_path)) == n
    assert refused(tmp_path, hands) == 5


@pytest.mark.parametrize(
    "left", [b"", b"{}", b"[1]", b'{"highest": "x"}', b"\xff" * 100, b"[" * 100_000, b"0" * 200_000]
)
def test_a_damaged_file_locks_nobody_out(tmp_path: Path, hands: Hands, left: bytes) -> None:
    (tmp_path / FILE).write_bytes(left)
    assert (events(tmp_path), waiting(tmp_path, hands, "a")) == ((), 0)
    fail(tmp_path, hands)
    assert len(events(tmp_path)) == 1


def test_the_file_names_nobody_and_stays_small(tmp_path: Path, hands: Hands, monkeypatch) -> None:
    monkeypatch.setattr(attempts, "MOST_KEPT", 20)
    for _n in range(30):
        hands.later(1800)
        fail(tmp_path, hands)
    assert len(events(tmp_path)) == 20
    said = json.loads((tmp_path / FILE).read_bytes())
    assert set(said) == {"jinmen_attempts", "highest", "counts", "log"}
    assert said["counts"] == {"a": [30, milliseconds(hands)]}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="a folder that cannot be written is needed")
def test_a_folder_that_cannot_be_written_keeps_nobody_out(tmp_path: Path, hands: Hands) -> None:
    tmp_path.chmod(0o500)
    with guarded(tmp_path, hands, "a"):
        pass


def test_a_folder_that_is_gone_keeps_nobody_out(tmp_path: Path, hands: Hands) -> None:
    fail(tmp_path / "gone", hands)
    assert events(tmp_path / "gone") == ()


@pytest.mark.usefixtures("whole_catalogue")
def test_the_wait_is_told_in_seconds_and_minutes() -> None:
    for seconds in (1, 5, 59, 61, 1800):
        told_twice(TooManyAttempts(seconds=seconds))
    with texts.speaking("en"):
        assert "wait 1 second," in TooManyAttempts(seconds=1).sentence()
        assert "wait 2 minutes," in TooManyAttempts(seconds=61).sentence()
        assert "wait 1 minute," in TooManyAttempts(seconds=60).sentence()
