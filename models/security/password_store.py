"""The password of an office's server, in the key store of the operating system (Secret Service, Keychain, Credential
Manager). A computer without one says so, and the caller keeps the password in an encrypted file of its own.
"""

from typing import Protocol

_SERVICE = "jinmen"


class Keeper(Protocol):
    """What keeps passwords: a backend of the keyring library, or a test's own."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep one."""

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept; None where nothing is."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget one."""


def keep(name: str, password: str, keeper: Keeper | None = None) -> bool:
    """Keep a password under a name and read it back; False where this computer has no key store that takes it."""
    keeper = keeper or _of_this_computer()
    if keeper is None:
        return False
    try:
        keeper.set_password(_SERVICE, name, password)
        return keeper.get_password(_SERVICE, name) == password
    except Exception:  # each backend has its own errors: locked, refused, no such service
        return False


def kept(name: str, keeper: Keeper | None = None) -> str | None:
    """The password kept under a name; None where there is none, or the key store stays locked."""
    keeper = keeper or _of_this_computer()
    if keeper is None:
        return None
    try:
        return keeper.get_password(_SERVICE, name)
    except Exception:  # as above
        return None


def forget(name: str, keeper: Keeper | None = None) -> None:
    """Keep it no longer; nothing happens where it was not kept."""
    keeper = keeper or _of_this_computer()
    if keeper is not None:
        try:
            keeper.delete_password(_SERVICE, name)
        except Exception:  # as above
            return


def _of_this_computer() -> Keeper | None:
    """The operating system's own key store; None where there is none. Files that some backends write in plain text do
    not count: their priority is below one, as is that of the backend that refuses everything."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    found = keyring.get_keyring()
    if isinstance(found, ChainerBackend):
        found = next((one for one in found.backends if one.priority >= 1), found)
    return found if found.priority >= 1 else None
