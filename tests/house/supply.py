"""What the program is made of: licences, a bill of materials, and whether something in it is known to be vulnerable.

`./run supply OUT` writes OUT/sbom.json (CycloneDX), OUT/licences.csv and OUT/audit.json and ends with 1 where a licence
is not one that we may use, or where pip-audit finds something *or could not look everything up*: an audit that saw
nothing is no audit. The tools live in an environment of their own (requirements-audit.lock).
"""

import csv
import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
LOCK = HERE / "requirements.lock"
LICENCES = HERE / "resources" / "licences.toml"
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ]+)", re.M)
_JOINED = re.compile(r" (?:AND|OR) ")


def pinned(lock: Path = LOCK) -> dict[str, str]:
    """Package -> version, as the lock has them; of several versions (for several Pythons) the last."""
    return {name.lower(): version for name, version in _PINNED.findall(lock.read_text("utf-8"))}


def licences() -> dict[str, dict[str, str]]:
    """The list: program, tests, shipped (name -> SPDX expression) and allowed (SPDX id -> why)."""
    return tomllib.loads(LICENCES.read_text("utf-8"))


def wrong_licences(said: dict[str, dict[str, str]], packages: dict[str, str]) -> list[str]:
    """What is missing from the list, too much in it, or not allowed. Of "A OR B" one is enough, of "A AND B" not."""
    listed = said["program"] | said["tests"]
    wrong = [f"{name}: no licence is listed" for name in sorted(packages.keys() - listed.keys())]
    wrong += [f"{name}: is not in the lock" for name in sorted(listed.keys() - packages.keys())]
    for name, expression in sorted((listed | said["shipped"]).items()):
        parts = _JOINED.split(expression)
        known = [part in said["allowed"] for part in parts]
        if not (any(known) if " OR " in expression else all(known)):
            wrong.append(f"{name}: {expression} is not allowed")
    return wrong


def write_licences(target: Path) -> None:
    """The list as a table for people who ask."""
    said, versions = licences(), pinned()
    with target.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("part", "name", "version", "licence"))
        for part in ("program", "shipped", "tests"):
            table.writerows((part, name, versions.get(name, ""), spdx) for name, spdx in sorted(said[part].items()))


def main(arguments: list[str]) -> int:
    """Write what is asked for; the tools are run by the interpreter that is named second."""
    out, tools, program = Path(arguments[0]), arguments[1], arguments[2]
    out.mkdir(parents=True, exist_ok=True)
    wrong = wrong_licences(licences(), pinned())
    write_licences(out / "licences.csv")
    for sentence in wrong:
        print(f"supply: {sentence}", file=sys.stderr)
    bill = [tools, "-m", "cyclonedx_py", "environment", "--of", "JSON", "--output-reproducible"]
    bill += ["--pyproject", str(HERE / "pyproject.toml"), "-o", str(out / "sbom.json"), program]
    made = subprocess.run(bill).returncode
    look = [tools, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip", "-r", str(LOCK)]
    audit = subprocess.run([*look, "--format", "json", "-o", str(out / "audit.json")]).returncode
    said = {"licences": not wrong, "bill of materials": not made, "known vulnerabilities (none found)": not audit}
    for name, well in said.items():
        print(f"supply: {name}: {'well' if well else 'NOT WELL'}")
    return 0 if all(said.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
