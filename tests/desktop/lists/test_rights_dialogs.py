"""What an erasure destroys and cannot reach, as the worker reads it before it is done."""

from dataclasses import replace

import pytest

from desktop.pages.rights_dialogs import goes_lines, stays_lines
from models.services.rights_views import ErasurePreview
from models.texts import speaking


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


NOTHING_ELSE = ErasurePreview(
    records={"resident": 1},
    operations=1,
    pictures=0,
    drafts=0,
    visits=0,
    others=0,
    only_member=False,
    exported=False,
    backups=0,
    open_referrals=0,
)


def test_only_what_there_is_is_named():
    assert goes_lines(NOTHING_ELSE) == [
        "1 record about the person",
        "Every value about the person in the history of changes",
    ]
    assert stays_lines(NOTHING_ELSE) == ["That somebody was erased, when and why, without a name"]


def test_everything_there_is_is_counted():
    full = replace(
        NOTHING_ELSE,
        records={"resident": 1, "fact": 4},
        pictures=2,
        drafts=1,
        others=3,
        only_member=True,
        visits=2,
        exported=True,
        backups=1,
        open_referrals=2,
    )
    goes, stays = goes_lines(full), stays_lines(full)
    assert [line.split()[0] for line in goes] == ["5", "2", "1", "The", "The", "Every"]
    assert "3 earlier decisions" in goes[3]
    assert [line.split()[0] for line in stays] == ["2", "Batches", "1", "2", "That"]
