"""Whatever Hypothesis lets happen to offices and laptops, nothing is lost and all come to the same."""

from tests.simulation.machine import short_form


def test_no_sequence_of_accidents_that_hypothesis_finds_loses_anything() -> None:
    short_form()
