"""The pack commands: check, diff, sign, show and key, for those who write rules; in the language of the terminal.

    pack check DIR                              everything that is wrong with a folder of packs, or a pack file
    pack diff A B REGISTER [--date DAY]         who gains and who loses when B takes the place of A
    pack sign DIR OUT --key FILE --title TEXT   a signed pack file
    pack show FILE                              what a pack file says and changes
    pack key FILE --name OFFICE                 a new signing key

A and B: a folder (a whole set, or a single pack laid over the shipped ones; B: over A), a .jmpack file, or "shipped".
REGISTER: the folder of a casebook, a JSON file of cases in the format of `check`, or sample:N for N invented residents.
Passphrases are asked for without showing them, or read from the environment variable JINMEN_PASSPHRASE.
"""

import argparse
import getpass
import json
import locale
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

from desktop.sample import sample_households
from models import texts
from models.clock import SystemClock, milliseconds, today
from models.eligibility import Case, Person, Policies, checked_value, load_policies, read_case
from models.eligibility.checking import PackCheck, check_files, check_folder
from models.eligibility.comparing import EFFECTS, RuleChange, compare_cases
from models.eligibility.determination import Amount
from models.eligibility.differing import SetDiff, differences
from models.eligibility.packfile import (
    ENDING,
    MAX_FILE_BYTES,
    PackContents,
    PackFileRefused,
    fingerprint,
    read_pack_file,
    write_pack_file,
)
from models.eligibility.packset import is_single_pack
from models.errors import CannotRead, Problem
from models.records.fact import FactEntry
from models.security import device
from models.security.signing_key import make_signing_key, open_signing_key
from models.texts import _, language, ngettext

PASSPHRASE = "JINMEN_PASSPHRASE"  # noqa: S105  # the name of the variable
SHIPPED = "shipped"
SAMPLE = "sample:"
_MOST_SAMPLE = 200_000
_COMMUNITY = "120101001001"


class NotSound(Problem):
    """A set with problems was to be signed or compared; they have been printed."""

    def sentence(self) -> str:
        """Tell the writer of the rules."""
        return _("These rules have problems; correct them first.")


class BadRegister(Problem):
    """What was named as a register is none. Facts: name."""

    def sentence(self) -> str:
        """Tell the writer of the rules."""
        return _(
            "“{name}” is no register: name the folder of a casebook, a JSON file of cases, or sample: and a number up "
            "to {most}."
        ).format(name=self.facts.get("name", ""), most=_MOST_SAMPLE)


def main(arguments: list[str], out: TextIO | None = None) -> int:
    """Do what the arguments say. 0: done and sound; 1: problems were found; 2: it could not be done."""
    out = out or sys.stdout
    texts.set_language(_terminal_language())
    try:
        said = _parser().parse_args(arguments)
    except SystemExit as done:
        return int(done.code or 0)
    try:
        return int(said.run(said, lambda line: print(line, file=out)))
    except NotSound as problem:
        print(problem.sentence(), file=sys.stderr)  # noqa: T201
        return 1
    except Problem as problem:
        print(problem.sentence(), file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        return 2


Say = Callable[[str], None]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run pack", description=_("Write, check, compare and sign policy packs."))
    commands = parser.add_subparsers(required=True, metavar="check | diff | sign | show | key")
    check = commands.add_parser("check", help=_("everything that is wrong with a folder of packs or a pack file"))
    check.add_argument("dir", type=Path)
    check.set_defaults(run=_check)
    diff = commands.add_parser("diff", help=_("who gains and who loses when B takes the place of A"))
    diff.add_argument("a")
    diff.add_argument("b")
    diff.add_argument("register")
    diff.add_argument("--date", type=date.fromisoformat, default=None, help=_("decide as of this day (2027-01-01)"))
    diff.set_defaults(run=_diff)
    sign = commands.add_parser("sign", help=_("make a signed pack file"))
    sign.add_argument("dir", type=Path)
    sign.add_argument("out", type=Path)
    sign.add_argument("--key", type=Path, required=True, help=_("the signing key (run pack key)"))
    sign.add_argument("--title", required=True, help=_("what the rules are called, for those who install them"))
    sign.add_argument("--notes", default="", help=_("what they change, in your words"))
    sign.set_defaults(run=_sign)
    show = commands.add_parser("show", help=_("what a pack file says and changes"))
    show.add_argument("file", type=Path)
    show.set_defaults(run=_show)
    key = commands.add_parser("key", help=_("make a signing key"))
    key.add_argument("file", type=Path)
    key.add_argument("--name", default="", help=_("the office that signs with it"))
    key.set_defaults(run=_key)
    return parser


# The commands


def _check(said: argparse.Namespace, say: Say) -> int:
    check = _checked(said.dir, None)
    _tell_problems(check, said.dir, say)
    return 0 if check.sound else 1


def _diff(said: argparse.Namespace, say: Say) -> int:
    old = _policies(said.a, None, say)
    new = _policies(said.b, old, say)
    day = said.date or today(SystemClock())
    _tell_diff(differences(old, new, day, language()), say)
    change = _over_register(said.register, old, new, said.date)
    _tell_change(change, say, ids=said.register.endswith(".json"))
    return 0


def _sign(said: argparse.Namespace, say: Say) -> int:
    check = _checked(said.dir, None)
    _tell_problems(check, said.dir, say)
    if check.policies is None:
        raise NotSound
    key = open_signing_key(said.key, _passphrase(_("Passphrase of the signing key: ")))
    data = write_pack_file(
        check.policies,
        title=said.title,
        issuer=key.name,
        notes=said.notes,
        made_at=milliseconds(SystemClock()),
        sign_public=key.public,
        sign=key.sign,
    )
    _write_new(said.out, data)
    say(_("Signed: {file} ({size} KB)").format(file=said.out.name, size=len(data) // 1000))
    say(_("Fingerprint of the signer: {fingerprint}").format(fingerprint=fingerprint(key.public)))
    return 0


def _show(said: argparse.Namespace, say: Say) -> int:
    contents = _read_file(said.file)
    header = contents.header
    say(header.title)
    say(_("Issued by: {issuer}").format(issuer=header.issuer or "–"))
    say(_("Fingerprint of the signer: {fingerprint} (the signature fits)").format(fingerprint=header.fingerprint))
    if header.notes:
        say(header.notes)
    say(_("Checked against the texts on {day}; set {hash}").format(day=header.verified_on, hash=header.hash[:16]))
    check = check_files(contents.files)
    _tell_problems(check, said.file, say)
    if check.policies is not None:
        _tell_diff(differences(load_policies(), check.policies, today(SystemClock()), language()), say)
    return 0 if check.sound else 1


def _key(said: argparse.Namespace, say: Say) -> int:
    first = _passphrase(_("New passphrase: "))
    if PASSPHRASE not in os.environ and getpass.getpass(_("Once more: ")) != first:
        say(_("The two differ. No key was made."))
        return 2
    key = make_signing_key(said.file, first, said.name)
    say(_("Signing key made: {file}. Keep it and its passphrase apart.").format(file=said.file.name))
    say(_("Fingerprint of the signer: {fingerprint}").format(fingerprint=fingerprint(key.public)))
    return 0


# What is told


def _tell_problems(check: PackCheck, place: Path, say: Say) -> None:
    """Problems first, then what is worth a look: of a single pack only in its own files."""
    alone = place.is_dir() and is_single_pack(place)
    for problem in sorted(check.problems, key=lambda each: not each.grave):
        name = _own_name(problem.file, place) if alone else problem.file
        if alone and not problem.grave and name == problem.file:
            continue
        what = problem.what() if problem.grave else _("worth a look: {what}").format(what=problem.what())
        say(f"{name}:{problem.line}: {what}")
        say(f"    {problem.remedy()}")
    count = check.counts
    if count is not None:
        say(
            _(
                "{packs} packs, {services} services, {facts} facts; {leaves} conditions: {text} in the text, "
                "{interpreted} interpreted, {outside} from outside; {quotes} passages quoted."
            ).format(
                packs=count.packs,
                services=count.services,
                facts=count.facts,
                leaves=count.leaves,
                text=count.text,
                interpreted=count.interpreted,
                outside=count.outside,
                quotes=count.quotes,
            )
        )
        if check.sound or check.failed:
            say(_("{n} cases run, {failed} came out differently.").format(n=count.cases, failed=check.failed))
    grave_ones = sum(problem.grave for problem in check.problems)
    if grave_ones:
        say(ngettext("{n} problem.", "{n} problems.", grave_ones).format(n=grave_ones))
    else:
        say(_("No problems."))


def _own_name(file: str, place: Path) -> str:
    """A file of the set as the writer of a single pack knows it; unchanged where it is no file of that pack."""
    short = file.split("/", 2)[-1] if file.startswith("packs/") else file.removeprefix("texts/")
    return short if file != short and (place / short).exists() else file


def _tell_diff(diff: SetDiff, say: Say) -> None:
    zh = language() == "zh_CN"
    signs = {"added": "+", "removed": "-", "changed": "~"}
    for each in diff.services:
        name = each.name if zh else each.name_en
        extra = "" if each.rules else _(" (words only)")
        say(f"{signs[each.kind]} {each.service_id} {name}{extra}")
        if each.rules:
            for sign, lines, others in (("-", each.before, each.after), ("+", each.after, each.before)):
                known = {(line.depth, line.text) for line in others}
                for line in lines:
                    if (line.depth, line.text) not in known:
                        say(f"    {sign} {'  ' * line.depth}{line.text}")
    for param in diff.params:
        before, after = (
            "–" if value is None else format(value.normalize(), "f") for value in (param.before, param.after)
        )
        name = param.zh if zh else param.en
        say(
            _("{name} from {day}: {before} → {after} {unit}").format(
                name=name, day=param.valid_from.isoformat(), before=before, after=after, unit=param.unit
            )
        )
    if not diff.services and not diff.params:
        say(_("The rules are the same."))


def _tell_change(change: RuleChange, say: Say, *, ids: bool) -> None:
    effects = {
        "gains": _("gain"),
        "loses": _("lose"),
        "asks": _("need a question"),
        "office": _("for an office to decide"),
        "settles": _("no longer need a question"),
        "amount": _("another sum"),
    }
    say(
        _("On {day}, {residents} residents in {households} households:").format(
            day=change.on.isoformat(), residents=change.residents, households=change.households
        )
    )
    zh = language() == "zh_CN"
    for service in change.services:
        counts = [f"{effects[effect]} {getattr(service, effect)}" for effect in EFFECTS if getattr(service, effect)]
        say(f"{service.service_id} {service.name if zh else service.name_en}: {', '.join(counts)}")
    if not change.services:
        say(_("Nobody's result changes."))
    for left in change.left_out:
        say(_("{service} differs too; of universal and sensitive services no list is made.").format(service=left))
    if not ids:
        return
    for each in change.changes:
        who = f"{each.household_id} {each.resident_id}".strip()
        part = f"{each.service_id}/{each.component}" if each.component else each.service_id
        said = f"{who}: {part}: {effects[each.effect]}: {each.before} → {each.after}"
        if each.effect == "amount":
            said += f" ({_sum_text(each.amount_before)} → {_sum_text(each.amount_after)})"
        say(said)


def _sum_text(amount: Amount | None) -> str:
    if amount is None:
        return "–"
    numbers = (amount.number, amount.number_min, amount.number_max)
    return "–".join(format(number, "f") for number in numbers if number is not None) + amount.unit


# Sets


def _checked(place: Path, over: Policies | None) -> PackCheck:
    try:
        if place.is_dir():
            return check_folder(place, over.files if over else None)
    except OSError as trouble:
        raise CannotRead(name=place.name) from trouble
    return check_files(_read_file(place).files)


def _read_file(path: Path) -> PackContents:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble
    if path.suffix != ENDING and not data.startswith(b"JINMEN-PACK"):
        raise PackFileRefused(reason="not_a_pack")
    return read_pack_file(data, device.verify)


def _policies(named: str, over: Policies | None, say: Say) -> Policies:
    if named == SHIPPED:
        return load_policies()
    place = Path(named)
    check = _checked(place, over)
    if check.policies is None:
        _tell_problems(check, place, say)
        raise NotSound
    return check.policies


def _write_new(path: Path, data: bytes) -> None:
    from models.sync.files import write_whole

    write_whole(path, data)


# Registers


def _over_register(named: str, old: Policies, new: Policies, day: date | None) -> RuleChange:
    place = Path(named)
    if named.startswith(SAMPLE):
        number = named.removeprefix(SAMPLE)
        if not number.isdecimal() or not 0 < int(number) <= _MOST_SAMPLE:
            raise BadRegister(name=named)
        on = day or today(SystemClock())
        cases = dict(sample_cases(int(number), on, (old, new)))
    elif place.is_dir():
        return _over_casebook(place, old, new, day)
    elif place.is_file():
        cases = dict(_cases_of(place, day))
    else:
        raise BadRegister(name=named)
    days = {case.on for case in cases.values()}
    try:
        change = compare_cases(old, new, cases, max(days) if days else today(SystemClock()), progress=_progress)
    except ValueError as trouble:
        raise BadRegister(name=place.name) from trouble
    assert change is not None
    return change


def _over_casebook(folder: Path, old: Policies, new: Policies, day: date | None) -> RuleChange:
    from models.casebook import Casebook

    if not Casebook.exists(folder):
        raise BadRegister(name=folder.name)
    casebook = Casebook.open(folder, _passphrase(_("Passphrase of the casebook: ")))
    try:
        change = casebook.packs.compare_sets(old, new, _progress, on=day)
        assert change is not None
        return change
    finally:
        casebook.close()


def _cases_of(path: Path, day: date | None) -> Iterator[tuple[str, Case]]:
    """The cases of a file in the format of `check`, by their ids."""
    try:
        said = json.loads(path.read_text("utf-8"))
        for given in said["cases"]:
            case = read_case({**given, "date": day.isoformat()} if day else given)
            yield str(given["id"]), case
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as trouble:
        raise BadRegister(name=path.name) from trouble


def sample_cases(residents: int, on: date, known_by: Iterable[Policies]) -> Iterator[tuple[str, Case]]:
    """Invented households as cases, the same for the same number; facts that one of the sets cannot read left out."""
    sets = tuple(known_by)
    for number, household in enumerate(sample_households(residents, _COMMUNITY, on)):
        people = []
        for place, member in enumerate(household.members):
            entry = member.resident
            if entry is None:  # somebody who is in the register already; invented households have none
                continue
            facts = _readable(entry.facts, sets)
            if entry.birth_date is not None:
                facts["birth_date"] = entry.birth_date.isoformat()
            people.append(Person(f"p{place + 1}", facts, _ROLES.get(member.relation, "other")))
        yield f"h{number + 1}", Case(on, _readable(household.facts, sets), tuple(people))


_ROLES = {"0": "applicant", "1": "spouse", "2": "son", "3": "daughter"}


def _readable(entries: Iterable[FactEntry], sets: tuple[Policies, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for entry in entries:
        try:
            for policies in sets:
                checked_value(policies.facts, entry.name, entry.value)
        except ValueError:
            continue
        found[entry.name] = entry.value
    return found


# The terminal


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{of}" if done < of else "\r\033[K")
        sys.stderr.flush()


def _passphrase(question: str) -> str:
    return os.environ.get(PASSPHRASE) or getpass.getpass(question)


def _terminal_language() -> str:
    """Chinese where the terminal speaks Chinese, else English; JINMEN_LANGUAGE says it outright."""
    chosen = os.environ.get("JINMEN_LANGUAGE", "")
    if chosen in texts.LANGUAGES:
        return chosen
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    spoken = spoken or (locale.getlocale()[0] or "")
    return "zh_CN" if spoken.lower().startswith(("zh", "chinese")) else "en"
