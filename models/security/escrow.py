"""The two files by which an office that holds a key in trust opens a casebook again for somebody who forgot.

The laptop writes a *request*: its key file as it stands, which account is to get a new passphrase, and a fresh public
key, whose secret stays on the laptop under the new passphrase. The office opens the data key that was sealed to it,
checks with it that the key file is genuine, compares the fingerprint over the telephone, and writes an *answer*: the
data key sealed to the fresh public key, signed by the office's device. Neither opens anything for whoever finds it.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.clock import Clock, milliseconds
from models.errors import CannotRead, KeysMissing, Problem, WeakPassphrase, WrongPassphrase
from models.security import device, key_file, keystore
from models.security.key_file import ESCROW, PERSON, KeyFile
from models.security.sealing import STANDARD, Cost, boxed, canonical, derived, new_salt, raw, stretched, text, unboxed
from models.security.strength import too_easy
from models.texts import _

REQUEST_ENDING, ANSWER_ENDING = ".jmask", ".jmkey"
WAITING = "casebook.recovering"
"""The file beside the key store with the secret half of a request, under the new passphrase."""
MAX_BYTES = 256 * 1024
_FORMAT = 1


class EscrowRefused(Problem):
    """A request or an answer was not accepted. Facts: reason, one of the keys below."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "not_one": _("This file is no request for a key and no answer to one, or it was damaged on the way."),
            "newer": _("This file was made by a newer Jinmen. Please update the program."),
            "not_ours": _("No key in this file was entrusted to this office, or only to an earlier casebook of it."),
            "changed": _("The key file in this request was changed, so nobody can say whose it is."),
            "no_escrow": _("The key of this casebook was entrusted to no office."),
            "no_request": _(
                "No request is waiting on this computer. Write the request first, then ask for the answer."
            ),
            "other_request": _("This answer belongs to another request. Ask for the answer to the last one."),
        }
        reason = reasons[str(self.facts["reason"])]
        return _("{reason} Nothing was changed.").format(reason=reason)


@dataclass(frozen=True)
class Request:
    """A request as the office sees it; what it says was checked with the data key."""

    vault: str
    office: str  # whose casebook it is, as it said when it entrusted the key
    account: str
    worker: str
    roles: tuple[str, ...]
    at: int  # milliseconds; by the laptop's clock
    fingerprint: str


def ask(key_store: Path, account: str, new_passphrase: str, clock: Clock, *, cost: Cost = STANDARD) -> bytes:
    """Write down a request, and what waits for the answer beside the key store; returns the request's bytes.

    Raises WeakPassphrase, KeysMissing, CannotRead, CannotWrite, DiskFull; LookupError where there is no such person;
    EscrowRefused where the key was entrusted to nobody.
    """
    if too_easy(new_passphrase):
        raise WeakPassphrase()
    file = key_file.first_whole(key_store)
    if not isinstance(file, KeyFile):  # of an earlier version, which entrusted keys to nobody
        raise KeysMissing()
    slot = file.slot(account)
    if slot is None or slot.kind != PERSON:
        raise LookupError("no such person")
    if not any(one.kind == ESCROW for one in file.slots):
        raise EscrowRefused(reason="no_escrow")
    secret, public = device.new_sealing_keys()
    request = canonical(
        {
            "jinmen_key_request": _FORMAT,
            "account": account,
            "at": milliseconds(clock),
            "public": public,
            "key_file": text(file.to_bytes()),
        }
    )
    salt = new_salt()
    bound = {"jinmen_recovering": _FORMAT, "account": account, "public": public, "request": _digest(request)}
    bound |= {**asdict(cost), "salt": text(salt)}
    box = boxed(stretched(new_passphrase, salt, cost), secret.encode(), bound)
    key_file.write_whole(key_store.with_name(WAITING), canonical({**bound, "box": box}))
    return request + b"\n"


def read_file(path: Path) -> bytes:
    """The bytes of a file that somebody sent: a request or an answer. Raises CannotRead; EscrowRefused: too large."""
    try:
        if not path.is_file():  # a folder, or something that never ends
            raise CannotRead(name=path.name)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble
    if len(data) > MAX_BYTES:
        raise EscrowRefused(reason="not_one")
    return data


def fingerprint(request: bytes) -> str:
    """Three groups of five digits to read out and compare."""
    number = int(_digest(request.strip()), 16) % 10**15
    digits = f"{number:015d}"
    return " ".join(digits[at : at + 5] for at in range(0, 15, 5))


def open_request(request: bytes, age_secret: str) -> Request:
    """What a request says, where its key was entrusted to the holder of a secret. Raises EscrowRefused."""
    said, file, office, _data_key = _opened(request, age_secret)
    slot = file.slot(str(said["account"]))
    if slot is None or slot.kind != PERSON:
        raise EscrowRefused(reason="changed")
    at = said["at"] if type(said["at"]) is int else 0
    return Request(file.vault, office, slot.id, slot.name, slot.roles, at, fingerprint(request))


def answer(request: bytes, age_secret: str, sign_secret: str, sign_public: str) -> bytes:
    """The answer to a request that a person has checked. Raises EscrowRefused."""
    said, _file, _office, data_key = _opened(request, age_secret)
    try:
        sealed = device.seal([str(said["public"])], data_key)
    except ValueError as trouble:
        raise EscrowRefused(reason="not_one") from trouble
    body = {"jinmen_key_answer": _FORMAT, "request": _digest(request.strip()), "sealed": text(sealed)}
    body |= {"signed_by": sign_public}
    return canonical({**body, "signature": device.sign(sign_secret, canonical(body)).hex()}) + b"\n"


def waits_for(key_store: Path) -> str:
    """For which account a request waits on this computer. Raises EscrowRefused, CannotRead."""
    return str(_waiting(key_store)["account"])


def take(key_store: Path, answered: bytes, new_passphrase: str, *, cost: Cost = STANDARD) -> keystore.Keys:
    """Give the account of the waiting request its new passphrase; returns the keys.

    Raises EscrowRefused, WrongPassphrase (another than the request was made with), KeysMissing, CannotRead,
    CannotWrite, DiskFull.
    """
    waits = _waiting(key_store)
    said = _parsed(answered, "jinmen_key_answer", ("request", "sealed", "signed_by", "signature"))
    signature = said.pop("signature")
    if not _signed(said, signature):
        raise EscrowRefused(reason="not_one")
    if said["request"] != waits["request"]:
        raise EscrowRefused(reason="other_request")
    wait_cost = Cost(waits["memory_kib"], waits["passes"], waits["lanes"])
    bound = {name: value for name, value in waits.items() if name != "box"}
    secret = unboxed(stretched(new_passphrase, raw(waits["salt"]), wait_cost), waits["box"], bound)
    if secret is None:
        raise WrongPassphrase()
    try:
        data_key = device.unseal(secret.decode(), raw(said["sealed"]))
    except ValueError:
        data_key = None
    if data_key is None:
        raise EscrowRefused(reason="other_request")
    try:
        keys = keystore.unlock_with_data_key(key_store, data_key)
    except WrongPassphrase as trouble:  # the key file got a new data key since the request
        raise EscrowRefused(reason="other_request") from trouble
    keystore.rewrap(key_store, keys, waits["account"], new_passphrase, cost=cost)
    with suppress(OSError):  # the passphrase is changed all the same; the next request takes its place
        key_store.with_name(WAITING).unlink(missing_ok=True)
    return keys


def _opened(request: bytes, age_secret: str) -> tuple[dict[str, Any], KeyFile, str, bytes]:
    """What a request says, the key file in it, whose casebook it is, and the data key. Raises EscrowRefused."""
    said = _parsed(request, "jinmen_key_request", ("account", "public", "key_file"))
    try:
        file = key_file.parse(raw(said["key_file"]))
    except ValueError:
        file = None
    if not isinstance(file, KeyFile) or "at" not in said:
        raise EscrowRefused(reason="not_one")
    ours = False
    for slot in file.slots:
        data_key = device.unseal(age_secret, raw(slot.sealed)) if slot.kind == ESCROW else None
        if data_key is None:
            continue
        ours = True
        if file.is_under(derived(data_key, "key store", 32, salt=file.vault)):
            return said, file, slot.about, data_key
    raise EscrowRefused(reason="changed" if ours else "not_ours")


def _parsed(data: bytes, kind: str, texts: tuple[str, ...]) -> dict[str, Any]:
    """The members of a file. Raises EscrowRefused."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        said = json.loads(data.decode("utf-8"))
        version = said[kind]
        if type(version) is int and version > _FORMAT:
            raise EscrowRefused(reason="newer")
        if version != _FORMAT or not all(isinstance(said[name], str) for name in texts):
            raise ValueError("not one")
        if canonical(said) != data.strip():  # one form only, so that one fingerprint stands for one content
            raise ValueError("not canonical")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as trouble:
        raise EscrowRefused(reason="not_one") from trouble
    return dict(said)


def _signed(said: dict[str, Any], signature: str) -> bool:
    try:
        said_by, made = said["signed_by"], bytes.fromhex(signature)
        return made.hex() == signature and device.verify(said_by, made, canonical(said))
    except ValueError:
        return False


def _waiting(key_store: Path) -> dict[str, Any]:
    path = key_store.with_name(WAITING)
    if not path.exists():
        raise EscrowRefused(reason="no_request")
    try:
        data = path.read_bytes()
    except OSError as trouble:
        raise CannotRead(name=WAITING) from trouble
    try:
        said = _parsed(data, "jinmen_recovering", ("account", "public", "request", "salt", "box"))
        if not Cost(said["memory_kib"], said["passes"], said["lanes"]).allowed() or len(raw(said["salt"])) != 16:
            raise ValueError("out of bounds")
    except (EscrowRefused, ValueError, KeyError, TypeError) as trouble:
        raise EscrowRefused(reason="no_request") from trouble
    return said


def _digest(data: bytes) -> str:
    return hashlib.sha256(b"jinmen key request 1" + data).hexdigest()
