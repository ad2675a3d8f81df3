"""Questionnaires through the verbs, on both engines: versions, answers, what follows from them, and the way back."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.errors import NotFound
from models.imaging import edited
from models.records.audit import Audit
from models.records.fact import FactEntry
from models.records.picture import PictureEntry
from models.records.questionnaire import QuestionnaireAnswerEntry
from models.services.facts import Facts
from models.services.households import Households
from models.services.questionnaires import OtherSubject, Questionnaires, SameVersion
from models.services.undoing import undo
from models.store.engine import Engines
from models.store.rows import table_of
from models.texts import speaking
from tests.models.pictures import photo
from tests.models.services.people import five_people
from tests.models.store.registers import open_register

TODAY = date(2026, 11, 22)
TITLES = {"中文 (zh)": "居家安全", "English (en)": "Home safety"}


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def install(casebook: Casebook, version: str = "1", mark: str = "", form: str = "safety", subject: str = "resident"):
    body = {"format": 1, "mark": mark or version}
    return casebook.questionnaires.install(
        form, version, TITLES, subject, body, f"{form}.xlsx", f"sha {mark or version}"
    )


def about(made, **more: object) -> QuestionnaireAnswerEntry:
    return QuestionnaireAnswerEntry(
        **{"questionnaire_id": made.id, "answered_on": TODAY, "answers": {"values": {"/data/a": "1"}}, **more}
    )


def test_a_questionnaire_is_offered_once_it_is_put_in_use(casebook: Casebook):
    made = install(casebook)
    (view,) = casebook.questionnaires.in_use("resident")
    assert (view.id, view.form_id, view.version, view.source_name) == (made.id, "safety", "1", "safety.xlsx")
    assert (view.worker, view.answers, view.in_use, dict(view.body)) == ("周敏", 0, True, {})
    assert casebook.questionnaires.in_use("household") == []
    with speaking("zh_CN"):
        assert view.title == "居家安全"
    with speaking("en"):
        assert view.title == "Home safety"


def test_a_newer_version_takes_the_place_of_the_older_which_stays_readable(casebook: Casebook):
    install(casebook, "1")
    install(casebook, "2")
    assert [view.version for view in casebook.questionnaires.in_use()] == ["2"]
    assert casebook.questionnaires.get("safety").version == "2"
    assert casebook.questionnaires.get("safety", "1").body["mark"] == "1"
    assert {view.version: view.status for view in casebook.questionnaires.all()} == {"1": "withdrawn", "2": "in_use"}


def test_the_same_version_with_other_questions_is_refused_and_nothing_changes(casebook: Casebook):
    install(casebook, "1", "first")
    with pytest.raises(SameVersion) as refused, speaking("en"):
        install(casebook, "1", "second")
    with speaking("en"):
        assert "Version 1 of “Home safety” is here already" in refused.value.sentence()
    assert casebook.questionnaires.get("safety").body["mark"] == "first"
    assert len(casebook.questionnaires.all()) == 1


def test_the_very_same_workbook_is_brought_back_instead_of_kept_twice(casebook: Casebook):
    first = install(casebook)
    casebook.questionnaires.withdraw(first.id)
    assert casebook.questionnaires.in_use() == []
    assert install(casebook).id == first.id
    assert len(casebook.questionnaires.in_use()) == 1
    with pytest.raises(NotFound):
        casebook.questionnaires.withdraw("nowhere")


def test_going_back_to_an_older_version_withdraws_the_newer(casebook: Casebook):
    old = install(casebook, "1")
    install(casebook, "2")
    casebook.questionnaires.bring_back(old.id)
    assert [view.version for view in casebook.questionnaires.in_use()] == ["1"]


def test_putting_in_use_can_be_taken_back_and_a_draft_of_it_still_finds_its_questions(casebook: Casebook):
    install(casebook, "1")
    second = install(casebook, "2")
    casebook.undo(second.operations)
    assert [view.version for view in casebook.questionnaires.in_use()] == ["1"]
    assert casebook.questionnaires.get("safety").version == "1"
    assert casebook.questionnaires.get("safety", "2").id == second.id
    with pytest.raises(NotFound):
        casebook.questionnaires.get("unheard")


def test_an_answer_keeps_its_version_points_and_level(casebook: Casebook, five):
    made = install(casebook)
    entry = about(
        made, resident_id=five.ids[0], score="3", level="mend", level_words={"中文 (zh)": "限期整改", "English": "Mend"}
    )
    saved = casebook.questionnaires.answer(entry)
    install(casebook, "2")
    (view,) = casebook.questionnaires.answers_of(resident_id=five.ids[0])
    assert (view.id, view.version, view.score, view.level, view.household_id) == (saved.id, "1", "3", "mend", five.id)
    assert view.answers == {"values": {"/data/a": "1"}}
    assert casebook.questionnaires.answers_of(household_id=five.id) == [view]
    assert casebook.questionnaires.answer_of(saved.id) == view
    assert {each.version: each.answers for each in casebook.questionnaires.all()} == {"1": 1, "2": 0}
    with speaking("zh_CN"):
        assert view.level_label == "限期整改"
        line = next(each for each in casebook.residents.timeline(five.ids[0]) if each.kind == "questionnaire")
    assert (line.text, line.subject_id, line.on) == (
        "问卷“居家安全”：限期整改（3分）",
        saved.id,
        TODAY,
    ) or line.subject_id
    assert "限期整改" in line.text
    assert "居家安全" in line.text


def test_facts_go_to_whom_they_are_about_and_what_the_vocabulary_does_not_take_stays_an_answer(
    casebook: Casebook, five
):
    made = install(casebook)
    vocabulary = casebook.packs.policies().facts
    household_fact = next(
        name for name, each in vocabulary.items() if each.level == "household" and each.type == "bool"
    )
    facts = (
        FactEntry(name="lives_alone", value=True)
        if "lives_alone" in vocabulary
        else FactEntry(name="is_veteran", value=True),
        FactEntry(name=household_fact, value=True),
        FactEntry(name="no_such_fact", value=True),
        FactEntry(name="hukou_tianjin", value="perhaps"),
    )
    casebook.questionnaires.answer(about(made, resident_id=five.ids[0], facts=facts))
    mine = {view.name for view in casebook.facts.of(five.ids[0])}
    ours = {view.name for view in casebook.facts.of(five.id)}
    assert household_fact in ours
    assert household_fact not in mine
    assert "no_such_fact" not in mine | ours
    assert "hukou_tianjin" not in {view.name for view in casebook.facts.of(five.ids[0]) if view.value == "perhaps"}


def test_an_unknown_and_a_refused_answer_are_facts_too(casebook: Casebook, five):
    made = install(casebook)
    facts = (FactEntry(name="hukou_tianjin", state="refused"),)
    casebook.questionnaires.answer(about(made, resident_id=five.ids[1], facts=facts))
    (view,) = [each for each in casebook.facts.of(five.ids[1]) if each.name == "hukou_tianjin"]
    assert view.state == "refused"


def test_a_need_is_opened_once(casebook: Casebook, five):
    made = install(casebook)
    for _time in range(2):
        casebook.questionnaires.answer(about(made, resident_id=five.ids[0], needs=("work", "health", "work")))
    groups = [need.group for need in casebook.visits.open_needs()]
    assert sorted(groups) == ["health", "work"]


def test_an_answer_is_taken_back_with_its_facts_and_needs(casebook: Casebook, five):
    made = install(casebook)
    before = {view.name for view in casebook.facts.of(five.ids[0])}
    facts = (FactEntry(name="hukou_tianjin", value=False),)
    saved = casebook.questionnaires.answer(about(made, resident_id=five.ids[0], facts=facts, needs=("work",)))
    casebook.undo(saved.operations)
    assert casebook.questionnaires.answers_of(resident_id=five.ids[0]) == []
    assert casebook.visits.open_needs() == []
    assert {view.name for view in casebook.facts.of(five.ids[0])} == before
    assert not [line for line in casebook.residents.timeline(five.ids[0]) if line.kind == "questionnaire"]


def test_what_is_asked_about_people_is_not_answered_for_a_household(casebook: Casebook, five):
    people, home = install(casebook), install(casebook, form="home", subject="household")
    with pytest.raises(OtherSubject):
        casebook.questionnaires.answer(about(people, household_id=five.id))
    with pytest.raises(OtherSubject):
        casebook.questionnaires.answer(about(home, resident_id=five.ids[0]))
    with pytest.raises(NotFound):
        casebook.questionnaires.answer(about(home, household_id="nowhere"))
    assert casebook.questionnaires.answer(about(home, household_id=five.id)).id
    assert [view.form_id for view in casebook.questionnaires.answers_of(household_id=five.id)] == ["home"]


def test_a_withdrawn_questionnaire_can_still_be_finished(casebook: Casebook, five):
    made = install(casebook)
    casebook.questionnaires.withdraw(made.id)
    casebook.questionnaires.answer(about(made, resident_id=five.ids[0]))
    assert len(casebook.questionnaires.answers_of(resident_id=five.ids[0])) == 1


def test_pictures_taken_while_it_was_a_draft_belong_to_no_draft_afterwards(casebook: Casebook, five):
    made = install(casebook)
    entry = PictureEntry(kind="home", subject_kind="resident", subject_id=five.ids[0], visit_id="draft-1")
    picture = casebook.pictures.add(entry, edited(photo())).id
    casebook.questionnaires.answer(
        about(made, resident_id=five.ids[0], pictures=(picture,), draft_id="draft-1", visit_id="")
    )
    assert casebook.pictures.of("visit", "draft-1") == []
    (view,) = casebook.questionnaires.answers_of(resident_id=five.ids[0])
    assert view.pictures == (picture,)
    assert [each.id for each in casebook.pictures.several(view.pictures)] == [picture]


def test_reading_and_writing_out_answers_are_in_the_journal(casebook: Casebook, five):
    made = install(casebook)
    saved = casebook.questionnaires.answer(about(made, resident_id=five.ids[0]))
    casebook.questionnaires.answer_of(saved.id)
    casebook.questionnaires.note_export(made.id, 1)
    journal = table_of(Audit)
    with casebook._book.reading() as connection:
        noted = [(row.action, row.subject_id) for row in connection.execute(select(journal))]
    assert ("view", five.ids[0]) in noted
    assert ("export", made.id) in noted


def test_both_engines_keep_versions_answers_and_facts_alike(engines: Engines, tmp_path: Path):
    book = open_register(engines, tmp_path)
    home = Households(book).register(five_people())
    service = Questionnaires(book)
    first = service.install("safety", "1", TITLES, "resident", {"mark": "1"}, "safety.xlsx", "one")
    second = service.install("safety", "2", TITLES, "resident", {"mark": "2"}, "safety.xlsx", "two")
    with pytest.raises(SameVersion):
        service.install("safety", "2", TITLES, "resident", {"mark": "3"}, "safety.xlsx", "three")
    entry = about(first, resident_id=home.ids[0], facts=(FactEntry(name="hukou_tianjin", value=False),), score="2")
    saved = service.answer(entry)
    assert [(view.id, view.answers) for view in service.all()] == [(second.id, 0), (first.id, 1)]
    assert [view.id for view in service.answers_of(household_id=home.id)] == [saved.id]
    assert any(view.name == "hukou_tianjin" for view in Facts(book).of(home.ids[0]))
    undo(book, saved.operations)
    undo(book, second.operations)
    assert service.answers_with(first.id) == []
    assert service.get("safety").version == "1"
