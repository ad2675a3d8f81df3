"""What comes down: the records of a laptop's communities, and no others; nothing is lost, sent back, or hidden."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from models import texts
from models.services.rights import Rights
from models.services.upkeep import Upkeep
from models.services.views import Office
from models.store import down, down_got, importing, migrate
from models.store.rows import KEPT
from models.store.work import read_meta
from models.sync import stream
from tests.models.sync.offices import Desk, open_book
from tests.models.sync.town import (
    FLOWER,
    LAKE,
    OPERATIONS,
    Town,
    moves,
    notes,
    put_back,
    rebuilt_equal,
    saved,
    settles,
    visits,
    who,
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with texts.speaking("en"):
        yield


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:

        def open_desk(name: str, office: Office) -> Desk:
            (tmp_path / name).mkdir()
            desk = Desk(open_book(tmp_path / name, office))
            stack.callback(lambda: desk.book.engines.close())
            return desk

        yield Town(tmp_path, open_desk)


def test_a_laptop_gets_its_community_and_nothing_of_another(town: Town) -> None:
    settles(town.office, "王秀英", "王小明")
    home = settles(town.office, "李建国", community=LAKE)
    visits(town.office, home, "湖滨的事")
    town.down(town.flower)
    town.down(town.lake)
    assert town.flower.residents() == {"王秀英", "王小明"}
    assert town.lake.residents() == {"李建国"}
    assert notes(town.lake) == {"湖滨的事"}
    assert notes(town.flower) == set()
    assert rebuilt_equal(town.flower)


def test_whoever_keeps_the_server_sees_what_each_laptop_lacks_of_its_scope(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "version", lambda _engines: "")  # these tables were made without migrations
    settles(town.office, "王秀英", "王小明")  # six changes
    settles(town.office, "李建国", community=LAKE)  # four
    town.down(town.flower)
    town.answer(town.flower)
    lacking = {side.name: side.lacking for side in Upkeep(town.office.book).figures().peers}
    assert lacking == {"花园路社区": 0, "湖滨社区": 4}


def test_a_street_gets_all_of_its_communities_by_the_digits_that_they_share(town: Town) -> None:
    settles(town.office, "王秀英")
    settles(town.office, "李建国", community=LAKE)
    settles(town.office, "张桂兰", community="120101002001")
    town.office.sync.set_scope(town.flower.sync.own_card().id, ["120101001"])
    town.down(town.flower)
    assert town.flower.residents() == {"王秀英", "李建国"}


def test_an_ordinary_day_sends_only_the_news(town: Town) -> None:
    home = settles(town.office, "王秀英")
    assert town.down(town.flower) == [4]
    town.answer(town.flower)
    assert town.down(town.flower) == []
    visits(town.office, home)
    settles(town.office, "李建国", community=LAKE)
    assert town.down(town.flower) == [1]


def test_what_the_laptop_made_itself_is_not_sent_down_and_what_came_down_is_not_sent_up(town: Town) -> None:
    home = settles(town.flower, "王秀英")
    assert town.up(town.flower) == [4]
    visits(town.office, home, "街道的话")
    assert town.down(town.flower) == [1]
    town.answer(town.flower)
    assert town.up(town.flower) == []
    visits(town.flower, home, "社区的话")
    assert town.up(town.flower) == [1]
    assert town.down(town.flower) == []
    assert notes(town.flower) == notes(town.office) == {"街道的话", "社区的话"}


def test_changes_that_cross_meet_on_both_sides(town: Town) -> None:
    settles(town.flower, "王秀英")
    town.up(town.flower)
    person = who(town.office, "王秀英")
    town.office.amends(person, note="街道")
    town.flower.amends(person, note="社区")
    town.down(town.flower)
    town.up(town.flower)
    town.down(town.flower)
    assert town.flower.digest() == town.office.digest()


def test_a_lost_stick_is_made_up_for_and_a_file_may_come_twice_or_in_any_order(town: Town, monkeypatch) -> None:
    monkeypatch.setattr("models.sync.batch.MAX_OPERATIONS", 2)
    for name in ("王秀英", "李建国", "张桂兰"):
        settles(town.office, name)
    files = town.down(town.flower, lose=1, backwards=True)
    assert sum(files) == 10
    assert town.flower.sync.streams()[0].waiting > 0, "files are here that those before them are missing for"
    peer = town.flower.sync.own_card().id
    shown = [town.flower.sync.preview(path).lines[-1] for path in town.office.sync.export(town.stick(), to=peer)]
    assert [line.startswith("files of the office") for line in shown] == [False, True, True, True, True, True]
    town.answer(town.flower)
    town.down(town.flower)
    (stream_in,) = town.flower.sync.streams()
    assert (stream_in.waiting, stream_in.anew) == (0, False)
    assert town.flower.digest() == town.office.digest()
    town.answer(town.flower)
    assert town.down(town.flower) == []


def test_two_exports_without_an_answer_are_one_stream(town: Town) -> None:
    home = settles(town.office, "王秀英")
    town.down(town.flower)
    visits(town.office, home, "一")
    moves(town.office, home, LAKE)
    assert town.down(town.flower) == [4], "nothing was confirmed, so everything goes again"
    town.answer(town.flower)
    assert not town.flower.sync.streams()[0].anew
    assert town.down(town.flower) == []


def test_a_household_that_comes_brings_its_history_and_one_that_left_is_marked_and_kept(town: Town) -> None:
    home = settles(town.office, "王秀英")
    visits(town.office, home, "搬家以前")
    town.down(town.flower)
    town.answer(town.flower)
    moves(town.office, home, LAKE)
    town.down(town.flower)
    town.down(town.lake)
    assert town.lake.residents() == {"王秀英"}
    assert notes(town.lake) == {"搬家以前"}
    assert town.flower.residents() == {"王秀英"}, "not removed"
    assert {(one.entity, one.name) for one in town.flower.sync.departed()} == {
        ("household", "王秀英"),
        ("resident", "王秀英"),
    }
    (office,) = town.flower.sync.peers()
    assert town.flower.sync.departed_counts() == {office.id: 1}, "people are counted"
    rows = [one.row for one in town.flower.sync.departed()]
    (left,) = town.flower.sync.departed_from(rows)
    assert (left.office, left.at) == (office.name, town.flower.sync.departed()[0].at)
    assert town.flower.sync.departed_from(["somebody else"]) == []
    town.answer(town.flower)
    visits(town.office, home, "在湖滨")
    town.down(town.flower)
    assert notes(town.flower) == {"搬家以前"}, "and brought up to date no more"
    moves(town.office, home, FLOWER)
    town.down(town.flower)
    assert notes(town.flower) == {"搬家以前", "在湖滨"}
    assert town.flower.sync.departed() == []
    assert town.flower.sync.departed_counts() == {}


def test_word_of_who_left_survives_a_lost_stick(town: Town) -> None:
    home = settles(town.office, "王秀英")
    town.down(town.flower)
    town.answer(town.flower)
    moves(town.office, home, LAKE)
    town.office.sync.export(town.stick(), to=town.flower.sync.own_card().id)  # lost
    town.down(town.flower)
    assert len(town.flower.sync.departed()) == 2


def test_a_narrower_scope_takes_nothing_away_and_a_wider_one_brings_what_was_missing(town: Town) -> None:
    settles(town.office, "王秀英")
    settles(town.office, "李建国", community=LAKE)
    peer = town.flower.sync.own_card().id
    town.down(town.flower)
    town.answer(town.flower)
    town.office.sync.set_scope(peer, [FLOWER, LAKE])
    assert sum(town.down(town.flower)) == 4
    town.answer(town.flower)
    town.office.sync.set_scope(peer, [LAKE])
    town.down(town.flower)
    assert town.flower.residents() == {"王秀英", "李建国"}
    assert {one.name for one in town.flower.sync.departed()} == {"王秀英"}
    with pytest.raises(ValueError, match="codes"):
        town.office.sync.set_scope(peer, ["1201"])


def test_an_office_put_back_from_a_backup_gets_back_what_it_lost_even_what_had_come_down(
    town: Town, tmp_path: Path
) -> None:
    home = settles(town.lake, "王秀英")
    town.up(town.lake)
    moves(town.office, home, FLOWER)
    town.down(town.flower)
    town.answer(town.flower)
    saved(town.office, tmp_path / "old.db")
    visits(town.office, home, "备份以后")
    town.down(town.flower)
    put_back(town.office, tmp_path / "old.db")
    assert notes(town.office) == set()
    visits(town.office, home, "恢复以后")
    town.down(town.flower)  # the numbers of the lost files are used again
    town.answer(town.flower)  # what it names is unknown at the office: it begins anew
    town.down(town.flower)
    town.up(town.flower)
    assert notes(town.office) == {"备份以后", "恢复以后"} == notes(town.flower)
    town.answer(town.flower)
    town.down(town.flower)
    assert not town.flower.sync.streams()[0].anew


def test_an_office_that_lost_a_file_of_the_stream_and_used_its_number_again_is_found_out_by_the_digest(
    town: Town, tmp_path: Path, monkeypatch
) -> None:
    home = settles(town.office, "王秀英")
    town.down(town.flower)
    town.answer(town.flower)
    saved(town.office, tmp_path / "old.db")
    visits(town.office, home, "丢失")
    town.down(town.flower)
    put_back(town.office, tmp_path / "old.db")
    with town.office.book.writing() as connection:  # the very marks again, so that nothing but the digest can tell
        before = down.state_of(connection, town.flower.sync.own_card().id)["out"]["no"]
    with town.flower.book.reading() as connection:
        said = down_got.got(connection, town.office.sync.own_card().id)
    assert said is not None
    assert said.at[0] == before + 1
    marks = iter([said.at[1]])
    monkeypatch.setattr(down, "new_id", lambda: next(marks))
    visits(town.office, home, "重做")
    town.office.sync.export(town.stick(), to=town.flower.sync.own_card().id)  # lost
    monkeypatch.undo()
    town.answer(town.flower)
    town.down(town.flower)
    assert notes(town.flower) == {"丢失", "重做"}


def test_a_laptop_put_back_from_a_backup_gets_its_own_lost_changes_again(town: Town, tmp_path: Path) -> None:
    home = settles(town.flower, "王秀英")
    town.up(town.flower)
    town.down(town.flower)
    town.answer(town.flower)
    saved(town.flower, tmp_path / "old.db")
    visits(town.flower, home, "备份以后")
    town.up(town.flower)
    visits(town.office, home, "街道")
    town.down(town.flower)
    town.answer(town.flower)
    put_back(town.flower, tmp_path / "old.db")
    with town.flower.book.reading() as connection:
        device = read_meta(connection, "device")["id"]
    town.answer(town.flower)
    town.down(town.flower)
    assert notes(town.flower) == {"备份以后", "街道"}
    with town.flower.book.reading() as connection:
        assert read_meta(connection, "device")["id"] != device
    assert town.flower.digest() == town.office.digest()


def test_two_copies_of_one_laptop_both_come_to_hold_everything(town: Town, tmp_path: Path) -> None:
    home = settles(town.flower, "王秀英")
    town.up(town.flower)
    saved(town.flower, tmp_path / "copy.db")
    visits(town.flower, home, "甲")
    town.up(town.flower)
    town.down(town.flower)
    town.answer(town.flower)
    put_back(town.flower, tmp_path / "copy.db")  # the other copy
    visits(town.flower, home, "乙")
    town.up(town.flower)
    town.down(town.flower)
    town.up(town.flower)
    assert notes(town.flower) == notes(town.office) == {"甲", "乙"}


def test_templates_blocks_and_erasures_reach_everybody(town: Town) -> None:
    with town.office.book.verb("templates.add") as work:
        work.add("paper_template", {"paper": "referral", "name": "街道版"})
        work.add("number_block", {"series": "劝业社", "first": 1, "last": 50})
        work.add("erasure", {"subject_hash": "0" * 64, "salt": "00"})
    assert town.down(town.lake) == [3]


def test_the_outcome_of_a_referral_comes_back_to_who_wrote_it(town: Town) -> None:
    home = settles(town.flower, "王秀英")
    with town.flower.book.verb("referrals.issue") as work:
        referral = work.add("referral", {"resident_id": who(town.flower, "王秀英"), "status": "issued"})
    town.up(town.flower)
    moves(town.office, home, LAKE)
    with town.office.book.verb("referrals.close") as work:
        work.amend("referral", referral, {"status": "granted"})
    town.down(town.flower)
    with town.flower.book.reading() as connection:
        assert connection.execute(select(KEPT["referral"].c.status)).scalar() == "granted"


def test_a_case_handed_over_to_an_office_of_the_scope_comes_with_its_history(town: Town) -> None:
    home = settles(town.office, "王秀英")
    visits(town.office, home, "以前")
    with town.office.book.verb("transfers.take") as work:
        work.add("case_transfer", {"household_id": home, "to_office": LAKE, "status": "handed_over"})
    town.down(town.lake)
    assert town.lake.residents() == {"王秀英"}
    assert notes(town.lake) == {"以前"}


def test_a_removal_travels_though_the_record_left_the_scope(town: Town) -> None:
    home = settles(town.office, "王秀英")
    visit = visits(town.office, home, "误记")
    town.down(town.flower)
    town.answer(town.flower)
    with town.office.book.verb("visits.remove") as work:
        work.amend("visit", visit, {"dead": True, "household_id": ""})
    assert town.down(town.flower) == [1]


def test_a_record_of_a_kind_that_this_program_does_not_know_goes_by_its_office(town: Town) -> None:
    settles(town.flower, "王秀英")
    with town.flower.book.reading() as connection:
        row = dict(connection.execute(select(OPERATIONS)).mappings().first() or {})
    later = {**row, "entity": "telegram", "row": "t1", "device": "newer", "seq": 1, "prev": ""}
    from models.sync.content import operation_id

    later["id"] = operation_id(later)
    with town.office.book.verb("sync.apply") as work:
        importing.apply(work.connection, importing.plan(work.connection, [later]))
    assert town.down(town.flower) == [1]
    assert town.down(town.lake) == []


def test_a_stopped_stream_is_continued_on_the_same_stick(town: Town, monkeypatch) -> None:
    monkeypatch.setattr("models.sync.batch.MAX_OPERATIONS", 2)
    for name in ("王秀英", "李建国", "张桂兰"):
        settles(town.office, name)
    peer, stick, asked = town.flower.sync.own_card().id, town.stick(), []

    def twice() -> bool:
        asked.append(1)
        return len(asked) > 2

    first = town.office.sync.send(stick, cancelled=twice, to=peer)
    assert (len(first.files), first.left) == (2, 8)
    again = town.office.sync.send(stick, to=peer)
    assert (len(again.kept), len(again.files), again.left) == (2, 4, 0)
    for path in (*again.kept, *again.files):
        town.flower.sync.apply(path)
    assert town.flower.digest() == town.office.digest()
    assert not town.flower.sync.streams()[0].anew
    assert town.office.sync.outgoing(to=peer, folder=stick).changes == 12
    assert town.office.sync.outgoing(to=peer, folder=stick).kept_changes == 12


def test_only_the_scope_is_asked_for_and_the_news_not_by_reading_whole_tables(town: Town) -> None:
    from tests.models.store.plans import watching

    home = settles(town.office, "王秀英")
    town.down(town.flower)
    town.answer(town.flower)
    visits(town.office, home)
    with watching(town.office.book.engines) as watch, town.office.book.reading() as connection:
        peer = town.flower.sync.own_card().id
        found = down.waiting(connection, peer, [FLOWER], {})
    assert len(found.references) == 1
    assert watch.whole() == {}


def test_a_laptop_to_which_something_does_not_fit_asks_for_everything_anew_though_it_has_nothing_to_say(
    town: Town,
) -> None:
    settles(town.office, "李建国", community=LAKE)  # so that no version vector tells of what comes down
    settles(town.office, "王秀英")
    town.down(town.flower)
    assert town.up(town.flower) == []
    peer, office = town.flower.sync.own_card().id, town.office.sync.own_card().id
    with town.flower.book.writing() as connection:
        down.keep_state(connection, office, **{"in": {**down.state_of(connection, office)["in"], "anew": True}})
    assert town.up(town.flower) == [0]
    with town.office.book.reading() as connection:
        assert down.resumes_from(connection, peer) is None
    assert town.down(town.flower) == [4]
    assert not town.flower.sync.streams()[0].anew
    assert town.up(town.flower) == []


def test_a_digest_is_the_same_however_the_set_was_cut() -> None:
    ids = ["f" * 64, "0" * 63 + "1", "a" * 64]
    assert stream.set_digest(stream.sum_of(ids)) == stream.set_digest(stream.sum_of(reversed(ids)))
    assert stream.set_digest(stream.sum_of(["f" * 64, "0" * 63 + "1"])) == "0" * 64
    assert stream.agree("x", "x", "", "a" * 64)
    assert not stream.agree("x", "x", "b" * 64, "a" * 64)
    assert not stream.agree("x", "y", "", "")


def told(desk: Desk) -> str:
    with desk.book.reading() as connection:
        tables = [list(connection.execute(KEPT[entity].select())) for entity in ("resident", "membership", "visit")]
        return str([tables, list(connection.execute(select(OPERATIONS.c.fields)))])


def test_an_erasure_goes_up_and_down_and_blanks_the_values_at_every_node_and_in_later_files(town: Town) -> None:
    home = settles(town.flower, "王秀英", "王小明")
    person = who(town.flower, "王秀英")
    town.up(town.flower)
    late = town.office.sync.export(town.stick(), to=town.flower.sync.own_card().id)
    moves(town.office, home, LAKE)
    town.down(town.lake)
    assert "王秀英" in told(town.lake)
    Rights(town.flower.book).erase(person, "asked")
    town.up(town.flower)
    town.down(town.lake)
    for desk in (town.flower, town.office, town.lake):
        assert "王秀英" not in told(desk)
        assert desk.residents() >= {"王小明"}
    for path in late:  # written before, with the name in it
        town.flower.sync.apply(path)
    assert "王秀英" not in told(town.flower)
    town.office.sync.set_scope(town.flower.sync.own_card().id, ["120101001"])
    town.down(town.flower)
    assert "王秀英" not in told(town.flower)


def test_an_erasure_at_the_office_reaches_a_laptop_that_was_put_back_from_a_backup(town: Town, tmp_path: Path) -> None:
    settles(town.office, "王秀英", "王小明")
    town.down(town.flower)
    town.answer(town.flower)
    saved(town.flower, tmp_path / "old.db")
    Rights(town.office.book).erase(who(town.office, "王秀英"), "asked")
    town.down(town.flower)
    assert "王秀英" not in told(town.flower)
    town.answer(town.flower)
    put_back(town.flower, tmp_path / "old.db")
    assert "王秀英" in told(town.flower)
    town.answer(town.flower)
    town.down(town.flower)
    assert "王秀英" not in told(town.flower)
    assert town.flower.residents() >= {"王小明"}


def test_between_offices_everything_goes_up_and_corrections_come_down_to_the_laptop(town: Town, tmp_path: Path) -> None:
    district = town.open_desk("district", Office(code="120101", name="和平区", letter_mark="和平"))
    stick = town.stick()
    district.sync.trust_card(town.office.sync.write_card(stick))
    town.office.sync.trust_card(district.sync.write_card(stick))
    street, above = town.office.sync.own_card().id, district.sync.own_card().id
    district.sync.set_scope(street, ["120101001"])
    settles(town.flower, "王秀英")
    settles(district, "李四", community="120101003001")
    town.up(town.flower)
    for path in town.office.sync.export(stick, to=above):
        district.sync.apply(path)
    assert district.residents() == {"王秀英", "李四"}
    district.amends(who(district, "王秀英"), note="区里更正")
    files = district.sync.export(stick, to=street)
    assert [town.office.sync.preview(path).operations for path in files] == [1], "what the street holds is left out"
    for path in files:
        town.office.sync.apply(path)
    town.down(town.flower)
    for desk in (town.office, town.flower):
        assert desk.residents() == {"王秀英"}
        with desk.book.reading() as connection:
            assert connection.execute(select(KEPT["resident"].c.note)).scalar() == "区里更正"
    again = town.office.sync.export(town.stick(), to=above)
    assert sum(district.sync.preview(path).operations for path in again) == 0, "it is not sent back up"
