"""Loading the policy packs: a set of YAML files (packset.py says which), put together and compiled.

A set with an unknown key or fact, a circle of terms, a parameter without date or source, overlapping versions, or
words that do not stand in the text is refused with file and line. checking.py finds everything that is wrong at once.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from models.eligibility.nodes import Compiler, Node
from models.eligibility.packset import AMENDED, PROGRAM_FILES, WORDING, PackFiles, named, pack_of, read_set
from models.eligibility.policies import (
    Citation,
    Component,
    DocumentsOf,
    OfficeOf,
    Pack,
    PackError,
    Policies,
    Rule,
    Service,
    dated_param,
)
from models.eligibility.problems import Fault, PackProblem
from models.eligibility.reading import Path as Place
from models.eligibility.reading import Reader
from models.eligibility.schema import (
    AmountRule,
    ComponentFile,
    Condition,
    Expectation,
    PackFile,
    ServiceFile,
    Version,
    Words,
)
from models.eligibility.shared import Shared, sums, walk
from models.texts import speaking

MAX_PARTS = 2000  # of a condition with the terms it uses
_LEANT_ON = ("facts.yaml", "terms.yaml", "params.yaml", AMENDED)  # by every pack, whoever wrote them
_NO_WORDS = Words(zh="", en="")
T = TypeVar("T")


class Builder:
    """Puts the files of a set together; what is wrong is told, and the rest is built all the same."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.shared = Shared(reader)
        params = self.shared.params
        self.compiler = Compiler(
            self.shared.facts, self.shared.terms, lambda name, on: dated_param(params, name, on)[0]
        )
        self.places: dict[tuple[str, str | None], tuple[str, Place]] = {}  # (service, component) -> where it is written
        self._sizes: dict[int, int] = {}

    def build(self) -> Policies:
        """Everything compiled; sound only if nothing was told."""
        shared, reader = self.shared, self.reader
        for name, term in shared.terms.items():
            file = shared.term_files[name]
            shared.quote(term.source, file, (name, "source"))
            shared.sources(term.when, file, (name, "when"))
            self._compiled(term.when, file, (name, "when"), Condition.model_validate({"term": name}))
        whole, by_pack = hashes(reader.files)
        services: dict[str, Service] = {}
        packs: dict[str, Pack] = {}
        for name, given in shared.packs.items():
            pack = _pack(given, by_pack[name])
            for file in reader.below(f"packs/{name}/services"):
                for place, service in self._list(file, ServiceFile):
                    if service.id in services:
                        reader.tell(file, (place, "id"), "twice", name=service.id)
                        continue
                    packs[name] = pack
                    services[service.id] = self._service(file, place, service, pack)
        for name in set(shared.folders) - set(shared.packs):  # unusable without its pack.yaml; still to be mended
            for file in reader.below(f"packs/{name}/services"):
                list(self._list(file, ServiceFile))
        self._relations_checked(services)
        return Policies(
            services=services,
            facts=shared.facts,
            terms=shared.terms,
            packs=packs,
            params=shared.params,
            wording=self._wording(),
            read_cases=self.cases,
            hash=whole,
            texts={name: "\n".join(lines) for name, lines in shared.lines.items()},
            files=reader.files,
        )

    def cases(self) -> tuple[tuple[str, Expectation], ...]:
        """(file, case) of every pack; they are many, and wanted only when they are run."""
        return tuple((file, case) for file, _place, case in self.placed_cases())

    def placed_cases(self) -> list[tuple[str, int, Expectation]]:
        """(file, place in its list, case) of every pack."""
        all_of = [file for name in self.shared.packs for file in self.reader.below(f"packs/{name}/cases")]
        return [(file, place, case) for file in all_of for place, case in self._list(file, Expectation)]

    def _wording(self) -> Any:
        """The sentences of explanations: those of the set, or the program's own."""
        if WORDING in self.reader.files:
            return self.reader.yaml(WORDING)
        return _shipped().wording

    def _list(self, file: str, shape: type[T]) -> Iterator[tuple[int, T]]:
        """The entries of a file that holds a list; those that do not fit are told and left out."""
        raw = self.reader.yaml(file)
        if raw is None:
            return
        if not isinstance(raw, list):
            self.reader.tell(file, (), "no_list")
            return
        for place, given in enumerate(raw):
            made = self.reader.shaped(file, shape, given, (place,))
            if made is not None:
                yield place, made

    # Conditions

    def _node(self, condition: Condition, file: str, place: Place) -> Node:
        self.shared.sources(condition, file, place)
        return self._compiled(condition, file, place, condition)

    def _compiled(self, written: Condition, file: str, place: Place, condition: Condition) -> Node:
        """The condition made ready; a part that cannot be is told where it is written."""
        try:
            node = self.compiler.node(condition)
        except Fault as fault:
            found = False
            for part, at in walk(written, place):
                if next(part.below(), None) is not None:
                    continue
                try:
                    self.compiler.node(part)
                except Fault as own:
                    found = True
                    self.reader.fault(file, at, own)
            if not found:
                self.reader.fault(file, place, fault)
            return self.compiler.node(Condition.model_validate({"never": _NO_WORDS}))
        if self._size(node) > MAX_PARTS:
            self.reader.tell(file, place, "too_complex", most=MAX_PARTS)
        return node

    def _size(self, node: Node) -> int:
        """How many parts a condition has once its terms are written out; a term used twice counts twice."""
        found = self._sizes.get(id(node))
        if found is None:
            found = self._sizes[id(node)] = 1 + sum(self._size(part) for part in node.children())
        return found

    # Services

    def _service(self, file: str, place: int, given: ServiceFile, pack: Pack) -> Service:
        tell, shared = self.reader.tell, self.shared
        if given.apply_at.office not in shared.offices:
            tell(file, (place, "apply_at"), "no_office", name=given.apply_at.office)
        for item in given.documents.items:
            if item not in shared.documents:
                tell(file, (place, "documents"), "no_paper", name=item)
        shared.quote(given.apply_at.source, file, (place, "apply_at", "source"))
        shared.quote(given.documents.source, file, (place, "documents", "source"))
        for key in ("clashes", "excludes"):
            for at, clash in enumerate(getattr(given, key)):
                about = {"service": given.id, "other": clash.service}
                shared.quote(clash.source, file, (place, key, at, "source"), "clash_quote", **about)
        names: set[str] = set()
        for i, part in enumerate(given.components):
            if part.name in names:
                tell(file, (place, "components", i, "name"), "twice", name=part.name)
            names.add(part.name)
        parts = tuple(
            self._component(file, (place, "components", i), part, given, pack)
            for i, part in enumerate(given.components)
        )
        if not parts:
            alone = ComponentFile(
                name=given.name, name_en=given.name_en, when=given.when, amount=given.amount, versions=given.versions
            )
            parts = (self._component(file, (place,), alone, given, pack, whole=True),)
        office = shared.offices.get(given.apply_at.office, _NO_WORDS)
        items = [shared.documents.get(item, _NO_WORDS) for item in given.documents.items]
        kept = {
            key: getattr(given, key)
            for key in ("id", "name", "name_en", "group", "subject", "universal", "sensitive", "for_whom", "standard")
        }
        more = {
            key: getattr(given, key)
            for key in ("payer", "coverage", "line", "clashes", "excludes", "remarks", "name_status")
        }
        return Service(
            pack=pack,
            apply_at=OfficeOf(office.zh, office.en, given.apply_at.status),
            documents=DocumentsOf(
                tuple(item.zh for item in items), tuple(item.en for item in items), given.documents.status
            ),
            components=parts,
            already=self._node(given.already, file, (place, "already")) if given.already else None,
            **kept,
            **more,
        )

    def _component(
        self, file: str, place: Place, given: ComponentFile, of: ServiceFile, pack: Pack, *, whole: bool = False
    ) -> Component:
        """One component; whole: the service itself, which has no parts."""
        shared, name = self.shared, None if whole else given.name
        self.places[of.id, name] = (file, place)
        line = given.line or of.line
        doc = shared.doc_of(file)
        citations = []
        for key in ("for_whom", "standard"):
            own = bool(getattr(given, key)) or (key == "standard" and not whole)
            at, quote = (line, getattr(given, key)) if own else (of.line, getattr(of, key))
            if quote:
                shared.stands(doc, at, quote, file, (*place, key) if own else (place[0], key))
                citations.append(_citation(pack, at, quote))
        for key in ("payer", "coverage"):
            words = getattr(given, key) or getattr(of, key)
            if words and not any(words in text for text in shared.lines.get(pack.file, ())):
                shared.stands(doc, line, words, file, (*place, key))
        sources = (
            *((s, (place[0], "sources")) for s in of.sources),
            *((s, (*place, "sources")) for s in given.sources),
        )
        for source, at_place in sources:
            shared.quote(source, file, at_place)
            citations.append(_citation(pack, source.line, source.quote))
        versions = given.versions or (Version(when=given.when, amount=given.amount),)
        places = [(*place, "versions", i) for i in range(len(given.versions))] or [place]
        rules = [
            self._rule(version, file, at_place, pack, citations)
            for version, at_place in zip(versions, places, strict=True)
        ]
        rules.sort(key=lambda rule: rule.valid_from)
        spans = [(rule.valid_from, rule.valid_to) for rule in rules]
        _tile_checked(spans, lambda fault: self.reader.fault(file, (*place, "versions"), fault))
        return Component(
            name=name,
            name_en=given.name_en,
            row=given.row,
            subject=given.subject or of.subject,
            for_whom=given.for_whom or of.for_whom,
            standard=given.standard or of.standard,
            payer=given.payer or of.payer,
            coverage=given.coverage or of.coverage,
            line=line,
            rules=tuple(rules),
        )

    def _rule(self, given: Version, file: str, place: Place, pack: Pack, citations: list[Citation]) -> Rule:
        """What holds from one day to another. An amount that applies always is the last that can."""
        own = list(citations)
        for source in given.sources:
            self.shared.quote(source, file, (*place, "sources"))
            own.append(_citation(pack, source.line, source.quote))
        return Rule(
            valid_from=given.valid_from or pack.valid_from,
            valid_to=given.valid_to if given.valid_from or given.valid_to else pack.valid_to,
            node=self._node(given.when, file, (*place, "when")) if given.when else None,
            amounts=tuple(self._amount(rule, file, (*place, "amount", at)) for at, rule in enumerate(given.amount)),
            citations=tuple(dict.fromkeys(own)),
        )

    def _amount(self, rule: AmountRule, file: str, place: Place) -> tuple[Node | None, AmountRule]:
        self.shared.quote(rule.source, file, (*place, "source"))
        for key in ("amount", "low", "high"):
            given = getattr(rule, key)
            for part in sums(given) if given is not None else ():
                fact = self.shared.facts.get(part.fact) if part.fact is not None else None
                if part.fact is not None and (fact is None or fact.type not in ("number", "int") or fact.domain):
                    missing = fact is None
                    named = {"name": part.fact} if missing else {"fact": part.fact, "type": fact.type if fact else ""}
                    self.reader.tell(file, (*place, key), "no_fact" if missing else "not_compared", **named)
                if part.param is not None and part.param not in self.shared.params:
                    self.reader.tell(file, (*place, key), "no_param", name=part.param)
                ends = [band.below for band in part.bands or ()]
                rising = [end for end in ends if end is not None]
                if None in ends[:-1] or any(low >= high for low, high in pairwise(rising)):
                    self.reader.tell(file, (*place, key), "bands")
        return (self._node(rule.when, file, (*place, "when")) if rule.when else None), rule

    def _relations_checked(self, services: Mapping[str, Service]) -> None:
        """Clashes name services that exist; what excludes what runs in layers, never in a circle."""
        for service in services.values():
            for clash in (*service.clashes, *service.excludes):
                if clash.service not in services:
                    file, place = self.places[service.id, service.components[0].name]
                    self.reader.tell(file, place[:1], "no_clash", service=service.id, other=clash.service)
        excludes = {service.id: [clash.service for clash in service.excludes] for service in services.values()}
        try:
            layers(excludes)
        except PackError as trouble:
            self.reader.tell("packs", (), trouble.kind, **dict(trouble.facts))


def hashes(given: PackFiles) -> tuple[str, dict[str, str]]:
    """(hash of a set, hash of each pack with what it leans on); cases and the program's own sentences do not count.

    The first names a set, the second stands in every determination: neither changes its way of counting, or old
    determinations could not be found again (tests/golden holds a set of the first format).
    """
    counted = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in given.items()
        if "/cases/" not in name and name not in PROGRAM_FILES
    }

    def digest(part: Mapping[str, str]) -> str:
        return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()

    shared = {name: value for name, value in counted.items() if name.rpartition("/")[2] in _LEANT_ON}
    by_pack = {}
    for pack in {pack_of(name) for name in counted} - {""}:
        text = "texts/" + named(given.get(f"packs/{pack}/pack.yaml", b""), "text")
        own = {name: value for name, value in counted.items() if pack_of(name) == pack or name == text}
        by_pack[pack] = digest({**shared, **own})
    return digest(counted), by_pack


def layers(excludes: Mapping[str, list[str]]) -> list[str]:
    """Services in the order in which exclusions are applied: what excludes comes before what is excluded.

    excludes: service -> those whose *receipt* excludes it. PackError where they go round in a circle.
    """
    order: list[str] = []
    state: dict[str, int] = {}

    def visit(service: str, way: tuple[str, ...]) -> None:
        if state.get(service) == 2:
            return
        if state.get(service) == 1:
            raise _refused(PackProblem("packs", 0, "exclusion_circle", (("way", " → ".join((*way, service))),)))
        state[service] = 1
        for other in excludes.get(service, []):
            visit(other, (*way, service))
        state[service] = 2
        order.append(service)

    for service in excludes:
        visit(service, ())
    return order


def _pack(pack: PackFile, own_hash: str) -> Pack:
    kept = {key: getattr(pack, key) for key in ("id", "title", "title_en", "issuer", "number", "dated")}
    dates = {key: getattr(pack, key) for key in ("valid_from", "valid_to", "last_verified_on")}
    return Pack(file=pack.text, hash=own_hash, **kept, **dates)


def _citation(pack: Pack, line: int, quote: str) -> Citation:
    return Citation(pack.file, line, pack.title, pack.number, quote)


def _tile_checked(spans: list[tuple[date, date | None]], fail: Callable[[Fault], None]) -> None:
    """Versions do not overlap."""
    for (_, end), (start, _) in pairwise(spans):
        if end is None or start <= end:
            fail(Fault("overlap", day=start))
    for start, end in spans:
        if end is not None and end < start:
            fail(Fault("ends_before", start=start, end=end))


def _refused(problem: PackProblem) -> PackError:
    with speaking("en"):
        return PackError(problem.file, problem.line, problem.what(), problem.kind, problem.facts)


def refuse(problem: PackProblem) -> None:
    """Raise the problem as a PackError: what load_policies does with the first one it is told."""
    raise _refused(problem)


def shipped() -> Traversable:
    """The folder of the packs that are shipped with the application."""
    return files("resources") / "policies"


@lru_cache(maxsize=1)
def _shipped() -> Policies:
    return policies_of(read_set(shipped(), refuse))


def policies_of(given: PackFiles) -> Policies:
    """A set that was checked before, made ready again: the quotes are compared, nothing is looked through for malice.

    Raises PackError.
    """
    return Builder(Reader(given, refuse, careful=False)).build()


def load_policies(folder: Traversable | Path | None = None) -> Policies:
    """Read all packs of a folder (None: the shipped ones, read once a process).

    Raises PackError with file and line of the first problem. Takes about a tenth of a second: call it off the window's
    thread.
    """
    return _shipped() if folder is None else policies_of(read_set(folder, refuse))
