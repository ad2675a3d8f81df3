"""Letters look and read as those that were looked at and kept."""

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.reports.golden_letters import FOLDER, LETTERS, drawn, file_of

MEAN = 2.0
"""How far a picture may be from the kept one on average, of 255: sixteen greys and another rasteriser's edges."""
DARKER = 0.002
"""The share of its points that may be another shade altogether."""


def apart(picture: Image.Image, kept: Image.Image) -> tuple[float, float]:
    """The mean difference of two pictures, and the share of points that differ by more than a third."""
    difference = ImageChops.difference(picture, kept)
    far = difference.point(lambda shade: 255 * (shade > 85))
    return ImageStat.Stat(difference).mean[0], ImageStat.Stat(far).mean[0] / 255


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_looks_and_reads_as_the_one_kept(name):
    pictures, text = drawn(name)
    assert text == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    for page, picture in enumerate(pictures, 1):
        with Image.open(file_of(name, page)) as opened:
            kept = opened.convert("L")
        assert picture.size == kept.size
        mean, far = apart(picture, kept)
        assert mean < MEAN, (page, mean)
        assert far < DARKER, (page, far)
    assert not file_of(name, len(pictures) + 1).exists()


def test_a_word_elsewhere_would_be_seen():
    (three, *_), _text = drawn("three")
    moved = three.copy()
    word = three.crop((60, 160, 200, 175))
    moved.paste(255, (60, 160, 200, 175))
    moved.paste(word, (62, 166))
    mean, far = apart(three, moved)
    assert mean > MEAN or far > DARKER


def test_the_kept_letters_are_small():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 400_000
