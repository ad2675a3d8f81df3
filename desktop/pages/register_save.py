"""From the case of a registration to the verbs that save it, and the problems of its reading by person. No widgets."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from desktop.pages.register_case import Case
from desktop.widgets.address_picker import address_words
from desktop.widgets.likeness import typed_values
from forms.collecting import FieldProblem
from forms.definitions import Form
from forms.reading import plain, read_date, tidy
from models.records.documents import tidy_number
from models.records.fact import FactEntry
from models.records.household import MemberEntry
from models.services.views import Changed
from models.texts import _


def work(casebook: Any, case: Case, household: Form, resident: Form, on: date) -> Callable[[], Changed]:
    """The verbs that save the case, to be called off the window's thread. All answers were read before."""
    if case.kind == "amend":
        return lambda: _amend(casebook, case, resident, on)
    if case.kind == "member":
        members = _members(case, resident, on)
        return lambda: _join(casebook, case, members)
    entry = household.read(case.household_answers(), on).entry
    assert entry is not None, "the answers were read before"
    return lambda: casebook.households.register(entry)


def _amend(casebook: Any, case: Case, resident: Form, on: date) -> Changed:
    entry = resident.read(case.person.answers, on).entry
    before = resident.read(case.before, on).entry
    assert entry is not None, "the answers were read before"
    said_before = {_said(fact) for fact in before.facts} if before is not None else set()
    # What was not touched is not said anew today: it keeps its day and its source.
    new = tuple(fact for fact in entry.facts if _said(fact) not in said_before)
    changed: Changed = casebook.residents.amend(case.resident_id, entry.model_copy(update={"facts": new}))
    return changed


def _said(fact: FactEntry) -> tuple[object, ...]:
    return (fact.name, fact.value, fact.state, fact.source, fact.document_seen, fact.good_until)


def _members(case: Case, resident: Form, on: date) -> list[MemberEntry]:
    members = []
    for person in case.entered():
        told: dict[str, Any] = {"relation": str(person.answers.get("relation") or "8")}
        told["counts"] = person.answers.get("counts") != "no"
        told["also_registered_here"] = person.answers.get("also_registered_here") != "no"
        if person.known_id:
            members.append(MemberEntry(resident_id=person.known_id, **told))
        else:
            members.append(MemberEntry(resident=resident.read(person.answers, on).entry, **told))
    return members


def _join(casebook: Any, case: Case, members: Sequence[MemberEntry]) -> Changed:
    """All in one transaction, so that one undo takes all of them back; who is in `saved` joined in an older version."""
    changed: Changed = casebook.households.add_members(case.household_id, members[len(case.saved) :])
    return replace(changed, id=case.household_id, ids=(*case.saved, *changed.ids))


def pairs_of_others(case: Case, changed: Changed) -> list[tuple[str, str, str]]:
    """Who was compared with whom and found to be two people, and why: pairs of resident ids with the reason."""
    ids = [case.resident_id] if case.kind == "amend" else changed.ids
    return [
        (resident_id, other, person.reason)
        for person, resident_id in zip(case.entered(), ids, strict=False)
        for other in person.different
        if not person.known_id
    ]


def sentence(case: Case) -> str:
    """What was saved."""
    if case.kind == "amend":
        return _("The record of {name} was changed.").format(name=case.person.name)
    people = case.entered()
    names = _(", ").join(person.name for person in people[:3])
    if len(people) > 3:
        names = _("{name} and others, {n} people").format(name=people[0].name, n=len(people))
    if case.kind == "member":
        return _("Joined the household: {names}.").format(names=names)
    where = address_words(case.answers.get("address") or {})
    return _("Registered at {address}: {names}.").format(address=where, names=names)


def typed_for_likeness(case: Case, on: date) -> dict[str, str]:
    """What of the person now shown is compared with the register."""
    answers = case.person.answers
    documents = [tidy_number(str(row.get("number") or "")) for row in answers.get("documents") or ()]
    phones = [plain(str(row.get("number") or "")) for row in answers.get("phones") or ()]
    told = {
        "name": tidy(answers.get("name")),
        "sex": str(answers.get("sex") or ""),
        "address": case.household_words or address_words(case.answers.get("address") or {}),
        "number_tail": next((number[-4:] for number in documents if number), ""),
        "phone_tail": next((number[-4:] for number in phones if number), ""),
    }
    return typed_values(told, on, read_date(answers.get("birth_date")))


# Problems by field: a path of the form household begins with people.<row>, where the rows are those who are not blank.


def without(prefix: str, problem: Any) -> FieldProblem:
    """The same problem with the path as the person's own form names it."""
    return FieldProblem(problem.field.removeprefix(prefix), problem.sentence)


def name_missing(path: str, resident: Form) -> FieldProblem:
    """Nobody was typed where somebody is needed."""
    from forms import problems

    return FieldProblem(path, problems.sentence({"type": "missing"}, resident.question("name").label))


def places_with_problems(problems: Sequence[Any], case: Case) -> frozenset[int]:
    """The places of the people with whom something is wrong."""
    paths = [each.field.split(".") for each in problems]
    rows = {int(path[1]) for path in paths if path[0] == "people" and len(path) > 1 and path[1].isdigit()}
    return frozenset(case.place_of(row) for row in rows)


def summary(problems: Sequence[Any], case: Case) -> list[tuple[str, str]]:
    """The problems as the summary tells them: with the person's name where there are several."""
    told = []
    several = len(case.entered()) > 1
    for each in problems:
        parts = each.field.split(".")
        of_person = parts[0] == "people" and len(parts) > 1 and parts[1].isdigit()
        if several and of_person and int(parts[1]) < len(case.entered()):
            place = case.place_of(int(parts[1]))
            name = case.people[place].name or _("Person {n}").format(n=place + 1)
            told.append((each.field, _("{name}: {problem}").format(name=name, problem=each.sentence)))
        else:
            told.append((each.field, each.sentence))
    return told
