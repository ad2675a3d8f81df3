"""Codes are read from letters: from files, from rasters of 203 and 300 dpi, and from bad scans; changes are seen."""

import random
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageFilter

from desktop.pdfium import drawn, opened
from desktop.verify_reading import (
    Found,
    NothingToRead,
    PassphraseNeeded,
    codes_in_picture,
    codes_in_text,
    codes_of,
    read_codes,
)
from models.errors import CannotRead
from models.records.layout import Layout
from models.records.letter import LetterValue
from models.services.verifying import Verdict, verify
from reports.letter import render_letter, render_letters
from tests.reports.letters import MATTERS, generated, letter
from tests.reports.sealed import Sealer

OFFICE = Sealer()
DAY = date(2026, 11, 22)
SEED = 20261122
CLEAN, DEGRADED = 8, 40


def sealed(count: int) -> list[LetterValue]:
    return [OFFICE.seal(value) for value in generated(count, SEED)]


def raster(pdf: bytes, dpi: int) -> Image.Image:
    with opened(pdf) as document:
        return drawn(document[0], dpi / 72, grayscale=True).convert("L")


def checked(found: Found) -> Verdict:
    return verify(found.text, [OFFICE.card], DAY, words=found.words)


def one(data: bytes) -> Verdict:
    (found,) = codes_of(data)
    return checked(found)


@pytest.mark.parametrize("dpi", [203, 300])
def test_every_clean_raster_is_read(dpi: int):
    for value in sealed(CLEAN):
        assert codes_in_picture(raster(render_letter(value), dpi)) == [value.seal]


def scanned(page: Image.Image, chance: random.Random) -> Image.Image:
    """A page as a poor office scanner gives it: askew, soft, noisy, unevenly lit, packed as JPEG."""
    turned = page.rotate(chance.uniform(-12, 12), resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    soft = turned.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 1.5)))
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, chance.uniform(4, 24), (soft.height, soft.width))
    light = np.linspace(chance.uniform(0.75, 1), 1, soft.width)
    grey = np.asarray(soft, dtype=float) * light + noise + chance.uniform(-20, 10)
    out = BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=chance.randint(35, 85))
    return Image.open(BytesIO(out.getvalue()))


def test_ninety_five_of_a_hundred_bad_scans_are_read():
    chance = random.Random(SEED)
    values = sealed(6)
    pages = {(at, dpi): raster(render_letter(value), dpi) for at, value in enumerate(values) for dpi in (203, 300)}
    # The left half from the middle on, where the code stands among text and rules: whole pages take five times as long.
    pages = {key: page.crop((0, page.height // 2, page.width // 2, page.height)) for key, page in pages.items()}
    read = 0
    for _scan in range(DEGRADED):
        at, dpi = chance.randrange(len(values)), chance.choice((203, 300))
        read += codes_in_picture(scanned(pages[at, dpi], chance).convert("L")) == [values[at].seal]
    assert read >= 0.95 * DEGRADED, f"{read} of {DEGRADED}"


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_the_words_of_a_pdf_are_those_that_were_sealed(language: str):
    value = OFFICE.seal(letter(language=language, matters=MATTERS, code="ABCD2345"))
    verdict = one(render_letter(value))
    assert (verdict.outcome, verdict.words_checked) == ("genuine", True)
    again = one(render_letter(value, DAY))  # a reprint says so, and is as genuine
    assert (again.outcome, again.words_checked) == ("genuine", True)


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_a_hyphen_that_ends_a_line_is_one_of_the_words(language: str):
    """Wherever the lines break: PDFium tells such a hyphen as another character."""
    for number in range(8):
        value = letter(
            language=language,
            matters=MATTERS,
            resident_name="Marie O'Brien-Smith-" + "x" * number + "-",
            address="样本路12-" + "3-" * number + "501",
            note="a" * number + " walk-in-clinic follow-up Jean-Luc" * 6,
            code="ABCD2345",
        )
        verdict = one(render_letter(OFFICE.seal(value)))
        assert (verdict.outcome, verdict.words_checked) == ("genuine", True), number


def test_letters_in_one_file_are_told_apart():
    values = [*sealed(3), OFFICE.seal(letter(language="both", matters=MATTERS)), *sealed(2)]
    found = codes_of(render_letters(values))
    assert [each.text for each in found] == [value.seal for value in values]
    assert [checked(each).outcome for each in found] == ["genuine"] * len(values)
    assert [each.page for each in found] == sorted({each.page for each in found})


def test_a_scan_in_a_pdf_says_nothing_of_the_words():
    value = sealed(1)[0]
    out = BytesIO()
    raster(render_letter(value), 203).save(out, "PDF", resolution=203)
    (found,) = codes_of(out.getvalue())
    assert (found.text, found.words) == (value.seal, None)
    assert checked(found).genuine
    assert len(checked(found).notes()) == 2


def test_changed_words_are_seen_in_the_file():
    value = OFFICE.seal(letter())
    more = value.model_copy(update={"matters": (MATTERS[0].model_copy(update={"amount": "每人每月2000元"}),)})
    assert one(render_letter(more)).outcome == "changed"
    other = value.model_copy(update={"resident_name": "李𬱟"})
    assert one(render_letter(other)).outcome == "changed"


def test_a_page_added_or_taken_away_is_seen():
    value = OFFICE.seal(letter(layout=Layout(form="letter")))
    whole = render_letter(value)
    with pikepdf.open(BytesIO(whole)) as longer, pikepdf.open(BytesIO(render_letter(letter()))) as other:
        assert len(longer.pages) > 1
        longer.pages.extend(other.pages)
        out = BytesIO()
        longer.save(out)
    assert one(out.getvalue()).outcome == "changed"
    with pikepdf.open(BytesIO(whole)) as shorter:
        del shorter.pages[-1]
        out = BytesIO()
        shorter.save(out)
    assert [checked(found).outcome for found in codes_of(out.getvalue())] in ([], ["changed"])


def test_text_drawn_over_a_letter_is_seen():
    value = OFFICE.seal(letter())
    with pikepdf.open(BytesIO(render_letter(value))) as opened:
        page = opened.pages[0]
        page.Resources.Font.F99 = opened.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        page.contents_add(b"BT /F99 12 Tf 100 500 Td (2000) Tj ET")
        out = BytesIO()
        opened.save(out)
    assert one(out.getvalue()).outcome == "changed"


def test_the_code_of_one_letter_on_another_is_seen():
    first, second = sealed(2)
    assert one(render_letter(second.model_copy(update={"seal": first.seal}))).outcome == "changed"


def test_a_second_code_on_a_letter_proves_nothing():
    first, second = sealed(2)
    out = BytesIO()
    page = Image.new("L", (1700, 600), 255)
    for at, value in enumerate((first, second)):
        page.paste(raster(render_letter(value), 203).crop((160, 1420, 480, 1740)), (100 + 800 * at, 100))
    page.save(out, "PNG")
    assert {found.text for found in codes_of(out.getvalue())} == {first.seal, second.seal}


def test_codes_are_read_from_text_and_pictures_in_files(tmp_path: Path):
    value = sealed(1)[0]
    (tmp_path / "code.txt").write_text(f"\ufeff{value.seal}\r\n{value.seal}\r\n", "utf-8")
    assert [found.text for found in read_codes(tmp_path / "code.txt")] == [value.seal]
    assert codes_in_text(value.seal[:80] + "\n" + value.seal[80:]) == [value.seal]
    for ending in ("png", "jpg", "tiff"):
        raster(render_letter(value), 203).rotate(90, expand=True).save(tmp_path / f"scan.{ending}")
        assert [found.text for found in read_codes(tmp_path / f"scan.{ending}")] == [value.seal]


def test_files_without_a_code_are_told(tmp_path: Path):
    (tmp_path / "empty.txt").write_text("没有", "utf-8")
    (tmp_path / "letter.pdf").write_bytes(render_letter(letter()))
    Image.new("L", (400, 400), 255).save(tmp_path / "white.png")
    for name in ("empty.txt", "letter.pdf", "white.png"):
        with pytest.raises(NothingToRead) as nothing:
            read_codes(tmp_path / name)
        assert name in nothing.value.sentence()
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0nothing")
    for name in ("broken.pdf", "broken.png", "missing.pdf"):
        with pytest.raises(CannotRead):
            read_codes(tmp_path / name)


def test_a_protected_file_opens_with_its_passphrase(tmp_path: Path):
    value = OFFICE.seal(letter())
    with pikepdf.open(BytesIO(render_letter(value))) as opened:
        opened.save(tmp_path / "p.pdf", encryption=pikepdf.Encryption(user="海河 石榴", owner="other", R=6))
    for wrong in ("", "海河"):
        with pytest.raises(PassphraseNeeded) as needed:
            read_codes(tmp_path / "p.pdf", wrong)
        assert "p.pdf" in needed.value.sentence()
    (found,) = read_codes(tmp_path / "p.pdf", "海河 石榴")
    assert checked(found).words_checked
