"""The key store of the operating system: what it keeps comes back, and one that is locked or absent is no fault."""

from models.security import password_store


class Store:
    def __init__(self, *, locked: bool = False, forgetful: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked, self.forgetful = locked, forgetful

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise RuntimeError("locked")
        if not self.forgetful:
            self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise RuntimeError("locked")
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_what_is_kept_comes_back_until_it_is_forgotten() -> None:
    store = Store()
    assert password_store.keep("desk", "geheim", store)
    assert password_store.kept("desk", store) == "geheim"
    password_store.forget("desk", store)
    password_store.forget("desk", store)
    assert password_store.kept("desk", store) is None


def test_a_store_that_does_not_keep_it_is_told_so() -> None:
    assert not password_store.keep("desk", "geheim", Store(forgetful=True))
    assert not password_store.keep("desk", "geheim", Store(locked=True))
    assert password_store.kept("desk", Store(locked=True)) is None
