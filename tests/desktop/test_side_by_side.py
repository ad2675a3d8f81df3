"""No page and no dialog changes a record that was there before without comparing it with what was shown of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import desktop

AMENDING = {
    "care": {"accept", "assign", "refuse", "withdraw"},
    "changes": {"make"},
    "contacts": {"remove"},
    "eligibility": {"answer_many", "receives"},
    "households": {"add_members", "amend"},
    "merging": {"merge"},
    "notes": {"correct", "remove"},
    "pictures": {"amend", "remove", "replace"},
    "places": {"amend", "end", "remove"},
    "planning": {"assign", "drop", "move", "reopen"},
    "plans": {"amend", "close", "move_task", "reopen", "set_goal", "set_task"},
    "questionnaires": {"bring_back", "withdraw"},
    "referrals": {"correct", "hand_in", "note", "send_back", "sign", "take_back"},
    "residents": {"amend"},
    "rights": {"answer", "erase", "freeze", "release"},
    "rounds": {
        *("drop", "enter", "finish", "note", "record", "reopen", "reorder", "retry", "skip", "take_back", "tick"),
        "wait_again",
    },
    "templates": {"choose", "withdraw"},
    "transfers": {"step", "take_back"},
    "visits": {"set_need"},
    "worklist": {"put_back"},
}
"""Verbs that change records which were there before, by their service."""

WITHOUT = {
    ("questionnaire_pictures.py", "pictures", "remove"): "taken in the very form that is open, kept with its draft"
}
"""Where nobody else can have said anything of the record."""

PLACES = (Path(desktop.__file__).parent / "pages", Path(desktop.__file__).parent / "widgets")


def verbs(node: ast.AST) -> Iterator[tuple[str, str]]:
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute):
            above = each.value
            service = (
                above.attr if isinstance(above, ast.Attribute) else above.id if isinstance(above, ast.Name) else ""
            )
            if each.attr in AMENDING.get(service, ()):
                yield service, each.attr


def unguarded(source: str) -> set[tuple[str, str]]:
    """Verbs that a page has done (run, outside, long) as they are, or by a function of the same name beside it."""
    tree, found = ast.parse(source), set()
    inside = {each.name: each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr in ("run", "outside", "long") and call.args:
            work = call.args[0]
            named = inside.get(work.id) if isinstance(work, ast.Name) else None
            if named is None or not any(each.attr == "save" for each in attributes(named)):
                found |= set(verbs(named or work))
    return found


def attributes(node: ast.AST) -> Iterator[ast.Attribute]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Attribute))


def test_every_change_of_a_record_that_was_there_goes_by_what_was_shown_of_it():
    files = [path for place in PLACES for path in sorted(place.glob("*.py"))]
    found = {(path.name, *verb) for path in files for verb in unguarded(path.read_text("utf-8"))}
    assert found == set(WITHOUT)


def test_the_look_finds_a_verb_that_is_done_as_it_is():
    assert unguarded("self.run(lambda: casebook.transfers.step(one))") == {("transfers", "step")}
    assert unguarded("def work():\n    rounds.drop(one)\npage.run(work, done)") == {("rounds", "drop")}
    assert not unguarded("side_by_side.deed(self, seen, lambda: casebook.transfers.step(one))")
    assert not unguarded("def work():\n    return desks.save(seen, lambda: rounds.drop(one))\npage.run(work)")
