"""The one catalogue: every text of the code in both languages, nothing unused, nothing put together from pieces."""

import gettext
import io
import string

from tests.house import catalogue


def test_the_catalogue_holds_exactly_the_texts_of_the_code_and_all_have_their_chinese():
    present = {catalogue.key(message) for message in catalogue.extracted() if message.id}
    translated = set(catalogue.read(catalogue.PO))
    assert present - translated == set(), "untranslated: run ./run texts and fill in the Chinese"
    assert translated - present == set(), "no longer used: run ./run texts"


def test_placeholders_are_the_same_in_both_languages():
    assert list(catalogue.problems(catalogue.updated())) == []


def test_the_compiled_catalogue_is_that_of_the_source():
    compiled = gettext.GNUTranslations(io.BytesIO(catalogue.MO.read_bytes()))
    for (english, context), message in catalogue.read(catalogue.PO).items():
        if isinstance(message.id, tuple):
            assert compiled.ngettext(*message.id, 2) == message.string[0]
        elif context:
            assert compiled.pgettext(context, english) == message.string
        else:
            assert compiled.gettext(english) == message.string


def test_no_marked_text_is_put_together_from_pieces():
    assert list(catalogue.misused()) == []


def test_every_placeholder_can_be_filled_in():
    for message in catalogue.read(catalogue.PO).values():
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            list(string.Formatter().parse(text))  # raises ValueError on a lonely brace


def test_no_part_waits_to_be_taken_in():
    assert not list((catalogue.FOLDER / "parts").glob("*.po"))
