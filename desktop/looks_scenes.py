"""What `looks` looks at: every page, the sheets that lie over a page, and the dialogs that pages ask with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop import looks_audit, looks_conflicts, looks_desks, looks_exchange, looks_health, looks_printing, looks_trust
from desktop.hands import HandsError, settle
from desktop.shell import PAGES, Shell

if TYPE_CHECKING:
    from models.services.casework_views import PlanView


@dataclass(frozen=True)
class Scene:
    """Something to look at: a page, and what is done there first."""

    name: str
    page: str
    act: Callable[[Shell], object] | None = None
    where: Mapping[str, Any] | None = None
    rest: float = 0.03
    """Seconds without anything new after which the page is taken to be finished."""
    asks: bool = False
    """Whether a dialog is open then: without one there would be nothing to look at."""


LATER = 0.15
"""Seconds after which a sheet of paper is drawn anew at another size, and a card follows the cursor of its list."""

CARDED = frozenset(
    {
        "residents",
        "worklist",
        "handover",
        "screening",
        "calendar",
        "referral",
        "template",
        "papers",
        "transfer",
        "statistics",
    }
)
"""Pages with such a sheet or card."""

CHOSEN = 3
"""So many households of the worklist are chosen where something is done with several."""


def _page(shell: Shell) -> Any:
    """The page that is shown: what it can do depends on which one it is."""
    return shell.page


def _block(shell: Shell) -> Any:
    """A block of letter numbers; one is given where there is none."""
    page = _page(shell)
    if not page.loaded.standing.blocks:
        shell.casebook.numbering.give("K7Q2", "李姐的平板")
        return shell.casebook.numbering.standing().blocks[0]
    return page.loaded.standing.blocks[-1]


def choose_some(shell: Shell) -> None:
    """Choose the first households of the worklist."""
    lines = _page(shell).lines
    if lines.ticks.possible < CHOSEN:
        raise HandsError("there are too few lines to choose from")
    lines.tick_all(False)
    lines.tick(0, CHOSEN - 1)


def _with_some(act: Callable[[Any], object]) -> Callable[[Shell], object]:
    """Choose a few households of the worklist, then do something with the page."""

    def chosen(shell: Shell) -> None:
        choose_some(shell)
        act(_page(shell))

    return chosen


def _plan(shell: Shell) -> "PlanView":
    loaded = _page(shell).loaded
    if loaded is None or not loaded.plans or not loaded.plans[0].tasks:
        raise HandsError("there is no plan with a task")
    found: PlanView = loaded.plans[0]
    return found


def _change_task(shell: Shell) -> None:
    task = _plan(shell).tasks[0]
    _page(shell).act("change_task", task.id, task)


def _paper(paper: str) -> Callable[[Shell], object]:
    """Choose a paper on the page of papers."""

    def chosen(shell: Shell) -> None:
        combo = _page(shell).paper
        combo.setCurrentIndex(combo.findData(paper))

    return chosen


def _ask_transfer(shell: Shell) -> None:
    """Begin to transfer the case of a household of which none is under way."""
    if _page(shell).name != "transfer":
        book = shell.casebook
        homes = (book.households.of_resident(each)[0].id for each in book.residents.ids())
        shell.go("transfer", household_id=next(home for home in homes if not book.transfers.begin(home).open_id))
        settle(shell)
    _page(shell).ask()


def _change_template(shell: Shell) -> None:
    """Open all texts of a template, change one, and leave too little room for them."""
    page = _page(shell)
    form = page.form
    for link in form.texts.links:
        if link.text().startswith("▸"):
            link.click()
    form.texts.rows["zh.title"].line.setText("服务转介单")
    form.paper.setCurrentIndex(form.paper.findData("A5"))
    form.margins["left"].setValue(45)
    page.settle()


DIALOGS = (
    Scene("worklist-plan", "worklist", _with_some(lambda page: page.ask_plan()), asks=True),
    Scene("worklist-export", "worklist", _with_some(lambda page: page.ask_export()), asks=True),
    Scene("worklist-export-paper", "worklist", _with_some(looks_printing.ask_list_as_paper), asks=True),
    Scene("worklist-assign", "worklist", _with_some(lambda page: page.with_chosen(page.deeds.ask_assign)), asks=True),
    Scene("worklist-put-off", "worklist", _with_some(lambda page: page.with_chosen(page.deeds.ask_put_off)), asks=True),
    Scene("worklist-rhythm", "worklist", lambda shell: _page(shell).deeds.ask_rhythm(), asks=True),
    Scene("rights-request", "rights", lambda shell: _page(shell).deeds.add_request(), asks=True),
    Scene("rights-erase", "rights", lambda shell: _page(shell).deeds.preview_erasure(), asks=True),
    Scene("round-door", "round", lambda shell: _page(shell).deeds.add_door(), asks=True),
    Scene("plans-goal", "plans", lambda shell: _page(shell).act("add_goal", _plan(shell).id, None), asks=True),
    Scene("plans-task", "plans", _change_task, asks=True),
    Scene("referral-slip", "referral", lambda shell: _page(shell).deeds.note_slip(), asks=True),
    Scene("referral-done", "referral", lambda shell: _page(shell).deeds.note_step("done"), asks=True),
    Scene("referral-papers", "referral", lambda shell: _page(shell).deeds.note_step("papers_asked"), asks=True),
    Scene("transfer-step", "transfer", lambda shell: _page(shell).note_step("withdraw"), asks=True),
    Scene("transfer-ask", "transfers", _ask_transfer, asks=True),
    Scene("numbers-take-over", "numbers", lambda shell: _page(shell).ask_take_over(), asks=True),
    Scene("numbers-close", "numbers", lambda shell: _page(shell).ask_close(_block(shell)), asks=True),
    Scene("registers-sheet", "registers", lambda shell: _page(shell).ask_spreadsheet(), asks=True),
    Scene("register-text-choice", "register", looks_desks.choose_text, asks=True),
    Scene("accounts-new", "accounts", looks_trust.ask_new, asks=True),
    Scene("accounts-rights", "accounts", looks_trust.ask_rights, asks=True),
    Scene("accounts-phrase", "accounts", looks_trust.ask_phrase, asks=True),
    Scene("accounts-leave", "accounts", looks_trust.ask_leave, asks=True),
    Scene("accounts-code", "accounts", looks_trust.show_code, asks=True),
    Scene("accounts-renew", "accounts", lambda shell: _page(shell).ask_renew(), asks=True),
    Scene("audit-check", "audit", lambda shell: _page(shell).ask_check(), asks=True),
    Scene("audit-checked", "audit", looks_audit.checked, asks=True),
    Scene("audit-files", "audit", lambda shell: _page(shell).ask_export(), asks=True),
    Scene("person-seen", "person", looks_audit.seen, asks=True),
    Scene("sync-agree", "sync", looks_health.ask_to_agree, asks=True),
    Scene("print", "referrals", looks_printing.ask_printer, asks=True),
    Scene("print-save", "referrals", looks_printing.ask_protection, asks=True),
    Scene("print-several", "referrals", looks_printing.choose_letters, asks=True),
)
"""The dialogs that are larger than a sentence and two buttons."""

SCENES = (
    *(Scene(name, name, rest=LATER if name in CARDED else 0.03) for name in PAGES),
    Scene("residents-found", "residents", where={"text": "w"}, rest=LATER),
    Scene("worklist-chosen", "worklist", choose_some, rest=LATER),
    Scene("screening-people", "screening", where={"view": "people"}, rest=LATER),
    Scene("register-empty", "register", where={}),
    Scene("change-elsewhere", "change", looks_desks.open_elsewhere),
    Scene("rights-everybody", "rights", where={}),
    Scene("referral-new", "referral", where={}, rest=LATER),
    *(
        Scene(f"papers-{paper}", "papers", _paper(paper), rest=LATER)
        for paper in ("notice", "envelopes", "labels", "blank_form")
    ),
    Scene("template-wrong", "template", _change_template, where={}, rest=LATER),
    Scene("listed-looked", "listed", looks_trust.a_list),
    Scene("health-amiss", "health", looks_health.amiss),
    Scene("sync-held", "sync", looks_health.held),
    Scene("sync-wizard", "sync", looks_exchange.wizard),
    Scene("sync-written", "sync", looks_exchange.written),
    Scene("sync-preview", "sync", looks_exchange.preview),
    Scene("sync-taken", "sync", looks_exchange.taken),
    Scene("sync-aside", "sync", looks_exchange.aside),
    Scene("conflicts-open", "conflicts", looks_conflicts.quarrel),
    Scene("conflicts-join", "conflicts", looks_conflicts.joining),
    *(Scene(f"conflicts-{tab}", "conflicts", looks_conflicts.tab(tab)) for tab in ("alike", "twice", "days")),
    Scene("help-keys", "help", where={"topic": "keys"}),
    Scene("print_queue-half", "print_queue", looks_printing.half_printed, rest=LATER),
    Scene("commands", "today", lambda shell: shell.show_palette()),
    Scene("keys", "today", lambda shell: shell.show_keys()),
    Scene("undo", "today", lambda shell: shell.say("已登记一户四人：贵州路 18 号 3 号楼 2 单元 1602", lambda: None)),
    Scene(
        "banner", "today", lambda shell: shell.notice("这一户上次走访时有人不愿回答收入情况，请先说明用途。", "warn")
    ),
    *DIALOGS,
)
