"""The key store opens with the right passphrase and with nothing else, whatever was done to the file."""

import contextlib
import dataclasses
import json
import pickle
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from models.errors import CannotWrite, DiskFull, KeysMissing, WeakPassphrase, WrongPassphrase
from models.security import device, key_accounts, key_file, keystore
from models.security.key_file import Slot
from models.security.passphrase import is_weak
from tests.models.security.conftest import PASSPHRASE

NEW = "津门入户门前一棵槐树"


def backup_of(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


def add(path: Path, name: str, passphrase: str, *roles: str) -> str:
    """Another person's account; its id."""
    keys = keystore.unlock(path, PASSPHRASE)
    return key_accounts.add_person(path, keys, name, passphrase, roles or ("worker",), cost=keystore.FLOOR).id


def recheck(body: dict) -> bytes:
    """The bytes of a key store after an edit by somebody who can also make the plain checksum fit."""
    return key_file.checked({k: v for k, v in body.items() if k != "check"})


def test_the_same_passphrase_gives_the_same_keys_again(key_path: Path) -> None:
    first, second = keystore.unlock(key_path, PASSPHRASE), keystore.unlock(key_path, PASSPHRASE)
    assert first == second
    assert (len(first.page_key), len(first.mac_key), len(first.backup_key)) == (48, 32, 32)
    assert len({first.page_key[:32], first.mac_key, first.backup_key, first.data_key}) == 4
    assert first.worker == "王芳"


def test_two_casebooks_have_different_keys_under_one_passphrase(key_path: Path, tmp_path: Path) -> None:
    other = keystore.create(tmp_path / "other.json", PASSPHRASE, "王芳", cost=keystore.FLOOR)
    assert other.page_key != keystore.unlock(key_path, PASSPHRASE).page_key


def test_a_wrong_passphrase_is_refused(key_path: Path) -> None:
    for wrong in ("", "correct horse batter", PASSPHRASE + " ", PASSPHRASE.upper()):
        with pytest.raises(WrongPassphrase):
            keystore.unlock(key_path, wrong)


def test_full_width_and_composed_characters_are_the_same_passphrase(key_path: Path) -> None:
    keystore.unlock(key_path, "ｃｏｒｒｅｃｔ\u3000ｈｏｒｓｅ\u3000ｂａｔｔｅｒｙ")


def test_no_key_shows_in_repr_and_keys_cannot_be_pickled(key_path: Path) -> None:
    keys = keystore.unlock(key_path, PASSPHRASE)
    for secret in (keys.page_key, keys.mac_key, keys.backup_key, keys.data_key):
        assert secret.hex() not in repr(keys)
        assert repr(secret) not in repr(keys)
        assert secret.hex().encode() not in key_path.read_bytes()
    with pytest.raises(TypeError):
        pickle.dumps(keys)


def test_a_change_of_passphrase_keeps_the_keys_and_ends_the_old_passphrase_in_both_files(key_path: Path) -> None:
    before = keystore.unlock(key_path, PASSPHRASE)
    assert keystore.change_passphrase(key_path, PASSPHRASE, NEW, cost=keystore.FLOOR) == before
    assert keystore.unlock(key_path, NEW) == before
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, PASSPHRASE)
    key_path.unlink()
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, PASSPHRASE)
    assert keystore.unlock(key_path, NEW) == before


def test_a_change_with_a_wrong_or_weak_passphrase_changes_nothing(key_path: Path) -> None:
    before = key_path.read_bytes()
    with pytest.raises(WrongPassphrase):
        keystore.change_passphrase(key_path, "something else entirely", NEW, cost=keystore.FLOOR)
    with pytest.raises(WeakPassphrase):
        keystore.change_passphrase(key_path, PASSPHRASE, "123456", cost=keystore.FLOOR)
    assert key_path.read_bytes() == before


def test_every_worker_opens_the_same_keys_with_her_own_passphrase(key_path: Path) -> None:
    add(key_path, "李静", NEW)
    assert keystore.workers(key_path) == ("王芳", "李静")
    first, second = keystore.unlock(key_path, PASSPHRASE), keystore.unlock(key_path, NEW)
    assert (first.page_key, first.mac_key) == (second.page_key, second.mac_key)
    assert (second.worker, second.roles) == ("李静", ("worker",))
    keystore.change_passphrase(key_path, NEW, "heping river teapot", cost=keystore.FLOOR)
    assert keystore.unlock(key_path, PASSPHRASE) == first


def test_a_key_store_is_never_overwritten_by_a_new_one(key_path: Path) -> None:
    before = key_path.read_bytes()
    with pytest.raises(FileExistsError):
        keystore.create(key_path, PASSPHRASE, "王芳", cost=keystore.FLOOR)
    key_path.unlink()
    with pytest.raises(FileExistsError):
        keystore.create(key_path, PASSPHRASE, "王芳", cost=keystore.FLOOR)
    assert backup_of(key_path).read_bytes() == before


def with_everything(path: Path) -> bytes:
    """A key store with two people, a printed code, an office that holds a key, and an earlier data key; the code."""
    add(path, "李静", NEW)
    keys = keystore.unlock(path, PASSPHRASE)
    _account, code = key_accounts.add_code(path, keys, "2026-11-22")
    key_accounts.add_escrow(path, keys, "街道办", device.new_sealing_keys()[1], "花园路社区")
    file, new = key_accounts.keys_under(path, keys, key_accounts.new_data_key())
    key_file.save(path, file)
    key_accounts.finish(path, new)
    keystore.unlock(path, PASSPHRASE)  # its pin is of the new data key
    return code


def test_three_hundred_random_edits_of_the_bytes_are_refused(key_path: Path) -> None:
    code = with_everything(key_path)
    good, dice = key_path.read_bytes(), random.Random(11)
    for n in range(300):
        backup_of(key_path).unlink(missing_ok=True)
        bad = bytearray(good)
        at = dice.randrange(len(bad))
        match n % 4:
            case 0:
                bad[at] ^= 1 << dice.randrange(8)
            case 1:
                del bad[at : at + dice.randrange(1, 40)]
            case 2:
                bad[at:at] = bytes(dice.choices(b' 0aA"}', k=dice.randrange(1, 9)))
            case 3:
                other = dice.randrange(len(bad) - 8)
                bad[at : at + 8] = bad[other : other + 8]
        if bytes(bad) == good:
            continue
        key_path.write_bytes(bytes(bad))
        with pytest.raises(KeysMissing):
            keystore.unlock(key_path, PASSPHRASE)
        with pytest.raises(KeysMissing):
            keystore.unlock_with_code(key_path, code)


def test_three_hundred_edits_by_somebody_who_makes_the_checksum_fit_are_refused(key_path: Path) -> None:
    code = with_everything(key_path)
    good, dice, refused = key_path.read_bytes(), random.Random(12), 0
    people = [one.id for one in keystore.accounts(key_path) if one.kind == keystore.PERSON]
    backup_of(key_path).unlink()
    while refused < 300:
        body = json.loads(good)
        place: Any = body if dice.random() < 0.2 else dice.choice(body["slots"])
        name = dice.choice([one for one in place if one != "check"])
        value = place[name]
        if isinstance(value, str):
            at = dice.randrange(len(value) + 1)
            place[name] = value[:at] + dice.choice("Aa0b=") + value[at + dice.randrange(2) :]
        elif isinstance(value, bool):
            place[name] = not value
        elif isinstance(value, int):
            place[name] = value + dice.choice((-1, 1, 1 << 21))
        else:
            dice.shuffle(value)
            place[name] = value[: dice.randrange(len(value) + 1)]
        if recheck(body) == good:
            continue
        key_path.write_bytes(recheck(body))
        openings = [lambda: keystore.unlock_with_code(key_path, code)]
        openings += [lambda: keystore.unlock(key_path, PASSPHRASE, people[0])] * (refused % 3 == 0)
        for opening in openings:
            with pytest.raises((KeysMissing, WrongPassphrase)):
                opening()
        refused += 1


def edits_with_a_fitting_checksum(good: bytes, dice: random.Random) -> list[bytes]:
    body = json.loads(good)
    found = []
    for field in dataclasses.fields(Slot):
        for _n in range(6):
            edited = json.loads(good)
            slot = edited["slots"][dice.randrange(2)]
            value = slot[field.name]
            if isinstance(value, list):
                slot[field.name] = value[:-1]
            elif isinstance(value, int):
                slot[field.name] = value + dice.choice((-1, 1, 8, 1 << 21))
            else:
                at = dice.randrange(max(len(value) - 2, 1))
                slot[field.name] = value[:at] + dice.choice("ABCDabcd") + value[at + 1 :] if at else "z" + value
            if edited != body:
                found.append(recheck(edited))
    for edited in (
        {**body, "slots": body["slots"][::-1]},
        {**body, "slots": body["slots"][:1]},
        {**body, "slots": body["slots"][1:]},
        {**body, "slots": []},
        {**body, "slots": body["slots"] * 9},
        {**body, "vault": body["vault"][::-1]},
        {**body, "mac": "0" * 64},
        {**body, "format": 1},
        {**body, "format": 3},
        {**body, "epoch": 2},
        {**body, "unfinished": True},
        {**body, "earlier": body["slots"][0]["box"]},
        {**body, "more": 1},
    ):
        found.append(recheck(edited))
    return found


def test_an_edit_is_refused_even_when_the_checksum_was_made_to_fit(key_path: Path) -> None:
    add(key_path, "李静李静", NEW)
    good = key_path.read_bytes()
    edits = edits_with_a_fitting_checksum(good, random.Random(12))
    assert len(edits) > 60
    for bad in edits:
        backup_of(key_path).unlink(missing_ok=True)
        key_path.write_bytes(bad)
        for passphrase in (PASSPHRASE, NEW):
            with pytest.raises((KeysMissing, WrongPassphrase)):
                keystore.unlock(key_path, passphrase)


def test_a_cost_outside_the_bounds_is_refused_before_it_is_paid(key_path: Path) -> None:
    for cost in ({"memory_kib": 1 << 30}, {"memory_kib": 8}, {"passes": 0}, {"passes": 10_000}, {"lanes": 0}):
        body = json.loads(key_path.read_bytes())
        body["slots"][0].update(cost)
        backup_of(key_path).unlink(missing_ok=True)
        bad = key_path.with_name("bad.json")
        bad.write_bytes(recheck(body))
        with pytest.raises(KeysMissing):
            keystore.unlock(bad, PASSPHRASE)
    with pytest.raises(ValueError, match="floor"):
        keystore.create(key_path.with_name("cheap"), PASSPHRASE, "王芳", cost=keystore.Cost(1024, 1, 1))


def test_the_standard_cost_is_the_one_of_the_design() -> None:
    assert keystore.Cost(64 * 1024, 3, 4) == keystore.STANDARD


@pytest.mark.parametrize("left", ["empty", "half", "zeros", "gone"])
def test_the_copy_opens_and_mends_a_main_file_that_a_power_cut_spoilt(key_path: Path, left: str) -> None:
    good = key_path.read_bytes()
    spoilt = {"empty": b"", "half": good[: len(good) // 2], "zeros": bytes(len(good))}
    key_path.unlink() if left == "gone" else key_path.write_bytes(spoilt[left])
    keystore.unlock(key_path, PASSPHRASE)
    assert key_path.read_bytes() == good


def test_a_lost_copy_and_a_half_written_file_do_not_matter(key_path: Path) -> None:
    good = key_path.read_bytes()
    backup_of(key_path).unlink()
    key_path.with_name(key_path.name + ".new").write_bytes(good[:100])
    keystore.unlock(key_path, PASSPHRASE)
    assert backup_of(key_path).read_bytes() == good


def test_the_copy_with_an_older_passphrase_does_not_open_what_the_main_file_refuses(key_path: Path) -> None:
    old = key_path.read_bytes()
    keystore.change_passphrase(key_path, PASSPHRASE, NEW, cost=keystore.FLOOR)
    backup_of(key_path).write_bytes(old)  # power was cut between the two files
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, PASSPHRASE)
    keystore.unlock(key_path, NEW)
    assert backup_of(key_path).read_bytes() == key_path.read_bytes()


def test_no_file_at_all_is_said_as_missing_keys(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing):
        keystore.unlock(tmp_path / "keys.json", PASSPHRASE)
    with pytest.raises(KeysMissing):
        keystore.workers(tmp_path / "keys.json")


def test_a_huge_file_is_not_read(key_path: Path) -> None:
    backup_of(key_path).unlink()
    with key_path.open("ab") as handle:
        handle.truncate(1 << 30)
    with pytest.raises(KeysMissing):
        keystore.unlock(key_path, PASSPHRASE)


def test_a_folder_that_cannot_be_written_is_a_problem_with_a_name(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite) as caught:
        keystore.create(tmp_path / "gone" / "keys.json", PASSPHRASE, "王芳", cost=keystore.FLOOR)
    assert caught.value.facts == {"name": "keys.json"}


@pytest.mark.skipif(sys.platform == "win32", reason="a size limit of the system is needed")
def test_a_full_disk_leaves_the_old_key_store_whole(key_path: Path) -> None:
    before = key_path.read_bytes()
    with pytest.raises(DiskFull):
        _with_size_limit(key_path)
    assert key_path.read_bytes() == before
    assert not list(key_path.parent.glob("*.new"))
    keystore.unlock(key_path, PASSPHRASE)


def _with_size_limit(key_path: Path) -> None:
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        keystore.change_passphrase(key_path, PASSPHRASE, NEW, cost=keystore.FLOOR)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


WRITER = """
import sys
from pathlib import Path
from models.security import keystore
path, words = Path(sys.argv[1]), ["correct horse battery", "heping river teapot"]
print("ready", flush=True)
while True:
    keystore.change_passphrase(path, words[0], words[1], cost=keystore.FLOOR)
    words.reverse()
"""


def test_a_kill_while_the_key_store_is_saved_loses_no_key(key_path: Path) -> None:
    keys, dice = keystore.unlock(key_path, PASSPHRASE), random.Random(5)
    words = [PASSPHRASE, "heping river teapot"]
    for _n in range(4):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(key_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(dice.uniform(0.02, 0.15))
        process.kill()
        process.wait()
        process.stdout.close()
        opened = []
        for word in words:
            try:
                opened.append(keystore.unlock(key_path, word))
            except WrongPassphrase:
                continue
        assert opened == [keys]
        try:  # the writer begins with the first word
            keystore.change_passphrase(key_path, words[1], words[0], cost=keystore.FLOOR)
        except WrongPassphrase:
            continue


WEAK = ["", "short", "aaaaaaaaaaaa", "1234567890", "abcdefghijkl", "qwertyuiop", "1qaz2wsx3edc", "password1234!"]
WEAK += ["13800138000", "1952-03-08 1952-03-08", "120101199001011234", "abcabcabcabc", "Tianjin2026!", "津门入户2026"]
WEAK += ["密码密码密码密码", "社区居委会天津", "一二三四五六七八", "ａａａａａａａａａａａａ", "我爱你中国"]


@pytest.mark.parametrize("passphrase", WEAK)
def test_a_passphrase_that_is_easy_to_guess_is_refused(passphrase: str, tmp_path: Path) -> None:
    assert is_weak(passphrase)
    with pytest.raises(WeakPassphrase):
        keystore.create(tmp_path / "keys.json", passphrase, "王芳", cost=keystore.FLOOR)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "passphrase", ["correct horse battery", "槐花落在院里", "heping-river-teapot", "tR4!kk9#pLw2", NEW]
)
def test_a_good_passphrase_is_taken(passphrase: str) -> None:
    assert not is_weak(passphrase)


def test_a_shared_key_opens_with_its_phrase_and_purpose_alone_whatever_was_done_to_it() -> None:
    key = bytes(range(32))
    said = json.loads(json.dumps(keystore.wrap_shared(key, NEW, "columns", cost=keystore.FLOOR)))
    assert keystore.unwrap_shared(said, NEW, "columns") == key
    assert key.hex() not in json.dumps(said)
    with pytest.raises(WrongPassphrase):
        keystore.unwrap_shared(said, PASSPHRASE, "columns")
    for easy in ("123456", "football88"):
        with pytest.raises(WeakPassphrase):
            keystore.wrap_shared(key, easy, "columns", cost=keystore.FLOOR)
    for name in said:
        for other in (None, 7, "", "AAAA", [], "x" * 40):
            with pytest.raises((KeysMissing, WrongPassphrase)):
                keystore.unwrap_shared({**said, name: other}, NEW, "columns")
        with pytest.raises((KeysMissing, WrongPassphrase)):
            keystore.unwrap_shared({one: value for one, value in said.items() if one != name}, NEW, "columns")
    with pytest.raises(KeysMissing):
        keystore.unwrap_shared(said, NEW, "backups")
