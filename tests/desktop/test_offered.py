"""What the window offers to whom: nothing that is refused, and a calm sentence where somebody asks all the same."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from desktop import commands, offered
from desktop.pages.visit import VisitPage
from desktop.shell import PAGES, Shell
from desktop.widgets.command_palette import all_actions
from models.errors import Problem
from models.records.roles import ACTIONS, ADMINISTRATOR, AUDITOR, CLASSES, DESK, ROLES, SUPERVISOR, WORKER
from models.services.allowed import NotAllowed
from tests.desktop.conftest import settle

SUBJECTS = ("person", "household", "visit", "assessment", "change", "merge", "round", "round_entry", "transfer")
"""Pages that are only opened about somebody or something."""


def as_role(shell: Shell, *roles: str) -> list[Problem]:
    """Sign in again as somebody with these roles; returns the problems that the window is told from now on."""
    told: list[Problem] = []
    casebook = shell.casebook
    casebook._book.worker = replace(casebook.worker, roles=roles)
    shell.tasks.problem.connect(lambda problem, *_more: told.append(problem))
    shell.unlock(casebook)
    return told


def test_every_page_and_command_that_is_offered_is_an_action_that_exists() -> None:
    assert {
        action for action in (*offered.PAGES.values(), *offered.COMMANDS.values()) if action not in ACTIONS
    } == set()
    assert offered.PAGES.keys() - {"audit"} <= PAGES.keys()


@pytest.mark.parametrize("role", [AUDITOR, ADMINISTRATOR, WORKER])
def test_pages_that_are_offered_to_a_role_ask_for_nothing_that_it_may_not_do(shell: Shell, role: str) -> None:
    told = as_role(shell, role)
    settle(shell)
    for page in PAGES:
        if page in SUBJECTS or offered.refusal(shell.casebook, offered.PAGES.get(page, "")):
            continue
        assert shell.go(page), page
        settle(shell)
        assert [one.facts for one in told if isinstance(one, NotAllowed)] == [], page


def test_an_auditor_sees_neither_search_nor_lists_and_begins_where_it_makes_sense(shell: Shell) -> None:
    as_role(shell, AUDITOR)
    assert shell.area is not None
    assert shell.page is not None
    assert shell.page.name == ("audit" if "audit" in PAGES else "office")
    assert [name for name, button in shell.area.rail_buttons.items() if not button.isHidden()] == ["office"]
    assert shell.area.search.isHidden()
    names = {action.objectName() for action in commands.matching("", all_actions(shell))}
    assert not names & {"register", "visit", "search", "go_residents", "undo", "letter", "papers", "go_templates"}
    assert names >= {"lock", "go_settings", "help"}


def test_a_page_that_is_not_theirs_is_refused_calmly(shell: Shell) -> None:
    as_role(shell, AUDITOR)
    here = shell.page
    assert not shell.go("residents")
    assert shell.page is here
    assert shell.area is not None
    banner = shell.area.banners.banner
    assert banner is not None
    assert banner.property("role") == "banner-info"
    shell.problem(NotAllowed(action="erase"))
    assert shell.area.banners.banner is not None
    assert shell.area.banners.banner.property("role") == "banner-info"


def test_a_reserved_button_stays_disabled_and_says_why(shell: Shell) -> None:
    as_role(shell, WORKER)
    assert shell.page is not None
    button, other = QPushButton(shell.page), QPushButton(shell.page)
    shell.page.reserve("export", button)
    shell.page.reserve("plan", other)
    button.setEnabled(True)
    assert not button.isEnabled()
    assert "主管" in button.toolTip()
    assert other.isEnabled()
    assert other.toolTip() == ""


def test_buttons_of_a_supervisor_are_all_there(shell: Shell) -> None:
    as_role(shell, SUPERVISOR, DESK, *ROLES)
    assert shell.area is not None
    assert not [name for name, button in shell.area.rail_buttons.items() if button.isHidden()]
    assert shell.page is not None
    assert shell.page.name == "today"
    action = shell.actions_by_name["register"]
    assert action.isEnabled()
    assert action.toolTip() == action.text()


def test_what_is_withheld_is_said_where_people_are_shown(shell: Shell) -> None:
    casebook = shell.casebook
    resident = casebook.residents.ids()[0]
    household = casebook.households.of_resident(resident)[0].id
    casebook._book.worker = replace(casebook.worker, classes=frozenset(CLASSES) - {"health", "hiv_psychiatric"})
    shell.unlock(casebook)
    for page, where in (("person", {"resident_id": resident}), ("household", {"household_id": household})):
        shell.go(page, **where)
        settle(shell)
        assert shell.page is not None
        said = [label.text() for label in shell.page.findChildren(QLabel) if label.isVisibleTo(shell.page)]
        assert "健康与残疾：不显示" in said
        assert "艾滋病与精神疾病：不显示" in said
        assert "收入、财产与债务：不显示" not in said
    shell.go("screening")
    settle(shell)
    assert shell.page is not None
    assert shell.page.withheld.text() == "您的账户不显示：健康与残疾、艾滋病与精神疾病。"
    casebook._book.worker = replace(casebook.worker, classes=frozenset(CLASSES))
    shell.unlock(casebook)
    shell.go("screening")
    assert not hasattr(shell.page, "withheld")


def test_a_visit_does_not_ask_for_what_is_withheld(shell: Shell) -> None:
    casebook = shell.casebook
    household = casebook.households.of_resident(casebook.residents.ids()[0])[0].id
    asked = {}
    for kinds in (frozenset(CLASSES), frozenset(CLASSES) - {"health", "finance"}):
        casebook._book.worker = replace(casebook.worker, classes=kinds)
        shell.unlock(casebook)
        shell.go("visit", household_id=household)
        settle(shell)
        page = shell.page
        assert isinstance(page, VisitPage)
        asked[kinds] = {key for of_resident in (True, False) for key, _label in page._choices(of_resident)}
    everything, less = asked.values()
    assert less < everything
    assert "disability_cert" in everything - less
