"""Invented people for the tests of the forms: numbers with a check character that fits."""

from stdnum.iso7064 import mod_11_2


def card(birth: str = "19520308", sequence: str = "002", division: str = "120101") -> str:
    """A sound 18-character identity number; an even sequence is a woman's."""
    number = division + birth + sequence
    return number + mod_11_2.calc_check_digit(number)


def certificate(category: int = 4, grade: int = 2, birth: str = "19520308") -> str:
    """A sound disability certificate number."""
    return f"{card(birth)}{category}{grade}"
