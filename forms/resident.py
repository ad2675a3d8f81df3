"""The form of a resident: answers to a ResidentEntry and back. The household form asks each person the same."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from forms.collecting import (
    Answers,
    Collector,
    Loc,
    Reading,
    as_typed,
    fact_answers,
    is_empty,
    is_ticked,
    read_answer,
    read_facts,
    read_rows,
    read_text,
)
from forms.definitions import Form
from forms.reading import Unreadable, parse_date, read_phone
from forms.shape import Question, is_asked
from models.records.documents import CardFacts, check_document, read_card, read_disability_certificate, tidy_number
from models.records.resident import ResidentEntry
from models.texts import _

_PLAIN_FIELDS = (
    "name",
    "sex",
    "birth_date",
    "birth_source",
    "ethnic_group",
    "former_name",
    "hukou_place",
    "education",
    "marital_status",
    "note",
)
_CARDS = ("resident_card", "resident_card_15", "hmt_residence_permit")


def read(form: Form, answers: Answers, on: date | None) -> Reading:
    """A ResidentEntry, or the problems by field."""
    out = Collector(on)
    fields = read_person(form, answers, out)
    return out.build(lambda: ResidentEntry.model_validate(fields), form.unasked(answers))


def read_person(form: Form, answers: Answers, out: Collector, path: str = "", at: Loc = ()) -> dict[str, Any]:
    """The fields of a ResidentEntry, with problems and warnings told to the collector."""
    fields: dict[str, Any] = {}
    born = _birth(answers)
    documents: list[dict[str, Any]] = []
    for question in form.questions:
        if not is_asked(question, dict(answers), out.on, born):
            continue
        here = path + question.id
        if question.id in _PLAIN_FIELDS:
            out.walk(here, question.label, (*at, question.id))
            answer = read_answer(question, answers.get(question.id), here, out)
            if answer is not None and answer.value is not None:
                fields[question.id] = answer.value
            elif question.required and is_empty(answers.get(question.id)):
                out.problem(here, "missing")
        elif question.id == "documents":
            out.walk(here, question.label, (*at, "documents"))
            documents += _read_documents(question, answers.get(question.id), out, here, (*at, "documents"))
        elif question.id == "phones":
            out.walk(here, question.label, (*at, "phones"))
            fields["phones"] = _read_phones(question, answers.get(question.id), out, here, (*at, "phones"))
        elif question.id == "disability_number":
            out.walk(here, question.label)
            number = tidy_number(read_text(answers.get(question.id), here, out))
            if number:
                out.walk(here, question.label, (*at, "documents", len(documents)))
                documents.append({"kind": "disability_cert", "number": number, "seen": _paper_seen(answers)})
        else:
            out.walk(here, question.label)
    fields["documents"] = documents
    facts = read_facts(form.questions, answers, out, path=path, at=(*at, "facts"), born=born)
    fields["facts"] = _with_certificate(facts, documents, out, path)
    card = _card_of(documents)
    if "birth_date" in fields and "birth_source" not in fields:
        fields["birth_source"] = "document" if card and card.birth_date == fields["birth_date"] else "told"
    _doubts(fields, card, out, path)
    return fields


def _birth(answers: Answers) -> date | None:
    try:
        return parse_date(answers.get("birth_date"))
    except Unreadable:
        return None


def _paper_seen(answers: Answers) -> bool:
    return is_ticked(answers.get("disability_cert.seen"))


def _read_documents(question: Question, typed: object, out: Collector, path: str, at: Loc) -> list[dict[str, Any]]:
    """The rows that hold a number; a row without one says nothing."""
    documents: list[dict[str, Any]] = []
    for place, row in read_rows(typed, path, out):
        here = f"{path}.{place}"
        number = tidy_number(read_text(row.get("number"), f"{here}.number", out))
        if not number:
            continue
        kind = read_text(row.get("kind"), f"{here}.kind", out) or "resident_card"
        out.walk(f"{here}.kind", question.label, (*at, len(documents), "kind"))
        out.walk(f"{here}.number", question.label, (*at, len(documents)))
        out.walk(f"{here}.valid_until", question.label, (*at, len(documents), "valid_until"))
        document = {"kind": kind, "number": number, "seen": is_ticked(row.get("seen"))}
        if not is_empty(row.get("valid_until")):
            try:
                document["valid_until"] = parse_date(row["valid_until"])
            except Unreadable as trouble:
                out.problem(f"{here}.valid_until", trouble.key)
        end = document.get("valid_until")
        if out.on and isinstance(end, date) and end < out.on:
            out.warn(f"{here}.valid_until", _("This document has run out. It can be kept; ask for the new one."))
        documents.append(document)
    return documents


def _read_phones(question: Question, typed: object, out: Collector, path: str, at: Loc) -> list[dict[str, Any]]:
    phones: list[dict[str, Any]] = []
    for place, row in read_rows(typed, path, out):
        here = f"{path}.{place}"
        try:
            number = read_phone(row.get("number"))
        except Unreadable as trouble:
            out.problem(f"{here}.number", trouble.key)
            continue
        if not number:
            continue
        out.walk(f"{here}.number", question.label, (*at, len(phones)), (*at, len(phones), "number"))
        out.walk(f"{here}.whose", question.label, (*at, len(phones), "whose"))
        if len(number) < 3:
            out.problem(f"{here}.number", "phone_number")
            continue
        phones.append({"number": number, "whose": read_text(row.get("whose"), f"{here}.whose", out)})
    return phones


def _card_of(documents: list[dict[str, Any]]) -> CardFacts | None:
    """What the first sound identity number of a person tells."""
    for document in documents:
        if document["kind"] in _CARDS and not check_document(document["kind"], document["number"]):
            return read_card(document["number"])
    return None


def _with_certificate(
    facts: list[dict[str, Any]], documents: list[dict[str, Any]], out: Collector, path: str
) -> list[dict[str, Any]]:
    """Category and grade as the certificate's number tells them; a choice that differs is doubted."""
    read = next(
        (
            (d, told)
            for d in documents
            if d["kind"] == "disability_cert"
            if (told := read_disability_certificate(d["number"]))
        ),
        None,
    )
    if read is None:
        return facts
    document, told = read
    chosen = {fact["name"]: fact.get("value") for fact in facts}
    from_number = {"disability_category": told.category, "disability_grade": told.grade}
    for name, value in from_number.items():
        if chosen.get(name) not in (None, value):
            out.warn(
                path + name,
                _(
                    "The certificate's number says {told}. The number counts; if it is wrong, correct the number."
                ).format(told=value),
            )
    if chosen.get("disability_cert") is False:
        out.warn(path + "disability_cert", _("A certificate's number is given, but the answer is no."))
        return facts
    kept = [fact for fact in facts if fact["name"] not in (*from_number, "disability_cert")]
    shared: dict[str, Any] = {"as_of": out.on, "source": "told"}
    if document["seen"]:
        shared |= {"source": "document", "document_seen": "残疾人证"}
    card = next((fact for fact in facts if fact["name"] == "disability_cert"), None)
    kept.append(card or {"name": "disability_cert", "value": True, **shared})
    kept += [{"name": name, "value": value, **shared} for name, value in from_number.items()]
    return kept


def _doubts(fields: Mapping[str, Any], card: CardFacts | None, out: Collector, path: str) -> None:
    """What may be so but is odd; a birth in the future cannot be so."""
    born = fields.get("birth_date")
    if born and out.on:
        if born > out.on:
            out.problem(path + "birth_date", "date_future")
        elif out.on.year - born.year > 115:
            out.warn(path + "birth_date", _("That is an age of more than 115 years. Check the year."))
    if card and born and card.birth_date != born:
        told = card.birth_date.isoformat()
        sentence = _("The identity number says {date}. Benefits go by the document; a lunar birthday can differ.")
        out.warn(path + "birth_date", sentence.format(date=told))
    if card and fields.get("sex") in ("1", "2") and card.sex != fields["sex"]:
        out.warn(path + "sex", _("The identity number says otherwise. Check the number and the answer."))
    facts = {fact["name"]: fact for fact in fields.get("facts", ())}
    since = facts.get("hukou_tianjin_since", {}).get("value")
    if since and born and since < born.isoformat():
        out.warn(path + "hukou_tianjin_since", _("This lies before the date of birth. Check both dates."))
    if since and out.on and since > out.on.isoformat():
        out.warn(path + "hukou_tianjin_since", _("This day lies in the future. Check the year."))
    permit = facts.get("residence_permit", {})
    if out.on and permit.get("good_until") and permit["good_until"] < out.on:
        out.warn(path + "residence_permit_until", _("The residence permit has run out: it does not count as valid."))


def answers(form: Form, entry: ResidentEntry) -> dict[str, Any]:
    """The answers that make this entry."""
    given = {name: as_typed(getattr(entry, name)) for name in _PLAIN_FIELDS if getattr(entry, name) not in ("", None)}
    if entry.sex == "0":
        given.pop("sex")
    certificates = [document for document in entry.documents if document.kind == "disability_cert"]
    facts = {fact.name: fact for fact in entry.facts}
    # The certificate has a question of its own where its topic is open; otherwise it stands among the documents.
    in_topic = certificates[:1] if "disability_cert" in facts and facts["disability_cert"].value is True else []
    rows = [
        {"kind": d.kind, "number": d.number, "seen": d.seen, "valid_until": as_typed(d.valid_until)}
        for d in entry.documents
        if d not in in_topic
    ]
    if rows:
        given["documents"] = rows
    if entry.phones:
        given["phones"] = [{"number": phone.number, "whose": phone.whose} for phone in entry.phones]
    given |= fact_answers(form.questions, facts)
    if in_topic:
        given["disability_number"] = in_topic[0].number
        if in_topic[0].seen:
            given.setdefault("disability_cert.seen", True)
    return given
