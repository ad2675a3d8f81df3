"""The bench of letters: what the other programs are told is what our letter says."""

import sys

import pytest

from desktop import bench_paper
from desktop.bench_table import Scale
from reports.letter import printed_words
from tests.reports.letters import BASE


def _texts(told):
    if isinstance(told, str):
        yield told
    else:
        for part in told.values() if isinstance(told, dict) else told:
            yield from _texts(part)


def test_the_others_are_told_every_word_that_our_letter_says():
    (letter,) = bench_paper.told([BASE])["letters"]
    said = "".join("".join(_texts(letter)).split())
    for part in (BASE.resident_name, BASE.address, BASE.number, *(matter.name for matter in BASE.matters)):
        assert "".join(part.split()) in said
    ours = "".join(printed_words(BASE).split())
    assert len(said) > 0.7 * len(ours), "no program is given less to set"


def test_every_letter_has_a_number_of_its_own():
    numbers = [value.number for value in bench_paper.letters_of(BASE, 30)]
    assert len(set(numbers)) == 30


def test_ours_are_measured_in_a_process_of_their_own(tmp_path):
    rows = {line.name: line for line in bench_paper.peers(tmp_path, BASE, Scale(1, 1, 1, 1), "")}
    assert rows["1 letter in a fresh process: ours, CPU"].target == 250
    assert (
        rows["5 letters in a fresh process: ours, file"].median > rows["1 letter in a fresh process: ours, file"].median
    )


def test_a_program_that_fails_says_why():
    with pytest.raises(RuntimeError, match="no such program"):
        bench_paper._run([sys.executable, "-c", "import sys; sys.exit('no such program')"])
