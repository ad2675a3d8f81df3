"""Scenes of the audit for `looks`: a check that found something, and who has seen a person."""

from typing import Any

from desktop.hands import settle
from desktop.pages.audit_check import CheckResult
from desktop.shell import Shell
from models.security.audit_seal import Anchor, Finding, Verdict
from models.services.audit_views import Checked, CheckedChain


def _page(shell: Shell) -> Any:
    return shell.page


def checked(shell: Shell) -> None:
    """A record somebody tampered with; nothing of it is real."""
    head = Anchor("0192a1f0-0000-7000-8000-000000000000", 4310, "ab" * 32)
    found = (Finding("missing", head.chain, 812, 3), Finding("changed", head.chain, 1290))
    chain = CheckedChain(Verdict(head.chain, 4307, head, False, 6, found), 0, 0, "", None, 1)
    page = _page(shell)
    page.dialog = CheckResult(page, Checked(0, (chain,)), [], [])
    page.dialog.open()


def seen(shell: Shell) -> None:
    """Who has seen the person that is shown."""
    _page(shell).ask_seen()
    settle(shell)
