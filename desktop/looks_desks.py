"""Scenes of desks side by side: two texts of one field to choose from, and a record that is open elsewhere."""

from typing import Any

from desktop.shell import Shell
from desktop.widgets.text_choice import TextChoice


def choose_text(shell: Shell) -> None:
    """Ask which of two long texts stands."""
    from models.store.seen import Disputed

    long = "老人耳背，敲门要重一些；上午在楼下锻炼，下午三点以后在家。"
    texts: list[tuple[str, Any, Any]] = [("note", long + "家里有狗。", long), ("education", "70", "60")]
    at = int(shell.clock.now().timestamp() * 1000)
    disputed = [Disputed("resident", "r", field, "", mine, theirs, "o", "张建国", at) for field, mine, theirs in texts]
    TextChoice(shell, disputed).open()


def open_elsewhere(shell: Shell) -> None:
    """A record that is open for change here and at two other desks."""
    from models.services.desks import AtWork

    page: Any = shell.page
    at = int(shell.clock.now().timestamp() * 1000)
    page.open_elsewhere([AtWork("", "household", name, "窗口2", at) for name in ("周敏", "欧阳建国")])
