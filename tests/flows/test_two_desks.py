"""Two windows at one office: what one saves the other shows, who has what open is told, and no text is overwritten."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from PySide6.QtWidgets import QLabel

from desktop.pages.sign_in import SignIn
from desktop.widgets.text_choice import TextChoice
from models.casebook import Casebook
from models.clock import FixedClock
from models.records.casework import CasePlanEntry, TaskEntry
from models.security import keystore
from models.services import desk_place
from models.services.views import Worker
from tests import offices
from tests.conftest import NOW, OFFICE, PASSPHRASE
from tests.desktop.conftest import settle, type_text
from tests.models.services.people import five_people
from tests.postgres import Server

OFFICE_PHRASE = "劝业场 的 海棠 春天 才开"


@pytest.fixture
def database(postgres: Server, office_database: str):  # type: ignore[no-untyped-def]
    name = postgres.make(office_database)
    yield name
    postgres.drop(name)


@pytest.fixture
def two(window, postgres: Server, database: str, desk_template: Path, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Two windows, signed in at the gate; the second worker is another one."""
    offices.desk_like(desk_template, tmp_path / "one", postgres, database)
    offices.desk(tmp_path / "other", postgres, database, PASSPHRASE, Worker(name="张建国"))
    made = []
    for name in ("one", "other"):
        shell = window(tmp_path / name)
        assert isinstance(shell.gate, SignIn)
        assert database in shown(shell.gate)
        shell.desks._timer.setInterval(10_000_000)  # asked by hand
        type_text(shell.gate.passphrase.line, PASSPHRASE)
        shell.gate.unlock()
        settle(shell)
        shell.desks._timer.stop()
        made.append(shell)
    made[0].casebook.settings.set("desk_name", "窗口2")
    return made


def shown(widget) -> str:  # type: ignore[no-untyped-def]
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def asks(shell) -> None:  # type: ignore[no-untyped-def]
    shell.desks.ask()
    settle(shell)


def open_form(shell, resident: str):  # type: ignore[no-untyped-def]
    shell.go("register", resident_id=resident)
    settle(shell)
    return shell.page


def write_note(page, text: str) -> None:  # type: ignore[no-untyped-def]
    page.case.person.answers["note"] = text
    page.board.person.show_answers(page.case.person.answers)
    page._typed()


def test_two_desks_work_on_one_record_and_nothing_is_lost(two) -> None:  # type: ignore[no-untyped-def]
    one, other = two
    one.casebook.households.register(five_people())
    asks(other)
    who = one.casebook.residents.ids()[0]
    mine, theirs = open_form(one, who), open_form(other, who)
    assert "周敏 在 窗口2" in shown(theirs)
    write_note(mine, "甲写的备注")
    mine._save_now()
    settle(one)
    assert one.page.name == "person"
    asks(other)
    assert "刚刚" in shown(theirs)
    write_note(theirs, "乙写的备注")
    theirs._save_now()
    settle(other)
    (dialog,) = other.findChildren(TextChoice)
    assert {"甲写的备注", "乙写的备注"} <= set(shown(dialog).split("\n"))
    assert one.casebook.residents.get(who).note == "甲写的备注"
    dialog.choose("mine")
    dialog.button.click()
    settle(other)
    assert other.page.name == "person"
    assert one.casebook.residents.get(who).note == "乙写的备注"
    assert "乙写的备注" not in shown(one.page)
    asks(one)
    assert one.casebook.residents.get(who).note in shown(one.page) or one.page.name == "person"


def test_a_lost_server_is_said_and_what_is_typed_is_saved_when_it_is_back(  # type: ignore[no-untyped-def]
    two, postgres: Server, database: str
) -> None:
    one, _other = two
    one.casebook.households.register(five_people())
    who = one.casebook.residents.ids()[0]
    page = open_form(one, who)
    write_note(page, "断线时写的")

    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))
        page._save_now()
        asks(one)
        assert one.page is page
        assert "服务器" in one.area.banners.banner.sentence.text()
        assert one.desks.away
        page.keeper.flush()
        settle(one)
        assert one.casebook.drafts.all()[0].body["people"][0]["answers"]["note"] == "断线时写的"
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")

    asks(one)
    assert not one.desks.away
    page._save_now()
    settle(one)
    assert one.casebook.residents.get(who).note == "断线时写的"


def test_the_first_desk_founds_the_office_and_the_second_one_joins_it(  # type: ignore[no-untyped-def]
    window, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create: Callable[..., Casebook] = Casebook.create_office
    monkeypatch.setattr(Casebook, "create_office", staticmethod(lambda *a, **k: create(*a, **k, cost=keystore.FLOOR)))
    database = postgres.make()
    for place, name in enumerate(("周敏", "张建国")):
        (tmp_path / name).mkdir()
        shell = window(tmp_path / name)
        gate = shell.gate
        gate.go_on()
        gate._choose_place(True)
        gate.go_on()
        form = gate.server_form
        form.host.setText("127.0.0.1")
        form.database.setText(database)
        form.user.setText("jinmen")
        assert gate.answers.server.tls == "plain"  # offered for a server on this computer
        form.port.setValue(1)
        gate.go_on()
        settle(shell)
        assert "连不上" in gate.trouble.text()
        form.host.setText(str(postgres.socket))
        form.port.setValue(5432)
        if place:
            gate.go_on()
            settle(shell)
            assert "办公室" in gate.trouble.text()  # what is sealed opens by the office's phrase alone
            form.phrase.line.setText(OFFICE_PHRASE)
        gate.go_on()
        settle(shell)
        assert gate.answers.founding is (place == 0)
        if place == 0:
            gate.answers.office_code, gate.answers.office_name, gate.answers.letter_mark = OFFICE.code, "社区", "劝"
            gate._show(gate.answers.step + 1)
            gate.go_on()  # nothing typed: not even an office is founded without a word about it
            assert "密码" in gate.trouble.text() or "口令" in gate.trouble.text()
            type_text(gate.phrase.first.line, OFFICE_PHRASE)
            type_text(gate.phrase.second.line, OFFICE_PHRASE + "！")
            gate.go_on()
            assert "不一样" in gate.trouble.text()
            gate.phrase.second.line.setText(OFFICE_PHRASE)
            gate.go_on()
        gate.answers.worker = name
        gate.go_on()
        gate.new.first.line.setText(PASSPHRASE)
        gate.new.second.line.setText(PASSPHRASE)
        gate.answers.understood = True
        gate.go_on()
        settle(shell)
        assert not shell.is_locked
        assert (shell.casebook.worker.name, shell.casebook.office.name) == (name, "社区")
        assert (tmp_path / name / "casebook.desk").exists()
        assert shell.shut_down()
    again = Casebook.open(tmp_path / "周敏", PASSPHRASE, clock=FixedClock(NOW))
    assert again.server is not None
    again.close()
    postgres.drop(database)


def test_a_deed_on_what_another_desk_has_just_done_shows_what_is_there_now(two) -> None:  # type: ignore[no-untyped-def]
    one, other = two
    home = one.casebook.households.register(five_people()).id
    tasks = (TaskEntry(text="联系社区医院"),)
    plan = one.casebook.plans.open(
        CasePlanEntry(household_id=home, title="出院后照护", tasks=tasks, opened_on=NOW.date())
    )
    task = plan.ids[-1]
    asks(other)
    other.go("plans", household_id=home)
    settle(other)
    one.casebook.plans.set_task(task, "dropped")
    other.page.act("task", task, "done")
    settle(other)
    assert "别人已经改过" in other.area.banners.banner.sentence.text()
    assert other.page.loaded.plans[0].tasks[0].status == "dropped"
    other.page.act("task", task, "done")  # now the worker knows
    settle(other)
    assert one.casebook.plans.get(plan.id).tasks[0].status == "done"


def test_a_desk_that_lost_the_phrase_of_the_office_is_asked_for_it_at_the_gate(  # type: ignore[no-untyped-def]
    window, postgres: Server, migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrase, database = "办公室 一起 记住 的 话", postgres.make(migrated_database)
    where = offices.address(postgres, database)
    create = {"server": where, "password": "", "worker": Worker(name="周敏"), "cost": keystore.FLOOR}
    Casebook.create_office(tmp_path / "one", PASSPHRASE, office=OFFICE, phrase=phrase, **create).close()
    monkeypatch.setattr(desk_place, "phrase_of", lambda *_: "")  # its key store was emptied
    shell = window(tmp_path / "one")
    gate = shell.gate
    type_text(gate.passphrase.line, PASSPHRASE)
    gate.unlock()
    settle(shell)
    assert shell.is_locked
    assert gate.phrase.isVisible()
    type_text(gate.phrase.line, phrase)
    gate.unlock()
    settle(shell)
    assert not shell.is_locked
    assert shell.shut_down()
    postgres.drop(database)
