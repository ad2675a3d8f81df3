"""Set up Jinmen's environment once, then run the command asked for. Standard library only.

The packages come from requirements.lock with their hashes checked; from the folder wheels/ beside this file when it
exists (no network needed), else from the package index that pip is set up for.
"""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PEERS = HERE / ".venv-bench"  # what the bench measures beside us; no part of the application
AUDIT = HERE / ".venv-audit"  # what looks at our supply chain; no part of the application
LOCKS = {folder: HERE / f"requirements{folder.name[5:]}.lock" for folder in (VENV, PEERS, AUDIT)}
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

USAGE = """\
run                          open the application (without a screen: the demonstration)
run test [PYTEST ARGUMENTS]  lint and, beside it, all tests
run lint                     format, lint, types and import contracts
run demo OUT                 the whole job by itself through the real windows; pictures and papers in OUT
run looks OUT                every page in every size as a picture; says what is cut, see OUT/cut.json
run bench [--json FILE]      the speed table
run check CASES ANSWERS      answer a file of eligibility cases
run pack WHAT ...            policy packs: check DIR, diff A B REGISTER, sign, show, key (run pack -h)
run forms check FOLDER       read questionnaires that others wrote (XLSForm), fill each in, list what is wrong
run office WHAT ...          an office's server without a screen: init, import, export, status ... (run office -h)
run verify FILE... --card C  whether letters (PDF, scan, text) are genuine, by the cards of offices (run verify -h)
run battery [N]              the long form of the tests with random operations: N of them (5000)
run simulate [--seeds N]     the proof of sync: offices, laptops, accidents in N histories (1000); --mutants, --machine
run torture [--short]        proof by breaking: kills, power cuts, full disks, damage, hostile files, leaks; a table
run supply OUT               licences, bill of materials (CycloneDX), known vulnerabilities (pip-audit --strict)
run texts                    bring the translation catalogue up to date with the code
run help                     this text
"""


def environment(folder: Path, *after: str) -> Path:
    """The interpreter of an environment with the packages of its lock; made unless its stamp says that it is there.

    after: a module to run in it before it counts as made. Raises CalledProcessError where it cannot be made.
    """
    lock, stamp, python = LOCKS[folder], folder / "jinmen.stamp", folder / PYTHON.relative_to(VENV)
    made_from = hashlib.sha256(lock.read_bytes()).hexdigest() + " " + sys.version.split()[0]
    if stamp.exists() and stamp.read_text() == made_from and python.exists():
        return python
    print(f"run: setting up {folder.name} (once) ...", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    install += ["--only-binary", ":all:", "-r", str(lock)]
    if folder == VENV and (HERE / "wheels").is_dir():
        install += ["--no-index", "--find-links", str(HERE / "wheels")]
    subprocess.run(install, check=True)
    for module in after:
        subprocess.run([str(python), "-m", module], check=True, cwd=HERE)
    stamp.write_text(made_from)
    return python


def peers() -> str:
    """The interpreter of the programs that the bench measures beside us; "" where they cannot be installed."""
    try:
        return str(environment(PEERS))
    except subprocess.CalledProcessError:
        print("run: the others could not be installed; their rows are left out", file=sys.stderr, flush=True)
        return ""


def lint(*, quiet: bool = False) -> tuple[int, str]:
    """Run every check of form, whatever the earlier ones say: the number that failed, and, if quiet, what they said."""
    checks = [
        ["-m", "ruff", "format", "--check", "--quiet", "."],
        ["-m", "ruff", "check", "--quiet", "."],
        ["-m", "mypy"],
        ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
    ]
    failed, said = 0, ""
    into = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if quiet else {}
    for check in checks:
        done = subprocess.run([str(PYTHON), *check], cwd=HERE, **into)
        failed += done.returncode != 0
        said += (done.stdout or b"").decode("utf-8", "replace")
    return failed, said


def test_all(**environment: str) -> int:
    """Run all tests on two processors, and lint beside them: mypy alone would keep one of the two waiting.

    Three at once: many tests wait for programs that they start and kill.
    """
    with ThreadPoolExecutor() as beside:
        form = beside.submit(lint, quiet=True)
        tests = python("-m", "pytest", "-n", "3", "--dist", "worksteal", **environment)
        failed, said = form.result()
    print(f"\nrun: lint\n{said}", end="", flush=True)
    print("run: lint: " + (f"{failed} checks failed" if failed else "all is well"), flush=True)
    return 1 if failed or tests else 0


def has_screen() -> bool:
    """Whether a window can be shown to a person."""
    if os.environ.get("QT_QPA_PLATFORM") or os.name == "nt" or sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def python(*arguments: str, **environment: str) -> int:
    """Run the environment's Python in this folder."""
    return subprocess.run([str(PYTHON), *arguments], cwd=HERE, env={**os.environ, **environment}).returncode


def main(arguments: list[str]) -> int:
    """Do what the first word says."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in ("help", "-h", "--help"):
        print(USAGE, end="")
        return 0
    # Paths are the caller's: the programs below run in this folder.
    if command == "looks":  # the words after its folder are no paths
        rest = [a if a.startswith("-") else str(Path(a).absolute()) for a in rest[:1]] + rest[1:]
    elif command in ("demo", "bench", "check", "supply"):
        rest = [a if a.startswith("-") else str(Path(a).absolute()) for a in rest]
    elif command == "pack":
        rest = rest[:1] + [str(Path(a).absolute()) if Path(a).exists() else a for a in rest[1:]]
    elif command == "verify":
        rest = [str(Path(a).absolute()) if Path(a).exists() else a for a in rest]
    elif command == "forms":
        rest = rest[:1] + [str(Path(a).absolute()) for a in rest[1:]]
    elif command not in ("", "lint", "test", "texts", "battery", "simulate", "torture", "office"):
        print(f"run: unknown command: {command}\n{USAGE}", end="", file=sys.stderr)
        return 2
    environment(VENV, "reports.fonts")
    offscreen = {} if os.environ.get("QT_QPA_PLATFORM") else {"QT_QPA_PLATFORM": "offscreen"}
    if command == "lint":
        return 1 if lint()[0] else 0
    if command == "test":
        return python("-m", "pytest", *rest, **offscreen) if rest else test_all(**offscreen)
    if command == "battery":
        return python("-m", "pytest", "-m", "battery", JINMEN_BATTERY=rest[0] if rest else "5000", **offscreen)
    if command == "simulate":
        return python("-m", "tests.simulation", *rest)
    if command == "torture":
        return python("-m", "tests.torture", *rest, **offscreen)
    if command == "supply":
        return python("-m", "tests.house.supply", *(rest or ["supply-out"]), str(environment(AUDIT)), str(PYTHON))
    if command == "texts":
        return python("-m", "tests.house.catalogue")
    if command == "bench" and "--no-peers" not in rest:
        found = peers()
        rest += ["--peers", found] if found else []
    if command == "office":
        return python("-m", "desktop", command, *rest, JINMEN_CALLED_FROM=str(Path.cwd()), **offscreen)
    if command in ("demo", "looks", "bench", "check", "pack", "forms", "verify"):
        return python("-m", "desktop", command, *rest, **({} if has_screen() else offscreen))
    if not has_screen():
        out = HERE / "demo-out"
        print(f"run: there is no screen here, so the demonstration runs instead; look in {out}", flush=True)
        return python("-m", "desktop", "demo", str(out), **offscreen)
    return python("-m", "desktop")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
