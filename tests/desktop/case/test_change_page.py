"""The page of changes: tiles, the two ways through a form, what is filled in, and that nothing is cut."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.pages.change_kinds import KINDS
from desktop.pages.change_seats import seats
from models.records.change import FormChange, LeaveAltogether
from models.texts import _
from tests.desktop.case.conftest import said
from tests.desktop.conftest import settle, type_text

DAY = date(2026, 10, 1)


def test_every_kind_is_said_in_the_workers_words_and_what_cannot_be_says_why(in_both_languages, show, family):
    page = show("change", household_id=family.household)
    assert [tile.kind.code for tile in page.tiles.tiles] == list(KINDS)
    back = page.tiles.tile("return")
    assert not back.isEnabled()
    assert back.accessibleDescription() == _("The household has not left.")
    assert _("The household has not left.") in said(back)
    page = show("change", household_id=family.registered)
    assert page.tiles.tile("lodger_in").kind.why_not == _("Lodgers belong to the living household. Open that one.")


def test_a_dormitory_has_no_head_to_change_and_who_left_can_only_return(show, family, book):
    book.changes.make(FormChange(happened_on=DAY, household_id=family.household, form="dormitory"))
    page = show("change", household_id=family.household)
    assert page.tiles.tile("head_change").kind.why_not == _("This kind of household has no head.")
    book.changes.make(LeaveAltogether(happened_on=DAY, household_id=family.registered))
    page = show("change", household_id=family.registered)
    assert [tile.kind.code for tile in page.tiles.tiles if tile.isEnabled()] == ["return"]


def test_arrows_go_round_what_cannot_be_chosen_and_tab_stops_once(window_of_case, show, family):
    window_of_case.resize(1280, 800)
    page = show("change", household_id=family.household)
    page.tiles.tile("split").setFocus()
    QTest.keyClick(page.tiles.tile("split"), Qt.Key.Key_Left)
    assert page.tiles.tile("left").hasFocus(), "the tile between cannot be chosen"
    stops = [tile for tile in page.tiles.tiles if tile.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert [tile.kind.code for tile in stops] == ["left"]
    QTest.keyClick(stops[0], Qt.Key.Key_D)
    settle(window_of_case)
    assert (page.kind, page.heading.text()) == ("death", "有人去世")


def test_with_fingers_one_topic_a_page_and_back_to_the_tiles(window_of_case, show, family):
    window_of_case.toggle_touch()
    settle(window_of_case)
    page = show("change", household_id=family.household, kind="death")
    assert page.stage == "who"
    assert page.bar.progress.text() == "1 / 3"
    page.view.rows["resident_id"].field.pick(family.grandmother)
    settle(window_of_case)
    assert page.topics() == ["who", "head", "day"], "the head dies"
    page.forward()
    assert page.stage == "head"
    page.forward()
    assert page.stage == "head", "nobody is said to be the head yet"
    assert page.summary.links
    for view in page.view.rows["heads"].field.views:
        view.head.pick(family.son)
        for box in view.relations.values():
            assert box.size().height() >= 48 or box.minimumHeight() >= 48
            if not box.currentData():
                box.setCurrentIndex(box.findData("8"))
                box.activated.emit(box.currentIndex())
    page.forward()
    assert page.stage == "day"
    page.view.rows["died_on"].field.quick_buttons[0].click()
    page.forward()
    settle(window_of_case)
    assert page.stage == "check"
    assert "李建国" in "\n".join(page.preview.lines)
    page.step_back()
    assert page.stage == "day"
    for _page in ("head", "who", "choose"):
        page.step_back()
    assert page.stage == "choose"
    page.where.pop("draft_id", None)


def test_somebodys_own_answer_is_never_filled_in_over(show, family):
    page = show("change", household_id=family.household, kind="birth")
    page.view.rows["child_relation"].field.pick("8")
    page.view.rows["child_sex"].field.pick("1")
    page.view.rows["father_id"].field.pick(family.son)
    settle(page.shell)
    assert page.view.rows["child_relation"].field.answer() == "8"


def test_a_relation_that_somebody_chose_stays_when_another_head_is_tried(show, family):
    page = show("change", household_id=family.household, kind="head_change")
    view = page.view.rows["heads"].field.views[0]
    view.head.pick(family.son)
    box = view.relations[family.girl]
    box.setCurrentIndex(box.findData("3"))
    box.activated.emit(box.currentIndex())
    view.head.pick(family.daughter_in_law)
    view.head.pick(family.son)
    assert view.relations[family.girl].currentData() == "3"
    assert view.relations[family.grandmother].currentData() == "5", "worked out: the old head is the parent"


def test_who_lodges_is_nobodys_head_and_one_who_is_left_alone_needs_no_question(show, family):
    page = show("change", household_id=family.household)
    view = page.loaded.view
    leaving = [member.resident.id for member in view.members][:-1]
    assert seats("move_out", {"people": leaving, "where_to": "unknown"}, view, {}, {}) == []
    [seat] = seats("move_out", {"people": leaving[:1], "where_to": "unknown"}, view, {}, {})
    assert len(seat.heads) == len(view.members) - 1


def test_a_newcomer_who_looks_like_somebody_on_the_register_is_doubted(show, family):
    page = show("change", household_id=family.household, kind="move_in")
    row = page.view.rows["members"].field.fields[0]
    type_text(row.who.finder.line, "王秀英")
    row.begin_new()
    assert row.name.answer() == "王秀英", "what was searched for is kept"
    row.sex.pick("2")
    row.born.show_answer("1941-3-8")
    row.relation.setCurrentIndex(row.relation.findData("8"))
    page.view.rows["happened_on"].field.quick_buttons[0].click()
    settle(page.shell)
    page.forward()
    settle(page.shell)
    doubts = [tick.label.text() for tick in page.preview.ticks]
    assert any("可能已经登记过" in doubt for doubt in doubts), doubts


def test_nothing_is_cut_on_a_small_laptop_with_the_largest_letters(window_of_case, show, family):
    window_of_case.resize(1024, 600)
    window_of_case.state.scale = 200
    window_of_case.redress()
    for kind in ("", *(set(KINDS) - {"return"})):
        page = show("change", household_id=family.household, **({"kind": kind} if kind else {}))
        assert (page.stage, page.kind) == ("" if kind else "choose", kind)
        for way in ("door", "elsewhere") if kind in ("move_out", "divorce") else ("",):
            if way:
                page.view.rows["where_to"].field.pick(way)
                settle(window_of_case)
            assert page.area.widget().minimumSizeHint().width() <= page.area.viewport().width(), (kind, way)
