"""What `looks` does before it looks at printing: a job half printed; dialogs with printers that are invented."""

from typing import TYPE_CHECKING, Any

from desktop.hands import HandsError
from desktop.printers import Options, Printer
from models.services.print_queue import Wish

if TYPE_CHECKING:
    from desktop.shell import Shell

PRINTERS = (
    Printer(
        "HP-LaserJet-Pro-M405dn", True, True, (("Auto", "自动选择"), ("Tray1", "纸盒 1"), ("Tray2", "纸盒 2")), True
    ),
    Printer("窗口 Pantum-P3010", False, True, (), False),
)


def half_printed(shell: "Shell") -> None:
    """A job that stopped half-way: printed, unsure, failed and waiting papers."""
    queue = shell.casebook.print_queue
    letters = [view.letters[0].id for view in shell.casebook.referrals.all() if view.letters]
    if not letters:
        raise HandsError("there is no letter to print")
    if not queue.jobs():
        wishes = [Wish("letter", f"{letters[0]}", {"n": n}, "letter", f"劝花社转〔2026〕{n}号") for n in range(1, 31)]
        job = queue.enqueue("转介单（30 份）", wishes, printer=PRINTERS[0].name, options=Options().stored())
        queue.begin(job)
        sent = queue.next(job, 12)
        queue.sent(sent)
        queue.printed([item.id for item in sent[:8]])
        queue.failed([sent[8].id], "characters")
        queue.recover()
    page: Any = shell.page
    page.open()


def ask_printer(shell: "Shell") -> None:
    """The dialog that asks for the printer, for three papers of which one was printed before."""
    from desktop.widgets.print_dialog import PrintDialog

    PrintDialog(shell, PRINTERS, lambda _printer, _options: None, lambda: None, papers=1, reprints=1).open()


def ask_protection(shell: "Shell") -> None:
    """The dialog that asks how files are protected."""
    from desktop.widgets.save_dialog import SaveDialog

    SaveDialog(shell, lambda _wish: None, papers=3).open()


def choose_letters(shell: "Shell") -> None:
    """The letters of the list, with boxes."""
    page: Any = shell.page
    page.print_several()


def ask_list_as_paper(page: Any) -> None:
    """The dialog that writes a list, to be printed: it asks how the file is protected."""
    page.ask_export()
    page.dialog.as_paper.click()
