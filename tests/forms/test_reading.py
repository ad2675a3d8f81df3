"""What workers type is read in any common writing, and nothing is guessed."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.reading import (
    Unreadable,
    parse_date,
    plain,
    read_date,
    read_number,
    read_phone,
    read_yes_no,
    tidy,
    unanswered,
)


@pytest.mark.parametrize(
    "typed",
    [
        "1952-3-8", "1952-03-08", "19520308", "1952年3月8日", "1952年03月08号", "1952/3/8", "1952.3.8", "1952 3 8",
        "１９５２年３月８日", "１９５２－３－８", "一九五二年三月八日", " 1952 - 3 - 8 ", "公历1952年3月8日",
        "1952、3、8", "1952-03-08T00:00", "1952,3,8", "1952—3—8", "1952年3月8", 19520308,
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_common_writing(typed):
    assert parse_date(typed) == date(1952, 3, 8)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("二〇〇一年十二月三十一日", date(2001, 12, 31)),
        ("二零零一年十月二十日", date(2001, 10, 20)),
        ("2000年十一月十日", date(2000, 11, 10)),
        ("2000-2-29", date(2000, 2, 29)),
    ],
)
def test_chinese_numerals_and_leap_days_are_read(typed, day):
    assert parse_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1952", "date_needs_month"), ("1952年", "date_needs_month"), ("1952-3", "date_needs_day"),
        ("1952年3月", "date_needs_day"), ("195203", "date_needs_day"), ("52-3-8", "date_needs_year"),
        ("8/3/1952", "date_year_first"), ("2001-2-29", "date_impossible"), ("1952-13-1", "date_impossible"),
        ("1952-0-1", "date_impossible"), ("0000-1-1", "date_impossible"), ("农历三月初八", "date_lunar"),
        ("春天", "date_form"),
        ("", "date_form"), ("1952-3-8-9", "date_form"), ("1952 March 8", "date_form"), ("abc", "date_form"),
        ("三八", "date_needs_year"), ("9", "date_needs_year"),
    ],
)  # fmt: skip
def test_a_date_that_is_not_whole_says_what_is_missing(typed, key):
    with pytest.raises(Unreadable) as trouble:
        parse_date(typed)
    assert trouble.value.key == key
    assert read_date(typed) is None


def test_trouble_never_repeats_what_was_typed():
    with pytest.raises(Unreadable) as trouble:
        parse_date("王秀英的生日")
    assert "王秀英" not in str(trouble.value)
    assert "王秀英" not in repr(trouble.value)


@given(st.dates(min_value=date(1800, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_comes_back_from_every_writing(day):
    for written in (
        day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}"
    ):  # fmt: skip
        assert parse_date(written) == day


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1200", 1200), ("１，２００元", 1200), ("1,234,567", 1234567), ("1.2万", 12000), ("3千", 3000),
        ("约3000元/月", 3000),
        ("3000元左右", 3000), ("0", 0), ("12.5", 12.5), ("-3", -3), ("¥1 200", 1200), ("3人", 3), (7, 7), (2.5, 2.5),
        ("1200.00", 1200), ("5k", 5000), ("1'200", 1200),
    ],
)  # fmt: skip
def test_a_number_is_read_with_marks_and_units(typed, number):
    read = read_number(typed)
    assert read == number
    assert type(read) is type(number)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "number_form"), ("三千", "number_form"), ("12-15", "number_form"), ("1,23", "number_form"),
        ("nan", "number_form"),
        ("inf", "number_form"), ("1e9", "number_form"), ("9" * 13, "number_large"), ([], "not_text"),
        (10**60, "not_text"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed, key):
    with pytest.raises(Unreadable) as trouble:
        read_number(typed)
    assert trouble.value.key == key


def test_a_whole_number_is_asked_for_where_it_must_be():
    assert read_number("2.0", whole=True) == 2
    with pytest.raises(Unreadable) as trouble:
        read_number("2.5", whole=True)
    assert trouble.value.key == "number_whole"


@pytest.mark.parametrize("typed", ["yes", "是", "有", "对", "Y", "true", True, " 是 "])
def test_yes_is_read(typed):
    assert read_yes_no(typed) is True


@pytest.mark.parametrize("typed", ["no", "否", "没有", "不是", "N", "false", False])
def test_no_is_read(typed):
    assert read_yes_no(typed) is False


def test_neither_yes_nor_no_is_refused():
    with pytest.raises(Unreadable):
        read_yes_no("也许")


def test_not_known_and_refused_are_answers():
    assert unanswered("不清楚") == "not_known"
    assert unanswered("不知道") == "not_known"
    assert unanswered("不愿回答") == "refused"
    assert unanswered("Unknown") == "not_known"
    assert unanswered("2000") is None
    assert unanswered(None) is None


def test_text_is_tidied_but_rare_characters_of_names_stay():
    assert tidy("  王\u3000秀\u200b英\x00 \u202e") == "王 秀英"
    assert tidy("𫖯䶮﨑") == "𫖯䶮﨑"  # NFKC would make another character of the last one
    assert tidy("a\r\nb", lines=True) == "a\nb"
    assert tidy("a\r\nb") == "a b"
    assert plain("ＡＢ１２") == "AB12"


def test_a_phone_loses_what_it_was_written_with():
    assert read_phone("138 0022-0001") == "13800220001"
    assert read_phone("(022) 2735—5555") == "02227355555"
    assert read_phone("电话：１３８００２２０００１") == "13800220001"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.text())))
def test_readers_give_a_value_or_say_that_they_cannot(typed):
    for reader in (parse_date, read_number, read_yes_no, read_phone, tidy):
        with contextlib.suppress(Unreadable):
            reader(typed)  # any other exception fails the test
