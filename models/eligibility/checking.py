"""Everything that is wrong with a set of packs, found at once: for those who write them and before one is installed.

Beyond what loading refuses: names that the text does not print, conditions that can never decide, amounts that can
never apply, and cases that come out differently.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib.resources.abc import Traversable
from pathlib import Path

from models.eligibility.case import Case, Person, View
from models.eligibility.loader import Builder, load_policies
from models.eligibility.logic import Residual, conjunction, disjunction, negation, occurrences
from models.eligibility.nodes import AGENCY
from models.eligibility.packset import PackFiles, is_single_pack, lay_over, pack_of, read_pack, read_set
from models.eligibility.policies import Policies, Rule, Service
from models.eligibility.problems import PackProblem
from models.eligibility.reading import Path as Place
from models.eligibility.reading import Reader
from models.eligibility.running import case_of, run_case
from models.eligibility.schema import Condition, Expectation, PackFile
from models.eligibility.settling import settle
from models.eligibility.shared import walk

_MAX_VARIABLES = 60  # beyond, whether a condition can decide is not worked out
_WHO = "p1"


@dataclass(frozen=True)
class Counts:
    """What a set holds. Leaves are the single tests of all conditions, by where their words come from."""

    packs: int
    services: int
    facts: int
    cases: int
    quotes: int  # different passages quoted, each compared with the stored text
    text: int
    interpreted: int
    outside: int

    @property
    def leaves(self) -> int:
        """All single tests."""
        return self.text + self.interpreted + self.outside


@dataclass(frozen=True)
class PackCheck:
    """A set that was checked. policies: None where a problem forbids its use. failed: cases that came out otherwise."""

    files: PackFiles = field(repr=False)
    policies: Policies | None
    problems: tuple[PackProblem, ...]
    counts: Counts | None
    failed: int = 0

    @property
    def sound(self) -> bool:
        """Whether the set can be used."""
        return self.policies is not None


def check_packs(
    folder: Traversable | Path, over: PackFiles | None = None
) -> tuple[Policies | None, tuple[PackProblem, ...]]:
    """(the packs of a folder, or None where they cannot be used; everything that is wrong with them, by file and line).

    The folder holds a whole set, or a single pack, which is laid over another set (None: the shipped one). Takes a few
    seconds for all cases: call it off the window's thread. Raises OSError where the folder cannot be read.
    """
    found = check_folder(folder, over)
    return found.policies, found.problems


def check_folder(folder: Traversable | Path, over: PackFiles | None = None) -> PackCheck:
    """check_packs() with the files and the counts. Raises OSError where the folder cannot be read."""
    told: list[PackProblem] = []
    if not is_single_pack(folder):
        return check_files(read_set(folder, told.append), told)
    base = load_policies().files if over is None else over
    pack = read_pack(folder, told.append)
    told.extend(_older(base, pack))
    return check_files(lay_over(base, pack), told)


def check_files(files: PackFiles, told: list[PackProblem] | None = None) -> PackCheck:
    """The files of a set, checked with their cases. told: problems found before, which count like those found here."""
    problems = list(told or ())
    reader = Reader(files, problems.append, careful=True)
    builder = Builder(reader)
    policies = builder.build()
    cases = builder.placed_cases()
    failed = 0
    if not any(problem.grave for problem in problems):
        _names_checked(policies, builder)
        for service in policies.services.values():
            _rules_checked(policies, service, builder)
        failed = sum(not _case_checked(policies, *case, reader) for case in cases)
    unique = sorted(set(problems), key=lambda each: (each.file, each.line, each.kind, each.facts))
    counts = _counts(policies, builder, len(cases))
    grave = any(problem.grave for problem in unique)
    return PackCheck(files, None if grave else policies, tuple(unique), counts, failed)


def _older(base: PackFiles, pack: PackFiles) -> Iterator[PackProblem]:
    """A pack that is laid over a newer one of the same id."""
    for name, content in pack.items():
        if not name.endswith("/pack.yaml") or name not in base:
            continue
        given, there = (_verified(each, name) for each in (content, base[name]))
        if given is not None and there is not None and given < there:
            facts = (("id", pack_of(name)), ("given", given.isoformat()), ("there", there.isoformat()))
            yield PackProblem(name, 1, "older_pack", facts)


def _verified(content: bytes, name: str) -> date | None:
    reader = Reader({name: content}, lambda _problem: None, careful=True)
    raw = reader.yaml(name)
    given = reader.shaped(name, PackFile, raw, ()) if raw is not None else None
    return given.last_verified_on if given else None


def _names_checked(policies: Policies, builder: Builder) -> None:
    """Every service is called as the text prints it; a wrapped cell does not count as another name."""
    printed = {name: "".join(text.split()) for name, text in policies.texts.items()}
    for service in policies.services.values():
        named = service.name_status == "text"
        if named and "".join(service.name.split()) not in printed.get(service.pack.file, ""):
            file, place = builder.places[service.id, service.components[0].name]
            builder.reader.tell(file, (place[0], "name"), "name_not_printed", name=service.name)


def _rules_checked(policies: Policies, service: Service, builder: Builder) -> None:
    """Each condition can come true and can fail, each part matters, each amount can apply and only one does."""
    for part in service.components:
        file, place = builder.places[service.id, part.name]
        for rule in part.rules:
            view = View(policies.facts, Case(rule.valid_from, {}, (Person(_WHO),)))
            residual: Residual = rule.node.reduce(view, _WHO) if rule.node is not None else True
            if rule.node is not None:
                _decides(view, residual, partial(builder.reader.tell, file, place))
            if len(rule.amounts) > 1:
                _amounts_checked(view, rule, residual, builder, file, place)


def _decides(view: View, residual: Residual, tell: Callable[..., None]) -> None:
    if residual is False:
        return  # written so: never, or an office's word
    found = dict.fromkeys(variable for variable, _test in occurrences(residual)) if residual is not True else {}
    if len(found) > _MAX_VARIABLES:
        return
    settled, matter = settle(view, residual)
    if settled is True:
        tell("always")
    elif settled is False:
        tell("impossible")
    else:
        for fact, _owner in found.keys() - set(matter):
            tell("dead", fact=fact.removeprefix(AGENCY))


def _amounts_checked(view: View, rule: Rule, due: Residual, builder: Builder, file: str, place: Place) -> None:
    earlier: list[tuple[int, Residual]] = []
    for at, (node, amount) in enumerate(rule.amounts):
        when: Residual = True if node is None else node.reduce(view, _WHO)
        reached = conjunction((due, when, negation(disjunction(condition for _at, condition in earlier))))
        if len({variable for variable, _test in occurrences(reached)} if _open(reached) else ()) > _MAX_VARIABLES:
            return
        if earlier and settle(view, reached)[0] is False:
            builder.reader.tell(file, (*place, "amount", at), "amount_unreached", n=at + 1)
        elif node is not None:
            for n, condition in earlier:
                both = conjunction((due, when, condition))
                other = rule.amounts[n][1]
                alike = (amount.amount, amount.low, amount.high) == (other.amount, other.low, other.high)
                if not alike and settle(view, both)[0] is not False:
                    builder.reader.tell(file, (*place, "amount", at), "amount_overlap", n=n + 1, m=at + 1)
        earlier.append((at, when))


def _open(residual: Residual) -> bool:
    return residual is not True and residual is not False


def _case_checked(policies: Policies, file: str, place: int, case: Expectation, reader: Reader) -> bool:
    """Whether a case comes out as it says."""
    service = policies.services.get(case.service) or policies.by_name.get(case.service)
    if service is None or (case.component is not None and service.component(case.component) is None):
        asked = case.service if service is None else f"{case.service} / {case.component}"
        reader.tell(file, (place,), "case_service", title=case.title, name=asked)
        return False
    try:
        if case_of(case).person(case.applicant) is None:
            reader.tell(file, (place, "applicant"), "case_applicant", title=case.title, name=case.applicant)
            return False
        misses = run_case(policies, case)
    except (ValueError, ArithmeticError, LookupError, TypeError, RecursionError) as trouble:
        reader.tell(file, (place,), "case_fails", title=case.title, problem=str(trouble)[:120])
        return False
    for miss in misses:
        reader.tell(file, (place,), "case_differs", title=case.title, miss=miss)
    return not misses


def _counts(policies: Policies, builder: Builder, cases: int) -> Counts:
    found: Counter[str] = Counter()
    written: list[tuple[Condition, ...]] = [
        (rule.node.condition,) for rule in _rules(policies) if rule.node is not None
    ]
    written += [tuple(node.condition for node, _a in rule.amounts if node is not None) for rule in _rules(policies)]
    for condition in (*(each for group in written for each in group), *(t.when for t in policies.terms.values())):
        found.update(leaf.status for leaf in _leaves(condition))
    return Counts(
        packs=len(policies.packs),
        services=len(policies.services),
        facts=len(policies.facts),
        cases=cases,
        quotes=len(builder.shared.quoted),
        text=found["text"],
        interpreted=found["interpreted"],
        outside=found["outside"],
    )


def _rules(policies: Policies) -> Iterator[Rule]:
    for service in policies.services.values():
        for part in service.components:
            yield from part.rules


def _leaves(condition: Condition) -> Iterator[Condition]:
    for part, _place in walk(condition, ()):
        if next(part.below(), None) is None:
            yield part
