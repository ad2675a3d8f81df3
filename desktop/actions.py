"""Everything the worker can do from anywhere: one list that menus, palette, tooltips and the key sheet read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QKeySequence

from desktop import theme
from models.texts import N_, _

if TYPE_CHECKING:
    from desktop.shell import Shell


@dataclass(frozen=True)
class Command:
    """One action of the window."""

    name: str
    text: str  # English, marked for translation
    keys: tuple[str, ...]
    icon: str
    run: Callable[["Shell"], object]
    group: str = "do"  # go or do: how the key sheet is divided
    locked_too: bool = False  # of use on the sign-in page as well
    anew: bool = False  # makes every page anew, so it waits until the button that was pressed has done its work


RAIL = (
    ("today", N_("Today"), "today"),
    ("residents", N_("Residents"), "residents"),
    ("visits", N_("Visits"), "visit"),
    ("eligibility", N_("Eligibility"), "eligibility"),
    ("referrals", N_("Referrals"), "referral"),
    ("sync", N_("Sync"), "sync"),
    ("office", N_("Office"), "office"),
)
"""(page, its name, its icon) from top to bottom; Alt+1 to Alt+7."""


def _go(page: str) -> Callable[["Shell"], object]:
    return lambda shell: shell.go(page)


def _begin(page: str) -> Callable[["Shell"], object]:
    return lambda shell: shell.begin(page)


def _next_on_worklist(shell: "Shell") -> None:
    from desktop.worklist_queue import go_next  # with what it brings, when it is wanted

    go_next(shell)


def _slip(shell: "Shell") -> None:
    shell.go("referrals", slip=True)


COMMANDS = (
    *(
        Command(f"go_{page}", text, (f"Alt+{place}",), icon, _go(page), "go")
        for place, (page, text, icon) in enumerate(RAIL, 1)
    ),
    Command("go_settings", N_("Settings"), ("Ctrl+,",), "settings", _go("settings"), "go"),
    Command("go_accounts", N_("Accounts and keys"), ("Shift+F10",), "key", _go("accounts"), "go"),
    Command("go_audit", N_("Audit"), ("Shift+F11",), "shield", _go("audit"), "go"),
    Command("go_worklist", N_("Worklist"), ("Ctrl+Shift+W",), "flag", _go("worklist"), "go"),
    Command("go_rounds", N_("Rounds"), ("Ctrl+Shift+G",), "visit", _go("rounds"), "go"),
    Command("go_drafts", N_("Drafts"), ("Ctrl+Shift+F",), "edit", _go("drafts"), "go"),
    Command("go_questionnaires", N_("Questionnaires"), ("Ctrl+Shift+Q",), "assessment", _go("questionnaires"), "go"),
    Command("go_screening", N_("Screening"), ("Ctrl+Shift+E",), "eligibility", _go("screening"), "go"),
    Command("go_calendar", N_("What changes soon"), ("Ctrl+Shift+D",), "calendar", _go("calendar"), "go"),
    Command("go_workbench", N_("Workbench of the rules"), ("Ctrl+Shift+R",), "paper", _go("workbench"), "go"),
    Command("go_templates", N_("Templates of papers"), ("Ctrl+Shift+J",), "paper", _go("templates"), "go"),
    Command("go_packs", N_("Sets of rules"), ("Ctrl+Shift+P",), "check", _go("packs"), "go"),
    Command("go_print_queue", N_("Print queue"), ("Ctrl+Shift+K",), "print", _go("print_queue"), "go"),
    Command("go_health", N_("Health check"), ("Shift+F12",), "shield", _go("health"), "go"),
    Command("go_numbers", N_("Letter numbers"), ("Ctrl+Shift+N",), "referral", _go("numbers"), "go"),
    Command("go_verify", N_("Check a letter"), ("Ctrl+Shift+Y",), "check", _go("verify"), "go"),
    Command("go_conflicts", N_("Changed on both sides"), ("Ctrl+Shift+X",), "sync", _go("conflicts"), "go"),
    Command("go_transfers", N_("Transfers of cases"), ("Ctrl+Shift+U",), "forward", _go("transfers"), "go"),
    Command("go_registers", N_("Registers"), ("Ctrl+Shift+A",), "paper", _go("registers"), "go"),
    Command("go_statistics", N_("Statistics"), ("Ctrl+Shift+M",), "eligibility", _go("statistics"), "go"),
    Command("go_listed", N_("Take in a list of residents"), ("Shift+F4",), "import", _go("listed"), "go"),
    Command("back", N_("Back"), ("Alt+Left",), "back", lambda shell: shell.back(), "go"),
    Command("search", N_("Search"), ("F2", "Ctrl+F"), "search", lambda shell: shell.focus_search(), "go"),
    Command("palette", N_("All commands"), ("Ctrl+K",), "keyboard", lambda shell: shell.show_palette(), "go"),
    Command("register", N_("Register a resident"), ("F3",), "plus", _begin("register")),
    Command("visit", N_("Record a visit"), ("F6",), "visit", _begin("visit")),
    Command("next", N_("Next in the worklist"), ("F8",), "forward", _next_on_worklist),
    Command("letter", N_("Write a referral letter"), ("F7",), "referral", _begin("referral")),
    Command("slip", N_("A slip came back"), ("Shift+F8",), "import", _slip),
    Command("assess", N_("Assess a resident"), ("F9",), "assessment", _begin("assessment")),
    Command(
        "change",
        N_("Something changed in the household"),
        ("Shift+F3",),
        "household",
        lambda shell: shell.begin("change"),
    ),
    Command(
        "questionnaire",
        N_("Fill in a questionnaire"),
        ("Shift+F9",),
        "assessment",
        lambda shell: shell.begin("questionnaire"),
    ),
    Command("pictures", N_("Pictures"), ("Ctrl+Shift+I",), "picture", lambda shell: shell.begin("pictures")),
    Command("plans", N_("Plans, notes and contacts"), ("Shift+F6",), "paper", lambda shell: shell.begin("plans")),
    Command("papers", N_("Papers"), ("Ctrl+Shift+O",), "print", lambda shell: shell.begin("papers")),
    Command("transfer", N_("Transfer the case"), ("Ctrl+Shift+H",), "forward", _begin("transfer")),
    Command("rights", N_("Consent and rights"), ("Shift+F7",), "shield", lambda shell: shell.begin("rights")),
    Command("undo", N_("Undo what was just saved"), ("Ctrl+Shift+Z",), "undo", lambda shell: shell.undo()),
    Command("back_up", N_("Back up now"), ("Ctrl+Shift+S",), "shield", lambda shell: shell.back_up()),
    Command("lock", N_("Lock"), ("Ctrl+L",), "lock", lambda shell: shell.lock()),
    Command(
        "theme",
        N_("Next theme: light, dark, sun"),
        ("Ctrl+Shift+T",),
        "contrast",
        lambda shell: shell.next_theme(),
        "do",
        True,
        True,
    ),
    Command(
        "touch",
        N_("Large targets for fingers"),
        ("Ctrl+Shift+B",),
        "touch",
        lambda shell: shell.toggle_touch(),
        "do",
        True,
        True,
    ),
    Command(
        "larger",
        N_("Larger letters"),
        ("Ctrl++", "Ctrl+="),
        "text-size",
        lambda shell: shell.resize_text(1),
        "do",
        True,
        True,
    ),
    Command(
        "smaller",
        N_("Smaller letters"),
        ("Ctrl+-",),
        "text-size",
        lambda shell: shell.resize_text(-1),
        "do",
        True,
        True,
    ),
    Command(
        "language",
        N_("中文 / English"),
        ("Ctrl+Shift+L",),
        "language",
        lambda shell: shell.switch_language(),
        "do",
        True,
        True,
    ),
    Command("keys", N_("Keyboard shortcuts"), ("Ctrl+/",), "keyboard", lambda shell: shell.show_keys(), "go", True),
    Command("help", N_("Help for this page"), ("F1",), "help", lambda shell: shell.show_help(), "go", True),
    Command("quit", N_("Quit"), ("Ctrl+Q",), "close", lambda shell: shell.close(), "do", True),
)


def build(shell: "Shell") -> dict[str, QAction]:
    """The window's actions by name, added to it so that their keys work everywhere."""
    made = {}
    for command in COMMANDS:
        action = QAction(shell)
        action.setObjectName(command.name)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        if command.anew:
            action.triggered.connect(
                lambda _checked=False, run=command.run: QTimer.singleShot(0, shell, lambda: run(shell))
            )
        else:
            action.triggered.connect(lambda _checked=False, run=command.run: run(shell))
        action.setData(command)
        shell.addAction(action)
        made[command.name] = action
    return made


def dress(actions: dict[str, QAction]) -> None:
    """Give the actions their texts and icons in the language and theme now shown."""
    for action in actions.values():
        command: Command = action.data()
        action.setText(_(command.text))
        action.setIconText(_(command.text))
        action.setToolTip(_(command.text))
        action.setIcon(theme.icon(command.icon))
