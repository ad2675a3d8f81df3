"""An office with a phrase: its server holds nothing sensitive that can be read, and the work is the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import WeakPassphrase
from models.records.casework import NoteEntry
from models.records.fact import FactEntry
from models.security import keystore
from models.services import desk_place
from models.services.desk_place import WrongOfficePhrase
from models.store.engine import open_postgres
from tests import offices
from tests.conftest import NOW, OFFICE, PASSPHRASE, WORKER
from tests.models.casebooks import names_in
from tests.models.services.people import five_people
from tests.models.store.test_sealing import everything_in
from tests.postgres import Server

PHRASE = "劝业场 的 海棠 春天 才开"


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    name = postgres.make()
    yield name
    postgres.drop(name)


@pytest.fixture
def office(postgres: Server, database: str, tmp_path: Path) -> Iterator[Casebook]:
    """A new office with a phrase, and its first desk signed in."""
    book = Casebook.create_office(
        tmp_path / "one",
        PASSPHRASE,
        server=offices.address(postgres, database),
        password="",
        worker=WORKER,
        office=OFFICE,
        clock=FixedClock(NOW),
        cost=keystore.FLOOR,
        phrase=PHRASE,
    )
    yield book
    book.close()


def test_a_working_day_gives_the_same_and_leaves_nothing_to_read(
    office: Casebook, casebook: Casebook, postgres: Server, database: str
) -> None:
    outcomes = []
    number = "11010519491231002X"
    for book in (office, casebook):
        made = book.households.register(five_people())
        place = {person: order for order, person in enumerate(made.ids)} | {made.id: "home"}
        home, person = made.id, made.ids[0]
        book.facts.record("resident", person, [FactEntry(name="disability_category", value="精神")])
        book.notes.write(NoteEntry(subject_kind="resident", subject_id=person, text="夜里常听见哭声"))
        book.screening.bring_up_to_date()
        outcomes.append(
            (
                [(r.service_id, r.determination.outcome) for r in book.eligibility.check(home).results],
                [(row.service_id, row.component, row.outcome) for row in book.screening.household(home)],
                [[place[one] for one in book.residents.find(typed)] for typed in (number, number[-4:], "李建国 002x")],
                [place[like.row.id] for like in book.residents.likely_duplicates(five_people().members[0].resident)],
                [note.text for note in book.notes.of(person)],
                [fact.value for fact in book.facts.of(person) if fact.name == "disability_category"],
                replace(book.rights.preview_erasure(made.ids[-1]), backups=0, exported=False),
                book.rights.erase(made.ids[-1], "asked").entities,
                book.residents.entry_of(person),
            )
        )
    assert outcomes[0] == outcomes[1]
    lying = everything_in(postgres.url(database))
    assert number not in lying
    assert "13820001234" not in lying
    assert "夜里常听见哭声" not in lying
    assert "精神" not in lying
    assert "sign_secret" not in lying


def test_a_desk_joins_with_the_phrase_and_only_with_it(
    office: Casebook, postgres: Server, database: str, tmp_path: Path
) -> None:
    office.households.register(five_people())
    more = {"server": offices.address(postgres, database), "password": "", "worker": WORKER, "clock": FixedClock(NOW)}
    for wrong in ("", "另一个 完全 不对 的 短语"):
        with pytest.raises(WrongOfficePhrase):
            Casebook.create_office(tmp_path / "two", PASSPHRASE, cost=keystore.FLOOR, phrase=wrong, **more)  # type: ignore[arg-type]
        assert not (tmp_path / "two").exists()
    other = Casebook.create_office(tmp_path / "two", PASSPHRASE, cost=keystore.FLOOR, phrase=PHRASE, **more)  # type: ignore[arg-type]
    assert (other.office, len(names_in(other))) == (OFFICE, 5)
    other.close()
    again = Casebook.open_office(tmp_path / "two", PASSPHRASE)  # the desk keeps the phrase
    assert again.office == OFFICE
    again.close()
    for path in (tmp_path / "two").iterdir():
        assert PHRASE.encode() not in path.read_bytes()


def test_a_new_phrase_is_typed_once_at_each_desk(
    office: Casebook, postgres: Server, database: str, tmp_path: Path
) -> None:
    engines = open_postgres(postgres.url(database))
    with pytest.raises(WrongOfficePhrase):
        desk_place.change_phrase(engines, "不是 这个 短语 的", "全新 的 四个 词语 好")
    desk_place.change_phrase(engines, PHRASE, "全新 的 四个 词语 好")
    engines.close()
    office.close()
    with pytest.raises(WrongOfficePhrase):
        Casebook.open_office(tmp_path / "one", PASSPHRASE)
    Casebook.open_office(tmp_path / "one", PASSPHRASE, phrase="全新 的 四个 词语 好").close()
    Casebook.open_office(tmp_path / "one", PASSPHRASE).close()


def test_a_weak_phrase_founds_nothing(postgres: Server, database: str) -> None:
    with pytest.raises(WeakPassphrase):
        Casebook.found_office(offices.address(postgres, database), "", OFFICE, phrase="123456")
    Casebook.found_office(offices.address(postgres, database), "", OFFICE, phrase=PHRASE, cost=keystore.FLOOR)
