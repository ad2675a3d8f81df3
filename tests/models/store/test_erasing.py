"""What is about somebody who is erased is found wherever it hangs, and what comes again later is found again."""

from typing import Any

import pytest
from sqlalchemy import Connection, insert

from models.records.operation import Operation
from models.store.engine import Engines
from models.store.erasing import (
    brought_back,
    hanging_on,
    hash_of,
    naming,
    rows_about,
    still_said,
    transfers_naming,
    who_is_meant,
)
from models.store.rows import KEPT, empty_row, table_of

HER, HIM = "0193a000-her", "0193a000-him"


def keep(connection: Connection, entity: str, identity: str, **values: Any) -> None:
    made = {**empty_row(entity), "district": "120101", "id": identity, **values}
    connection.execute(insert(KEPT[entity]), [made])


def tell(connection: Connection, identity: str, row: str, entity: str, **fields: Any) -> None:
    """An operation; of a field None says that it was erased."""
    said = {
        name: {"v": value, "s": "", "h": "", "p": [], **({"erased": True} if value is None else {})}
        for name, value in fields.items()
    }
    made = {"district": "120101", "id": identity, "row": row, "entity": entity, "fields": said}
    connection.execute(insert(table_of(Operation)), [made])


def test_goals_tasks_and_letters_are_found_by_what_they_hang_on(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        for who, sign in ((HER, "hers"), (HIM, "his")):
            keep(connection, "resident", who, name=sign)
            keep(connection, "case_plan", f"plan {sign}", resident_id=who)
            keep(connection, "case_goal", f"goal {sign}", plan_id=f"plan {sign}")
            keep(connection, "case_task", f"task {sign}", plan_id=f"plan {sign}")
            keep(connection, "referral", f"referral {sign}", resident_id=who)
            keep(connection, "letter", f"letter {sign}", referral_id=f"referral {sign}")
            keep(connection, "fact", f"fact {sign}", subject_kind="resident", subject_id=who, name="x", dead=True)
            keep(connection, "person_link", f"link {sign}", a_id="another", b_id=who)
        found = rows_about(connection, HER)
    assert found.pop("resident") == [HER]
    assert {entity: rows for entity, rows in found.items() if rows} == {
        "case_plan": ["plan hers"],
        "case_goal": ["goal hers"],
        "case_task": ["task hers"],
        "referral": ["referral hers"],
        "letter": ["letter hers"],
        "fact": ["fact hers"],
        "person_link": ["link hers"],
    }


def test_a_transfer_is_about_who_goes_alone_and_of_others_only_names_who_is_erased(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        keep(connection, "case_transfer", "alone", resident_ids=[HER])
        keep(connection, "case_transfer", "family", resident_ids=[HER, HIM])
        keep(connection, "case_transfer", "others", resident_ids=[HIM])
        keep(connection, "determination", "of a neighbour", resident_id="n", facts={"others": [HER]})
        assert rows_about(connection, HER)["case_transfer"] == ["alone"]
        assert transfers_naming(connection, HER, ["alone"]) == ["family"]
        assert naming(connection, HER, []) == ["of a neighbour"]
        assert naming(connection, HER, ["of a neighbour"]) == []


def test_the_ledger_means_whom_its_hash_fits_as_long_as_something_is_held(sqlite_engines: Engines) -> None:
    ledger = [("salt", hash_of("salt", HER)), ("other", hash_of("other", "nobody here"))]
    with sqlite_engines.writer.begin() as connection:
        keep(connection, "resident", HER, name="王秀英", dead=True)
        keep(connection, "resident", HIM, name="李建国")
        assert who_is_meant(connection, ledger) == [HER], "a removed record too"
        assert who_is_meant(connection, ledger, [HER, HIM]) == [HER]
        assert who_is_meant(connection, ledger, [HIM]) == []
        assert who_is_meant(connection, []) == []
        assert who_is_meant(connection, [("another salt", ledger[0][1])]) == []
        keep(connection, "resident", "blank", name="")
        assert who_is_meant(connection, [("s", hash_of("s", "blank"))]) == [], "there is nothing left to blank"


def test_what_was_erased_and_is_told_again_is_found(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        for identity, dead in (("whole", True), ("field", False), ("quiet", True), ("never", False)):
            keep(connection, "resident", identity, dead=dead)
        tell(connection, "1", "whole", "resident", name=None, note=None)
        tell(connection, "2", "whole", "resident", note="again")
        tell(connection, "3", "field", "resident", note=None, name=None)
        tell(connection, "4", "field", "resident", note="again", sex="f")
        tell(connection, "5", "quiet", "resident", name=None)
        tell(connection, "6", "quiet", "resident", dead=True, office="120101001")
        tell(connection, "7", "never", "resident", name="李建国")
        rows = dict.fromkeys(("whole", "field", "quiet", "never"), "resident")
        assert sorted(brought_back(connection, rows)) == [
            ("resident", "field", frozenset({"note"})),
            ("resident", "whole", frozenset()),
        ]
        blanked = {"whole": frozenset[str](), "field": frozenset({"sex"}), "quiet": frozenset[str]()}
        assert sorted(still_said(connection, blanked, [*rows, "unknown"])) == [
            ("resident", "field", frozenset({"sex"})),
            ("resident", "whole", frozenset()),
        ]


@pytest.mark.parametrize("came", [{HER: "resident"}, {"phone": "phone", "task": "case_task", "visit": "visit"}])
def test_what_hangs_on_a_blanked_record_is_found_whichever_of_the_two_came_last(
    engines: Engines, came: dict[str, str]
) -> None:
    with engines.writer.begin() as connection:
        keep(connection, "phone", "phone", resident_id=HER)
        keep(connection, "phone", "of nobody yet")
        keep(connection, "phone", "his", resident_id=HIM)
        keep(connection, "case_plan", "plan", resident_id="", household_id="home")
        keep(connection, "visit", "visit", household_id="home")
        assert ("phone", "phone") in set(hanging_on(connection, [HER, ""], came))
        assert {row for _entity, row in hanging_on(connection, [HER, ""], came)} == {"phone"}
        assert list(hanging_on(connection, ["", ""], came)) == []
        assert ("visit", "visit") in set(hanging_on(connection, ["home"], {"home": "household"}))
        assert ("case_plan", "plan") in set(hanging_on(connection, ["home"], {"home": "household"}))
