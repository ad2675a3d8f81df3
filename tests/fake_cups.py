"""A print system that prints into a folder: lp, lpstat, cancel and lpoptions as programs on PATH, as CUPS answers.

Its answers are those of CUPS 2.4 on Debian, written down from a real one. What it does is told by files in its folder:
`refuse` (lp takes nothing), `hold` (papers stay in the queue), `jam` holding a number (papers after it stay, and the
printer says that paper is stuck), `amnesia` (it knows no job any more).
"""

import os
import stat
from pathlib import Path

import pytest

from desktop.pdfium import opened

_LP = """#!/bin/sh
cd "{folder}"
test -e refuse && {{ cat >/dev/null; echo "lp: Error - The printer or class does not exist." >&2; exit 1; }}
n=$(($(ls jobs | grep -c "pdf$") + 1))
cat > jobs/$n.part
printf "%s\\n" "$@" > jobs/$n.args
printer=$2
if test -e hold || {{ test -e jam && test $n -gt "$(cat jam)"; }}
then echo waiting > jobs/$n.state; else echo out > jobs/$n.state; fi
mv jobs/$n.part jobs/$n.pdf
echo "request id is $printer-$n (0 file(s))"
"""

_LPSTAT = """#!/bin/sh
cd "{folder}"
case "$*" in
-e) printf "Back\\nFront\\n"; exit;;
-d) echo "system default destination: Front"; exit;;
*-p*) if test -e jam; then alert=media-jam-error; else alert=none; fi
  printf "printer Front is idle.  enabled since Sun Nov 22\\n\\tForm mounted:\\n\\tAlerts: %s\\n" $alert; exit;;
esac
test -e amnesia && exit 0
for state in jobs/*.state; do
  test -e "$state" || continue
  n=$(basename $state .state)
  read what < $state
  case "$*-$what" in
  *not-completed*-waiting) alerts=none;;
  *not-completed*-printing) alerts=job-printing;;
  *not-completed*) continue;;
  *-out) alerts=processing-to-stop-point;;
  *-cancelled) alerts=job-canceled-by-user;;
  *) continue;;
  esac
  printf "Front-%s root 1024 Sun Nov 22\\n\\tStatus: \\n\\tAlerts: %s\\n\\tqueued for Front\\n" $n $alerts
done
"""

_CANCEL = """#!/bin/sh
cd "{folder}/jobs"
for ticket in "$@"; do
  n=${{ticket##*-}}
  grep -q waiting $n.state && echo cancelled > $n.state
done
exit 0
"""

_LPOPTIONS = """#!/bin/sh
echo "PageSize/Page Size: Custom.WIDTHxHEIGHT *A4 A5 Letter"
echo "InputSlot/Media Source: *Auto Tray1 Tray2 ManualFeed"
if test "$2" = Front; then echo "Duplex/2-Sided Printing: *None DuplexNoTumble DuplexTumble"; fi
"""


class FakeCups:
    """The print system, and what it was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        (folder / "jobs").mkdir(parents=True, exist_ok=True)
        self.bin.mkdir(exist_ok=True)
        scripts = {"lp": _LP, "lpstat": _LPSTAT, "cancel": _CANCEL, "lpoptions": _LPOPTIONS}
        for name, script in scripts.items():
            (self.bin / name).write_text(script.format(folder=folder), encoding="utf-8")
            (self.bin / name).chmod(stat.S_IRWXU)

    def path(self) -> str:
        """PATH with these programs first."""
        return f"{self.bin}{os.pathsep}{os.environ['PATH']}"

    def set(self, name: str, content: str = "") -> None:
        """Tell it what to do from now on: refuse, hold, jam, amnesia."""
        (self.folder / name).write_text(content, encoding="utf-8")

    def unset(self, name: str) -> None:
        """It does so no more; papers that were held come out."""
        (self.folder / name).unlink(missing_ok=True)

    def put(self, number: int, state: str) -> None:
        """Say how a paper is: waiting, printing, out, cancelled."""
        (self.folder / "jobs" / f"{number}.state").write_text(state, encoding="utf-8")

    def release(self) -> None:
        """All that was held comes out."""
        self.unset("hold")
        self.unset("jam")
        for number in self.numbers("waiting"):
            self.put(number, "out")

    def numbers(self, state: str = "") -> list[int]:
        """The papers it was given, by number; only those in a state."""
        found = sorted(int(path.stem) for path in (self.folder / "jobs").glob("*.pdf"))
        return [number for number in found if not state or self.state(number) == state]

    def state(self, number: int) -> str:
        """How a paper is."""
        return (self.folder / "jobs" / f"{number}.state").read_text(encoding="utf-8").strip()

    def bytes(self, number: int) -> bytes:
        """What it was given."""
        return (self.folder / "jobs" / f"{number}.pdf").read_bytes()

    def arguments(self, number: int) -> list[str]:
        """With which words."""
        return (self.folder / "jobs" / f"{number}.args").read_text(encoding="utf-8").splitlines()

    def titles(self, state: str = "out") -> list[str]:
        """The titles of the papers in a state, in their order."""
        return [self.arguments(n)[self.arguments(n).index("-t") + 1] for n in self.numbers(state)]

    def text(self, number: int) -> str:
        """The words on a paper."""
        with opened(self.bytes(number)) as document:
            return "".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCups:
    """A print system in the place of the real one."""
    made = FakeCups(tmp_path / "cups")
    monkeypatch.setenv("PATH", made.path())
    return made
