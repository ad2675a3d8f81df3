"""The accounts of a casebook: who may open it with a passphrase of her own, and what she may do then.

Names, roles and passphrases are in the key file beside the casebook; phone, classes and communities in the staff fact
(services/staff.py). At a desk of an office with a server the key file is this computer's, and the server's word on the
roles counts.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.clock import today
from models.errors import KeysMissing, WeakPassphrase
from models.records.roles import CLASSES, ROLES, may
from models.security import attempts, escrow, key_accounts, keystore, recovery_code
from models.security.keystore import Account
from models.security.strength import too_easy
from models.services import partners, staff
from models.services.accounts_views import (
    AccountGone,
    AccountRow,
    EscrowOffice,
    KeyChangeWaits,
    LastKeeper,
    NameTaken,
    NoName,
    NoRole,
    OwnAccount,
)
from models.services.book import Book
from models.services.views import Worker
from models.store import rotation
from models.store.audit import Said
from models.store.backup import KEY_STORE
from models.store.work import read_meta
from models.sync.circle import codes_within
from models.values import new_id

_MOST_NAME = 60


class Accounts:
    """Verbs about accounts. All that write raise KeysMissing, DiskFull and CannotWrite for the key file."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def list(self) -> tuple[AccountRow, ...]:
        """Everybody who can open the casebook here, the codes and offices, then those of other desks."""
        with self._book.reading() as connection:
            said = staff.read_staff(connection)
        here = keystore.accounts(self._path) if self._book.keys is not None else ()
        ids = {one.id for one in here}
        alone = sum(one.kind == keystore.PERSON for one in here) == 1
        rows = [self._row(one, said.get(one.id, {}), alone) for one in here]
        for account, known in sorted(said.items(), key=lambda item: str(item[1].get("name", ""))):
            if self._on_server and account not in ids and not known.get("left"):
                rows.append(self._elsewhere(account, known))
        return tuple(rows)

    def add(
        self,
        name: str,
        passphrase: str,
        roles: Collection[str],
        *,
        phone: str = "",
        classes: Collection[str] | None = None,
        scope: Collection[str] = (),
        cost: keystore.Cost = keystore.STANDARD,
    ) -> str:
        """Give somebody an account of her own; she types her passphrase herself. Returns its id.

        classes: of sensitive knowledge that she may see; None: all. scope: codes of communities; (): everything.
        Raises WeakPassphrase, NameTaken, NoName, NoRole, TooManyAccounts.
        """
        name, kept = self._free_name(name), _roles(roles)
        self._say_own()
        keys = self._keys
        said = {"name": name, "phone": phone.strip(), "classes": _classes(classes), "scope": sorted(scope)}
        account = new_id()
        self._say(account, **said, roles=kept)  # first: where nothing is said of an account it sees everything
        try:
            key_accounts.add_person(self._path, keys, name, passphrase, kept, account=account, cost=cost)
        except BaseException:
            with self._book.writing() as connection:
                staff.forget_staff(connection, account)
            raise
        self._book.note("change", "account", account, "added")
        return account

    def change_roles(self, account: str, roles: Collection[str]) -> None:
        """Give somebody other roles; they count from the next sign-in. Raises LastKeeper, NoRole, AccountGone."""
        row, kept = self._person(account), _roles(roles)
        self._keeper_remains({account: kept})
        if row.here:
            key_accounts.set_roles(self._path, self._keys, account, kept)
        self._say(account, roles=kept)
        self._book.note("change", "account", account, "roles")

    def set_classes(self, account: str, classes: Collection[str] | None) -> None:
        """Say which sensitive knowledge somebody may see, from the next sign-in; None: all. Raises AccountGone."""
        self._person(account)
        self._say(account, classes=_classes(classes))
        self._book.note("change", "account", account, "classes")

    def set_scope(self, account: str, scope: Collection[str]) -> None:
        """Say of which communities (codes) somebody sees people, from the next sign-in; (): all. Raises AccountGone."""
        self._person(account)
        self._say(account, scope=sorted(scope) or None)
        self._book.note("change", "account", account, "scope")

    def rename(self, account: str, name: str, phone: str | None = None) -> None:
        """Write down another name, and another phone where one is given. Raises NameTaken, NoName, AccountGone."""
        row = self._person(account)
        name = self._free_name(name, besides=account)
        if row.here and name != self._slot_name(account):
            key_accounts.rename(self._path, self._keys, account, name)
        self._say(account, name=name, **({} if phone is None else {"phone": phone.strip()}))
        self._book.note("change", "account", account, "name")
        if row.own:
            worker = self._book.worker
            self._book.worker = replace(worker, name=name, phone=worker.phone if phone is None else phone.strip())

    def be_called(self, name: str, phone: str) -> None:
        """One's own name and phone, as they stand on letters. Raises NameTaken, NoName."""
        worker = self._book.worker
        if worker.account and (name, phone) != (worker.name, worker.phone):
            self.rename(worker.account, name, phone)

    def change_phrase(self, old: str, new: str, *, cost: keystore.Cost = keystore.STANDARD) -> None:
        """One's own passphrase. Raises WrongPassphrase, TooManyAttempts, WeakPassphrase."""
        if too_easy(new):
            raise WeakPassphrase()
        account = self._book.worker.account
        with attempts.guarded(self._book.folder, self._book.clock, account):
            keystore.change_passphrase(self._path, old, new, account=account, cost=cost)
        self._book.note("change", "account", account, "passphrase")

    def reset_phrase(self, account: str, new: str, *, cost: keystore.Cost = keystore.STANDARD) -> None:
        """Somebody forgot hers: she types a new one here, and who keeps the accounts vouches for her.

        Raises WeakPassphrase, AccountGone.
        """
        if not self._person(account).here:
            raise AccountGone
        key_accounts.reset_passphrase(self._path, self._keys, account, new, cost=cost)
        attempts.forgive(self._book.folder, account)
        self._book.note("change", "account", account, "passphrase reset")

    def make_recovery_code(self) -> tuple[str, str]:
        """A printed code that opens the casebook once: its account, and the code in groups, which is kept nowhere.

        Raises TooManyAccounts.
        """
        name = f"{today(self._book.clock):%Y-%m-%d}"
        made, code = key_accounts.add_code(self._path, self._keys, name)
        self._book.note("change", "account", made.id, "recovery code made")
        return made.id, recovery_code.show(code)

    def escrow_offices(self) -> tuple[EscrowOffice, ...]:
        """The trusted offices that the key can be entrusted to, the one above first."""
        holding = {one.public for one in keystore.accounts(self._path) if one.kind == keystore.ESCROW}
        own = self._book.office.code
        with self._book.reading() as connection:
            known = [one for one in partners.all_trusted(connection) if one.kind == "office" and one.seal_key]
        found = [
            EscrowOffice(
                one.seal_key, one.name, one.fingerprint, _is_above(one.office_code, own), one.seal_key in holding
            )
            for one in known
        ]
        return tuple(sorted(found, key=lambda one: (not one.above, one.name)))

    def escrow_to(self, public: str, name: str) -> str:
        """Entrust the key to an office, which can then help whoever forgot her passphrase. Returns the account.

        Raises AccountGone where it is no trusted office, TooManyAccounts.
        """
        if all(one.public != public for one in self.escrow_offices()):
            raise AccountGone
        made = key_accounts.add_escrow(self._path, self._keys, name[:_MOST_NAME], public, self._book.office.name)
        self._book.note("change", "account", made.id, "entrusted")
        return made.id

    def open_request(self, request: bytes) -> escrow.Request:
        """As the office: what a request for a key says; compare the fingerprint by telephone. Raises EscrowRefused."""
        return escrow.open_request(request, self._device_keys()["age_secret"])

    def answer_request(self, request: bytes) -> bytes:
        """As the office: the answer, after a person has made sure who asks. Raises EscrowRefused."""
        keys = self._device_keys()
        said = escrow.open_request(request, keys["age_secret"])
        answered = escrow.answer(request, keys["age_secret"], keys["sign_secret"], keys["sign_public"])
        self._book.note("change", "account", said.account, f"key given {said.vault}")
        return answered

    def leave(self, account: str, *, keep_codes: bool = False) -> None:
        """Somebody leaves: her account goes, and the casebook gets a new key, since she knew the old one.

        Recovery codes go too, unless they are kept: she may have seen the paper. The file is written anew at the next
        sign-in, so sign out right after this. At another desk of an office only what she may is taken away here; the
        verb is said again at that desk. Raises LastKeeper, OwnAccount, AccountGone, DiskFull; then nothing was changed.
        """
        row = self._person(account)
        if row.own:
            raise OwnAccount
        self._keeper_remains({account: ()})
        if row.here:
            self._renew({account} | (set() if keep_codes else self._codes()), account)
            with self._book.writing() as connection:
                staff.forget_staff(connection, account)
        else:
            with self._book.writing() as connection:  # the key file over there still opens: it may do nothing here
                staff.write_staff(connection, account, roles=[], left=True)
            self._book.note("change", "account", account, "left")

    def renew_key(self, *, keep_codes: bool = True) -> None:
        """A new key without anybody leaving: a copy of the casebook or its key file may be in wrong hands.

        Works like leave(). Raises DiskFull; then nothing was changed.
        """
        self._renew(set() if keep_codes else self._codes(), "")

    def remove_code(self, account: str) -> None:
        """A recovery code, or an office that held a key, opens nothing any more. Raises AccountGone.

        Whoever has an old backup and the old code can still open that backup.
        """
        if self._row_of(account).kind == keystore.PERSON:
            raise AccountGone
        key_accounts.remove(self._path, self._keys, account)
        self._book.note("change", "account", account, "removed")

    @property
    def _on_server(self) -> bool:
        return bool(self._book.desk)

    @property
    def _path(self) -> Path:
        return self._book.folder / KEY_STORE

    @property
    def _keys(self) -> keystore.Keys:
        if self._book.keys is None:  # a program beside a server has no key file
            raise AccountGone
        try:
            keystore.standing(self._path, self._book.keys)
        except KeysMissing:
            if rotation.is_promised(self._path):
                raise KeyChangeWaits from None
            raise
        return self._book.keys

    def _renew(self, without: set[str], account: str) -> None:
        """Promise a new data key; everything is as before where that cannot be done."""
        keys, store = self._keys, self._book.beside.path
        assert store is not None, "what lies here is a file"
        rotation.room_for(store)
        self._book.back_up_before("keys")
        said = Said("change", "account", account, "left" if account else "key")
        with self._book.writing() as connection:  # what cannot be promised is not noted, nor the other way round
            self._book.put_audit(connection, said)
            rotation.promise(store, self._path, keys, without)

    def _codes(self) -> set[str]:
        return {one.id for one in keystore.accounts(self._path) if one.kind == keystore.RECOVERY}

    def _device_keys(self) -> dict[str, str]:
        with self._book.reading() as connection:
            return {name: str(value) for name, value in read_meta(connection, "device_keys").items()}

    def _row(self, one: Account, said: dict[str, Any], alone: bool) -> AccountRow:
        own = one.id == self._book.worker.account
        worker: Worker | None = self._book.worker if own and alone else None
        return AccountRow(
            one.id,
            worker.name if worker else str(said.get("name") or one.name),
            one.kind,
            staff.roles_of(said, one.roles, on_server=self._on_server),
            worker.phone if worker else str(said.get("phone", "")),
            staff.classes_of(said),
            tuple(said.get("scope") or ()),
            own=own,
            public=one.public if one.kind == keystore.ESCROW else "",
        )

    def _elsewhere(self, account: str, said: dict[str, Any]) -> AccountRow:
        return AccountRow(
            account,
            str(said.get("name", "")),
            keystore.PERSON,
            staff.roles_of(said, (), on_server=True),
            str(said.get("phone", "")),
            staff.classes_of(said),
            tuple(said.get("scope") or ()),
            here=False,
        )

    def _row_of(self, account: str) -> AccountRow:
        for row in self.list():
            if row.id == account:
                return row
        raise AccountGone

    def _person(self, account: str) -> AccountRow:
        row = self._row_of(account)
        if row.kind != keystore.PERSON:
            raise AccountGone
        return row

    def _free_name(self, name: str, besides: str = "") -> str:
        name = " ".join(name.split())
        if not name or len(name) > _MOST_NAME:
            raise NoName(most=_MOST_NAME)
        people = [row for row in self.list() if row.kind == keystore.PERSON and row.here and row.id != besides]
        if any(row.name == name for row in people):
            raise NameTaken(name=name)
        return name

    def _keeper_remains(self, instead: dict[str, tuple[str, ...]]) -> None:
        """Raise LastKeeper where nobody would be left who may keep accounts. instead: account -> roles; (): gone."""
        people = [row for row in self.list() if row.kind == keystore.PERSON]
        if not any(may(instead.get(row.id, row.roles), "accounts") for row in people):
            raise LastKeeper

    def _say_own(self) -> None:
        """Put down name and phone of who works here alone so far: with a second account the fact is asked, and the
        sign-in page shows names. An earlier version wrote another name down without telling the key file.
        """
        worker = self._book.worker
        with self._book.reading() as connection:
            known = staff.read_staff(connection).get(worker.account, {})
        if worker.account and "name" not in known:
            self._say(worker.account, name=worker.name, phone=worker.phone)
        if worker.account and worker.name != self._slot_name(worker.account):
            key_accounts.rename(self._path, self._keys, worker.account, worker.name)

    def _slot_name(self, account: str) -> str:
        return next((one.name for one in keystore.accounts(self._path) if one.id == account), "")

    def _say(self, account: str, **said: Any) -> None:
        if not self._on_server:
            said.pop("roles", None)  # the key file says it, under its seal
        elif "roles" in said:
            said["roles"] = [*said["roles"]]
        if said:
            with self._book.writing() as connection:
                staff.write_staff(connection, account, **said)


def _is_above(code: str, office: str) -> bool:
    return code not in ("", office) and codes_within(office, [code])


def _roles(roles: Collection[str]) -> tuple[str, ...]:
    kept = tuple(role for role in ROLES if role in roles)
    if not kept or len(kept) != len(set(roles)):
        raise NoRole
    return kept


def _classes(classes: Collection[str] | None) -> list[str] | None:
    if classes is None:
        return None
    if not set(classes) <= set(CLASSES):
        raise ValueError("no such class")
    return sorted(classes)
