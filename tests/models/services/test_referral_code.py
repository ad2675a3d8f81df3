"""Codes of slips and numbers of letters, as they are typed and scanned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.services import referral_code
from models.services.referral_code import ALPHABET, Wanted, is_code, new_code, read, show_code


def test_a_code_has_eight_characters_that_nobody_takes_for_another():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) and is_code(code) for code in codes)
    assert not set("01OILUV") & set(ALPHABET) - {"V"}
    assert len(ALPHABET) == len(set(ALPHABET)) == 30


@given(st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_seen(place, other):
    code = new_code()
    wrong = code[:place] + other + code[place + 1 :]
    assert is_code(wrong) == (wrong == code)
    assert wrong == code or read(wrong) == Wanted(mistyped=True)


@given(st.integers(0, 6))
def test_neighbours_that_changed_places_are_always_seen(place):
    code = new_code()
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_code(swapped) == (swapped == code)


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
        ("", Wanted()),
        ("李建国", Wanted()),
    ],
)
def test_a_letter_number_is_read_in_forgiving_forms(typed, wanted):
    assert referral_code.read(typed) == wanted
