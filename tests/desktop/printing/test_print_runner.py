"""Papers come out in their order, each known to be out or not, whatever the printer, the worker or the lock does."""

from datetime import date

from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from desktop import paper_kinds, printers
from desktop.paper_kinds import PaperItem
from desktop.printers import Printer
from desktop.widgets.closing_dialog import ClosingDialog
from models.casebook import Casebook
from models.records.audit import Audit
from models.records.rounds import RoundEntry
from models.store.rows import table_of
from reports.letter import render_letter
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle
from tests.reports.letters import page_texts

TODAY = date(2026, 11, 22)


def journalled(book: Casebook, action: str = "print") -> list[str]:
    table = table_of(Audit)
    with book._book.reading() as connection:
        query = select(table.c.subject_id).where(table.c.action == action).order_by(table.c.chain, table.c.seq)
        return list(connection.execute(query).scalars())


def test_every_paper_is_a_job_of_its_own_with_its_number_and_is_journalled_once(printing):
    printing.start(copies=2)
    printing.done()
    assert printing.cups.titles() == printing.numbers
    assert printing.states() == ["printed"] * 4
    assert sorted(journalled(printing.shell.casebook)) == sorted(printing.letters)
    for number, letter in enumerate(printing.letters, 1):
        value = printing.shell.casebook.referrals.letter(letter)
        assert printing.cups.bytes(number) == render_letter(value)
        assert printing.cups.arguments(number)[2:4] == ["-n", "2"]


def test_the_bytes_that_are_shown_are_the_bytes_that_are_printed(printing):
    from tests.desktop.test_pdf_view import pdf

    printing.start([PaperItem("letter", printing.letters[0], label="1", pdf=pdf(2))])
    printing.done()
    assert printing.cups.bytes(1) == pdf(2)


def test_two_papers_of_one_record_keep_their_own_bytes(printing):
    from tests.desktop.test_pdf_view import pdf

    zh, en = {"language": "zh"}, {"language": "en"}
    printing.start([PaperItem("case_plan", "1", zh, pdf=pdf(1)), PaperItem("case_plan", "1", en, pdf=pdf(3))])
    printing.done()
    assert [printing.cups.bytes(1), printing.cups.bytes(2)] == [pdf(1), pdf(3)]


def test_a_paper_that_is_printed_again_says_so_and_a_list_for_our_own_work_is_as_it_was_shown(printing):
    book = printing.shell.casebook
    person = book.residents.ids()[0]
    home = book.households.of_resident(person)[0].id
    sheet = PaperItem("household_sheet", home, {"language": "zh"})
    walk = book.rounds.plan(RoundEntry(name="一轮", scope="list", starts_on=TODAY, household_ids=(home,))).id
    shown = paper_kinds.make(book, "round_list", walk, {}, again=False)
    for _time in range(2):
        printing.start([sheet, PaperItem("round_list", walk, pdf=shown)])
        printing.done()
    first, second = ("".join(page_texts(printing.cups.bytes(number))) for number in (1, 3))
    assert "补打：2026年11月22日" in second
    assert second.replace("补打：2026年11月22日", "") == first
    assert printing.cups.bytes(2) == printing.cups.bytes(4) == shown


def test_only_the_pages_that_are_wanted_go_to_the_printer(printing):
    from desktop.widgets.pdf_pages import page_sizes
    from tests.desktop.test_pdf_view import pdf

    printing.start([PaperItem("letter", printing.letters[0], label="1", pdf=pdf(5))], pages="2-3")
    printing.done()
    assert len(page_sizes(printing.cups.bytes(1))) == 2


def test_a_paper_that_cannot_be_made_is_told_and_the_others_are_printed(printing):
    items = printing.items()
    items.insert(1, PaperItem("letter", "nobody", label="?"))
    printing.start(items)
    printing.done()
    assert printing.states() == ["printed", "failed", "printed", "printed", "printed"]
    queue = printing.shell.casebook.print_queue
    assert queue.items(queue.jobs()[0].id)[1].detail == "gone"
    assert not printing.shell.area.banners.isHidden()


def test_a_printer_that_refuses_stops_the_job_and_nothing_counts_as_printed(printing):
    printing.cups.set("refuse")
    job = printing.start()
    printing.done()
    assert printing.states() == ["waiting"] * 4
    view = printing.shell.casebook.print_queue.job(job)
    assert (view.status, view.detail) == ("stopped", "refused")
    printing.cups.unset("refuse")
    printing.runner.resume(job)
    settle(printing.shell)
    printing.done()
    assert printing.states() == ["printed"] * 4
    assert printing.cups.titles() == printing.numbers


def test_a_jam_is_told_and_when_it_is_cleared_the_rest_comes_out(printing):
    printing.cups.set("jam", "2")
    printing.start()
    printing.until(lambda: bool(printing.runner.progress and printing.runner.progress.trouble))
    assert printing.runner.progress.trouble == "卡纸"
    assert printing.states() == ["printed", "printed", "sent", "sent"]
    printing.cups.release()
    printing.done()
    assert printing.states() == ["printed"] * 4


def test_stopping_takes_back_what_the_printer_had_not_begun(printing):
    printing.cups.set("hold")
    job = printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    printing.cups.put(1, "out")
    printing.cups.put(2, "printing")
    printing.until(lambda: printing.states()[0] == "printed")
    printing.runner.stop(job)
    printing.done()
    assert printing.states() == ["printed", "unsure", "waiting", "waiting"]
    assert [printing.cups.state(n) for n in (3, 4)] == ["cancelled", "cancelled"]
    assert printing.shell.casebook.print_queue.job(job).status == "stopped"


def test_cancelling_cancels_at_the_printer_too_and_leaves_the_rest_out(printing):
    printing.cups.set("hold")
    job = printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    printing.cups.put(1, "out")
    printing.runner.cancel(job)
    printing.done()
    assert printing.states() == ["printed", "left_out", "left_out", "left_out"]
    assert printing.cups.numbers("cancelled") == [2, 3, 4]
    assert printing.shell.casebook.print_queue.job(job).status == "cancelled"


def test_what_the_print_system_forgot_is_unsure(printing):
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    printing.cups.set("amnesia")
    printing.done()
    assert printing.states() == ["unsure"] * 4
    assert journalled(printing.shell.casebook) == []


def test_what_somebody_cancelled_at_the_printer_is_not_printed(printing):
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    printing.cups.put(2, "cancelled")
    printing.cups.release()
    printing.done()
    assert printing.states() == ["printed", "failed", "printed", "printed"]


def test_few_papers_are_in_the_hands_of_the_printer_at_a_time(printing, monkeypatch):
    from desktop import print_runner

    monkeypatch.setattr(print_runner, "AHEAD", 2)
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 2)
    settle(printing.shell)
    assert printing.states() == ["sent", "sent", "waiting", "waiting"]
    printing.cups.release()
    printing.done()
    assert printing.cups.titles() == printing.numbers


def test_a_second_job_waits_for_the_first(printing):
    printing.cups.set("hold")
    first = printing.start(printing.items()[:2])
    printing.until(lambda: len(printing.cups.numbers()) == 2)
    second = printing.start(printing.items()[2:])
    assert printing.runner.is_busy(first)
    assert printing.runner.is_busy(second)
    assert printing.states() == ["waiting", "waiting"]
    printing.cups.release()
    printing.done()
    assert printing.states() == ["printed", "printed"]
    assert printing.cups.titles() == printing.numbers


def test_printing_rests_while_the_window_is_locked_and_goes_on_afterwards(printing, clock):
    shell = printing.shell
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    shell.lock()
    printing.until(shell.tasks.idle)
    printing.cups.release()
    shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=clock))
    settle(shell)
    printing.done()
    assert printing.states() == ["printed"] * 4
    assert len(journalled(shell.casebook)) == 4


def test_the_line_at_the_foot_tells_while_papers_are_printed(printing):
    sign = printing.shell.area.status.printing
    assert sign.isHidden()
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    assert not sign.isHidden()
    assert sign.words.text() == "正在打印 1/4"
    printing.cups.release()
    printing.done()
    assert sign.isHidden()


def test_without_cups_papers_are_printed_as_pictures_and_the_worker_is_asked(printing, monkeypatch):
    printed = []

    def pictures(pdf, printer, options, title, **_more):
        printed.append((printer, title, pdf[:5]))
        return True

    monkeypatch.setattr(printers, "print_pictures", pictures)
    printing.start(printer=Printer("Laser", cups=False))
    printing.done()
    assert printed == [("Laser", number, b"%PDF-") for number in printing.numbers]
    assert printing.states() == ["unsure"] * 4
    printing.start(printing.items()[:1], printer=Printer("Laser", cups=False))
    printing.done()
    assert printing.states() == ["printed"], "one paper alone lies in the tray before the worker's eyes"


def test_a_fault_of_the_program_ends_the_job_and_not_the_printing_of_others(printing, monkeypatch):
    faults = []
    printing.shell.tasks.fault.disconnect()
    printing.shell.tasks.fault.connect(faults.append)
    real = printers.submit
    monkeypatch.setattr(printers, "submit", lambda *_all: 1 / 0)
    printing.start(printing.items()[:1])
    printing.done()
    assert [type(fault) for fault in faults] == [ZeroDivisionError]
    monkeypatch.setattr(printers, "submit", real)
    printing.start(printing.items()[1:])
    printing.done()
    assert printing.states() == ["printed"] * 3


def test_the_second_print_of_a_letter_goes_out_as_a_reprint(printing):
    printing.start(printing.items()[:1])
    printing.done()
    printing.start(printing.items()[:2])
    printing.done()
    queue = printing.shell.casebook.print_queue
    assert [item.again for item in queue.items(queue.jobs()[0].id)] == [True, False]
    again = [n for n in printing.cups.numbers() if "补打" in printing.cups.text(n)]
    assert again == [2], "marked on the paper itself; the first of the letter and the other letter are not"
    assert "2026年11月22日" in printing.cups.text(2)


def test_closing_the_window_while_papers_are_at_the_printer_asks_about_them_next_time(printing, clock):
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    settle(printing.shell)
    assert printing.shell.shut_down()
    book = Casebook.open(printing.shell.folder, PASSPHRASE, clock=clock)
    left = book.print_queue.recover()
    book.close()
    assert (left.unsure, left.waiting) == (4, 0)


def test_closing_the_window_while_papers_are_printed_says_what_is_safe_and_lets_one_wait(printing):
    shell = printing.shell
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: printing.runner.progress is not None and printing.runner.progress.sent == 4)
    assert not shell.close()
    dialog = shell.findChild(ClosingDialog)
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "“转介单”：4 份中已打印 0 份。" in said
    assert "4 份已交给打印机" in said
    assert "不会丢失" in said
    assert not shell.close()
    assert len(shell.findChildren(ClosingDialog)) == 1, "asked once"
    dialog.wait_button.click()
    settle(shell)
    assert not shell.is_locked
    printing.cups.release()
    printing.done()
    assert printing.states() == ["printed"] * 4
    assert shell.close(), "nothing is being printed any more"


def test_the_window_can_be_closed_all_the_same(printing, clock):
    shell = printing.shell
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: printing.runner.progress is not None and printing.runner.progress.sent == 4)
    assert not shell.close()
    shell.findChild(ClosingDialog).close_button.click()
    printing.until(lambda: shell.is_locked)
    book = Casebook.open(shell.folder, PASSPHRASE, clock=clock)
    assert book.print_queue.recover().unsure == 4
    book.close()
