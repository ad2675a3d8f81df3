import pypdfium2
import pytest

from models.records.papers import Addressee
from reports.envelopes import UnknownFormat, formats, places_of, render_envelopes
from reports.printable import UnprintableText
from tests.reports.letters import character_boxes, generated, page_texts
from tests.reports.papers import ADDRESS, ENVELOPES, LONG, LONG_ADDRESS, RARE, look_at

MM = 72 / 25.4


@pytest.mark.parametrize(("key", "wide", "high"), [("DL", 220, 110), ("ZL", 230, 120), ("C5", 229, 162)])
def test_an_envelope_has_the_size_and_the_free_places_of_the_standard(key, wide, high):
    pdf = render_envelopes(ENVELOPES.model_copy(update={"format": key}))
    assert look_at(pdf) == 2
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        assert [round(side / MM) for side in page.get_size()] == [wide, high]
        boxes = character_boxes(page)
        assert min(box[2] for box in boxes) > 20 * MM - 1, "the post's bar code has the last 20 mm"
        stamp = [box for box in boxes if box[1] > (wide - 32) * MM and box[2] > (high - 30) * MM]
        assert not stamp
    document.close()
    first, second = page_texts(pdf)
    assert first.startswith("300021")
    assert f"{RARE}收" in first
    assert ADDRESS in first
    assert "邮政编码300020" in first
    assert LONG_ADDRESS in second
    assert f"{LONG}收" in second


def test_labels_begin_at_the_first_free_place_and_flow_on():
    people = tuple(Addressee(name=f"王{n}", address=ADDRESS) for n in range(30))
    value = ENVELOPES.model_copy(update={"format": "3x8", "start": 5, "people": people})
    pdf = render_envelopes(value)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 2
    boxes = character_boxes(document[0])
    top = [box for box in boxes if box[4] > (297 - 0.5 - 37) * MM]
    assert not top, "the first row of the sheet is used up"
    second = [box for box in boxes if box[4] > (297 - 0.5 - 74) * MM]
    assert min(box[1] for box in second) > 70 * MM, "and so is the first place of the second"
    document.close()
    pages = page_texts(pdf)
    assert [sum(page.count("王") for page in pages), pages[0].count("王")] == [30, 20]


@pytest.mark.parametrize("key", sorted(formats()["labels"]))
def test_the_longest_name_stays_on_its_label(key):
    grid = formats()["labels"][key]
    across = grid["left"] + grid["columns"] * grid["width"] + (grid["columns"] - 1) * grid["across"]
    down = grid["top"] + grid["rows"] * grid["height"] + (grid["rows"] - 1) * grid["down"]
    assert across <= 210
    assert down <= 297
    long = Addressee(name=LONG, address=LONG_ADDRESS, postal_code="300020")
    value = ENVELOPES.model_copy(update={"format": key, "people": (long,) * places_of(key), "frames": True})
    pdf = render_envelopes(value)
    assert look_at(pdf, edge=5) == 1
    (page,) = page_texts(pdf)
    assert page.count(LONG) == places_of(key)
    assert page.count(LONG_ADDRESS) == places_of(key)
    document = pypdfium2.PdfDocument(pdf)
    for _character, left, bottom, right, top in character_boxes(document[0]):
        column = int((left / MM - grid["left"]) // (grid["width"] + grid["across"]))
        row = int((297 - top / MM - grid["top"]) // (grid["height"] + grid["down"]))
        edge = (grid["left"] + column * (grid["width"] + grid["across"])) * MM
        foot = (297 - grid["top"] - row * (grid["height"] + grid["down"]) - grid["height"]) * MM
        assert right < edge + grid["width"] * MM
        assert bottom > foot
    document.close()


def test_what_is_no_format_and_what_no_face_has_is_refused():
    with pytest.raises(UnknownFormat):
        render_envelopes(ENVELOPES.model_copy(update={"format": "A3"}))
    with pytest.raises(UnprintableText):
        render_envelopes(ENVELOPES.model_copy(update={"people": (Addressee(name="\U000f0000", address=ADDRESS),)}))
    assert render_envelopes(ENVELOPES) == render_envelopes(ENVELOPES.model_copy())


def test_an_envelope_that_brings_its_boxes_gets_the_figures_alone():
    plain, boxed = (render_envelopes(ENVELOPES.model_copy(update={"boxes": boxes})) for boxes in (False, True))
    assert page_texts(plain) == page_texts(boxed)
    assert len(plain) < len(boxed)


def test_three_hundred_invented_names_are_read_back_exactly():
    letters = generated(300, seed=7)
    people = tuple(Addressee(name=one.resident_name, address=one.address) for one in letters)
    pages = page_texts(render_envelopes(ENVELOPES.model_copy(update={"format": "DL", "people": people})))
    assert len(pages) == 300
    for page, person in zip(pages, people, strict=True):
        assert f"{person.name}收" in page
        assert "".join(person.address.split()) in page
    labels = "".join(page_texts(render_envelopes(ENVELOPES.model_copy(update={"format": "3x7", "people": people}))))
    assert all(f"{person.name}收" in labels for person in people)
