"""The key store of the operating system: what it keeps comes back, and one that is locked or absent is no fault."""

import pytest

from models.casebook import Casebook
from models.security import password_store
from models.services import desk_place
from models.services.desk_place import Place
from models.store.server import ServerAddress
from tests.conftest import ON_A_SERVER


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


@pytest.mark.skipif(ON_A_SERVER, reason="the desk's own file is that of the fixture")
def test_a_password_that_is_kept_elsewhere_or_not_needed_leaves_no_old_one_behind(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, local = Store(), casebook._book.beside
    monkeypatch.setattr(password_store, "_of_this_computer", lambda: store)
    place = Place("desk", ServerAddress("db.example", database="jinmen", user="jinmen"))
    place = desk_place.keep_password(local, place, "geheim")
    assert (place.kept_in, desk_place.password_of(local, place), len(store.kept)) == ("system", "geheim", 1)
    place = desk_place.keep_password(local, place, "")  # the server asks for none
    assert (desk_place.password_of(local, place), store.kept) == ("", {})
    place = desk_place.keep_password(local, place, "geheim")
    with monkeypatch.context() as patch:
        patch.setattr(store, "set_password", lambda *_all: None)  # it says that it keeps it, and does not
        place = desk_place.keep_password(local, place, "neu")
    assert (place.kept_in, desk_place.password_of(local, place), store.kept) == ("desk", "neu", {})
