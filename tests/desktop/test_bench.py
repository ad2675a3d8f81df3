"""The bench measures what it says it measures; how quick this machine is, is not asked here."""

import json

import pytest

from desktop import bench

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
    # As run.py hands it on: every argument that is no option has become a path.
    assert bench.main(["--quick", "--residents", "/somewhere/120", "--json", str(out)]) == 0
    return json.loads(out.read_text("utf-8"))


def test_every_row_says_what_was_measured_how_often_and_what_it_should_be(told):
    assert told["residents"] == 120
    assert told["casebook_mb"] > 0
    assert told["machine"]["processors"]
    for line in told["rows"]:
        assert 0 < line["least"] <= line["median"] <= line["most"]
        assert line["median"] <= line["p95"] <= line["most"]
        assert line["unit"] in ("ms", "s", "keys", "MB", "changes/s", "households/s")
        assert (line["met"] is None) == (line["target"] is None)
    names = [line["name"] for line in told["rows"]]
    assert len(set(names)) == len(names)


def test_all_that_was_promised_is_in_the_table(told):
    rows = {line["name"]: line for line in told["rows"]}
    for name, target in TARGETS.items():
        assert rows[name]["target"] == target
    for text in bench.TYPED:
        typed = [line for name, line in rows.items() if name.startswith(f"last key of {text} typed")]
        assert [line["target"] for line in typed] == [20]
        assert f"query alone: {text}" in rows
    checks = [line for name, line in rows.items() if name.endswith("for a household of five: check")]
    assert [line["target"] for line in checks] == [20]
    for words in (
        "passphrase given to Today painted",
        "export of",
        "import of",
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
    assert bench.row("quick", "ms", [1, 2, 30], 20).met is True
    assert bench.row("slow", "ms", [1, 20, 30], 20).met is False
    assert bench.row("much", "changes/s", [5000], 4500, at_least=True).met is True
    assert bench.row("little", "changes/s", [4000], 4500, at_least=True).met is False
    assert bench.row("unasked", "ms", [1]).met is None


def test_the_table_stands_in_columns_although_chinese_is_wider():
    rows = [
        bench.row("last key of 鞍山道", "ms", [1.25], 20),
        bench.row("w", "changes/s", [12345], 4500, at_least=True),
    ]
    head, first, second = bench.table(rows).splitlines()
    assert head.split() == ["median", "p95", "least", "most", "unit", "target", "met"]
    assert first.endswith("ms         < 20      yes")
    assert second.split()[1:5] == ["12,345.0"] * 4
    assert first.index("ms") + len("鞍山道") == second.index("changes/s")
