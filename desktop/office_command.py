"""`run office ...`: an office's records without a screen, for whoever keeps its server; import may run as a service.

Where the records are: --server with an address (or JINMEN_SERVER, or `server` in the file --config), or --casebook with
the folder of a casebook on this computer. No secret stands on the command line: the server's password comes from
PGPASSWORD, PGPASSFILE or `password_file` in the configuration, the office's phrase from JINMEN_OFFICE_PHRASE or
`phrase_file`, the passphrase of a casebook from JINMEN_PASSPHRASE or the keyboard.
A phrase is changed at the keyboard alone. None of them is ever printed.

Gives 0 where all went well, 1 where something was refused or is not as it should be, 2 where it could not be done.
"""

import argparse
import getpass
import json
import os
import signal
import sys
import threading
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desktop import office_inbox
from models import texts
from models.casebook import Casebook
from models.clock import local_time
from models.errors import Problem
from models.paths import data_folder
from models.records import divisions
from models.services.views import Office, Worker
from models.store.partitions import citus_script
from models.store.server import ServerAddress, address_of
from models.texts import N_, _, ngettext

GOOD, NOT_SO, FAILED = 0, 1, 2
_RECORDS = {
    "resident": N_("Residents: {n}"),
    "household": N_("Households: {n}"),
    "visit": N_("Visits: {n}"),
    "referral": N_("Referrals: {n}"),
    "picture": N_("Pictures: {n}"),
}
_KINDS = {"office": N_("office"), "device": N_("computer of a worker")}
_FILES = {
    ("in", "applied"): N_("a file was taken in"),
    ("in", "refused"): N_("a file was refused"),
    ("out", "written"): N_("a file was written and is not confirmed yet"),
    ("out", "acknowledged"): N_("a file was written and is confirmed"),
}
_KNOWN = {"server", "password_file", "phrase_file", "folder", "worker"}


class Unusable(Exception):  # noqa: N818  # the arguments, not an error of the program
    """The command cannot be done as it was asked for; the text says why."""


def main(arguments: Sequence[str]) -> int:
    """Run the command with what stood behind `run office`."""
    given = _parser().parse_args(list(arguments))
    texts.set_language(getattr(given, "language", texts.language()))
    try:
        return _do(given)
    except Unusable as why:
        return _failed(str(why))
    except Problem as problem:
        return _failed(problem.sentence())


def _path(said: str) -> Path:
    """A path as the caller meant it: `run` starts this program in a folder of its own."""
    return Path(os.environ.get("JINMEN_CALLED_FROM", "")) / said


def _seconds(said: str) -> float:
    seconds = float(said)
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("from 0 to 86400")
    return seconds


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--server", default="", metavar="ADDRESS", help="postgresql://user@host/database, no password")
    where.add_argument("--casebook", type=_path, default=None, metavar="FOLDER", help="a casebook of this computer")
    where.add_argument("--config", type=_path, default=None, metavar="FILE", help="TOML: " + ", ".join(sorted(_KNOWN)))
    where.add_argument("--json", action="store_true", help="answer as JSON")
    where.add_argument("--language", choices=texts.LANGUAGES, default=texts.language())
    parser = argparse.ArgumentParser(prog="run office", description="An office's records, without a screen.")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    init = what.add_parser("init", parents=[where], help="found the office in an empty database")
    init.add_argument("--code", required=True, help="of the community or street, for example 120101001")
    init.add_argument("--name", required=True, help="as printed on letters")
    init.add_argument("--mark", required=True, help="the word in letter numbers, for example 劝业")
    init.add_argument("--phone", default="")
    init.add_argument("--by-street", action="store_true", help="keys begin with the street instead of the district")
    init.add_argument("--readable", action="store_true", help="without a phrase: its keeper can read everything")
    init.add_argument("--numbers-elsewhere", action="store_true", help="another computer gives the letter numbers")
    init.add_argument("--partitioned", action="store_true", help="spread the tables over the districts")
    init.add_argument("--card", type=_path, default=None, metavar="FOLDER", help="write the office's card there")
    take = what.add_parser("import", parents=[where], help="take in the batch files that wait in a folder")
    take.add_argument("folder", type=_path)
    take.add_argument("--watch", type=_seconds, default=0.0, metavar="SECONDS", help="go on, looking every so often")
    give = what.add_parser("export", parents=[where], help="write what a partner has not confirmed")
    give.add_argument("folder", type=_path)
    give.add_argument("--to", default="", metavar="PARTNER", help="name or id; the usual office otherwise")
    give.add_argument("--without-pictures", action="store_true")
    trust = what.add_parser("trust", parents=[where], help="exchange files with whom a card describes")
    trust.add_argument("card", type=_path)
    trust.add_argument("--fingerprint", required=True, help="of the card, as its owner says it")
    card = what.add_parser("card", parents=[where], help="write the office's card")
    card.add_argument("folder", type=_path)
    what.add_parser("status", parents=[where], help="figures, partners, holes, conflicts, the last files")
    what.add_parser("phrase", parents=[where], help="change the phrase of the office: asks for the old and the new")
    what.add_parser("rebuild", parents=[where], help="derive the tables anew from the log")
    what.add_parser("verify", parents=[where], help="whether every operation is genuine")
    what.add_parser("citus", help="print the script that spreads the tables over a Citus cluster")
    return parser


def _do(given: argparse.Namespace) -> int:
    if given.what == "citus":
        _print(citus_script().rstrip("\n"))
        return GOOD
    config = _configured(given)
    if given.what == "init":
        _found(given, config)
    if given.what == "phrase":
        given.phrase, given.new_phrase = _asked_phrases()
    casebook = _opened(given, config)
    try:
        return _COMMANDS[given.what](casebook, given)
    finally:
        casebook.close()


# Where the records are, and what opens them.


def _configured(given: argparse.Namespace) -> dict[str, str]:
    path = given.config or (_path(found) if (found := os.environ.get("JINMEN_OFFICE_CONFIG")) else None)
    if path is None:
        return {}
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as trouble:
        raise Unusable(_("The configuration “{name}” cannot be read.").format(name=path.name)) from trouble
    if set(said) - _KNOWN or not all(isinstance(value, str) for value in said.values()):
        raise Unusable(
            _("The configuration may hold only these texts: {names}.").format(names=", ".join(sorted(_KNOWN)))
        )
    return said


def _address(given: argparse.Namespace, config: Mapping[str, str]) -> tuple[ServerAddress, str] | None:
    said = given.server or os.environ.get("JINMEN_SERVER", "") or config.get("server", "")
    if not said:
        return None
    try:
        address, password = address_of(said)
        address.check()
    except ValueError as trouble:
        raise Unusable(_("This is no address of a server: postgresql://user@host/database is one.")) from trouble
    if password and given.server:
        raise Unusable(_("No password on the command line: others see it there. Use PGPASSFILE or password_file."))
    return address, password or _secret("PGPASSWORD", config, "password_file")


def _secret(variable: str, config: Mapping[str, str], key: str) -> str:
    """From the environment, or from a file that the configuration names; empty where neither says."""
    if variable in os.environ:
        return os.environ[variable]
    if not config.get(key):
        return ""
    try:
        return _path(config[key]).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeError) as trouble:
        raise Unusable(_("The file that “{key}” names cannot be read.").format(key=key)) from trouble


def _phrase(config: Mapping[str, str]) -> str:
    return _secret("JINMEN_OFFICE_PHRASE", config, "phrase_file")


def _opened(given: argparse.Namespace, config: Mapping[str, str]) -> Casebook:
    where = _address(given, config) if given.casebook is None else None
    if where is None:
        folder = given.casebook or data_folder()
        if not Casebook.exists(folder):
            raise Unusable(_("Say where the records are: --server or --casebook."))
        return Casebook.open(folder, os.environ.get("JINMEN_PASSPHRASE") or _asked_passphrase())
    folder = _path(config["folder"]) if config.get("folder") else data_folder() / "office"
    worker = Worker(config.get("worker") or _("office service"))
    return Casebook.serve(folder, *where, worker, phrase=getattr(given, "phrase", None) or _phrase(config))


def _asked_passphrase() -> str:
    try:
        return getpass.getpass(_("Passphrase: "))
    except (EOFError, KeyboardInterrupt) as trouble:  # nobody sits there
        raise Unusable(_("No passphrase was given: type it, or set JINMEN_PASSPHRASE.")) from trouble


def _asked_phrases() -> tuple[str, str]:
    """The phrase that the office has, and the one it is to have, from the keyboard and from nowhere else."""
    try:
        old = getpass.getpass(_("The office phrase until now: "))
        new = getpass.getpass(_("The new office phrase: "))
        again = getpass.getpass(_("The new office phrase once more: "))
    except (EOFError, KeyboardInterrupt) as trouble:
        raise Unusable(_("No phrase was given. Nothing was changed.")) from trouble
    if not old or not new:
        raise Unusable(_("No phrase was given. Nothing was changed."))
    if new != again:
        raise Unusable(_("The new phrase was typed in two ways. Nothing was changed. Begin again."))
    return old, new


def _found(given: argparse.Namespace, config: Mapping[str, str]) -> None:
    where = _address(given, config)
    if where is None or given.casebook is not None:
        raise Unusable(_("Say on which server: --server postgresql://user@host/database."))
    place = divisions.division(given.code)
    if place is None or place.level == "district" or not 1 <= len(given.mark) <= 6:
        raise Unusable(_("There is no community or street of this code, or the mark has not one to six characters."))
    if not given.name.strip():
        raise Unusable(_("Type the name of the office, as it is printed on letters."))
    phrase = _phrase(config)
    if bool(phrase) == given.readable:
        raise Unusable(
            _(
                "Give the phrase of the office in JINMEN_OFFICE_PHRASE or phrase_file; it cannot be added later. Or "
                "say --readable, and no phrase: then whoever keeps the server can read everything."
            )
        )
    office = Office(given.code, given.name, given.mark, given.phone, "street" if given.by_street else "district")
    Casebook.found_office(*where, office, keeps_numbers=not given.numbers_elsewhere, phrase=phrase)


# The commands. Each prints its answer and gives the exit code.


def _init(casebook: Casebook, given: argparse.Namespace) -> int:
    spread = casebook.upkeep.spread() if given.partitioned else []
    card = _write_card(casebook, given.card) if given.card is not None else None
    own = casebook.sync.own_card()
    said = {"office": casebook.office.name, "fingerprint": own.fingerprint, "partitioned": len(spread)}
    lines = [
        _("The office “{name}” was founded. Fingerprint of its card: {fingerprint}").format(
            name=casebook.office.name, fingerprint=own.fingerprint
        )
    ]
    if spread:
        lines.append(ngettext("{n} table was spread.", "{n} tables were spread.", len(spread)).format(n=len(spread)))
    if card is not None:
        said["card"] = str(card)
        lines.append(_("The card was written: {name}").format(name=card.name))
    return _answer(given, said, lines)


def _import(casebook: Casebook, given: argparse.Namespace) -> int:
    if not os.path.isdir(given.folder):  # noqa: PTH112  # false, not an error, where nobody may look
        raise Unusable(_("There is no such folder."))
    stop = threading.Event()
    before = {}
    if threading.current_thread() is threading.main_thread():
        for one in (signal.SIGINT, signal.SIGTERM):
            before[one] = signal.signal(one, lambda *_signal: stop.set())
    refused = 0

    def told(one: office_inbox.Outcome) -> None:
        nonlocal refused
        refused += bool(one.reason)
        _print(json.dumps(asdict(one), ensure_ascii=False) if given.json else office_inbox.sentence(one))

    try:
        office_inbox.run(casebook, given.folder, told, stop, given.watch)
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)
    return NOT_SO if refused else GOOD


def _export(casebook: Casebook, given: argparse.Namespace) -> int:
    known = {one.id: one for one in casebook.sync.peers()}
    meant = [one.id for one in known.values() if given.to in (one.id, one.name)] if given.to else [""]
    if len(meant) != 1:
        raise Unusable(_("There is no such partner, or several. `run office status` lists them with their ids."))
    with suppress(OSError):
        given.folder.mkdir(parents=True, exist_ok=True)
    files = casebook.sync.export(given.folder, to=meant[0], pictures=not given.without_pictures)
    words = ngettext("{n} file was written.", "{n} files were written.", len(files)).format(n=len(files))
    return _answer(given, {"files": [path.name for path in files]}, [words, *(path.name for path in files)])


def _trust(casebook: Casebook, given: argparse.Namespace) -> int:
    card = casebook.sync.read_card(given.card)
    plain = "".join(given.fingerprint.split()).casefold()
    if plain != "".join(card.fingerprint.split()).casefold():
        raise Unusable(_("The fingerprint is not that of the card. Nothing was changed. Ask its owner again."))
    name = casebook.sync.trust_card(given.card)
    return _answer(given, {"trusted": name}, [_("Files are exchanged with {name} from now on.").format(name=name)])


def _card(casebook: Casebook, given: argparse.Namespace) -> int:
    path = _write_card(casebook, given.folder)
    return _answer(given, {"card": str(path)}, [_("The card was written: {name}").format(name=path.name)])


def _change_phrase(casebook: Casebook, given: argparse.Namespace) -> int:
    casebook.upkeep.change_phrase(given.phrase, given.new_phrase)
    words = _("The office phrase was changed. Tell it to every desk, and put it where this service reads it.")
    return _answer(given, {"changed": True}, [words])


def _status(casebook: Casebook, given: argparse.Namespace) -> int:
    found = casebook.upkeep.figures()
    never = _("never")
    lines = [
        f"{found.office}  ({found.version}{', ' + _('partitioned') if found.partitioned else ''})",
        _("Changes: {n}").format(n=f"{found.operations:,}"),
        *("  " + _(_RECORDS[name]).format(n=f"{count:,}") for name, count in found.records.items()),
        _("Conflicts: {n}").format(n=f"{found.conflicts:,}"),
        _("Holes: {n}").format(n=len(found.holes)),
        *(
            "  "
            + _("{device}: {n} gaps, the first after change {first}").format(
                device=one.device, n=one.breaks, first=one.first
            )
            for one in found.holes
        ),
        _("No longer brought up to date from above: {n}").format(n=f"{found.departed:,}"),
        _("Partners: {n}").format(n=len(found.peers)),
    ]
    for one in found.peers:
        kind = _KINDS.get(one.kind, "")
        heard = f"{local_time(one.heard_at):%Y-%m-%d %H:%M}" if one.heard_at else never
        lines.append(
            "  "
            + _("{name} ({kind}, {id}): last heard {time}, lacks {n} changes").format(
                name=one.name, kind=_(kind) if kind else one.kind, id=one.id, time=heard, n=f"{one.lacking:,}"
            )
        )
    for each in found.files:
        what = _FILES.get((each.direction, each.status))
        lines.append(
            "  "
            + _("{time} {what}: {name}, {n} changes").format(
                time=f"{local_time(each.at):%Y-%m-%d %H:%M}",
                what=_(what) if what else f"{each.direction} {each.status}",
                name=each.file_name,
                n=f"{each.count:,}",
            )
        )
    return _answer(given, asdict(found), lines)


def _rebuild(casebook: Casebook, given: argparse.Namespace) -> int:
    made = casebook.upkeep.rebuild()
    words = (
        _("The tables are what the log says: {n} records.")
        if made.equal
        else _("The tables were NOT what the log says; now they are: {n} records.")
    )
    _answer(given, asdict(made), [words.format(n=f"{made.records:,}"), made.digest])
    return GOOD if made.equal else NOT_SO


def _verify(casebook: Casebook, given: argparse.Namespace) -> int:
    found = casebook.upkeep.verify()
    words = (
        _("All {n} changes are genuine.")
        if found.sound
        else _("{false} of {n} changes are NOT what their id says. Restore a backup and compare.")
    )
    lines = [words.format(n=f"{found.operations:,}", false=f"{found.false:,}"), found.digest]
    if found.holes:
        lines.append(_("Holes: {n}").format(n=len(found.holes)))
    _answer(given, {**asdict(found), "sound": found.sound}, lines)
    return GOOD if found.sound else NOT_SO


_COMMANDS = {
    "init": _init,
    "import": _import,
    "export": _export,
    "trust": _trust,
    "card": _card,
    "status": _status,
    "phrase": _change_phrase,
    "rebuild": _rebuild,
    "verify": _verify,
}


def _write_card(casebook: Casebook, folder: Path) -> Path:
    with suppress(OSError):  # told by whoever writes into it
        folder.mkdir(parents=True, exist_ok=True)
    return casebook.sync.write_card(folder)


def _answer(given: argparse.Namespace, said: Mapping[str, Any], lines: Sequence[str]) -> int:
    _print(json.dumps(said, ensure_ascii=False) if given.json else "\n".join(lines))
    return GOOD


def _print(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()  # a service is watched line by line


def _failed(words: str) -> int:
    sys.stderr.write(f"run office: {words}\n")
    return FAILED
