"""The packs service: rules as signed files that are looked at, compared, installed, gone back from, and replayed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, select

from models.clock import milliseconds, today
from models.eligibility import Case, Determination, Person, Policies, decide, decide_all, load_policies
from models.eligibility.checking import PackCheck, check_files, check_folder
from models.eligibility.comparing import Cancelled, Comparison, PersonChange, Progress, RuleChange
from models.eligibility.differing import differences
from models.eligibility.packfile import (
    MAX_FILE_BYTES,
    PackHeader,
    fingerprint,
    read_header,
    read_pack_file,
    write_pack_file,
)
from models.eligibility.packset import AMENDED
from models.errors import CannotRead, NotFound
from models.records.operation import Peer
from models.security import device
from models.services.book import Book, changed
from models.services.cases import build_cases
from models.services.pack_views import (
    PackPreview,
    PackState,
    PackUnsound,
    PolicySetView,
    Replay,
    SetMissing,
    Signer,
    SignerUnknown,
    Trust,
)
from models.services.partners import PACK_SIGNERS
from models.services.people import everybody, homes_of
from models.services.policy_sets import (
    SETS,
    activate,
    header_of,
    keep_set,
    keep_unsigned,
    read_kept,
    sets_with,
)
from models.services.views import Changed
from models.store.many import without_pauses
from models.store.rows import KEPT, table_of
from models.store.work import read_meta, write_meta
from models.sync.files import read_limited, write_whole
from models.texts import _, language

_PEER = table_of(Peer)
_DETERMINATION = KEPT["determination"]
_AT_ONCE = 500
_REPORTED = 100  # households at once, and between two reports of progress
_MANY = 300  # households; fewer are decided one by one


class Packs:
    """The verbs about the rules themselves."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._read: dict[str, Policies] = {}

    def policies(self) -> Policies:
        """The rules that decide now. Slow the first time: call it off the window's thread."""
        return self._book.policies

    def state(self) -> PackState:
        """Which set decides now; its sentence says what the worker should know."""
        now = self._book.in_force()
        views = {view.hash: view for view in self.installed()}
        return PackState(now.policies.hash, now.installed, views.get(now.passed_over), views.get(now.unreadable))

    def installed(self) -> list[PolicySetView]:
        """Every set that is kept here and the one shipped with the program, the one in force first, then the newest."""
        own, now = load_policies(), self._book.policies.hash
        with self._book.reading() as connection:
            rows = connection.execute(select(SETS)).mappings().all()
        views = [_view(row, own, now) for row in rows]
        if all(view.hash != own.hash for view in views):
            title = _shipped_title(own)
            packs = tuple(own.packs)
            views.append(
                PolicySetView(
                    own.hash, title, "", "", "", True, own.hash == now, len(own.services), packs, own.verified_on, 0, ""
                )
            )
        return sorted(views, key=lambda view: (not view.in_force, -view.at, view.hash))

    def preview(self, path: Path) -> PackPreview:
        """Look at a pack file, or at a folder with packs that somebody writes here, without changing anything.

        A folder is signed with this casebook's own key. Takes some seconds for its cases. Raises PackFileRefused,
        CannotRead; PackUnsound for a folder with problems that forbid writing it as a file.
        """
        if path.is_dir():
            try:
                return self._own(check_folder(path, self._book.policies.files), path.name)
            except OSError as trouble:
                raise CannotRead(name=path.name) from trouble
        return self.preview_bytes(read_limited(path, MAX_FILE_BYTES))

    def preview_bytes(self, data: bytes) -> PackPreview:
        """Look at the bytes of a pack file, of one that an office sent for example. Raises PackFileRefused."""
        contents = read_pack_file(data, device.verify)
        return self._preview(contents.header, contents.data, check_files(contents.files))

    def compare(
        self, preview: PackPreview, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> RuleChange | None:
        """Which residents gain, lose or need a question if the set were installed; None where it was cancelled.

        Each resident counts once, in the household they live in. progress is told how many households are done and how
        many there are. Raises PackUnsound.
        """
        if preview.policies is None:
            raise PackUnsound(n=_grave(preview))
        self._book.note("compare", "policy_set", preview.header.hash)
        return self.compare_sets(self._book.policies, preview.policies, progress, cancelled)

    def compare_sets(
        self,
        old: Policies,
        new: Policies,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        *,
        on: date | None = None,
        by_columns: bool | None = None,
    ) -> RuleChange | None:
        """compare() of any two sets on a day (today). Nothing is journalled: for the command line of rule writers.

        by_columns: find the households concerned by the columns first; None: where there are many. Without, every
        household is decided by the scalar kernel: slow, and what the tests compare with.
        """
        day = on or today(self._book.clock)
        comparison = Comparison(old, new)
        with self._book.reading() as connection:
            homes = self._homes(connection)
        residents = sum(map(len, homes.values()))
        concerned = homes if comparison.services else {}
        if concerned and (len(homes) > _MANY if by_columns is None else by_columns):
            from models.services.pack_columns import differing_households  # loads numpy

            chosen = differing_households(self._book, comparison, day, progress, cancelled)
            if chosen is None:
                return None
            concerned = {household: people for household, people in homes.items() if household in chosen}
        found: list[PersonChange] = []
        ids = list(concerned)
        with self._book.reading() as connection, without_pauses():
            for done in range(0, len(ids), _REPORTED):
                if cancelled is not None and cancelled():
                    return None
                if progress is not None:
                    progress(done, len(ids))
                found += _changes_in(connection, comparison, homes, ids[done : done + _REPORTED], day)
        if progress is not None:
            progress(len(ids), len(ids))
        return comparison.summed(day, len(homes), residents, found)

    def _homes(self, connection: Connection) -> dict[str, frozenset[str]]:
        """household id -> the residents whose result is told there."""
        ids = everybody(connection)
        homes: dict[str, set[str]] = {}
        for start in range(0, len(ids), _AT_ONCE):
            for resident, home in homes_of(connection, ids[start : start + _AT_ONCE]).items():
                homes.setdefault(home.household_id, set()).add(resident)
        return {household: frozenset(people) for household, people in sorted(homes.items())}

    def install(self, preview: PackPreview, trust_signer: bool = False) -> Changed:
        """Let a set decide from now on; the one before is kept. All of it or nothing.

        trust_signer: the worker has compared the fingerprint; the signer is trusted from now on. Raises PackUnsound,
        SignerUnknown, DiskFull.
        """
        if preview.policies is None:
            raise PackUnsound(n=_grave(preview))
        book, signer = self._book, preview.signer
        if not signer.trusted and not trust_signer:
            raise SignerUnknown(fingerprint=signer.fingerprint)
        before = book.policies
        with book.verb("packs.install") as work:
            by = {"worker": book.worker.name, "now": work.now}
            keep_unsigned(work.connection, before, **by)  # type: ignore[arg-type]
            kept = keep_set(work.connection, preview.data, signer_name=signer.name, **by)  # type: ignore[arg-type]
            activate(work.connection, kept)
            if not signer.trusted:
                known = read_meta(work.connection, PACK_SIGNERS)
                write_meta(work.connection, PACK_SIGNERS, {**known, signer.key: signer.name})
            work.journal("install", "policy_set", kept, signer.fingerprint)
            work.entities.add("policy_set")
        book.renew_policies()
        return changed(work, kept)

    def go_back(self, set_hash: str) -> Changed:
        """Let a kept set, or the one that comes with the program, decide again. Raises SetMissing."""
        book, own = self._book, load_policies()
        before = book.policies
        with book.verb("packs.go_back") as work:
            archive = work.connection.execute(select(SETS.c.archive).where(SETS.c.hash == set_hash)).scalar()
            if set_hash != own.hash and (archive is None or read_kept(archive) is None):
                raise SetMissing
            keep_unsigned(work.connection, before, worker=book.worker.name, now=work.now)
            activate(work.connection, "" if set_hash == own.hash else set_hash)
            work.journal("go_back", "policy_set", set_hash)
            work.entities.add("policy_set")
        book.renew_policies()
        return changed(work, set_hash)

    def replay(self, determination_id: str) -> Replay:
        """Make a kept determination again with the set and the facts that were kept with it.

        Raises NotFound where there is no such determination.
        """
        with self._book.reading() as connection:
            where = _DETERMINATION.c.id == determination_id
            row = connection.execute(select(_DETERMINATION).where(where)).mappings().first()
            if row is None:
                raise NotFound
            sets = sets_with(connection, row["pack_hash"])
        kept = Determination.from_json(json.dumps(row["body"], ensure_ascii=False))
        self._book.note("replay", "determination", determination_id)
        case = case_from_json(row["facts"])
        first: Replay | None = None
        for set_hash, archive in sets:
            policies = self._kept(set_hash, archive)
            if policies is None or kept.service_id not in policies.services:
                continue
            again = _decided_again(policies, case, kept)
            differing = tuple(_differing(row["body"], again))
            title = _title(header_of(archive))
            found = Replay(determination_id, not differing, set_hash, title, kept, again, differing)
            if found.identical:
                return found
            first = first or found
        return first or Replay(determination_id, False, "", "", kept, None)

    def _kept(self, set_hash: str, archive: bytes) -> Policies | None:
        """A kept set made ready; those that were read stay, since whole lists of determinations are replayed."""
        known = self._book.known_set(set_hash) or self._read.get(set_hash) or read_kept(archive)
        if known is not None:
            self._read[set_hash] = known
        return known

    def edit_param(
        self,
        name: str,
        value: Decimal,
        valid_from: date,
        *,
        origin: str,
        doc: str = "",
        line: int = 0,
        verified_on: date | None = None,
    ) -> PackPreview:
        """A new set in which a parameter has another value from a day on; to be looked at, compared and installed.

        origin: the words of the stored text (with doc and line), or, without doc, the notice from outside that says so.
        The values before that day stay. Problems (words that do not stand there, a day that has a value already) are
        told by the preview. Raises NotFound where there is no such parameter.
        """
        policies = self._book.policies
        if name not in policies.params:
            raise NotFound
        files = dict(policies.files)
        said = yaml.safe_load(files.get(AMENDED, b"")) or {}
        source = {"doc": doc, "line": line, "quote": origin} if doc else {"quote": origin}
        said.setdefault(name, {"values": []})["values"].append(
            {
                "valid_from": valid_from,
                "value": int(value) if value == value.to_integral_value() else format(value, "f"),
                "status": "text" if doc else "outside",
                "last_verified_on": verified_on or today(self._book.clock),
                "source": source,
            }
        )
        files[AMENDED] = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=200).encode()
        param = policies.params[name]
        title = f"{param.zh}：{format(value, 'f')}{param.unit}，{valid_from.isoformat()}起"
        return self._own(check_files(files), title)

    def export(self, path: Path, set_hash: str = "") -> None:
        """Write a kept set (without a hash: the one in force) as a pack file for another office.

        One that came with the program is signed with this casebook's key. Raises SetMissing, CannotWrite, DiskFull.
        """
        wanted = set_hash or self._book.policies.hash
        with self._book.reading() as connection:
            archive = connection.execute(select(SETS.c.archive).where(SETS.c.hash == wanted)).scalar()
        if archive is not None and read_header(archive).sign_public:
            data = archive
        else:
            policies = self._book.known_set(wanted) or (read_kept(archive) if archive is not None else None)
            own = load_policies()
            policies = own if policies is None and wanted == own.hash else policies
            if policies is None:
                raise SetMissing
            data = self._signed(policies, _shipped_title(policies))
        write_whole(path, data)
        self._book.note("export", "policy_set", wanted)

    # Signing and looking

    def _own(self, check: PackCheck, title: str) -> PackPreview:
        """A set made here, as the file it would be."""
        if check.policies is None:
            header = PackHeader(1, title, "", "", "", {}, 0, date.min.isoformat(), 0, "", 0, 0, "")
            return self._preview(header, b"", check)
        data = self._signed(check.policies, title)
        return self._preview(read_header(data), data, check)

    def _signed(self, policies: Policies, title: str) -> bytes:
        with self._book.reading() as connection:
            keys = read_meta(connection, "device_keys")
        return write_pack_file(
            policies,
            title=title,
            issuer=self._book.office.name,
            made_at=milliseconds(self._book.clock),
            sign_public=keys["sign_public"],
            sign=lambda data: device.sign(keys["sign_secret"], data),
        )

    def _preview(self, header: PackHeader, data: bytes, check: PackCheck) -> PackPreview:
        now = self._book.policies
        new = check.policies
        return PackPreview(
            header=header,
            signer=self._signer(header),
            policies=new,
            problems=check.problems,
            counts=check.counts,
            cases_failed=check.failed,
            diff=differences(now, now if new is None else new, today(self._book.clock), language()),
            in_force=header.hash == now.hash,
            older=new is not None and new.verified_on < now.verified_on,
            data=data,
        )

    def _signer(self, header: PackHeader) -> Signer:
        """Who signed: this casebook, an office whose card was taken in, somebody trusted before, or nobody known."""
        key = header.sign_public
        with self._book.reading() as connection:
            own = read_meta(connection, "device_keys")["sign_public"]
            partner = connection.execute(
                select(_PEER.c.name, _PEER.c.kind).where(_PEER.c.sign_key == key, _PEER.c.trusted.is_(True))
            ).first()
            trusted = read_meta(connection, PACK_SIGNERS)
        name, trust = header.issuer, "unknown"
        if key in ("", own):
            name, trust = self._book.office.name, "own"
        elif partner is not None:
            name, trust = partner.name, partner.kind
        if key in trusted:
            trust = "trusted"
        return Signer(key, name, fingerprint(key) if key else "", _trust(trust))


def case_from_json(kept: Mapping[str, Any]) -> Case:
    """A case as it was stored beside a determination (services.eligibility.case_to_json)."""
    people = [Person(p["id"], p["facts"], p["role"], frozenset(p["receives"])) for p in kept["people"]]
    states = {(owner, name): state for owner, name, state in kept["states"]}
    return Case(date.fromisoformat(kept["on"]), kept["household"], tuple(people), states)


def _decided_again(policies: Policies, case: Case, kept: Determination) -> Determination:
    """As it was made: among all services of a check, where flags between services count, or alone for a letter.

    Which of the ways it was is not kept; the one that gives the same letters was it.
    """
    key = (kept.service_id, kept.component, kept.person_id)
    written = kept.to_json()
    tries: list[Callable[[], list[Determination]]] = [
        lambda: decide_all(policies, case),
        lambda: decide_all(policies, case, with_sensitive=True),
    ]
    best: Determination | None = None
    for every in tries:
        for said in every():
            if (said.service_id, said.component, said.person_id) == key:
                best = best or said
                if said.to_json() == written:
                    return said
    applicant = kept.person_id or (case.people[0].id if case.people else "")
    alone = [
        decide(policies, case, applicant, kept.service_id, kept.component, with_sensitive=told)
        for told in (True, False)
    ]
    return next((said for said in alone if said.to_json() == written), best or alone[0])


def _differing(kept: dict[str, object], again: Determination) -> list[str]:
    """Fields whose canonical JSON is another one."""
    fresh = json.loads(again.to_json())
    return [name for name in sorted({*kept, *fresh}) if _canonical(kept.get(name)) != _canonical(fresh.get(name))]


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _changes_in(
    connection: Connection,
    comparison: Comparison,
    homes: Mapping[str, frozenset[str]],
    households: Sequence[str],
    day: date,
) -> Iterator[PersonChange]:
    """What becomes different for the residents told in some households, and for the households themselves."""
    old, new = comparison.old, comparison.new
    before = build_cases(connection, old, households, day)
    after = before if comparison.same_facts else build_cases(connection, new, households, day)
    for household in households:
        for each in comparison.of(household, before[household].case, after[household].case):
            if not each.resident_id or each.resident_id in homes[household]:
                yield each


def _grave(preview: PackPreview) -> int:
    return sum(problem.grave for problem in preview.problems)


def _trust(said: str) -> Trust:
    found: dict[str, Trust] = {"own": "own", "office": "office", "trusted": "trusted", "device": "device"}
    return found.get(said, "unknown")


def _shipped_title(policies: Policies) -> str:
    return _("Rules that came with the program, checked on {day}").format(day=policies.verified_on.isoformat())


def _title(header: PackHeader | None) -> str:
    """A set's title; one that came with the program is told in the language now shown."""
    if header is None or header.sign_public:
        return header.title if header else ""
    return _("Rules that came with the program, checked on {day}").format(day=header.verified_on)


def _view(row: Mapping[Any, Any], own: Policies, now: str) -> PolicySetView:
    header = header_of(row["archive"])
    key = row["signer"]
    return PolicySetView(
        hash=row["hash"],
        title=_title(header) or row["title"],
        issuer=header.issuer if header else "",
        signer_name=row["signer_name"],
        fingerprint=fingerprint(key) if key else "",
        shipped=row["hash"] == own.hash,
        in_force=row["hash"] == now,
        services=header.services if header else 0,
        packs=tuple(header.packs) if header else (),
        verified_on=header.verified if header else None,
        at=row["at"],
        worker=row["worker"],
    )
