"""Office mode: several desks on one server, each change seen by all, no update lost, and trouble told plainly."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from models import texts
from models.casebook import Casebook, ServerBackedUp
from models.clock import FixedClock, SystemClock
from models.errors import WrongPassphrase
from models.records.casework import NoteEntry
from models.records.fact import FactEntry
from models.records.resident import PhoneEntry
from models.security import keystore, password_store
from models.services.desk_place import NoOffice, OfficeThere, PasswordGone
from models.services.views import Worker
from models.store import engine as engines_of
from models.store.engine import SaveUnsure, ServerExhausted, StoreUnreachable
from models.store.rows import KEPT
from models.store.seen import ChangedMeanwhile
from models.store.server import (
    CertificateRefused,
    PlainRefused,
    ServerAddress,
    ServerRefused,
    ServerTooOld,
    address_of,
    sorted_refusal,
)
from tests import offices
from tests.conftest import NOW, OFFICE, PASSPHRASE, WORKER
from tests.models.casebooks import names_in
from tests.models.security.test_password_store import Store
from tests.models.services.people import five_people
from tests.postgres import Server

OTHER = Worker(name="张建国")


@pytest.fixture
def database(postgres: Server, office_database: str) -> Iterator[str]:
    """An office of the test's own."""
    name = postgres.make(office_database)
    yield name
    postgres.drop(name)


@pytest.fixture(scope="session")
def other_template(postgres: Server, office_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk of another worker, to be copied."""
    folder = tmp_path_factory.mktemp("template") / "other"
    return offices.desk(folder, postgres, office_database, PASSPHRASE, OTHER)


@pytest.fixture
def desk(
    postgres: Server, database: str, desk_template: Path, other_template: Path, tmp_path: Path
) -> Iterator[Callable[..., Casebook]]:
    """Opens a desk of the office: desk("one"); each keeps its own folder and has its own clock."""
    opened: list[Casebook] = []

    def open_one(name: str, worker: Worker = WORKER, minutes: int = 0) -> Casebook:
        folder = tmp_path / name
        if not folder.exists():
            offices.desk_like(desk_template if worker is WORKER else other_template, folder, postgres, database)
        clock = FixedClock(NOW)
        clock.move(minutes=minutes)
        opened.append(Casebook.open(folder, PASSPHRASE, clock=clock))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def two(desk: Callable[..., Casebook]) -> tuple[Casebook, Casebook]:
    """Two desks with five people on the register, both at the same moment of the log."""
    one, other = desk("one"), desk("other", OTHER, minutes=5)
    one.households.register(five_people())
    for each in (one, other):
        each.desks.news()
    return one, other


def kill_connections(server: Server, database: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))


def frozen(book: Casebook, who: str) -> bool:
    table = KEPT["resident"]
    with book._book.reading() as connection:
        return bool(connection.execute(select(table.c.frozen).where(table.c.id == who)).scalar())


# Founding, joining, signing in.


def test_an_office_is_founded_once_and_a_second_desk_joins_it(postgres: Server, tmp_path: Path) -> None:
    database = postgres.make()
    where = offices.address(postgres, database)
    more = {"server": where, "password": "", "clock": FixedClock(NOW), "cost": keystore.FLOOR}
    with pytest.raises(NoOffice):
        Casebook.create_office(tmp_path / "a", PASSPHRASE, worker=WORKER, **more)
    assert not (tmp_path / "a").exists()
    one = Casebook.create_office(tmp_path / "a", PASSPHRASE, worker=WORKER, office=OFFICE, **more)
    one.households.register(five_people())
    with pytest.raises(OfficeThere):
        Casebook.create_office(tmp_path / "b", PASSPHRASE, worker=OTHER, office=OFFICE, **more)
    other = Casebook.create_office(tmp_path / "b", PASSPHRASE, worker=OTHER, **more)
    assert (other.office, replace(other.worker, account=""), len(names_in(other))) == (OFFICE, OTHER, 5)
    assert other.server == where
    assert Casebook.exists(tmp_path / "b")
    one.close()
    other.close()
    postgres.drop(database)


def test_a_desk_is_opened_by_its_passphrase_and_holds_nothing_readable(desk: Callable[..., Casebook], tmp_path: Path):  # type: ignore[no-untyped-def]
    book = desk("one")
    book.drafts.save("visit", "1", "", "王秀英的走访", {"answers": {"note": "腿脚不便"}})
    book.close()
    with pytest.raises(WrongPassphrase):
        Casebook.open(tmp_path / "one", "another passphrase here")
    for path in (tmp_path / "one").iterdir():
        data = path.read_bytes()
        assert "王秀英".encode() not in data
        assert "周敏".encode() not in data or path.name.startswith("casebook.keys")


@pytest.mark.parametrize("has_store", [True, False])
def test_the_password_of_the_server_is_kept_by_the_computer_else_encrypted_at_the_desk(
    has_store: bool, postgres: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store()
    monkeypatch.setattr(password_store, "_of_this_computer", lambda: store if has_store else None)
    book = Casebook.create_office(
        tmp_path / "a",
        PASSPHRASE,
        server=offices.address(postgres, database),
        password="streng geheim",  # nobody's
        worker=WORKER,
        cost=keystore.FLOOR,
    )
    book.close()
    assert ("streng geheim" in store.kept.values()) is has_store
    for path in (tmp_path / "a").iterdir():
        assert b"geheim" not in path.read_bytes()
    Casebook.open(tmp_path / "a", PASSPHRASE).close()
    store.kept.clear()
    if has_store:
        with pytest.raises(PasswordGone):
            Casebook.open(tmp_path / "a", PASSPHRASE)
        Casebook.open_office(tmp_path / "a", PASSPHRASE, password="neu").close()
        assert "neu" in store.kept.values()


def test_a_role_without_special_rights_can_found_an_office(postgres: Server, tmp_path: Path) -> None:
    database = postgres.make()
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("DO $$ BEGIN CREATE ROLE jinmen_app LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
        connection.execute(f"ALTER DATABASE {database} OWNER TO jinmen_app")
    where = offices.address(postgres, database, "jinmen_app")
    book = Casebook.create_office(
        tmp_path / "a", PASSPHRASE, server=where, password="", worker=WORKER, office=OFFICE, cost=keystore.FLOOR
    )
    assert len(book.households.register(five_people()).ids) >= 0
    assert len(names_in(book)) == 5
    book.close()
    postgres.drop(database)


def test_a_server_that_does_not_answer_or_does_not_let_in_is_told_apart(postgres: Server, tmp_path: Path) -> None:
    def refused(where: ServerAddress) -> type[BaseException]:
        with pytest.raises(Exception) as trouble:  # which one is what is asked
            Casebook.create_office(tmp_path / "a", PASSPHRASE, server=where, password="", worker=WORKER)
        return trouble.type

    here = str(postgres.socket)
    assert refused(ServerAddress(here + "/none", "jinmen", "jinmen", tls="plain")) is StoreUnreachable
    assert refused(ServerAddress("127.0.0.1", "jinmen", "jinmen", port=1, tls="plain")) is StoreUnreachable
    assert refused(ServerAddress(here, "no_such_database", "jinmen", tls="plain")) is ServerRefused
    assert refused(ServerAddress("db.example", "jinmen", "jinmen", tls="plain")) is PlainRefused
    said = Exception("connection failed: root certificate file does not exist")
    assert isinstance(sorted_refusal(said), CertificateRefused)


def test_a_server_without_room_or_still_starting_does_not_ask_for_the_password_again(
    postgres: Server, tmp_path: Path
) -> None:
    database = postgres.make()
    with psycopg.connect(postgres.url(database), autocommit=True) as admin:
        admin.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        try:
            where = ServerAddress(str(postgres.socket), database, "crowded", tls="plain")
            with pytest.raises(ServerExhausted):
                Casebook.create_office(tmp_path / "a", PASSPHRASE, server=where, password="", worker=WORKER)
        finally:
            admin.execute("DROP ROLE crowded")
    postgres.drop(database)
    for said in ("FATAL:  sorry, too many clients already", "致命错误:  对不起, 已经有太多的客户"):
        assert isinstance(sorted_refusal(Exception(said)), ServerExhausted)
    for said in ("FATAL:  the database system is starting up", "致命错误:  数据库系统启动中"):
        assert isinstance(sorted_refusal(Exception(said)), StoreUnreachable)


def test_beyond_this_computer_the_certificate_is_always_checked() -> None:
    parameters = ServerAddress("db.example", "office", "desk1", certificate="/etc/office.crt").parameters("secret")
    assert (parameters["sslmode"], parameters["sslrootcert"]) == ("verify-full", "/etc/office.crt")
    assert address_of("postgresql://desk1@db.example/office")[0].tls == "verify-full"
    assert address_of("postgresql://desk1:pw@localhost:6432/office") == (
        ServerAddress("localhost", "office", "desk1", 6432, "plain"),
        "pw",
    )
    with pytest.raises(ValueError, match="address"):
        address_of("mysql://a@b/c")


def test_the_problems_of_an_office_have_sentences_in_both_languages(whole_catalogue: None) -> None:
    problems = (NoOffice(), OfficeThere(name="甲"), PasswordGone(), SaveUnsure(), ServerRefused(), CertificateRefused())
    for problem in (*problems, PlainRefused(), ServerTooOld(found=13, wanted=15), ChangedMeanwhile(disputed=())):
        for language in ("en", "zh_CN"):
            with texts.speaking(language):
                assert problem.sentence()


# Seeing what others change.


def test_a_desk_is_told_what_another_one_changed_and_not_what_it_changed_itself(
    two: tuple[Casebook, Casebook],
) -> None:
    one, other = two
    who = one.residents.ids()[0]
    home = one.households.of_resident(who)[0].id
    entry = one.residents.entry_of(who)
    made = one.residents.amend(who, entry.model_copy(update={"phones": (PhoneEntry(number="13820009999"),)}))
    assert one.desks.news() is None
    news = other.desks.news()
    assert news is not None
    assert news.entities == made.entities
    assert news.rows >= made.rows  # the resident too, whose phone it is
    assert other.desks.news() is None
    told = one.notes.write(NoteEntry(subject_kind="household", subject_id=home, text="楼下的狗"))
    news = other.desks.news()
    assert news is not None
    assert news.rows >= told.rows


def test_rules_installed_at_another_desk_are_in_force_here_too(two: tuple[Casebook, Casebook]) -> None:
    one, other = two
    before = other.packs.in_force() if hasattr(other.packs, "in_force") else other._book.in_force()
    with one._book.writing() as connection:  # what packs.install() writes last
        from models.services import policy_sets

        kept = policy_sets.keep_unsigned(connection, one._book.policies, worker="x", now=1)
        policy_sets.activate(connection, kept)
    news = other.desks.news()
    assert news is not None
    assert "policy_set" in news.entities
    assert other._book._in_force is None  # read anew when next asked
    assert other._book.in_force().policies.hash == before.policies.hash


def test_letter_numbers_of_all_desks_are_one_series(two: tuple[Casebook, Casebook]) -> None:
    from models.services.numbering import take_number

    numbers = []
    for book in (*two, *two):
        with book._book.verb("referrals.issue") as work:
            numbers.append(take_number(work, book._book).serial)

    def failing() -> None:
        with two[0]._book.verb("referrals.issue") as work:
            take_number(work, two[0]._book)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    with two[1]._book.verb("referrals.issue") as work:
        numbers.append(take_number(work, two[1]._book).serial)
    assert numbers == [1, 2, 3, 4, 5]


# No lost update.


def test_fields_that_one_form_left_alone_keep_what_the_other_desk_said(two: tuple[Casebook, Casebook]) -> None:
    one, other = two
    who = one.residents.ids()[0]
    seen, entry = other.desks.seen(), other.residents.entry_of(who)
    told = one.residents.entry_of(who).model_copy(
        update={"note": "耳背，请大声", "phones": (PhoneEntry(number="13820001111"),)}
    )
    one.residents.amend(who, told)
    other.desks.save(seen, lambda: other.residents.amend(who, entry.model_copy(update={"education": "70"})))
    now = other.residents.get(who)
    assert (now.note, now.education) == ("耳背，请大声", "70")
    assert len(now.phones) == 1


def test_a_phone_that_another_desk_took_away_does_not_come_back(two: tuple[Casebook, Casebook]) -> None:
    one, other = two
    who = one.residents.ids()[0]
    entry = one.residents.entry_of(who)
    one.residents.amend(who, entry.model_copy(update={"phones": (PhoneEntry(number="13820001111"),)}))
    seen, filled = other.desks.seen(), other.residents.entry_of(who)
    one.residents.amend(who, entry.model_copy(update={"phones": ()}))
    other.desks.save(seen, lambda: other.residents.amend(who, filled.model_copy(update={"note": "换号了"})))
    assert other.residents.get(who).phones == ()


def test_what_both_changed_waits_for_a_choice_and_nothing_is_written_before(
    two: tuple[Casebook, Casebook],
) -> None:
    one, other = two
    who = one.residents.ids()[0]
    seen, entry = other.desks.seen(), other.residents.entry_of(who)
    one.residents.amend(who, entry.model_copy(update={"note": "甲写的"}))
    mine = entry.model_copy(update={"note": "乙写的", "education": "70"})
    with pytest.raises(ChangedMeanwhile) as refused:
        other.desks.save(seen, lambda: other.residents.amend(who, mine))
    (disputed,) = refused.value.disputed
    assert (disputed.field, disputed.before, disputed.mine, disputed.theirs) == ("note", entry.note, "乙写的", "甲写的")
    assert disputed.worker == WORKER.name
    assert (other.residents.get(who).note, other.residents.get(who).education) == ("甲写的", entry.education)
    other.desks.save(seen, lambda: other.residents.amend(who, mine), {disputed.key: "theirs"})
    assert (other.residents.get(who).note, other.residents.get(who).education) == ("甲写的", "70")
    one.residents.amend(who, entry.model_copy(update={"note": "甲又写", "education": "70"}))
    with pytest.raises(ChangedMeanwhile):  # chosen was against another text
        other.desks.save(seen, lambda: other.residents.amend(who, mine), {disputed.key: "mine"})


def test_a_fact_that_another_desk_stated_otherwise_is_not_overruled_unseen(two: tuple[Casebook, Casebook]) -> None:
    one, other = two
    who = one.residents.ids()[0]
    seen = other.desks.seen()
    one.facts.record("resident", who, [FactEntry(name="hukou_tianjin", value=True)])
    mine = [FactEntry(name="hukou_tianjin", value=False)]
    with pytest.raises(ChangedMeanwhile) as refused:
        other.desks.save(seen, lambda: other.facts.record("resident", who, mine))
    (disputed,) = refused.value.disputed
    assert (disputed.field, disputed.mine, disputed.theirs) == ("hukou_tianjin", False, True)
    other.desks.save(seen, lambda: other.facts.record("resident", who, mine), {disputed.key: "mine"})
    value = next(fact.value for fact in one.facts.of(who) if fact.name == "hukou_tianjin")
    assert value is False


def test_two_pages_of_one_record_on_one_laptop_lose_nothing_either(casebook: Casebook) -> None:
    casebook.households.register(five_people())
    who = casebook.residents.ids()[0]
    seen, entry = casebook.desks.seen(), casebook.residents.entry_of(who)
    casebook.residents.amend(who, entry.model_copy(update={"note": "先写"}))
    with pytest.raises(ChangedMeanwhile):
        casebook.desks.save(seen, lambda: casebook.residents.amend(who, entry.model_copy(update={"note": "后写"})))
    casebook.desks.save(seen, lambda: casebook.residents.amend(who, entry))
    assert casebook.residents.get(who).note == "先写"


# Who has what open.


def test_a_record_that_is_open_at_another_desk_is_told_until_it_is_closed(
    two: tuple[Casebook, Casebook], postgres: Server, database: str
) -> None:
    one, other = two
    who = one.residents.ids()[0]
    one.settings.set("desk_name", "窗口2")
    assert one.desks.begin_editing("resident", who) == []
    (there,) = other.desks.begin_editing("resident", who)
    assert (there.worker, there.place, there.entity) == (WORKER.name, "窗口2", "resident")
    assert [each.worker for each in one.desks.still_editing()] == [OTHER.name]
    one.desks.end_editing(who)
    assert other.desks.others_at([who]) == []
    one.desks.begin_editing("resident", who)
    with psycopg.connect(postgres.url(database), autocommit=True) as connection:  # its battery is empty since
        connection.execute("UPDATE editing SET at = at - 130000 WHERE place = '窗口2'")
    assert other.desks.others_at([who]) == []


def test_a_desk_whose_clock_is_a_year_ahead_goes_by_that_of_the_server(
    desk: Callable[..., Casebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("one").close()
    right = SystemClock().now()
    monkeypatch.setattr(SystemClock, "now", lambda _clock: right + timedelta(days=365))
    book = Casebook.open(tmp_path / "one", PASSPHRASE)
    assert abs(book.clock.now() - right) < timedelta(minutes=5)
    assert book.desks.clock_off < -timedelta(days=364) / timedelta(milliseconds=1)
    book.close()


def test_a_deed_is_refused_where_anything_that_it_would_change_was_changed_since(
    two: tuple[Casebook, Casebook],
) -> None:
    one, other = two
    who = one.residents.ids()[0]
    seen = other.desks.seen()
    one.rights.freeze(who, "asked")
    with pytest.raises(ChangedMeanwhile):
        other.desks.save(seen, lambda: other.rights.release(who), strict=True)
    assert frozen(other, who)
    other.desks.save(other.desks.seen(), lambda: other.rights.release(who), strict=True)
    assert not frozen(other, who)


# What stays at the desk.


def test_drafts_are_of_the_desk_and_outlive_a_lost_server(
    desk: Callable[..., Casebook], postgres: Server, database: str
) -> None:
    one, other = desk("one"), desk("other", OTHER)
    kept = one.drafts.save("visit", "1", "", "走访", {"answers": {}})
    assert other.drafts.all() == []
    postgres.drop(database)
    with pytest.raises(StoreUnreachable):
        one.residents.ids()
    again = one.drafts.save("visit", "1", "", "走访", {"answers": {"note": "还在写"}}, draft_id=kept)
    assert one.drafts.get(again).body == {"answers": {"note": "还在写"}}


def test_drafts_about_an_erased_person_go_at_every_desk(two: tuple[Casebook, Casebook]) -> None:
    one, other = two
    who, neighbour = one.residents.ids()[:2]
    for book in two:
        book.drafts.save("note", "1", who, "草稿", {"answers": {}})
    left = other.drafts.save("note", "1", neighbour, "草稿", {"answers": {}})
    one.rights.erase(who, "asked")
    assert one.drafts.all() == []
    other.desks.news()
    assert [draft.id for draft in other.drafts.all()] == [left]


def test_the_print_queue_of_one_desk_is_left_alone_by_the_start_of_another(two: tuple[Casebook, Casebook]) -> None:
    from models.services.print_queue import Wish

    one, other = two
    job = one.print_queue.enqueue("纸", [Wish("notice", "x")], printer="p", options={})
    one.print_queue.begin(job)
    assert other.print_queue.recover().waiting == 0
    assert (other.print_queue.jobs(), one.print_queue.job(job).status) == ([], "printing")
    assert one.print_queue.recover().waiting == 1


def test_a_desk_makes_no_backup_and_says_who_does(desk: Callable[..., Casebook]) -> None:
    book = desk("one")
    assert book.daily_backup() is None
    with pytest.raises(ServerBackedUp):
        book.back_up()


# A connection that breaks.


def test_work_goes_on_after_the_server_was_away(
    two: tuple[Casebook, Casebook], postgres: Server, database: str
) -> None:
    one, _other = two
    kill_connections(postgres, database)
    assert len(one.residents.ids()) == 5

    def half_way() -> None:
        with one._book.verb("x") as work:
            work.add("resident", {"name": "半途"})
            work.flush()
            kill_connections(postgres, database)
            work.add("resident", {"name": "半途"})
            work.flush()

    with pytest.raises(StoreUnreachable):
        half_way()
    assert len(names_in(one)) == 5


def test_a_commit_that_nobody_answered_is_asked_for_and_said_to_be_done_or_not(
    two: tuple[Casebook, Casebook], postgres: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _other = two
    dialect = one._book.engines.writer.dialect
    commit, when = dialect.do_commit, {"first": True}

    def broken(connection: object) -> None:
        if when["first"]:
            commit(connection)
        kill_connections(postgres, database)
        commit(connection) if not when["first"] else connection.execute("SELECT 1")  # type: ignore[attr-defined]

    monkeypatch.setattr(dialect, "do_commit", broken)
    with one._book.verb("x") as work:  # it was committed, only the answer was lost
        work.add("resident", {"name": "已存"})
    when["first"] = False
    with pytest.raises(StoreUnreachable), one._book.verb("x") as work:
        work.add("resident", {"name": "未存"})
    monkeypatch.setattr(engines_of, "_ASK_AFTER", 0.0)
    when["first"] = True
    monkeypatch.setattr(engines_of, "_was_committed", lambda *_: (_ for _ in ()).throw(SaveUnsure()))
    with pytest.raises(SaveUnsure), one._book.verb("x") as work:
        work.add("resident", {"name": "不明"})
    monkeypatch.undo()
    assert {"已存", "不明"} <= names_in(one)
    assert "未存" not in names_in(one)


def test_a_database_that_was_restored_into_another_one_begins_a_new_chain(
    desk: Callable[..., Casebook], postgres: Server, database: str, tmp_path: Path, desk_template: Path
) -> None:
    one = desk("one")
    one.households.register(five_people())
    before = one.sync.status().device
    one.close()
    copy = postgres.make(database)
    folder = offices.desk_like(desk_template, tmp_path / "copy", postgres, copy)
    again = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    assert again.sync.status().device != before
    assert len(names_in(again)) == 5
    again.close()
    postgres.drop(copy)
