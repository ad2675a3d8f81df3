"""Letter numbers: blocks, codes, the latch, restores, copies, years; no number stands on two letters."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models import texts
from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import CannotWrite
from models.security import device, keystore
from models.services.book import Book
from models.services.numbering import BLOCK_SIZE
from models.services.numbering_blocks import BlockKnown, NoSuchHolder, NotKeeper, NumbersInUse, OverlappingBlocks
from models.services.numbering_code import BlockCode, BlockCodeRefused, plain_holder, read_block, write_block
from models.services.numbering_latch import LATCH, PEG
from models.services.referral_views import ReferralFilter
from models.services.referrals import Referrals
from models.services.undoing import undo
from models.store.engine import Engines, open_postgres
from models.store.rows import KEPT
from models.store.work import write_meta
from models.values import new_id
from tests.conftest import NOW, OFFICE, PASSPHRASE, WORKER
from tests.models.services.installations import Installation, book_on, fail, found, issue, lose_power, sync, take
from tests.postgres import Server

TOP = Path(__file__).parents[3]
Make = Callable[..., Installation]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    for name, keeps in (("keeper", True), ("other", False)):
        found(folder / name, FixedClock(NOW), keeps_numbers=keeps)
    return folder


@pytest.fixture
def make(templates: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Make]:
    """Makes installations, the first of which keeps the numbers unless it is said otherwise."""
    made: list[Installation] = []

    def one(*, keeps: bool = True, folder: Path | None = None) -> Installation:
        target = folder or tmp_path / f"laptop{len(made)}"
        if folder is None:
            shutil.copytree(templates / ("keeper" if keeps else "other"), target)
        made.append(Installation(target, clock))
        return made[-1]

    yield one
    for each in made:
        each.close()


def serials(several: list[str]) -> list[int]:
    return [int(text.split("〕")[1].removesuffix("号")) for text in several]


def test_numbers_run_from_one_without_leading_zeros(make: Make):
    here = make()
    assert [issue(here.book) for _n in range(3)] == [f"劝花社转〔2026〕{n}号" for n in (1, 2, 3)]
    here.reopen()
    assert issue(here.book) == "劝花社转〔2026〕4号"


def test_the_keeper_gives_itself_the_next_block_and_never_stops(make: Make):
    here = make()
    here.numbers.set_size(3, BLOCK_SIZE)
    assert serials([issue(here.book) for _n in range(8)]) == list(range(1, 9))
    assert [(one.first, one.last, one.used, one.left) for one in here.numbers.standing().blocks] == [
        (1, 3, 3, 0),
        (4, 6, 3, 0),
        (7, 9, 2, 1),
    ]
    standing = here.numbers.standing()
    assert (standing.left, standing.next, standing.few) == (1, "劝花社转〔2026〕9号", False)


def test_a_block_is_handed_over_by_a_typed_code(make: Make):
    here, there = make(), make(keeps=False)
    assert issue(here.book) == "劝花社转〔2026〕1号"
    code = here.numbers.give(there.numbers.standing().holder, "李姐的平板")
    assert code.startswith("2026-51-100-")
    there.numbers.type_in(f"  {code.lower()} ".replace("-", "－"))
    assert serials([issue(there.book) for _n in range(2)]) == [51, 52]
    assert there.numbers.left() == 48
    assert here.numbers.left() is None
    assert [one.code for one in here.numbers.standing().blocks] == ["", code]
    with pytest.raises(BlockKnown):
        there.numbers.type_in(code)


def test_a_code_for_one_laptop_is_refused_on_another_and_a_wrong_character_is_seen(make: Make):
    here, there, third = make(), make(keeps=False), make(keeps=False)
    code = here.numbers.give(there.numbers.standing().holder)
    with pytest.raises(BlockCodeRefused) as refused:
        third.numbers.type_in(code)
    mine, other = third.numbers.standing().holder, there.numbers.standing().holder
    assert f"to the computer {other}, and this one is {mine}" in refused.value.sentence()
    for at, sign in enumerate(code):
        if sign != "-":
            wrong = code[:at] + ("7" if sign != "7" else "8") + code[at + 1 :]
            with pytest.raises(BlockCodeRefused):
                there.numbers.type_in(wrong)
    with texts.speaking("zh_CN"), pytest.raises(BlockCodeRefused) as mistyped:
        there.numbers.type_in(code[:-1])
    assert "劝花社" in mistyped.value.sentence()
    with pytest.raises(NoSuchHolder):
        here.numbers.give("K7Q")
    with pytest.raises(NoSuchHolder):
        here.numbers.give(here.numbers.standing().holder)
    with pytest.raises(NotKeeper):
        there.numbers.give(mine)


def test_a_code_of_another_office_is_refused():
    code = write_block("劝花社", BlockCode(2026, 51, 100, "K7Q2"))
    assert read_block("劝花社", "K7Q2", code) == BlockCode(2026, 51, 100, "K7Q2")
    with pytest.raises(BlockCodeRefused):
        read_block("和平社", "K7Q2", code)
    assert plain_holder(" k7q2 ") == "K7Q2"
    assert plain_holder("7KQ2") == plain_holder("KIQ2") == plain_holder("") == ""


def test_without_a_block_an_installation_goes_on_in_a_series_of_its_own(make: Make):
    there, third = make(keeps=False), make(keeps=False)
    mine = there.numbers.standing()
    assert (mine.stopgap, mine.left, mine.few) == (True, 0, True)
    assert mine.next == f"劝花社转〔2026〕临{mine.holder}-1号"
    assert [issue(there.book), issue(there.book)] == [mine.next, mine.next.replace("-1号", "-2号")]
    assert issue(third.book) not in (mine.next, f"劝花社转〔2026〕临{mine.holder}-2号")
    report = there.numbers.report(f"劝花社临{mine.holder}", 2026)
    assert (report.used, report.missing, report.clean) == (2, (), True)
    assert (f"劝花社临{mine.holder}", 2026) in there.numbers.series()
    referrals = Referrals(there.book)
    for typed in (mine.next, f"2026-临{mine.holder}-1", f"临{mine.holder.lower()} - 1"):
        (found,) = referrals.by_code(typed)
        assert found.number == mine.next, "the slip is found by the number that was typed"
        assert [row.number for row in referrals.find(ReferralFilter(text=typed)).views] == [mine.next]
    assert referrals.by_code("2026-1") == [], "no number of a block"


def test_a_block_comes_by_sync_and_what_is_left_is_counted(make: Make):
    here, there = make(), make(keeps=False)
    here.numbers.set_size(12, BLOCK_SIZE)
    here.numbers.give(there.numbers.standing().holder)
    sync(here.book, there.book)
    assert there.numbers.left() == 12
    assert not there.numbers.standing().few
    assert serials([issue(there.book) for _n in range(2)]) == [1, 2]
    standing = there.numbers.standing()
    assert (standing.left, standing.few) == (10, True)
    assert serials([issue(here.book)]) == [13]


def test_a_new_year_is_a_new_series(make: Make, clock: FixedClock):
    here, there = make(), make(keeps=False)
    there.numbers.type_in(here.numbers.give(there.numbers.standing().holder))
    assert serials([issue(here.book), issue(there.book)]) == [51, 1]
    clock.move(days=60)
    assert issue(here.book) == "劝花社转〔2027〕1号"
    assert "〔2027〕临" in issue(there.book)
    assert here.numbers.series() == [("劝花社", 2027), ("劝花社", 2026)]


def test_a_block_of_the_next_year_is_given_ahead(make: Make, clock: FixedClock):
    here, there = make(), make(keeps=False)
    there.numbers.type_in(here.numbers.give(there.numbers.standing().holder, ahead=True))
    assert "〔2026〕临" in issue(there.book)
    assert serials([issue(here.book)]) == [1]
    clock.move(days=60)
    assert [issue(there.book), issue(here.book)] == ["劝花社转〔2027〕1号", "劝花社转〔2027〕51号"]


def test_numbers_counted_before_there_were_blocks_are_gone_on_with(templates: Path, tmp_path: Path, clock: FixedClock):
    shutil.copytree(templates / "keeper", tmp_path / "old")
    here = Installation(tmp_path / "old", clock)
    with here.book.writing() as connection:
        write_meta(connection, "letter_series:2026", {"last": 66})
    with here.book.verb("referrals.issue") as work:
        for serial in range(1, 66):
            work.add("referral", {"number": f"劝花社转〔2026〕{serial}号", "resident_id": "r"})
    assert issue(here.book) == "劝花社转〔2026〕67号"
    report = here.numbers.report("劝花社", 2026)
    assert (report.used, report.missing, report.through) == (66, (66,), 116)
    here.close()


# Restores, copies, interruptions.


def test_what_was_used_before_a_restore_is_never_used_again(make: Make):
    here = make()
    assert serials([issue(here.book) for _n in range(3)]) == [1, 2, 3]
    backup = here.backup()
    there = make(keeps=False)
    assert serials([issue(here.book) for _n in range(2)]) == [4, 5]
    there.numbers.type_in(here.numbers.give(there.numbers.standing().holder))
    here.restore(backup)
    report = here.numbers.report("劝花社", 2026)
    assert [(one.serial, "paper register" in one.reason) for one in report.spoilt] == [(4, True), (5, True)]
    assert serials([issue(here.book)]) == [6]
    third = make(keeps=False)
    third.numbers.type_in(here.numbers.give(third.numbers.standing().holder))  # not those of there, which it forgot
    assert serials([issue(third.book), issue(there.book)]) == [101, 51]
    here.reopen()
    assert here.numbers.report("劝花社", 2026).spoilt == report.spoilt


def test_blocks_taken_since_the_backup_are_known_after_the_restore(make: Make):
    here = make()
    here.numbers.set_size(2, BLOCK_SIZE)
    backup = here.backup()
    assert serials([issue(here.book) for _n in range(5)]) == [1, 2, 3, 4, 5]
    here.restore(backup)
    assert serials([issue(here.book)]) == [6]
    assert [one.serial for one in here.numbers.report("劝花社", 2026).spoilt] == [1, 2, 3, 4, 5]
    here.restore(backup)
    assert serials([issue(here.book)]) == [7]


def test_a_backup_of_before_the_copy_does_not_bring_back_who_it_was(make: Make, tmp_path: Path):
    here = make()
    backup = here.backup()
    first = issue(here.book)
    copy = here.copy(tmp_path / "copy")
    temporary = issue(copy.book)
    copy.restore(backup)
    assert issue(copy.book) not in (first, temporary)
    assert not copy.numbers.standing().keeper
    copy.close()


def test_a_casebook_restored_on_another_machine_has_no_blocks(make: Make, tmp_path: Path):
    here = make()
    issue(here.book)
    backup, code = here.backup(), here.numbers.standing().holder
    target = tmp_path / "new machine"
    target.mkdir()
    (target / "casebook.db").write_bytes(backup)
    there = make(folder=target)
    standing = there.numbers.standing()
    assert (standing.keeper, standing.moved, standing.stopgap) == (False, code, True)
    assert issue(there.book) == f"劝花社转〔2026〕临{standing.holder}-1号"
    assert serials([issue(here.book)]) == [2]


def test_a_copied_folder_takes_none_of_the_numbers_of_the_first(make: Make, tmp_path: Path):
    here = make()
    issue(here.book)
    copy = here.copy(tmp_path / "copy")
    assert (here.numbers.standing().keeper, copy.numbers.standing().keeper) == (True, False)
    assert {issue(here.book), issue(here.book)} == {"劝花社转〔2026〕2号", "劝花社转〔2026〕3号"}
    assert "临" in issue(copy.book)
    copy.close()


def test_an_old_folder_copied_back_is_another_place(make: Make, tmp_path: Path):
    here = make()
    issue(here.book)
    here.close()
    shutil.copytree(here.folder, tmp_path / "stick")
    here.open()
    assert serials([issue(here.book), issue(here.book)]) == [2, 3]
    here.close()
    shutil.rmtree(here.folder)
    shutil.copytree(tmp_path / "stick", here.folder)
    here.open()
    assert "临" in issue(here.book)


def test_a_folder_that_is_moved_as_a_whole_keeps_its_blocks(make: Make, tmp_path: Path):
    here = make()
    issue(here.book)
    here.close()
    here.folder = here.folder.rename(tmp_path / "moved")
    here.open()
    assert issue(here.book) == "劝花社转〔2026〕2号"


@pytest.mark.parametrize("spoil", ["missing", "cut", "changed", "empty"])
def test_without_a_sound_latch_nothing_is_guessed(make: Make, spoil: str):
    here = make()
    issue(here.book)
    here.close()
    latch = here.folder / LATCH
    data = latch.read_bytes()
    if spoil == "missing":
        latch.unlink()
    else:
        latch.write_bytes({"cut": data[:-20], "changed": data.replace(b": 1", b": 0"), "empty": b""}[spoil])
    here.open()
    assert "临" in issue(here.book)


def test_a_letter_that_fails_does_not_cost_its_number(make: Make):
    here = make()
    assert fail(here.book) == fail(here.book) == issue(here.book) == "劝花社转〔2026〕1号"
    assert fail(here.book) == issue(here.book) == "劝花社转〔2026〕2号"
    report = here.numbers.report("劝花社", 2026)
    assert (report.spoilt, report.missing, len(here.numbers.standing().blocks)) == ((), (), 1)


def test_a_number_taken_when_the_power_went_is_spoilt_and_not_doubled(make: Make):
    here = make()
    assert serials([issue(here.book), lose_power(here)]) == [1, 2]  # another run cannot know that nobody saw it
    assert serials([issue(here.book)]) == [3]
    assert [one.serial for one in here.numbers.report("劝花社", 2026).spoilt] == [2]


def test_a_latch_that_cannot_be_written_stops_the_letter(make: Make, monkeypatch: pytest.MonkeyPatch):
    here = make()
    issue(here.book)
    (here.folder / (LATCH + ".new")).mkdir()
    with pytest.raises(CannotWrite), take(here.book):
        pass
    (here.folder / (LATCH + ".new")).rmdir()
    assert issue(here.book) == "劝花社转〔2026〕2号"


KILLED = """
import os, signal, sys
from pathlib import Path
from models.casebook import Casebook
from models.services.numbering import take_number
book = Casebook.open(Path(sys.argv[1]), sys.argv[2])._book
with book.verb("referrals.issue") as work:
    print(take_number(work, book).text, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_between_latch_and_commit(tmp_path: Path, clock: FixedClock):
    folder = tmp_path / "book"
    made = Casebook.create(folder, PASSPHRASE, office=OFFICE, worker=WORKER, clock=clock, cost=keystore.FLOOR)
    made.close()
    call = [sys.executable, "-c", KILLED, str(folder), PASSPHRASE]
    seen = []
    for _time in range(2):
        ended = subprocess.run(call, cwd=TOP, env={**os.environ, "PYTHONIOENCODING": "utf-8"}, stdout=subprocess.PIPE)
        assert ended.returncode == -signal.SIGKILL
        seen.append(ended.stdout.decode().strip())
    again = Casebook.open(folder, PASSPHRASE)
    year = time.localtime().tm_year
    assert seen == [f"劝花社转〔{year}〕{n}号" for n in (1, 2)]
    assert issue(again._book) == f"劝花社转〔{year}〕3号"
    assert [one.serial for one in again.numbering.report("劝花社", year).spoilt] == [1, 2]
    again.close()


# Taking over, overlaps, gaps.


def test_the_keeping_is_taken_over_from_a_number_on(make: Make, tmp_path: Path, clock: FixedClock):
    here = make()
    assert serials([issue(here.book) for _n in range(2)]) == [1, 2]
    copy = here.copy(tmp_path / "copy")
    assert copy.numbers.lowest_free() == 51
    with pytest.raises(NumbersInUse) as refused:
        copy.numbers.take_over(50)
    assert "Begin with 51" in refused.value.sentence()
    clock.move(minutes=5)
    copy.numbers.take_over(60)
    assert copy.numbers.standing().keeper
    assert serials([issue(copy.book)]) == [60]
    sync(copy.book, here.book)
    assert serials([issue(here.book)]) == [3]
    assert not here.numbers.standing().keeper  # it heard of the other one
    copy.close()


def test_whoever_types_in_a_block_does_not_keep_the_numbers(make: Make):
    here, there = make(), make()  # both were told that they are the first
    assert serials([issue(here.book), issue(there.book)]) == [1, 1]
    code = here.numbers.give(there.numbers.standing().holder)
    there.numbers.type_in(code)
    assert not there.numbers.standing().keeper
    assert serials([issue(there.book)]) == [51]
    with texts.speaking("en"):
        blocks = there.numbers.standing().blocks
    assert [(one.first, one.closed, one.reason) for one in blocks] == [
        (1, True, "another computer keeps the numbers"),
        (51, False, ""),
    ]


def test_blocks_that_overlap_are_refused_and_reported(make: Make):
    here, there = make(), make()
    assert serials([issue(here.book), issue(there.book), issue(there.book)]) == [1, 1, 2]
    sync(here.book, there.book)
    report = there.numbers.report("劝花社", 2026)
    assert [(one.serial, len(one.referral_ids)) for one in report.doubles] == [(1, 2)]
    assert [(a.first, a.last, b.first, b.last) for a, b in report.overlaps] == [(1, 50, 1, 50)]
    assert not report.clean
    assert "〕临" in issue(there.book)  # the rest of the shared block is used by nobody who knows of it
    third = make(keeps=False)
    code = write_block("劝花社", BlockCode(2026, 40, 60, third.numbers.standing().holder))
    sync(here.book, third.book)
    with pytest.raises(OverlappingBlocks) as refused:
        third.numbers.type_in(code)
    assert "1 to 50" in refused.value.sentence()


def test_gaps_are_listed_and_explained(make: Make):
    here, there = make(), make(keeps=False)
    for _n in range(3):
        issue(here.book)
    there.numbers.type_in(here.numbers.give(there.numbers.standing().holder))
    assert serials([issue(there.book), issue(there.book)]) == [51, 52]
    block = here.numbers.standing().blocks[1]
    sync(there.book, here.book)
    report = here.numbers.report("劝花社", 2026)
    assert (report.used, report.missing, report.through) == (5, (), 100)
    assert [(one.first, one.last, one.mine, one.closed) for one in report.unused] == [
        (4, 50, True, False),
        (53, 100, False, False),
    ]
    here.numbers.close(block.id, "丢失")
    report = here.numbers.report("劝花社", 2026)
    assert [one.closed for one in report.unused] == [False, True]
    with here.book.verb("test") as work:  # a letter whose record was erased
        row = here.numbers.report("劝花社", 2026)
        assert row.used == 5
        work.amend("referral", _referral(here, "劝花社转〔2026〕2号"), {"number": "", "serial": 0, "series": ""})
    assert here.numbers.report("劝花社", 2026).missing == (2,)
    here.numbers.explain("劝花社", 2026, [1, 2, 60], " 作废，见登记簿 ")
    report = here.numbers.report("劝花社", 2026)
    assert report.missing == ()
    assert [(one.serial, one.reason) for one in report.spoilt] == [(2, "作废，见登记簿")]
    assert serials([issue(here.book)]) == [4]


def test_undoing_a_letter_does_not_give_its_number_free(make: Make):
    here = make()
    with take(here.book) as (work, _taken):
        pass
    undo(here.book, work.said)
    assert len(here.numbers.standing().blocks) == 1
    assert issue(here.book) == "劝花社转〔2026〕2号"
    assert here.numbers.report("劝花社", 2026).used == 2


# On a server.


def test_desks_of_one_server_share_the_numbers_and_a_restored_server_repeats_none(
    postgres: Server, migrated_database: str, tmp_path: Path, clock: FixedClock
):
    opened: list[Engines] = []

    def desk(database: str, folder: str) -> Book:
        opened.append(open_postgres(postgres.url(database)))
        (tmp_path / folder).mkdir(exist_ok=True)
        return book_on(opened[-1], tmp_path / folder, clock)

    def close() -> None:
        while opened:
            opened.pop().close()

    name = postgres.make(migrated_database)
    opened.append(open_postgres(postgres.url(name)))
    with opened[-1].writer.begin() as connection:
        write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
        write_meta(connection, "device_keys", device.new_device_keys())
    close()
    try:
        first, second = desk(name, "first"), desk(name, "second")
        assert serials([issue(first), issue(second), issue(first)]) == [1, 2, 3]
        assert fail(second) == issue(second) == "劝花社转〔2026〕4号"
        close()
        copy = postgres.make(name)  # the server's own tools restored it into another database
        assert "〕临" in issue(desk(copy, "third"))
        assert serials([issue(desk(name, "first"))]) == [5]
    finally:
        close()
    for each in (name, copy):
        postgres.drop(each)


def test_the_latch_names_nobody(make: Make):
    here = make()
    issue(here.book)
    said = (here.folder / LATCH).read_text() + (here.folder / PEG).read_text()
    assert WORKER.name not in said
    assert str(here.folder) not in said


def _referral(here: Installation, number: str) -> str:
    table = KEPT["referral"]
    with here.book.reading() as connection:
        return str(connection.execute(select(table.c.id).where(table.c.number == number)).scalar_one())
