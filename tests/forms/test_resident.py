"""The form of a resident: what is typed at the door becomes a ResidentEntry with its facts."""

from datetime import date

import pytest

from forms import definitions
from models import texts
from tests.forms.people import card, certificate

ON = date(2026, 3, 1)


def read(**answers):
    return definitions.load("resident").read({"name": "王秀英", **answers}, ON)


def facts(reading):
    assert reading.entry is not None, reading.problems
    return {fact.name: fact for fact in reading.entry.facts}


def problems(reading):
    assert reading.entry is None
    return {problem.field: problem.sentence for problem in reading.problems}


def doubts(reading):
    return {warning.field: warning.sentence for warning in reading.warnings}


def test_a_name_is_enough():
    entry = read().entry
    assert entry.name == "王秀英"
    assert entry.documents == entry.phones == entry.facts == ()


def test_without_a_name_nobody_is_registered():
    reading = definitions.load("resident").read({"birth_date": "1952-3-8"}, ON)
    assert problems(reading) == {"name": "Please answer “Name”."}


def test_all_that_was_typed_arrives():
    entry = read(
        documents=[{"kind": "resident_card", "number": f" {card()} ", "seen": True, "valid_until": "2030-1-1"}],
        sex="2",
        birth_date="1952年3月8日",
        ethnic_group="03",
        phones=[{"number": "2735 5555"}, {"number": "138-0022-0001", "whose": "儿子"}],
        hukou_place="天津市和平区",
        education="60",
        marital_status="30",
        note="一楼\n有狗",
    ).entry
    assert entry.documents[0].number == card()
    assert entry.documents[0].seen
    assert entry.documents[0].valid_until == date(2030, 1, 1)
    assert entry.birth_date == date(1952, 3, 8)
    assert [(phone.number, phone.whose) for phone in entry.phones] == [
        ("+862227355555", ""),
        ("+8613800220001", "儿子"),
    ]
    assert (entry.sex, entry.ethnic_group, entry.education, entry.marital_status) == ("2", "03", "60", "30")
    assert entry.note == "一楼\n有狗"


def test_the_birth_date_counts_as_the_documents_where_they_agree():
    documents = [{"kind": "resident_card", "number": card()}]
    assert read(documents=documents, birth_date="1952-3-8").entry.birth_source == "document"
    assert read(documents=documents, birth_date="1952-4-8").entry.birth_source == "told"
    assert read(birth_date="1952-3-8").entry.birth_source == "told"
    assert read(birth_date="1952-3-8", birth_source="document").entry.birth_source == "document"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"name": "王1"}, "name"),
        ({"name": "王" * 51}, "name"),
        ({"birth_date": "1952"}, "birth_date"),
        ({"birth_date": "1852-1-1"}, "birth_date"),
        ({"birth_date": "2026-3-2"}, "birth_date"),
        ({"sex": "3"}, "sex"),
        ({"ethnic_group": "77"}, "ethnic_group"),
        ({"documents": [{"number": ""}, {"kind": "resident_card", "number": "1201"}]}, "documents.1.number"),
        ({"documents": [{"kind": "library", "number": "1201"}]}, "documents.0.kind"),
        ({"documents": [{"number": card(), "valid_until": "soon"}]}, "documents.0.valid_until"),
        ({"phones": [{"number": "13800220001"}, {"number": "12"}]}, "phones.1.number"),
        ({"phones": [{"number": "13800220001", "whose": "王" * 41}]}, "phones.0.whose"),
        ({"disability_cert": "yes", "disability_number": "123"}, "disability_number"),
        ({"hukou_tianjin": "yes", "hukou_tianjin_since": "2020"}, "hukou_tianjin_since"),
        ({"hukou_tianjin": "no", "residence_permit": "yes", "residence_permit_until": "x"}, "residence_permit_until"),
        ({"income_month": "-5"}, "income_month"),
        ({"children_count": "1.5"}, "children_count"),
        ({"note": "字" * 2001}, "note"),
    ],
)
def test_a_problem_names_its_field_in_both_languages(answers, field):
    form = definitions.load("resident")
    given = {"name": "王秀英", **answers}
    english = problems(form.read(given, ON))
    assert list(english) == [field]
    with texts.speaking("zh_CN"):
        assert list(problems(form.read(given, ON))) == [field]


def test_all_problems_are_told_at_once_in_the_order_of_the_questions():
    reading = read(note="字" * 2001, birth_date="春天", phones=[{"number": "1"}], name="", income_month="很多")
    assert list(problems(reading)) == ["name", "birth_date", "phones.0.number", "income_month", "note"]


def test_a_fact_says_who_said_it_when_and_what_was_shown():
    known = facts(read(**{"hukou_tianjin": "yes", "hukou_tianjin.seen": True, "hukou_rural": "no"}))
    assert (known["hukou_tianjin"].value, known["hukou_tianjin"].source) == (True, "document")
    assert known["hukou_tianjin"].document_seen == "户口簿"
    assert known["hukou_tianjin"].as_of == ON
    assert (known["hukou_rural"].value, known["hukou_rural"].source) == (False, "told")


def test_not_known_refused_and_empty_are_three_things():
    known = facts(read(hukou_tianjin="not_known", income_month="不愿回答", veteran=""))
    assert (known["hukou_tianjin"].state, known["hukou_tianjin"].value) == ("not_known", None)
    assert known["income_month"].state == "refused"
    assert "veteran" not in known


def test_a_residence_permit_is_good_until_it_runs_out():
    known = facts(read(hukou_tianjin="no", residence_permit="yes", residence_permit_until="2027-6-30"))
    assert known["residence_permit"].good_until == date(2027, 6, 30)
    expired = read(hukou_tianjin="no", residence_permit="yes", residence_permit_until="2025-6-30")
    assert "residence_permit_until" in doubts(expired)


def test_where_somebody_lives_says_two_things():
    known = facts(read(living_area="rural"))
    assert known["resident_rural_tianjin"].value is True
    assert known["resident_urban_tianjin"].value is False
    unknown = facts(read(living_area="not_known"))
    assert {unknown[name].state for name in ("resident_rural_tianjin", "resident_urban_tianjin")} == {"not_known"}


def test_values_have_the_types_of_the_vocabulary():
    known = facts(
        read(
            birth_date="1980-1-1", hukou_tianjin="yes", hukou_tianjin_since="2024年5月1日", children_count="2",
            income_month="3,500.5", employment_status="灵活就业", disability_cert="yes", disability_grade="2",
        )
    )  # fmt: skip
    assert known["hukou_tianjin_since"].value == "2024-05-01"
    assert known["children_count"].value == 2
    assert known["income_month"].value == 3500.5
    assert known["employment_status"].value == "灵活就业"
    assert known["disability_grade"].value == 2


def test_a_certificate_number_tells_category_and_grade():
    reading = read(
        **{
            "disability_cert": "yes",
            "disability_cert.seen": True,
            "disability_number": certificate(category=4, grade=1),
        }
    )
    known = facts(reading)
    assert (known["disability_category"].value, known["disability_grade"].value) == ("肢体", 1)
    assert known["disability_grade"].source == "document"
    assert [(d.kind, d.seen) for d in reading.entry.documents] == [("disability_cert", True)]


def test_the_certificate_counts_where_the_choice_differs_and_says_so():
    reading = read(disability_cert="yes", disability_number=certificate(4, 1), disability_grade="3")
    assert facts(reading)["disability_grade"].value == 1
    assert "disability_grade" in doubts(reading)


def test_a_certificate_among_the_documents_tells_the_same():
    reading = read(documents=[{"kind": "disability_cert", "number": certificate(1, 2), "seen": True}])
    known = facts(reading)
    assert known["disability_cert"].value is True
    assert known["disability_category"].value == "视力"


def test_what_does_not_agree_is_doubted_and_kept():
    documents = [{"kind": "resident_card", "number": card(), "valid_until": "2020-1-1"}]
    reading = read(
        documents=documents, birth_date="1953-3-8", sex="1", hukou_tianjin="yes", hukou_tianjin_since="1950-1-1"
    )
    assert reading.entry.birth_date == date(1953, 3, 8)
    assert set(doubts(reading)) == {"documents.0.valid_until", "birth_date", "sex", "hukou_tianjin_since"}
    assert "1952-03-08" in doubts(reading)["birth_date"]


def test_questions_that_are_not_asked_of_this_person_give_no_fact():
    known = facts(read(birth_date="2020-1-1", employment_status="退休", hukou_tianjin="yes", residence_permit="yes"))
    assert "employment_status" not in known
    assert "residence_permit" not in known


def test_answers_of_another_version_are_handed_back():
    reading = read(shoe_size="43")
    assert reading.left_over == {"shoe_size": "43"}


def test_amending_starts_from_the_same_answers():
    form = definitions.load("resident")
    entry = read(
        **{
            "documents": [{"kind": "passport", "number": "E12345678"}],
            "sex": "2", "birth_date": "1952-3-8", "phones": [{"number": "13800220001"}],
            "hukou_tianjin": "no", "residence_permit": "yes", "residence_permit.seen": True,
            "residence_permit_until": "2027-6-30", "disability_cert": "yes", "disability_number": certificate(),
        }
    ).entry  # fmt: skip
    answers = form.answers(entry)
    assert answers["residence_permit_until"] == "2027-06-30"
    assert answers["disability_number"] == certificate()
    assert form.read(answers, ON).entry == entry
