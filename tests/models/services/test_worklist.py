"""The worklist through the verbs: who stands on it and why, in which order, what is put off."""

from datetime import date, timedelta

import pytest

from models.casebook import Casebook
from models.errors import NotFound
from models.records.casework import ContactEntry
from models.records.fact import FactEntry
from models.records.household import HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry, PhoneEntry
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services.settings import SettingChanged
from models.services.worklist_rules import shipped
from models.services.worklist_views import KINDS, Place, WorkFilter, kind_text
from models.texts import set_language
from tests.models.services.people import HOME, five_people, person
from tests.models.services.worklists import items

TODAY = date(2026, 11, 22)


def home(casebook: Casebook, *people, door: str = "101", building: str = "3", facts=()) -> str:
    dwelling = HOME.model_copy(update={"building": building, "door": door})
    members = tuple(
        MemberEntry(resident=one, relation="0" if not place else "8", also_registered_here=False)
        for place, one in enumerate(people)
    )
    entry = HouseholdEntry(dwelling=dwelling, members=members, kinds=("living",), facts=facts)
    return casebook.households.register(entry).id


def visited(casebook: Casebook, household: str, on: date = TODAY, outcome: str = "met", **more: object) -> str:
    entry = VisitEntry(household_id=household, outcome=outcome, happened_on=on, met_other="邻居", **more)
    return casebook.visits.record(entry).id


def kinds_of(casebook: Casebook, household: str) -> list[str]:
    found = [item for item in items(casebook.worklist, limit=1000) if item.household_id == household]
    return [reason.kind for reason in found[0].reasons] if found else []


def reasons(casebook: Casebook, household: str) -> list[str]:
    found = [item for item in items(casebook.worklist, limit=1000) if item.household_id == household]
    return [reason.text for reason in found[0].reasons] if found else []


def test_a_household_stands_on_the_list_once_with_all_its_reasons(casebook: Casebook):
    one = home(casebook, person("赵明", date(1940, 1, 1), phones=(PhoneEntry(number="13820004471"),)))
    visited(
        casebook,
        one,
        date(2026, 11, 1),
        next_visit=date(2026, 11, 20),
        next_reason="送药",
        needs=(NeedEntry(group="health", urgency="now", note="需要轮椅"),),
    )
    casebook.planning.plan([PlanEntry(household_id=one, due_on=date(2026, 11, 25), reason="看扶手")])
    (item,) = items(casebook.worklist)
    assert [reason.kind for reason in item.reasons] == ["need_now", "promised", "planned"]
    assert item.reasons[0].text == "Urgent need since 2026-11-22: Health, 需要轮椅"
    assert item.reasons[1].text == "Visit promised for 2026-11-20: 送药"
    assert (item.kind, item.due, item.overdue) == ("need_now", date(2026, 11, 20), 2)
    assert (item.names, item.phone_tail) == (("赵明",), "4471")
    assert "3号楼2单元101" in item.address


def test_the_heaviest_reason_and_a_tenth_of_the_others_is_the_need(casebook: Casebook):
    one = home(casebook, person("赵明", date(1970, 1, 1)))
    visited(casebook, one, next_visit=TODAY, needs=(NeedEntry(group="health", urgency="now"),))
    (item,) = items(casebook.worklist)
    weights = shipped().weight
    assert item.weight == pytest.approx(weights["need_now"].base + weights["promised"].base / 10)


def test_an_urgent_need_comes_before_an_overdue_promise_and_that_before_an_old_person_alone(casebook: Casebook):
    alone = home(casebook, person("孙老", date(1940, 1, 1)), door="101")
    promised = home(casebook, person("钱一", date(1980, 1, 1)), door="102")
    urgent = home(casebook, person("李二", date(1980, 1, 1)), door="103")
    other = home(casebook, person("周三", date(1980, 1, 1)), door="104")
    visited(casebook, promised, date(2026, 11, 1), next_visit=date(2026, 11, 10))
    visited(casebook, urgent, needs=(NeedEntry(group="health", urgency="now"),))
    assert [item.household_id for item in items(casebook.worklist)] == [urgent, promised, alone, other]
    walked = [item.household_id for item in items(casebook.worklist, order="walk")]
    assert walked == [alone, promised, urgent, other]


def test_a_promise_that_a_later_visit_kept_is_no_reason_any_more(casebook: Casebook):
    one = home(casebook, person("赵明", date(1980, 1, 1)))
    visited(casebook, one, date(2026, 11, 1), next_visit=date(2026, 11, 10))
    assert kinds_of(casebook, one) == ["promised"]
    visited(casebook, one, date(2026, 11, 12))
    assert kinds_of(casebook, one) == []


def test_how_often_somebody_is_visited_follows_who_lives_there(casebook: Casebook):
    alone = home(casebook, person("孙老", date(1940, 1, 1)), door="101")
    younger = home(casebook, person("孙六", date(1962, 1, 1)), door="102")
    others = home(casebook, person("钱一", date(1980, 1, 1)), person("钱二", date(1940, 1, 1)), door="103")
    dibao = home(casebook, person("吴", date(1980, 1, 1)), door="104", facts=(FactEntry(name="dibao", value=True),))
    newcomer = (FactEntry(name="hukou_tianjin", value=False), FactEntry(name="resident_urban_tianjin", value=True))
    new = home(casebook, person("郑", date(1990, 1, 1), facts=newcomer), door="105")
    disabled = home(
        casebook,
        person("王", date(1980, 1, 1), facts=(FactEntry(name="disability_cert", value=True),)),
        person("王二", date(1985, 1, 1)),
        door="106",
    )
    homes = {"alone": alone, "younger": younger, "others": others, "dibao": dibao, "new": new, "disabled": disabled}
    due_after = {"alone": 30, "younger": 60, "others": 365, "dibao": 90, "new": 90, "disabled": 90}
    for name, one in homes.items():
        visited(casebook, one, TODAY - timedelta(days=due_after[name] - 1))
    assert items(casebook.worklist) == []
    for name, one in homes.items():
        visited(casebook, one, TODAY - timedelta(days=due_after[name] - 1), outcome="nobody_home")
        assert kinds_of(casebook, one) == [], "nobody at home is no visit, and an older one still counts"
    later = casebook.worklist.page(WorkFilter(), 0, 50, on=TODAY + timedelta(days=1))
    assert {item.household_id for item in later.items} == set(homes.values())
    texts = {item.household_id: item.reasons[0].text for item in later.items}
    assert texts[alone].startswith("Alone, 80 or older (孙老): last visited 2026-10-24, 30 days ago; ")
    assert "every 90 days" in texts[dibao]
    assert later.items[0].household_id == alone


def test_whoever_was_never_visited_is_told_so(casebook: Casebook):
    one = home(casebook, person("孙老", date(1940, 1, 1)))
    assert reasons(casebook, one) == ["Alone, 80 or older (孙老): nobody has been visited here yet"]
    set_language("zh_CN")
    (item,) = items(casebook.worklist)
    assert "80岁以上独居" in item.reasons[0].text


def test_the_office_says_how_often(casebook: Casebook):
    one = home(casebook, person("孙老", date(1940, 1, 1)))
    visited(casebook, one, TODAY - timedelta(days=20))
    assert kinds_of(casebook, one) == []
    usual = {each.id: each.days for each in casebook.worklist.rhythm()}
    casebook.worklist.set_rhythm({"alone_80": 14}, usual)
    assert kinds_of(casebook, one) == ["unseen"]
    assert {each.id: (each.days, each.shipped) for each in casebook.worklist.rhythm()}["alone_80"] == (14, 30)
    with pytest.raises(SettingChanged) as told:  # another desk, which saw what was shipped
        casebook.worklist.set_rhythm({"alone_80": 7, "everybody": 200}, usual)
    assert told.value.keys == ("alone_80",)
    assert "80 or older: 14" in told.value.sentence()
    stands = {**usual, "alone_80": 14}
    assert {each.id: each.days for each in casebook.worklist.rhythm()} == stands, "neither of them was written"
    casebook.worklist.set_rhythm({"alone_80": 14, "everybody": 200}, usual)  # the other meant the same
    casebook.worklist.set_rhythm({"alone_80": 0, "alone_60": 0, "everybody": 0}, {**stands, "everybody": 200})
    assert kinds_of(casebook, one) == [], "0 takes a category off the list"
    with pytest.raises(ValueError, match="days"):
        casebook.worklist.set_rhythm({"nobody": 3}, {"nobody": 1})


def test_papers_births_and_birthdays_are_reasons(casebook: Casebook):
    passport = DocumentEntry(kind="passport", number="E12345678", valid_until=date(2026, 12, 1))
    old = DocumentEntry(kind="passport", number="E12345679", valid_until=date(2026, 11, 10))
    family = home(
        casebook,
        person("阿安", date(1986, 1, 1), documents=(passport,)),
        person("阿宝", date(2026, 11, 1)),
        person("阿公", date(1946, 12, 1), documents=(old,)),
        person("阿婆", date(1961, 11, 15)),
    )
    visited(casebook, family)
    told = reasons(casebook, family)
    assert "阿安: Passport valid until 2026-12-01" in told
    assert "阿公: Passport ran out on 2026-11-10" in told
    assert "阿宝 was born on 2026-11-01" in told
    assert "阿公 turns 80 on 2026-12-01" in told
    assert "阿婆 turned 65 on 2026-11-15" in told


def test_calls_that_promised_something_stand_until_the_next_contact_or_visit(casebook: Casebook):
    one = home(casebook, person("赵明", date(1980, 1, 1)))
    visited(casebook, one, date(2026, 11, 1))
    call = {"household_id": one, "channel": "phone"}
    casebook.contacts.record(
        ContactEntry(**call, happened_on=date(2026, 11, 10), next_on=date(2026, 11, 20), next_reason="问结果")
    )
    assert reasons(casebook, one) == ["To be contacted again on 2026-11-20: 问结果"]
    casebook.contacts.record(ContactEntry(**call, happened_on=date(2026, 11, 21)))
    assert reasons(casebook, one) == []


def test_an_entitlement_that_began_by_a_birthday_is_news_for_thirty_days(casebook: Casebook):
    facts = (FactEntry(name="hukou_tianjin", value=True), FactEntry(name="resident_urban_tianjin", value=True))
    one = home(casebook, person("赵明", date(1961, 11, 10), facts=facts), person("赵二", date(1990, 1, 1)))
    visited(casebook, one)
    found = items(casebook.worklist, kinds=["eligible"])
    assert [item.household_id for item in found] == [one]
    news = [reason for reason in found[0].reasons if reason.kind == "eligible"]
    assert any(reason.service_id == "S50" for reason in news), "from 65 on: health management of old people"
    assert all("(since 2026-11-10)" in reason.text for reason in news)
    resident = news[0].resident_id
    casebook.eligibility.receives(resident, "S50", True)
    casebook.worklist.look()
    left = [r for item in items(casebook.worklist, kinds=["eligible"]) for r in item.reasons if r.kind == "eligible"]
    assert "S50" not in {reason.service_id for reason in left}, "what is received is no news"


def test_what_somebody_says_makes_news_at_once(casebook: Casebook):
    facts = (FactEntry(name="hukou_tianjin", value=True), FactEntry(name="resident_urban_tianjin", value=True))
    casebook.households.register(five_people())
    one = home(casebook, person("孙老", date(1950, 1, 1), facts=facts), door="303")
    visited(casebook, one)
    casebook.worklist.look()
    before = casebook.worklist.page(WorkFilter(kinds=frozenset(("eligible",)))).total
    resident = casebook.households.get(one).members[0].resident.id
    casebook.facts.record(
        "resident",
        resident,
        [
            FactEntry(name="disability_cert", value=True),
            FactEntry(name="disability_grade", value=1),
            FactEntry(name="disability_category", value="肢体"),
        ],
    )
    after = casebook.worklist.page(WorkFilter(kinds=frozenset(("eligible",))))
    assert after.total == before + 1
    (item,) = [item for item in after.items if item.household_id == one]
    assert all("(since 2026-11-22)" in reason.text for reason in item.reasons if reason.kind == "eligible")


def test_what_the_last_kept_determination_did_not_say_is_news(casebook: Casebook):
    facts = (FactEntry(name="hukou_tianjin", value=True), FactEntry(name="resident_urban_tianjin", value=True))
    one = home(casebook, person("孙老", date(1950, 1, 1), facts=facts), door="303")
    visited(casebook, one)
    casebook.eligibility.keep(casebook.eligibility.check(one))
    casebook.worklist.look()
    assert casebook.worklist.page(WorkFilter(kinds=frozenset(("eligible",)))).total == 0
    resident = casebook.households.get(one).members[0].resident.id
    wanted = [
        FactEntry(name="disability_cert", value=True),
        FactEntry(name="disability_grade", value=1),
        FactEntry(name="disability_category", value="肢体"),
    ]
    casebook.facts.record("resident", resident, wanted)
    looked = casebook.worklist.look()
    assert looked.eligible
    found = items(casebook.worklist, kinds=["eligible"])
    assert [item.household_id for item in found] == [one]
    casebook.eligibility.keep(casebook.eligibility.check(one))
    casebook.worklist.look()
    again = items(casebook.worklist, kinds=["eligible"])
    assert again, "it stays for its thirty days as long as nothing is applied for"


def test_what_is_put_off_comes_back_on_its_day_and_can_be_undone(casebook: Casebook):
    one = home(casebook, person("孙老", date(1940, 1, 1)))
    visited(casebook, one, date(2026, 10, 1), next_visit=TODAY)
    made = casebook.worklist.put_off([one], date(2026, 12, 1), "住院")
    assert items(casebook.worklist) == []
    page = casebook.worklist.page(WorkFilter(put_off=True))
    assert [item.household_id for item in page.items] == [one]
    assert (page.items[0].put_off.reason, page.items[0].put_off.until, page.put_off) == ("住院", date(2026, 12, 1), 1)
    assert casebook.worklist.page(WorkFilter(), on=date(2026, 12, 1)).total == 1
    casebook.undo(made.operations)
    assert len(items(casebook.worklist)) == 1
    casebook.worklist.put_off([one], date(2026, 12, 1), "不需要", kinds=["unseen"])
    assert kinds_of(casebook, one) == ["promised"], "one kind of reason alone can be put off"
    casebook.worklist.put_back([one])
    assert kinds_of(casebook, one) == ["promised", "unseen"]


def test_putting_off_needs_a_day_to_come_a_reason_and_a_household(casebook: Casebook):
    one = home(casebook, person("孙老", date(1940, 1, 1)))
    for day, why in ((TODAY, "住院"), (date(2026, 12, 1), "  ")):
        with pytest.raises(ValueError, match="reason"):
            casebook.worklist.put_off([one], day, why)
    with pytest.raises(NotFound):
        casebook.worklist.put_off(["nowhere"], date(2026, 12, 1), "住院")


def test_the_list_is_narrowed_by_kind_building_and_worker(casebook: Casebook):
    here = home(casebook, person("孙老", date(1940, 1, 1)), building="3", door="101")
    there = home(casebook, person("钱老", date(1940, 1, 1)), building="4", door="101")
    visited(casebook, there, TODAY, next_visit=TODAY + timedelta(days=3))
    casebook.care.assign([here], "王芳")
    work = casebook.worklist
    assert [item.household_id for item in items(work, where=Place(building="4"))] == [there]
    assert len(items(work, where="120101001")) == 2
    assert items(work, where="1202") == []
    assert [item.household_id for item in items(work, kinds=["promised"])] == [there]
    assert [item.household_id for item in items(work, mine="王芳")] == [here]
    assert [item.household_id for item in items(work, mine="")] == [there]
    casebook.planning.plan([PlanEntry(household_id=there, due_on=TODAY, reason="看扶手", assignee="王芳")])
    assert len(items(work, mine="王芳")) == 2, "who is named for a visit there has it on the list as well"
    page = work.page()
    assert {kind: n for kind, n in page.kinds.items() if n} == {"unseen": 1, "promised": 1, "planned": 1}
    assert {(one.name.split()[-1], one.households) for one in work.buildings()} == {("3号楼", 1), ("4号楼", 1)}


def test_the_next_one_is_the_first_that_is_not_to_be_skipped(casebook: Casebook):
    homes = [
        home(casebook, person("孙" + "甲乙丙丁戊己庚辛壬癸子丑"[n], date(1940, 1, 1)), door=f"{n}01")
        for n in range(1, 5)
    ]
    casebook.worklist.look()
    first = casebook.worklist.next()
    assert first is not None
    assert first.household_id == homes[0]
    second = casebook.worklist.next(skip={homes[0], homes[1]})
    assert second is not None
    assert second.household_id == homes[2]
    assert casebook.worklist.next(skip=set(homes)) is None


def test_pages_follow_each_other_without_gap_or_repetition(casebook: Casebook):
    homes = [
        home(casebook, person("孙" + "甲乙丙丁戊己庚辛壬癸子丑"[n], date(1940 + 5 * n, 1, 1)), door=f"{n}01")
        for n in range(1, 12)
    ]
    visited(casebook, homes[4], date(2026, 10, 1), next_visit=TODAY)
    for order in ("need", "walk"):
        whole = [item.household_id for item in items(casebook.worklist, order=order, limit=100)]
        wish = WorkFilter(order=order)
        paged = [i.household_id for at in range(0, 12, 4) for i in casebook.worklist.page(wish, at, 4).items]
        assert paged == whole
        assert sorted(whole) == sorted(homes)


def test_a_household_that_moved_away_or_ended_is_not_on_the_list(casebook: Casebook):
    one = home(casebook, person("孙老", date(1940, 1, 1)))
    visited(casebook, one, outcome="moved_away")
    assert items(casebook.worklist) == []


def test_before_anybody_looked_the_quick_reasons_are_there(casebook: Casebook):
    one = home(casebook, person("孙老", date(1940, 1, 1)))
    home(casebook, person("钱老", date(1940, 1, 1)), door="301")
    visited(casebook, one, date(2026, 10, 1), next_visit=TODAY)
    page = casebook.worklist.page()
    assert (page.whole, page.total) == (False, 1)
    casebook.worklist.look()
    page = casebook.worklist.page()
    assert (page.whole, page.total) == (True, 2)
    assert casebook.worklist.page(quick=True).total == 1


def test_every_kind_has_its_words_in_both_languages():
    english = [kind_text(kind) for kind in KINDS]
    assert len(set(english)) == len(KINDS)
