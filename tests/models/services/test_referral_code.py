"""Codes of slips and numbers of letters, as they are typed and scanned."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from models.services import referral_code
from models.services.referral_code import ALPHABET, Wanted, is_code, new_code, read, show_code


def test_a_code_has_eight_characters_that_nobody_takes_for_another():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) and is_code(code) for code in codes)
    assert not set("01LAEIOU") & set(ALPHABET), "nothing looks like another, and nothing spells a word"
    assert len(ALPHABET) == len(set(ALPHABET)) == 28


@given(st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_seen(place, other):
    code = new_code()
    wrong = code[:place] + other + code[place + 1 :]
    assert is_code(wrong) == (wrong == code)
    assert wrong == code or read(wrong) == Wanted(mistyped=True)


def test_neighbours_that_changed_places_are_seen_but_for_one_in_hundreds():
    dice, tried, missed = Random(7064), 0, 0
    for _code in range(2000):
        stem = "".join(dice.choice(ALPHABET) for _place in range(7))
        code = stem + mod_37_36.calc_check_digit(stem, ALPHABET)
        for place in range(7):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            tried += swapped != code
            missed += swapped != code and is_code(swapped)
    assert tried > 13_000
    assert missed / tried < 0.005


def test_a_code_is_read_in_any_width_and_case_with_spaces_and_hyphens():
    code = new_code()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for typed in (
        code,
        show_code(code),
        f"  {show_code(code).lower()}\n",
        wide,
        " ".join(code),
        wide[:4] + "－" + wide[4:],
    ):
        assert read(typed) == Wanted(code=code), typed


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("劝花社转〔2026〕6号", Wanted(mark="劝花社", year=2026, serial=6)),
        ("劝花社 转 [2026] 6 号", Wanted(mark="劝花社", year=2026, serial=6)),
        ("劝花社转（２０２６）０６号", Wanted(mark="劝花社", year=2026, serial=6)),
        ("劝花社2026年第6号", Wanted(mark="劝花社", year=2026, serial=6)),
        ("2026-6", Wanted(year=2026, serial=6)),
        ("2026 6", Wanted(year=2026, serial=6)),
        ("６号", Wanted(serial=6)),
        ("第6号", Wanted(serial=6)),
        ("6", Wanted(serial=6)),
        ("劝花社转〔2026〕临K7Q2-3号", Wanted(mark="劝花社", year=2026, serial=3, holder="K7Q2")),
        ("劝花社 转(2026) 临 k7q2 - 3 号", Wanted(mark="劝花社", year=2026, serial=3, holder="K7Q2")),
        ("2026-临2345-12", Wanted(year=2026, serial=12, holder="2345")),
        ("临Ｋ7Ｑ2－3", Wanted(serial=3, holder="K7Q2")),
        ("", Wanted()),
        ("李建国", Wanted()),
    ],
)
def test_a_letter_number_is_read_in_forgiving_forms(typed, wanted):
    assert referral_code.read(typed) == wanted
