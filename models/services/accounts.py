"""The accounts of a casebook: who may open it with a passphrase of her own, and what she may do then.

Names, roles and passphrases are in the key file beside the casebook; phone, classes and communities in the staff fact
(services/staff.py). At a desk of an office with a server the key file is this computer's, and the server's word on the
roles counts.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from models.clock import today
from models.errors import Problem, WeakPassphrase
from models.records.roles import CLASSES, ROLES, may
from models.security import attempts, key_accounts, keystore, recovery_code
from models.security.keystore import Account
from models.security.passphrase import is_weak
from models.services import staff
from models.services.book import Book
from models.services.views import Worker
from models.store.backup import KEY_STORE
from models.texts import _

_MOST_NAME = 60


class LastKeeper(Problem):
    """Nobody would be left who may keep the accounts."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Somebody must remain who may keep the accounts: a supervisor or an administrator. Nothing was changed. "
            "Give somebody else that role first."
        )


class NameTaken(Problem):
    """Two accounts would have one name. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "There is an account named {name} already, and at sign-in nobody could tell the two apart. Nothing was "
            "changed. Add something to the name."
        ).format(**self.facts)


class AccountGone(Problem):
    """The account is not in the key file (any more), or the verb is not for its kind."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This account is not on this computer any more. Nothing was changed. Look at the list again.")


class NoName(Problem):
    """A name is empty or too long. Facts: most."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("An account needs a name of at most {most} characters. Nothing was changed.").format(**self.facts)


class NoRole(Problem):
    """Somebody was to have no role at all."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("An account needs one role at least. Nothing was changed. Tick what this person does.")


@dataclass(frozen=True)
class AccountRow:
    """An account as the list shows it."""

    id: str
    name: str
    kind: str  # person, recovery (a printed code) or escrow (an office that holds a key in trust)
    roles: tuple[str, ...] = ()
    phone: str = ""
    classes: frozenset[str] = frozenset(CLASSES)
    scope: tuple[str, ...] = ()  # community codes; (): everything
    here: bool = True  # signs in on this computer; False: at another desk of the office
    own: bool = False  # who is signed in
    public: str = field(default="", repr=False)  # of an escrow: whose key it is


class Accounts:
    """Verbs about accounts. All that write raise KeysMissing, DiskFull and CannotWrite for the key file."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def list(self) -> tuple[AccountRow, ...]:
        """Everybody who can open the casebook here, the codes and offices, then those of other desks."""
        with self._book.reading() as connection:
            said = staff.read_staff(connection)
        here = keystore.accounts(self._path) if self._book.keys is not None else ()
        alone = sum(one.kind == keystore.PERSON for one in here) == 1
        rows = [self._row(one, said.get(one.id, {}), alone) for one in here]
        for account, known in sorted(said.items(), key=lambda item: str(item[1].get("name", ""))):
            if self._on_server and account not in {one.id for one in here}:
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
        keys = self._keys
        made = key_accounts.add_person(self._path, keys, name, passphrase, kept, cost=cost)
        self._say(made.id, name=name, phone=phone.strip(), classes=_classes(classes), scope=sorted(scope), roles=kept)
        self._book.note("change", "account", made.id, "added")
        return made.id

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
        if row.here and name != row.name:
            key_accounts.rename(self._path, self._keys, account, name)
        self._say(account, name=name, **({} if phone is None else {"phone": phone.strip()}))
        self._book.note("change", "account", account, "name")
        if row.own:
            worker = self._book.worker
            self._book.worker = replace(worker, name=name, phone=worker.phone if phone is None else phone.strip())

    def be_called(self, name: str, phone: str) -> None:
        """One's own name and phone, as they stand on letters. Raises NameTaken, NoName."""
        if self._book.worker.account:
            self.rename(self._book.worker.account, name, phone)

    def change_phrase(self, old: str, new: str, *, cost: keystore.Cost = keystore.STANDARD) -> None:
        """One's own passphrase. Raises WrongPassphrase, TooManyAttempts, WeakPassphrase."""
        if is_weak(new):
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
    def _path(self) -> Any:
        return self._book.folder / KEY_STORE

    @property
    def _keys(self) -> keystore.Keys:
        if self._book.keys is None:  # a program beside a server has no key file
            raise AccountGone
        return self._book.keys

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

    def _say(self, account: str, **said: Any) -> None:
        if not self._on_server:
            said.pop("roles", None)  # the key file says it, under its seal
        elif "roles" in said:
            said["roles"] = [*said["roles"]]
        if said:
            with self._book.writing() as connection:
                staff.write_staff(connection, account, **said)


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
