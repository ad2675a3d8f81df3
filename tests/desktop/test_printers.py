"""What CUPS answers is read right, and papers are handed to it at full size, through standard input."""

import pytest

from desktop import printers
from desktop.pdfium import drawn, opened
from desktop.printers import Options
from models import texts
from tests.desktop.test_pdf_view import pdf
from tests.fake_cups import cups  # noqa: F401  # a fixture

A4 = (595.0, 842.0)


def test_the_default_printer_comes_first_with_its_trays(cups):  # noqa: F811
    texts.set_language("zh_CN")
    front, back = printers.all_printers()
    assert (front.name, front.is_default, front.duplex) == ("Front", True, True)
    assert front.trays == (("Auto", "自动选择"), ("Tray1", "纸盒 1"), ("Tray2", "纸盒 2"), ("ManualFeed", "手动进纸"))
    assert (back.name, back.is_default, back.duplex) == ("Back", False, False)


def test_where_there_is_no_cups_there_is_no_printer_of_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert printers.cups_printers() == []


def test_a_paper_goes_to_the_printer_as_it_is_in_its_size_at_100_per_cent(cups):  # noqa: F811
    paper = pdf(2)
    options = Options(copies=2, sides="long", tray="Tray2")
    ticket = printers.submit(paper, "Front", options, "津劝转〔2026〕1号", A4)
    assert ticket == "Front-1"
    assert cups.bytes(1) == paper
    words = cups.arguments(1)
    assert words[:6] == ["-d", "Front", "-n", "2", "-t", "津劝转〔2026〕1号"]
    assert words[-1] == "-"
    chosen = [words[n + 1] for n, word in enumerate(words) if word == "-o"]
    assert chosen == [
        "media=A4",
        "print-scaling=none",
        "fit-to-page=false",
        "sides=two-sided-long-edge",
        "InputSlot=Tray2",
        "collate=true",
    ]


def test_a_printer_that_takes_nothing_is_told(cups):  # noqa: F811
    cups.set("refuse")
    with pytest.raises(printers.PrinterRefused) as refused:
        printers.submit(pdf(1), "Front", Options(), "1", A4)
    assert "Front" in refused.value.sentence()
    assert cups.numbers() == []


@pytest.mark.parametrize(
    ("size", "name"),
    [
        (A4, "A4"),
        ((841.89, 595.28), "A4"),
        ((419.5, 595.3), "A5"),
        ((184 / 25.4 * 72, 260 / 25.4 * 72), "Custom.184x260mm"),
    ],
)
def test_the_sheet_is_that_of_the_paper(size, name):
    assert printers.media(*size) == name


def test_what_became_of_papers_is_told_by_job(cups):  # noqa: F811
    for number in range(1, 5):
        printers.submit(pdf(1), "Front", Options(), str(number), A4)
    for number, state in enumerate(("waiting", "printing", "out", "cancelled"), 1):
        cups.put(number, state)
    tickets = [f"Front-{number}" for number in range(1, 6)]
    assert list(printers.became(tickets, "Front").values()) == ["waiting", "printing", "out", "lost", "unknown"]
    cups.set("amnesia")
    assert set(printers.became(tickets, "Front").values()) == {"unknown"}


def test_a_paper_that_is_out_cannot_be_taken_back(cups):  # noqa: F811
    for number in range(1, 3):
        printers.submit(pdf(1), "Front", Options(), str(number), A4)
    cups.put(2, "waiting")
    printers.take_back(["Front-1", "Front-2"])
    assert [cups.state(1), cups.state(2)] == ["out", "cancelled"]


def test_a_stopped_printer_says_why_in_the_words_of_the_worker():
    texts.set_language("zh_CN")
    jam = "printer Front is idle.  enabled since x\n\tForm mounted:\n\tAlerts: media-jam-error toner-low-warning\n"
    assert printers.state_words(printers.read_state(jam)) == "卡纸"
    paused = "printer Front disabled since Sun Nov 22 12:26:11 2026 -\n\tPaper jam\n\tForm mounted:\n\tAlerts: paused\n"
    assert printers.read_state(paused) == printers.PrinterState(True, ("Paper jam",))
    well = "printer Front now printing Front-2.  enabled since x\n\tForm mounted:\n\tAlerts: none\n"
    assert printers.read_state(well) == printers.PrinterState()
    assert printers.read_state("") == printers.PrinterState()


def test_options_are_kept_and_read_again_and_nonsense_is_left_out():
    options = Options(3, "short", "Tray1", "1-2")
    assert Options.read({**options.stored(), "cups": True, "stapling": 1}) == options
    assert Options.read({"copies": 0, "sides": "both"}) == Options()


def test_without_cups_pages_are_printed_as_pictures_in_their_own_size(qapp, tmp_path):
    seen = []
    file = tmp_path / "out.pdf"
    whole = printers.print_pictures(
        pdf(3), "", Options(), "1", progress=lambda done, of: seen.append((done, of)), file=str(file)
    )
    assert whole
    assert seen == [(1, 3), (2, 3), (3, 3)]
    with opened(file) as document:
        assert len(document) == 3
        assert [round(side) for side in document[0].get_size()] == [595, 842]
        image = drawn(document[1], 1).convert("L")
    # The black square of the second page is 500 to 600 points from its lower edge, 100 to 200 from its left.
    assert image.getpixel((150, 842 - 550)) < 60
    assert image.getpixel((150, 842 - 470)) > 200
    assert image.getpixel((95, 842 - 550)) > 200
    assert image.getpixel((205, 842 - 550)) > 200


def test_printing_pictures_stops_between_pages(qapp, tmp_path):
    done = []
    stopped = printers.print_pictures(
        pdf(3),
        "",
        Options(),
        "1",
        cancelled=lambda: len(done) == 1,
        progress=lambda *_so_far: done.append(1),
        file=str(tmp_path / "out.pdf"),
    )
    assert not stopped
    assert len(done) == 1
