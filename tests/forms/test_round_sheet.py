"""The paper of a round typed in afterwards: short ways of typing, and what is wrong with a line."""

from datetime import date

import pytest

from forms.round_sheet import DAY, SHEET, read_retry, read_sheet
from models.services.rounds_views import PersonAtDoor, StopView

WALK = date(2026, 11, 20)  # a Friday
TODAY = date(2026, 11, 22)


def door(place: int, *people: str) -> StopView:
    who = tuple(PersonAtDoor(f"r{name}", name, "", None, "0", "") for name in people)
    return StopView(
        id=f"s{place}", place=place, status="waiting", dwelling_id="", household_id="h", door="", number="",
        community_code="", street_line="", building="", unit="", people=who, last_visit=None, last_outcome="",
        due=(), tries=(), retry_on=None, retry_part="", note="", at=0,
    )  # fmt: skip


STOPS = (door(1, "甲", "乙", "丙"), door(2), door(3, "丁"))


def read(typed, day="2026-11-20", part="1"):
    return read_sheet(day, part, typed, STOPS, TODAY)


def test_lines_become_one_entry_in_the_order_of_the_paper():
    reading = read({"s3": {"outcome": "2", "retry": "4"}, "s1": {"outcome": "１", "met": "13", "note": " 腿脚不便 "}})
    assert reading.problems == ()
    first, second = reading.entry.lines
    assert (first.stop_id, first.outcome, first.met, first.note) == ("s1", "met", ("r甲", "r丙"), "腿脚不便")
    assert (second.stop_id, second.retry_on, second.retry_part) == ("s3", date(2026, 11, 21), "weekend")
    assert (reading.entry.on, reading.entry.part, reading.walked) == (WALK, "morning", 2)


@pytest.mark.parametrize("typed", ["1 3", "1,3", "1、3", "13", "1 3 1"])
def test_who_was_met_is_typed_by_number_however_it_is_parted(typed):
    assert read({"s1": {"outcome": "1", "met": typed}}).entry.lines[0].met == ("r甲", "r丙")


@pytest.mark.parametrize(
    ("typed", "day", "part"),
    [
        ("", None, ""),
        ("3", date(2026, 11, 23), "evening"),
        ("晚上", date(2026, 11, 23), "evening"),
        ("周末", date(2026, 11, 21), "weekend"),
        ("11-25", date(2026, 11, 25), ""),
        ("11-25 3", date(2026, 11, 25), "evening"),
        ("11月25日 上午", date(2026, 11, 25), "morning"),
        ("1-5", date(2027, 1, 5), ""),
        ("2026-12-1 2", date(2026, 12, 1), "afternoon"),
    ],
)
def test_when_to_come_again_is_typed_in_a_few_strokes(typed, day, part):
    assert read_retry(typed, WALK) == (day, part, True)


@pytest.mark.parametrize("typed", ["9", "32-1", "明天", "3 3 3 3"])
def test_what_is_no_day_and_no_part_of_one_is_not_guessed(typed):
    assert read_retry(typed, WALK)[2] is False


def test_nought_means_not_again():
    (line,) = read({"s1": {"outcome": "2", "retry": "0"}}).entry.lines
    assert line.not_again
    assert line.retry_on is None


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"outcome": "5"}, "1.outcome", "type 1 met"),
        ({"note": "狗"}, "1.outcome", "no outcome"),
        ({"outcome": "1", "met": "4"}, "1.met", "1 to 3"),
        ({"outcome": "1", "met": "甲"}, "1.met", "1 to 3"),
        ({"outcome": "2", "met": "1"}, "1.met", "not 1 met"),
        ({"outcome": "2", "retry": "明天"}, "1.retry", "11-25 3"),
        ({"outcome": "2", "retry": "2026-11-19"}, "1.retry", "before the walk"),
        ({"outcome": "1", "retry": "3"}, "1.retry", "nobody was met"),
        ({"outcome": "2", "note": "长" * 1001}, "1.note", "1000"),
    ],
)
def test_each_line_says_what_is_wrong_with_it_by_its_number(row, field, words):
    reading = read({"s1": row, "s3": {"outcome": "2"}})
    assert reading.entry is None
    (problem,) = reading.problems
    assert problem.field == field
    assert problem.sentence.startswith("Line 1: ")
    assert words in problem.sentence


@pytest.mark.parametrize(
    ("day", "words"), [("", "Write the day"), ("11-20", "Write the day"), ("2026-11-23", "future")]
)
def test_the_day_of_the_walk_is_asked_for(day, words):
    (problem,) = read({"s1": {"outcome": "2"}}, day=day).problems
    assert problem.field == DAY
    assert words in problem.sentence


def test_an_empty_sheet_is_not_kept():
    (problem,) = read({"s1": {"outcome": " "}}).problems
    assert problem.field == SHEET
