"""The translation catalogue: brings it up to date with the code (./run texts) and says what is wrong with it.

Translations of a part under work may lie in resources/locale/zh_CN/parts/*.po; they are taken into the one catalogue
and the part's file is removed.
"""

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).parents[2]
ROOMS = ("desktop", "forms", "models", "reports")
FOLDER = TOP / "resources" / "locale" / "zh_CN"
PO = FOLDER / "LC_MESSAGES" / "jinmen.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
PLURAL = "nplurals=1; plural=0;"
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")

Key = tuple[str, str | None]  # the (singular) English text, and the context that tells two uses apart


@cache
def extracted() -> Catalog:
    """Every text that the code marks for translation."""
    catalogue = Catalog(locale="zh_CN")
    for room in ROOMS:
        for _file, _line, text, _comments, context in extract_from_dir(TOP / room, keywords=KEYWORDS, comment_tags=()):
            catalogue.add(text, context=context)
    return catalogue


def key(message: Message) -> Key:
    """What a message is looked up by."""
    return (message.id[0] if isinstance(message.id, tuple) else message.id, message.context)


def read(path: Path) -> dict[Key, Message]:
    """The translated messages of a PO file."""
    with path.open("rb") as file:
        found = read_po(file, locale="zh_CN")
    return {key(message): message for message in found if message.id and message.string and any(message.string)}


def known() -> dict[Key, Message]:
    """Every translation there is; those of a part still under work come before those of the one catalogue."""
    found: dict[Key, Message] = read(PO) if PO.exists() else {}
    for part in sorted((FOLDER / "parts").glob("*.po")):
        found |= read(part)
    return found


@cache
def chinese() -> GNUTranslations:
    """Chinese from the sources of the catalogue, parts still under work included: what most tests speak."""
    return GNUTranslations(io.BytesIO(mo_bytes(known().values())))


def updated() -> Catalog:
    """The code's texts with the translations known for them. Takes seconds: it reads all of the code."""
    translated = known()
    catalogue = Catalog(locale="zh_CN", project="Jinmen", version="", charset="utf-8", fuzzy=False)
    catalogue.mime_headers  # noqa: B018  # fills in the defaults that the header below is made of
    for message in sorted((m for m in extracted() if m.id), key=lambda m: (key(m)[0], key(m)[1] or "")):
        translation = translated[key(message)].string if key(message) in translated else ""
        if isinstance(message.id, tuple) and isinstance(translation, str):
            translation = (translation,)
        if not isinstance(message.id, tuple) and isinstance(translation, tuple):
            translation = translation[0]
        catalogue.add(message.id, translation, context=message.context)
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """The PO file: no addresses, no dates, so that it changes only when a text does."""
    out = io.BytesIO()
    write_po(out, catalogue, width=110, omit_header=True, sort_output=False)
    header = ["Language: zh_CN", "Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {PLURAL}"]
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in header), "", ""]
    return "\n".join(lines).encode() + out.getvalue()


def mo_bytes(catalogue: Iterable[Message]) -> bytes:
    """The compiled catalogue, with the same header."""
    compiled = Catalog(locale="zh_CN", charset="utf-8", fuzzy=False)
    for message in catalogue:
        if message.id and message.string and any(message.string):
            compiled.add(message.id, message.string, context=message.context)
    compiled.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", PLURAL)]
    out = io.BytesIO()
    write_mo(out, compiled)
    return out.getvalue()


def problems(catalogue: Catalog) -> Iterator[str]:
    """What is wrong: texts without Chinese, placeholders that differ."""
    for message in catalogue:
        if not message.id:
            continue
        english = message.id[-1] if isinstance(message.id, tuple) else message.id
        chinese = message.string[0] if isinstance(message.string, tuple) else message.string
        if not chinese:
            yield f"no Chinese for: {english!r}"
        elif set(_PLACEHOLDER.findall(chinese)) - set(_PLACEHOLDER.findall(english)):
            yield f"the Chinese has a placeholder that the English has not: {english!r}"


def misused() -> Iterator[str]:
    """Calls of a marking function with anything but plain literals: no tool would find their texts."""
    for room in ROOMS:
        for path in (TOP / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS):
                    continue
                texts = node.args[:1] if node.func.id in ("_", "N_") else node.args[:2]
                built = (ast.JoinedStr, ast.BinOp, ast.Call)  # a name is fine: N_() marked its text elsewhere
                if any(isinstance(text, built) for text in texts):
                    yield f"{path.relative_to(TOP)}:{node.lineno}: {node.func.id}() of a text that is put together"


def main() -> int:
    """Write the catalogue and its compiled form; say what is still missing."""
    catalogue = updated()
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_bytes(catalogue))
    MO.write_bytes(mo_bytes(catalogue))
    wrong = [*problems(catalogue), *misused()]
    print("\n".join(wrong) or "every text has its Chinese")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
