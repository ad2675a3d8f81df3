"""Somebody is looked for, a household of five is typed at the door, and somebody is about to be registered twice."""

from typing import Any

from PySide6.QtWidgets import QApplication
from stdnum.iso7064 import mod_11_2

from desktop.demo.stage import Stage
from desktop.hands import HandsError, answer, pick_in_finder, press, settle, type_text, wait_until

ELDEST = "单建国"

PEOPLE: tuple[dict[str, str], ...] = (
    {
        "relation": "0", "documents": "120101194803081234", "name": ELDEST, "phones": "13802200117",
        "hukou_tianjin": "yes", "hukou_rural": "no", "living_area": "urban",
    },
    {"relation": "1", "name": "尉迟秀英", "sex": "2", "birth_date": "1944年6月1日", "hukou_tianjin": "yes"},
    {
        "relation": "2", "documents": "130102198501021235", "name": "单𬱖", "hukou_tianjin": "no",
        "residence_permit": "yes", "living_area": "urban",
    },
    {"relation": "8", "name": "阿依古丽·艾合买提", "sex": "2", "birth_date": "19870506", "hukou_tianjin": "no"},
    {"relation": "4", "name": "单一诺", "sex": "2", "birth_date": "2018-9-1", "hukou_tianjin": "no"},
)  # fmt: skip
"""The household of five, as typed. Numbers are completed with their check character; nobody has them."""

ASKED = (
    "name",
    "sex",
    "birth_date",
    "phones",
    "hukou_tianjin",
    "hukou_rural",
    "living_area",
    "residence_permit",
)
"""The questions in the order of the form."""


def search(stage: Stage) -> int:
    """Somebody is looked for by initials, and nobody is found for a new name."""
    page = stage.go("residents")
    stage.picture("10-residents")
    type_text(page.search, "wx")
    settle(stage.shell)
    stage.picture("11-residents-search")
    found = int(page.list.model().rowCount())
    page.search.clear()
    type_text(page.search, ELDEST)
    settle(stage.shell)
    stage.picture("12-residents-nobody")
    press(page.nobody.button)
    stage.rest()
    return found


def register(stage: Stage) -> int:
    """The household of five, typed at the door."""
    shell = stage.shell
    page = stage.page
    rows = page.board.where.rows
    pick_in_finder(shell, rows["address"].field.community, "hyl")
    lines = rows["address"].field.lines
    for part, text in (("street_line", "鞍山道12号"), ("building", "3"), ("unit", "2"), ("door", "501")):
        type_text(lines[part], text)
    for place, person in enumerate(PEOPLE):
        if place:
            page.another()
            stage.rest()
        _type_person(stage, page, person)
        if place == 0:
            settle(shell)
            stage.picture("20-register")
    answer(page.board.home.rows["dibao"], "no")
    stage.picture("21-register-household")
    page.save()
    wait_until(lambda: stage.on("household") or not page.board.likeness.isHidden(), "the household is saved")
    while not stage.on("household"):
        page.board.likeness.say_different()
        stage.rest()
    stage.rest()
    stage.found["household"] = str(stage.page.where["household_id"])
    view = shell.casebook.households.get(stage.found["household"])
    stage.found |= {member.resident.name: member.resident.id for member in view.members}
    stage.picture("23-household")
    stage.need(len(view.members) == len(PEOPLE), f"{len(view.members)} people were registered")
    return len(view.members)


def _type_person(stage: Stage, page: Any, typed: dict[str, str]) -> None:
    if typed["relation"] != "0":
        answer(page.board.parts.rows["relation"], typed["relation"])
    number = typed.get("documents", "")
    if number:
        line = page.board.person.rows["documents"].field.fields[0].number
        type_text(line, checked(number))
        stage.rest()
    for question in ASKED:
        if question in typed and not (question == "name" and page.case.person.name):
            if page.board.person.rows[question].isHidden():
                raise HandsError(f"{question} is not asked of {typed['name']}")
            answer(page.board.person.rows[question], typed[question])
            QApplication.processEvents()


def checked(number: str) -> str:
    """An invented identity number with its last character put right."""
    return number[:17] + str(mod_11_2.calc_check_digit(number[:17]))


def person(stage: Stage) -> int:
    """The page of the eldest."""
    stage.go("person", resident_id=stage.found[ELDEST])
    stage.picture("30-person")
    return len(stage.shell.casebook.residents.timeline(stage.found[ELDEST]))


def likeness(stage: Stage) -> int:
    """Somebody is about to be registered twice: the two are shown side by side, in both languages."""
    shell = stage.shell
    page = stage.go("register", name="尉迟秀英")
    pick_in_finder(shell, page.board.where.rows["address"].field.community, "hyl")
    type_text(page.board.where.rows["address"].field.lines["door"], "502")
    type_text(page.board.person.rows["birth_date"].field.first_focus(), "1944-6-1")

    def show() -> None:
        page = stage.page
        page.save()
        wait_until(page.board.likeness.isVisible, "the likeness is shown")
        stage.rest()

    stage.in_both("25-register-likeness", show)
    return len(shell.casebook.drafts.all())
