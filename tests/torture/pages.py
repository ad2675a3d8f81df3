"""What lies in an encrypted file once its pages are decrypted one by one: free pages, slack and the log too.

SQLCipher 4 with a raw key: every page of 4,096 bytes ends with 16 bytes of IV and 64 of HMAC-SHA512; before them stands
AES-256-CBC; the first page begins with 16 bytes of salt in the clear. The log has a head of 32 bytes and 24 before each
page. Written from that description, with no help of the engine.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

PAGE, RESERVE, SALT, LOG_HEAD, FRAME_HEAD = 4096, 80, 16, 32, 24


def decrypted(store: Path, key: bytes) -> bytes:
    """All pages of a store and of its log, one after another. key: Keys.page_key."""
    return b"".join(_pages(store.read_bytes(), key)) + b"".join(_frames(store, key))


def _pages(data: bytes, key: bytes) -> Iterator[bytes]:
    for at in range(0, len(data) - PAGE + 1, PAGE):
        yield _plain(data[at : at + PAGE], key, SALT if at == 0 else 0)


def _frames(store: Path, key: bytes) -> Iterator[bytes]:
    log = store.with_name(store.name + "-wal")
    data = log.read_bytes() if log.exists() else b""
    for at in range(LOG_HEAD, len(data) - FRAME_HEAD - PAGE + 1, FRAME_HEAD + PAGE):
        number = int.from_bytes(data[at : at + 4], "big")
        yield _plain(data[at + FRAME_HEAD : at + FRAME_HEAD + PAGE], key, SALT if number == 1 else 0)


def _plain(page: bytes, key: bytes, skip: int) -> bytes:
    box, iv = page[skip : PAGE - RESERVE], page[PAGE - RESERVE : PAGE - RESERVE + 16]
    opening = Cipher(AES(key[:32]), CBC(iv)).decryptor()
    return opening.update(box) + opening.finalize()
