"""What a part of the battery reports, and the table of all of them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field


@dataclass
class Figures:
    """One line of the table."""

    part: str
    asked: int  # how many were to be done
    done: int = 0
    inside: int | None = None  # how many hit while the thing was going on; None where that is no question
    wrong: int = 0
    note: str = ""
    needed_inside: int = 0
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)  # what was wrong, with the seed

    def fail(self, what: str) -> None:
        """Something was lost, torn or accepted."""
        self.wrong += 1
        self.said.append(what)
        print(f"WRONG {self.part}: {what}", flush=True)

    @property
    def good(self) -> bool:
        """Nothing wrong, nothing left out."""
        return not self.wrong and self.done >= self.asked and (self.inside or 0) >= self.needed_inside

    def line(self) -> str:
        """For whoever collects the lines of several processes."""
        return json.dumps(asdict(self), ensure_ascii=False)


def from_line(line: str) -> Figures:
    """What line() wrote."""
    return Figures(**json.loads(line))


def skipped(part: str, asked: int, why: str) -> Figures:
    """What this computer cannot do is said, and is no success."""
    return Figures(part, asked, note=f"NOT DONE: {why}")


def table(rows: Iterable[Figures]) -> str:
    """All figures below one another."""
    lines = [f"{'part':<26}{'asked':>8}{'done':>8}{'inside':>8}{'wrong':>7}{'s':>7}  "]
    lines.append("-" * 96)
    for row in rows:
        inside = "-" if row.inside is None else str(row.inside)
        mark = "" if row.good else "  <--" + ("" if row.wrong else " not all of it")
        lines.append(
            f"{row.part:<26}{row.asked:>8}{row.done:>8}{inside:>8}{row.wrong:>7}{row.seconds:>7.0f}  {row.note}{mark}"
        )
    return "\n".join(lines)
