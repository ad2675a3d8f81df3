"""Accounts at the desks of an office on a server: each computer has its own key file, and the server's word counts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import WrongPassphrase
from models.security.keystore import FLOOR
from models.services.accounts_views import AccountGone, LastKeeper, OwnAccount
from models.services.allowed import NotAllowed
from models.services.views import Worker
from tests import offices
from tests.conftest import NOW, PASSPHRASE, WORKER
from tests.models.casebooks import small_household
from tests.postgres import Server

HERS = "heping river teapot"
Open = Callable[..., Casebook]


@pytest.fixture
def desk(postgres: Server, office_database: str, desk_template: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens a desk of one office by its name; `one` is 周敏's, `other` that of 张建国."""
    database = postgres.make(office_database)
    opened: list[Casebook] = []

    def open_one(name: str, phrase: str = PASSPHRASE, account: str = "", seconds: int = 0) -> Casebook:
        folder = tmp_path / name
        if not folder.exists() and name == "one":
            offices.desk_like(desk_template, folder, postgres, database)
        elif not folder.exists():
            offices.desk(folder, postgres, database, PASSPHRASE, Worker(name="张建国"))
        clock = FixedClock(NOW + timedelta(seconds=seconds))
        opened.append(Casebook.open(folder, phrase, account=account, clock=clock))
        return opened[-1]

    yield open_one
    for book in opened:
        book.close()
    postgres.drop(database)


def test_each_desk_lists_the_accounts_of_all_and_the_server_says_what_they_may(desk: Open) -> None:
    one, other = desk("one"), desk("other")
    his = other.worker.account
    seen = {row.name: (row.here, row.own) for row in one.accounts.list()}
    assert seen == {"周敏": (True, True), "张建国": (False, False)}
    one.accounts.change_roles(his, ("worker",))
    one.accounts.set_scope(his, ("120101001001",))
    one.accounts.set_classes(his, ())
    one.accounts.rename(his, "张建军", "022-1")
    with pytest.raises(AccountGone):
        one.accounts.reset_phrase(his, HERS, cost=FLOOR)  # his key file is on the other computer
    other.close()
    other = desk("other")
    assert (other.worker.roles, other.worker.scope, other.worker.classes) == (
        ("worker",),
        ("120101001001",),
        frozenset(),
    )
    assert (other.worker.name, other.worker.phone) == ("张建军", "022-1")
    with pytest.raises(NotAllowed):
        other.accounts.list()
    with pytest.raises(LastKeeper):
        one.accounts.change_roles(one.worker.account, ("worker",))


def test_who_leaves_another_desk_may_do_nothing_there_any_more(desk: Open) -> None:
    one, other = desk("one"), desk("other")
    his = other.worker.account
    with pytest.raises(OwnAccount):
        one.accounts.leave(one.worker.account)
    one.accounts.leave(his)
    assert [row.name for row in one.accounts.list()] == ["周敏"]
    other.close()
    other = desk("other")
    assert other.worker.roles == ()
    with pytest.raises(NotAllowed):
        other.households.register(small_household("王小明"))


def test_a_second_worker_at_a_desk_leaves_and_the_file_of_the_desk_gets_a_new_key(desk: Open) -> None:
    one = desk("one")
    hers = one.accounts.add("李静", HERS, ("worker",), phone="139", cost=FLOOR)
    one.drafts.save("household", "1", "", "王", {"people": []})
    old = one._book.keys
    one.close()
    two = desk("one", HERS, hers)
    assert (two.worker.name, two.worker.phone, two.worker.roles) == ("李静", "139", ("worker",))
    two.close()
    one = desk("one")
    one.accounts.leave(hers)
    one.close()
    with pytest.raises(WrongPassphrase):
        desk("one", HERS)
    one = desk("one", seconds=5)
    assert one._book.keys.page_key != old.page_key
    assert [draft.form for draft in one.drafts.all()] == ["household"]
    assert (one.worker.name, one.worker.phone) == (WORKER.name, WORKER.phone)
    assert [row.name for row in one.accounts.list()] == [WORKER.name]
