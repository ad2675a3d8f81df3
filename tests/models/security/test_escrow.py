"""An office that holds a key helps whoever forgot her passphrase; neither file opens anything for whoever finds it."""

import contextlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from models.clock import FixedClock
from models.errors import CannotRead, KeysMissing, WeakPassphrase, WrongPassphrase
from models.security import device, escrow, key_accounts, key_file, keystore, sealing
from models.security.escrow import EscrowRefused
from models.security.keystore import FLOOR, Keys
from tests.conftest import NOW
from tests.models.casebooks import told
from tests.models.security.conftest import PASSPHRASE

NEW = "a wholly other sentence"
CLOCK = FixedClock(NOW)


class Office:
    """The office above: its device keys."""

    def __init__(self) -> None:
        self.keys = device.new_device_keys()

    def open(self, request: bytes) -> escrow.Request:
        return escrow.open_request(request, self.keys["age_secret"])

    def answer(self, request: bytes) -> bytes:
        return escrow.answer(request, self.keys["age_secret"], self.keys["sign_secret"], self.keys["sign_public"])


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def keys(key_path: Path, office: Office) -> Keys:
    """The key was entrusted to the office."""
    keys = keystore.unlock(key_path, PASSPHRASE)
    key_accounts.add_escrow(key_path, keys, "劝业场街道办", office.keys["age_public"], "花园路社区居委会")
    return keys


def ask(path: Path, account: str) -> bytes:
    return escrow.ask(path, account, NEW, CLOCK, cost=FLOOR)


def reason_of(function, *arguments: object) -> str:
    with pytest.raises(EscrowRefused) as caught:
        function(*arguments)
    told(caught.value)
    return str(caught.value.facts["reason"])


pytestmark = pytest.mark.usefixtures("whole_catalogue")


def test_a_forgotten_passphrase_is_replaced_with_the_help_of_the_office(
    key_path: Path, keys: Keys, office: Office
) -> None:
    request = ask(key_path, keys.account)
    seen = office.open(request)
    assert (seen.worker, seen.office, seen.vault) == ("王芳", "花园路社区居委会", keys.vault)
    assert (seen.account, seen.roles, seen.at) == (keys.account, keys.roles, int(NOW.timestamp() * 1000))
    assert seen.fingerprint == escrow.fingerprint(request)
    assert [len(group) for group in seen.fingerprint.split()] == [5, 5, 5]
    assert keystore.unlock(key_path, PASSPHRASE) == keys, "until the answer comes nothing is changed"
    answered = office.answer(request)
    assert escrow.waits_for(key_path) == keys.account
    assert escrow.take(key_path, answered, NEW, cost=FLOOR).data_key == keys.data_key
    assert keystore.unlock(key_path, NEW, keys.account) == keys
    with pytest.raises(WrongPassphrase):
        keystore.unlock(key_path, PASSPHRASE)
    assert reason_of(escrow.take, key_path, answered, NEW) == "no_request", "it is used up"


def test_neither_file_opens_anything_alone(key_path: Path, keys: Keys, office: Office) -> None:
    request = ask(key_path, keys.account)
    answered = office.answer(request)
    for data in (request, answered, key_path.with_name(escrow.WAITING).read_bytes()):
        for secret in (keys.data_key, keys.page_key, keys.mac_key):
            assert secret not in data
            assert secret.hex().encode() not in data
            assert sealing.text(secret).encode() not in data
    with pytest.raises(WrongPassphrase):
        escrow.take(key_path, answered, "another sentence than that", cost=FLOOR)
    assert escrow.take(key_path, answered, NEW, cost=FLOOR)


def test_an_answer_to_another_request_is_refused(key_path: Path, keys: Keys, office: Office) -> None:
    old = office.answer(ask(key_path, keys.account))
    second = ask(key_path, keys.account)
    assert reason_of(escrow.take, key_path, old, NEW) == "other_request"
    # One that names this request, but was sealed to somebody else, or is of another data key.
    body = json.loads(office.answer(second))
    del body["signature"]
    for sealed in (
        device.seal([office.keys["age_public"]], keys.data_key),
        device.seal([json.loads(second)["public"]], bytes(32)),
    ):
        body["sealed"] = sealing.text(sealed)
        said = {**body, "signature": device.sign(office.keys["sign_secret"], sealing.canonical(body)).hex()}
        assert reason_of(escrow.take, key_path, sealing.canonical(said), NEW) == "other_request"
    body["sealed"] = "no base64!"
    said = {**body, "signature": device.sign(office.keys["sign_secret"], sealing.canonical(body)).hex()}
    assert reason_of(escrow.take, key_path, sealing.canonical(said), NEW) == "other_request"
    assert keystore.unlock(key_path, PASSPHRASE) == keys


def test_a_data_key_that_was_replaced_since_makes_the_answer_useless(
    key_path: Path, keys: Keys, office: Office
) -> None:
    answered = office.answer(ask(key_path, keys.account))
    file, new = key_accounts.keys_under(key_path, keys, key_accounts.new_data_key())
    key_file.save(key_path, file)
    assert reason_of(escrow.take, key_path, answered, NEW) == "other_request"
    escrow.take(key_path, office.answer(ask(key_path, keys.account)), NEW, cost=FLOOR)
    assert keystore.unlock(key_path, NEW) == new, "the escrow got the new data key too"


def test_another_office_cannot_answer_and_a_changed_key_file_is_seen(
    key_path: Path, keys: Keys, office: Office
) -> None:
    request = ask(key_path, keys.account)
    assert reason_of(Office().open, request) == "not_ours"
    assert reason_of(Office().answer, request) == "not_ours"
    file = keystore.standing(key_path, keys)
    body = json.loads(request)
    other = replace(file, slots=(replace(file.slots[0], name="李鬼"), *file.slots[1:]))
    body["key_file"] = sealing.text(other.to_bytes())
    assert reason_of(office.open, sealing.canonical(body)) == "changed"
    body = json.loads(request) | {"account": "nobody"}
    assert reason_of(office.open, sealing.canonical(body)) == "changed"
    body = json.loads(request) | {"account": next(one.id for one in file.slots if one.kind == keystore.ESCROW)}
    assert reason_of(office.open, sealing.canonical(body)) == "changed"
    body = json.loads(request) | {"public": "age1nonsense"}
    assert reason_of(office.answer, sealing.canonical(body)) == "not_one"
    body = json.loads(request) | {"at": "yesterday"}
    assert office.open(sealing.canonical(body)).at == 0


def test_two_hundred_damaged_or_foreign_files_are_refused_with_a_reason(
    key_path: Path, keys: Keys, office: Office
) -> None:
    request = ask(key_path, keys.account)
    answered = office.answer(request)
    dice = Random(4)
    for good, taken in ((request, office.open), (answered, lambda data: escrow.take(key_path, data, NEW, cost=FLOOR))):
        for n in range(100):
            bad = bytearray(good.strip())
            at = dice.randrange(len(bad))
            if n % 3 == 0:
                bad[at] ^= 1 << dice.randrange(8)
            elif n % 3 == 1:
                del bad[at : at + dice.randrange(1, 30)]
            else:
                bad[at:at] = bytes(dice.choices(b'"}0a ', k=3))
            if bytes(bad).strip() == good.strip():
                continue
            with contextlib.suppress(EscrowRefused):
                seen = taken(bytes(bad))
                assert seen.fingerprint != escrow.fingerprint(request), "what only the telephone finds"
        for bad in (b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b" " * 300_000, good + b"x"):
            assert reason_of(taken, bad) == "not_one"
        (kind,) = [name for name in json.loads(good) if name.startswith("jinmen")]
        assert reason_of(taken, sealing.canonical(json.loads(good) | {kind: 2})) == "newer"
        assert reason_of(taken, sealing.canonical(json.loads(good) | {kind: "1"})) == "not_one"
        loose = json.dumps(json.loads(good)).encode()
        assert reason_of(taken, loose) == "not_one", "one content has one form"
    assert reason_of(taken, sealing.canonical(json.loads(answered) | {"signature": "xx"})) == "not_one"
    escrow.take(key_path, answered, NEW, cost=FLOOR)


def test_what_cannot_be_asked_is_refused_before_anything_is_written(key_path: Path, tmp_path: Path) -> None:
    account = keystore.accounts(key_path)[0].id
    with pytest.raises(WeakPassphrase):
        escrow.ask(key_path, account, "123456", CLOCK)
    assert reason_of(ask, key_path, account) == "no_escrow"
    with pytest.raises(LookupError):
        ask(key_path, "nobody")
    with pytest.raises(KeysMissing):
        ask(tmp_path / "none.keys", account)
    old = tmp_path / "old.keys"
    shutil.copyfile(Path(__file__).parent / "golden" / "keys_format1.json", old)
    with pytest.raises(KeysMissing):
        ask(old, account)
    assert not key_path.with_name(escrow.WAITING).exists()
    assert reason_of(escrow.waits_for, key_path) == "no_request"


def test_what_waits_is_refused_where_it_was_changed(key_path: Path, keys: Keys, office: Office, monkeypatch) -> None:
    answered = office.answer(ask(key_path, keys.account))
    waits = key_path.with_name(escrow.WAITING)
    good = waits.read_bytes()
    body = json.loads(good)
    for changed in (
        {"memory_kib": 1 << 30},
        {"passes": 0},
        {"salt": "AAAA"},
        {"salt": "?"},
        {"lanes": None},
        {"box": 7},
    ):
        waits.write_bytes(sealing.canonical(body | changed))
        assert reason_of(escrow.take, key_path, answered, NEW) == "no_request"
    for changed in ({"account": "other"}, {"public": "x"}, {"box": body["box"][:-8] + "AAAAAAA="}):
        waits.write_bytes(sealing.canonical(body | changed))
        with pytest.raises(WrongPassphrase):
            escrow.take(key_path, answered, NEW, cost=FLOOR)
    waits.write_bytes(good)

    def fails(_path: Path) -> bytes:
        raise OSError(5, "the disk")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fails)
        with pytest.raises(CannotRead):
            escrow.take(key_path, answered, NEW)
    assert escrow.take(key_path, answered, NEW, cost=FLOOR)


def test_a_request_that_cannot_be_deleted_keeps_nobody_from_her_new_passphrase(
    key_path: Path, keys: Keys, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = office.answer(ask(key_path, keys.account))

    def fails(_path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "another program has it open")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", fails)
        assert escrow.take(key_path, answered, NEW, cost=FLOOR).data_key == keys.data_key
    assert keystore.unlock(key_path, NEW).data_key == keys.data_key


def test_of_a_file_that_somebody_sent_no_more_is_read_than_a_request_may_have(tmp_path: Path) -> None:
    path = tmp_path / f"sent{escrow.ANSWER_ENDING}"
    path.write_bytes(bytes(escrow.MAX_BYTES))
    assert escrow.read_file(path) == bytes(escrow.MAX_BYTES)
    path.write_bytes(bytes(escrow.MAX_BYTES + 1))
    assert reason_of(escrow.read_file, path) == "not_one"
    for nothing in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(CannotRead):
            escrow.read_file(nothing)
