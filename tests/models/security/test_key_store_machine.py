"""Whatever is done to the accounts in whatever order: who has one opens the same keys, and nobody else does."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.errors import WrongPassphrase
from models.records.roles import ROLES
from models.security import device, key_accounts, key_file, keystore
from models.security.keystore import FLOOR, Keys

PHRASES = [f"heping river teapot {n}" for n in "abcdef"]
ROLE_SETS = st.lists(st.sampled_from(list(ROLES)), min_size=1, unique=True).map(
    lambda some: tuple(role for role in ROLES if role in some)
)


class KeyStore(RuleBasedStateMachine):
    """The key store beside a plain table of who knows what."""

    folder: Path
    made = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).made += 1
        self.path = self.folder / f"{self.made}.keys"
        self.people: dict[str, tuple[str, str, tuple[str, ...]]] = {}  # account -> name, phrase, roles
        self.codes: dict[str, bytes] = {}
        self.offices: dict[str, str] = {}  # account -> secret
        self.data_keys: list[bytes] = []
        self.gone: list[tuple[str, str]] = []

    def keys(self) -> Keys:
        account, (_name, phrase, _roles) = next(iter(self.people.items()))
        return keystore.unlock(self.path, phrase, account)

    @initialize(phrase=st.sampled_from(PHRASES))
    def begins(self, phrase: str) -> None:
        keys = keystore.create(self.path, phrase, "王芳", cost=FLOOR)
        self.people[keys.account] = ("王芳", phrase, keys.roles)
        self.data_keys.append(keys.data_key)

    @precondition(lambda self: len(self.people) < 4)
    @rule(phrase=st.sampled_from(PHRASES), roles=ROLE_SETS, name=st.sampled_from("甲乙丙丁"))
    def joins(self, phrase: str, roles: tuple[str, ...], name: str) -> None:
        made = key_accounts.add_person(self.path, self.keys(), name, phrase, roles, cost=FLOOR)
        self.people[made.id] = (name, phrase, roles)

    @rule(phrase=st.sampled_from(PHRASES), who=st.randoms(use_true_random=False))
    def changes_her_passphrase(self, phrase: str, who: Any) -> None:
        account = who.choice(list(self.people))
        name, old, roles = self.people[account]
        keystore.change_passphrase(self.path, old, phrase, account=account, cost=FLOOR)
        self.people[account] = (name, phrase, roles)
        if old != phrase:
            self.gone.append((account, old))
        self.gone = [one for one in self.gone if one != (account, phrase)]

    @rule(roles=ROLE_SETS, name=st.sampled_from("戊己庚"), who=st.randoms(use_true_random=False))
    def is_another_now(self, roles: tuple[str, ...], name: str, who: Any) -> None:
        account = who.choice(list(self.people))
        key_accounts.rename(self.path, self.keys(), account, name)
        key_accounts.set_roles(self.path, self.keys(), account, roles)
        self.people[account] = (name, self.people[account][1], roles)

    @precondition(lambda self: len(self.codes) < 2)
    @rule()
    def a_code_is_printed(self) -> None:
        account, code = key_accounts.add_code(self.path, self.keys(), "纸")
        self.codes[account.id] = code

    @precondition(lambda self: not self.offices)
    @rule()
    def an_office_holds_a_key(self) -> None:
        secret, public = device.new_sealing_keys()
        self.offices[key_accounts.add_escrow(self.path, self.keys(), "街道", public).id] = secret

    @precondition(lambda self: self.codes)
    @rule(phrase=st.sampled_from(PHRASES), who=st.randoms(use_true_random=False))
    def a_code_is_used(self, phrase: str, who: Any) -> None:
        used, account = who.choice(list(self.codes)), who.choice(list(self.people))
        keys = keystore.unlock_with_code(self.path, self.codes.pop(used))
        assert keys.account == used
        keystore.rewrap(self.path, keys, account, phrase, cost=FLOOR, drop=used)
        name, old, roles = self.people[account]
        self.people[account] = (name, phrase, roles)
        self.gone = [one for one in [*self.gone, (account, old)] if one != (account, phrase)]

    @rule(leaves=st.booleans(), who=st.randoms(use_true_random=False), torn=st.booleans())
    def the_data_key_is_replaced(self, leaves: bool, who: Any, torn: bool) -> None:
        keys = self.keys()
        without = []
        if leaves and len(self.people) > 1:
            account = who.choice([one for one in self.people if one != keys.account])
            without, (_name, phrase, _roles) = [account], self.people.pop(account)
            self.gone.append((account, phrase))
        file, new = key_accounts.keys_under(self.path, keys, key_accounts.new_data_key(), without)
        if torn:
            key_file.write_whole(self.path, file.to_bytes())  # a power cut before the copy was written
        else:
            key_file.save(self.path, file)
        self.data_keys.append(new.data_key)
        assert key_accounts.finish(self.path, self.keys()).unfinished is False

    @rule(which=st.booleans(), left=st.sampled_from([b"", b"{}", None]))
    def one_of_the_two_files_is_spoilt(self, which: bool, left: bytes | None) -> None:
        self.keys()  # mends the copy where it is older
        path = self.path if which else key_file.copy_of(self.path)
        path.unlink() if left is None else path.write_bytes(left)

    @invariant()
    def who_has_an_account_opens_the_same_keys_and_nobody_else_does(self) -> None:
        if not self.people:
            return
        for account, (name, phrase, roles) in self.people.items():
            keys = keystore.unlock(self.path, phrase, account)
            assert (keys.worker, keys.roles, keys.account) == (name, roles, account)
            assert keys.data_key == self.data_keys[-1]
            assert [one.data_key for one in keys.earlier] == self.data_keys[-2::-1]
        for code in self.codes.values():
            assert keystore.unlock_with_code(self.path, code).data_key == self.data_keys[-1]
        file = keystore.standing(self.path, keys)
        for account, secret in self.offices.items():
            slot = file.slot(account)
            assert slot is not None
            assert device.unseal(secret, key_file.raw(slot.sealed)) == self.data_keys[-1]
        for account, phrase in self.gone:
            with pytest.raises(WrongPassphrase):
                keystore.unlock(self.path, phrase, account)
        assert {one.id for one in keystore.accounts(self.path)} == {*self.people, *self.codes, *self.offices}


def test_whatever_is_done_in_whatever_order(tmp_path: Path) -> None:
    KeyStore.folder = tmp_path
    run_state_machine_as_test(
        KeyStore,
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
