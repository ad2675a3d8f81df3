"""The rule as rows: every sentence has its words in the text, and a trial lights the same rows."""

from datetime import date

import pytest

from desktop.pages.workbench_rows import is_for_office, rows_of, start_of, status_counts
from desktop.pages.workbench_try import invented, try_on
from models import texts
from models.eligibility import load_policies

ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def policies():
    return load_policies()


def test_every_passage_stands_in_the_stored_text(policies):
    passages = 0
    for service in policies.services.values():
        for row in rows_of(policies, service, ON):
            if row.passage is not None:
                text = policies.texts[row.passage.file]
                start = start_of(text, row.passage.line, row.passage.quote)
                assert start is not None, (service.id, row.passage)
                assert text[start:].startswith(row.passage.quote)
                passages += 1
    assert passages > 500


def test_every_single_condition_rests_on_words(policies):
    for service in policies.services.values():
        for row in rows_of(policies, service, ON):
            if row.text == "Counts as received already":
                break  # what is received is a fact of the register, not a rule of the text
            if row.kind in ("leaf", "agency", "amount"):
                assert row.passage is not None, (service.id, row.text)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_trial_has_the_same_rows_with_states(policies, language):
    texts.set_language(language)
    for service in policies.services.values():
        plain = rows_of(policies, service, ON)
        who = invented(service, ON)
        lit = try_on(policies, service, who.case, who.person).rows
        assert [row.text for row in lit] == [row.text for row in plain], service.id
        assert not any(row.state or row.decides for row in plain)
        for row in lit:
            assert row.state in ("", "true", "false", "open")
            assert not (row.decides and row.kind in ("head", "words", "plain"))


def test_the_amount_that_applies_is_marked_and_no_other(policies):
    service = policies.services["S51"]
    known = {"hukou_tianjin": True, "birth_date": "1950-01-01", "care_grade": "中"}
    values = {("p1", name): value for name, value in known.items()} | {("household", "dibao"): True}
    who = invented(service, ON, values)
    trial = try_on(policies, service, who.case, who.person)
    assert trial.said.outcome == "eligible"
    amounts = [row for row in trial.rows if row.kind == "amount"]
    assert [row.decides for row in amounts] == [False, True, False]
    assert "400" in amounts[1].text


def test_while_nothing_is_due_no_amount_is_marked(policies):
    service = policies.services["S51"]
    for known in ({}, {("p1", "hukou_tianjin"): False}):
        who = invented(service, ON, known)
        rows = try_on(policies, service, who.case, who.person).rows
        assert not any(row.state or row.decides for row in rows if row.kind == "amount")


def test_what_only_an_office_can_say_is_known_of_a_service(policies):
    found = {service.id for service in policies.services.values() if is_for_office(policies, service)}
    assert "S67" in found
    assert "S51" not in found


def test_what_was_read_into_a_text_is_counted(policies):
    assert status_counts(policies.services["S51"], ON)["interpreted"] >= 1
    total = sum(sum(status_counts(service, ON).values()) for service in policies.services.values())
    assert total > 300


def test_words_that_run_on_over_two_lines_are_found_and_others_are_not():
    assert start_of("一二\n三四\n五", 1, "二\n三") == 1
    assert start_of("一二\n三四\n五", 1, "三") is None
    assert start_of("一二\n三四\n五", 9, "三") is None
    assert start_of("一二\n三四\n五", 2, "") is None
