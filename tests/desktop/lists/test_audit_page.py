"""The audit in the window: filters, days, sentences, the check, the files, and who has seen somebody."""

import io
import zipfile

import openpyxl
import pytest
import pyzipper
from sqlalchemy import text

from desktop import audit_words
from desktop.audit_words import deed, finding_words, found_words, partner_words, subject_words, verdict
from desktop.conflict_words import entity_text
from desktop.pages.audit_check import CheckResult, SecretDialog
from models import texts
from models.clock import today
from models.security.audit_seal import Anchor, Finding, Verdict
from models.services.audit_views import AuditRow, AuditWhere, Checked, CheckedChain, DeviceChain, KnownAnchor
from models.store.guard import allow_writes
from models.store.rows import KEPT
from models.texts import _
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle

SECRET = "4821 7730 5916 2048"
LOOKED = "查看了"  # the window is Chinese unless somebody chose otherwise


@pytest.fixture
def page(shell):
    resident = shell.casebook.residents.ids()[0]
    shell.casebook.residents.get(resident)
    document = shell.casebook.residents.get(resident).documents
    if document:
        shell.casebook.residents.reveal(resident, "number", document[0].id, "核对补贴")
    shell.go("audit")
    settle(shell)
    return shell.page


def sentences(page):
    rows = page.table.rows
    return [rows.data(rows.index(place, 2)) for place in range(rows.rowCount())]


def choose(shell, box, key):
    box.setCurrentIndex(box.findData(key))
    settle(shell)


def test_every_row_is_a_plain_sentence_and_the_days_count_them(shell, page):
    said = sentences(page)
    assert _("Signed in") in said
    assert any(one.startswith(LOOKED) for one in said)
    assert page.days.count() >= 1
    assert page.days.item(0).text().startswith(_("today"))
    page.days.itemActivated.emit(page.days.item(0))
    assert page.table.currentIndex().row() == 0
    assert not page.detail.isHidden()


def test_rows_are_narrowed_down_by_what_was_done_and_by_whom(shell, page):
    choose(shell, page.kind, "view")
    assert all(one.startswith(LOOKED) for one in sentences(page))
    assert sentences(page)
    choose(shell, page.sensitive, "health")
    assert page.results.currentWidget() is page.empty
    assert page.detail.isHidden()
    choose(shell, page.sensitive, "")
    choose(shell, page.worker, shell.worker.name)
    choose(shell, page.period, "year")
    assert sentences(page)
    shell.go("audit", kind="unlock")
    settle(shell)
    assert set(sentences(shell.page)) == {_("Signed in")}


def test_enter_opens_the_record_that_a_row_is_about(shell, page):
    choose(shell, page.kind, "view")
    page.table.opened.emit(page.table.rows.row(0))
    settle(shell)
    assert shell.page.name == "person"


def test_the_check_says_that_the_record_is_sound_and_that_it_is_not(shell, page):
    page.ask_check()
    page.dialog.phrase.setText(PASSPHRASE)
    page.dialog.mark.setText("ZZZZ ZZZZ")
    page.dialog.go.click()
    settle(shell)
    assert isinstance(page.dialog, CheckResult)
    assert page.dialog.said.startswith("记录完好")
    assert page.dialog.said.endswith(_("The seals were checked too."))
    assert "ZZZZZZZZ" in page.dialog.lines[0]
    page.dialog.accept()
    book = shell.casebook._book
    with book.writing() as connection, allow_writes(connection):
        connection.execute(text("UPDATE audit SET worker = 'x' WHERE action = 'view'"))
    page.check("", audit_words.mark_of(book_head(shell)).replace(" ", ""))
    settle(shell)
    assert "和写下时不一样了" in page.dialog.said
    assert any("事后被改过" in line for line in page.dialog.lines)


def book_head(shell):
    head = shell.casebook.audit.head()
    assert head is not None
    return head.hash


def test_a_wrong_passphrase_is_said_and_nothing_is_shown(shell, page):
    page.check("some other passphrase", "")
    settle(shell)
    assert page.dialog is None
    assert shell.area.banners.banner is not None


def test_the_files_for_the_auditor_are_protected_and_noted(shell, page, tmp_path):
    target = tmp_path / "audit.zip"
    page.choose_file = lambda _name: target
    page.ask_export()
    page._export(SECRET)
    settle(shell)
    with pyzipper.AESZipFile(io.BytesIO(target.read_bytes())) as packed:
        packed.setpassword(SECRET.encode())
        names = set(packed.namelist())
        sheet = openpyxl.load_workbook(io.BytesIO(packed.read("审计.xlsx"))).active
        rows = packed.read("rows.jsonl")
    assert names == {"审计.xlsx", "rows.jsonl", "places.json", "how-to-check.txt", "check_audit.py"}
    assert b'"action":"unlock"' in rows
    assert any(_("Signed in") in [cell.value for cell in row] for row in sheet.iter_rows())
    assert shell.casebook.audit.page().rows[1].action in ("export", "audit")


def test_a_file_for_the_auditor_is_checked_by_a_button(shell, page, tmp_path):
    target = tmp_path / "audit.zip"
    page.choose_file = lambda _name: target
    page._export(SECRET)
    settle(shell)
    page.choose_rows = lambda: target
    page.file_button.click()
    settle(shell)
    assert isinstance(page.dialog, SecretDialog)
    page.dialog.secret.setText("another secret")
    page.dialog.go.click()
    settle(shell)
    assert isinstance(page.dialog, SecretDialog)  # it is asked for again
    page.dialog.secret.setText(SECRET)
    page.dialog.go.click()
    settle(shell)
    assert isinstance(page.dialog, CheckResult)
    assert page.dialog.said.startswith("记录完好")
    noted = {(row.subject_kind, row.detail[:11]) for row in shell.casebook.audit.page(AuditWhere(kind="audit")).rows}
    assert ("file", "check sound") in noted
    rows = shell.casebook.audit.export().files["rows.jsonl"].splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_bytes(b"".join([rows[0], *rows[2:]]))
    page.choose_rows = lambda: tmp_path / "rows.jsonl"
    page.file_button.click()
    settle(shell)
    assert "和写下时不一样" in page.dialog.said
    assert page.dialog.lines == ["从第 2 条起少了 1 条。"]


@pytest.mark.parametrize("data", [b"", b"no rows", b"PK\x03\x04 no archive", None])
def test_what_is_no_file_for_the_auditor_is_refused_in_a_sentence(shell, page, tmp_path, data):
    path = tmp_path / "x.zip"
    if data is None:
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("other.txt", "x")
    else:
        path.write_bytes(data)
    page.choose_rows = lambda: path
    page.file_button.click()
    settle(shell)
    assert page.dialog is None
    assert "x.zip" in shell.area.banners.banner.accessibleName()


def test_nothing_is_written_where_no_place_was_chosen(shell, page, monkeypatch):
    monkeypatch.setattr("desktop.pages.audit.QFileDialog.getSaveFileName", lambda *_all: ("", ""))
    assert page.choose_file("x") is None
    page._export("")
    settle(shell)


def test_who_has_seen_somebody_stands_on_the_page_of_the_person_and_of_the_household(shell):
    resident = shell.casebook.residents.ids()[0]
    shell.go("person", resident_id=resident)
    settle(shell)
    shell.page.seen_button.click()
    settle(shell)
    rows = shell.page.dialog.table.rows
    assert any(LOOKED in rows.data(rows.index(place, 2)) for place in range(rows.rowCount()))
    shell.page.dialog.close_button.click()
    home = shell.casebook.households.of_resident(resident)[0].id
    shell.go("household", household_id=home)
    settle(shell)
    shell.page.seen_button.click()
    settle(shell)
    assert shell.page.dialog.table.rows.rowCount() >= 1


def row(action, kind="", detail="", subject="", **more):
    made = {"subject_id": "x" if kind else "", "reason": "", "fields": (), "classes": (), "others": 0, **more}
    return AuditRow("c", 1, 0, "周敏", "a", action, kind, made.pop("subject_id"), subject, detail, **made)


@pytest.mark.parametrize("tongue", ["en", "zh_CN"])
def test_every_action_has_a_sentence_in_both_languages(tongue):
    texts.set_language(tongue)
    rows = [
        row(action, kind, detail, subject)
        for action in (
            *("begin", "unlock", "lock", "failed_unlock", "print", "backup", "restore", "erase", "check", "screen"),
            *("calendar", "receipt", "trust", "distrust", "revoke", "scope", "write", "install", "go_back", "compare"),
            *("replay", "number_block", "number_keeping", "export", "view", "reveal", "search", "change", "import"),
            *("audit", "refused"),
        )
        for kind, detail, subject in (
            ("resident", "number", "李建国"),
            ("household", "phone", "3-501"),
            ("resident", "picture document", ""),
            ("batch", "refused damaged", ""),
            ("account", "check sound rows=1", "周敏"),
            ("chain", "check not sound", ""),
            ("resident", "who has seen", "李建国"),
            ("resident", "visits.record", "李建国"),
            ("register", "searches=2 found=9", ""),
            ("something", "found=9", ""),
        )
    ]
    for each in rows:
        said = deed(each)
        assert said, each
        assert "{" not in said, each
        if tongue == "zh_CN" and each.action != "refused":
            assert any("\u4e00" <= sign <= "\u9fff" for sign in said), (each, said)
    assert deed(row("unknown")) == "unknown"
    assert deed(row("view", "resident", subject="李建国", others=2)) != deed(row("view", "resident", subject="李建国"))
    assert subject_words(row("view", "resident", subject_id=""))


def test_details_name_reason_fields_and_classes():
    texts.set_language("en")
    fields = ("dwelling.door", "fact.hiv_status", "fact.of_an_older_set", "picture.document_id", "resident.name")
    changed = row("change", "resident", "x", reason="核对", fields=fields, classes=("health",))
    told = dict(audit_words.details(changed, {"hiv_status": "HIV"}))
    assert told["Why"] == "核对"
    assert told["Fields"] == (
        "Dwellings: door; What was learnt: HIV, 1 other field; Pictures: 1 other field; Person: name"
    )
    assert told["Sensitive"] == "Health and disability"


@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
def test_every_kind_of_record_has_a_name(tongue):
    texts.set_language(tongue)
    names = {entity: entity_text(entity) for entity in KEPT}
    assert not [entity for entity, name in names.items() if name == entity or "_" in name]
    assert tongue == "en" or not [name for name in names.values() if name.isascii()]


def test_fields_of_every_kind_of_record_are_told_in_words():
    texts.set_language("zh_CN")
    for entity, table in KEPT.items():
        said = audit_words.fields_words([f"{entity}.{name}" for name in table.columns.keys()], {})  # noqa: SIM118
        assert entity not in said
        assert "_" not in said


def test_a_refusal_says_what_was_refused_and_not_whom_the_reader_should_ask():
    texts.set_language("en")
    for_role = row("refused", "action", "residents.find", subject_id="search")
    assert deed(for_role) == "Was refused: Find people and look through lists"
    for_place = row("refused", "verb", "visits.record", subject_id="")
    assert deed(for_place) == "Was refused, as it is about what the account does not see: a visit"


def test_findings_are_sentences():
    kinds = ("missing", "cut", "changed", "order", "forged", "remade")
    said = [finding_words(Finding(kind, "c", 5, n)) for kind in kinds for n in (1, 3)]
    assert all("5" in one or "last row" in one for one in said)
    found = tuple(Finding("changed", "c", place) for place in range(25))
    chain = CheckedChain(Verdict("c", 30, None, True, 0, found), 0, 0, "", None, 1)
    lost = (KnownAnchor(Anchor("d", 9, "0" * 64), "backup", 0, "2026-11-22"),)
    made = Checked(0, (chain,), lost)
    assert verdict(made)[0] == "problem"
    lines = found_words(made)
    assert len(lines) == 22
    assert "2026-11-22" in lines[0]
    assert lines[-1] == "… and 5 more."


def test_what_partners_told_is_a_sentence_each(shell):
    on = today(shell.clock)
    anchors = (KnownAnchor(Anchor("d", 9, "0" * 64), "batch", 1_790_000_000_000, "f"),)
    for trouble in ("", "cut", "changed", "gap"):
        said = partner_words(DeviceChain("key-id-1", "花园路社区", anchors, trouble), on)
        assert said.startswith("花园路社区")
