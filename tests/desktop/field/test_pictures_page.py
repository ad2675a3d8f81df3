"""The page of pictures: taking over from files, clipboard, drop and camera; looking, cropping, removing, proving."""

import os
from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from sqlalchemy import select

from desktop.hands import wait_until
from desktop.picture_sources import Source
from models.imaging import edited
from models.records.audit import Audit
from models.records.fact import FactEntry
from models.records.picture import PictureEntry
from models.store import picture_data
from models.store.rows import table_of
from tests.desktop.conftest import settle, type_text
from tests.desktop.field.conftest import open_page
from tests.models.pictures import as_bytes, bomb, paper, photo, small

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def who(shell):
    return shell.casebook.residents.ids()[0]


@pytest.fixture
def page(shell, qtbot, who):
    return open_page(shell, qtbot, "pictures", resident_id=who)


def of(shell, who):
    return shell.casebook.pictures.of("resident", who)


def added(shell, who, title="", kind="home", mark="red", **more):
    entry = PictureEntry(subject_kind="resident", subject_id=who, kind=kind, title=title, **more)
    shell.clock.move(seconds=1)
    return shell.casebook.pictures.add(entry, small(mark)).id


def shown_again(shell, qtbot, who):
    return open_page(shell, qtbot, "pictures", resident_id=who)


def files(folder, *names, data=None):
    made = []
    for place, name in enumerate(names):
        path = folder / name
        path.write_bytes(data or photo())
        os.utime(path, (1_790_000_000 + place, 1_790_000_000 + place))
        made.append(path)
    return made


def take(shell, page, paths):
    page.choose_files = lambda: paths
    page.add_files()
    settle(shell)


def journal(shell):
    table = table_of(Audit)
    with shell.casebook._book.reading() as connection:
        query = select(table).where(table.c.detail.startswith("picture ")).order_by(table.c.chain, table.c.seq)
        return [(row.action, row.subject_id) for row in connection.execute(query)]


def drop(page, mime):
    where = page.rect().center()
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(where, action, mime, button, Qt.KeyboardModifier.NoModifier)
    page.dragEnterEvent(enter)
    event = QDropEvent(QPointF(where), action, mime, button, Qt.KeyboardModifier.NoModifier)
    page.dropEvent(event)
    return enter.isAccepted()


def test_a_file_is_cropped_named_and_kept_without_where_it_was_taken(shell, page, who, tmp_path):
    assert page.stack.current() is page.empty
    take(shell, page, files(tmp_path, "IMG_1.jpg"))
    assert page.stack.current() is page.pane
    canvas = page.pane.editor.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_R)
    for _n in range(10):
        QTest.keyClick(canvas, Qt.Key.Key_Left, CONTROL)
    assert canvas.wish.crop == (0.5, 0.0, 1.0, 1.0)
    QTest.keyClick(canvas, Qt.Key.Key_Left, SHIFT)
    assert canvas.wish.crop[0] == 0.49
    QTest.keyClick(canvas, Qt.Key.Key_Z)
    form = page.pane.form
    assert form.day.day() == date(2026, 11, 21), "the day that the camera wrote"
    form.kind.pick("home")
    type_text(form.title, "厨房")
    QTest.keyClick(form.title, Qt.Key.Key_Return, CONTROL)
    settle(shell)
    (view,) = of(shell, who)
    assert (view.kind, view.title, view.width, view.height) == ("home", "厨房", 150, 400)
    assert view.taken_on == date(2026, 11, 21)
    full = shell.casebook.pictures.full(view.id)
    assert b"SECRET-OWNER" not in full
    with Image.open(BytesIO(full)) as picture:
        assert dict(picture.getexif()) == {}
    assert [tile.title for tile in page.grid.tiles] == ["厨房"]
    assert page.grid.hasFocus()


def test_what_was_saved_can_be_taken_back(shell, page, who, tmp_path):
    take(shell, page, files(tmp_path, "IMG_1.jpg"))
    page.taking.save()
    settle(shell)
    assert len(of(shell, who)) == 1
    shell.undo()
    settle(shell)
    assert of(shell, who) == []
    assert page.stack.current() is page.empty


def test_several_files_go_one_after_another_with_the_words_of_the_one_before(shell, page, who, tmp_path):
    take(shell, page, files(tmp_path, "a.jpg", "b.jpg", "c.jpg"))
    page.pane.form.kind.pick("signed_paper")
    page.taking.save()
    settle(shell)
    assert page.pane.form.kind.answer() == "signed_paper"
    page.taking.cancel()
    settle(shell)
    page.taking.save()
    settle(shell)
    assert [view.kind for view in of(shell, who)] == ["signed_paper", "signed_paper"]
    assert page.stack.current() is page.grid


def test_the_rest_is_saved_as_it_is_and_taken_back_together(shell, page, who, tmp_path):
    take(shell, page, files(tmp_path, "a.jpg", "b.jpg", "c.jpg"))
    page.pane.editor.canvas.turn()
    page.taking.save_rest()
    settle(shell)
    assert sorted((view.width, view.height) for view in of(shell, who)) == [(300, 400), (400, 300), (400, 300)]
    shell.undo()
    settle(shell)
    assert of(shell, who) == []


def test_a_broken_file_names_itself_and_the_others_go_on(shell, page, who, tmp_path):
    sound = files(tmp_path, "good.jpg")
    take(shell, page, [*files(tmp_path, "broken.jpg", data=b"nothing"), *sound])
    assert page.stack.current() is page.pane
    more = files(tmp_path, "huge.png", data=bomb()) + files(tmp_path, "late.jpg")
    page.taking.take([type(page.taking._at.source)(path) for path in more])
    page.taking.save_rest()
    settle(shell)
    assert len(of(shell, who)) == 2
    said = " ".join(label.text() for label in shell.area.banners.findChildren(type(page.under)))
    assert "broken.jpg" in said
    assert "huge.png" in said
    assert "8000" not in said


def test_a_copied_picture_is_pasted(shell, page, who):
    copied = QImage(300, 200, QImage.Format.Format_RGB32)
    copied.fill(Qt.GlobalColor.darkGreen)
    QApplication.clipboard().setImage(copied)
    QTest.keyClick(page.add_button, Qt.Key.Key_V, CONTROL)
    settle(shell)
    assert page.stack.current() is page.pane
    page.taking.save()
    settle(shell)
    (view,) = of(shell, who)
    assert (view.width, view.height) == (300, 200)
    QApplication.clipboard().clear()


def test_copied_files_are_pasted_and_words_are_not(shell, page, who, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in files(tmp_path, "a.jpg")])
    QApplication.clipboard().setMimeData(mime)
    page.paste()
    settle(shell)
    assert page.stack.current() is page.pane
    page.taking.cancel()
    QApplication.clipboard().setText("没有图片")
    page.paste()
    settle(shell)
    assert page.stack.current() is page.empty
    assert of(shell, who) == []
    QApplication.clipboard().clear()


def test_files_are_dropped_and_other_things_are_not_taken(shell, page, who, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in files(tmp_path, "a.jpg", "b.png", data=as_bytes(paper()))])
    assert drop(page, mime)
    settle(shell)
    page.taking.save_rest()
    settle(shell)
    assert len(of(shell, who)) == 2
    letter = QMimeData()
    letter.setUrls([QUrl.fromLocalFile(str(tmp_path / "letter.pdf"))])
    drop(page, letter)
    settle(shell)
    assert not page.taking.busy_with()


def test_a_document_is_covered_until_somebody_asks_and_the_casebook_notes_it(shell, qtbot, who):
    home, card = added(shell, who, "厨房"), added(shell, who, "身份证", "document")
    page = shown_again(shell, qtbot, who)
    tiles = {tile.key: tile for tile in page.grid.tiles}
    assert tiles[card].covered
    assert max(tiles[card].image.width(), tiles[card].image.height()) <= 14, "no letter of it is in the grid"
    assert tiles[home].image.width() > 100
    page.grid.set_current(card)
    QTest.keyClick(page.grid, Qt.Key.Key_Return)
    settle(shell)
    assert page.picture.is_covered()
    assert journal(shell) == []
    QTest.keyClick(page.picture.show_button, Qt.Key.Key_Space)
    settle(shell)
    assert not page.picture.is_covered()
    assert journal(shell) == [("reveal", who)]
    QTest.keyClick(page.picture.sheet, Qt.Key.Key_Right)
    settle(shell)
    assert page.shown == home
    assert not page.picture.is_covered()
    assert journal(shell) == [("reveal", who), ("view", who)]
    QTest.keyClick(page.picture.sheet, Qt.Key.Key_Left)
    settle(shell)
    assert page.picture.is_covered(), "covered again once one has gone on"
    QTest.keyClick(page.picture.show_button, Qt.Key.Key_Escape)
    assert page.stack.current() is page.grid
    assert page.grid.current() == card


def test_a_picture_is_enlarged_moved_and_fitted_again(shell, qtbot, who):
    added(shell, who, "厨房")
    page = shown_again(shell, qtbot, who)
    page.look(page.grid.tiles[0].key)
    settle(shell)
    sheet = page.picture.sheet
    fitted = sheet.target()
    for _n in range(3):
        QTest.keyClick(sheet, Qt.Key.Key_Plus)
    assert sheet.target().width() > 2 * fitted.width()
    before = sheet.target().top()
    QTest.keyClick(sheet, Qt.Key.Key_Down)
    assert sheet.target().top() < before
    QTest.keyClick(sheet, Qt.Key.Key_0)
    assert sheet.target() == fitted


def test_another_devices_picture_is_known_and_said_to_be_elsewhere(shell, qtbot, who):
    made = added(shell, who, "低保证", "document")
    with shell.casebook._book.writing() as connection:
        picture_data.destroy(connection, [made])
    page = shown_again(shell, qtbot, who)
    (tile,) = page.grid.tiles
    assert tile.elsewhere
    assert "另一台设备" in tile.spoken()
    page.look(made)
    settle(shell)
    assert "另一台设备" in page.picture.words.text()
    assert journal(shell) == []


def test_removed_by_the_keyboard_and_brought_back(shell, qtbot, who):
    made = added(shell, who, "厨房")
    page = shown_again(shell, qtbot, who)
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Delete)
    settle(shell)
    assert of(shell, who) == []
    shell.undo()
    settle(shell)
    assert [tile.key for tile in page.grid.tiles] == [made]


def test_a_kept_picture_is_cropped_anew_and_undo_brings_the_old_one_back(shell, qtbot, who):
    made = added(shell, who, "厨房")
    page = shown_again(shell, qtbot, who)
    page.look(made)
    settle(shell)
    page.edit()
    settle(shell)
    assert page.pane.form.title.text() == "厨房"
    page.pane.editor.canvas.turn(False)
    page.taking.save()
    settle(shell)
    (view,) = of(shell, who)
    assert (view.title, view.width, view.height) == ("厨房", 300, 400)
    shell.undo()
    settle(shell)
    assert [view.id for view in of(shell, who)] == [made]


def test_changing_only_the_words_keeps_the_bytes_and_changing_nothing_writes_nothing(shell, qtbot, who):
    made = added(shell, who, "厨房")
    page = shown_again(shell, qtbot, who)
    page.look(made)
    settle(shell)
    page.edit()
    settle(shell)
    page.taking.save()
    settle(shell)
    assert [view.at for view in of(shell, who)] == [view.at for view in page.loaded.pictures]
    page.look(made)
    settle(shell)
    page.edit()
    settle(shell)
    page.pane.form.title.setText("卫生间")
    page.taking.save()
    settle(shell)
    (view,) = of(shell, who)
    assert (view.id, view.title) == (made, "卫生间")


def test_it_says_what_it_proves_and_marks_it_as_seen_only_when_ticked(shell, qtbot, who, tmp_path):
    page = shown_again(shell, qtbot, who)
    unseen = {fact.name for fact in shell.casebook.facts.of(who) if not fact.document_seen}
    name = next(name for name, _words in page.loaded.provable.told if name in unseen)
    take(shell, page, files(tmp_path, "a.jpg"))
    form = page.pane.form
    assert form.seen.isHidden()
    form.ticks[name].tick.click()
    assert not form.seen.isHidden()
    form.seen.tick.click()
    other, label = page.loaded.provable.others[0]
    form.more.setCurrentIndex(1)
    form.more.activated.emit(1)
    form.title.setText("证明")
    page.taking.save()
    settle(shell)
    proving = shell.casebook.pictures.proving(who)
    assert set(proving) == {name, other}
    seen = {fact.name: fact.document_seen for fact in shell.casebook.facts.of(who)}
    assert seen[name] == "证明"
    assert label in page.grid.tiles[0].spoken()
    assert dict(page.loaded.provable.told)[name] in page.grid.tiles[0].spoken(), "as it was told, not its contrary"


def test_what_still_lies_in_the_open_is_said_again_until_it_is_deleted_or_left_on_purpose(shell, qtbot, who, tmp_path):
    page = shown_again(shell, qtbot, who)
    path = files(tmp_path, "a.jpg")[0]
    page.taking.take([Source(path, camera=True)])
    settle(shell)
    shell.go("today")
    settle(shell)
    assert len(of(shell, who)) == 1, "kept as it stood"
    shell.redress()
    page = shown_again(shell, qtbot, who)
    assert page.originals == [path]
    assert page.told.isVisible()
    page._keep_originals()
    settle(shell)
    page = shown_again(shell, qtbot, shell.casebook.residents.ids()[1])
    assert page.told.isHidden()
    assert path.exists()


def test_no_sensitive_fact_is_named(shell, page):
    from desktop.fact_words import dictionary

    sensitive = {name for name, fact in dictionary(shell.casebook).facts.items() if fact.sensitive}
    assert sensitive
    offered = {name for name, _words in (*page.loaded.provable.told, *page.loaded.provable.others)}
    assert not offered & sensitive
    assert not set(page.loaded.labels) & sensitive


def test_going_away_keeps_what_was_not_saved_yet_as_it_stands(shell, page, who, tmp_path):
    take(shell, page, files(tmp_path, "a.jpg", "b.jpg", data=photo()))
    page.pane.form.title.setText("半途")
    page.pane.editor.canvas.turn()
    shell.go("today")
    settle(shell)
    found = of(shell, who)
    assert sorted((view.width, view.height) for view in found) == [(300, 400), (400, 300)]
    assert {view.title for view in found} == {"半途"}


def test_locking_in_the_middle_keeps_the_picture_too(shell, page, who, tmp_path):
    from models.casebook import Casebook
    from tests.conftest import PASSPHRASE

    take(shell, page, files(tmp_path, "a.jpg"))
    shell.lock()
    settle(shell)
    shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=shell.clock))
    settle(shell)
    assert len(of(shell, who)) == 1


def test_the_cameras_folder_is_chosen_once_watched_and_its_originals_are_deleted(shell, qtbot, page, who, tmp_path):
    folder = tmp_path / "DCIM"
    (folder / "100ANDRO").mkdir(parents=True)
    files(folder, "old.jpg", "new.jpg")
    files(folder / "100ANDRO", "inner.jpg")
    (folder / "notes.txt").write_text("x")
    asked = []
    page.choose_folder = lambda: asked.append(1) or folder
    page.open_camera()
    settle(shell)
    names = [tile.title for tile in page.camera.grid.tiles]
    assert sorted(names) == ["inner.jpg", "new.jpg", "old.jpg"]
    assert names.index("new.jpg") < names.index("old.jpg")
    assert all(not tile.image.isNull() for tile in page.camera.grid.tiles)
    assert not page.take_button.isEnabled()
    files(folder, "later.jpg")
    os.utime(folder / "later.jpg", (1_799_000_000, 1_799_000_000))
    wait_until(lambda: page.camera.grid.tiles[0].title == "later.jpg", "the new picture is seen")
    settle(shell)
    page.camera.grid.setFocus()
    page.camera.grid.set_current(str(folder / "later.jpg"))
    QTest.keyClick(page.camera.grid, Qt.Key.Key_Space)
    assert "1" in page.take_button.text()
    page.take_button.click()
    settle(shell)
    page.taking.save()
    settle(shell)
    assert len(of(shell, who)) == 1
    assert page.originals == [folder / "later.jpg"]
    assert (folder / "later.jpg").exists(), "only when the worker wants it"
    page.delete_originals()
    settle(shell)
    assert not (folder / "later.jpg").exists()
    assert (folder / "new.jpg").exists()
    assert page.told.isHidden()
    page.open_camera()
    settle(shell)
    assert asked == [1]
    page.escape()
    assert page.camera._watcher.directories() == []


def test_originals_of_what_was_not_saved_are_not_offered_for_deleting(shell, page, tmp_path):
    folder = tmp_path / "DCIM"
    folder.mkdir()
    files(folder, "a.jpg")
    page.choose_folder = lambda: folder
    page.open_camera()
    settle(shell)
    page.camera.grid._chosen(page.camera.grid.rows.index(0))
    page.take_button.click()
    settle(shell)
    page.taking.cancel()
    settle(shell)
    assert page.originals == []
    assert page.told.isHidden()


def test_a_camera_folder_that_is_gone_is_said_to_be_so(shell, page, tmp_path):
    from desktop.picture_sources import CAMERA_FOLDER

    shell.casebook.settings.set(CAMERA_FOLDER, str(tmp_path / "SD-card"))
    page.open_camera()
    settle(shell)
    assert "SD-card" in page.camera.said.text()
    assert page.camera.grid.tiles == []


def test_without_a_name_the_page_asks_whose_and_a_household_leads_to_its_people(shell, qtbot, who):
    page = open_page(shell, qtbot, "pictures")
    assert page.stack.current() is page.choosing
    home = shell.casebook.households.of_resident(who)[0]
    page = open_page(shell, qtbot, "pictures", household_id=home.id)
    assert page.loaded.kind == "household"
    names = [words for kind, _key, words in page.loaded.whose if kind == "resident"]
    assert names == [member.resident.name for member in home.members]
    page._go_to("resident", who)
    settle(shell)
    assert (page.loaded.kind, page.loaded.id) == ("resident", who)


def test_in_field_mode_the_picture_comes_first_and_its_words_after_it(touch, qtbot, who, tmp_path):
    page = open_page(touch, qtbot, "pictures", resident_id=who)
    take(touch, page, files(tmp_path, "a.jpg"))
    assert page.pane.steps
    assert not page.pane.editor.isHidden()
    page.taking.forward()
    assert page.pane.editor.isHidden()
    assert page.pane.form.isVisible()
    assert of(touch, who) == []
    page.pane.step_back()
    assert not page.pane.editor.isHidden()
    page.taking.forward()
    page.taking.forward()
    settle(touch)
    assert len(of(touch, who)) == 1


def test_pictures_of_a_visit_stay_with_its_draft_and_then_with_the_visit(shell, qtbot, who, tmp_path):
    home = shell.casebook.households.of_resident(who)[0].id
    visit = open_page(shell, qtbot, "visit", household_id=home)
    visit.view.rows["outcome"].field.pick("nobody_home")
    visit.pictures.add_button.click()
    settle(shell)
    page = shell.page
    assert page.name == "pictures"
    take(shell, page, files(tmp_path, "door.jpg"))
    assert page.pane.form.kind.answer() == "home"
    page.taking.save()
    settle(shell)
    shell.back()
    settle(shell)
    visit = shell.page
    assert visit.name == "visit"
    assert visit.view.rows["outcome"].answer() == "nobody_home"
    assert len(visit.pictures.small) == 1
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in files(tmp_path, "step.jpg")])
    drop(visit.pictures, mime)
    settle(shell)
    assert len(visit.pictures.small) == 2
    visit.forward()
    settle(shell)
    made = shell.casebook.visits.of_household(home)[0]
    kept = shell.casebook.pictures.of("visit", made.id)
    assert [(view.subject_kind, view.subject_id) for view in kept] == [("household", home)] * 2


def test_of_sixty_pictures_the_page_follows_the_cursor(shell, qtbot, who):
    encoded = edited(as_bytes(paper(1600, 1200)))
    for place in range(60):
        entry = PictureEntry(subject_kind="resident", subject_id=who, kind="home", title=f"{place}")
        shell.casebook.pictures.add(entry, encoded)
    page = shown_again(shell, qtbot, who)
    assert len(page.grid.tiles) == 60
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_End)
    settle(shell)
    bar = page.area.verticalScrollBar()
    assert bar.value() > 0, "the page follows the cursor"


@pytest.mark.parametrize("kind", ["resident", "household"])
def test_a_fact_on_the_page_of_a_person_or_household_leads_to_the_picture_that_proves_it(shell, qtbot, who, kind):
    home = shell.casebook.households.of_resident(who)[0].id
    subject = who if kind == "resident" else home
    name = "dibao" if kind == "household" else "hukou_tianjin"
    shell.casebook.facts.record(kind, subject, [FactEntry(name=name, value=True)])
    entry = PictureEntry(subject_kind=kind, subject_id=subject, kind="home", title="凭证", facts=(name,))
    made = shell.casebook.pictures.add(entry, small()).id
    page = open_page(shell, qtbot, "person" if kind == "resident" else "household", **{f"{kind}_id": subject})
    (way,) = [button for button in page.facts.findChildren(QPushButton) if "有照片" in button.text()]
    way.click()
    settle(shell)
    assert shell.page.name == "pictures"
    assert shell.page.shown == made
    assert not shell.page.picture.is_covered()
