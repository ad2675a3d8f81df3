"""The demonstration: the whole job through the real windows, by itself, with invented residents, on a copy.

A laptop and an office are made in a temporary folder. The laptop registers a household of five among two thousand
residents, records a visit and an assessment, answers questions, issues and corrects a letter and exports; the office
takes the batch in and answers; the laptop reads the receipt. Pictures of every screen in both languages, the letter,
the batch, the receipt and summary.json are left in the folder asked for. It fails loudly if a step fails.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.hands import (
    HandsError,
    answer,
    answer_question,
    button_named,
    line_named,
    pick_in_finder,
    press,
    settle,
    type_text,
    wait_until,
)
from desktop.sample import sample_households
from desktop.shell import Shell
from models.clock import FixedClock, today
from models.texts import _

NOW = datetime(2026, 11, 22, 1, 40, tzinfo=UTC)  # twenty to ten in Tianjin
REGISTER = 2000
COMMUNITY = "120101001001"
PASSPHRASE = "海河 自行车 石榴 十二月"  # noqa: S105  # of casebooks that live for a minute
SIZE = QSize(1280, 800)

PEOPLE: tuple[dict[str, str], ...] = (
    {
        "relation": "0", "documents": "120101194803081234", "name": "单建国", "phones": "13802200117",
        "hukou_tianjin": "yes", "hukou_rural": "no", "living_area": "urban",
    },
    {"relation": "1", "name": "尉迟秀英", "sex": "2", "birth_date": "1944年6月1日", "hukou_tianjin": "yes"},
    {
        "relation": "2", "documents": "130102198501021235", "name": "单𬱖", "hukou_tianjin": "no",
        "residence_permit": "yes", "living_area": "urban",
    },
    {"relation": "8", "name": "阿依古丽·艾合买提", "sex": "2", "birth_date": "19870506", "hukou_tianjin": "no"},
    {"relation": "4", "name": "单一诺", "sex": "2", "birth_date": "2018-9-1", "hukou_tianjin": "no"},
)  # fmt: skip
"""The household of five, as typed. Numbers are completed with their check character; nobody has them."""


@dataclass
class Step:
    """One step of the job."""

    name: str
    count: int  # what the step dealt with: residents, services, changes ...
    seconds: float


class Demonstration:
    """Runs the steps and keeps what they leave behind."""

    def __init__(self, out: Path, work: Path) -> None:
        self.out, self.work = out, work
        self.steps: list[Step] = []
        self.clock = FixedClock(NOW)
        self.shell = Shell(work / "laptop", self.clock)
        self.shell.resize(SIZE)
        self.shell.show()
        self.found: dict[str, str] = {}
        self.pictures = 0

    def step(self, name: str, do: Callable[[], int]) -> None:
        """Do one step, time it, and say which one failed if it does."""
        began = time.perf_counter()
        try:
            count = do()
        except Exception as trouble:
            self.picture("failed")
            raise HandsError(f"step “{name}” failed: {trouble!r}") from trouble
        self.steps.append(Step(name, count, round(time.perf_counter() - began, 3)))
        sys.stdout.write(f"demo: {name}: {count} ({self.steps[-1].seconds:.2f} s)\n")
        sys.stdout.flush()
        self.clock.move(minutes=1)

    def picture(self, name: str, shell: Shell | None = None) -> None:
        """Leave a picture of the window as it now is."""
        window = shell or self.shell
        language = "zh" if window.state.language == "zh_CN" else "en"
        QApplication.processEvents()
        if not window.grab().save(str(self.out / f"{name}.{language}.png")):
            raise HandsError(f"the picture {name} could not be written")
        self.pictures += 1

    def _page(self) -> Any:
        """The page that the laptop shows."""
        page = self.shell.page
        if page is None:
            raise HandsError("no page is shown")
        return page

    def _on(self, name: str) -> bool:
        return bool(self._page().name == name)

    # The steps, in the order of the job.

    def first_run(self) -> int:
        """The pages of the first start: language, office, worker, passphrase, backups."""
        self._gate_in_both("01-first-run-language").go_on()
        gate: Any = self.shell.gate
        pick_in_finder(self.shell, gate.finder, "hyl")
        self._gate_in_both("02-first-run-office").go_on()
        gate = self.shell.gate
        type_text(line_named(gate, _("Your name")), "周敏")
        type_text(line_named(gate, _("Your phone")), "13800220001")
        self._gate_in_both("03-first-run-worker").go_on()
        gate = self.shell.gate
        type_text(gate.first.line, PASSPHRASE)
        type_text(gate.second.line, PASSPHRASE)
        gate.understood.click()
        self._gate_in_both("04-first-run-passphrase").go_on()
        self._gate_in_both("05-first-run-backups").go_on()
        wait_until(lambda: not self.shell.is_locked, "the casebook is made")
        settle(self.shell)
        self.picture("06-today-empty")
        return 5

    def _gate_in_both(self, name: str) -> Any:
        """A picture of the gate in Chinese and in English; the gate, in Chinese again, with all that was typed."""
        for _language in ("zh_CN", "en"):
            settle(self.shell, 0.02)
            self.picture(name)
            self.shell.switch_language()
        settle(self.shell, 0.02)
        return self.shell.gate

    def fill_register(self) -> int:
        """An existing register of two thousand invented residents comes in, with progress on the screen."""
        casebook = self.shell.casebook
        entries = list(sample_households(REGISTER, COMMUNITY, today(self.clock)))
        self.shell.tasks.long(
            lambda progress, cancelled: casebook.households.register_many(
                entries, lambda done: progress(done, len(entries)), cancelled
            ),
            title="register",
        )
        settle(self.shell)
        assert self.shell.area is not None
        self.shell.area.refresh_status()
        self.shell.go("today")
        settle(self.shell)
        residents = int(casebook.today().residents)
        if residents < REGISTER:
            raise HandsError(f"only {residents} residents arrived")
        return residents

    def search(self) -> int:
        """Somebody is looked for by initials, and nobody is found for a new name."""
        self.shell.go("residents")
        settle(self.shell)
        page: Any = self.shell.page
        self.picture("10-residents")
        type_text(page.search, "wx")
        settle(self.shell)
        self.picture("11-residents-search")
        found = page.list.model().rowCount()
        page.search.clear()
        type_text(page.search, "单建国")
        settle(self.shell)
        self.picture("12-residents-nobody")
        press(page.nobody.button)
        settle(self.shell)
        return found

    def register(self) -> int:
        """The household of five, typed at the door."""
        page: Any = self.shell.page
        rows = page.board.where.rows
        pick_in_finder(self.shell, rows["address"].field.community, "hyl")
        lines = rows["address"].field.lines
        for part, text in (("street_line", "鞍山道12号"), ("building", "3"), ("unit", "2"), ("door", "501")):
            type_text(lines[part], text)
        for place, person in enumerate(PEOPLE):
            if place:
                page.another()
                settle(self.shell)
            self._type_person(page, person)
            if place == 0:
                self.picture("20-register")
        for question, code in (("dibao", "yes"),):
            answer(page.board.home.rows[question], code)
        self.picture("21-register-household")
        page.save()
        wait_until(lambda: self._on("household") or not page.board.likeness.isHidden(), "the household is saved")
        while not self._on("household"):
            page.board.likeness.say_different()
            settle(self.shell)
        settle(self.shell)
        self.found["household"] = str(self._page().where["household_id"])
        view = self.shell.casebook.households.get(self.found["household"])
        self.found |= {member.resident.name: member.resident.id for member in view.members}
        self.picture("23-household")
        if len(view.members) != len(PEOPLE):
            raise HandsError(f"{len(view.members)} people were registered")
        return len(view.members)

    def _type_person(self, page: Any, person: dict[str, str]) -> None:
        typed = {key: value for key, value in person.items() if value}
        if typed["relation"] != "0":
            answer(page.board.parts.rows["relation"], typed["relation"])
        number = typed.get("documents", "")
        if number:
            line = page.board.person.rows["documents"].field.fields[0].number
            type_text(line, checked(number))
            settle(self.shell, 0.02)
        for question in (
            "name",
            "sex",
            "birth_date",
            "phones",
            "hukou_tianjin",
            "hukou_rural",
            "living_area",
            "residence_permit",
        ):
            if question in typed and not (question == "name" and page.case.person.name):
                if page.board.person.rows[question].isHidden():
                    raise HandsError(f"{question} is not asked of {typed['name']}")
                answer(page.board.person.rows[question], typed[question])
                QApplication.processEvents()

    def person(self) -> int:
        """The page of the eldest."""
        self.shell.go("person", resident_id=self.found["单建国"])
        settle(self.shell)
        self.picture("30-person")
        return len(self.shell.casebook.residents.timeline(self.found["单建国"]))

    def visit(self) -> int:
        """The visit: who was met, two needs, what was learnt, when to come again."""
        self.shell.go("visit", household_id=self.found["household"])
        settle(self.shell)
        page: Any = self.shell.page
        rows = page.view.rows
        answer(rows["outcome"], "met")
        settle(self.shell, 0.05)
        rows["met"].field.pick(self.found["单建国"])
        rows["met"].field.pick(self.found["尉迟秀英"])
        for group in ("elderly", "education"):
            page.needs.groups.pick(group)
        QApplication.processEvents()
        type_text(page.needs.rows["elderly"].note.first_focus(), "老两口做饭吃力，想了解助餐。")
        type_text(page.needs.rows["education"].note.first_focus(), "孙女明年上小学，问入学怎么办。")
        self.picture("40-visit")
        type_text(rows["notes"].field.first_focus(), "家人热情，约定下月再来。")
        type_text(rows["next_visit"].field.first_focus(), "2026-12-22")
        page.area.verticalScrollBar().setValue(page.area.verticalScrollBar().maximum())
        self.picture("41-visit-end")
        page.save()
        wait_until(lambda: self._on("household"), "the visit is saved")
        settle(self.shell)
        needs = self.shell.casebook.visits.of_household(self.found["household"])[0].needs
        if len(needs) != 2:
            raise HandsError(f"{len(needs)} needs were kept")
        return len(needs)

    def assess(self) -> int:
        """The elder ability assessment of the eldest."""
        self.shell.go("assessment", resident_id=self.found["单建国"])
        settle(self.shell)
        page: Any = self.shell.page
        scored = [q for section in page.instrument.sections for q in section.questions if q.id in page.view.rows]
        for place, question in enumerate(scored):
            field = page.view.rows[question.id].field
            if not hasattr(field, "pick"):
                continue  # who was there, when and where
            codes = [code for code, _button in field._buttons]
            if all(code.isdigit() for code in codes):
                ranked = sorted(codes, key=int)
                field.pick(ranked[-2] if place % 3 and len(ranked) > 2 else ranked[-1])
            elif "no" in codes:
                field.pick("no")
        settle(self.shell)
        self.picture("45-assessment")
        page.save()
        wait_until(lambda: self._on("person"), "the assessment is saved")
        settle(self.shell)
        made = self.shell.casebook.assessments.of_resident(self.found["单建国"])
        return int(made[0].score)

    def eligibility(self) -> int:
        """Everybody against every service; five questions are answered on the spot; the result is kept."""
        self.shell.go("eligibility", household_id=self.found["household"])
        settle(self.shell)
        page: Any = self.shell.page
        self.picture("50-eligibility")
        for _round in range(5):
            asked = page.question.asked
            if asked is None:
                break
            answer_question(page.question)
            settle(self.shell)
        self.picture("51-eligibility-answered")
        page.show_person(self.found["单建国"])
        settle(self.shell)
        self.picture("52-eligibility-person")
        card = next(iter(page.cards.values()))
        card.toggle()
        settle(self.shell)
        self.picture("53-eligibility-reasons")
        page.keep()
        settle(self.shell)
        return sum(result.determination.outcome == "eligible" for result in page.loaded.check.results)

    def refer(self) -> int:
        """A letter for the eldest: preview, number, the very bytes as a file; then a correction."""
        page: Any = self.shell.page
        chosen = [
            key
            for key, card in page.cards.items()
            if card.choose is not None and card.result.determination.outcome == "eligible"
        ][:3]
        for key in chosen:
            page.cards[key].choose.click()
        press(page.refer_button)
        settle(self.shell, 0.5)
        letter: Any = self.shell.page
        type_text(letter.form.note, "老人行动不便，烦请先电话联系。")
        settle(self.shell, 0.6)
        self.picture("60-referral")
        press(letter.issue_button)
        wait_until(lambda: letter.mode == "issued" and letter.referral is not None, "the letter is issued")
        settle(self.shell, 0.4)
        self.picture("61-referral-issued")
        letter.choose_file = lambda _name: self.out / "letter.pdf"
        letter.save_pdf()
        settle(self.shell)
        self._render(self.out / "letter.pdf")
        casebook, view = self.shell.casebook, letter.referral
        self.shell.tasks.run(lambda: casebook.referrals.printed(view.letters[0].id, 1))
        settle(self.shell)
        self.found["referral"] = view.id
        press(letter.correct_button)
        settle(self.shell, 0.4)
        type_text(letter.reason, "补充联系方式")
        type_text(letter.form.lines["receiver_phone"], "022-27355555")
        settle(self.shell, 0.6)
        press(letter.issue_button)
        wait_until(
            lambda: letter.referral is not None and len(letter.referral.letters) == 2, "the correction is issued"
        )
        settle(self.shell, 0.4)
        self.picture("62-referral-corrected")
        letter.choose_file = lambda _name: self.out / "letter-corrected.pdf"
        letter.save_pdf()
        settle(self.shell)
        self.shell.go("referrals")
        settle(self.shell)
        self.picture("63-referrals")
        return len(chosen)

    def _render(self, path: Path) -> None:
        import pypdfium2

        pdf = pypdfium2.PdfDocument(path.read_bytes())
        try:
            for place, page in enumerate(pdf):
                page.render(scale=1.6).to_pil().save(self.out / f"{path.stem}-{place + 1}.png")
        finally:
            pdf.close()

    def exchange_cards(self) -> int:
        """The street office is made on another machine; both take in each other's card."""
        from models.casebook import Casebook
        from models.services.views import Office, Worker

        folder = self.work / "office"
        Casebook.create(
            folder,
            PASSPHRASE,
            office=Office(COMMUNITY[:9], "天津市和平区劝业场街道办事处", "劝业", "022-27355000"),
            worker=Worker("马丽"),
            clock=self.clock,
        ).close()
        self.office = Shell(folder, self.clock)
        self.office.resize(SIZE)
        self.office.show()
        gate: Any = self.office.gate
        type_text(gate.passphrase.line, "猜一个口令试试", enter=True)
        settle(self.office)
        self.picture("70-sign-in-wrong", self.office)
        gate.passphrase.line.clear()
        type_text(gate.passphrase.line, PASSPHRASE, enter=True)
        wait_until(lambda: not self.office.is_locked, "the office signs in")
        settle(self.office)
        stick = self.work / "stick"
        stick.mkdir()
        for window in (self.shell, self.office):
            window.go("sync")
            settle(window)
            page: Any = window.page
            page.choose_folder = lambda: stick
            page.write_card()
            settle(window)
        cards = {path: path.read_bytes() for path in stick.glob("*.jmcard")}
        own = {window: window.casebook.sync.card() for window in (self.shell, self.office)}
        for window in (self.shell, self.office):
            page = window.page
            path = next(path for path, content in cards.items() if content != own[window])
            page.choose_files = lambda path=path: [path]
            page.take_in()
            settle(window)
            self.picture("71-card" if window is self.shell else "72-card-office", window)
            press(button_named(window, _("They are the same: trust it")))
            settle(window)
            if not window.casebook.sync.peers():
                raise HandsError("the card was not taken in")
        return len(cards)

    def export(self) -> int:
        """Everything that was not acknowledged goes into sealed files."""
        page: Any = self.shell.page
        settle(self.shell)
        waiting = int(self.shell.casebook.sync.status().waiting)
        self.picture("73-sync-waiting")
        batch = self.out / "batch"
        batch.mkdir(exist_ok=True)
        page.choose_folder = lambda: batch
        page.export()
        settle(self.shell)
        self.picture("74-sync-exported")
        files = sorted(batch.glob("*.jmb"))
        if not files:
            raise HandsError("no batch was written")
        return waiting

    def take_in(self) -> int:
        """The office looks at the batch before anything is changed, then takes it in."""
        page: Any = self.office.page
        files = sorted((self.out / "batch").glob("*.jmb"))
        page.choose_files = lambda: list(files)
        page.take_in()
        settle(self.office)
        self.picture("75-office-preview", self.office)
        for _file in files:
            settle(self.office)
            press(button_named(self.office, _("Take it in")))
            settle(self.office)
        self.picture("76-office-applied", self.office)
        arrived = int(self.office.casebook.today().residents)
        here = int(self.shell.casebook.today().residents)
        if arrived != here:
            raise HandsError(f"{arrived} residents at the office, {here} on the laptop")
        self.office.go("person", resident_id=self.found["单建国"])
        settle(self.office)
        self.picture("77-office-person", self.office)
        return arrived

    def receipt(self) -> int:
        """The office's receipt goes back and marks what arrived."""
        self.office.go("sync")
        settle(self.office)
        page: Any = self.office.page
        page.choose_folder = lambda: self.out
        page.write_receipt()
        settle(self.office)
        receipts = list(self.out.glob("*.jmr"))
        if len(receipts) != 1:
            raise HandsError(f"{len(receipts)} receipts were written")
        laptop: Any = self.shell.page
        laptop.choose_files = lambda: receipts
        laptop.take_in()
        settle(self.shell)
        self.picture("78-sync-receipt")
        left = int(self.shell.casebook.sync.status().waiting)
        if left:
            raise HandsError(f"{left} changes are still waiting after the receipt")
        return len(receipts)

    def likeness(self) -> int:
        """Somebody is about to be registered twice: the two are shown side by side, in both languages."""
        shell = self.shell
        shell.go("register", name="尉迟秀英")
        settle(shell)
        page = self._page()
        pick_in_finder(shell, page.board.where.rows["address"].field.community, "hyl")
        type_text(page.board.where.rows["address"].field.lines["door"], "502")
        type_text(page.board.person.rows["birth_date"].field.first_focus(), "1944-6-1")
        for _language in ("zh_CN", "en"):
            page = self._page()
            page.save()
            wait_until(page.board.likeness.isVisible, "the likeness is shown")
            settle(shell, 0.05)
            self.picture("25-register-likeness")
            shell.switch_language()
            settle(shell)
        return len(shell.casebook.drafts.all())

    def looks(self) -> int:
        """The other pages, the other themes, touch size, and every page in English."""
        places: list[tuple[str, str, dict[str, str]]] = [
            ("07-today", "today", {}),
            ("10-residents", "residents", {"text": "wx"}),
            ("24-register-form", "register", {}),
            ("23-household", "household", {"household_id": self.found["household"]}),
            ("30-person", "person", {"resident_id": self.found["单建国"]}),
            ("43-visit-form", "visit", {"household_id": self.found["household"]}),
            ("42-visits", "visits", {}),
            ("46-assessment-form", "assessment", {"resident_id": self.found["尉迟秀英"]}),
            ("50-eligibility", "eligibility", {"household_id": self.found["household"]}),
            ("61-referral-issued", "referral", {"referral_id": self.found["referral"]}),
            ("63-referrals", "referrals", {}),
            ("73-sync", "sync", {}),
            ("80-office", "office", {}),
            ("81-settings", "settings", {}),
            ("82-help", "help", {"topic": "eligibility"}),
        ]
        shell = self.shell
        for language in ("zh_CN", "en"):
            if shell.state.language != language:
                shell.switch_language()
            for name, page, where in places:
                shell.go(page, **where)
                settle(shell, 0.3 if page == "referral" else 0.1)
                self.picture(name)
        shell.switch_language()
        for theme_name in ("dark", "sun"):
            shell.state.theme = theme_name
            shell.redress()
            for name, page, where in (places[0], places[4], places[8]):
                shell.go(page, **where)
                settle(shell, 0.1)
                self.picture(f"{name}-{theme_name}")
        shell.toggle_touch()
        shell.go("visit", household_id=self.found["household"])
        settle(shell, 0.1)
        self.picture("40-visit-touch")
        shell.lock()
        settle(shell, 0.05)
        self.picture("83-sign-in")
        shell.switch_language()
        self.picture("83-sign-in")
        return len(places)

    def finish(self) -> None:
        """Close both windows and write what was done."""
        self.shell.shut_down()
        self.office.shut_down()
        total = round(sum(step.seconds for step in self.steps), 2)
        summary = {"seconds": total, "pictures": self.pictures, "steps": [asdict(step) for step in self.steps]}
        (self.out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", "utf-8")
        sys.stdout.write(f"demo: done in {total} s, {self.pictures} pictures in {self.out.name}\n")


README_SCREENS = {
    "today": "07-today.zh",
    "residents": "11-residents-search.zh",
    "visit": "40-visit.zh",
    "eligibility": "53-eligibility-reasons.zh",
    "letter": "61-referral-issued.zh",
}


def renew_readme_screens(out: Path) -> None:
    """Put the pictures of this run where README.md shows them (option --screens)."""
    folder = Path(__file__).parents[1] / "resources" / "help" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in README_SCREENS.items():
        shutil.copyfile(out / f"{picture}.png", folder / f"{name}.png")


def checked(number: str) -> str:
    """An invented identity number with its last character put right."""
    from stdnum.iso7064 import mod_11_2

    return number[:17] + str(mod_11_2.calc_check_digit(number[:17]))


def main(arguments: list[str]) -> int:
    """Run the demonstration; arguments: the folder for what it leaves, --screens to renew the README's pictures."""
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    for old in (*out.glob("*.png"), *out.glob("*.jmr"), *out.glob("batch/*.jmb"), out / "summary.json"):
        with suppress(FileNotFoundError):
            old.unlink()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    theme.load_face("hei")
    work = Path(tempfile.mkdtemp(prefix="jinmen-demo-"))
    try:
        demonstration = Demonstration(out, work)
        for name, do in (
            ("first run", demonstration.first_run),
            ("fill the register", demonstration.fill_register),
            ("search", demonstration.search),
            ("register a household", demonstration.register),
            ("person", demonstration.person),
            ("visit", demonstration.visit),
            ("assessment", demonstration.assess),
            ("eligibility", demonstration.eligibility),
            ("referral letter", demonstration.refer),
            ("exchange cards", demonstration.exchange_cards),
            ("export", demonstration.export),
            ("office takes in", demonstration.take_in),
            ("receipt", demonstration.receipt),
            ("likeness", demonstration.likeness),
            ("every screen", demonstration.looks),
        ):
            demonstration.step(name, do)
        demonstration.finish()
        if "--screens" in arguments:
            renew_readme_screens(out)
    except HandsError as trouble:
        sys.stderr.write(f"demo: {trouble}\n")
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0
