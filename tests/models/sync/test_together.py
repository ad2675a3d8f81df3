"""Many files taken in together: search keys are written in portions and true at the end; no crash forgets anybody."""

from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from models.records.operation import SearchKey
from models.services import partners, search_index, sync_import
from models.services.doubles_arrived import Doubles
from models.services.merging import Merging
from models.store import search
from models.store.rows import table_of
from tests.models.sync.offices import STREET, Desk, desks, open_book

NAMES = [f"{surname}{given}" for surname in "李王张刘陈" for given in ("建国", "秀英", "伟", "芳", "静")]


def keys(desk: Desk) -> set[tuple[str, str, str, int]]:
    with desk.book.reading() as connection:
        return {tuple(row) for row in connection.execute(select(table_of(SearchKey)))}


def found(desk: Desk, text: str) -> int:
    with desk.book.reading() as connection:
        return len(search.find(connection, text))


def files_of(laptop: Desk, stick: Path) -> list[Path]:
    """A file for every five residents; later ones hold the earlier changes too, until an answer comes."""
    files: list[Path] = []
    for start in range(0, len(NAMES), 5):
        people = laptop.registers(*NAMES[start : start + 5])
        laptop.amends(people[0], name=NAMES[start] + "改")
        files += laptop.sync.export(stick)
    return files


def test_the_keys_are_those_of_files_taken_in_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "_AT_ONCE", 4)  # several portions within one
    with desks(tmp_path) as (laptop, office):
        files = files_of(laptop, tmp_path / "stick")
        with office.sync.together():
            for file in files:
                office.sync.apply(file)
            assert found(office, "李建国改") == 0, "they wait"
        assert keys(office) == keys(laptop)
        assert found(office, "李建国改") == 1
        with office.book.reading() as connection:
            waiting = select(func.count()).where(search_index._META.c.key.startswith("keys of "))
            assert connection.execute(waiting).scalar_one() == 0


def test_one_backup_is_made_before_all_of_them(tmp_path: Path) -> None:
    with desks(tmp_path) as (laptop, office):
        files = files_of(laptop, tmp_path / "stick")
        asked: list[tuple[str, str]] = []  # why, and of what
        office.book.back_up_before = lambda reason: asked.append((reason, office.digest()))
        before = office.digest()
        with office.sync.together():
            for file in files:
                office.sync.apply(file)
        assert asked == [("import", before)]
        office.sync.apply(files[0])
        assert [reason for reason, _count in asked] == ["import"] * 2


def test_after_a_crash_between_the_files_nobody_is_forgotten(tmp_path: Path) -> None:
    with desks(tmp_path) as (laptop, office):
        *files, last = files_of(laptop, tmp_path / "stick")
        office.book.keys_wait = True
        for file in files:
            office.sync.apply(file)
        office.book.engines.close()  # as if its process had died here
        office = Desk(open_book(tmp_path / "office", STREET))
        assert found(office, "李建国改") == 0
        search_index.catch_up(office.book)  # done whenever a casebook is opened, and after each import
        assert found(office, "李建国改") == 1
        office.sync.apply(last)
        assert keys(office) == keys(laptop)
        office.book.engines.close()


def test_after_a_crash_behind_an_import_those_who_came_are_still_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_self: Merging) -> None:
        raise RuntimeError("died")

    with desks(tmp_path) as (laptop, office):
        laptop.registers("王秀英")
        office.registers("王秀英")  # the same birth date and phone
        (file,) = laptop.sync.export(tmp_path / "stick")
        with monkeypatch.context() as patched:
            patched.setattr(Merging, "settle", die)
            with pytest.raises(RuntimeError, match="died"):
                office.sync.apply(file)
        office.sync.apply(file)  # nothing of it is new now
        doubles = Doubles(office.book)
        assert doubles.look() == 0
        assert doubles.count() == 1


def test_a_file_that_was_applied_is_not_looked_up_again(tmp_path: Path) -> None:
    with desks(tmp_path) as (laptop, office):
        (file, *_) = files_of(laptop, tmp_path / "stick")
        office.sync.apply(file)
        digest, asked = office.digest(), list[str]()
        event.listen(office.book.engines.writer, "before_cursor_execute", lambda *a: asked.append(a[2]))
        office.sync.apply(file)
        assert [statement for statement in asked if "FROM operation" in statement] == []
        assert office.digest() == digest


def test_a_file_that_comes_again_says_anew_how_far_its_maker_is(tmp_path: Path) -> None:
    with desks(tmp_path) as (laptop, office):
        first, *_others, last = files_of(laptop, tmp_path / "stick")
        claims = []
        for file in (first, last, first):
            done = office.sync.apply(file)
            with office.book.reading() as connection:
                claims.append(partners.addressee(connection, "").holds)
        assert claims[0] == claims[2] != claims[1]
        assert done.rows == frozenset()


def test_records_that_are_put_back_while_a_known_file_is_opened_get_it_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desks(tmp_path) as (laptop, office):
        (file, *_) = files_of(laptop, tmp_path / "stick")
        said = iter((True, False, False))  # it was applied; in the transaction no more
        monkeypatch.setattr(sync_import, "_was_applied", lambda _connection, _sha: next(said))
        done = office.sync.apply(file)
        assert len(done.rows) >= 5
        assert office.residents() == laptop.residents() & {*NAMES[1:5], NAMES[0] + "改"}
