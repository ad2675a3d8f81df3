"""Run by the OpenFisca environment of the bench, never by the application: our rules as OpenFisca formulas, timed.

usage: bench_openfisca_child.py PEOPLE < rules.json     (made by desktop.bench_openfisca)

Answers one JSON line: how many rules, milliseconds to build the system, to enter the facts and to work every rule out,
the most memory held in megabytes, and how many people meet each rule (so that nothing can be optimised away).
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core import entities, simulation_builder, taxbenefitsystems, variables
from openfisca_core.periods import DateUnit

PERIOD = "2026-01"
KINDS: dict[str, Any] = {"bool": (bool, bool), "code": (int, np.int32), "number": (float, np.float32)}


def system_of(told: dict[str, Any]) -> Any:
    """The tax and benefit system: one entity of people, one of households, a variable for each fact, term and rule."""
    person = entities.Entity("person", "people", "", "")
    household = entities.GroupEntity("household", "households", "", "", roles=[{"key": "member", "plural": "members"}])
    system = taxbenefitsystems.TaxBenefitSystem([person, household])
    entity = {"person": person, "household": household}
    for fact in told["facts"]:
        kind = KINDS[fact["kind"]][0]
        made = {"value_type": kind, "entity": entity[fact["level"]], "definition_period": DateUnit.MONTH}
        system.add_variable(type(fact["name"], (variables.Variable,), made))
    for rule in told["rules"]:
        made = {
            "value_type": bool,
            "entity": entity[rule["level"]],
            "definition_period": DateUnit.MONTH,
            "formula": formula(rule["expression"]),
        }
        system.add_variable(type(rule["name"], (variables.Variable,), made))
    return system


def formula(expression: str) -> Any:
    """A rule's expression over self (the population), h (its households) and p (the period) as OpenFisca calls it."""
    code = compile(expression, "rule", "eval")

    def run(population: Any, period: Any) -> Any:
        return eval(code, {"np": np, "self": population, "p": period})  # noqa: S307  # the bench's own text

    return run


def drawn(dice: np.random.Generator, fact: dict[str, Any], count: int) -> Any:
    """Values of a fact for so many people or households."""
    if fact["kind"] == "bool":
        return dice.random(count) < fact["share"]
    low, high = fact["range"]
    if fact["kind"] == "code":
        return dice.integers(low, high + 1, count, dtype=np.int32)
    return (low + dice.random(count) * (high - low)).astype(np.float32)


def peak_mb() -> float:
    """The most memory this process held, in megabytes; 0 where the system does not tell (only Linux does)."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def main() -> None:
    """Build, fill in, work out, tell."""
    people = int(sys.argv[1])
    told = json.load(sys.stdin)
    began = time.perf_counter()
    system = system_of(told)
    built = time.perf_counter()
    dice = np.random.default_rng(7)
    sizes = dice.integers(1, 6, people)
    member_of = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[:people]
    households = int(member_of[-1]) + 1
    builder = simulation_builder.SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(people))
    declared = builder.declare_entity("household", np.arange(households))
    builder.join_with_persons(declared, member_of, np.array(["member"] * people))
    simulation = builder.build(system)
    for fact in told["facts"]:
        count = people if fact["level"] == "person" else households
        simulation.set_input(fact["name"], PERIOD, drawn(dice, fact, count))
    filled = time.perf_counter()
    meet = [int(simulation.calculate(rule["name"], PERIOD).sum()) for rule in told["rules"] if rule["counted"]]
    done = time.perf_counter()
    answer = {
        "rules": len(meet),
        "build_ms": (built - began) * 1000,
        "fill_ms": (filled - built) * 1000,
        "work_ms": (done - filled) * 1000,
        "peak_mb": peak_mb(),
        "meet": meet,
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
