"""What operations say is written one way only, and what was changed on the way does not fit its own number."""

import copy
import json

import pytest

from models.sync.content import compact_writer, field_change, is_genuine, next_clock, operation_id

SAID = {"名": "欧阳·𬱖", "list": [1, None, 2.5, True, "“\n"], "a": {}}


def operation() -> dict[str, object]:
    made: dict[str, object] = {
        "entity": "visit", "row": "r", "district": "120101", "office": "120101001001", "device": "d", "seq": 1,
        "clock": 1, "at": 1, "worker": "周敏", "verb": "visits.record", "prev": "",
        "fields": {"note": field_change("探望", []), "gone": field_change("x", [])},
    }  # fmt: skip
    return {**made, "id": operation_id(made)}


@pytest.mark.parametrize("ordered", [True, False])
def test_without_the_quick_writer_the_same_is_written(monkeypatch: pytest.MonkeyPatch, ordered: bool) -> None:
    quick = compact_writer(sort_keys=ordered)(SAID)
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert compact_writer(sort_keys=ordered)(SAID) == quick
    assert json.loads(quick) == SAID


def test_a_value_that_was_changed_on_the_way_does_not_fit() -> None:
    good = operation()
    assert is_genuine(good)
    for name, other in (("v", "别的"), ("s", "0" * 32), ("h", "0" * 64)):
        wrong = copy.deepcopy(good)
        wrong["fields"]["note"][name] = other  # type: ignore[index]
        assert not is_genuine(wrong), name
    for name in ("entity", "row", "office", "worker", "clock"):
        assert not is_genuine({**good, name: "another"}), name


def test_what_was_erased_still_fits_and_brings_no_value_in_its_place() -> None:
    blank = operation()
    blank["fields"]["gone"] |= {"v": None, "s": "", "erased": True}  # type: ignore[index]
    assert is_genuine(blank)
    blank["fields"]["gone"]["v"] = "again"  # type: ignore[index]
    assert not is_genuine(blank)


def test_the_clock_of_the_log_never_goes_backwards() -> None:
    assert next_clock(5 << 12, 9) == 9 << 12
    assert next_clock(9 << 12, 5) == (9 << 12) + 1
