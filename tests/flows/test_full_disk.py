"""The disk fills up while a household is registered: it is said, nothing typed is lost, and later it is saved."""

import pytest

from desktop.hands import settle, type_text
from models.casebook import Casebook
from models.errors import DiskFull
from tests.conftest import PASSPHRASE
from tests.flows.hands import digest, new_registration, save_registration, sign_in, type_person

PEOPLE = (
    {"name": "赵海生", "sex": "1", "birth_date": "1950-3-8", "note": "住三楼，" * 200},
    {"relation": "1", "name": "钱玉兰", "sex": "2", "birth_date": "1952年6月1日", "note": "常去天津医院，" * 200},
)


@pytest.fixture
def typed(shell):
    """A registration of two people as typed, its draft on the disk."""
    page = new_registration(shell)
    for place, person in enumerate(PEOPLE):
        if place:
            page.another()
            settle(shell, 0.05)
        type_person(shell, page, person)
    page.keeper.flush()
    settle(shell)
    return page


def let_grow(book: Casebook, pages: int | None) -> None:
    """Give the file room for so many pages more; None for as many as it wants."""
    with book._book.engines.writer.connect() as connection:
        count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {2**31 if pages is None else count + pages}")


def test_nothing_typed_is_lost_when_the_disk_is_full(shell, typed):
    book, page = shell.casebook, typed
    before, answers = digest(book), page.case.household_answers()
    (draft,) = book.drafts.all()
    let_grow(book, 0)
    page.save()
    settle(shell)
    assert shell.page is page
    assert shell.area.banners.banner.isVisible()
    assert shell.area.banners.banner.sentence.text() == DiskFull().sentence()
    assert digest(book) == before
    assert page.case.household_answers() == answers
    assert page.board.person.rows["name"].answer() == "钱玉兰"
    assert page.bar.forward_button.isEnabled()
    assert book.drafts.get(draft.id).body["people"][1]["answers"]["name"] == "钱玉兰"

    # She types on, makes room, and saves again.
    type_text(page.board.person.rows["former_name"].field.first_focus(), "钱小兰")
    let_grow(book, None)
    household = save_registration(shell, page)
    settle(shell)
    members = book.households.get(household).members
    assert [member.resident.name for member in members] == ["赵海生", "钱玉兰"]
    assert book.residents.get(members[1].resident.id).former_name == "钱小兰"
    assert book.drafts.all() == []


def test_a_draft_that_cannot_be_kept_is_said_and_kept_as_soon_as_there_is_room(shell, typed):
    book, page = shell.casebook, typed
    let_grow(book, 0)
    type_text(page.board.person.rows["note"].field.first_focus(), "还要说很多。" * 3000)
    page.keeper.flush()
    settle(shell)
    assert DiskFull().sentence() in page.bar.kept.text()
    assert shell.minimumSizeHint().width() <= 1280, "the long sentence does not push the window apart"
    assert page.bar.forward_button.visibleRegion().boundingRect().width() == page.bar.forward_button.width()
    let_grow(book, None)
    type_text(page.board.person.rows["note"].field.first_focus(), "完")
    settle(shell, 0.8)
    (draft,) = book.drafts.all()
    assert draft.body["people"][1]["answers"]["note"].endswith("完")


def test_the_draft_is_there_after_a_restart_with_a_full_disk(shell, typed):
    let_grow(shell.casebook, 0)
    typed.save()
    settle(shell)
    shell.lock()
    settle(shell)
    sign_in(shell, PASSPHRASE)
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    shell.go("register", draft_id=draft.id)
    settle(shell)
    household = save_registration(shell, shell.page)
    assert len(shell.casebook.households.get(household).members) == 2
