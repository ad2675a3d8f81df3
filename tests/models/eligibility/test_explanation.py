import re
from dataclasses import replace
from datetime import date

import pytest

from models.eligibility import Case, Person, decide, decide_all, explain, read_case
from models.eligibility.nodes import Choice, Group
from models.eligibility.tracing import in_order

from .support import ON, example_cases, policies


def told(service, case, language="zh_CN", component=None, applicant="p1"):
    return explain(policies(), decide(policies(), case, applicant, service, component), case, language)


DIBAO = Case(
    date(2025, 6, 1),
    {"assets_within_rules": True},
    (
        Person("p1", {"income_month": 2400}, "applicant"),
        Person("p2", {"income_month": 600}, "spouse"),
        Person("p3", {"income_month": 0}, "child"),
    ),
)


def test_met_conditions_are_all_named_in_chinese():
    said = told("S60", DIBAO)
    assert said.headline == "可能符合“最低生活保障”的条件，以审批为准。"
    assert said.reasons == (
        "家庭人均月收入为1000元，符合“人均月收入低于1010元（低保标准）”的要求。",
        "家庭财产符合本市规定。",
        "标准为每人每月1010元。",
        "这是标准；实际发放的是家庭收入与标准之间的差额。",
    )
    assert said.change == ()
    assert {quote.quote for quote in said.quotes} >= {"家庭人均收入低于最低生活保障标准", "财产符合本市相关规定"}


def test_met_conditions_are_all_named_in_english_with_a_gloss_of_the_chinese_name():
    said = told("S60", DIBAO, "en")
    assert said.headline == (
        "May meet the conditions of 最低生活保障 (Minimum living allowance (dibao)); the approving office decides."
    )
    assert said.reasons == (
        "The household’s monthly income per head is 1000 yuan (required: monthly income per head below 1010 yuan "
        "(dibao standard)).",
        "The household has assets within the city's rules.",
        "Amount: the standard is 1010 yuan a person a month.",
        "This is the standard; what is paid is the difference between the household's income and it.",
    )


def test_one_sufficient_reason_is_given_for_no_and_what_would_have_to_change():
    case = Case(date(2025, 7, 19), {}, (Person("p1", {"birth_date": "1925-07-20", "hukou_tianjin": True}),))
    said = told("S57", case)
    assert said.headline == "不符合“老年人福利补贴”的条件。"
    assert said.reasons == ("本人99周岁，而政策要求年满100周岁。",)
    assert said.change == ("2025年7月20日起，本人年满100周岁。",)
    english = told("S57", case, "en")
    assert english.reasons == ("The resident is aged 99; the policy requires: 100 years old or older.",)
    assert english.change == ("On 2025-07-20 the resident will be 100 years old.",)


def test_facts_to_ask_are_put_as_questions():
    case = Case(date(2025, 6, 1), {}, (Person("p1", {"birth_date": "1924-05-20"}),))
    said = told("S57", case)
    assert said.headline == "“老年人福利补贴”还差1项信息，补齐后才能判断。"
    assert said.change == ("问清本人：户口在天津吗？",)
    assert told("S57", case, "en").change == ("Ask of the resident: Is the hukou registered in Tianjin?",)


def test_a_reason_about_somebody_else_names_whom():
    people = (
        Person("p1", {"hukou_tianjin": False, "residence_permit": False}, "applicant"),
        Person("p2", {"hukou_tianjin": True}, "spouse"),
    )
    said = told("000-16a", Case(date(2025, 6, 1), {}, people))
    assert said.reasons == ("配偶有本市户籍，而政策要求没有本市户籍。",)


def test_a_verdict_about_the_dead_speaks_of_the_deceased():
    people = (
        Person("p1", {}, "applicant"),
        Person("p2", {"deceased": True, "hukou_tianjin": True, "funeral_benefit_entitled": False}, "deceased"),
    )
    said = told("S55", Case(date(2025, 6, 1), {}, people))
    assert said.reasons == ("逝者有本市户籍。", "逝者不享受丧葬补助待遇。", "每人1800元。")


def test_what_only_an_office_can_say_is_not_put_as_a_question():
    said = told("S60", Case(date(2025, 6, 1), {"income_per_capita_month": 500}, (Person("p1"),)))
    assert said.headline == "“最低生活保障”要由有关部门认定。"
    assert said.change == ("由部门认定：家庭财产是否符合本市规定，由街道（乡镇）核对",)


def test_a_sensitive_fact_is_never_put_into_words():
    person = Person("p1", {"birth_date": "2015-01-01", "hiv_status": "感染者"})
    case = Case(date(2025, 6, 1), {}, (person,))
    for language in ("zh_CN", "en"):
        said = told("S06", case, language)
        text = "".join((said.headline, *said.reasons, *said.change))
        assert not re.search(r"HIV|infect|艾滋|感染", text)
    assert "另有一项不便在这里显示的条件，已按登记情况核对。" in told("S06", case).reasons


def test_a_hit_of_an_open_list_names_every_condition_of_the_hit():
    case = Case(ON, {"mid_low_income": True, "housing_difficulty": True}, (Person("p1"),))
    assert told("002-1", case).reasons[:2] == ("家庭属住房困难家庭。", "家庭属城镇中低收入家庭。")


def test_what_an_office_says_is_english_in_english_also_of_determinations_kept_without_it():
    case = Case(ON, {}, (Person("p1", {"residence_permit": True}),))
    said = decide(policies(), case, "p1", "000-09a")
    assert any(part.zh for part in said.agency)
    for kept in (said, replace(said, agency=tuple(replace(part, en="") for part in said.agency))):
        words = explain(policies(), kept, case, "en").change
        assert words
        assert not re.search("[一-鿿]", "".join(words))


def test_every_word_of_an_office_is_there_in_english():
    assert len(policies().office_words) > 20
    assert all(en and not re.search("[一-鿿]", en.replace("等", "")) for en in policies().office_words.values())


def test_two_children_are_told_apart_by_their_age_and_share_a_sentence():
    people = (
        Person("p1", {"birth_date": "1990-05-01"}, "applicant"),
        Person("p2", {"birth_date": "1991-05-01"}, "spouse"),
        Person("p3", {"birth_date": "2015-05-01"}, "child"),
        Person("p4", {"birth_date": "2020-05-01"}, "child"),
    )
    case = Case(ON, {}, people)
    said = told("000-15", case)
    assert said.reasons[0] == "本人36周岁、配偶35周岁、子女11周岁、子女6周岁，而政策要求年满60周岁。"
    asked = [sentence for service in policies().services for sentence in told(service, case, applicant="p1").change]
    assert any("子女（11周岁）" in sentence for sentence in asked)
    assert any("子女（6周岁）" in sentence for sentence in asked)


def test_reasons_of_one_fact_share_a_sentence():
    said = told("000-06b", Case(ON, {}, (Person("p1", {"birth_date": "1996-01-01"}),)))
    assert said.reasons[0] == "本人30周岁，符合“年满14周岁、35周岁以下（含35周岁）”的要求。"
    refused = told("S52", Case(ON, {}, (Person("p1", {"birth_date": "1996-01-01"}),)))
    assert refused.reasons[0] == "本人30周岁，而政策要求年满80周岁或年满60周岁。"


def test_what_several_tests_of_one_fact_ask_for_is_said_in_one_breath():
    sentences = [
        sentence
        for service in policies().services
        for sentence in told(service, Case(ON, {}, (Person("p1", {"employment_status": "退休"}),))).reasons
    ]
    assert not any(sentence.count("就业状况为") > 2 for sentence in sentences)
    assert (
        "本人就业状况为退休，而政策要求就业状况为单位职工、灵活就业、无雇工个体工商户、非全日制或新就业形态。"
        in sentences
    )


def test_none_is_quoted_as_an_answer():
    said = told("S19", Case(ON, {}, (Person("p1", {"school_stage": "无"}),)))
    assert said.reasons[0] == "本人就读学段为“无”，而政策要求就读学段为普通高中。"


def test_what_was_asked_in_vain_is_not_asked_again():
    people = (Person("p1", {"birth_date": "1924-05-20"}),)
    for state, words in (
        ("not_known", "问过本人，还说不清：户口在天津吗？"),
        ("refused", "本人不愿回答：户口在天津吗？"),
    ):
        case = Case(date(2025, 6, 1), {}, people, {("p1", "hukou_tianjin"): state})
        assert told("S57", case).change == (words,)
    again = Case(date(2025, 6, 1), {}, people, {("p1", "hukou_tianjin"): "expired"})
    assert told("S57", again).change == ("问清本人：户口在天津吗？",)


def test_what_is_missing_of_the_dead_is_asked_of_the_family():
    case = Case(ON, {}, (Person("p1"), Person("p2", {"deceased": True, "hukou_tianjin": True}, "deceased")))
    assert told("S55", case).change[0].startswith("向家属问清逝者的情况：")


def test_a_fact_that_follows_from_another_is_told_by_that_one():
    case = Case(ON, {}, (Person("p1", {"birth_date": "2020-01-01"}),))
    assert told("000-02a", case).reasons == ("本人6周岁，而政策要求就业状况为新就业形态。",)
    certified = told("S76", Case(ON, {}, (Person("p1", {"disability_cert": True}),)))
    assert certified.reasons[0] == "本人持有有效的残疾人证。"
    assert certified.facts == (("disability_cert", "p1"),)
    veteran = told("S84", Case(ON, {}, (Person("p1", {"self_employment_veteran": True}),)))
    assert veteran.reasons[0] == "本人是退役军人。"
    assert veteran.facts == (("self_employment_veteran", "p1"),)


def test_a_day_that_never_was_is_no_day():
    facts = {"tianjin_university_graduated": "无", "hukou_tianjin": True, "tianjin_university_student": False}
    texts = [
        sentence
        for service in policies().services
        for sentence in told(service, Case(ON, {}, (Person("p1", facts),))).reasons
    ]
    assert not any("1年1月1日" in sentence for sentence in texts)
    assert any(sentence.startswith("本人没有本市全日制高校毕业日期") for sentence in texts)


def test_a_negated_condition_is_told_the_right_way_round():
    leaf = next(
        part for part in in_order(policies().services["S53"].components[0].rules[0].node) if isinstance(part, Choice)
    )
    assert leaf.fact.name == "employment_status"
    service = policies().services["S53"]
    rule = replace(service.components[0].rules[0], node=Group(leaf.condition, "not", (leaf,)), amounts=())
    turned = replace(service, components=(replace(service.components[0], rules=(rule,)),))
    whole = replace(policies(), services={**policies().services, "S53": turned})
    for status, reason in (
        ("退休", "本人就业状况为退休。"),
        ("单位职工", "本人就业状况为单位职工，而政策要求就业状况不是单位职工。"),
    ):
        case = Case(date(2025, 1, 1), {}, (Person("p1", {"employment_status": status}),))
        assert explain(whole, decide(whole, case, "p1", "S53"), case, "zh_CN").reasons == (reason,)


def test_an_ended_period_is_said():
    said = told("S50", Case(ON, {}, (Person("p1", {"birth_date": "1950-01-01"}),)))
    assert said.reasons[-1] == "依据的文件有效期到2025年12月31日为止，现在已过期，请核实现行规定。"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_determination_is_told_in_whole_sentences_without_ids_or_gaps(language):
    facts = policies().facts
    for given in example_cases():
        case = read_case(given)
        for said in [
            *decide_all(policies(), case, with_sensitive=True),
            decide(policies(), case, given["applicant"], policies().by_name[given["service"]].id, given["component"]),
        ]:
            text = explain(policies(), said, case, language)
            sentences = [text.headline, *text.reasons, *text.change]
            for sentence in sentences:
                assert "{" not in sentence
                assert "None" not in sentence
                assert "—" not in sentence.replace("2016—2025", "")
                assert not set(re.findall(r"[a-z]+_[a-z_]+", sentence)) & set(facts)
                if language == "en":
                    rest = re.sub(r"[一-鿿].*?(?= \()", "", sentence)
                    assert sentence[0].isupper() or sentence[0] in "“" or rest[0] == " " or "一" <= sentence[0] <= "鿿"
            if said.outcome == "not_eligible":
                assert text.reasons
            if said.outcome == "unknown":
                assert text.change
            assert text.quotes


def test_everything_said_of_a_household_of_five_has_its_headline_and_reasons():
    people = (
        Person("p1", {"birth_date": "1942-03-08", "hukou_tianjin": True, "care_grade": "重"}, "head"),
        Person("p2", {"birth_date": "1945-05-01", "hukou_tianjin": True}, "spouse"),
        Person("p3", {"birth_date": "1975-05-01", "disability_category": "智力", "disability_grade": 2}, "child"),
        Person("p4", {"birth_date": "2012-05-01", "school_stage": "初中"}, "grandchild"),
        Person("p5", {"birth_date": "1990", "hukou_tianjin": False}, "child"),
    )
    case = Case(ON, {"dibao": True}, people)
    policies()
    found = decide_all(policies(), case)
    assert len(found) > 400
    shown = [said for said in found if said.outcome != "not_eligible"]
    assert all(explain(policies(), said, case, "zh_CN").headline for said in shown)
    assert all(explain(policies(), said, case, "zh_CN").reasons for said in found if said not in shown)
