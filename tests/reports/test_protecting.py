"""A PDF that leaves the casebook opens with its passphrase and with nothing else."""

import io
import re
import zipfile
from datetime import date

import msoffcrypto
import pikepdf
import pypdfium2
import pytest
import pyzipper

from models.errors import WeakPassphrase
from reports.letter import render_letter
from reports.protecting import archive, joined, made_passphrase, page_numbers, pages_of, protect, protect_workbook
from reports.tables import Table, write_tables
from tests.reports.letters import letter
from tests.reports.sheets import unlocked

SECRET = "海河 4821 7730"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_letter(letter(resident_name="李𬱖"))


def text(data: bytes, passphrase: str | None = None) -> str:
    document = pypdfium2.PdfDocument(data, password=passphrase)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_it_is_encrypted_with_aes_256_of_revision_6(pdf):
    with pikepdf.open(io.BytesIO(protect(pdf, SECRET)), password=SECRET) as document:
        info = document.encryption
        assert (info.R, info.V, info.bits) == (6, 5, 256)
        methods = {info.stream_method, info.string_method}
        assert methods == {pikepdf.models.encryption.EncryptionMethod.aesv3}
        assert document.trailer.Encrypt.CF.StdCF.CFM == "/AESV3"


@pytest.mark.parametrize("wrong", ["", "海河", "海河 4821 7731", "海河 4821 7730 x"])
def test_no_other_passphrase_opens_it(pdf, wrong):
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(protect(pdf, SECRET)), password=wrong)


def test_nothing_readable_is_left_in_the_file_its_title_neither(pdf):
    secret = protect(pdf, SECRET)
    assert b"FlateDecode" in secret
    for word in ("转介", "李𬱖"):
        for code in ("utf-8", "utf-16-be"):
            assert word.encode(code) not in secret
    assert b"/Title <feff" not in secret.lower()


def test_the_pages_and_their_words_are_the_same(pdf):
    secret = protect(pdf, SECRET)
    assert text(secret, SECRET) == text(pdf)
    assert "李𬱖" in text(secret, SECRET)


def test_outer_spaces_of_a_typed_passphrase_do_not_count(pdf):
    pikepdf.open(io.BytesIO(protect(pdf, f" {SECRET} ")), password=SECRET).close()


@pytest.mark.parametrize("short", ["", "   ", "123456789", " 12345678 "])
def test_a_short_passphrase_is_refused(pdf, short):
    with pytest.raises(WeakPassphrase):
        protect(pdf, short)


def test_a_made_passphrase_can_be_read_out_and_never_comes_twice():
    made = {made_passphrase() for _n in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"\d{4}( \d{4}){3}", one) for one in made)
    assert {digit for one in made for digit in one} == set("0123456789 ")


def test_papers_are_joined_in_their_order(pdf):
    other = render_letter(letter(resident_name="王秀英"))
    both = joined([pdf, other], "转介单（2份）")
    words = text(both)
    assert words.index("李𬱖") < words.index("王秀英")
    with pikepdf.open(io.BytesIO(both)) as document:
        assert len(document.pages) == 2
        assert str(document.docinfo["/Title"]) == "转介单（2份）"
    assert joined([pdf]) == pdf
    assert joined([pdf, other], "x") == joined([pdf, other], "x")
    with pytest.raises(ValueError, match="no paper"):
        joined([])


@pytest.mark.parametrize(
    ("told", "pages"),
    [
        ("2", [2]),
        ("1-3", [1, 2, 3]),
        ("3-1", [1, 2, 3]),
        ("1，3、5", [1, 3, 5]),
        ("4-", [4, 5]),
        ("-2", [1, 2]),
        ("2,9", [2]),
    ],
)
def test_pages_are_named_as_in_every_print_dialog(told, pages):
    assert page_numbers(told, 5) == pages


@pytest.mark.parametrize("told", ["9", "0", "x", "1-x", ","])
def test_what_names_no_page_is_refused(told):
    with pytest.raises(ValueError, match=r"page|int"):
        page_numbers(told, 5)


def test_only_the_pages_that_are_named_are_left(pdf):
    three = joined([pdf, render_letter(letter(resident_name="王秀英")), pdf])
    assert pages_of(three, "") == three
    assert "王秀英" in text(pages_of(three, "2"))
    assert "李𬱖" not in text(pages_of(three, "2"))


def test_a_workbook_opens_only_with_its_passphrase_and_is_the_same_then():
    whole = write_tables([Table("甲", ("姓名",), (("李建国",),))])
    sealed = protect_workbook(whole, "4821 7730 5916 2048")
    assert "李建国".encode() not in sealed
    assert unlocked(sealed, "4821 7730 5916 2048") == whole
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        unlocked(sealed, "4821 7730 5916 2049")
    with pytest.raises(WeakPassphrase):
        protect_workbook(whole, "short")


def test_an_archive_is_readable_as_it_is_or_with_its_passphrase_alone():
    files = [("a.txt", "李建国".encode()), ("b/c.jpg", b"x" * 500)]
    day = date(2026, 11, 22)
    with zipfile.ZipFile(io.BytesIO(archive(files, day))) as plain:
        assert [(name, plain.read(name)) for name in plain.namelist()] == files
    with pyzipper.AESZipFile(io.BytesIO(archive(files, day, "4821 7730 5916 2048"))) as sealed:
        with pytest.raises(RuntimeError):
            sealed.read("a.txt")
        sealed.setpassword(b"4821 7730 5916 2048")
        assert [(name, sealed.read(name)) for name in sealed.namelist()] == files
        assert all(entry.wz_aes_strength == 3 for entry in sealed.infolist()), "256 bits"
