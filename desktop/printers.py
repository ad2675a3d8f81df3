"""The printers of this computer: through CUPS where there is one, else through Qt as pictures of the pages.

Each paper is a CUPS job of its own, not a chunk of papers with a map of pages: CUPS tells of jobs what became of them,
of pages it does not. So what is on paper is known paper by paper, two residents never share a sheet when both sides are
printed, and a paper can be taken back as long as it has not left the queue. It costs one call of `lp` for each, some
30 ms, when a printer needs seconds. Papers go through standard input: none is written to a file of ours on the way.

Nothing here is called on the window's thread except `qt_printers`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.errors import Problem
from models.texts import _

PATIENCE = 20.0
"""How long a program of CUPS may take to answer, in seconds."""

DOTS = 300
"""Dots per inch where pages are printed as pictures."""

SIDES = {"": "", "one": "one-sided", "long": "two-sided-long-edge", "short": "two-sided-short-edge"}
"""Our names for the sides that are printed, and those of CUPS; "" leaves it to the printer."""

_STANDARD = {(595, 842): "A4", (842, 1191): "A3", (420, 595): "A5", (499, 709): "B5", (612, 792): "Letter"}


class NoPrinter(Problem):
    """There is no printer."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "No printer was found. The letter is kept. Connect a printer and print again, or save the letter as a PDF."
        )


class PrinterRefused(Problem):
    """The printer's program did not take the job. Facts: printer."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "“{printer}” did not take the letter. Nothing was printed and the letter is kept. "
            "Check that the printer is on, then print again."
        ).format(**self.facts)


@dataclass(frozen=True)
class Printer:
    """A printer. trays: its paper sources by their codes; duplex: whether it can print both sides, None unknown."""

    name: str
    is_default: bool = False
    cups: bool = True
    trays: tuple[tuple[str, str], ...] = ()
    duplex: bool | None = None


@dataclass(frozen=True)
class Options:
    """How papers are printed. sides: a key of SIDES; tray: a code of the printer, "" its own; pages: "1-3, 5"."""

    copies: int = 1
    sides: str = ""
    tray: str = ""
    pages: str = ""

    def stored(self) -> dict[str, Any]:
        """As it is kept in the queue."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Options":
        """From the queue; what an older or newer program wrote beside it is passed over."""
        known = cls()
        sides = str(stored.get("sides", ""))
        return cls(
            copies=max(int(stored.get("copies", known.copies)), 1),
            sides=sides if sides in SIDES else "",
            tray=str(stored.get("tray", "")),
            pages=str(stored.get("pages", "")),
        )


@dataclass(frozen=True)
class PrinterState:
    """How a printer is: whether it stopped, and why in the words or codes of CUPS."""

    stopped: bool = False
    reasons: tuple[str, ...] = ()


# CUPS.


def has_cups() -> bool:
    """Whether the programs of CUPS are here."""
    return sys.platform != "win32" and all(shutil.which(name) for name in ("lp", "lpstat", "cancel"))


def cups_printers() -> list[str]:
    """The names of the printers that CUPS knows, the default one first; none where there is no CUPS."""
    if not has_cups():
        return []
    names = _ask("lpstat", "-e").split()
    default = _ask("lpstat", "-d").rpartition(":")[2].strip()
    return sorted(names, key=lambda name: name != default)


def all_printers() -> list[Printer]:
    """Every printer with its trays, the default one first: those of CUPS, else those that Qt finds."""
    names = cups_printers()
    if names:
        return [_cups_printer(name, is_default=not place) for place, name in enumerate(names)]
    return qt_printers()


def _cups_printer(name: str, *, is_default: bool) -> Printer:
    options = read_options(_ask("lpoptions", "-p", name, "-l")) if shutil.which("lpoptions") else {}
    trays = next((options[key] for key in ("InputSlot", "MediaSource", "media-source") if key in options), ())
    duplex = next((options[key] for key in ("Duplex", "sides", "JCLDuplex", "EFDuplex") if key in options), None)
    both = None if not options else duplex is not None and len(duplex) > 1
    return Printer(name, is_default, True, tuple((tray, tray_name(tray)) for tray in trays), both)


def read_options(answer: str) -> dict[str, tuple[str, ...]]:
    """The choices of each option that `lpoptions -l` tells, the printer's own first.

    A line is `InputSlot/Media Source: *Auto Tray1 Tray2`; the star marks what holds unless another is chosen.
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in answer.splitlines():
        head, colon, choices = line.partition(":")
        if not colon:
            continue
        words = choices.split()
        own = [word[1:] for word in words if word.startswith("*")]
        found[head.split("/")[0].strip()] = tuple(own + [word for word in words if not word.startswith("*")])
    return found


def tray_name(code: str) -> str:
    """What a paper source is called for the worker; the printer's own code where it is none of the usual."""
    known = {
        "auto": _("Automatic"),
        "autoselect": _("Automatic"),
        "manual": _("By hand"),
        "manualfeed": _("By hand"),
        "multipurpose": _("Multi-purpose tray"),
        "mptray": _("Multi-purpose tray"),
        "bypass": _("Multi-purpose tray"),
        "upper": _("Upper tray"),
        "lower": _("Lower tray"),
        "middle": _("Middle tray"),
        "envelope": _("Envelopes"),
        "rear": _("Rear tray"),
        "main": _("Main tray"),
    }
    plain = re.sub(r"[\s_-]", "", code).casefold()
    if plain in known:
        return known[plain]
    numbered = re.fullmatch(r"(?:tray|cassette|drawer)(\d+)", plain)
    return _("Tray {n}").format(n=int(numbered[1])) if numbered else code


def media(width: float, height: float) -> str:
    """What CUPS calls a sheet of this size in points, upright or not: A4, A5, or its millimetres (16K: 184 x 260)."""
    small, large = sorted((width, height))
    for (w, h), name in _STANDARD.items():
        if abs(small - w) <= 3 and abs(large - h) <= 3:
            return name
    return f"Custom.{round(small / 72 * 25.4)}x{round(large / 72 * 25.4)}mm"


def submit(pdf: bytes, printer: str, options: Options, title: str, size: tuple[float, float]) -> str:
    """Hand one paper to CUPS and return its ticket (Front-12). Size: of its first page in points.

    Printed at 100 per cent always: the margins of the standard and the size of the code on it hang on that. The title
    is shown to whoever looks at the printer's queue. Raises PrinterRefused.
    """
    words = ["lp", "-d", printer, "-n", str(options.copies), "-t", title]
    words += ["-o", f"media={media(*size)}", "-o", "print-scaling=none", "-o", "fit-to-page=false"]
    if SIDES[options.sides]:
        words += ["-o", f"sides={SIDES[options.sides]}"]
    if options.tray:
        words += ["-o", f"InputSlot={options.tray}"]
    if options.copies > 1:
        words += ["-o", "collate=true"]
    try:
        answer = _run([*words, "-"], pdf)
    except (OSError, subprocess.SubprocessError) as trouble:
        raise PrinterRefused(printer=printer) from trouble
    found = re.search(r"request id is (\S+)", answer.stdout.decode("utf-8", "replace"))
    if answer.returncode or found is None:
        raise PrinterRefused(printer=printer)
    return found[1]


def became(tickets: Sequence[str], printer: str) -> dict[str, str]:
    """What became of papers, by ticket: waiting (in the queue), printing (the printer has begun), out (it left the
    queue), lost (cancelled or given up), unknown (CUPS does not know it, or does not answer).

    CUPS 2.4 gives a finished job the reason processing-to-stop-point, as it does a cancelled one: only what says that
    it was cancelled or given up counts as lost.
    """
    kinds = [_ask_or_none("lpstat", "-l", "-W", kind, "-o", printer) for kind in ("not-completed", "completed")]
    waiting, ended = (read_jobs(kind or "") for kind in kinds)
    found = {}
    for ticket in tickets:
        if ticket in waiting:
            found[ticket] = "printing" if any(_BEGUN.match(reason) for reason in waiting[ticket]) else "waiting"
        elif ticket in ended and kinds[1] is not None:
            found[ticket] = "lost" if any(_LOST.search(reason) for reason in ended[ticket]) else "out"
        else:
            found[ticket] = "unknown"
    return found


_BEGUN = re.compile(r"job-printing|job-transforming|processing")
_LOST = re.compile(r"cancel|abort|error", re.I)


def read_jobs(answer: str) -> dict[str, tuple[str, ...]]:
    """The jobs that `lpstat -l -o` tells: ticket -> why it is as it is, in codes (job-completed-successfully)."""
    found: dict[str, tuple[str, ...]] = {}
    ticket = ""
    for line in answer.splitlines():
        if line and not line[0].isspace():
            ticket = line.split()[0]
            found[ticket] = ()
        elif ticket and line.strip().startswith("Alerts:"):
            found[ticket] = tuple(line.partition(":")[2].split())
    return found


def printer_state(printer: str) -> PrinterState:
    """Whether a printer stopped, and why: jammed, out of paper, switched off by somebody."""
    return read_state(_ask("lpstat", "-l", "-p", printer))


def read_state(answer: str) -> PrinterState:
    """From what `lpstat -l -p` tells of one printer."""
    lines = answer.splitlines()
    if not lines:
        return PrinterState()
    disabled = " disabled " in f"{lines[0]} "
    alerts = next((line.partition(":")[2].split() for line in lines if line.strip().startswith("Alerts:")), [])
    errors = tuple(alert for alert in alerts if alert.endswith("-error") or _STOPS.search(alert))
    said = lines[1].strip() if disabled and len(lines) > 1 and ":" not in lines[1] else ""
    return PrinterState(disabled or bool(errors), errors or ((said,) if said else ()))


_STOPS = re.compile(
    r"^(media-jam|media-empty|media-needed|toner-empty|marker-supply-empty|cover-open|door-open|offline)"
)


def state_words(state: PrinterState) -> str:
    """Why a printer stopped, for the worker."""
    known = {
        "media-jam": _("Paper jam"),
        "media-empty": _("Out of paper"),
        "media-needed": _("Out of paper"),
        "toner-empty": _("Out of toner"),
        "marker-supply-empty": _("Out of toner"),
        "cover-open": _("A cover is open"),
        "door-open": _("A cover is open"),
        "offline": _("The printer is off or not connected"),
        "paused": _("The printer was paused"),
    }
    words = []
    for reason in state.reasons:
        plain = re.sub(r"-(error|warning|report)$", "", reason)
        words.append(known.get(plain.casefold(), reason))
    return _(", ").join(dict.fromkeys(words)) or _("The printer was paused")


def take_back(tickets: Sequence[str]) -> None:
    """Cancel papers that have not left the queue of CUPS; those that have are passed over."""
    if tickets:
        _ask("cancel", *tickets)


def _run(words: Sequence[str], given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603  # the programs of CUPS, found on PATH like everywhere
        words,
        input=given,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )


def _ask(*words: str) -> str:
    return _ask_or_none(*words) or ""


def _ask_or_none(*words: str) -> str | None:
    try:
        answer = _run(words)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.decode("utf-8", "replace") if answer.returncode == 0 else None


# Qt.


def qt_printers() -> list[Printer]:
    """The printers that Qt finds (on Windows, those of the control panel), the default one first."""
    from PySide6.QtPrintSupport import QPrinterInfo

    default = QPrinterInfo.defaultPrinterName()
    made = []
    for name in QPrinterInfo.availablePrinterNames():
        info = QPrinterInfo.printerInfo(name)
        both = len(info.supportedDuplexModes()) > 1
        made.append(Printer(name, name == default, False, (), both))
    return sorted(made, key=lambda printer: not printer.is_default)


def print_pictures(
    pdf: bytes,
    printer: str,
    options: Options,
    title: str,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], object] = lambda _done, _of: None,
    file: str = "",
) -> bool:
    """Print pictures of the pages, one after another, at 100 per cent; false where it was cancelled on the way.

    For computers without CUPS. Called off the window's thread: a page takes some 200 ms. `file` prints into a PDF, for
    tests. Raises PrinterRefused.
    """
    from PySide6.QtCore import QMarginsF, QSizeF
    from PySide6.QtGui import QPageLayout, QPageSize, QPainter
    from PySide6.QtPrintSupport import QPrinter

    from desktop.widgets.pdf_pages import page_sizes, picture

    sizes = page_sizes(pdf)
    device = QPrinter(QPrinter.PrinterMode.HighResolution)
    if file:
        device.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        device.setOutputFileName(file)
    else:
        device.setPrinterName(printer)
    device.setResolution(DOTS)
    device.setDocName(title)
    device.setFullPage(True)
    device.setCopyCount(options.copies)
    modes = {"one": "DuplexNone", "long": "DuplexLongSide", "short": "DuplexShortSide"}
    if options.sides:
        device.setDuplex(getattr(QPrinter.DuplexMode, modes[options.sides]))

    def lay(size: tuple[float, float]) -> None:
        wide = size[0] > size[1]
        upright = QSizeF(min(size), max(size))
        way = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
        paper = QPageSize(upright, QPageSize.Unit.Point)
        device.setPageLayout(QPageLayout(paper, way, QMarginsF(0, 0, 0, 0)))

    lay(sizes[0])
    painter = QPainter()
    if not painter.begin(device):
        raise PrinterRefused(printer=printer)
    for number, size in enumerate(sizes):
        if cancelled():
            device.abort()
            painter.end()
            return False
        if number:
            lay(size)
            device.newPage()
        image = picture(pdf, number, DOTS / 72)
        # The sheet as the device sees it: full page, so its corner is that of the paper, not of what can be printed.
        painter.drawImage(device.paperRect(QPrinter.Unit.DevicePixel), image)
        progress(number + 1, len(sizes))
    if not painter.end():
        raise PrinterRefused(printer=printer)
    return True
