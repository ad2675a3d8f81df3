"""The queue of the printer knows, whatever happened, what is on paper, what is not, and what nobody can tell."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.errors import NotFound
from models.records.audit import Audit
from models.records.referral import MatterEntry, ReferralEntry
from models.services.print_queue import Left, Wish
from models.store.rows import table_of
from tests.models.services.people import five_people

PRINTER = {"printer": "Front", "options": {"copies": 2}}


@pytest.fixture
def letters(casebook: Casebook) -> list[str]:
    """Four letters about one person."""
    five = casebook.households.register(five_people())
    entry = ReferralEntry(resident_id=five.ids[0], matters=(MatterEntry(service_id="S50"),), receiver="街道")
    return [casebook.referrals.issue(entry).ids[0] for _n in range(4)]


@pytest.fixture
def queued(casebook: Casebook, letters):
    """A job of the four, in their order."""
    wishes = [Wish("letter", one, label=f"第{n}号") for n, one in enumerate(letters, 1)]
    return casebook.print_queue.enqueue("转介单（4份）", wishes, **PRINTER)


def states(book: Casebook, job: str) -> list[str]:
    return [item.status for item in book.print_queue.items(job)]


def journal(book: Casebook, action: str = "print") -> list[tuple[str, str]]:
    """(subject, detail) of what was journalled, in order."""
    table = table_of(Audit)
    with book._book.reading() as connection:
        query = (
            select(table.c.subject_id, table.c.detail)
            .where(table.c.action == action)
            .order_by(table.c.chain, table.c.seq)
        )
        return [(row.subject_id, row.detail) for row in connection.execute(query)]


def send(book: Casebook, job: str, most: int = 1) -> list[str]:
    """Take the next papers and hand them to the print system."""
    items = book.print_queue.next(job, most)
    book.print_queue.sent(items)
    book.print_queue.taken({item.id: f"Front-{item.place}" for item in items})
    return [item.id for item in items]


def test_papers_wait_in_the_order_in_which_they_were_asked_for(casebook, letters, queued):
    items = casebook.print_queue.items(queued)
    assert [(item.place, item.subject_id, item.label) for item in items] == [
        (n, one, f"第{n}号") for n, one in enumerate(letters, 1)
    ]
    assert {item.status for item in items} == {"waiting"}
    job = casebook.print_queue.job(queued)
    assert (job.status, job.printer, job.total, job.options["copies"]) == ("waiting", "Front", 4, 2)


def test_a_paper_named_twice_is_printed_once(casebook, letters):
    job = casebook.print_queue.enqueue("x", [Wish("letter", letters[0]), Wish("letter", letters[0])], **PRINTER)
    assert casebook.print_queue.job(job).total == 1


def test_a_job_without_papers_is_refused(casebook):
    with pytest.raises(ValueError, match="nothing"):
        casebook.print_queue.enqueue("x", [], **PRINTER)
    with pytest.raises(NotFound):
        casebook.print_queue.job("none")


def test_a_printed_paper_is_journalled_once_however_often_it_is_said(casebook, letters, queued):
    sent = send(casebook, queued)
    casebook.print_queue.printed(sent)
    casebook.print_queue.printed(sent)
    casebook.print_queue.answer(sent, "yes")
    assert journal(casebook) == [(letters[0], "copies=2")]
    assert states(casebook, queued) == ["printed", "waiting", "waiting", "waiting"]
    with casebook._book.reading() as connection:
        from models.store.rows import KEPT

        table = KEPT["letter"]
        assert set(connection.execute(select(table.c.id).where(table.c.printed)).scalars()) == {letters[0]}


def test_after_an_abrupt_end_what_was_sent_is_unsure_and_the_rest_still_waits(casebook, queued, reopen):
    casebook.print_queue.begin(queued)
    casebook.print_queue.printed(send(casebook, queued))
    send(casebook, queued, 2)
    again = reopen(casebook)
    assert again.print_queue.recover() == Left(unsure=2, waiting=1)
    assert again.print_queue.recover() == Left(unsure=2, waiting=1), "asked again at every start"
    assert states(again, queued) == ["printed", "unsure", "unsure", "waiting"]
    job = again.print_queue.job(queued)
    assert (job.status, job.detail) == ("stopped", "ended")
    assert len(journal(again)) == 1
    again.close()


def test_the_worker_says_of_each_unsure_paper_what_became_of_it(casebook, letters, queued):
    casebook.print_queue.begin(queued)
    send(casebook, queued, 3)
    casebook.print_queue.recover()
    first, second, third, _fourth = casebook.print_queue.items(queued)
    casebook.print_queue.answer([first.id], "yes")
    casebook.print_queue.answer([second.id], "no")
    casebook.print_queue.answer([third.id], "again")
    assert states(casebook, queued) == ["printed", "waiting", "waiting", "waiting"]
    assert [item.again for item in casebook.print_queue.next(queued, 9)] == [False, True, False]
    assert journal(casebook) == [(letters[0], "copies=2")]


def test_the_reprint_of_a_paper_that_may_be_out_is_journalled_as_such(casebook, letters, queued):
    casebook.print_queue.answer(send(casebook, queued), "again")
    casebook.print_queue.printed(send(casebook, queued))
    assert journal(casebook) == [(letters[0], "copies=2 again")]


def test_a_second_print_of_the_same_letter_is_a_reprint_and_of_another_is_not(casebook, letters, queued):
    casebook.print_queue.printed(send(casebook, queued))
    send(casebook, queued)
    job = casebook.print_queue.enqueue("x", [Wish("letter", one) for one in letters], **PRINTER)
    assert [item.again for item in casebook.print_queue.next(job, 9)] == [True, True, False, False]


def test_another_print_of_any_paper_about_the_same_is_a_reprint(casebook):
    queue = casebook.print_queue
    same = Wish("notice", "person", {"language": "zh", "services": [["S50", ""]]}, "resident")
    other = Wish("notice", "person", {"language": "en", "services": [["S50", ""]]}, "resident")
    sheet, post = Wish("household_sheet", "person"), Wish("envelopes", "", {"format": "DL"})
    first = queue.enqueue("x", [same, post], **PRINTER)
    assert [item.again for item in queue.next(first, 9)] == [False, False]
    assert queue.printed_before([same, post]) == 0
    queue.printed(send(casebook, first, 2))
    wishes = [same, other, sheet, post]
    assert queue.printed_before(wishes) == 1
    second = queue.enqueue("y", wishes, **PRINTER)
    assert [item.again for item in queue.next(second, 9)] == [True, False, False, False]


def test_after_a_jam_all_behind_the_last_good_sheet_is_printed_anew(casebook, letters, queued):
    casebook.print_queue.printed(send(casebook, queued, 2))
    send(casebook, queued, 2)
    items = casebook.print_queue.items(queued)
    casebook.print_queue.last_good(queued, items[0].id)
    assert states(casebook, queued) == ["printed", "waiting", "waiting", "waiting"]
    # The second was taken for printed, so a sheet of it may exist; the others never were.
    assert [item.again for item in casebook.print_queue.next(queued, 9)] == [True, False, False]
    casebook.print_queue.last_good(queued, items[0].id)
    assert [one for one, _detail in journal(casebook)].count(letters[0]) == 1


def test_the_last_good_sheet_counts_all_before_it_as_printed(casebook, letters, queued):
    send(casebook, queued, 4)
    casebook.print_queue.recover()
    casebook.print_queue.last_good(queued, casebook.print_queue.items(queued)[2].id)
    assert states(casebook, queued) == ["printed", "printed", "printed", "waiting"]
    assert [one for one, _detail in journal(casebook)] == letters[:3]


def test_printing_can_go_on_from_any_paper_and_a_job_that_was_done_is_open_again(casebook, queued):
    casebook.print_queue.printed(send(casebook, queued, 4))
    assert casebook.print_queue.settle(queued).status == "done"
    casebook.print_queue.from_here_on(queued, casebook.print_queue.items(queued)[2].id)
    assert states(casebook, queued) == ["printed", "printed", "waiting", "waiting"]
    assert casebook.print_queue.job(queued).status == "stopped"
    assert [item.again for item in casebook.print_queue.next(queued, 9)] == [True, True]


def test_cancelling_leaves_out_what_waits_and_forgets_nothing_that_was_sent(casebook, queued):
    casebook.print_queue.printed(send(casebook, queued))
    send(casebook, queued)
    casebook.print_queue.cancel(queued)
    assert states(casebook, queued) == ["printed", "unsure", "left_out", "left_out"]
    assert casebook.print_queue.job(queued).status == "cancelled"
    casebook.print_queue.begin(queued)
    assert casebook.print_queue.job(queued).status == "cancelled", "a cancelled job does not begin again by itself"


def test_a_job_is_done_only_when_nothing_waits_or_is_on_its_way(casebook, queued):
    casebook.print_queue.begin(queued)
    first = send(casebook, queued, 3)
    assert casebook.print_queue.settle(queued).status == "printing"
    casebook.print_queue.printed(first[:1])
    casebook.print_queue.failed(first[1:2], "characters")
    casebook.print_queue.unsure(first[2:])
    assert casebook.print_queue.settle(queued).status == "printing"
    casebook.print_queue.leave_out([casebook.print_queue.items(queued)[3].id])
    assert casebook.print_queue.settle(queued).status == "done"
    assert states(casebook, queued) == ["printed", "failed", "unsure", "left_out"]


def test_what_the_print_system_did_not_take_waits_again_and_is_no_reprint(casebook, queued):
    casebook.print_queue.back(send(casebook, queued))
    (item,) = casebook.print_queue.next(queued)
    assert (item.status, item.again, item.ticket) == ("waiting", False, "")


def test_jobs_that_were_over_long_ago_are_forgotten_and_open_ones_never(casebook, letters, queued, clock):
    other = casebook.print_queue.enqueue("y", [Wish("letter", letters[0])], **PRINTER)
    casebook.print_queue.cancel(queued)
    clock.moment += timedelta(days=91)
    casebook.print_queue.recover()
    assert [job.id for job in casebook.print_queue.jobs()] == [other]
    assert casebook.print_queue.items(queued) == []


def test_writing_papers_to_files_is_journalled_with_how_they_are_protected(casebook, letters):
    wish = Wish("letter", letters[0])
    casebook.print_queue.exported([wish], protected=True)
    casebook.print_queue.exported([wish], protected=False)
    assert journal(casebook, "export") == [(letters[0], "pdf"), (letters[0], "pdf unprotected")]
