"""What is printed on a letter, told to the casebook, which makes the letter's code over it."""

from models.records.letter import LetterValue


def printed_words(value: LetterValue) -> str:
    """The words of a letter in the order in which they are drawn. Loads the typesetting on first use.

    Raises UnprintableText for a character that is in no face.
    """
    from reports.letter import printed_words as words

    return words(value)
