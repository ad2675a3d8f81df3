"""The signs of the audit chain at the foot of a letter: in the margin, among the sealed words, and optional."""

import pypdfium2

from reports.letter import printed_words, render_letter
from tests.reports.letters import letter, page_texts


def test_the_mark_stands_in_the_lower_margin_and_moves_nothing_else() -> None:
    plain, marked = letter(), letter(audit_mark="3KQ27HFM")
    with_it = render_letter(marked)
    assert "3KQ27HFM" in page_texts(with_it)[0]
    assert "3KQ27HFM" not in page_texts(render_letter(plain))[0]
    assert printed_words(marked).replace("3KQ27HFM", "") == printed_words(plain)
    document = pypdfium2.PdfDocument(with_it)
    page = document[0]
    words = page.get_textpage()
    found = words.search("3KQ2").get_next()
    assert found is not None
    _left, bottom, _right, top = words.get_charbox(found[0])
    assert 0 < bottom < top < 30
    for each in (words, page, document):
        each.close()
