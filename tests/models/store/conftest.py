"""The store that backups, restores and looks are tried on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.security import keystore
from models.store import migrate
from models.store.engine import Engines, open_sqlite
from tests.models.store.kept_store import PASSPHRASE, save


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, keystore.Keys]:
    """A casebook's folder with key store and store, without records."""
    folder = tmp_path_factory.mktemp("casebook")
    keys = keystore.create(folder / "casebook.keys", PASSPHRASE, "王芳", cost=keystore.FLOOR)
    engines = open_sqlite(folder / "casebook.db", keys.page_key)
    migrate.upgrade(engines)
    engines.close()
    return folder, keys


@pytest.fixture
def keys(made_once: tuple[Path, keystore.Keys]) -> keystore.Keys:
    return made_once[1]


@pytest.fixture
def home(made_once: tuple[Path, keystore.Keys], tmp_path: Path) -> Path:
    return shutil.copytree(made_once[0], tmp_path / "home")


@pytest.fixture
def store(home: Path, keys: keystore.Keys) -> Iterator[Engines]:
    engines = open_sqlite(home / "casebook.db", keys.page_key)
    save(engines, 1, 3)
    yield engines
    engines.close()
