"""A key store that costs as little to open as the floor allows, so that many can be opened in a test."""

from pathlib import Path

import pytest

from models.security import keystore

PASSPHRASE = "correct horse battery"


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    keystore.create(path, PASSPHRASE, "王芳", cost=keystore.FLOOR)
    return path
