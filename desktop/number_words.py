"""Letter numbers in words: ranges, blocks, what became of numbers, and the report as a list that can be written."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from models.services.numbering_views import FEW, BlockView, GapReport, Standing
from models.texts import _, language, ngettext
from reports.people_list import ListColumn, PeopleList, Value

if TYPE_CHECKING:
    from desktop.shell import Shell

EN_DASH = "–"


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as ranges, the lowest first: 3, 7, 8, 9 are (3, 3) and (7, 9)."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def range_text(first: int, last: int) -> str:
    """A range as it is shown: 7, or 7–9."""
    return str(first) if first == last else f"{first}{EN_DASH}{last}"


def holder_text(code: str, name: str, mine: bool) -> str:
    """Whose a block is."""
    if mine:
        return _("this computer ({code})").format(code=code)
    return f"{name} ({code})" if name else code


def standing_text(standing: Standing) -> str:
    """What the worker should know of where the next numbers come from."""
    if standing.keeper:
        return _("This computer keeps the letter numbers of the office: it never runs out, and gives blocks to others.")
    if standing.stopgap:
        return _(
            "No block of numbers is left here. Letters get numbers of this computer's own series, which clash with "
            "nobody's. Ask the computer that keeps the numbers for a block."
        )
    words = ngettext("{n} number is left here.", "{n} numbers are left here.", standing.left)
    if standing.few:
        words += " " + _("Ask the computer that keeps the numbers for the next block.")
    return words.format(n=standing.left)


def say_left(shell: "Shell", left: int | None) -> None:
    """Tell that few letter numbers are left here; None: this computer keeps them and never runs out."""
    if left is None or left > FEW:
        return
    words = _("The next letter gets a number of this computer's own series: no block of numbers is left here.")
    if left:
        words = ngettext("Only {n} letter number is left here.", "Only {n} letter numbers are left here.", left).format(
            n=left
        )
    words += " " + _("Ask the computer that keeps the numbers for the next block.")
    shell.notice(words, "warn")


def block_text(block: BlockView) -> str:
    """What became of a block so far, in a few words."""
    if block.closed:
        return _("closed: {reason}").format(reason=block.reason) if block.reason else _("closed")
    if block.mine:
        return _("{used} used, {left} left").format(used=block.used, left=block.left)
    return _("{used} heard of, {left} still open").format(used=block.used, left=block.left)


def gap_list(report: GapReport, office: str, worker: str, on: date) -> PeopleList:
    """The report as a list to be written: a line for each range, what became of it, and why."""
    rows: list[tuple[int, Sequence[Value]]] = []
    for one in report.spoilt:
        rows.append((one.serial, (range_text(one.serial, one.serial), _("spoilt"), one.reason, one.worker)))
    for part in report.unused:
        what = _("unused in a closed block") if part.closed else _("unused so far")
        holder = holder_text(part.holder, part.holder_name, part.mine)
        rows.append((part.first, (range_text(part.first, part.last), what, holder, "")))
    for first, last in ranges(report.missing):
        rows.append((first, (range_text(first, last), _("missing"), _("nobody knows what became of it"), "")))
    for double in report.doubles:
        said = "；".join(double.said) if language() == "zh_CN" else "; ".join(double.said)
        rows.append((double.serial, (range_text(double.serial, double.serial), _("used twice"), said, "")))
    for a, b in report.overlaps:
        first, last = max(a.first, b.first), min(a.last, b.last)
        both = f"{holder_text(a.holder, a.holder_name, a.mine)}, {holder_text(b.holder, b.holder_name, b.mine)}"
        rows.append((first, (range_text(first, last), _("given twice"), both, "")))
    return PeopleList(
        title=_("Letter numbers {series} {year}").format(series=report.series, year=report.year),
        office=office,
        worker=worker,
        made_on=on,
        columns=(
            ListColumn(_("Numbers"), 8),
            ListColumn(_("What became of them"), 12),
            ListColumn(_("Why, or with whom"), 36),
            ListColumn(_("Recorded by"), 8),
        ),
        rows=[row for _first, row in sorted(rows, key=lambda each: each[0])],
        told=(used_text(report),),
        language="zh" if language() == "zh_CN" else "en",
    )


def used_text(report: GapReport) -> str:
    """How many numbers stand on letters."""
    text = ngettext(
        "Numbers 1 to {through}: {used} stands on a letter.",
        "Numbers 1 to {through}: {used} stand on letters.",
        report.used,
    )
    return text.format(through=report.through, used=report.used)
