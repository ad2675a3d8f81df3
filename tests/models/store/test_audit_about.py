"""Whom a change is about, and which fields, as its one row says."""

from models.store.audit_about import Touched


def test_a_change_about_one_resident_is_about_that_resident() -> None:
    touched = Touched()
    touched.add("phone", {"id": "p1", "resident_id": "r1"}, ["number", "extra"])
    touched.add("fact", {"id": "f1", "subject_kind": "resident", "subject_id": "r1", "name": "hiv_status"}, ["value"])
    said = touched.said("residents.amend")
    assert (said.subject_kind, said.subject_id, said.detail) == ("resident", "r1", "residents.amend")
    assert set(said.fields) == {"phone.number", "fact.hiv_status"}


def test_a_change_about_several_is_about_their_household_where_there_is_one() -> None:
    touched = Touched()
    touched.add("membership", {"id": "m1", "resident_id": "r1", "household_id": "h1"}, ["since"])
    touched.add("resident", {"id": "r2"}, ["name"])
    said = touched.said("households.register")
    assert (said.subject_kind, said.subject_id) == ("household", "h1")
    assert said.also == {"r1", "r2", "h1"}


def test_a_change_about_several_without_a_household_names_the_first_and_the_others() -> None:
    touched = Touched()
    touched.add("person_link", {"id": "l1", "a_id": "r1", "b_id": "r2"}, ["active"])
    touched.add("picture", {"id": "c1", "subject_kind": "visit", "subject_id": "v1"}, ["title"])
    touched.add("case_transfer", {"id": "t1", "resident_ids": ["r3"]}, ["note"])
    said = touched.said("merging.merge")
    assert (said.subject_kind, said.subject_id) == ("resident", "r1")
    assert said.also == {"r1", "r2", "r3"}


def test_a_change_about_nobody_is_about_the_first_record_written() -> None:
    touched = Touched()
    touched.add("round", {"id": "o1"}, ["title"])
    touched.add("round", {"id": "o2"}, ["title"])
    said = touched.said("rounds.plan")
    assert (said.subject_kind, said.subject_id, said.also) == ("round", "o1", frozenset())
