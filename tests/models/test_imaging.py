"""Pictures are read with limits and written anew from the pixels alone."""

import hashlib
import random
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from models import imaging, texts
from models.imaging import BadPicture, edited, preview, read_picture
from tests.models.pictures import as_bytes, bomb, paper, parts_of_jpeg, photo

PLAIN_PARTS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
"""JFIF head, quantisation, frame, Huffman tables, pixels: what a JPEG needs and nothing else."""


def seen(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def red(picture: Image.Image, x: float, y: float) -> bool:
    r, g, b = picture.getpixel((round(x * (picture.width - 1)), round(y * (picture.height - 1))))
    return r > 180 and g < 90 and b < 90


def refusal(data: bytes, ask=edited) -> str:
    with pytest.raises(BadPicture) as refused:
        ask(data)
    return str(refused.value.facts["reason"])


def test_of_a_phones_photo_only_pixels_remain():
    raw = photo()
    with Image.open(BytesIO(raw)) as before:
        assert before.getexif().get_ifd(0x8825), "the drawn photo says where it was taken"
        assert {"comment", "icc_profile", "xmp", "exif"} <= set(before.info)
    made = edited(raw)
    for data in (made.full, made.thumb, preview(raw)):
        assert b"SECRET-OWNER" in raw
        assert b"SECRET-OWNER" not in data
        assert set(parts_of_jpeg(data)) <= PLAIN_PARTS
        with Image.open(BytesIO(data)) as after:
            assert dict(after.getexif()) == {}
            assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_notes_of_other_formats_are_left_behind_too(kind):
    notes = Image.Exif()
    notes[0x010F] = "SECRET-OWNER"
    raw = as_bytes(paper(), kind, exif=notes)
    assert b"SECRET-OWNER" in raw
    assert b"SECRET-OWNER" not in edited(raw).full


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_orientation_is_honoured(orientation):
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = paper().transpose(turned[orientation]) if orientation in turned else paper()
    notes = Image.Exif()
    notes[0x0112] = orientation
    raw = as_bytes(stored, exif=notes, quality=95)
    sized = read_picture(raw)
    assert (sized.width, sized.height) == (400, 300)
    made = edited(raw)
    assert (made.width, made.height) == (400, 300)
    assert red(seen(made.full), 0.05, 0.05)
    assert not red(seen(made.full), 0.95, 0.95)


@pytest.mark.parametrize(("turn", "corner"), [(0, (0, 0)), (90, (1, 0)), (180, (1, 1)), (270, (0, 1))])
def test_a_turn_is_clockwise(turn, corner):
    made = edited(as_bytes(paper()), turn)
    assert (made.width, made.height) == ((400, 300) if turn in (0, 180) else (300, 400))
    x, y = corner
    assert red(seen(made.full), 0.1 + 0.8 * x, 0.1 + 0.8 * y)


def test_a_crop_is_of_what_is_seen_after_the_turn():
    made = edited(as_bytes(paper()), 90, (0.5, 0.0, 1.0, 0.5))
    assert (made.width, made.height) == (150, 200)
    assert red(seen(made.full), 0.9, 0.1)


def test_a_tilt_keeps_the_size_and_fills_the_corners_with_white():
    black = as_bytes(Image.new("RGB", (400, 300), "black"), "PNG")
    made = edited(black, straighten=5.0)
    assert (made.width, made.height) == (400, 300)
    assert min(seen(made.full).getpixel((1, 1))) > 230
    assert max(seen(made.full).getpixel((200, 150))) < 20


def test_gray_has_one_band_and_is_smaller():
    coloured, plain = edited(as_bytes(paper())), edited(as_bytes(paper()), gray=True)
    with Image.open(BytesIO(plain.full)) as picture:
        assert picture.mode == "L"
    assert len(plain.full) < len(coloured.full)


def test_large_pictures_are_brought_to_the_kept_size_and_small_ones_stay():
    large = edited(as_bytes(paper(5000, 2500)))
    assert (large.width, large.height) == (2048, 1024)
    assert seen(large.thumb).size == (240, 120)
    few = edited(as_bytes(paper(120, 90)))
    assert (few.width, few.height) == (120, 90)
    assert large.sha256 == hashlib.sha256(large.full).hexdigest()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_every_format_that_is_promised_is_read(kind):
    assert read_picture(as_bytes(paper(), kind)).format == kind
    assert red(seen(edited(as_bytes(paper(), kind)).full), 0.1, 0.1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F", "YCbCr", "LAB"])
def test_every_kind_of_pixel_becomes_gray_or_three_colours(mode):
    kind = "TIFF"
    drawn = paper().convert("L").convert(mode) if mode in ("I;16", "F") else None
    if drawn is None:
        drawn = Image.new("LAB", (40, 30)) if mode == "LAB" else paper().convert(mode)
    with Image.open(BytesIO(edited(as_bytes(drawn, kind)).full)) as made:
        assert made.mode in ("L", "RGB")


def test_a_gray_scan_of_sixteen_bits_keeps_its_light_and_shade():
    line = (2_000).to_bytes(2, "little") * 20 + (60_000).to_bytes(2, "little") * 20
    scan = Image.frombytes("I;16", (40, 30), line * 30)
    with Image.open(BytesIO(edited(as_bytes(scan, "PNG")).full)) as made:
        assert made.getpixel((5, 15)) < 30
        assert made.getpixel((35, 15)) > 220


def test_what_is_transparent_is_white_paper():
    sheet = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    assert seen(edited(as_bytes(sheet, "PNG")).full).getpixel((30, 30)) == (255, 255, 255)


def test_of_several_pages_the_first_is_taken():
    raw = as_bytes(paper(), "TIFF", save_all=True, append_images=[Image.new("RGB", (400, 300), "blue")])
    assert red(seen(edited(raw).full), 0.1, 0.1)


def test_the_day_of_the_photo_can_be_asked_for_and_nonsense_is_no_day():
    assert read_picture(photo()).taken_on == date(2026, 11, 21)
    assert read_picture(photo(day="0000:00:00 00:00:00")).taken_on is None
    assert read_picture(as_bytes(paper())).taken_on is None


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    small = bomb()
    assert len(small) < 120_000
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _self: pytest.fail("it was unpacked"))
    assert refusal(small) == refusal(small, read_picture) == refusal(small, preview) == "pixels"
    assert refusal(bomb(12_000, 9_000)) == "pixels", "also one that the library only warns of"


def test_files_that_are_too_large_too_small_foreign_or_cut_are_refused_each_in_its_words():
    assert refusal(bytes(imaging.MAX_BYTES + 1)) == "bytes"
    assert refusal(as_bytes(paper(4, 400))) == "small"
    assert refusal(b"%PDF-1.7 no picture") == "unknown"
    assert refusal(as_bytes(paper(), "GIF")) == "unknown"
    assert refusal(b"") == "unknown"
    whole = as_bytes(paper(800, 600), quality=95)
    assert refusal(whole[: len(whole) // 2]) == "damaged"
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(400)
    assert refusal(heic) == "heic"
    said = {BadPicture(reason=r, name="IMG_1.jpg").sentence() for r in ("heic", "bytes", "pixels", "small", "unknown")}
    assert len(said) == 5
    assert all("IMG_1.jpg" in sentence for sentence in said)


def test_a_refusal_is_said_in_the_workers_language():
    texts.set_language("en")
    assert "most compatible" in BadPicture(reason="heic").sentence()
    assert "80 million" in BadPicture(reason="pixels").sentence()


@pytest.mark.parametrize(
    "wish", [{"turn": 45}, {"crop": (0.5, 0, 0.5, 1)}, {"crop": (0, 0, 1.2, 1)}, {"straighten": 40.0}]
)
def test_a_wish_without_sense_is_a_fault_of_the_caller(wish):
    with pytest.raises(ValueError):
        edited(as_bytes(paper()), **wish)


def test_a_crop_to_nothing_is_refused():
    with pytest.raises(BadPicture):
        edited(as_bytes(paper()), crop=(0.5, 0.5, 0.501, 0.9))


def test_three_hundred_spoilt_files_raise_nothing_but_a_problem():
    dice = random.Random(4)
    sound = [photo(120, 90), photo(120, 90, 6)]
    sound += [as_bytes(paper(120, 90), kind) for kind in ("PNG", "WEBP", "BMP", "TIFF")]
    sound.append(as_bytes(paper(120, 90).convert("P"), "PNG"))
    sound.append(as_bytes(paper(120, 90), "TIFF", compression="tiff_lzw"))
    sound.append(as_bytes(paper(120, 90), progressive=True))
    refused = 0
    for place in range(300):
        data = bytearray(sound[place % len(sound)])
        for _n in range(dice.choice((1, 3, 20))):
            data[dice.randrange(len(data) if dice.random() < 0.5 else min(len(data), 200))] = dice.randrange(256)
        if dice.random() < 0.2:
            del data[dice.randrange(len(data)) :]
        if dice.random() < 0.1:
            at = dice.randrange(len(data) + 1)
            data[at:at] = dice.randbytes(dice.randrange(1, 400))
        for ask in (read_picture, edited):
            try:
                ask(bytes(data))
            except BadPicture:
                refused += 1
    assert 50 < refused < 600
