"""What every test may use: a clock that stands still, an office, and a casebook of its own in a temporary folder."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

if sys.prefix != sys.base_prefix:
    # Byte code is kept beside the environment's packages, so that neither the next run nor the many programs that tests
    # start and kill compile everything anew; and none lies among the sources. Before the application is imported.
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(Path(sys.prefix) / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

from desktop.plain_import import import_plainly
from models import texts
from models.casebook import Casebook
from models.clock import FixedClock
from models.eligibility.reading import Reader
from models.security import keystore, sealing
from models.services.views import Office, Worker
from models.store import engine, migrate
from models.store.engine import open_postgres
from tests import crashes, made_once, no_network, offices
from tests.numbers import forget_place
from tests.postgres import Server, running

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # nobody watches the tests
no_network.forbid()

PASSPHRASE = "海河 边上 四个 词语 ok"
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # ten in the morning in Tianjin
OFFICE = Office(
    code="120101001001", name="天津市和平区劝业场街道花园路社区居民委员会", letter_mark="劝花社", phone="022-27355555"
)
ON_A_SERVER = os.environ.get("JINMEN_TEST_ON") == "postgresql"
AS_IT_IS_SET = engine._SETTINGS
assert AS_IT_IS_SET[0] == "synchronous = FULL"
WORKER = Worker(name="周敏", phone="13800220001")


@pytest.fixture(scope="session", autouse=True)
def _each_file_of_a_set_is_parsed_once() -> Iterator[None]:
    """Many tests read a whole set of rules in which one file is changed; the parsed tree is only ever read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "compose", lru_cache(256)(yaml.compose))
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_sound_file_is_looked_through_once() -> Iterator[None]:
    """The same of looking a file of rules through before it is parsed. What is wrong with one is found every time."""
    looked_through, bounded = Reader._looked_through, Reader._bounded
    sound: set[bytes] = set()
    within: dict[int, Any] = {}  # the trees themselves are kept too: no other can have their place

    def look_through(self: Reader, name: str, content: bytes) -> bool:
        if content not in sound:
            if not looked_through(self, name, content):
                return False
            sound.add(content)
        return True

    def bound(self: Reader, name: str, root: Any) -> bool:
        if id(root) not in within:
            if not bounded(self, name, root):
                return False
            within[id(root)] = root
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "_looked_through", look_through)
        patch.setattr(Reader, "_bounded", bound)
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_statement_is_put_into_sql_once() -> Iterator[None]:
    """All casebooks of a process know together how their statements read as SQL: each would find out anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "create_engine", made_once.engine_with_others_statements)
        yield
    made_once.forget_statements()


@pytest.fixture(scope="session", autouse=True)
def _the_same_passphrase_gives_the_same_key_at_once() -> Iterator[None]:
    """The casebooks of tests are copies of a few, and stretching a passphrase is slow on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "hash_secret_raw", lru_cache(256)(sealing.hash_secret_raw))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_test_waits_for_the_disk() -> Iterator[None]:
    """No computer goes down while the tests run. What the program sets is in AS_IT_IS_SET, for the tests about that;
    programs that tests start and kill write as ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_SETTINGS", ("synchronous = OFF", *AS_IT_IS_SET[1:]))
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests that look at texts say which language they mean; the others get the one of the code."""
    texts.set_language("en")
    yield
    texts.set_language("en")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests of a process."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_database(postgres: Server) -> str:
    """A database with all tables and no record, to be the template of each test's."""
    name = postgres.make()
    engines = open_postgres(postgres.url(name))
    migrate.upgrade(engines)
    engines.close()
    return name


@pytest.fixture(scope="session")
def office_database(postgres: Server) -> str:
    """A database with an office in it, to be the template of each test's."""
    return offices.found(postgres, OFFICE, FixedClock(NOW))


@pytest.fixture(scope="session")
def desk_template(postgres: Server, office_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk of that office, to be copied."""
    folder = tmp_path_factory.mktemp("template") / "desk"
    return offices.desk(folder, postgres, office_database, PASSPHRASE, WORKER)


@pytest.fixture(scope="session")
def casebook_template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A casebook made once; tests work on copies (making one costs a migration and a key derivation)."""
    if ON_A_SERVER:
        return Path(request.getfixturevalue("desk_template"))
    folder = tmp_path_factory.mktemp("template") / "casebook"
    book = Casebook.create(folder, PASSPHRASE, office=OFFICE, worker=WORKER, clock=FixedClock(NOW), cost=keystore.FLOOR)
    book.close()
    forget_place(folder, PASSPHRASE)
    return folder


@pytest.fixture
def casebook_folder(request: pytest.FixtureRequest, casebook_template: Path, tmp_path: Path) -> Iterator[Path]:
    """A casebook of the test's own. With JINMEN_TEST_ON=postgresql it is a desk of an office on a server."""
    folder = tmp_path / "casebook"
    if ON_A_SERVER:
        server, template = request.getfixturevalue("postgres"), request.getfixturevalue("office_database")
        database = server.make(template)
        yield offices.desk_like(casebook_template, folder, server, database)
        server.drop(database)
    else:
        shutil.copytree(casebook_template, folder)
        yield folder


@pytest.fixture
def casebook(casebook_folder: Path, clock: FixedClock) -> Iterator[Casebook]:
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    yield book
    book.close()


@pytest.fixture
def reopen(casebook_folder: Path, clock: FixedClock) -> Callable[[Casebook], Casebook]:
    """Close a casebook and open it again, as the next morning does."""

    def again(book: Casebook) -> Casebook:
        book.close()
        return Casebook.open(casebook_folder, PASSPHRASE, clock=clock)

    return again


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """What a process of the tests says when it dies is kept. PySide6 is there by now."""
    crashes.listen(config)
    import_plainly()


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(report: pytest.TestReport) -> None:
    """And told with the test that it was running."""
    crashes.tell(report, report.node.gateway.id)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Around a test with a window Python looks for refuse where the program would, on the window's thread, and never
    in the thread that brings the next tests. Afterwards the widgets that were closed go: no event loop does it here.
    """
    if not _has_window(item):
        return (yield)
    from PySide6.QtCore import QCoreApplication, QEvent  # not where no test needs Qt

    from desktop import refuse

    gc.disable()
    try:
        return (yield)
    finally:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        refuse.look()
        if not _has_window(nextitem):
            gc.collect()
            gc.enable()


def _has_window(item: pytest.Item | None) -> bool:
    return "qapp" in getattr(item, "fixturenames", ())


def pytest_collectstart() -> None:
    """What is imported while the tests are collected stays: there is no refuse among it."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking for refuse need not go through it again and again. What tests
    make is small and soon gone: it is looked for less often than a program that lives all day should.
    """
    made_once.refuse_seldom()
    gc.enable()
