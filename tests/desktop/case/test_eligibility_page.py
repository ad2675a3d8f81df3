import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.eligibility_words import counts_of, key_of, outcome_of
from desktop.pages.eligibility import EVERYBODY
from desktop.pages.eligibility_check import by_likelihood, likelihood_of, questions_of
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.quote_box import QuoteBox
from desktop.widgets.result_card import RuledOut
from models.eligibility import Missing
from models.texts import _
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle


def results_of(page, who: str) -> list:
    return [result for result in page.loaded.check.results if result.resident_id == who]


def yes_or_no_question(page, who: str) -> Missing:
    """A missing fact of somebody that is answered by yes or no, alone deciding about some service."""
    for result in page.loaded.check.results:
        missing = result.determination.missing
        if len(missing) == 1 and missing[0].of == who and not result.determination.agency:
            definition = page.loaded.policies.facts[missing[0].fact]
            if definition.type == "bool" and definition.level == "person":
                return missing[0]
    raise AssertionError("no such question")


def states_of(book, family, of: str) -> dict[str, str]:
    return {view.name: view.state for view in book.facts.of(family.household if of == "household" else of)}


def values_of(book, family, of: str) -> dict[str, object]:
    return {view.name: view.value for view in book.facts.of(family.household if of == "household" else of)}


def ask_kind(page, kind: str):
    """Turn to the next question of a kind, by the button that a worker has."""
    for _turn in range(60):
        if page.question.asked.prompt.kind == kind:
            return page.question.asked.prompt
        page.question.other.click()
    raise AssertionError(f"no question of the kind {kind}")


def answer(page, part: Missing, code: str) -> None:
    page.ask_for(part)
    assert page.question.asked.fact == part.fact
    assert isinstance(page.question.field, ChoiceField)
    page.question.field.pick(code)
    QTest.qWait(250)
    settle(page.shell)


def test_everybody_stands_on_the_left_with_how_many_services_stand_where(in_both_languages, show, family):
    page = show("eligibility", household_id=family.household)
    assert set(page.people_rows) >= {EVERYBODY, family.grandmother, family.son, family.girl, family.boy}
    counts = counts_of(results_of(page, family.son))
    spoken = page.people_rows[family.son].accessibleName()
    word = "符合" if in_both_languages.state.language == "zh_CN" else "Meets the conditions"
    assert f"{word} {counts['eligible']}" in spoken
    assert counts["eligible"] > 0


def test_the_overview_holds_only_what_meets_the_conditions(show, family):
    page = show("eligibility", household_id=family.household)
    assert {card.outcome for card in page.cards.values()} == {"eligible"}
    assert len(page.cards) == counts_of(page.loaded.check.results)["eligible"]


def test_a_person_has_a_section_for_every_outcome_and_never_a_promise(in_both_languages, show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    outcomes = [outcome_of(r.determination) for r in results_of(page, family.son)]
    words = said(page)
    chinese = in_both_languages.state.language == "zh_CN"
    for outcome, heading in (
        ("eligible", "符合" if chinese else "Meets the conditions"),
        ("missing", "还差信息" if chinese else "Facts missing"),
        ("office", "需部门认定" if chinese else "For the office to decide"),
    ):
        assert (outcome in outcomes) == (heading in words)
    assert ("可能符合，以审批为准" if chinese else "the office that approves decides") in words
    assert "entitled" not in words
    assert "有权" not in words


def test_outcomes_are_told_by_word_and_mark_not_by_colour_alone(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    for card in page.cards.values():
        assert card.result.determination.word() in said(card)
        assert card.result.determination.word() in card.accessibleName()


def test_a_card_opens_to_the_words_of_the_policy_and_where_to_apply(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    card = next(card for card in page.cards.values() if card.outcome == "eligible")
    assert not card.findChildren(QuoteBox)
    card.head.setFocus()
    QTest.keyClick(card.head, Qt.Key.Key_Return)
    assert card.is_open
    quotes = said(card.findChildren(QuoteBox)[0])
    longest = max(card.result.explanation.quotes, key=lambda quote: len(quote.quote))
    assert longest.quote in quotes
    assert f"《{longest.title}》" in quotes
    assert card.service.apply_at.zh in said(card)
    assert all(paper in said(card) for paper in card.service.documents.zh)
    card.toggle()
    assert not card.is_open


def test_an_expired_text_is_flagged(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    flagged = [card for card in page.cards.values() if "period_ended" in card.result.determination.flags]
    assert flagged
    assert all("依据已过期" in said(card) for card in flagged)


def test_what_is_ruled_out_stays_closed_until_asked_for(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.grandmother)
    assert not page.findChildren(RuledOut)
    press(page, _("Does not meet the conditions"))
    ruled_out = [r for r in results_of(page, family.grandmother) if outcome_of(r.determination) == "not_eligible"]
    words = said(page.findChildren(RuledOut)[0])
    assert all(result.name in words for result in ruled_out)


def test_an_answer_is_kept_and_the_page_says_what_it_changed(show, family, book):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    part = yes_or_no_question(page, family.son)
    before = {key_of(r): outcome_of(r.determination) for r in page.loaded.check.results}
    answer(page, part, "0")
    kept = {view.name: view for view in book.facts.of(family.son)}[part.fact]
    assert (kept.value, kept.state, kept.source) == (True, "known", "told")
    after = {key_of(r): outcome_of(r.determination) for r in page.loaded.check.results}
    newly = [
        r.name
        for r in page.loaded.check.results
        if after[key_of(r)] == "eligible" and before.get(key_of(r)) != "eligible"
    ]
    news = "\n".join(said(page.news.itemAt(i).widget()) for i in range(page.news.count()))
    ruled_out = [k for k in after if after[k] == "not_eligible" and before.get(k) != "not_eligible"]
    assert newly or ruled_out
    assert ("新符合：" in news) == bool(newly)
    assert ("已排除：" in news) == bool(ruled_out)
    for name in newly[:3]:
        assert name in news
    assert page.question.asked is None or (page.question.asked.fact, page.question.asked.of) != (part.fact, part.of)


def test_not_known_is_an_answer_and_is_not_asked_again(show, family, book):
    page = show("eligibility", household_id=family.household)
    asked = page.question.asked
    page.question.not_known.click()
    settle(page.shell)
    for fact, of in asked.prompt.asks:
        assert states_of(book, family, of)[fact] == "not_known"
    assert not set(page.question.asked.prompt.asks) & set(asked.prompt.asks)


def test_a_number_that_cannot_be_read_is_told_beside_the_question_and_nothing_is_kept(show, family, book):
    page = show("eligibility", household_id=family.household)
    page.ask_for(Missing("income_month", family.son))
    line = page.question.field.findChildren(QLineEdit)[0]
    line.setText("不多")
    page.question.save.click()
    settle(page.shell)
    assert page.question.problem.text()
    assert line.text() == "不多"
    assert "income_month" not in {view.name for view in book.facts.of(family.son)}
    line.setText("1200元")
    page.question.save.click()
    settle(page.shell)
    assert {v.name: v.value for v in book.facts.of(family.son)}["income_month"] == 1200


def test_the_place_on_the_page_is_kept_when_results_are_drawn_anew(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.daughter_in_law)
    bar = page.area_below.verticalScrollBar()
    bar.setValue(300)
    assert bar.value() == 300
    page._check()
    settle(page.shell)
    assert bar.value() == 300


def test_cards_that_say_the_same_are_not_drawn_anew(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.girl)
    before = dict(page.cards)
    page._check()
    settle(page.shell)
    assert before
    assert all(page.cards[key] is card for key, card in before.items())


def test_services_of_one_person_are_ticked_for_a_letter(show, family):
    page = show("eligibility", household_id=family.household)
    assert not page.refer_button.isEnabled()
    of_son = [key for key, card in page.cards.items() if key[2] == family.son]
    of_wife = [key for key, card in page.cards.items() if key[2] == family.daughter_in_law]
    page.cards[of_wife[0]].choose.setChecked(True)
    page.cards[of_son[0]].choose.setChecked(True)  # another person: a new choice
    page.cards[of_son[1]].choose.setChecked(True)
    assert set(page.chosen) == set(of_son[:2])
    assert not page.cards[of_wife[0]].choose.isChecked()
    assert "李建国" in page.picked_line.text()
    page.refer_button.click()
    settle(page.shell)
    letter = page.shell.page
    assert letter.name == "referral"
    assert letter.resident.id == family.son
    assert {one.service.id for one in letter.form.chosen} == {key[0] for key in of_son[:2]}


def test_filters_narrow_to_a_group_and_to_what_meets_the_conditions(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    page.only_eligible.setChecked(True)
    assert {card.outcome for card in page.cards.values()} == {"eligible"}
    page.only_eligible.setChecked(False)
    group = page.cards[next(iter(page.cards))].result.group
    page.group.setCurrentIndex(page.group.findData(group))
    assert page.cards
    assert {card.result.group for card in page.cards.values()} == {group}


def test_a_check_is_kept_with_its_facts(show, family, book):
    page = show("eligibility", household_id=family.household)
    page.keep()
    settle(page.shell)
    assert [line.kind for line in book.residents.timeline(family.son)].count("determination") == 1


def test_already_received_is_noted_from_the_card(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    card = next(card for card in page.cards.values() if card.outcome == "eligible")
    key = key_of(card.result)
    card.toggle()
    press(card, _("Is received already"))
    settle(page.shell)
    now = {key_of(r): outcome_of(r.determination) for r in page.loaded.check.results}
    assert now[key] == "received"


def test_without_anybody_it_asks_for_whom(show, family):
    page = show("eligibility")
    assert page.search_card.isVisibleTo(page)
    assert not page.work.isVisibleTo(page)
    page._find("王秀英")
    page.finder.line.setText("王秀英")
    settle(page.shell)
    page.finder._pick(0)
    settle(page.shell)
    assert page.loaded.check.household_id == family.household
    assert page.shown == family.grandmother


def test_another_question_takes_the_cursor_with_it(show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    page.question.first_focus().setFocus()
    before = page.question.asked
    page.show_person(family.daughter_in_law)
    if page.question.asked != before:
        assert page.question.field.isAncestorOf(page.window().focusWidget())
    page.question.next_wanted.emit()
    assert page.question.asked != before
    assert page.question.field.isAncestorOf(page.window().focusWidget())


def test_coming_from_another_member_shows_that_member(show, family):
    show("eligibility", household_id=family.household, resident_id=family.son)
    page = show("eligibility", household_id=family.household, resident_id=family.girl)
    assert page.shown == family.girl
    assert {key[2] for key in page.cards} == {family.girl}


@pytest.mark.parametrize("who", ["son", "daughter_in_law"])
def test_another_person_is_shown(show, family, who):
    page = show("eligibility", household_id=family.household)
    page.show_person(getattr(family, who))
    assert {key[2] for key in page.cards} == {getattr(family, who)}


# Questions that are asked in one breath.


def test_nothing_is_denied_that_was_not_asked(show, family, book):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    prompt = ask_kind(page, "group")
    page.question.field.ticks[0].click()
    page.question.only_ticked.click()
    settle(page.shell)
    values = values_of(book, family, prompt.of)
    item = prompt.items[0]
    assert values[item.fact] == item.value
    assert not {other.fact for other in prompt.items[1:] if other.fact != item.fact} & set(values)


def test_the_button_that_says_so_denies_what_was_not_ticked(in_both_languages, show, family, book):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    prompt = ask_kind(page, "group")
    chinese = in_both_languages.state.language == "zh_CN"
    assert page.question.save.text() == ("以上都没有" if chinese else "None of these")
    assert not page.question.only_ticked.isVisibleTo(page)
    page.question.field.ticks[1].click()
    assert page.question.save.text() == ("记下；其余都问过，没有" if chinese else "Note it; all else was asked: no")
    page.question.save.click()
    settle(page.shell)
    values = values_of(book, family, prompt.of)
    for item in prompt.items:
        if item.fact != prompt.items[1].fact:
            assert values[item.fact] == item.otherwise
    assert values[prompt.items[1].fact] == prompt.items[1].value


def test_who_of_the_household_is_ticked_by_name(show, family, book):
    page = show("eligibility", household_id=family.household)
    prompt = ask_kind(page, "who")
    names = [tick.text() for tick in page.question.field.ticks]
    assert names == [page.loaded.people[item.of].name for item in prompt.items]
    page.question.field.ticks[0].click()
    page.question.save.click()
    settle(page.shell)
    fact = prompt.asks[0][0]
    assert [values_of(book, family, item.of)[fact] for item in prompt.items] == [True] + [False] * (len(names) - 1)


def test_of_members_asked_one_by_one_only_those_who_answered_are_kept(show, family, book):
    page = show("eligibility", household_id=family.household)
    prompt = ask_kind(page, "each")
    field = page.question.field
    page.question.save.click()
    assert page.question.problem.text()
    first, second, *others = [of for _fact, of in prompt.asks]
    value = page.question.asked.definition.choices[0][0]
    field.choose(first, value)
    field.choosers[second].setCurrentIndex(field.choosers[second].findData("refused"))
    page.question.save.click()
    settle(page.shell)
    fact = prompt.asks[0][0]
    assert values_of(book, family, first)[fact] == value
    assert states_of(book, family, second)[fact] == "refused"
    assert all(fact not in values_of(book, family, of) for of in others)


def test_the_keyboard_ticks_doubts_and_notes(show, family, book):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    prompt = ask_kind(page, "group")
    field = page.question.field
    field.ticks[0].setFocus()
    QTest.keyClick(field.ticks[0], Qt.Key.Key_2)
    assert field.ticks[1].isChecked()
    assert field.ticks[1].hasFocus()
    QTest.keyClick(field.ticks[1], Qt.Key.Key_Left)
    QTest.keyClick(field.ticks[0], Qt.Key.Key_Question)
    item = prompt.items[0]
    assert field.states() == {(item.fact, item.of): "not_known"}
    QTest.keyClick(field.ticks[0], Qt.Key.Key_Return)
    assert page.question.save.hasFocus(), "Enter first shows what would be written down"
    assert values_of(book, family, prompt.of).get(prompt.items[1].fact) is None
    QTest.keyClick(page.question.save, Qt.Key.Key_Space)
    settle(page.shell)
    assert states_of(book, family, prompt.of)[item.fact] == "not_known"
    assert values_of(book, family, prompt.of)[prompt.items[1].fact] == prompt.items[1].value


def test_the_last_answer_is_taken_back(show, family, book):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    assert not page.question.undo.isVisibleTo(page)
    before = {of: values_of(book, family, of) for of in ("household", family.son)}
    prompt = ask_kind(page, "group")
    page.question.save.click()
    settle(page.shell)
    assert page.question.undo.isVisibleTo(page)
    page.question.undo.click()
    settle(page.shell)
    assert {of: values_of(book, family, of) for of in ("household", family.son)} == before
    assert not page.question.undo.isVisibleTo(page)
    assert any(prompt.key == asked.prompt.key for asked in questions_of(page.loaded, family.son))


def test_ticks_that_were_not_noted_are_there_again_when_the_page_is(show, family, book):
    page = show("eligibility", household_id=family.household, resident_id=family.son)
    prompt = ask_kind(page, "group")
    page.question.field.ticks[1].click()
    assert show("today").name == "today"
    (draft,) = book.drafts.all()
    assert draft.subject_id == family.household
    page.shell.switch_language()  # makes every page anew
    page = show("eligibility", draft_id=draft.id)
    assert page.loaded.check.household_id == family.household
    assert page.question.asked.prompt.key == prompt.key
    assert [tick.isChecked() for tick in page.question.field.ticks][:2] == [False, True]
    page.question.only_ticked.click()
    settle(page.shell)
    assert book.drafts.all() == []


# Open results.


def test_open_results_are_in_order_of_likelihood_and_the_unlikely_are_folded(in_both_languages, show, family):
    page = show("eligibility", household_id=family.household, resident_id=family.girl)
    chinese = in_both_languages.state.language == "zh_CN"
    own = [r for r in results_of(page, family.girl) if outcome_of(r.determination) == "missing"]
    likely, unlikely = by_likelihood(page.loaded, own)
    assert likely
    assert len(unlikely) > len(likely)
    shown = [key for key, card in page.cards.items() if card.outcome == "missing"]
    assert shown == [key_of(result) for result in likely[: len(shown)]]
    words = f"还有 {len(unlikely)} 项可能性较小" if chinese else f"{len(unlikely)} more that are less likely"
    press(page, words)
    assert {key_of(result) for result in unlikely} <= set(page.cards)
    assert likelihood_of(page.loaded, likely[0]) >= likelihood_of(page.loaded, unlikely[0])


def test_who_is_left_out_because_the_record_is_only_kept_is_said_in_one_sentence(in_both_languages, show, family, book):
    page = show("eligibility", household_id=family.household)
    assert page.left_out.isHidden()
    page.refresh(book.rights.freeze(family.son))
    settle(page.shell)
    assert family.son not in page.people_rows
    assert not page.left_out.isHidden()
    assert "李建国" in page.left_out.text()
    assert "2026" in page.left_out.text()
    page.refresh(book.rights.release(family.son))
    settle(page.shell)
    assert page.left_out.isHidden()
    assert family.son in page.people_rows
