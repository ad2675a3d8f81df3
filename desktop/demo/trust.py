"""Who may do what: a list of residents taken in, a colleague with an account of her own, a way back, health."""

from typing import Any

from desktop.demo.stage import PASSPHRASE, Stage
from desktop.hands import press, type_text, wait_until
from reports.tables import Table, write_tables

NAME, PHRASE = "李娜", "晨雾 木桥 七只 白鹭"
HEADINGS = ("户号", "姓名", "与户主关系", "出生日期", "小区", "楼号", "单元", "室", "联系电话", "备注")
ROWS = (
    ("1", "沈玉芬", "户主", "1951-04-09", "花园里", "21", "1", "101", "13820003301", ""),
    ("1", "陆长河", "丈夫", "1949年12月1日", "", "", "", "", "", "独居时间多"),
    ("2", "贺小满", "户主", "1990/5/20", "花园里", "21", "1", "102", "12", ""),
    ("3", "秦1", "户主", "", "花园里", "21", "1", "103", "", ""),
)


def take_in(stage: Stage) -> int:
    """A list that an office keeps in a spreadsheet: three people come in, a row with a slip stays out."""
    path = stage.work / "花名册.xlsx"
    path.write_bytes(write_tables([Table("名单", HEADINGS, ROWS, ("花园里居民花名册",))]))
    before = len(stage.shell.casebook.residents.ids())
    page = stage.go("listed")
    stage.picture("17-list")
    page.read_in(path)
    stage.rest()
    page = stage.page
    stage.need(page.take_button is not None and page.looked.read.left_out, "the list was not looked at")
    stage.picture("17-list-looked-at")
    press(page.take_button)
    wait_until(stage.shell.tasks.idle, "the list is taken in", 60)
    taken = len(stage.shell.casebook.residents.ids()) - before
    stage.need(taken == 3, f"{taken} residents were taken in")
    return taken


def accounts(stage: Stage) -> int:
    """A colleague gets an account, signs in and may not keep accounts; a recovery code is printed."""
    page = stage.go("accounts")
    press(page.add_button)
    dialog = page.dialog
    type_text(dialog.name, NAME)
    type_text(dialog.phrase.first.line, PHRASE)
    type_text(dialog.phrase.second.line, PHRASE)
    dialog.phrase.strength.judge()
    stage.picture_of(dialog, "92-accounts-new")
    press(dialog.go)
    stage.rest()
    press(page.code_button)
    stage.rest()
    stage.picture_of(page.dialog, "92-recovery-code")
    page.dialog.accept()
    stage.rest()
    stage.in_both("92-accounts", lambda: stage.go("accounts"))
    _sign_in(stage, NAME, PHRASE, "92-sign-in-who")
    stage.need(not stage.shell.casebook.may("accounts"), "a worker may keep accounts")
    stage.picture("92-today-of-a-worker")
    _sign_in(stage, "", PASSPHRASE)
    return 2


def look_after(stage: Stage) -> int:
    """The audit is read and checked, and the health check is looked at."""
    stage.in_both("93-audit", lambda: stage.go("audit"))
    stage.need(stage.shell.casebook.audit.check().sound, "the audit chain is not sound")
    stage.in_both("94-health", lambda: stage.go("health"))
    return 2


def _sign_in(stage: Stage, name: str, phrase: str, picture: str = "") -> None:
    """Lock, and sign in as somebody; "" for the first account."""
    stage.shell.lock()
    wait_until(lambda: stage.shell.is_locked and stage.shell.tasks.idle(), "the window is locked", 30)
    gate: Any = stage.shell.gate
    gate.who.setCurrentIndex(max(gate.who.findText(name), 0) if name else 0)
    if picture:
        stage.picture(picture)
    type_text(gate.passphrase.line, phrase, enter=True)
    wait_until(lambda: not stage.shell.is_locked, "somebody signed in", 30)
    stage.rest(0.2)
