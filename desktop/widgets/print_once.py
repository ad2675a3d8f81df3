"""Printing a paper that is kept nowhere, not even in the queue: it goes to the printer from memory, once."""

from typing import TYPE_CHECKING

from desktop import printers
from desktop.printers import NoPrinter, Options, Printer
from desktop.widgets.print_dialog import PrintDialog
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


def print_once(shell: "Shell", pdf: bytes, title: str) -> None:
    """Ask for the printer and print off the window's thread. title: stands in the printer's queue, names nobody."""

    def known(here: list[Printer]) -> None:
        found = here or printers.qt_printers()
        if not found:
            shell.problem(NoPrinter())
            return
        PrintDialog(shell, found, wished, lambda: shell.notice(_("This paper is not kept as a file."), "warn")).open()

    def wished(printer: Printer, options: Options) -> None:
        def work() -> None:
            from desktop.widgets.pdf_pages import page_sizes

            if printer.cups:
                printers.submit(pdf, printer.name, options, title, page_sizes(pdf)[0])
            else:
                printers.print_pictures(pdf, printer.name, options, title)

        shell.tasks.outside(
            work, lambda _none: shell.say(_("The paper went to the printer.")), shell.problem, owner=shell
        )

    shell.tasks.outside(
        lambda: printers.all_printers() if printers.has_cups() else [],
        lambda here: known(here) if not shell.is_locked else None,
        owner=shell,
    )
