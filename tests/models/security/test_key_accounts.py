"""Accounts of a key store: who holds one, what a new data key does, what somebody who knows only public keys cannot."""

import hmac
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from models.errors import CannotRead, DiskFull, KeysMissing, WeakPassphrase, WrongPassphrase
from models.records.roles import ROLES
from models.security import account_secret, device, key_accounts, key_file, keystore, sealing
from models.security.key_accounts import TooManyAccounts
from models.security.key_file import KeyFile, OldFile
from models.security.keystore import FLOOR, Keys
from tests.models.casebooks import told
from tests.models.security.conftest import PASSPHRASE

GOLDEN = Path(__file__).parent / "golden" / "keys_format1.json"
GOLDEN_DATA_KEY = "ccfc1c133b977edd1c4cb21c9aada713bd55a103c7dc3a00cbb6d397f0e6f0cf"
GOLDEN_PAGE_KEY = "0205930b742808074b6ccb5babbb8e52557c456cc798f56382e63ace8b7345a84d0d96da768f338b4bd2683a7a7205eb"
HERS = "heping river teapot"


@pytest.fixture
def keys(key_path: Path) -> Keys:
    return keystore.unlock(key_path, PASSPHRASE)


def add(path: Path, keys: Keys, name: str = "李静", phrase: str = HERS, *roles: str) -> str:
    return key_accounts.add_person(path, keys, name, phrase, roles or ("worker",), cost=FLOOR).id


def rotate(path: Path, keys: Keys, *without: str) -> Keys:
    file, new = key_accounts.keys_under(path, keys, key_accounts.new_data_key(), without)
    key_file.save(path, file)
    return new


# Format 1.


def of_format_1(tmp_path: Path, *, alone: bool) -> Path:
    """The golden key store with its two slots, or with the first one alone under a seal of its own."""
    path = tmp_path / "old.keys"
    shutil.copyfile(GOLDEN, path)
    if alone:
        data_key = bytes.fromhex(GOLDEN_DATA_KEY)
        old = key_file.read(path)
        assert isinstance(old, OldFile)
        one = replace(old, slots=old.slots[:1])
        mac = sealing.derived(data_key, "key store", 32, salt=old.vault)
        one = replace(one, mac=hmac.new(mac, sealing.canonical(one.content()), "sha256").hexdigest())
        path.write_bytes(one.to_bytes())
    return path


def test_a_key_store_of_format_1_still_opens_with_each_of_its_passphrases(tmp_path: Path) -> None:
    path = of_format_1(tmp_path, alone=False)
    before = path.read_bytes()
    for phrase, name in ((PASSPHRASE, "王芳"), ("津门入户门前一棵槐树", "李静")):
        keys = keystore.unlock(path, phrase)
        assert (keys.worker, keys.data_key.hex(), keys.page_key.hex()) == (name, GOLDEN_DATA_KEY, GOLDEN_PAGE_KEY)
        assert set(keys.roles) == set(ROLES), "format 1 knew no roles: who had a passphrase did everything"
        assert keystore.unlock(path, phrase, keys.account) == keys
    assert keystore.workers(path) == ("王芳", "李静")
    assert path.read_bytes() == before, "what the other one knows cannot be rewrapped"
    with pytest.raises(WrongPassphrase):
        keystore.unlock(path, "something else entirely")
    with pytest.raises(WrongPassphrase):
        keystore.unlock_with_code(path, bytes(20))
    with pytest.raises(KeysMissing):
        add(path, keys)


def test_a_key_store_of_format_1_is_brought_to_format_2_at_sign_in(tmp_path: Path) -> None:
    path = of_format_1(tmp_path, alone=True)
    first = keystore.unlock(path, PASSPHRASE)
    now = key_file.read(path)
    assert isinstance(now, KeyFile)
    assert now == key_file.read(key_file.copy_of(path))
    again = keystore.unlock(path, PASSPHRASE, first.account)
    assert (again, again.page_key.hex()) == (first, GOLDEN_PAGE_KEY)
    assert add(path, again)


def test_a_format_1_file_that_was_changed_opens_with_nothing(tmp_path: Path) -> None:
    path = of_format_1(tmp_path, alone=False)
    body = json.loads(path.read_bytes())
    del body["check"]
    for changed in ({**body, "mac": "0" * 64}, {**body, "slots": body["slots"][:1]}, {**body, "slots": []}):
        path.write_bytes(key_file.checked(changed))
        with pytest.raises(KeysMissing):
            keystore.unlock(path, PASSPHRASE)


# Accounts.


def test_with_an_account_named_only_its_own_slot_is_tried(key_path: Path, keys: Keys, monkeypatch) -> None:
    hers = add(key_path, keys)
    tried = []
    real = sealing.hash_secret_raw
    monkeypatch.setattr(sealing, "hash_secret_raw", lambda *a: tried.append(a) or real(*a))
    assert keystore.unlock(key_path, HERS, hers).account == hers
    assert len(tried) == 1
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, PASSPHRASE, hers)
    assert len(tried) == 2
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, PASSPHRASE, "nobody")
    assert len(tried) == 2


def test_the_verbs_change_what_they_say_and_the_others_open_as_before(key_path: Path, keys: Keys) -> None:
    hers = add(key_path, keys)
    assert key_accounts.rename(key_path, keys, hers, "李静波").name == "李静波"
    assert key_accounts.set_roles(key_path, keys, hers, ("supervisor", "auditor")).roles == ("supervisor", "auditor")
    opened = keystore.unlock(key_path, HERS, hers)
    assert (opened.worker, opened.roles, opened.page_key) == ("李静波", ("supervisor", "auditor"), keys.page_key)
    key_accounts.reset_passphrase(key_path, keys, hers, "a wholly other sentence", cost=FLOOR)
    assert keystore.unlock(key_path, "a wholly other sentence", hers).roles == ("supervisor", "auditor")
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, HERS, hers)
    assert keystore.unlock(key_path, PASSPHRASE) == keys
    key_accounts.remove(key_path, keys, hers)
    assert keystore.workers(key_path) == ("王芳",)
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, "a wholly other sentence")


def test_what_is_no_account_no_name_or_no_role_changes_nothing(key_path: Path, keys: Keys) -> None:
    code, _bits = key_accounts.add_code(key_path, keys, "R")
    before = key_path.read_bytes()
    with pytest.raises(LookupError):
        key_accounts.rename(key_path, keys, "nobody", "王")
    with pytest.raises(LookupError):
        key_accounts.set_roles(key_path, keys, code.id, ("worker",))
    with pytest.raises(LookupError):
        key_accounts.reset_passphrase(key_path, keys, code.id, HERS, cost=FLOOR)
    with pytest.raises(LookupError):
        key_accounts.remove(key_path, keys, "nobody")
    for name in ("", "王" * 200):
        with pytest.raises(ValueError, match="bounds"):
            key_accounts.rename(key_path, keys, keys.account, name)
        with pytest.raises(ValueError, match="bounds"):
            add(key_path, keys, name)
    with pytest.raises(ValueError, match="bounds"):
        key_accounts.set_roles(key_path, keys, keys.account, ("king",))
    with pytest.raises(ValueError, match="nobody left"):
        key_accounts.remove(key_path, keys, keys.account)
    with pytest.raises(ValueError, match="nobody would be left"):
        key_accounts.keys_under(key_path, keys, key_accounts.new_data_key(), (keys.account,))
    with pytest.raises(WeakPassphrase):
        add(key_path, keys, "李静", "football123x")
    with pytest.raises(ValueError, match="no such recipient"):
        key_accounts.add_escrow(key_path, keys, "街道", "age1nonsense")
    assert key_path.read_bytes() == before


def test_a_key_store_has_room_for_so_many_accounts(key_path: Path, keys: Keys, whole_catalogue: None) -> None:
    for n in range(key_file.MAX_SLOTS - 1):
        key_accounts.add_code(key_path, keys, f"R{n}")
    with pytest.raises(TooManyAccounts) as caught:
        key_accounts.add_code(key_path, keys, "one more")
    told(caught.value)
    assert len(keystore.accounts(key_path)) == key_file.MAX_SLOTS
    assert key_path.stat().st_size < key_file.MAX_FILE_BYTES // 2
    assert keystore.unlock(key_path, PASSPHRASE) == keys


def test_a_printed_code_opens_and_other_codes_do_not(key_path: Path, keys: Keys) -> None:
    account, code = key_accounts.add_code(key_path, keys, "R1")
    assert len(code) * 8 == 160
    opened = keystore.unlock_with_code(key_path, code)
    assert (opened.account, opened.roles, opened.page_key) == (account.id, (), keys.page_key)
    assert code.hex() not in key_path.read_text()
    assert sealing.text(code) not in key_path.read_text()
    with pytest.raises(WrongPassphrase):
        keystore.unlock_with_code(key_path, bytes(20))
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, code.hex())


def test_an_office_that_holds_a_key_in_trust_opens_the_data_key_with_its_own_secret(key_path: Path, keys: Keys) -> None:
    secret, public = device.new_sealing_keys()
    account = key_accounts.add_escrow(key_path, keys, "街道办", public, "花园路社区")
    again = key_accounts.add_escrow(key_path, keys, "街道办事处", public, "花园路社区")
    assert (account.id, again.name) == (again.id, "街道办事处")
    slot = keystore.standing(key_path, keys).slot(account.id)
    assert slot is not None
    data_key = device.unseal(secret, sealing.raw(slot.sealed))
    assert data_key == keys.data_key
    opened = keystore.unlock_with_data_key(key_path, data_key)
    assert (opened.page_key, opened.account, opened.roles) == (keys.page_key, "", ())
    with pytest.raises(WrongPassphrase):
        keystore.unlock_with_data_key(key_path, bytes(32))


# A new data key.


def test_a_new_data_key_reaches_everybody_but_who_leaves_and_keeps_the_old_one(key_path: Path, keys: Keys) -> None:
    hers, his = add(key_path, keys), add(key_path, keys, "张建国", "blue lantern harbour")
    _account, code = key_accounts.add_code(key_path, keys, "R")
    new = rotate(key_path, keys, hers)
    assert (new.epoch, new.unfinished) == (2, True)
    assert len({new.page_key, keys.page_key}) == len({new.mac_key, keys.mac_key}) == 2
    assert keystore.unlock(key_path, PASSPHRASE, keys.account) == new
    for opened in (keystore.unlock(key_path, "blue lantern harbour", his), keystore.unlock_with_code(key_path, code)):
        assert opened.page_key == new.page_key
        (old,) = opened.earlier
        assert (old.page_key, old.backup_key, old.epoch) == (keys.page_key, keys.backup_key, 1)
    for account in ("", hers):
        with pytest.raises(WrongPassphrase):
            keystore.unlock(key_path, HERS, account)
    with pytest.raises(KeysMissing):
        key_accounts.rename(key_path, keys, his, "张")  # keys of before write nothing any more
    assert not key_accounts.finish(key_path, new).unfinished
    last = rotate(key_path, keystore.unlock(key_path, PASSPHRASE))
    assert [one.epoch for one in last.earlier] == [2, 1]
    assert [one.page_key for one in last.earlier] == [new.page_key, keys.page_key]
    assert keystore.unlock(key_path, PASSPHRASE).earlier == last.earlier


def test_only_so_many_earlier_keys_are_kept(key_path: Path, keys: Keys, monkeypatch) -> None:
    monkeypatch.setattr(key_file, "MAX_EARLIER", 2)
    for _n in range(4):
        keys = rotate(key_path, keys)
    assert [one.epoch for one in keys.earlier] == [4, 3]


def test_the_pin_of_a_slot_is_renewed_at_the_sign_in_after_a_new_data_key(key_path: Path, keys: Keys) -> None:
    new = rotate(key_path, keys)
    before = key_path.read_bytes()
    assert keystore.unlock(key_path, PASSPHRASE) == new
    renewed = key_path.read_bytes()
    assert renewed != before
    keystore.unlock(key_path, PASSPHRASE)
    assert key_path.read_bytes() == renewed
    # With only the first key known as an earlier one nobody believes it any more.
    file = keystore.standing(key_path, new)
    third = key_accounts.new_data_key()
    forged = forged_under(file, third, earlier=[keys.data_key])
    key_path.write_bytes(forged.to_bytes())
    key_file.copy_of(key_path).unlink()
    with pytest.raises(KeysMissing):
        keystore.unlock(key_path, PASSPHRASE)


def forged_under(file: KeyFile, data_key: bytes, earlier: list[bytes]) -> KeyFile:
    """The same accounts under a data key of somebody's own: all that he needs is in the file."""
    sealed = [sealing.text(device.seal([slot.public], data_key)) for slot in file.slots]
    slots = tuple(replace(slot, sealed=one) for slot, one in zip(file.slots, sealed, strict=True))
    box = keystore.box_earlier(file.vault, file.epoch + 1, data_key, earlier) if earlier else ""
    new = KeyFile(file.vault, file.epoch + 1, slots, box)
    return new.under(sealing.derived(data_key, "key store", 32, salt=file.vault))


def test_a_file_made_by_somebody_who_knows_only_the_public_keys_is_refused(key_path: Path, keys: Keys) -> None:
    _account, code = key_accounts.add_code(key_path, keys, "R")
    file = keystore.standing(key_path, keys)
    key_file.copy_of(key_path).unlink()
    own = bytes(range(32))
    for earlier in ([], [own], [bytes(32)]):
        key_path.write_bytes(forged_under(file, own, earlier).to_bytes())
        for opening in (
            lambda: keystore.unlock(key_path, PASSPHRASE),
            lambda: keystore.unlock_with_code(key_path, code),
        ):
            with pytest.raises(KeysMissing):
                opening()
    key_path.write_bytes(forged_under(file, own, [keys.data_key]).to_bytes())
    assert (
        keystore.unlock(key_path, PASSPHRASE).data_key == own
    )  # who knows the data key can pass it on: it is his work


def test_a_sealed_data_key_of_another_size_or_account_is_refused(key_path: Path, keys: Keys) -> None:
    add(key_path, keys)
    file = keystore.standing(key_path, keys)
    key_file.copy_of(key_path).unlink()
    one, other = file.slots
    for sealed in (other.sealed, sealing.text(device.seal([one.public], bytes(31)))):
        changed = replace(file, slots=(replace(one, sealed=sealed), other)).under(keys.mac_key)
        key_path.write_bytes(changed.to_bytes())
        with pytest.raises(KeysMissing):
            keystore.unlock(key_path, PASSPHRASE)
    for earlier in (
        "AAAA",
        sealing.boxed(sealing.derived(keys.data_key, "earlier data keys", 32), b"x", [file.vault, 1]),
    ):
        key_path.write_bytes(replace(file, earlier=earlier).under(keys.mac_key).to_bytes())
        with pytest.raises(KeysMissing):
            keystore.unlock(key_path, PASSPHRASE)


def test_a_key_store_that_cannot_be_read_says_so(key_path: Path, monkeypatch) -> None:
    def fails(_path: Path) -> bytes:
        raise OSError(5, "the disk")

    monkeypatch.setattr(Path, "read_bytes", fails)
    with pytest.raises(CannotRead) as caught:
        keystore.unlock(key_path, PASSPHRASE)
    assert caught.value.facts == {"name": "keys.json"}


def test_a_pin_that_cannot_be_written_keeps_nobody_out(key_path: Path, keys: Keys, monkeypatch) -> None:
    new = rotate(key_path, keys)

    def full(*_arguments: object) -> None:
        raise DiskFull

    monkeypatch.setattr(key_file, "save", full)
    assert keystore.unlock(key_path, PASSPHRASE) == new


def test_every_member_of_every_slot_is_under_the_seal(key_path: Path, keys: Keys) -> None:
    _secret, public = device.new_sealing_keys()
    add(key_path, keys)
    key_accounts.add_code(key_path, keys, "R")
    key_accounts.add_escrow(key_path, keys, "街道办", public, "花园路社区")
    file = keystore.standing(key_path, keys)
    key_file.copy_of(key_path).unlink()
    for at, slot in enumerate(file.slots):
        for name, value in asdict(slot).items():
            other: object = value[::-1] if isinstance(value, str) else value + 1 if isinstance(value, int) else ()
            if other == value:
                other = "x" if isinstance(value, str) else ("desk",)
            changed = replace(file, slots=(*file.slots[:at], replace(slot, **{name: other}), *file.slots[at + 1 :]))
            key_path.write_bytes(changed.to_bytes())
            for phrase in (PASSPHRASE, HERS):
                with pytest.raises((KeysMissing, WrongPassphrase)):
                    keystore.unlock(key_path, phrase)


def test_a_copy_that_cannot_be_written_goes_and_is_made_again_at_the_next_sign_in(
    key_path: Path, keys: Keys, monkeypatch
) -> None:
    hers = add(key_path, keys)
    real = key_file.write_whole

    def main_alone(target: Path, data: bytes) -> None:
        if target.suffix == ".bak":
            raise DiskFull
        real(target, data)

    with monkeypatch.context() as patch:
        patch.setattr(key_file, "write_whole", main_alone)
        key_accounts.remove(key_path, keys, hers)
    assert not key_file.copy_of(key_path).exists(), "the old one would still open for who left"
    keystore.unlock(key_path, PASSPHRASE)
    assert key_file.copy_of(key_path).read_bytes() == key_path.read_bytes()


def test_what_was_sealed_to_an_account_is_read_after_its_owner_changed_her_passphrase_and_not_after_a_reset(
    key_path: Path, keys: Keys
) -> None:
    (first,) = keystore.accounts(key_path)
    sealed = device.seal([first.public], b"k0")
    phrase = PASSPHRASE
    for n in range(12):
        old, phrase = phrase, f"heping river teapot {'abcdefghijkl'[n]}"
        keystore.change_passphrase(key_path, old, phrase, cost=FLOOR)
        secrets = account_secret.secrets_of(key_path, phrase, first.id)
        opened = [device.unseal(secret, sealed) for secret in secrets]
        assert opened == [None] * (n + 1) + [b"k0"] if n < 10 else opened == [None] * 11
        assert len(set(secrets)) == min(n + 2, 11)
    assert secrets[0] == account_secret.secrets_of(key_path, phrase, first.id)[0]
    assert keystore.unlock(key_path, phrase) == keys
    with pytest.raises(WrongPassphrase):
        account_secret.secrets_of(key_path, PASSPHRASE, first.id)
    key_accounts.reset_passphrase(key_path, keys, first.id, PASSPHRASE, cost=FLOOR)
    assert len(account_secret.secrets_of(key_path, PASSPHRASE, first.id)) == 1
