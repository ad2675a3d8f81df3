"""Loading and checking the policy packs: folders of YAML, one per document, with a dictionary of facts they share.

    facts.yaml terms.yaml params.yaml offices.yaml documents.yaml wording.yaml    shared by all packs
    texts/*.txt                                   the documents as they were read; quotes are checked against them
    packs/<id>/pack.yaml, services/*.yaml, cases/*.yaml

A pack with an unknown key or fact, a circle of terms, a parameter without date or source, overlapping versions, or
words that do not stand in the text is refused with file and line.
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
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from models.eligibility.nodes import Compiler, Node
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
    derived_value,
)
from models.eligibility.schema import (
    AmountRule,
    ComponentFile,
    Condition,
    Expectation,
    FactDefinition,
    PackFile,
    Param,
    ServiceFile,
    Source,
    Sum,
    Term,
    Version,
    Words,
)

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader:
    """Reads one folder of packs; every problem is raised with the file and the line it stands in."""

    def __init__(self, folder: Traversable) -> None:
        self.folder = folder
        self.contents: dict[str, bytes] = {}

    def names(self, *path: str) -> list[str]:
        """Names of the entries below a path, sorted."""
        place = self.folder.joinpath(*path)
        return sorted(entry.name for entry in place.iterdir()) if place.is_dir() else []

    def read(self, name: str) -> bytes:
        """The contents of a file, remembered for the hash."""
        place = self.folder.joinpath(*name.split("/"))
        if not place.is_file():
            raise PackError(name, 0, "the file is missing")
        self.contents[name] = place.read_bytes()
        return self.contents[name]

    def yaml(self, name: str) -> Any:
        """The parsed YAML of a file."""
        try:
            return yaml.load(self.read(name), Loader=_Loader)  # noqa: S506  # the safe loader, in C
        except yaml.YAMLError as problem:
            mark = getattr(problem, "problem_mark", None)
            raise PackError(name, mark.line + 1 if mark else 0, f"no YAML: {getattr(problem, 'problem', '')}") from None

    def checked(self, name: str, shape: Any) -> Any:
        """The file's contents in the shape, or PackError with the line of the first problem."""
        data = self.yaml(name)
        try:
            return TypeAdapter(shape).validate_python(data)
        except ValidationError as problem:
            first = problem.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise PackError(name, self.line(name, first["loc"]), f"{where}: {first['msg']}") from None

    def line(self, name: str, path: tuple[Any, ...]) -> int:
        """The line on which the value at the path stands, or its nearest parent."""
        node: Any = yaml.compose(self.contents[name], Loader=yaml.SafeLoader)
        line: int = node.start_mark.line + 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value in (str(step), str(step).rstrip("_"))]
                if not found:
                    return line
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                return line
        return line


class _Builder:
    """Puts the checked files together."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.texts = {name: reader.read(f"texts/{name}") for name in reader.names("texts") if name.endswith(".txt")}
        self.lines = {name: text.decode("utf-8").split("\n") for name, text in self.texts.items()}
        self.facts = self._facts()
        self.terms: dict[str, Term] = reader.checked("terms.yaml", dict[str, Term])
        self.params: dict[str, Param] = reader.checked("params.yaml", dict[str, Param])
        self.offices: dict[str, Words] = reader.checked("offices.yaml", dict[str, Words])
        self.documents: dict[str, Words] = reader.checked("documents.yaml", dict[str, Words])
        self.packs = {name: reader.checked(f"packs/{name}/pack.yaml", PackFile) for name in reader.names("packs")}
        self.docs = {pack.doc: pack for pack in self.packs.values()}
        self.compiler = Compiler(self.facts, self.terms, lambda name, on: dated_param(self.params, name, on)[0])
        self._file = ""

    def _facts(self) -> dict[str, FactDefinition]:
        """The dictionary, with names and shared reasons filled in."""
        reader = self.reader
        raw = reader.yaml("facts.yaml")
        if not isinstance(raw, dict) or set(raw) != {"whys", "facts"}:
            raise PackError("facts.yaml", 1, "the file holds whys and facts")
        whys = raw["whys"]
        facts: dict[str, FactDefinition] = {}
        for name, given in raw["facts"].items():
            try:
                fact = FactDefinition.model_validate({**given, "name": name})
            except ValidationError as problem:
                first = problem.errors()[0]
                line = reader.line("facts.yaml", ("facts", name, *first["loc"]))
                raise PackError("facts.yaml", line, f"{name}: {first['loc']}: {first['msg']}") from None
            if fact.why not in whys:
                raise PackError("facts.yaml", reader.line("facts.yaml", ("facts", name, "why")), f"{name}: no such why")
            facts[name] = fact.model_copy(update={"why_zh": whys[fact.why]["zh"], "why_en": whys[fact.why]["en"]})
        for name, fact in facts.items():
            for requirement in fact.requires:
                if requirement.fact not in facts:
                    line = reader.line("facts.yaml", ("facts", name, "requires"))
                    raise PackError("facts.yaml", line, f"no such fact: {requirement.fact}")
        return facts

    def build(self) -> Policies:
        """Everything checked and compiled."""
        reader = self.reader
        for name, pack in self.packs.items():
            self._pack_checked(name, pack)
        for name, term in self.terms.items():
            with_file = ("terms.yaml", (name,))
            self._quote(term.source, "", *with_file)
            self._node(Condition.model_validate({"term": name}), *with_file)
        for name, param in self.params.items():
            self._param_checked(name, param)
        services: dict[str, Service] = {}
        cases: list[tuple[str, Expectation]] = []
        packs: dict[str, Pack] = {}
        for name, pack in self.packs.items():
            for file in reader.names("packs", name, "services"):
                path = f"packs/{name}/services/{file}"
                for place, service in enumerate(reader.checked(path, list[ServiceFile])):
                    if service.id in services:
                        raise PackError(path, reader.line(path, (place, "id")), f"{service.id} is defined twice")
                    packs.setdefault(name, self._pack(pack))
                    services[service.id] = self._service(path, place, service, packs[name])
            for file in reader.names("packs", name, "cases"):
                path = f"packs/{name}/cases/{file}"
                cases.extend((path, case) for case in reader.checked(path, list[Expectation]))
        self._relations_checked(services)
        wording = reader.yaml("wording.yaml")
        whole, by_pack = self._hashes()
        for name in packs:
            object.__setattr__(packs[name], "hash", by_pack[name])
        return Policies(
            services=services,
            facts=self.facts,
            terms=self.terms,
            packs=packs,
            params=self.params,
            wording=wording,
            cases=tuple(cases),
            hash=whole,
            texts={name: "\n".join(lines) for name, lines in self.lines.items()},
        )

    def _hashes(self) -> tuple[str, dict[str, str]]:
        """(hash of all, hash of each pack with what the packs share); tests and wording do not count."""
        counted = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in self.reader.contents.items()
            if "/cases/" not in name and name not in ("wording.yaml", "offices.yaml", "documents.yaml")
        }
        shared = {name: value for name, value in counted.items() if not name.startswith(("packs/", "texts/"))}

        def digest(part: Mapping[str, str]) -> str:
            return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()

        by_pack = {}
        for name, pack in self.packs.items():
            own = {k: v for k, v in counted.items() if k.startswith(f"packs/{name}/") or k == f"texts/{pack.text}"}
            by_pack[name] = digest({**shared, **own})
        return digest(counted), by_pack

    def _fail(self, file: str, path: tuple[Any, ...], problem: str) -> PackError:
        return PackError(file, self.reader.line(file, path), problem)

    def _node(self, condition: Condition, file: str, path: tuple[Any, ...]) -> Node:
        try:
            node = self.compiler.node(condition)
        except ValueError as problem:
            raise self._fail(file, path, str(problem)) from None
        self._quotes_of(node, file, path)
        return node

    def _quotes_of(self, node: Node, file: str, path: tuple[Any, ...]) -> None:
        self._quote(node.condition.source, self._doc_of(file), file, path)
        for child in node.children():
            self._quotes_of(child, file, path)

    def _doc_of(self, file: str) -> str:
        parts = file.split("/")
        return self.packs[parts[1]].doc if parts[0] == "packs" else ""

    def _quote(self, source: Source | None, doc: str, file: str, path: tuple[Any, ...]) -> None:
        """The quote stands in that line of the stored text, word for word."""
        if source is not None:
            self._stands(source.doc or doc, source.line, source.quote, file, path)

    def _stands(self, doc: str, line: int, quote: str, file: str, path: tuple[Any, ...]) -> None:
        pack = self.docs.get(doc)
        if pack is None:
            raise self._fail(file, path, f"no such document: {doc or '(none given)'}")
        lines = self.lines.get(pack.text, [])
        if not quote or not 1 <= line <= len(lines) or quote not in "\n".join(lines[line - 1 : line + 3]):
            raise self._fail(file, path, f"line {line} of document {doc} does not hold the words: {quote[:30]}")

    def _pack_checked(self, name: str, pack: PackFile) -> None:
        file = f"packs/{name}/pack.yaml"
        if pack.id != name:
            raise self._fail(file, ("id",), "the pack is not called as its folder")
        text = self.texts.get(pack.text)
        if text is None:
            raise self._fail(file, ("text",), "the text of the document is missing")
        if hashlib.sha256(text).hexdigest() != pack.sha256:
            raise self._fail(file, ("sha256",), "the stored text is not the one this pack was written from")

    def _pack(self, pack: PackFile) -> Pack:
        kept = {key: getattr(pack, key) for key in ("id", "title", "title_en", "issuer", "number", "dated")}
        dates = {key: getattr(pack, key) for key in ("valid_from", "valid_to", "last_verified_on")}
        return Pack(file=pack.text, **kept, **dates)

    def _param_checked(self, name: str, param: Param) -> None:
        path = (name, "values")
        _tile_checked([(v.valid_from, v.valid_to) for v in param.values], lambda p: self._fail("params.yaml", path, p))
        for value in param.values:
            self._quote(value.source, "", "params.yaml", path)
        self._quote(param.source, "", "params.yaml", (name,))
        if param.derived is not None:
            try:
                derived_value(self.params, param.derived, date.max)
            except (ValueError, RecursionError):
                raise self._fail("params.yaml", (name, "derived"), f"{name} cannot be derived") from None

    def _citation(self, pack: Pack, line: int, quote: str) -> Citation:
        return Citation(pack.file, line, pack.title, pack.number, quote)

    def _service(self, file: str, place: int, given: ServiceFile, pack: Pack) -> Service:
        path = (place,)
        if given.apply_at.office not in self.offices:
            raise self._fail(file, (place, "apply_at"), f"no such office: {given.apply_at.office}")
        missing = [item for item in given.documents.items if item not in self.documents]
        if missing:
            raise self._fail(file, (place, "documents"), f"no such document to bring: {missing[0]}")
        for source in (given.apply_at.source, given.documents.source):
            self._quote(source, self._doc_of(file), file, path)
        parts = tuple(
            self._component(file, (place, "components", i), part, given, pack)
            for i, part in enumerate(given.components)
        )
        if not parts:
            alone = ComponentFile(
                name=given.name, name_en=given.name_en, when=given.when, amount=given.amount, versions=given.versions
            )
            parts = (self._component(file, path, alone, given, pack, name=None),)
        office = self.offices[given.apply_at.office]
        items = [self.documents[item] for item in given.documents.items]
        kept = {
            key: getattr(given, key)
            for key in ("id", "name", "name_en", "group", "subject", "universal", "sensitive", "for_whom", "standard")
        }
        more = {key: getattr(given, key) for key in ("payer", "coverage", "line", "clashes", "excludes", "remarks")}
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
        self, file: str, path: tuple[Any, ...], given: ComponentFile, of: ServiceFile, pack: Pack, name: str | None = ""
    ) -> Component:
        line = given.line or of.line
        doc = self._doc_of(file)
        citations = []
        whole = name is None
        cited = [
            (line, given.for_whom) if given.for_whom else (of.line, of.for_whom),
            (line, given.standard) if given.standard or not whole else (of.line, of.standard),
        ]
        for at, quote in cited:
            if quote:
                self._stands(doc, at, quote, file, path)
                citations.append(self._citation(pack, at, quote))
        for key, at in (("payer", line), ("coverage", line)):
            words = getattr(given, key) or getattr(of, key)
            if words and not any(words in text for text in self.lines[pack.file]):
                self._stands(doc, at, words, file, path)
        for source in (*of.sources, *given.sources):
            self._quote(source, doc, file, path)
            citations.append(self._citation(pack, source.line, source.quote))
        versions = given.versions or (Version(when=given.when, amount=given.amount),)
        rules = []
        for version in versions:
            own = list(citations)
            for source in version.sources:
                self._quote(source, doc, file, path)
                own.append(self._citation(pack, source.line, source.quote))
            rules.append(
                Rule(
                    valid_from=version.valid_from or pack.valid_from,
                    valid_to=version.valid_to if version.valid_from or version.valid_to else pack.valid_to,
                    node=self._node(version.when, file, path) if version.when else None,
                    amounts=tuple(self._amount(rule, file, path) for rule in version.amount),
                    citations=tuple(dict.fromkeys(own)),
                )
            )
        rules.sort(key=lambda rule: rule.valid_from)
        _tile_checked([(r.valid_from, r.valid_to) for r in rules], lambda p: self._fail(file, (*path, "versions"), p))
        return Component(
            name=given.name if name is not None else None,
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

    def _amount(self, rule: AmountRule, file: str, path: tuple[Any, ...]) -> tuple[Node | None, AmountRule]:
        self._quote(rule.source, self._doc_of(file), file, path)
        for part in _sums(rule):
            if part.fact is not None and part.fact not in self.facts:
                raise self._fail(file, path, f"no such fact: {part.fact}")
            if part.param is not None and part.param not in self.params:
                raise self._fail(file, path, f"no such parameter: {part.param}")
        return (self._node(rule.when, file, path) if rule.when else None), rule

    def _relations_checked(self, services: Mapping[str, Service]) -> None:
        """Clashes name services that exist; what excludes what runs in layers, never in a circle."""
        for service in services.values():
            for clash in (*service.clashes, *service.excludes):
                if clash.service not in services:
                    raise PackError(
                        f"packs/{service.pack.id}", 0, f"{service.id} clashes with nothing: {clash.service}"
                    )
        excludes = {service.id: [clash.service for clash in service.excludes] for service in services.values()}
        layers(excludes)


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
            raise PackError("packs", 0, f"exclusions go round in a circle: {' → '.join((*way, service))}")
        state[service] = 1
        for other in excludes.get(service, []):
            visit(other, (*way, service))
        state[service] = 2
        order.append(service)

    for service in excludes:
        visit(service, ())
    return order


def _sums(rule: AmountRule) -> Iterator[Sum]:
    todo: list[Sum | None] = [rule.amount, rule.low, rule.high]
    while todo:
        part = todo.pop()
        if part is not None:
            yield part
            todo.extend([*(part.times or ()), *(part.min or ()), *(part.max or ()), *(part.minus or ()), part.of])


def _tile_checked(spans: list[tuple[date, date | None]], fail: Callable[[str], PackError]) -> None:
    """Versions do not overlap."""
    for (_, end), (start, _) in pairwise(spans):
        if end is None or start <= end:
            raise fail(f"versions overlap on {start}")
    for start, end in spans:
        if end is not None and end < start:
            raise fail(f"a version ends before it begins: {start} … {end}")


def shipped() -> Traversable:
    """The folder of the packs that are shipped with the application."""
    return files("resources") / "policies"


@lru_cache(maxsize=1)
def _shipped() -> Policies:
    return _Builder(_Reader(shipped())).build()


def load_policies(folder: Traversable | Path | None = None) -> Policies:
    """Read and check all packs of a folder (None: the shipped ones, read once a process).

    Raises PackError with file and line. Takes some tens of milliseconds: call it off the window's thread.
    """
    return _shipped() if folder is None else _Builder(_Reader(folder)).build()
