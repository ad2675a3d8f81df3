"""Files that leave the casebook: PDF, workbooks and archives protected with AES-256; papers joined into one file.

What is inside the casebook is encrypted with it; a file beside it is not. So a file that leaves is encrypted by itself:
PDF by ISO 32000-2 (security handler revision 6), workbooks by ECMA-376 agile encryption as spreadsheet programs do it
([MS-OFFCRYPTO] 2.3.4.10: SHA-512 in 100,000 rounds), archives as WinZip AE-2. Every present program opens them with the
passphrase, none without. Everything happens in memory.
"""

import io
import secrets
from collections.abc import Iterable, Sequence
from datetime import date

from models.errors import WeakPassphrase

GROUPS, DIGITS = 4, 4
"""A passphrase that the program makes: so many groups of so many digits, as one reads out a bank card.

16 digits are 53 bits; revision 6 makes every guess cost 64 rounds of AES and SHA-2 at least.
"""

LEAST = 10
"""The fewest characters of a passphrase that the worker thinks up, as for the casebook itself."""


def made_passphrase() -> str:
    """A new random passphrase that can be read out on the telephone: 4821 7730 5916 2048."""
    return " ".join("".join(str(secrets.randbelow(10)) for _digit in range(DIGITS)) for _group in range(GROUPS))


def protect(pdf: bytes, passphrase: str) -> bytes:
    """The same pages, readable only with the passphrase; printing them stays allowed. Raises WeakPassphrase.

    A passphrase is used as it is typed, its outer spaces left out. Encrypted, a file is no PDF/A any more.
    """
    import pikepdf

    secret = _secret(passphrase)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        # Nobody needs the owner's passphrase, with which restrictions are lifted: it is random and forgotten.
        encryption = pikepdf.Encryption(user=secret, owner=secrets.token_hex(32), R=6, aes=True, metadata=True)
        document.save(out, encryption=encryption, linearize=False)
    return out.getvalue()


def protect_workbook(xlsx: bytes, passphrase: str) -> bytes:
    """The same workbook, opened by spreadsheet programs only with the passphrase. Raises WeakPassphrase."""
    from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped]

    secret = _secret(passphrase)
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(xlsx)).encrypt(secret, out)
    return out.getvalue()


def archive(files: Iterable[tuple[str, bytes]], day: date, passphrase: str = "") -> bytes:
    """Files by their names as a ZIP archive; with a passphrase each of them is encrypted (names stay readable).

    day: stands in the archive as the day on which each file was made. Raises WeakPassphrase.
    """
    import pyzipper  # type: ignore[import-untyped]

    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED) as made:
        if passphrase:
            made.setpassword(_secret(passphrase).encode())
            made.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, data in files:
            entry = pyzipper.zipfile_aes.AESZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = pyzipper.ZIP_DEFLATED
            made.writestr(entry, data)
    return out.getvalue()


PARTS_MOST = 50
"""An archive that archive() wrote has a handful of files."""


class NotOpened(Exception):  # noqa: N818  # nothing went wrong: what somebody gave does not open it
    """An archive is protected, and what was given is not its passphrase."""


def from_archive(data: bytes, name: str, most: int, passphrase: str = "") -> bytes:
    """One file out of an archive, of at most so many bytes, counted before and while it is unpacked.

    Raises NotOpened, ValueError where the archive cannot be read, has no such file, or a larger one.
    """
    import pyzipper

    try:
        with pyzipper.AESZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            part = next((one for one in parts if one.filename == name), None)
            if part is None or len(parts) > PARTS_MOST or part.file_size > most:
                raise ValueError(name)
            if part.flag_bits & 1:
                if not passphrase.strip():
                    raise NotOpened
                packed.setpassword(passphrase.strip().encode())
            try:
                with packed.open(part) as opened:
                    found = bytes(opened.read(most + 1))
            except RuntimeError as trouble:  # how the reader of archives says that a passphrase is wrong
                raise NotOpened from trouble
    except NotOpened:
        raise
    except Exception as trouble:
        # A damaged archive fails in as many ways as there are parts in it; to who opens it, it is one and the same.
        raise ValueError(name) from trouble
    if len(found) > most:
        raise ValueError(name)
    return found


def _secret(passphrase: str) -> str:
    secret = passphrase.strip()
    if len(secret) < LEAST:
        raise WeakPassphrase
    return secret


def joined(papers: Sequence[bytes], title: str = "") -> bytes:
    """Papers one after another in one PDF; a paper alone stays as it is. Raises ValueError where there is none.

    The title is that of the document's properties; pages are copied, not drawn anew.
    """
    import pikepdf

    if not papers:
        raise ValueError("there is no paper to join")
    if len(papers) == 1:
        return papers[0]
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for paper in papers:
            with pikepdf.open(io.BytesIO(paper)) as document:
                whole.pages.extend(document.pages)
        if title:
            whole.docinfo["/Title"] = title
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def pages_of(pdf: bytes, pages: str) -> bytes:
    """Only some pages, told as a print dialog does: "1-3, 5"; all for "". Raises ValueError where it names none."""
    import pikepdf

    if not pages.strip():
        return pdf
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document, pikepdf.new() as chosen:
        for number in page_numbers(pages, len(document.pages)):
            chosen.pages.append(document.pages[number - 1])
        chosen.save(out, deterministic_id=True)
    return out.getvalue()


def page_numbers(pages: str, count: int) -> list[int]:
    """The page numbers (from 1) that "1-3, 5" names of so many pages, in order. Raises ValueError where it names none
    or cannot be read.
    """
    named: set[int] = set()
    cleaned = pages.replace("，", ",").replace("、", ",").replace("－", "-").replace("–", "-").replace("~", "-")
    for part in filter(None, (part.strip() for part in cleaned.split(","))):
        first, dash, last = (bit.strip() for bit in part.partition("-"))
        low = int(first or 1)
        high = int(last or count) if dash else low
        named.update(range(min(low, high), max(low, high) + 1))
    found = sorted(number for number in named if 1 <= number <= count)
    if not found:
        raise ValueError("no page of this document is named")
    return found
