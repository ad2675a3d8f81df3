"""After a death the family is led to the funeral services; who lives apart is checked alone."""

from datetime import date

from desktop.eligibility_words import outcome_of
from desktop.pages.eligibility import EVERYBODY
from desktop.pages.eligibility_check import questions_of
from desktop.widgets.home_card import HomeCard
from desktop.widgets.tile_list import flag_tags
from models.eligibility import HOUSEHOLD
from models.records.change import Death, FormChange, LodgerIn
from models.records.household import MemberEntry
from models.records.resident import ResidentEntry
from models.texts import _
from reports.letter import render_letter
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle
from tests.reports.letters import page_texts

DIED = date(2026, 11, 1)
FUNERAL = {"S55", "S56"}


def son_dies(book, family) -> None:
    book.changes.make(Death(happened_on=DIED, resident_id=family.son))


def test_the_household_says_who_died_and_leads_to_what_the_family_may_apply_for(show, family, book):
    page = show("household", household_id=family.household)
    assert not page.mourned.isVisibleTo(page)
    son_dies(book, family)
    page = show("household", household_id=family.household, visit_id="")
    assert page.mourned.isVisibleTo(page)
    assert "李建国" in said(page.mourned)
    page.funeral_buttons[family.son].click()
    settle(page.shell)
    check = page.shell.page
    assert check.name == "eligibility"
    assert check.shown == family.son
    assert {result.service_id for result in check.loaded.check.results if result.resident_id == family.son} == FUNERAL
    asked = questions_of(check.loaded, family.son)
    assert all(of == family.son for _fact, of in asked[0].prompt.asks)
    assert check.question.asked.of == family.son
    why = {check.loaded.policies.facts[fact].why for fact, _of in asked[0].prompt.asks}
    assert why == {"funeral"}


def test_on_the_page_of_everybody_the_deceased_have_a_heading_of_their_own(in_both_languages, show, family, book):
    son_dies(book, family)
    page = show("eligibility", household_id=family.household)
    words = said(page.results.parentWidget())
    chinese = in_both_languages.state.language == "zh_CN"
    assert f"李建国  {_('died on {day}').format(day='2026年11月1日' if chinese else '1 Nov 2026')}" in words
    assert {key[0] for key in page.cards if key[2] == family.son} == FUNERAL
    assert all(
        outcome_of(result.determination) != "not_eligible"
        for key, card in page.cards.items()
        for result in (card.result,)
        if key[2] == family.son
    )
    people = [who for who in page.people_rows if who not in ("", EVERYBODY)]
    assert people[:2] == [family.son, family.grandmother], "who died stands before the others"


def test_a_letter_about_the_funeral_holds_nothing_of_the_living(show, family, book):
    son_dies(book, family)
    book.eligibility.answer(family.household, family.son, "funeral_benefit_entitled", False)
    page = show("eligibility", household_id=family.household)
    of_wife = next(key for key in page.cards if key[2] == family.daughter_in_law)
    of_dead = next(key for key in page.cards if key[2] == family.son and key[0] == "S55")
    page.cards[of_wife].choose.setChecked(True)
    page.cards[of_dead].choose.setChecked(True)
    assert set(page.chosen) == {of_dead}
    page.refer_button.click()
    settle(page.shell)
    letter = page.shell.page
    assert letter.resident.id == family.son
    assert {one.service.id for one in letter.form.chosen} == {"S55"}
    letter.issue_button.click()
    settle(letter.shell)
    (issued,) = book.referrals.of_resident(family.son)
    value = book.referrals.letter(issued.letters[0].id)
    assert value.deceased
    assert value.phone.replace(" ", "") == "13920001234", "somebody of the family is called"
    assert "我社区居民李建国已去世" in page_texts(render_letter(value))[0]


def test_from_the_page_of_who_died_the_way_leads_to_the_family(show, family, book):
    son_dies(book, family)
    page = show("eligibility", resident_id=family.son)
    assert page.loaded.check.household_id == family.household
    assert page.shown == family.son


def test_a_lodger_is_checked_alone_from_the_household(show, family, book):
    guest = MemberEntry(resident=ResidentEntry(name="孙大伟", sex="1", birth_date=date(1950, 1, 1)))
    (who,) = book.changes.make(LodgerIn(happened_on=DIED, household_id=family.household, members=(guest,))).ids
    page = show("household", household_id=family.household)
    living = page.findChildren(HomeCard)[0]
    press(living, _("Check alone"))
    settle(page.shell)
    check = page.shell.page
    assert check.name == "eligibility"
    assert set(check.people_rows) <= {who, ""}
    assert [person.id for person in check.loaded.check.case.people] == [who]
    assert {result.resident_id for result in check.loaded.check.results} <= {who, ""}
    assert all(of != HOUSEHOLD for one in questions_of(check.loaded, who) for _fact, of in one.prompt.asks)
    page = show("eligibility", household_id=family.household, resident_id="")
    assert page.loaded.alone == ""
    assert family.grandmother in page.people_rows
    page = show("eligibility", resident_id=who)
    assert page.loaded.alone == who


def test_dwellers_of_a_dormitory_are_checked_alone(show, family, book):
    book.changes.make(FormChange(happened_on=DIED, household_id=family.household, form="dormitory"))
    page = show("household", household_id=family.household)
    page.check_alone(family.son)
    settle(page.shell)
    assert [person.id for person in page.shell.page.loaded.check.case.people] == [family.son]
    assert page.shell.page.cards


def test_lists_mark_the_dead_and_frozen_records(show, family, book):
    son_dies(book, family)
    assert flag_tags(book.residents.row(family.son).flags) == ((_("Deceased"), "soft"),)
    assert flag_tags(("frozen",)) == ((_("Frozen"), "warn"),)
