"""How much each likeness between two records says: one table, after Fellegi and Sunter.

For each observation, m is how often it is seen when both records are the same person, u how often when they are two
people of one register who came under comparison; its weight is log2(m / u), and the weights of a pair add up. Source:
I. P. Fellegi, A. B. Sunter, A Theory for Record Linkage, JASA 64 (1969); that parts of the weight of one observation
may depend on another (a door on the household) is handled by never counting both. m and u are estimates, with the
reason for each beside it; tests/models/services/test_likeness.py holds them to a seeded list of duplicates and of
people who are merely near.
"""

from math import log2
from typing import NamedTuple


class Weight(NamedTuple):
    """What one observation says."""

    same: float  # m: its share among pairs that are one person
    others: float  # u: its share among pairs that are two people
    why: str

    @property
    def bits(self) -> float:
        """The weight: positive speaks for one person, negative against."""
        return log2(self.same / self.others)


WEIGHTS = {
    # The document number. Its check character (GB 11643) catches every single wrong digit and most swaps, so a number
    # that checks is seldom mistyped: two whole numbers that differ are nearly always two people.
    "number_same": Weight(0.95, 1e-9, "nobody shares a number but by a mistake that somebody has to see"),
    "number_old_form": Weight(0.9, 2e-9, "15 digits of 1984 and 18 of 1999 of one person share place, birth and order"),
    "number_certificate": Weight(0.9, 2e-9, "a disability certificate begins with its holder's identity number"),
    "number_digit": Weight(0.004, 1e-6, "one digit of place or birth date: copied wrongly, and the check made to fit"),
    "number_sequence": Weight(
        0.0005, 0.5, "the order of births alone differs: twins, and who was born in the ward that day"
    ),
    "number_differs": Weight(0.001, 0.999, "two numbers that check; corrected double numbers (重号) are very rare"),
    # The name. 100,000 residents hold some 25,000 names; the most frequent are had by a few dozen each.
    "name_same": Weight(0.80, 1 / 3500, "most people write their name as it is"),
    "name_variant": Weight(0.03, 1 / 90_000, "an old document or an input method with traditional characters"),
    "name_former": Weight(0.02, 1 / 15_000, "a change of name is told on one of the records only"),
    "name_sound": Weight(0.06, 1 / 650, "taken down by ear or picked wrongly from an input method"),
    "name_character": Weight(0.04, 1 / 110, "one character of three or more is wrong, missing or too many"),
    "name_given": Weight(0.01, 1 / 60, "the surname or the second half of a two-character name is another"),
    "name_part": Weight(0.3, 1 / 400, "of a transcribed name often the first part alone is taken down"),
    "name_differs": Weight(0.01, 0.98, "married and religious names, nicknames"),
    # The birth date. 25,000 days are in use; 1 January and lunar dates told as solar ones are too many among the old.
    "birth_same": Weight(0.90, 1 / 22_000, "what a document says is the same on every form"),
    "birth_swapped": Weight(0.01, 1 / 40_000, "month and day the other way round"),
    "birth_digit": Weight(0.04, 1 / 650, "one digit is wrong"),
    "birth_differs": Weight(0.02, 0.998, "a lunar date told as a solar one; a date told without a document"),
    # Sex.
    "sex_same": Weight(0.995, 0.5, "half of all pairs agree by chance"),
    "sex_differs": Weight(0.005, 0.5, "hardly ever mistaken, now and then mistyped"),
    # Phone. Families share landlines, children give theirs for their parents.
    "phone_same": Weight(0.5, 1 / 250, "most people keep their number; in a family several people give the same one"),
    "phone_family": Weight(0.1, 1 / 60, "the number of a relative on one record"),
    # Home. Near-but-different people (father and son, twins) live behind the same door, so it says little.
    "door_same": Weight(0.45, 1 / 16, "registered again at home, against families under one roof"),
    "building_same": Weight(0.1, 1 / 20, "the door misheard, or a move within the building"),
    "household_same": Weight(0.08, 0.6, "two people of one household were told apart by whoever registered them"),
}
"""Every observation, its shares and the reason."""

CERTAIN, LIKELY, POSSIBLE = 30.0, 18.0, 11.0
"""From how many bits on a pair is called so. In a register of 100,000 (17 bits) and with one duplicate in a hundred
(7 bits), 24 bits are even odds against everybody at once; but only those who share a name, date, number, phone or door
are compared at all, some 50 (6 bits): 18 bits are then 2 to 1 and better, and 30 leave one mistake in a thousand."""


def level(bits: float) -> str:
    """certain, likely or possible; empty where it is not worth a look."""
    for name, least in (("certain", CERTAIN), ("likely", LIKELY), ("possible", POSSIBLE)):
        if bits >= least:
            return name
    return ""
