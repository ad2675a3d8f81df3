"""Every question of a registration with its state, for the list that leads to each of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from desktop.pages.register_case import Case
from desktop.widgets.answer_words import answer_words
from desktop.widgets.jump_menu import Place, place_of
from forms.definitions import Form
from models.texts import _


def places(case: Case, household: Form, on: date, problems: Sequence[Any], warnings: Sequence[Any]) -> list[Place]:
    """The address, each person and the household, question by question, as far as they are asked."""
    wrong, odd = _by_path(problems), _by_path(warnings)
    found: list[Place] = []
    if case.kind == "new":
        found += _places(household, case.answers, on, wrong, odd, "", "", {"where"})
    people = case.entered() or [case.person]
    for row, person in enumerate(people):
        prefix = "" if case.kind == "amend" else f"people.{row}."
        name = person.name or _("Person {n}").format(n=row + 1)
        if case.kind != "amend":
            relation = household.question("people").part("relation")
            words = answer_words(relation, person.answers.get("relation"), on)
            path = f"{prefix}relation"
            found.append(place_of(path, name, relation.label, words, wrong.get(path, ""), odd.get(path, "")))
        if not person.known_id:
            found += _places(household.person, person.answers, on, wrong, odd, prefix, name, set())
    if case.kind == "new":
        found += _places(household, case.answers, on, wrong, odd, "", "", {"household"})
    return found


def _by_path(told: Sequence[Any]) -> dict[str, str]:
    """The first sentence about each question; of a path like people.0.documents.1.number it is people.0.documents."""
    found: dict[str, str] = {}
    for each in told:
        parts = each.field.split(".")
        found.setdefault(".".join(parts[: 3 if parts[0] == "people" else 1]), each.sentence)
    return found


def _places(
    form: Form,
    answers: Mapping[str, Any],
    on: date,
    wrong: Mapping[str, str],
    odd: Mapping[str, str],
    prefix: str,
    name: str,
    topics: set[str],
) -> list[Place]:
    asked, found = set(form.asked(answers, on)), []
    for topic in form.topics:
        if topics and topic.id not in topics:
            continue
        title = _("{name}, {topic}").format(name=name, topic=topic.title) if name else topic.title
        for question in topic.questions:
            if question.id in asked and question.kind != "people":
                path, words = prefix + question.id, answer_words(question, answers.get(question.id), on)
                found.append(place_of(path, title, question.label, words, wrong.get(path, ""), odd.get(path, "")))
    return found
