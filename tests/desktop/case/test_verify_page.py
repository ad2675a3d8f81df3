"""The page that checks a letter: a scanned code, a file, a card; what is wrong is told first."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from models.records.referral import MatterEntry, ReferralEntry
from models.sync.card import write_card
from reports.letter import render_letter
from tests.desktop.case.conftest import CARD, press, said
from tests.desktop.conftest import settle, type_text
from tests.reports.letters import letter
from tests.reports.sealed import Sealer


@pytest.fixture
def own(window_of_case, family):
    """A letter of this office, as it was issued through the window's casebook."""
    matter = MatterEntry(service_id="S01")
    entry = ReferralEntry(resident_id=family.grandmother, matters=(matter,), receiver="劝业场街道公共服务大厅")
    casebook = window_of_case.casebook
    return casebook.referrals.letter(casebook.referrals.issue(entry).ids[0])


def scan(shell, page, text):
    page.code.clear()
    type_text(page.code, text)
    page.check_button.click()
    settle(shell)
    return said(page)


def test_a_letter_of_this_office_is_genuine_and_its_text_was_signed(window_of_case, show, own, tmp_path: Path):
    assert own.seal
    page = show("verify")
    words = scan(window_of_case, page, own.seal)
    assert "真实有效" in words
    assert own.number in words
    assert "没有核对姓名和证件号码" in words
    type_text(page.person, "王秀英")
    type_text(page.number, CARD[-4:])
    (tmp_path / "letter.pdf").write_bytes(render_letter(own))
    page.choose = lambda title, kinds: str(tmp_path / "letter.pdf")
    press(page, "打开 PDF 或扫描件")
    settle(window_of_case)
    assert "姓名和证件号码相符" in said(page)
    assert "文件文字与开具时一致" in said(page)


def test_what_is_wrong_is_told(window_of_case, show, own, tmp_path: Path):
    page = show("verify")
    assert "这不是转介单上的二维码" in scan(window_of_case, page, "HTTPS://EXAMPLE.CN")
    type_text(page.person, "李四")
    type_text(page.number, "0000")
    assert "不是开给这个人的" in scan(window_of_case, page, own.seal)
    changed = own.model_copy(update={"note": "另加一项"})
    page.person.clear()
    (tmp_path / "changed.pdf").write_bytes(render_letter(changed))
    page.check_file(tmp_path / "changed.pdf")
    settle(window_of_case)
    assert "内容被改动过" in said(page)
    page.check_file(tmp_path / "nowhere.pdf")
    settle(window_of_case)
    assert "nowhere.pdf" in said(window_of_case)


def test_another_office_is_known_by_its_card(window_of_case, show, tmp_path: Path):
    office = Sealer("示范区样本街道办事处")
    value = office.seal(letter())
    page = show("verify")
    assert "真假无法判断" in scan(window_of_case, page, value.seal)
    path = tmp_path / "office.jmcard"
    path.write_bytes(write_card(office.card, office.keys["sign_secret"]))
    page.choose = lambda title, kinds: str(path)
    press(page, "使用某单位的名片文件")
    settle(window_of_case)
    assert office.card.fingerprint in said(window_of_case)
    words = scan(window_of_case, page, value.seal)
    assert "真实有效：示范社转〔2026〕6号 由示范区样本街道办事处开具" in words


def test_a_protected_file_asks_for_its_passphrase(window_of_case, show, own, tmp_path: Path):
    path = tmp_path / "p.pdf"
    with pikepdf.open(BytesIO(render_letter(own))) as opened:
        opened.save(path, encryption=pikepdf.Encryption(user="shiliu", owner="other", R=6))
    page = show("verify")
    asked = []
    answers = iter(["wrong", "shiliu"])
    page.ask_passphrase = lambda sentence: asked.append(sentence) or next(answers)
    page.check_file(path)
    settle(window_of_case)
    assert [verdict.outcome for verdict in page.verdicts] == ["genuine"]
    assert len(asked) == 2
    page.ask_passphrase = lambda sentence: ""
    page.check_file(path)
    settle(window_of_case)
    assert "有口令保护" in said(window_of_case)
