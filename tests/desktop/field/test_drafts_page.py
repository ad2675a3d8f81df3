"""The page of drafts, and what an undo gives back."""

from PySide6.QtCore import Qt

from tests.desktop.conftest import settle
from tests.desktop.field.conftest import CONTROL, ENTER, open_page
from tests.desktop.field.test_visit_page import home, recorded  # noqa: F401  # the household is a fixture


def test_drafts_are_listed_with_their_form_and_one_goes_on_where_one_was(shell, qtbot, hands, home):  # noqa: F811
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("met")
    page.view.fill({"notes": "老人怕冷"}, "")
    page.keep()
    shell.go("drafts")
    settle(shell)
    drafts = shell.page
    (line,) = drafts.lines.values()
    assert line.button.hasFocus()
    hands.press(Qt.Key.Key_Space)
    settle(shell)
    assert shell.page.name == "visit"
    assert shell.page.answers()["notes"] == "老人怕冷"
    assert recorded(shell, home) == []


def test_a_draft_that_was_thrown_away_comes_back_by_undo(shell, home):  # noqa: F811
    shell.casebook.drafts.save("visit", "1", home.id, "花园路1号9", {"answers": {}, "household_id": home.id})
    shell.go("drafts")
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    shell.page._discard(draft)
    settle(shell)
    assert shell.page.lines == {}
    assert shell.casebook.drafts.all() == []
    shell.undo()
    settle(shell)
    assert len(shell.page.lines) == 1


def test_undoing_a_saved_visit_gives_back_what_was_typed_as_a_draft(shell, qtbot, hands, home):  # noqa: F811
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    hands.press(Qt.Key.Key_2)
    page.view.fill({"notes": "门上贴了条"}, "")
    hands.press(ENTER, CONTROL)
    settle(shell)
    assert len(recorded(shell, home)) == 1
    shell.undo()
    settle(shell)
    assert recorded(shell, home) == []
    (draft,) = shell.casebook.drafts.all()
    assert draft.body["answers"]["notes"] == "门上贴了条"


def test_a_draft_of_an_older_form_says_so(shell, home):  # noqa: F811
    shell.casebook.drafts.save("visit", "0", home.id, "花园路1号9", {"answers": {}})
    shell.go("drafts")
    settle(shell)
    (line,) = shell.page.lines.values()
    assert "旧表" in line.button.accessibleName()
