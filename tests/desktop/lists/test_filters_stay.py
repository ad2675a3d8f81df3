"""What a list is narrowed to outlives a change of theme and language, and the way to a person and back."""

from PySide6.QtTest import QTest

from tests.desktop.conftest import settle


def test_the_filters_of_the_screening_stay(shell, elder, show):
    page = show("screening")
    page.show_view("people")
    page.choose("asked") if any(key == "asked" for key in page.chips) else page.choose(list(page.chips)[1])
    page.filters.age.setCurrentIndex(2)
    page.filters.visit.setCurrentIndex(1)
    page.filters.name.setText("王")
    service = page.filters.service
    service.setCurrentIndex(1)
    settle(shell)
    before = (page.view, page.preset.key, page.filters.chosen(), page.where_now())
    shell.next_theme()
    settle(shell)
    again = shell.page
    assert again is not page
    assert (again.view, again.preset.key, again.where_now()) == (before[0], before[1], before[3])
    assert set(again.filters.chosen()) == set(before[2])
    shell.switch_language()
    settle(shell)
    assert shell.page.where_now() == before[3]
    shell.go("today")
    shell.back()
    settle(shell)
    assert shell.page.where_now() == before[3]
    shell.page.filters.clear()
    shell.next_theme()
    settle(shell)
    assert shell.page.filters.chosen() == {}


def test_the_filters_of_what_changes_soon_stay(shell, elder, show):
    page = show("calendar")
    page.look_ahead(max(page.day_buttons))
    settle(shell)
    kind = next(kind for kind, made in page.kind_buttons.items() if made.isVisible())
    page.kind_buttons[kind].click()
    page.unplanned.click()
    if page.service.count() > 1:
        page.service.setCurrentIndex(1)
    settle(shell)
    before = [line.household_id for line in page._wanted()]
    chosen = page.service.currentData()
    shell.next_theme()
    settle(shell)
    QTest.qWait(20)
    settle(shell)
    again = shell.page
    assert again is not page
    assert again.days == max(again.day_buttons)
    assert again.kind_buttons[kind].isChecked()
    assert again.unplanned.isChecked()
    assert again.service.currentData() == chosen
    assert [line.household_id for line in again._wanted()] == before
