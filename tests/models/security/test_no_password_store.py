"""Which key store of a computer is used, and that one without any is no fault."""

from types import SimpleNamespace

import keyring
import pytest
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as Refusing

from models.security import password_store


class Kept:
    """A backend as the keyring library knows it: what has a priority below one is no key store."""

    def __init__(self, priority: float) -> None:
        self.priority, self.kept = priority, dict[tuple[str, str], str]()

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.mark.parametrize("found", [Refusing(), Kept(0.5)])  # type: ignore[no-untyped-call]
def test_a_computer_without_a_key_store_keeps_nothing_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, found: Refusing | Kept
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: found)
    assert not password_store.keep("desk", "geheim")
    assert password_store.kept("desk") is None
    password_store.forget("desk")
    if isinstance(found, Kept):
        assert found.kept == {}, "a file in plain text is no key store"


def test_of_several_the_first_that_keeps_them_safe_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, safe = Kept(0.5), Kept(5)
    monkeypatch.setattr(ChainerBackend, "backends", [plain, SimpleNamespace(priority=0), safe])
    monkeypatch.setattr(keyring, "get_keyring", ChainerBackend)
    assert password_store.keep("desk", "geheim")
    assert (len(plain.kept), list(safe.kept.values())) == (0, ["geheim"])
    assert password_store.kept("desk") == "geheim"
    password_store.forget("desk")
    assert password_store.kept("desk") is None
