"""Files of every released format are opened for ever: never make these files anew, add others beside them."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import BatchRefused
from models.sync.batch import read_batch
from models.sync.card import read_card
from models.sync.circle import read_circle
from models.sync.content import is_genuine
from models.sync.envelope import Reader
from models.sync.receipt import read_receipt
from models.sync.sealed_file import read_file
from models.sync.stream import set_digest, sum_of
from tests.models.sync import other_reader
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


@pytest.fixture
def stream() -> dict[str, Any]:
    return dict(json.loads((GOLDEN / "stream-1.json").read_text("utf-8")))


def test_the_batch_of_a_stream_of_format_1_is_opened(said: dict[str, Any], stream: dict[str, Any]) -> None:
    batch = read_batch((GOLDEN / "stream-1.jmb").read_bytes(), reader(said, "laptop", "office"))
    assert [operation["id"] for operation in batch.operations] == stream["ids"]
    assert batch.manifest.down is not None
    assert batch.manifest.down.wire() == stream["down"]
    assert batch.manifest.got is not None
    assert batch.manifest.got.wire() == stream["got"]
    assert batch.manifest.wants == (stream["picture"],)
    assert set_digest(sum_of(stream["ids"])) == batch.manifest.down.set_digest


def test_the_receipt_of_a_stream_of_format_1_is_read(said: dict[str, Any], stream: dict[str, Any]) -> None:
    answer = read_receipt((GOLDEN / "stream-1.jmr").read_bytes(), reader(said, "office", "laptop"))
    assert answer.got is not None
    assert (answer.got.epoch, answer.got.anew) == (stream["down"]["epoch"], True)
    assert (answer.files, answer.wants) == ((stream["picture"],), ())


def test_the_sealed_files_of_format_1_are_opened(said: dict[str, Any], stream: dict[str, Any]) -> None:
    files = {
        kind: read_file((GOLDEN / f"{kind}-1.jma").read_bytes(), reader(said, "laptop", "office")).inside
        for kind in ("picture", "pack", "circle")
    }
    assert (files["picture"].sha, files["picture"].subjects) == (stream["picture"], (stream["picture_row"],))
    assert files["pack"].content == (GOLDEN / "packs-1.jmpack").read_bytes()
    circle = read_circle(files["circle"].content)
    assert circle.office.id == said["office"]["id"]
    assert [(one.card.id, one.scope, one.workers) for one in circle.members] == [
        (said["laptop"]["id"], ("120101001001",), ("周敏", "刘洋"))
    ]
    assert [(one.name, one.reason) for one in circle.revoked] == [("湖滨社区", "stolen")]


def keys(said: dict[str, Any], of: str, trusting: str) -> other_reader.Keys:
    return other_reader.Keys(
        said[of]["id"], said[of]["age_secret"], {said[trusting]["id"]: said[trusting]["sign_public"]}
    )


def test_a_reader_written_from_the_page_of_the_format_alone_opens_every_golden_file(
    said: dict[str, Any], stream: dict[str, Any]
) -> None:
    laptop, office = keys(said, "laptop", "office"), keys(said, "office", "laptop")
    _manifest, operations = other_reader.read_batch((GOLDEN / "batch-1.jmb").read_bytes(), office)
    assert [operation["id"] for operation in operations] == said["ids"]
    manifest, operations = other_reader.read_batch((GOLDEN / "stream-1.jmb").read_bytes(), laptop)
    assert [operation["id"] for operation in operations] == stream["ids"]
    assert manifest["down"] == stream["down"]
    assert manifest["down"]["set"] == other_reader.digest(stream["ids"])
    assert other_reader.read_receipt((GOLDEN / "receipt-1.jmr").read_bytes(), laptop)["holds"] == said["holds"]
    assert other_reader.read_receipt((GOLDEN / "stream-1.jmr").read_bytes(), office)["files"] == [stream["picture"]]
    for kind in ("picture", "pack", "circle"):
        found, content = other_reader.read_sealed((GOLDEN / f"{kind}-1.jma").read_bytes(), laptop)
        assert found["kind"] == kind
        if kind == "circle":
            circle = other_reader.read_signed_object(content, said["office"]["sign_public"])
            assert circle["members"][0]["card"]["id"] == said["laptop"]["id"]
    card = other_reader.read_signed_object((GOLDEN / "card-1.jmcard").read_bytes(), said["office"]["sign_public"])
    both = (card["sign_public"], card["age_public"])
    assert card["id"] == other_reader.key_id(*both)
    assert read_card((GOLDEN / "card-1.jmcard").read_bytes()).fingerprint == other_reader.fingerprint(*both)


def test_both_readers_refuse_damaged_files_for_the_same_reasons(said: dict[str, Any]) -> None:
    for name, kind, other in (("stream-1.jmb", read_batch, "read_batch"), ("picture-1.jma", read_file, "read_sealed")):
        whole = (GOLDEN / name).read_bytes()
        changed = [whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :] for at in range(0, len(whole), 37)]
        for data in (*changed, whole[:-1], whole + b"x", b""):
            with pytest.raises(BatchRefused) as ours:
                kind(data, reader(said, "laptop", "office"))
            with pytest.raises(other_reader.Refused) as theirs:
                getattr(other_reader, other)(data, keys(said, "laptop", "office"))
            assert ours.value.facts["reason"] == theirs.value.args[0]
        revoked = keys(said, "laptop", "office")
        revoked.revoked = (said["office"]["id"],)
        with pytest.raises(other_reader.Refused, match="revoked"):
            getattr(other_reader, other)(whole, revoked)
