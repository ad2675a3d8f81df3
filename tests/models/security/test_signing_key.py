"""Keys that sign packs."""

import json
from pathlib import Path

import pytest

from models.errors import CannotRead, CannotWrite, WeakPassphrase
from models.security import device, keystore
from models.security.signing_key import KeyFileRefused, make_signing_key, open_signing_key

WORDS = "四个 毫不 相干的 词语"


def test_a_key_opens_with_its_passphrase_and_signs(tmp_path: Path):
    made = make_signing_key(tmp_path / "a.key", WORDS, "某某区民政局", cost=keystore.FLOOR)
    opened = open_signing_key(tmp_path / "a.key", WORDS)
    assert opened == made
    assert opened.name == "某某区民政局"
    assert device.verify(opened.public, opened.sign(b"rules"), b"rules")
    assert made.secret not in repr(made)
    assert made.secret not in (tmp_path / "a.key").read_text("utf-8")
    assert (tmp_path / "a.key").stat().st_mode & 0o077 == 0


def test_a_wrong_passphrase_or_a_changed_file_is_refused(tmp_path: Path):
    path = tmp_path / "a.key"
    make_signing_key(path, WORDS, "某某区民政局", cost=keystore.FLOOR)
    with pytest.raises(KeyFileRefused):
        open_signing_key(path, WORDS + "x")
    whole = path.read_bytes()
    said = json.loads(whole)
    for wrong in (
        {**said, "name": "另一个区"},
        {**said, "sign_public": "00" * 32},
        {**said, "memory_kib": 10**9},
        {**said, "passes": "3"},
        {**said, "salt": "!"},
        {**said, "jinmen_pack_key": 2},
        [],
    ):
        path.write_text(json.dumps(wrong), "utf-8")
        with pytest.raises(KeyFileRefused):
            open_signing_key(path, WORDS)
    for data in (b"", whole[:-20], b"[" * 5000, b"x" * 20_000):
        path.write_bytes(data)
        with pytest.raises(KeyFileRefused):
            open_signing_key(path, WORDS)
    with pytest.raises(CannotRead):
        open_signing_key(tmp_path / "none.key", WORDS)


def test_a_key_is_never_written_over_and_weak_passphrases_are_refused(tmp_path: Path):
    make_signing_key(tmp_path / "a.key", WORDS, "", cost=keystore.FLOOR)
    before = (tmp_path / "a.key").read_bytes()
    with pytest.raises(CannotWrite):
        make_signing_key(tmp_path / "a.key", WORDS, "", cost=keystore.FLOOR)
    for easy in ("123456", "football88"):  # too short; long enough, and among the first that are tried
        with pytest.raises(WeakPassphrase):
            make_signing_key(tmp_path / "b.key", easy, "", cost=keystore.FLOOR)
    assert (tmp_path / "a.key").read_bytes() == before
    assert not (tmp_path / "b.key").exists()
