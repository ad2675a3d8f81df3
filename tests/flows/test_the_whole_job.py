"""From the first start to the office's receipt: one household, two casebooks, a stick between them."""

import hashlib
import json
from itertools import count

from PySide6.QtWidgets import QApplication

from desktop.demo import first_run as first_run_chapter
from desktop.demo.running import play
from desktop.demo.stage import Stage
from desktop.hands import answer, answer_question, press, save_paper, settle, type_text, wait_until
from desktop.pdfium import opened
from models.texts import _, ngettext
from tests.flows.hands import (
    agree,
    card,
    digest,
    export,
    new_registration,
    put_in,
    save_registration,
    set_up,
    sign_in,
    take_in,
    type_person,
)
from tests.reports.sheets import table

PASSPHRASE = "海河 自行车 石榴 十二月"
NUMBER = card("19480308", "123")
FAMILY = (
    {"documents": NUMBER, "name": "单建国", "phones": "13802200117", "hukou_tianjin": "yes"},
    {"relation": "1", "name": "尉迟秀英", "sex": "2", "birth_date": "1944年6月1日", "hukou_tianjin": "yes"},
    {"relation": "2", "name": "单𬱖", "sex": "1", "birth_date": "1985-1-2", "hukou_tianjin": "no"},
    {"relation": "8", "name": "阿依古丽·艾合买提", "sex": "2", "birth_date": "19870506", "hukou_tianjin": "no"},
    {"relation": "4", "name": "单一诺", "sex": "2", "birth_date": "2018.9.1"},
)


def test_a_household_is_registered_visited_checked_referred_and_known_to_the_office(first_run, window, tmp_path, clock):
    shell = first_run
    set_up(shell, "hyl", "周敏", PASSPHRASE)
    assert (shell.page.name, shell.worker.name) == ("today", "周敏")
    book = shell.casebook

    # Five people at one door.
    page = new_registration(shell)
    for place, person in enumerate(FAMILY):
        if place:
            page.another()
            settle(shell, 0.05)
            assert page.case.at == place
        type_person(shell, page, person)
    assert page.board.person.rows["birth_date"].answer() == "2018.9.1"
    household = save_registration(shell, page)
    settle(shell)
    members = {m.resident.name: m.resident for m in book.households.get(household).members}
    assert set(members) == {person["name"] for person in FAMILY}
    assert f"{members['单建国'].birth_date} {members['单建国'].sex}" == "1948-03-08 1", "told by the number"
    assert book.drafts.all() == []
    eldest = members["单建国"].id

    # A visit.
    shell.actions_by_name["visit"].trigger()
    settle(shell)
    page = shell.page
    assert (page.name, page.where["household_id"]) == ("visit", household)
    rows = page.view.rows
    answer(rows["outcome"], "met")
    settle(shell, 0.05)
    rows["met"].field.pick(eldest)
    page.needs.groups.pick("elderly")
    QApplication.processEvents()
    type_text(page.needs.rows["elderly"].note.first_focus(), "做饭吃力，想了解助餐。")
    type_text(rows["next_visit"].field.first_focus(), "2026-12-22")
    page.save()
    settle(shell)
    assert shell.page.name == "household"
    (visit,) = book.visits.of_household(household)
    assert (visit.met, visit.needs[0].note) == (("单建国",), "做饭吃力，想了解助餐。")

    # What everybody may be entitled to; one question is answered on the spot.
    shell.go("eligibility", household_id=household)
    settle(shell)
    page = shell.page
    before = len(page.loaded.check.case.household) + sum(len(p.facts) for p in page.loaded.check.case.people)
    answer_question(page.question)
    settle(shell)
    case = page.loaded.check.case
    assert len(case.household) + sum(len(p.facts) for p in case.people) > before
    page.show_person(eldest)
    settle(shell)
    key = next(
        key
        for key, card in page.cards.items()
        if card.choose is not None and card.result.determination.outcome == "eligible"
    )
    page.cards[key].choose.click()
    page.keep()
    settle(shell)

    # The letter: the bytes that were shown are the bytes that are kept.
    press(page.refer_button)
    settle(shell, 0.5)
    letter = shell.page
    assert letter.name == "referral"
    type_text(letter.form.note, "烦请先电话联系。")
    settle(shell, 0.6)
    press(letter.issue_button)
    wait_until(lambda: letter.mode == "issued" and letter.referral is not None, "the letter is issued")
    settle(shell, 0.4)
    save_paper(shell, letter.save_button, tmp_path / "letter.pdf")
    settle(shell)
    (referral,) = book.referrals.of_resident(eldest)
    pdf = (tmp_path / "letter.pdf").read_bytes()
    assert hashlib.sha256(pdf).hexdigest() == referral.letters[0].sha256
    with opened(pdf) as document:
        printed = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    assert "单建国" in printed
    assert referral.number in printed.replace("\r\n", "")
    assert NUMBER not in printed, "numbers are masked on paper"

    # The office, on another computer.
    (tmp_path / "office").mkdir()
    office = window(tmp_path / "office")
    set_up(office, "劝业场街道", "马丽", PASSPHRASE)
    assert len(office.casebook.office.code) == 9
    stick = tmp_path / "stick"
    stick.mkdir()
    for side in (shell, office):
        side.go("sync")
        settle(side)
        side.page.choose_folder = lambda: stick
        side.page.write_card()
        settle(side)
    cards = {path.read_bytes(): path for path in stick.glob("*.jmcard")}
    for side, other in ((shell, office), (office, shell)):
        take_in(side, cards[other.casebook.sync.card()])
        agree(side, _("They are the same: trust it"))
        settle(side)

    # Out, in, and the answer back.
    waiting = book.sync.status().waiting
    assert waiting > 30
    put_in(shell, stick)
    export(shell)
    batches = sorted(stick.glob("*.jmb"))
    assert len(batches) == 1
    assert "单建国".encode() not in batches[0].read_bytes()
    take_in(office, batches[0])
    agree(office, ngettext("Take in {n} file", "Take in {n} files", 1).format(n=1))
    settle(office)
    agree(office, _("All done"))
    settle(office)
    assert {office.casebook.residents.row(one).name for one in office.casebook.residents.ids()} == set(members)
    assert digest(office.casebook) == digest(book)
    office.page.write_receipt()
    settle(office)
    take_in(shell, next(stick.glob("*.jmr")))
    agree(shell, ngettext("Take in {n} file", "Take in {n} files", 1).format(n=1))
    settle(shell)
    status = book.sync.status()
    assert (status.waiting, status.acknowledged_through) == (0, waiting)
    assert [batch.status for batch in status.batches] == ["acknowledged"]

    # The next morning everything is there.
    kept = digest(book)
    shell.lock()
    settle(shell)
    sign_in(shell, PASSPHRASE)
    settle(shell)
    assert not shell.is_locked
    assert digest(shell.casebook) == kept


def in_both_at_times(stage, name, show, whole=Stage.in_both, turns=count()):  # noqa: B008  # it counts on
    """What is shown in each language is shown in Chinese only, but for every third: looks are looked at elsewhere."""
    if next(turns) % 3:
        show()
        stage.picture(name)
    else:
        whole(stage, name, show)


def test_the_demonstration_screens_looks_ahead_and_changes_the_rules_by_itself(dressed, tmp_path, monkeypatch):
    monkeypatch.setattr(first_run_chapter, "REGISTER", 160)
    monkeypatch.setattr(first_run_chapter, "VISITED", 8)
    monkeypatch.setattr(Stage, "in_both", in_both_at_times)
    out, work = tmp_path / "out", tmp_path / "work"
    out.mkdir()
    work.mkdir()
    play(out, work, leave_out={"person", "likeness", "every screen"})
    told = json.loads((out / "summary.json").read_text("utf-8"))

    assert told["questions"]["eligible_after"] > told["questions"]["eligible_before"]
    assert told["if_granted"] >= 1
    screening = told["screening"]
    assert screening["residents"] >= 165, "the register, and the family of five"
    assert screening["services"] > 100
    assert 0 < screening["residents_concerned"] <= screening["residents"]
    assert screening["not_received"] >= screening["residents_concerned"]
    calendar = told["calendar"]
    assert calendar["lines"] == sum(calendar["by_kind"].values()) > 0
    planned = told["planned_visits"]
    assert planned["screening"] > 0
    assert planned["kept"] > 0
    changed = told["changed_rules"]
    assert changed["gains"] > 0
    assert changed["loses"] > 0
    assert changed["amount"] > 0
    assert 0 < changed["planned"] <= changed["gains"] + changed["asks"]
    assert told["replay"]["determinations"] >= 5
    assert told["replay"]["identical"] is True
    assert told["rules"]["cases_run"] > 500

    _above, headings, rows = table((out / "list-screening.xlsx").read_bytes())
    assert "姓名" in headings
    assert len(rows) == screening["not_received"]
    assert (out / "list-screening.pdf").read_bytes().startswith(b"%PDF")
    assert (out / "rules.jmpack").stat().st_size > 50_000
    assert told["pictures"] == len([*out.glob("*.zh.png"), *out.glob("*.en.png")]) > 60
