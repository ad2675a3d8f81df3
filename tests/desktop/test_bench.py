"""The bench measures what it says it measures; how quick this machine is, is not asked here."""

import json

import pytest

from desktop import (
    bench,
    bench_casework,
    bench_desk,
    bench_door,
    bench_lists,
    bench_register,
    bench_screening,
    bench_starts,
    bench_sync,
    bench_trust,
)
from desktop.bench_table import Failure, Row, Scale, part, row, table
from models.errors import StoreBusy

TARGETS = {
    "start to first paint (sign-in), CPU": 300,
    "saving a visit with 2 needs and 3 facts, wall": 50,
    "first letter in a fresh process, CPU": 300,
    "the next letter, CPU": 30,
}


@pytest.fixture(scope="module")
def told(qapp, tmp_path_factory) -> dict:
    """What a quick bench over a small register writes."""
    out = tmp_path_factory.mktemp("bench") / "bench.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "QUICK_RECORDS", 100)
        # As run.py hands it on: every argument that is no option has become a path.
        assert bench.main(["--quick", "--residents", "/somewhere/120", "--json", str(out)]) == 0
    return json.loads(out.read_text("utf-8"))


def test_every_row_says_what_was_measured_how_often_and_what_it_should_be(told):
    assert told["residents"] == 120
    assert told["casebook_mb"] > 0
    assert told["failures"] == []
    assert told["machine"]["processors"]
    assert [seconds > 0 for seconds in told["machine"]["yardstick_seconds"]] == [True, True]  # at the start and the end
    for line in told["rows"]:
        assert 0 < line["least"] <= line["median"] <= line["most"]
        assert line["median"] <= line["p95"] <= line["most"]
        assert line["unit"] in ("ms", "s", "keys", "kB", "MB", "MiB", "%", "times", "changes/s", "households/s")
        assert (line["met"] is None) == (line["target"] is None)
    names = [line["name"] for line in told["rows"]]
    assert len(set(names)) == len(names)


def test_all_that_was_promised_is_in_the_table(told):
    rows = {line["name"]: line for line in told["rows"]}
    for name, target in TARGETS.items():
        assert rows[name]["target"] == target
    for text in bench_lists.TYPED:
        typed = [line for name, line in rows.items() if name.startswith(f"last key of {text} typed")]
        assert [line["target"] for line in typed] == [20]
        assert f"query alone: {text}" in rows
    checks = [line for name, line in rows.items() if name.endswith("for a household of five: check")]
    assert [line["target"] for line in checks] == [20]
    for words in (
        "the backup of the day",
        "passphrase given to Today painted",
        "export of",
        "import of",
        "export of a day of 200 saves, size",
        "what the operations cost a save",
        "bulk path against ORM merge, SQLite",
        "import of 600 changes, SQLite: a change, over the yardstick",
        "import of 600 changes, SQLite: the last tenth of the first",
        "import of 600 changes, SQLite: most memory",
        "a file of 600 changes again, SQLite",
        "100 letters as one PDF",
        "explaining",
        "a visit to a known household at the desk",
        "a new household of two at the desk",
        "somebody moves out: preview and change kept",
        "that change taken back",
        "one tap of a round kept",
        "who may be here already",
        "first page of the worklist",
        "page of a household opened to painted",
        "page of a person opened to painted",
    ):
        assert any(name.startswith(words) for name in rows), words


def test_a_target_is_met_from_the_right_side():
    assert row("quick", "ms", [1, 2, 30], 20).met is True
    assert row("slow", "ms", [1, 20, 30], 20).met is False
    assert row("much", "changes/s", [5000], 4500, at_least=True).met is True
    assert row("little", "changes/s", [4000], 4500, at_least=True).met is False
    assert row("unasked", "ms", [1]).met is None


def test_the_table_stands_in_columns_although_chinese_is_wider():
    rows = [
        row("last key of 鞍山道", "ms", [1.25], 20),
        row("w", "changes/s", [12345], 4500, at_least=True),
    ]
    head, first, second = table(rows).splitlines()
    assert head.split() == ["median", "p95", "least", "most", "unit", "target", "met"]
    assert first.endswith("ms         < 20      yes")
    assert second.split()[1:5] == ["12,345.0"] * 4
    assert first.index("ms") + len("鞍山道") == second.index("changes/s")


def test_a_part_that_breaks_off_keeps_what_it_measured_and_says_why(capsys):
    def half():
        yield row("first", "ms", [1])
        raise StoreBusy

    first, failure = part("the desk", half)
    assert first.name == "first"
    assert failure.part == "the desk"
    assert failure.why.startswith("StoreBusy: ")
    assert len(failure.why) > 30, "the sentence that a worker would read"
    told = capsys.readouterr().err
    assert "half" in told, "where it broke"
    assert "bench: NOT MEASURED to its end: the desk: StoreBusy: " in told


def test_the_bench_goes_on_after_parts_that_failed_and_ends_with_one(qapp, tmp_path, monkeypatch, capsys):
    def silent(*_asked):
        yield row("what came before", "ms", [1])
        raise bench_desk.DeskError("the visit did not come")

    def quick(*_asked):
        yield row("one that went well", "ms", [2])

    for module, name in (
        (bench_lists, "lists"),
        (bench_casework, "checks"),
        (bench_casework, "saves"),
        (bench_screening, "register"),
        (bench_door, "door"),
        (bench_door, "pages"),
        (bench_screening, "city"),
        (bench_starts, "starts"),
        (bench_starts, "first_letters"),
        (bench_trust, "trust"),
        (bench_casework, "exchange"),
        (bench_sync, "exchange"),
    ):
        monkeypatch.setattr(module, name, quick)
    monkeypatch.setattr(bench_lists, "searches", silent)
    monkeypatch.setattr(bench.Bench, "_desk", silent)
    out = tmp_path / "bench.json"
    assert bench.main(["--quick", "--no-peers", "--residents", "20", "--json", str(out)]) == 1
    told = json.loads(out.read_text("utf-8"))
    assert [one["part"] for one in told["failures"]] == ["searches in the window", "the desk"]
    assert told["failures"][0]["why"] == "DeskError: the visit did not come"
    names = [line["name"] for line in told["rows"]]
    assert names.count("one that went well") == 12
    assert "what came before" in names
    assert (
        capsys.readouterr().out.splitlines()[-2].endswith("searches in the window: DeskError: the visit did not come")
    )


def test_without_a_register_what_needs_it_is_not_tried_and_the_rest_is_measured(tmp_path, monkeypatch):
    def refused(*_asked):
        raise StoreBusy

    def quick(*_asked):
        yield row("alone", "ms", [2])

    monkeypatch.setattr(bench_register, "fill", refused)
    monkeypatch.setattr(bench_screening, "city", quick)
    monkeypatch.setattr(bench_casework, "exchange", quick)
    monkeypatch.setattr(bench_sync, "exchange", quick)
    monkeypatch.setattr(bench_trust, "trust", quick)
    told = list(bench.Bench(Scale(20, 20, 1, 1), tmp_path).measure())
    failed = {line.part: line.why for line in told if isinstance(line, Failure)}
    assert failed.pop("the register").startswith("StoreBusy: ")
    assert len(failed) == 10
    assert set(failed.values()) == {"there is no register"}
    assert [line.name for line in told if isinstance(line, Row)] == ["alone"] * 4
