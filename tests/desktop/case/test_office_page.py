import pytest

from desktop.shell import PAGES
from desktop.widgets.case_parts import ClickRow
from models.records.referral import MatterEntry, ReferralEntry
from tests.desktop.case.conftest import said
from tests.desktop.conftest import settle


@pytest.fixture(autouse=True)
def _office_page(monkeypatch):
    monkeypatch.setitem(PAGES, "office", "desktop.pages.office:OfficePage")


@pytest.fixture
def letter(book, family) -> None:
    matters = (MatterEntry(service_id="S50"),)
    book.referrals.issue(ReferralEntry(resident_id=family.grandmother, matters=matters, receiver="卫生服务中心"))


def test_it_counts_the_register_the_needs_and_who_did_what(in_both_languages, letter, show, book):
    page = show("office")
    chinese = in_both_languages.state.language == "zh_CN"
    assert book.office.name in said(page)
    figures = [page.figures.itemAt(place).widget().findChild(ClickRow).accessibleName() for place in range(4)]
    assert figures[1] == f"{len(book.residents.ids())} " + ("居民" if chinese else "residents")
    assert figures[3] == ("1 待解决需求" if chinese else "1 open need")
    assert ("紧急 1" if chinese else "Urgent 1") in said(page.needs)
    table = said(page.workers).split("\n")
    assert table[table.index("周敏") :][:3] == ["周敏", "1", "1"]  # one visit this month, one letter
    assert ("已开具" if chinese else "Issued") in said(page.referrals)


def test_a_status_leads_to_its_referrals(letter, show):
    page = show("office")
    row = page.referrals.findChild(ClickRow)
    assert row.accessibleName() == "已开具 1"
    row.chosen.emit()
    settle(page.shell)
    assert page.shell.page.name == "referrals"
    assert len(page.shell.page.rows) == 1


def test_figures_follow_what_is_saved(show, family, book, window_of_case):
    page = show("office")
    assert "紧急 1" in said(page.needs)
    need = book.visits.open_needs()[0]
    page.run(lambda: book.visits.set_need(need.id, "met"))
    settle(window_of_case)
    assert "紧急 1" not in said(page.needs)
