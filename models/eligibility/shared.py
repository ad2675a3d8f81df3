"""What the packs of a set share: the documents, the dictionary of facts, terms, parameters, offices, papers to bring.

Every pack may add to it; nothing is defined in two ways, and a dated value is never overwritten, only followed.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from models.eligibility.packset import AMENDED, pack_of, texts_hash
from models.eligibility.policies import derived_value
from models.eligibility.problems import Fault
from models.eligibility.reading import Path as Place
from models.eligibility.reading import Reader
from models.eligibility.schema import (
    Condition,
    FactDefinition,
    MoreValues,
    PackFile,
    Param,
    ParamValue,
    Source,
    Sum,
    Term,
    Words,
)

_NO_WORDS = Words(zh="", en="")
_NOTHING = Sum.model_validate(0)
_DAY = timedelta(days=1)
_MAX_FACTORS = 1000
_WAYS = {"number": ("more", "less"), "int": ("more", "less")}  # in which numbers may change
_QUOTE_LINES = 4  # a quote may run on over the lines of a wrapped cell


class Shared:
    """The shared part of a set, read and checked."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.texts = {name.removeprefix("texts/"): reader.files[name] for name in reader.below("texts")}
        self.lines = {name: text.decode("utf-8", "replace").split("\n") for name, text in self.texts.items()}
        self.quoted: set[tuple[str, int, str]] = set()  # every passage that was compared with the text
        self.folders = tuple(dict.fromkeys(pack_of(file) for file in sorted(reader.files) if pack_of(file)))
        self.packs = self._packs()
        self.docs = {pack.doc: pack for pack in self.packs.values() if pack.doc}
        for name, pack in self.packs.items():
            self._pack_checked(name, pack)
        self.facts = self._facts()
        self.terms: dict[str, Term]
        self.terms, self.term_files = self._named("terms", Term)
        self.params = self._params()
        self.offices: dict[str, Words] = self._named("offices", Words)[0]
        self.documents: dict[str, Words] = self._named("documents", Words)[0]

    # Sources

    def doc_of(self, file: str) -> str:
        """The document that sources in a file speak of when they name none."""
        pack = self.packs.get(pack_of(file))
        return pack.doc if pack else ""

    def quote(self, source: Source | None, file: str, place: Place, kind: str = "no_quote", **about: str) -> None:
        """The quote stands in that line of the stored text, word for word. kind, about: what to tell if it does not."""
        if source is not None:
            self.stands(source.doc or self.doc_of(file), source.line, source.quote, file, place, kind, **about)

    def stands(
        self, doc: str, line: int, quote: str, file: str, place: Place, kind: str = "no_quote", **about: str
    ) -> None:
        """The words stand in that line of a document."""
        self.quoted.add((doc, line, quote))
        pack = self.docs.get(doc)
        if pack is None:
            self.reader.tell(file, place, "no_doc", doc=doc or "–")
            return
        lines = self.lines.get(pack.text, [])
        if not quote or line < 1 or quote not in "\n".join(lines[line - 1 : line - 1 + _QUOTE_LINES]):
            self.reader.tell(file, place, kind, at=line, doc=doc, words=quote[:30], **about)

    def sources(self, condition: Condition, file: str, place: Place) -> None:
        """Every quote of a condition and the conditions below it."""
        for part, at in walk(condition, place):
            if part.source is not None:
                self.quote(part.source, file, (*at, "source"))

    # Reading

    def _packs(self) -> dict[str, PackFile]:
        found = {}
        for name in self.folders:
            file = f"packs/{name}/pack.yaml"
            raw = self.reader.yaml(file)
            pack = None if raw is None else self.reader.shaped(file, PackFile, raw, ())
            if pack is not None:
                found[name] = pack
        return found

    def _pack_checked(self, name: str, pack: PackFile) -> None:
        file, tell = f"packs/{name}/pack.yaml", self.reader.tell
        if pack.id != name:
            tell(file, ("id",), "folder_name")
        if pack.doc and self.docs[pack.doc] is not pack:
            tell(file, ("doc",), "twice", name=pack.doc)
        if not pack.text and not pack.doc and not self.reader.below(f"packs/{name}/services"):
            return
        text = self.texts.get(pack.text)
        if not pack.text or not pack.doc:
            tell(file, (), "no_text_for_services")
        elif text is None:
            tell(file, ("text",), "no_text")
        elif texts_hash(text) != pack.sha256:
            tell(file, ("sha256",), "other_text", sha256=texts_hash(text))

    def _parts(self, kind: str) -> list[str]:
        """The files that define something shared: the common one first, then what the packs add."""
        added = [f"packs/{name}/{kind}.yaml" for name in self.folders]
        return [f"{kind}.yaml", *(file for file in added if file in self.reader.files)]

    def _mapping(self, file: str) -> Mapping[str, Any]:
        """A file that holds names and their definitions; an empty one holds none."""
        raw = self.reader.yaml(file)
        if raw is None:
            return {}
        if not isinstance(raw, dict) or not all(isinstance(name, str) for name in raw):
            self.reader.tell(file, (), "no_names")
            return {}
        return raw

    def _named(self, kind: str, shape: type[Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """(name -> definition, name -> file) of terms, offices or documents."""
        found: dict[str, Any] = {}
        files_of: dict[str, str] = {}
        for file in self._parts(kind):
            for name, raw in self._mapping(file).items():
                made = self.reader.shaped(file, shape, raw, (name,))
                if made is None:
                    continue
                if name in found and found[name] != made:
                    self.reader.tell(file, (name,), "redefined", name=name, file=files_of[name])
                    continue
                found.setdefault(name, made)
                files_of.setdefault(name, file)
        return found, files_of

    def _facts(self) -> dict[str, FactDefinition]:
        """The dictionary, with names and shared reasons filled in."""
        facts: dict[str, FactDefinition] = {}
        files_of: dict[str, str] = {}
        whys: dict[str, Words] = {}
        for file in self._parts("facts"):
            raw = self._mapping(file)
            if not raw:
                continue
            halves = raw.get("whys", {}), raw.get("facts")
            if not all(isinstance(half, dict) for half in halves) or not set(raw) <= {"whys", "facts"}:
                self.reader.tell(file, (), "facts_file")
                continue
            for name, given in halves[0].items():
                why = self.reader.shaped(file, Words, given, ("whys", name))
                if why is not None:
                    whys.setdefault(name, why)
            for name, given in raw["facts"].items():
                fact = self._fact(file, name, given, whys)
                if fact is None:
                    continue
                if name in facts and facts[name] != fact:
                    self.reader.tell(file, ("facts", name), "redefined", name=name, file=files_of[name])
                    continue
                facts.setdefault(name, fact)
                files_of.setdefault(name, file)
        for name, fact in facts.items():
            for at, requirement in enumerate(fact.requires):
                if requirement.fact not in facts:
                    place = ("facts", name, "requires", at)
                    self.reader.tell(files_of[name], place, "no_fact", name=requirement.fact)
            if fact.can_change is not None:
                own = (True, False) if fact.type == "bool" else fact.domain or _WAYS.get(fact.type, ())
                for value in fact.can_change.to:
                    if not any(value == known and type(value) is type(known) for known in own):
                        self.reader.tell(
                            files_of[name], ("facts", name, "can_change"), "outside_domain", value=value, fact=name
                        )
        return facts

    def _fact(self, file: str, name: str, given: Any, whys: Mapping[str, Words]) -> FactDefinition | None:
        named = {**given, "name": name} if isinstance(given, dict) else given
        fact = self.reader.shaped(file, FactDefinition, named, ("facts", name))
        if fact is None:
            return None
        if fact.why not in whys:
            self.reader.tell(file, ("facts", name, "why"), "no_why", name=name)
        why = whys.get(fact.why, _NO_WORDS)
        return fact.model_copy(update={"why_zh": why.zh, "why_en": why.en})

    # Parameters

    def _params(self) -> dict[str, Param]:
        """Parameters, with the values that packs and offices add."""
        found: dict[str, Param] = {}
        files_of: dict[str, str] = {}
        values: dict[str, list[tuple[ParamValue, str, Place]]] = {}
        added = [AMENDED] if AMENDED in self.reader.files else []
        for file in (*self._parts("params"), *added):
            for name, raw in self._mapping(file).items():
                more = isinstance(raw, dict) and set(raw) == {"values"}
                if more and name not in found:
                    self.reader.tell(file, (name,), "no_param", name=name)
                    continue
                made: Any = self.reader.shaped(file, MoreValues if more else Param, raw, (name,))
                if made is None:
                    continue
                if more and found[name].derived is not None:
                    self.reader.tell(file, (name,), "no_derived_value", name=name)
                    continue
                if not more and name in found and found[name] != made:
                    self.reader.tell(file, (name,), "redefined", name=name, file=files_of[name])
                    continue
                if not more:
                    found.setdefault(name, made)
                    files_of.setdefault(name, file)
                spots = [(value, file, (name, "values", at)) for at, value in enumerate(made.values)]
                values.setdefault(name, []).extend(spots)
        for name, given in values.items():
            found[name] = found[name].model_copy(update={"values": self._in_order(name, given)})
            for value, file, place in given:
                if value.status == "text":
                    self.quote(value.source, file, (*place, "source"))
        sizes: dict[str, int] = {}
        for name, param in found.items():
            if param.derived is not None:
                self.quote(param.source, files_of[name], (name, "source"))
                self._derived_checked(name, found, files_of[name], sizes)
        return found

    def _in_order(self, name: str, given: list[tuple[ParamValue, str, Place]]) -> tuple[ParamValue, ...]:
        """Values by date. One that was added ends an open one before it; within one file the days must fit."""
        kept: list[tuple[ParamValue, str]] = []
        for value, file, place in sorted(given, key=lambda each: each[0].valid_from):
            if kept:
                last, last_file = kept[-1]
                apart = file != last_file or file == AMENDED
                if last.valid_from == value.valid_from and apart:
                    if last.value != value.value:
                        self.reader.tell(file, place, "overwritten", name=name, day=value.valid_from)
                    continue
                if last.valid_to is None and apart:
                    kept[-1] = (last.model_copy(update={"valid_to": value.valid_from - _DAY}), last_file)
                elif last.valid_to is None or value.valid_from <= last.valid_to:
                    self.reader.tell(file, place, "overlap", day=value.valid_from)
            kept.append((value, file))
        return tuple(value for value, _file in kept)

    def _derived_checked(self, name: str, params: Mapping[str, Param], file: str, sizes: dict[str, int]) -> None:
        """What a parameter is derived from exists and leads to dated values, in few steps."""
        opened: list[str] = []

        def size(of: str) -> int:
            param = params.get(of)
            if param is None:
                raise Fault("no_param", name=of)
            if of in opened:
                raise Fault("not_derived", name=name)
            if of not in sizes and param.derived is not None:
                opened.append(of)
                try:
                    sizes[of] = sum(size(part.param) if part.param else 1 for part in sums(param.derived))
                finally:
                    opened.pop()
            return sizes.get(of, 1)

        try:
            if size(name) > _MAX_FACTORS:
                raise Fault("not_derived", name=name)
            derived_value(params, params[name].derived or _NOTHING, date.max)
        except Fault as fault:
            self.reader.fault(file, (name, "derived"), fault)
        except ValueError:
            self.reader.tell(file, (name, "derived"), "not_derived", name=name)


def walk(condition: Condition, place: Place) -> Iterator[tuple[Condition, Place]]:
    """A condition and every condition below it, each with the place where it is written."""
    yield condition, place
    for keys, part in condition.below():
        yield from walk(part, (*place, *keys))


def sums(part: Sum) -> Iterator[Sum]:
    """A sum and every sum below it."""
    todo: list[Sum | None] = [part]
    while todo:
        each = todo.pop()
        if each is not None:
            yield each
            todo.extend([*(each.times or ()), *(each.min or ()), *(each.max or ()), *(each.minus or ()), each.of])
