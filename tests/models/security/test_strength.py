"""How strong a passphrase is, is judged the same wherever it is typed, quickly, and never below the floor."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.security.passphrase import is_weak
from models.security.strength import LEAST_LOG10, strength, too_easy
from tests.models.security.test_keystore import WEAK

GOOD = ["correct horse battery", "槐花落在院里", "heping-river-teapot", "tR4!kk9#pLw2", "津门入户门前一棵槐树"]


@pytest.mark.parametrize("phrase", WEAK)
def test_what_was_refused_before_is_refused(phrase: str) -> None:
    said = strength(phrase)
    assert too_easy(phrase)
    assert (said.enough, said.score <= 1) == (False, True)
    assert said.hint or not phrase


@pytest.mark.parametrize("phrase", GOOD)
def test_a_good_one_is_taken(phrase: str) -> None:
    said = strength(phrase)
    assert not too_easy(phrase)
    assert said.score >= 3
    assert said.enough
    assert said.hint == ""
    assert said.seconds > 30 * 365 * 86400 or said.guesses_log10 >= 9


@pytest.mark.parametrize("phrase", ["football123x", "sunshine1980", "michael1jordan", "liverpool99fc"])
def test_what_lists_know_is_refused_although_it_is_long(phrase: str) -> None:
    said = strength(phrase)
    assert (said.guesses_log10 < LEAST_LOG10) == (not said.enough)
    assert said.score <= 2
    assert said.hint


def test_ones_own_name_and_office_count_for_nothing() -> None:
    about = ("周敏", "13800220001", "花园路社区 居民委员会")
    phrase = "周敏13800220001花园路社区"
    assert strength(phrase).enough
    said = strength(phrase, about)
    assert not said.enough
    assert "name" in said.hint
    assert strength("周敏 heping river teapot", about).score == strength("heping river teapot").score


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_the_floor_stays_and_the_score_says_what_is_accepted(phrase: str) -> None:
    said = strength(phrase)
    assert 0 <= said.score <= 4
    assert said.enough == (said.score >= 2)
    assert not (is_weak(phrase) and said.enough)
    assert too_easy(phrase) == (not said.enough)
    assert said.seconds >= 0


def test_a_very_long_one_is_judged_in_a_moment() -> None:
    strength("to load the lists")
    begun = time.process_time()
    for phrase in ("ab1" * 5000, "password" * 2000, "一二三" * 3000, "x" * 100_000, "aB3$" * 15):
        strength(phrase)
    assert time.process_time() - begun < 3


@pytest.mark.usefixtures("whole_catalogue")
def test_each_trouble_has_a_hint_of_its_own() -> None:
    hints = {
        strength(phrase, ("周敏",)).hint
        for phrase in (
            "周敏周敏",
            "天津天津社区",
            "shakespeare",
            "zxcdsaqwe",
            "abababab",
            "abcdefgh",
            "19801980",
            "12.3.1980",
            "xq",
        )
    }
    assert len(hints) >= 6
    assert strength("").hint == ""
