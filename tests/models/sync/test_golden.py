"""Files of every released format are opened for ever: never make these files anew, add others beside them."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.sync.batch import read_batch
from models.sync.card import read_card
from models.sync.content import is_genuine
from models.sync.envelope import Reader
from models.sync.receipt import read_receipt
from tests.models.sync.histories import Place

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture
def said() -> dict[str, Any]:
    return dict(json.loads((GOLDEN / "sync-1.json").read_text("utf-8")))


def reader(said: dict[str, Any], of: str, trusting: str) -> Reader:
    return Reader(said[of]["id"], said[of]["age_secret"], {said[trusting]["id"]: said[trusting]["sign_public"]}.get)


def test_the_batch_of_format_1_is_opened_and_imported(said: dict[str, Any]) -> None:
    batch = read_batch((GOLDEN / "batch-1.jmb").read_bytes(), reader(said, "office", "laptop"))
    assert [operation["id"] for operation in batch.operations] == said["ids"]
    assert all(is_genuine(operation) for operation in batch.operations)
    assert batch.header.made_at == 1_795_312_800_000
    office = Place("office")
    office.take(batch.operations)
    (resident,) = office.table("resident")
    assert (resident["id"], resident["name"]) == (said["resident"], "李𬱖")
    assert resident["birth_date"].isoformat() == "1950-03-08"
    assert [row["field"] for row in office.table("conflict")] == ["note"]
    assert [row["number"] for row in office.table("phone")] == [""], "this value was erased"
    assert office.table("visit")[0]["met"] == [said["resident"]]
    assert office.table("fact")[0]["value"] == {"v": 1830.5}
    assert json.loads(json.dumps(office.tips())) == said["holds"]


def test_the_receipt_of_format_1_is_read(said: dict[str, Any]) -> None:
    answer = read_receipt((GOLDEN / "receipt-1.jmr").read_bytes(), reader(said, "laptop", "office"))
    assert answer.office == "天津市和平区劝业场街道办事处"
    assert json.loads(json.dumps(answer.holds)) == said["holds"]
    assert [(one.count, one.new) for one in answer.arrived] == [(7, 7)]


def test_the_card_of_format_1_is_read(said: dict[str, Any]) -> None:
    card = read_card((GOLDEN / "card-1.jmcard").read_bytes())
    assert (card.id, card.kind, card.office_code) == (said["office"]["id"], "office", "120101001")
