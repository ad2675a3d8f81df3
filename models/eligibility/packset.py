"""A set of packs as plain files: read from a folder within limits, and a single pack laid over a set.

A set is a mapping of names to bytes (PackFiles). Its names are

    facts.yaml terms.yaml params.yaml offices.yaml documents.yaml wording.yaml    what all packs share
    amended.yaml                                                                  values added by an office's own hand
    texts/<name>.txt                                                              the documents as they were read
    packs/<id>/pack.yaml, services/*.yaml, cases/*.yaml                           one folder for each document
    packs/<id>/facts.yaml terms.yaml params.yaml offices.yaml documents.yaml      what a pack adds to what is shared

A folder with a pack.yaml at its top is a single pack. It is laid over another set: it takes the place of the pack of
the same id (or of the one it supersedes) and adds to what is shared, without touching anything else.
"""

import hashlib
import re
import stat
from collections.abc import Callable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from models.eligibility.problems import PackProblem

PackFiles = Mapping[str, bytes]
"""Name inside the set (with /) -> contents."""

Tell = Callable[[PackProblem], None]

MAX_FILES = 2000
MAX_YAML_BYTES = 1024 * 1024
MAX_TEXT_BYTES = 4 * 1024 * 1024
MAX_SET_BYTES = 32 * 1024 * 1024

SHARED = ("facts", "terms", "params", "offices", "documents")
WORDING = "wording.yaml"
PROGRAM_FILES = (WORDING, "questions.yaml")  # the program's own sentences and questions beside the rules; no rule
AMENDED = "amended.yaml"
_WORD = r"[^\W_][\w.\-]{0,79}"
_NAME = re.compile(
    rf"(?:(?:{'|'.join(SHARED)}|wording|questions|amended)\.yaml"
    rf"|texts/{_WORD}\.txt"
    rf"|packs/(?P<pack>{_WORD})/(?:(?:pack|{'|'.join(SHARED)})\.yaml|(?:services|cases)/{_WORD}\.yaml))"
)
_UNCOUNTED = ("README.md", "README", "LICENSE")


def fitting_name(name: str) -> bool:
    """Whether a set has a place for a file of this name; nothing that leads out of the set does."""
    return len(name) <= 260 and ".." not in name and _NAME.fullmatch(name) is not None


def pack_of(name: str) -> str:
    """The id of the pack to which a file of a set belongs; "" for what is shared."""
    return name.split("/")[1] if name.startswith("packs/") else ""


def limit_of(name: str) -> int:
    """How many bytes a file of this name may have."""
    return MAX_TEXT_BYTES if name.endswith(".txt") else MAX_YAML_BYTES


def read_set(folder: Traversable | Path, tell: Tell) -> dict[str, bytes]:
    """The files of a whole set in a folder; what is too large, a link or out of place is told and left out."""
    return _placed(_read_folder(folder, tell), tell)


def read_pack(folder: Traversable | Path, tell: Tell) -> dict[str, bytes]:
    """The files of a single pack, named as in a set: its own folder, and its text below texts/."""
    found = _read_folder(folder, tell)
    identity = pack_id(found.get("pack.yaml", b"")) or "pack"
    named = {}
    for name, content in found.items():
        texts = name.endswith(".txt") and name.count("/") <= 1
        named[f"texts/{name.rpartition('/')[2]}" if texts else f"packs/{identity}/{name}"] = content
    return _placed(named, tell)


def is_single_pack(folder: Traversable | Path) -> bool:
    """Whether a folder holds one pack (a pack.yaml at its top) and not a whole set."""
    return folder.joinpath("pack.yaml").is_file()


def pack_id(content: bytes) -> str:
    """The id that a pack.yaml names, read without trusting it; "" where it names none that may be a folder's name."""
    name = named(content, "id")
    return name if re.fullmatch(_WORD, name) else ""


def lay_over(base: PackFiles, pack: PackFiles) -> dict[str, bytes]:
    """The base with a single pack in it.

    The pack of the same id, or the one it supersedes, goes with its texts, unless another pack names one of them too.
    Whether its additions fit is found when the whole is read.
    """
    ids = {pack_of(name) for name in pack} - {""}
    for identity in tuple(ids):
        superseded = named(pack.get(f"packs/{identity}/pack.yaml", b""), "supersedes")
        ids |= {superseded} - {""}
    kept = {name: content for name, content in base.items() if pack_of(name) not in ids}
    dropped = {named(base.get(f"packs/{identity}/pack.yaml", b""), "text") for identity in ids}
    still = {named(content, "text") for name, content in kept.items() if name.endswith("/pack.yaml")}
    gone = {f"texts/{name}" for name in dropped - still if name}
    return {**{name: content for name, content in kept.items() if name not in gone}, **pack}


def texts_hash(content: bytes) -> str:
    """SHA-256 of a stored text, as pack.yaml names it."""
    return hashlib.sha256(content).hexdigest()


def named(content: bytes, key: str) -> str:
    """A plain value of a pack.yaml; "" where it has none. No YAML is read before the file was looked through."""
    found = re.search(rb"(?m)^" + key.encode() + rb":[ \t]*[\"']?([^\s\"'#]+)", content)
    return found[1].decode("utf-8", "replace") if found else ""


def _placed(found: Mapping[str, bytes], tell: Tell) -> dict[str, bytes]:
    """Those of the files that have a place in a set; the others are told, except what nobody would miss."""
    kept = {}
    for name, content in found.items():
        if fitting_name(name):
            kept[name] = content
        elif name.rpartition("/")[2] not in _UNCOUNTED:
            tell(PackProblem(name, 0, "stray_file"))
    return kept


def _read_folder(folder: Traversable | Path, tell: Tell) -> dict[str, bytes]:
    """Every file below a folder, at most three levels down, by its name in the folder; hidden ones left out."""
    found: dict[str, bytes] = {}
    room = MAX_SET_BYTES
    todo: list[tuple[str, Traversable | Path]] = [("", folder)]
    while todo:
        above, place = todo.pop()
        for entry in sorted(place.iterdir(), key=lambda each: each.name):
            name = above + entry.name
            if entry.name.startswith((".", "~", "__")) or entry.name.endswith("~"):
                continue
            if isinstance(entry, Path) and stat.S_ISLNK(entry.lstat().st_mode):
                tell(PackProblem(name, 0, "link"))
            elif entry.is_dir():
                if name.count("/") < 4:
                    todo.append((name + "/", entry))
            elif entry.is_file():
                size = entry.stat().st_size if isinstance(entry, Path) else 0
                if size > limit_of(name):
                    tell(PackProblem(name, 0, "file_too_large", (("most", str(limit_of(name) // 1024)),)))
                    continue
                room -= size
                if len(found) >= MAX_FILES or room < 0:
                    most = (("files", str(MAX_FILES)), ("most", str(MAX_SET_BYTES // 1024 // 1024)))
                    tell(PackProblem(name, 0, "set_too_large", most))
                    return found
                found[name] = entry.read_bytes()
    return found
