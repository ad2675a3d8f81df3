"""Everything that can happen in a household, told through the page: what is pressed, and what the records say after.

One window and one casebook serve all stories; each has its own family at its own door.
"""

import shutil
from datetime import date
from itertools import count

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from desktop.hands import pick_in_finder, settle, type_text
from desktop.pages.change_kinds import KINDS
from desktop.shell import Shell
from desktop.widgets.case_parts import Chip
from forms import definitions
from models import texts
from models.casebook import Casebook
from models.clock import FixedClock
from models.records.change import Birth
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry
from models.texts import _
from tests.conftest import NOW, OFFICE, PASSPHRASE

QUIET = 0.02
SINCE = date(2015, 6, 1)
DAY = date(2026, 11, 20)
doors = count(101)


@pytest.fixture(scope="module")
def stage(dressed, town, tmp_path_factory):
    """The window over a casebook of its own."""
    folder = tmp_path_factory.mktemp("changes") / "data"
    shutil.copytree(town, folder)
    shell = Shell(folder, FixedClock(NOW))
    faults = []
    shell.tasks.fault.connect(faults.append)
    shell.show()
    shell.unlock(Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW)))
    settle(shell, QUIET)
    yield shell
    shell.tasks.wait_idle()
    assert shell.shut_down()
    shell.hide()
    shell.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not faults


class Story:
    """A worker's hands on the page of changes, and eyes on the records."""

    def __init__(self, shell):
        self.shell, self.book = shell, shell.casebook
        self.household = ""

    @property
    def page(self):
        return self.shell.page

    def family(self, *people, kinds=("living", "registered"), **more):
        """A household; people are (name, sex, born, relation). Returns its id and those of its people by name."""
        members = tuple(
            MemberEntry(
                resident=ResidentEntry(name=name, sex=sex, birth_date=date.fromisoformat(born), **more),
                relation=relation,
            )
            for name, sex, born, relation in people
        )
        dwelling = DwellingEntry(community_code=OFFICE.code, street_line="改变道1号", door=str(next(doors)))
        made = self.book.households.register(
            HouseholdEntry(dwelling=dwelling, members=members, kinds=kinds, since=SINCE)
        )
        self.household = self.household or made.id
        return made.id, dict(zip((person[0] for person in people), made.ids, strict=True))

    def tell(self, kind, household="", **where):
        """Open the page and press the letter of the kind."""
        self.shell.go("change", household_id=household or self.household, **where)
        settle(self.shell, QUIET)
        assert self.page.stage == "choose"
        QTest.keyClick(self.page.tiles.first_focus(), Qt.Key(ord(KINDS[kind].key)))
        settle(self.shell, QUIET)
        assert self.page.kind == kind
        return self

    def row(self, question):
        row = self.page.view.rows[question]
        assert row.isVisibleTo(self.page), f"{question} is asked"
        return row

    def pick(self, question, *codes):
        for code in codes:
            self.row(question).field.pick(code)
            settle(self.shell, QUIET)
        return self

    def type(self, question, text):
        type_text(self.row(question).field.first_focus(), text)
        return self

    def find(self, question, text):
        pick_in_finder(self.shell, self.row(question).field.finder, text)
        settle(self.shell, QUIET)
        return self

    def today(self, question="happened_on"):
        self.row(question).field.quick_buttons[0].click()
        return self

    def head(self, person="", household=None, **relations):
        """Who is head, of the household asked for (the first one where none is named), and relations by id."""
        views = self.row("heads").field.views
        view = next(v for v in views if household is None or v.seat.household_id == household)
        if person:
            view.head.pick(person)
        for who, code in relations.items():
            box = view.relations[who]
            box.setCurrentIndex(box.findData(code))
            box.activated.emit(box.currentIndex())
        settle(self.shell, QUIET)
        return self

    def relations(self, place=0):
        view = self.row("heads").field.views[place]
        return {who: box.currentData() for who, box in view.relations.items()}

    def door(self, number):
        field = self.row("to_dwelling").field
        pick_in_finder(self.shell, field.community, "hyl")
        type_text(field.lines["street_line"], "新家路8号")
        type_text(field.lines["door"], number)
        return self

    def check(self):
        """To the page that says what will be."""
        self.page.forward()
        settle(self.shell, QUIET)
        return self

    def said(self):
        assert self.page.stage == "check", self.problems()
        return "\n".join(self.page.preview.lines)

    def problems(self):
        return {field: link.text() for field, link in self.page.summary.links.items()}

    def make(self, doubts=None):
        """Look at what will be, tick what is unusual, press the button; the household's page is shown then."""
        if self.page.stage != "check":
            self.check()
        assert self.page.stage == "check", self.problems()
        if doubts is not None:
            assert len(self.page.preview.ticks) == doubts, [tick.label.text() for tick in self.page.preview.ticks]
        for tick in self.page.preview.ticks:
            tick.tick.click()
        button = self.page.bar.forward_button
        assert button.text() == _(KINDS[self.page.kind].act)
        button.click()
        settle(self.shell, QUIET)
        assert self.page.name == "household", self.problems()
        return self

    def undo(self):
        """The undo bar."""
        self.shell.undo()
        settle(self.shell, QUIET)

    def members(self, household=""):
        """Name -> relation of who belongs to a household now."""
        view = self.book.households.get(household or self.household)
        return {member.resident.name: member.relation for member in view.members}

    def homes(self, resident):
        return {home.kind: home.id for home in self.book.households.of_resident(resident)}

    def events(self, household=""):
        return [event.kind for event in self.book.changes.of_household(household or self.household) if not event.undone]


@pytest.fixture
def story(stage):
    texts.set_language("zh_CN")
    made = Story(stage)
    yield made
    stage.go("today")
    settle(stage, QUIET)
    assert made.book.drafts.all() == [], "what was saved leaves no draft"


COUPLE = (("高建国", "1", "1985-01-02", "0"), ("何敏", "2", "1986-03-04", "1"))
THREE = (("高秀兰", "2", "1950-01-02", "0"), ("高建军", "1", "1975-03-04", "2"), ("马丽", "2", "1976-05-06", "3"))


def test_every_kind_has_a_tile_a_letter_of_its_own_and_words(story):
    assert set(KINDS) == {code for code, _label in definitions.load("change").question("kind").choices}
    assert len({words.key for words in KINDS.values()}) == len(KINDS)
    assert all(_(words.name) != words.name and _(words.act) != words.act for words in KINDS.values())


def test_a_child_is_born_with_the_hukou_of_its_mother(story):
    _home, who = story.family(*COUPLE)
    story.tell("birth").type("child_name", "高小宝").pick("child_sex", "2").today("born_on")
    story.pick("mother_id", who["何敏"])
    assert story.row("child_relation").field.answer() == "3", "as the mother stands to the head"
    book = story.homes(who["何敏"])["registered"]
    story.pick("registered_household_id", book).make(doubts=0)
    assert story.members() == {"高建国": "0", "何敏": "1", "高小宝": "3"}
    assert story.members(book)["高小宝"] == "3"
    born = next(m for m in story.book.households.get(story.household).members if m.resident.name == "高小宝")
    assert (born.resident.birth_date, born.since) == (NOW.date(), NOW.date())
    story.undo()
    assert "高小宝" not in story.members()
    assert story.book.residents.find("高小宝") == []


def test_when_the_head_dies_both_households_get_another_one_and_the_widow_is_widowed(story):
    home, who = story.family(*COUPLE, ("高童", "1", "2012-01-02", "2"), marital_status="20")
    book = story.homes(who["何敏"])["registered"]
    story.tell("death").pick("resident_id", who["高建国"]).today("died_on")
    assert story.row("widowed_id").field.answer() == who["何敏"]
    assert [view.seat.household_id for view in story.row("heads").field.views] == [home, book]
    story.check()
    assert list(story.problems()) == ["heads.0.head_id", "heads.1.head_id"]
    for household in (home, book):
        story.head(who["何敏"], household)
    assert story.relations() == {who["高童"]: "2"}, "her son as he was his"
    story.make()
    assert story.members() == story.members(book) == {"何敏": "0", "高童": "2"}
    dead, widow = (story.book.residents.get(who[name]) for name in ("高建国", "何敏"))
    assert (dead.died_on, widow.marital_status) == (NOW.date(), "30")
    assert story.homes(who["高建国"]) == {}
    story.undo()
    assert story.members()["高建国"] == "0"
    assert story.book.residents.get(who["何敏"]).marital_status == "20"


def test_people_of_the_register_and_somebody_new_move_in(story):
    home, who = story.family(*COUPLE)
    old, others = story.family(("石磊", "1", "1990-01-02", "0"), ("石岩", "1", "1992-01-02", "7"))
    story.tell("move_in", home)
    field = story.row("members").field
    pick_in_finder(story.shell, field.fields[0].who.finder, "石磊")
    field.fields[0].relation.setCurrentIndex(field.fields[0].relation.findData("8"))
    field.more.click()
    field.fields[1].begin_new()
    type_text(field.fields[1].name.line, "全新人")
    field.fields[1].sex.pick("1")
    field.fields[1].relation.setCurrentIndex(field.fields[1].relation.findData("7"))
    settle(story.shell, QUIET)
    story.today().make()
    assert story.members() == {"高建国": "0", "何敏": "1", "石磊": "8", "全新人": "7"}
    assert story.members(old) == {"石岩": "0"}, "who stays alone is the head"
    assert story.homes(others["石磊"])["registered"] != story.homes(who["何敏"])["registered"], "the hukou stays"


def test_who_leaves_a_family_to_move_in_says_who_is_head_there(story):
    home, _who = story.family(*COUPLE)
    old, others = story.family(*THREE)
    story.tell("move_in", home)
    row = story.row("members").field.fields[0]
    pick_in_finder(story.shell, row.who.finder, "高秀兰")
    row.relation.setCurrentIndex(row.relation.findData("5"))
    settle(story.shell, QUIET)
    story.today().head(others["高建军"], old)
    assert story.relations() == {others["马丽"]: ""}, "wife or sister: nobody can tell"
    story.check()
    assert "马丽" in next(iter(story.problems().values()))
    story.head(household=old, **{others["马丽"]: "1"}).make()
    assert story.members(old) == {"高建军": "0", "马丽": "1"}


def test_somebody_lodges_and_is_not_counted(story):
    story.family(*COUPLE)
    story.tell("lodger_in")
    row = story.row("members").field.fields[0]
    row.begin_new()
    type_text(row.name.line, "租客甲")
    story.pick("standing", "lodger").today().make()
    lodger = next(m for m in story.book.households.get(story.household).members if m.resident.name == "租客甲")
    assert (lodger.standing, lodger.counts) == ("lodger", False)
    assert story.book.households.get(story.household).members[0].relation == "0"


def test_some_move_out_to_another_household(story):
    home, who = story.family(*THREE)
    other, _others = story.family(("汪洋", "1", "1970-01-02", "0"))
    story.tell("move_out", home).pick("people", who["马丽"]).pick("where_to", "household")
    story.find("to_household_id", "汪洋").head(household=other, **{who["马丽"]: "7"}).today()
    story.make()
    assert story.members(home) == {"高秀兰": "0", "高建军": "2"}
    assert story.members(other) == {"汪洋": "0", "马丽": "7"}


def test_the_head_and_another_move_out_to_a_door_of_their_own(story):
    home, who = story.family(*THREE, ("高小童", "2", "2010-01-02", "4"))
    story.tell("move_out").pick("people", who["高秀兰"], who["高小童"]).pick("where_to", "door").door("502")
    story.head(who["高建军"], home, **{who["马丽"]: "1"})
    story.head(who["高秀兰"], "").today().make()
    assert story.members(home) == {"高建军": "0", "马丽": "1"}
    new = story.homes(who["高秀兰"])["living"]
    assert story.members(new) == {"高秀兰": "0", "高小童": "4"}
    assert "新家路8号" in story.book.households.get(new).address


def test_some_move_away_and_their_hukou_stays(story):
    home, who = story.family(*THREE)
    story.tell("move_out").pick("people", who["马丽"]).pick("where_to", "elsewhere")
    story.row("elsewhere_province").field.common.pick("13")
    story.type("elsewhere_address", "沧州").today().check()
    assert "沧州" in story.said()
    story.make()
    assert "马丽" not in story.members(home)
    assert list(story.homes(who["马丽"])) == ["registered"]
    story.undo()
    assert "马丽" in story.members(home)


def test_the_whole_household_moves_with_its_register(story):
    home, who = story.family(*COUPLE)
    book = story.homes(who["何敏"])["registered"]
    story.tell("move_household").pick("moving_book_id", book).door("601").today().make()
    for household in (home, book):
        assert "新家路8号" in story.book.households.get(household).address
    assert story.members() == {"高建国": "0", "何敏": "1"}


def test_the_whole_household_leaves_and_comes_back_without_its_head(story):
    home, who = story.family(*THREE)
    story.tell("left").pick("where_to", "unknown").today().make()
    assert story.members() == {}
    assert story.book.households.get(home).until == NOW.date()
    assert not story.page.closed.isHidden()
    story.shell.go("change", household_id=home)
    settle(story.shell, QUIET)
    usable = [tile.kind.code for tile in story.page.tiles.tiles if tile.isEnabled()]
    assert usable == ["return"], "first of all it must be back"
    story.tell("return")
    assert story.row("people").field.answer() == list(who.values()), "all who left are ticked"
    story.pick("people", who["高秀兰"])
    story.head(who["高建军"], home, **{who["马丽"]: "1"}).today().make()
    assert story.members() == {"高建军": "0", "马丽": "1"}
    assert story.book.households.get(home).until is None


def test_a_household_splits_at_the_same_door(story):
    home, who = story.family(*THREE, ("高小童", "2", "2010-01-02", "4"))
    story.tell("split").pick("people", who["高建军"], who["马丽"], who["高小童"])
    story.head(who["高建军"], "", **{who["马丽"]: "1", who["高小童"]: "3"}).today().make()
    new = story.homes(who["高建军"])["living"]
    assert story.members(home) == {"高秀兰": "0"}
    assert story.members(new) == {"高建军": "0", "马丽": "1", "高小童": "3"}
    assert story.book.households.get(new).dwelling_id == story.book.households.get(home).dwelling_id


def test_all_people_of_a_household_join_another(story):
    home, who = story.family(*COUPLE)
    other, _others = story.family(("汪海", "1", "1950-01-02", "0"))
    story.tell("join", home).find("to_household_id", "汪海")
    story.head(household=other, **{who["高建国"]: "2", who["何敏"]: "3"}).today().make()
    assert story.members(home) == {}
    assert story.members(other) == {"汪海": "0", "高建国": "2", "何敏": "3"}


def test_somebody_else_becomes_the_head(story):
    home, who = story.family(*THREE)
    story.tell("head_change").head(who["高建军"])
    assert story.relations() == {who["高秀兰"]: "5", who["马丽"]: ""}
    story.head(**{who["马丽"]: "1"}).today().make()
    assert story.members(home) == {"高建军": "0", "高秀兰": "5", "马丽": "1"}
    assert story.events()[0] == "head_change"


def test_two_marry_and_one_moves_to_the_other(story):
    home, who = story.family(("钱程", "1", "1995-01-02", "0"), marital_status="10")
    old, others = story.family(("苏悦", "2", "1996-01-02", "0"), marital_status="10")
    story.tell("marriage", home)
    assert story.row("resident_id").field.answer() == who["钱程"], "the only one of the household"
    story.find("spouse_id", "苏悦").pick("where_to", "household").pick("leaver", "spouse")
    assert story.row("to_household_id").field.key() == home, "filled in: where the other one lives"
    story.today().make()
    assert story.members(home) == {"钱程": "0", "苏悦": "1"}
    assert story.members(old) == {}
    assert {story.book.residents.get(one).marital_status for one in (who["钱程"], others["苏悦"])} == {"21"}


def test_two_divorce_and_one_moves_out(story):
    home, who = story.family(*COUPLE, marital_status="20")
    story.tell("divorce").pick("resident_id", who["高建国"])
    finder = story.row("spouse_id").field.finder
    assert finder.list.count() == 1, "the wife is offered"
    QTest.keyClick(finder.line, Qt.Key.Key_Return)
    settle(story.shell, QUIET)
    story.pick("where_to", "unknown").pick("leaver", "resident").today().make()
    assert story.members(home) == {"何敏": "0"}
    assert {story.book.residents.get(one).marital_status for one in who.values()} == {"40"}


def test_somebody_is_seen_otherwise(story):
    home, who = story.family(*COUPLE, ("老亲戚", "1", "1940-01-02", "8"))
    story.tell("standing_change").pick("resident_id", who["老亲戚"]).pick("as_relation", "5").pick("as_counts", "no")
    story.today().make()
    member = next(m for m in story.book.households.get(home).members if m.resident.id == who["老亲戚"])
    assert (member.relation, member.counts) == ("5", False)


def test_a_household_becomes_a_dormitory_and_a_family_again(story):
    home, _who = story.family(*COUPLE)
    story.tell("form_change").pick("form", "dormitory").today().make()
    assert story.book.households.get(home).form == "dormitory"
    chips = [line.findChildren(Chip) for line in story.page.lines]
    assert chips == [[], []], "nobody is said to be the head"
    story.tell("form_change")
    assert [code for code, _button in story.row("form").field._buttons] == ["family", "shared", "institution"]
    story.pick("form", "family").today().make()
    assert story.members() == {"高建国": "0", "何敏": "1"}
    assert story.book.households.get(home).form == "family"


def test_what_the_records_cannot_take_is_said_beside_its_question_and_nothing_is_lost(story):
    home, who = story.family(*COUPLE)
    story.tell("move_out").pick("people", who["何敏"]).pick("where_to", "unknown").type("happened_on", "2010-1-1")
    story.check()
    assert list(story.problems()) == ["happened_on"]
    row = story.row("happened_on")
    assert not row.problem.isHidden()
    assert story.page.summary.hasFocus()
    row.field.line.clear()
    type_text(row.field.line, "2026年11月20日")
    story.make()
    assert story.members(home) == {"高建国": "0"}
    stayed = story.book.changes.of_household(home)[0]
    assert (stayed.kind, stayed.happened_on) == ("move_out", DAY)


def test_doubts_are_ticked_one_by_one_before_anything_is_made(story):
    home, who = story.family(("孤老人", "1", "1940-01-02", "0"), ("小孩子", "1", "2015-01-02", "4"))
    story.tell("move_out").pick("people", who["孤老人"]).pick("where_to", "unknown").today().check()
    assert story.page.preview.ticks, "a child would be the head"
    story.page.forward()
    settle(story.shell, QUIET)
    assert story.page.name == "change"
    assert story.members() == {"孤老人": "0", "小孩子": "4"}
    story.make()
    assert story.members(home) == {"小孩子": "0"}


def test_another_kind_is_chosen_and_what_both_ask_stays(story):
    _home, who = story.family(*THREE)
    story.tell("move_out").pick("people", who["马丽"]).today().type("note", "电话告知")
    story.page.step_back()
    settle(story.shell, QUIET)
    story.page.tiles.tile("split").click()
    settle(story.shell, QUIET)
    assert story.row("people").field.answer() == [who["马丽"]]
    assert story.row("happened_on").field.day() == NOW.date()
    assert story.row("note").field.answer() == "电话告知"
    story.make()


def test_what_is_typed_is_a_draft_and_goes_on_where_it_was(story):
    _home, who = story.family(*THREE)
    story.tell("move_out").pick("people", who["马丽"]).pick("where_to", "elsewhere").type("elsewhere_address", "霸州")
    settle(story.shell, 0.6)
    draft = story.book.drafts.all()[0]
    assert draft.form == "change"
    assert "有人搬出" in draft.title
    story.shell.go("today")
    settle(story.shell, QUIET)
    story.shell.go("change", draft_id=draft.id)
    settle(story.shell, QUIET)
    assert story.page.kind == "move_out"
    assert story.row("elsewhere_address").field.answer() == "霸州"
    assert story.row("people").field.answer() == [who["马丽"]]
    story.today().make()
    assert "马丽" not in story.members()


def test_a_change_by_keys_alone(story):
    home, who = story.family(*COUPLE)
    shell = story.shell
    shell.go("change", household_id=home)
    settle(shell, QUIET)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):  # to “moves out”
        QTest.keyClick(shell.focusWidget(), key)
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return)
    settle(shell, QUIET)
    assert story.page.kind == "move_out"
    QTest.keyClicks(shell.focusWidget(), "2")  # 何敏
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return)
    QTest.keyClicks(shell.focusWidget(), "4")  # not known where to
    settle(shell, QUIET)
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return)
    QTest.keyClicks(shell.focusWidget(), "20261120")
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(shell, QUIET)
    assert story.page.stage == "check", story.problems()
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(shell, QUIET)
    assert story.members(home) == {"高建国": "0"}
    assert who["何敏"] not in {m.resident.id for m in story.book.households.get(home).members}


def test_a_household_is_searched_for_where_none_is_named_and_a_resident_leads_to_theirs(story):
    home, who = story.family(("独一人", "1", "1970-01-02", "0"))
    story.shell.go("change")
    settle(story.shell, QUIET)
    pick_in_finder(story.shell, story.page.finder, "独一人")
    assert story.page.where["household_id"] == home
    story.shell.go("change", resident_id=who["独一人"], kind="death")
    settle(story.shell, QUIET)
    assert story.row("resident_id").field.answer() == who["独一人"]
    assert story.page.bar.forward_button.text() == _("Continue")


def test_a_change_that_became_impossible_meanwhile_is_refused_with_the_reason(story):
    home, who = story.family(*COUPLE)
    story.tell("death").pick("resident_id", who["何敏"]).today("died_on").check()
    assert story.page.stage == "check"
    child = ResidentEntry(name="后来的", sex="1", birth_date=NOW.date())
    story.book.changes.make(
        Birth(happened_on=NOW.date(), household_id=home, child=child, relation="2", mother_id=who["何敏"])
    )
    story.book.changes.make(story.page.entry)
    for tick in story.page.preview.ticks:
        tick.tick.click()
    story.page.forward()
    settle(story.shell, QUIET)
    assert story.page.stage == ""
    assert list(story.problems()) == ["resident_id"]
    story.page.end_draft()
    settle(story.shell, QUIET)
