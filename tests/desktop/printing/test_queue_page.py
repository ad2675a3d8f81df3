"""The page of the queue: what is printed, what came out, and how one goes on after a jam."""

import pytest

from desktop.hands import press
from models.services.print_queue import Wish
from tests.desktop.conftest import settle


@pytest.fixture
def page(printing):
    """The page, with nothing printed yet."""
    printing.shell.go("print_queue")
    settle(printing.shell)
    return printing.shell.page


def stop(printing, page) -> None:
    press(page.stop_button)
    printing.done()


def go_on(printing, page) -> None:
    press(page.go_button)
    settle(printing.shell)
    printing.done()


def test_before_anything_was_printed_it_says_so(page):
    assert page.stack.currentWidget() is page.empty
    assert not page._footer_frame.isVisibleTo(page)


def test_it_follows_what_is_being_printed(printing, page):
    printing.cups.set("jam", "2")
    printing.start()
    printing.until(lambda: "卡纸" in page.trouble.text())
    assert "正在打印" in page.told.text()
    assert "已打印 2" in page.counts.text()
    assert page.bar.value() == 2
    assert page.stop_button.isVisibleTo(page)
    assert not page.go_button.isVisibleTo(page)
    printing.cups.release()
    printing.done()
    assert "已打印 4" in page.counts.text()
    assert "已结束" in page.told.text()


def test_after_a_jam_the_last_good_sheet_is_named_and_the_rest_is_printed_anew(printing, page):
    printing.cups.set("jam", "3")
    printing.start()
    printing.until(lambda: printing.states() == ["printed", "printed", "printed", "sent"])
    printing.cups.put(4, "printing")
    stop(printing, page)
    assert printing.states()[3] == "unsure"
    assert page.question.isVisibleTo(page)
    page.list.go_to(1)  # the third sheet was torn, though the printer took it for printed
    press(page.last_good)
    settle(printing.shell)
    assert printing.states() == ["printed", "printed", "waiting", "waiting"]
    printing.cups.unset("jam")
    go_on(printing, page)
    assert printing.states() == ["printed"] * 4
    assert printing.cups.titles() == [*printing.numbers[:3], *printing.numbers[2:]]
    assert [item.again for item in page.items] == [False, False, True, False]


def test_everything_can_be_answered_at_once(printing, page):
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    for number in range(1, 5):
        printing.cups.put(number, "printing")
    stop(printing, page)
    assert printing.states() == ["unsure"] * 4
    press(page.all_out)
    settle(printing.shell)
    assert printing.states() == ["printed"] * 4
    assert page.job.status == "done"


def test_nothing_came_out_so_all_is_printed(printing, page):
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(printing.cups.numbers()) == 4)
    for number in range(1, 5):
        printing.cups.put(number, "printing")
    stop(printing, page)
    press(page.none_out)
    settle(printing.shell)
    printing.cups.unset("hold")
    go_on(printing, page)
    assert printing.cups.titles() == printing.numbers
    assert [item.again for item in page.items] == [False] * 4


def test_printing_from_a_paper_on_marks_reprints(printing, page):
    printing.start()
    printing.done()
    page.list.go_to(2)
    press(page.from_here)
    settle(printing.shell)
    assert printing.states() == ["printed", "printed", "waiting", "waiting"]
    go_on(printing, page)
    assert printing.cups.titles() == [*printing.numbers, *printing.numbers[2:]]


def test_a_paper_can_be_left_out_and_a_job_cancelled(printing, page):
    queue = printing.shell.casebook.print_queue
    queue.enqueue(
        "转介单",
        [Wish("letter", one, label=n) for one, n in zip(printing.letters, printing.numbers, strict=True)],
        printer="Front",
        options={},
    )
    page.open()
    settle(printing.shell)
    page.list.tick(0, 0)
    press(page.leave_out)
    settle(printing.shell)
    assert printing.states() == ["left_out", "waiting", "waiting", "waiting"]
    press(page.cancel_button)
    settle(printing.shell)
    assert printing.states() == ["left_out"] * 4
    assert printing.cups.numbers() == []
    assert "已取消" in page.told.text()


def test_ticks_and_cursor_stay_while_the_job_moves_on(printing, page):
    printing.cups.set("hold")
    printing.start()
    printing.until(lambda: len(page.items) == 4)
    page.list.go_to(3)
    page.list.tick(1, 1)
    printing.cups.put(1, "out")
    printing.until(lambda: page.items[0].status == "printed")
    settle(printing.shell)
    assert page.list.currentIndex().row() == 3
    assert 1 in page.list.ticks
    printing.cups.release()
    printing.done()


def test_an_older_job_can_be_looked_at(printing, page):
    first = printing.start(printing.items()[:1])
    printing.done()
    second = printing.start(printing.items()[1:])
    printing.done()
    page.open()
    settle(printing.shell)
    assert page.job.id == second
    page.choice.setCurrentIndex(1)
    page.choice.activated.emit(1)
    settle(printing.shell)
    assert page.job.id == first
    assert len(page.items) == 1
