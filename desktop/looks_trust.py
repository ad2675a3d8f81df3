"""Scenes of accounts, lists and the lock for `looks`: a new account, rights, a leaver, a code; a list looked at."""

from collections.abc import Callable
from typing import Any

from desktop.hands import settle
from desktop.pages.leaving import Leaving
from desktop.pages.sign_in import SignIn
from desktop.shell import Shell
from desktop.tasks import Job
from forms.people_list.tables import read_list
from models.errors import DiskFull
from models.texts import _

_LIST = (
    ("花园路社区居民花名册",),
    ("姓名", "身份证号", "与户主关系", "楼号", "单元", "室", "联系电话", "文化程度", "备注"),
    ("赵新来", "", "户主", "9", "1", "101", "13920000001", "初中", "租住"),
    ("钱新来", "", "妻子", "", "", "", "12", "老高中", ""),
    ("孙七", "12010119900101002X", "户主", "9", "1", "102", "", "", ""),
)


def locking(shell: Shell) -> None:
    """Just locked, while long work is still finished."""
    gate = Leaving(shell)
    gate._show(Job(lambda: None, None, None, None, _("Looking through the casebook file")))
    shell.show_gate(gate)


def locked(shell: Shell) -> None:
    """The sign-in page after a lock, with all that it may have to tell."""
    kept = _("What you had begun and not saved is kept among the drafts.")
    lost = _("What you typed last could not be kept: {reason}").format(reason=DiskFull().sentence())
    shell.show_gate(SignIn(shell, "\n".join((kept, lost))))


GATES: dict[str, Callable[[Shell], object]] = {"locking": locking, "locked": locked}
"""What stands in the place of the records once the window is locked."""


def _page(shell: Shell) -> Any:
    return shell.page


def a_list(shell: Shell) -> None:
    """A list with a row that stays out and one that is taken in with a remark."""
    from reports.tables import Table, write_tables  # with the spreadsheet writer, for this scene alone

    data = write_tables([Table("名单", _LIST[1], _LIST[2:], _LIST[0])])
    shell.go("listed", table=read_list(data), file="花名册.xlsx")
    settle(shell)


def ask_new(shell: Shell) -> None:
    """A new account, with a passphrase half typed."""
    _page(shell).ask_new()
    dialog = _page(shell).dialog
    dialog.name.setText("李娜")
    dialog.phrase.first.line.setText("晨雾 木桥")
    dialog.phrase.strength.judge()


def _own(shell: Shell) -> Any:
    return next(row for row in _page(shell).rows if row.own)


def ask_rights(shell: Shell) -> None:
    """What somebody may do."""
    _page(shell).ask_rights(_own(shell))


def ask_phrase(shell: Shell) -> None:
    """Another passphrase of somebody."""
    _page(shell).ask_phrase(_own(shell))


def ask_leave(shell: Shell) -> None:
    """Somebody leaves."""
    _page(shell).ask_leave(_own(shell))


def show_code(shell: Shell) -> None:
    """A recovery code, shown once; an invented one, so that none is made."""
    _page(shell)._show_code("T80Z-WAHZ-0J4K-9M2P-7Q3R-5S1T-8V6W-2X4Y-5", b"")
