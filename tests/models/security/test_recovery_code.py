"""The printed code is read however it is typed, and a slip is told at once."""

import secrets
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.security import recovery_code
from models.security.recovery_code import ALPHABET, CodeMistyped, read, show
from tests.models.casebooks import told

CODES = st.binary(min_size=20, max_size=20)


@given(CODES, st.randoms())
def test_a_code_comes_back_however_it_is_typed(code: bytes, dice: Random) -> None:
    printed = show(code)
    assert [len(group) for group in printed.split("-")] == [4] * 8 + [1]
    assert read(printed) == code
    typed = "".join(dice.choice((sign, sign.lower())) for sign in printed)
    typed = typed.replace("-", dice.choice(("", " ", "  ", "－", "–", " - ")))
    typed = "".join({"0": dice.choice("0Oo"), "1": dice.choice("1IiLl")}.get(sign, sign) for sign in typed)
    assert read(f"  {typed}\n") == code
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in printed)
    assert read(wide) == code


@given(CODES, st.integers(0, 32), st.integers(1, 31))
def test_every_single_wrong_character_is_seen(code: bytes, place: int, off: int) -> None:
    signs = [sign for sign in show(code) if sign != "-"]
    signs[place] = ALPHABET[(ALPHABET.index(signs[place]) + off) % 32]
    with pytest.raises(CodeMistyped) as caught:
        read("".join(signs))
    assert caught.value.facts == {"reason": "check"}


def test_nearly_every_exchange_of_neighbours_is_seen() -> None:
    seen = tried = 0
    dice = Random(3)
    for _n in range(300):
        signs = [sign for sign in show(dice.randbytes(20)) if sign != "-"]
        at = dice.randrange(32)
        if signs[at] == signs[at + 1]:
            continue
        signs[at], signs[at + 1] = signs[at + 1], signs[at]
        tried += 1
        try:
            read("".join(signs))
        except CodeMistyped:
            seen += 1
    assert seen / tried > 0.95


@pytest.mark.usefixtures("whole_catalogue")
def test_what_is_no_code_is_told_with_its_reason() -> None:
    printed = show(secrets.token_bytes(20))
    for typed, facts in (
        ("", {"reason": "length", "count": 0}),
        (printed[:-1], {"reason": "length", "count": 32}),
        (printed + "7", {"reason": "length", "count": 34}),
        (printed.replace(printed[0], "U", 1), {"reason": "sign", "sign": "U"}),
        ("津" + printed, {"reason": "sign", "sign": "津"}),
    ):
        with pytest.raises(CodeMistyped) as caught:
            read(typed)
        assert caught.value.facts == facts
        told(caught.value)
    told(CodeMistyped(reason="check"))


def test_codes_have_160_bits() -> None:
    assert show(bytes(20)).startswith("0000-0000")
    for size in (0, 19, 21):
        with pytest.raises(ValueError, match="160"):
            show(bytes(size))
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)
    assert recovery_code.LENGTH * 5 == recovery_code.BITS
