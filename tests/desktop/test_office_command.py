"""`run office`: an office on a server without a screen, founded, fed, asked and looked through."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from desktop import office_command, office_inbox
from models.casebook import Casebook
from models.errors import CannotRead
from models.security import keystore
from models.store.engine import StoreUnreachable
from tests.conftest import OFFICE, PASSPHRASE, WORKER
from tests.models.services.people import five_people
from tests.postgres import Server

STREET = ("--code", "120101001", "--name", "劝业场街道办事处", "--mark", "劝业")


@pytest.fixture
def database(postgres: Server, migrated_database: str):  # type: ignore[no-untyped-def]
    name = postgres.make(migrated_database)  # tables and no office: making them anew each time takes seconds
    yield name
    postgres.drop(name)


@pytest.fixture
def office(postgres: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):  # type: ignore[no-untyped-def]
    """Runs a command on an empty database: office("status") gives the exit code and what was printed, as JSON."""
    config = tmp_path / "office.toml"
    config.write_text(f'folder = "{tmp_path / "service"}"\n', "utf-8")
    monkeypatch.setenv("JINMEN_SERVER", f"postgresql://jinmen@/{database}?host={postgres.socket}")
    monkeypatch.setenv("JINMEN_OFFICE_CONFIG", str(config))
    monkeypatch.setenv("JINMEN_DATA", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, list[dict[str, object]], str]:
        code = office_command.main([*map(str, words), "--json", "--language", "en"])
        printed = capsys.readouterr()
        return code, [json.loads(line) for line in printed.out.splitlines()], printed.err

    return run


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Casebook]:
    """A community's casebook, with five people to send."""
    book = Casebook.create(tmp_path / "laptop", PASSPHRASE, office=OFFICE, worker=WORKER, cost=keystore.FLOOR)
    book.households.register(five_people())
    yield book
    book.close()


def befriend(office, laptop: Casebook, folder: Path) -> None:  # type: ignore[no-untyped-def]
    """Each has the other's card."""
    folder.mkdir(exist_ok=True)
    code, (said,), _err = office("init", *STREET, "--card", folder, "--readable")
    assert code == 0
    laptop.sync.trust_card(Path(str(said["card"])))
    card = laptop.sync.write_card(folder)
    code, _said, err = office("trust", card, "--fingerprint", "0000 0000")
    assert (code, "fingerprint" in err) == (2, True)
    assert office("trust", card, "--fingerprint", laptop.sync.own_card().fingerprint)[0] == 0


def test_an_office_takes_in_what_waits_and_moves_the_rest_aside_with_the_reason(  # type: ignore[no-untyped-def]
    office, laptop: Casebook, tmp_path: Path
) -> None:
    befriend(office, laptop, tmp_path / "cards")
    box = tmp_path / "box"
    box.mkdir()
    files = laptop.sync.export(box)
    (box / "notes.txt").write_text("not ours")
    cards = {Path(shutil.copy(card, box)).name for card in (tmp_path / "cards").iterdir()}
    broken = box / ("broken" + files[0].suffix)
    data = bytearray(files[0].read_bytes())
    data[-40] ^= 1
    broken.write_bytes(data)
    code, said, _err = office("import", box)
    assert code == 1
    told = {str(one["file"]): one for one in said}
    assert told[files[0].name]["new"]
    assert told[files[0].name]["reason"] == ""
    assert told[broken.name]["reason"] in ("damaged", "bad_signature")
    assert {path.name for path in box.iterdir()} == {"notes.txt", "refused", "taken", *cards}, "people decide on cards"
    assert sorted(path.name for path in (box / "refused").iterdir()) == [broken.name, broken.name + ".reason.txt"]
    shutil.move(box / "taken" / files[0].name, box / files[0].name)
    code, said, _err = office("import", box)
    assert (code, [one["new"] for one in said]) == (0, [0])

    code, (status,), _err = office("status")
    assert code == 0
    assert status["records"]["resident"] == 5  # type: ignore[index]
    assert (status["conflicts"], status["holes"]) == (0, [])
    (peer,) = status["peers"]  # type: ignore[misc]
    assert peer["lacking"] >= 0  # type: ignore[index]
    code, _files, _err = office("export", "--to", peer["name"], tmp_path / "out")  # type: ignore[index]
    assert code == 0
    code, _said, err = office("export", "--to", "nobody", tmp_path / "out")
    assert (code, "no such partner" in err) == (2, True)


def test_a_changed_operation_and_a_changed_row_are_found(  # type: ignore[no-untyped-def]
    office, laptop: Casebook, tmp_path: Path, postgres: Server, database: str
) -> None:
    befriend(office, laptop, tmp_path / "cards")
    (tmp_path / "box").mkdir()
    laptop.sync.export(tmp_path / "box")
    assert office("import", tmp_path / "box")[0] == 0
    code, (sound,), _err = office("verify")
    assert (code, sound["false"]) == (0, 0)
    code, (made,), _err = office("rebuild")
    assert (code, made["equal"], made["digest"]) == (0, True, sound["digest"])
    with psycopg.connect(postgres.url(database), autocommit=True) as connection:
        connection.execute("UPDATE resident SET name = '别人' WHERE id = (SELECT min(id) FROM resident)")
    code, (made,), _err = office("rebuild")
    assert (code, made["equal"], made["digest"]) == (1, False, sound["digest"])
    with psycopg.connect(postgres.url(database), autocommit=True) as connection:
        connection.execute("UPDATE operation SET worker = '别人' WHERE id = (SELECT min(id) FROM operation)")
    code, (false,), _err = office("verify")
    assert (code, false["false"], false["sound"]) == (1, 1, False)


def test_no_secret_is_taken_from_the_command_line_or_printed(office, capsys) -> None:  # type: ignore[no-untyped-def]
    code = office_command.main(["status", "--server", "postgresql://a:topsecret@localhost/b", "--language", "en"])
    said = capsys.readouterr()
    assert code == 2
    assert "topsecret" not in said.out + said.err
    code = office_command.main(["status", "--server", "postgresql://a@db.example/b?sslmode=disable"])
    assert code == 2
    assert office("init", "--code", "120101", "--name", "x", "--mark", "x")[0] == 2
    assert office("status")[0] == 2  # no office in it yet


def test_an_office_is_founded_with_its_columns_sealed_and_opens_with_its_phrase_alone(  # type: ignore[no-untyped-def]
    office, monkeypatch: pytest.MonkeyPatch, postgres: Server, database: str
) -> None:
    monkeypatch.setenv("JINMEN_OFFICE_PHRASE", "办公室 一起 记住 的 话")
    assert office("init", *STREET, "--readable")[0] == 2  # a phrase, and the word that there is none
    code, (said,), _err = office("init", *STREET, "--by-street")
    assert code == 0
    assert said["partitioned"] == 0
    code, (status,), _err = office("status")
    assert (code, status["partitioned"]) == (0, False)
    monkeypatch.setenv("JINMEN_OFFICE_PHRASE", "another phrase altogether")
    assert office("status")[0] == 2
    assert office("init", *STREET)[0] == 2


def test_the_phrase_of_an_office_is_changed_at_the_keyboard(office, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    old, new = "办公室 一起 记住 的 话", "窗口 明年 换成 这 句"
    monkeypatch.setenv("JINMEN_OFFICE_PHRASE", old)
    assert office("init", *STREET)[0] == 0

    def typed(*words: str) -> tuple[int, str]:
        left = list(words)
        monkeypatch.setattr("getpass.getpass", lambda _asked: left.pop(0))
        code, _said, err = office("phrase")
        return code, err

    assert "in two ways" in typed(old, new, new + "。")[1]
    assert "No phrase was given" in typed(old, "", "")[1]
    assert "does not open it" in typed("some other phrase", new, new)[1]
    assert "too easy" in typed(old, "short", "short")[1]
    assert office("status")[0] == 0, "nothing was changed so far"
    assert typed(old, new, new) == (0, "")
    assert office("status")[0] == 2
    monkeypatch.setenv("JINMEN_OFFICE_PHRASE", new)
    assert office("status")[0] == 0


def test_an_office_that_is_not_sealed_has_no_phrase_to_change(office, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert office("init", *STREET, "--readable")[0] == 0
    monkeypatch.setattr("getpass.getpass", lambda _asked: "窗口 明年 换成 这 句")
    code, _said, err = office("phrase")
    assert (code, "not sealed" in err) == (2, True)


def test_two_imports_into_one_server_take_turns(office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert office("init", *STREET, "--readable")[0] == 0
    parser, order = office_command._parser(), list[str]()
    given = parser.parse_args(["status"])
    one, other = (office_command._opened(given, office_command._configured(given)) for _ in range(2))
    inside, waiting = threading.Event(), threading.Event()

    def second() -> None:
        inside.wait(30)
        waiting.set()
        with other.upkeep.turn():
            order.append("other")

    thread = threading.Thread(target=second)
    thread.start()
    with one.upkeep.turn():
        inside.set()
        assert waiting.wait(30)
        with one._book.reading() as connection:  # until the server says that the other one waits
            asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while not connection.exec_driver_sql(asked).scalar():
                assert thread.is_alive()
        order.append("one")
    thread.join(30)
    assert order == ["one", "other"]
    one.close()
    other.close()


def test_the_figures_are_told_in_the_language_of_the_caller(office, laptop: Casebook, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    befriend(office, laptop, tmp_path / "cards")
    (tmp_path / "box").mkdir()
    laptop.sync.export(tmp_path / "box")
    assert office("import", tmp_path / "box")[0] == 0
    assert office_command.main(["status", "--language", "en"]) == 0
    said = capsys.readouterr().out
    for line in (
        "Residents: 5",
        "No longer brought up to date from above: 0",
        "(computer of a worker, ",
        "a file was taken in",
    ):
        assert line in said, line
    for word in ("resident:", "device,", " in applied "):
        assert word not in said, word


def test_a_watching_import_waits_for_whole_files_and_for_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stand-in for the casebook: what is looked at is when a file is taken and when the service ends."""
    box, stop, told = tmp_path / "box", threading.Event(), list[office_inbox.Outcome]()
    box.mkdir()
    path = box / "one"
    path.write_bytes(b"half")
    looks = 0

    def in_order(_casebook: object, _folder: Path, ready: list[Path]) -> list[Path]:
        nonlocal looks
        looks += 1
        if looks == 1:
            assert ready == []  # seen for the first time: it may still be on its way
            path.write_bytes(b"half and half")
        elif looks == 2:
            assert ready == []  # it grew
        elif looks == 3:
            raise StoreUnreachable
        else:
            stop.set()
        return ready

    monkeypatch.setattr(office_inbox, "_in_order", in_order)
    office_inbox.run(None, box, told.append, stop, 0.001)  # type: ignore[arg-type]
    assert looks == 4
    monkeypatch.setattr(office_inbox, "_in_order", lambda *_: (_ for _ in ()).throw(StoreUnreachable()))
    with pytest.raises(StoreUnreachable):
        office_inbox.run(None, box, told.append, threading.Event())  # type: ignore[arg-type]


def test_what_is_named_relatively_lies_where_the_caller_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher starts the program in a folder of its own."""
    monkeypatch.setenv("JINMEN_CALLED_FROM", str(tmp_path))
    monkeypatch.setenv("JINMEN_OFFICE_CONFIG", "office.toml")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    (tmp_path / "office.toml").write_text('password_file = "password.txt"\n')
    (tmp_path / "password.txt").write_text("geheim\n")
    given = office_command._parser().parse_args(["status"])
    config = office_command._configured(given)
    assert office_command._secret("PGPASSWORD", config, "password_file") == "geheim"


def test_the_same_commands_work_on_a_casebook_of_this_computer(  # type: ignore[no-untyped-def]
    casebook_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setenv("JINMEN_PASSPHRASE", PASSPHRASE)
    assert office_command.main(["status", "--casebook", str(casebook_folder), "--json"]) == 0
    assert OFFICE.name in json.loads(capsys.readouterr().out)["office"]
    assert office_command.main(["verify", "--casebook", str(casebook_folder)]) == 0


def test_a_folder_with_more_files_than_one_look_shows_is_emptied_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stand-in for the casebook, which shows and takes one file at a time."""
    box, told = tmp_path / "box", list[office_inbox.Outcome]()
    box.mkdir()
    for name in "abc":
        (box / name).write_bytes(b"x")

    def take(_casebook: object, folder: Path, path: Path) -> office_inbox.Outcome | None:
        if path.name == "b":  # another import was quicker
            path.unlink()
            return None
        office_inbox._move(path, folder / office_inbox.TAKEN)
        return office_inbox.Outcome(path.name)

    monkeypatch.setattr(office_inbox, "_in_order", lambda _casebook, _folder, ready: ready[:1])
    monkeypatch.setattr(office_inbox, "_take", take)
    office_inbox.run(None, box, told.append, threading.Event())  # type: ignore[arg-type]
    assert [one.file for one in told] == ["a", "c"]
    assert sorted(path.name for path in box.iterdir()) == ["taken"]


def test_a_folder_that_is_away_is_waited_for_and_told_where_nobody_watches(tmp_path: Path) -> None:
    stop, looks = threading.Event(), 0

    class Wait(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            nonlocal looks
            looks += 1
            if looks == 3:
                stop.set()
            return True

        def is_set(self) -> bool:
            return stop.is_set()

    office_inbox.run(None, tmp_path / "gone", print, Wait(), 1.0)  # type: ignore[arg-type]
    assert looks == 3
    with pytest.raises(CannotRead):
        office_inbox.run(None, tmp_path / "gone", print, threading.Event())  # type: ignore[arg-type]


def test_a_file_that_another_import_moved_meanwhile_is_no_trouble(tmp_path: Path, casebook: Casebook) -> None:
    (tmp_path / "box").mkdir()
    assert office_inbox._take(casebook, tmp_path / "box", tmp_path / "box" / "gone.jmb") is None
    assert not (tmp_path / "box" / "refused").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("import", "{box}", "--watch", "-1"), "from 0 to 86400"),
        (("import", "{box}", "--watch", "nan"), "from 0 to 86400"),
        (("status",), "JINMEN_PASSPHRASE"),
        (("status", "--server", "postgresql://a@db..example/b"), "cannot be reached"),
        (("status", "--config", "{box}/binary.toml"), "cannot be read"),
        (("status", "--config", "{box}/phrase.toml", "--server", "postgresql://a@localhost/b"), "“password_file”"),
        (("init", "--code", "120101001", "--name", " ", "--mark", "劝业"), "Type the name of the office"),
        (("init", *STREET, "--casebook", "{box}"), "Say on which server"),
        (("init", *STREET), "it cannot be added later"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(  # type: ignore[no-untyped-def]
    said: tuple[str, ...], words: str, casebook_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "phrase.toml").write_text(f'password_file = "{tmp_path / "binary.toml"}"\n')
    monkeypatch.delenv("JINMEN_PASSPHRASE", raising=False)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("JINMEN_DATA", str(casebook_folder))
    monkeypatch.setattr("getpass.getpass", lambda _asks: (_ for _ in ()).throw(EOFError()))
    if said[0] == "init":
        monkeypatch.setenv("JINMEN_SERVER", "postgresql://a@localhost/b")
    try:
        code = office_command.main([*(word.format(box=tmp_path) for word in said), "--language", "en"])
    except SystemExit as ended:  # argparse's own way out
        code = int(str(ended.code))
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert words in printed.err
