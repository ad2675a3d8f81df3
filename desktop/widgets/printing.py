"""The one way to print, and to save as PDF, in the whole program: papers that are made from records.

`print_papers(shell, [PaperItem("letter", letter_id, label=number)], title)` asks for the printer and puts the papers
into the queue; `save_papers` writes them to files. Both journal what was printed or left the casebook.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import paper_kinds, printers
from desktop.paper_kinds import PaperItem
from desktop.print_runner import runner_of
from desktop.printers import NoPrinter, Options, Printer
from desktop.widgets import save_dialog
from desktop.widgets.list_export import write_bytes
from desktop.widgets.print_dialog import PrintDialog
from desktop.widgets.save_dialog import SaveDialog, SaveWish, safe_name
from models.clock import today
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell

__all__ = ["PaperItem", "print_papers", "save_papers"]

SETTING = "printing"
"""Name of the setting that remembers printer, sides and trays."""


def print_papers(shell: "Shell", items: Sequence[PaperItem], title: str, said: str = "") -> None:
    """Ask for printer and copies, then print off the window's thread, in the order given.

    title: of the whole, without names of persons; it is shown in the queue. said: what the worker is told once the
    papers went to the printer. Where there is no printer, saving as PDF is offered.
    """
    if not items:
        return
    queue, settings = shell.casebook.print_queue, shell.casebook.settings
    wishes = [item.wish() for item in items if paper_kinds.says_again(item.paper)]

    def asked(found: tuple[int, dict[str, Any], list[Printer]]) -> None:
        reprints, kept, here = found
        here = here or printers.qt_printers()
        if not here:
            save_papers(shell, items, title, why=NoPrinter().sentence())
            return

        def wished(printer: Printer, options: Options) -> None:
            trays = {**kept.get("trays", {}), printer.name: options.tray}
            remember = {"printer": printer.name, "sides": options.sides, "trays": trays}
            shell.tasks.run(lambda: settings.set(SETTING, remember))
            runner_of(shell).start(items, title, printer, options, said or _told(items))

        name = str(kept.get("printer", ""))
        last = Options.read({"sides": kept.get("sides", ""), "tray": kept.get("trays", {}).get(name, "")})
        PrintDialog(
            shell,
            here,
            wished,
            lambda: save_papers(shell, items, title),
            papers=len(items),
            reprints=reprints,
            remembered=(name, last),
        ).open()

    def known(records: tuple[int, dict[str, Any]]) -> None:
        shell.tasks.outside(
            lambda: printers.all_printers() if printers.has_cups() else [],
            lambda here: asked((*records, here)) if not shell.is_locked else None,
            owner=shell,
        )

    shell.tasks.read(lambda: (queue.printed_before(wishes), dict(settings.get(SETTING, {}))), known, owner=shell)


def _told(items: Sequence[PaperItem]) -> str:
    return ngettext("{n} paper went to the printer.", "{n} papers went to the printer.", len(items)).format(
        n=len(items)
    )


def save_papers(shell: "Shell", items: Sequence[PaperItem], title: str, why: str = "") -> SaveDialog:
    """Ask how the files are protected and where they go, then write them off the window's thread; journalled.

    Returns the dialog that asks, which is open then.
    """

    def wished(wish: SaveWish) -> None:
        if wish.each and len(items) > 1:
            place = save_dialog.ask_folder(shell)
        else:
            place = save_dialog.ask_file(shell, f"{file_name(shell, items, title)}.pdf")
        if place is not None:
            _write(shell, items, title, wish, place)

    dialog = SaveDialog(shell, wished, papers=len(items), why=why)
    dialog.open()
    return dialog


def file_name(shell: "Shell", items: Sequence[PaperItem], title: str) -> str:
    """What a file is called unless the worker names it: a number or kind and the day, no names of persons."""
    words = items[0].label or paper_kinds.title_of(items[0].paper) if len(items) == 1 else title
    return safe_name(f"{words}_{today(shell.clock).isoformat()}")


def _write(shell: "Shell", items: Sequence[PaperItem], title: str, wish: SaveWish, place: Path) -> None:
    casebook = shell.casebook

    def work(progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> int:
        from reports.protecting import joined, protect

        def finished(pdf: bytes) -> bytes:
            return protect(pdf, wish.passphrase) if wish.passphrase else pdf

        each = wish.each and len(items) > 1
        if not each and len(items) > 1 and (many := paper_kinds.make_many(casebook, items)):
            casebook.print_queue.exported([item.wish() for item in items], protected=bool(wish.passphrase))
            write_bytes(place, finished(many))
            return len(items)
        made, saved = [], 0
        for number, item in enumerate(items, 1):
            if cancelled():
                return saved
            pdf = item.pdf or paper_kinds.make(casebook, item.paper, item.subject_id, item.argument, again=False)
            if each:
                casebook.print_queue.exported([item.wish()], protected=bool(wish.passphrase))
                name = safe_name(f"{number:03}_{item.label or paper_kinds.title_of(item.paper)}")
                write_bytes(place / f"{name}.pdf", finished(pdf))
                saved += 1
            else:
                made.append(pdf)
            progress(number, len(items))
        if made:
            casebook.print_queue.exported([item.wish() for item in items], protected=bool(wish.passphrase))
            write_bytes(place, finished(joined(made, title)))
            saved = len(made)
        return saved

    def done(saved: int) -> None:
        if not saved:
            return
        words = _("Saved as “{name}”.").format(name=place.name)
        if wish.passphrase:
            words += " " + _("Only its passphrase opens it.")
        else:
            words += " " + _("The file holds personal data and is not protected.")
        shell.say(words)

    if len(items) == 1:
        shell.tasks.run(lambda: work(lambda _done, _of: None, lambda: False), done, owner=shell)
    else:
        shell.tasks.long(work, done, owner=shell, title=_("Saving as PDF"))
