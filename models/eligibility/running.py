"""The cases that travel with a pack, run by the application itself, so that an office can test a changed pack."""

from collections.abc import Callable
from dataclasses import dataclass

from models.eligibility.answers import all_missing
from models.eligibility.case import Case, Person
from models.eligibility.deciding import decide
from models.eligibility.determination import Determination
from models.eligibility.policies import Policies
from models.eligibility.schema import Expectation

_WORDS = {"符合": "eligible", "不符合": "not_eligible", "未定": "unknown"}


@dataclass(frozen=True)
class CaseResult:
    """One case that was run: file and title, and what came out differently (empty: as expected)."""

    file: str
    title: str
    misses: tuple[str, ...]


def run_cases(
    policies: Policies, decider: Callable[[Policies, Case, str, str, str | None], Determination] = decide
) -> list[CaseResult]:
    """Run every case of the packs. decider: what answers them (a test may put in one with a fault)."""
    return [CaseResult(file, case.title, tuple(_misses(policies, case, decider))) for file, case in policies.cases]


def run_case(policies: Policies, case: Expectation) -> tuple[str, ...]:
    """What comes out differently from what one case says. ValueError where a fact of it is none."""
    return tuple(_misses(policies, case, decide))


def case_of(expected: Expectation) -> Case:
    """The Case that an expectation describes."""
    people = tuple(
        Person(
            id=str(given["id"]),
            role=str(given.get("role", "")),
            facts={key: value for key, value in given.items() if key not in ("id", "role")},
        )
        for given in expected.people
    )
    return Case(on=expected.day, household=expected.household, people=people)


def _misses(
    policies: Policies,
    expected: Expectation,
    decider: Callable[[Policies, Case, str, str, str | None], Determination],
) -> list[str]:
    service = policies.services.get(expected.service) or policies.by_name.get(expected.service)
    if service is None:
        return [f"no such service: {expected.service}"]
    said = decider(policies, case_of(expected), expected.applicant, service.id, expected.component)
    found = []
    if said.outcome != _WORDS[expected.expect]:
        found.append(f"outcome {said.outcome}, expected {_WORDS[expected.expect]}")
    if expected.missing is not None:
        missing = {f"{part['fact']}@{part['of']}" for part in all_missing(said)}
        if missing != set(expected.missing):
            found.append(f"missing {sorted(missing)}, expected {sorted(expected.missing)}")
    for key, wanted in (
        ("number", expected.amount),
        ("number_min", expected.amount_low),
        ("number_max", expected.amount_high),
    ):
        given = getattr(said.amount, key) if said.amount else None
        if wanted is not None and given != wanted:
            found.append(f"{key} {given}, expected {wanted}")
    kind = said.amount.kind if said.amount else None
    if expected.kind is not None and kind != expected.kind:
        found.append(f"kind {kind}, expected {expected.kind}")
    lacking = [flag for flag in expected.flags if flag not in said.flags]
    if lacking:
        found.append(f"flags {list(said.flags)}, expected {lacking} among them")
    return found
