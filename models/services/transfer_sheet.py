"""The values of the papers of a transfer: the request, and the list of what is handed over.

Another office is another handler of personal data: what belongs to a class of the consent text goes there only where
the person has agreed to that class (PIPL Art. 23 and 29), facts that are sensitive and notes of workers never do, and
whose record is only kept stays out. What is not on the list for want of consent is named on it by its kind.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from models.clock import today
from models.eligibility import Policies
from models.records import codes, consent_text, divisions
from models.records.papers import FactGroup, PaperLanguage, SheetLine
from models.records.phones import masked_phone
from models.records.transfer_paper import CaseSheet, Moving, TransferRequest, Withheld
from models.services import barred
from models.services.book import Book
from models.services.fact_words import RECEIVES, fact_sentence
from models.services.facts import current_facts
from models.services.people import full_address
from models.services.referral_rules import OPEN as OPEN_REFERRALS
from models.services.views import FactView
from models.store.present import in_use
from models.store.rows import KEPT
from models.texts import _, language
from models.values import age_on

_RESIDENT, _MEMBERSHIP, _HOUSEHOLD = KEPT["resident"], KEPT["membership"], KEPT["household"]
_DWELLING, _PHONE, _DOCUMENT = KEPT["dwelling"], KEPT["phone"], KEPT["identity_document"]
_NEED, _REFERRAL, _PICTURE, _VISIT = KEPT["need"], KEPT["referral"], KEPT["picture"], KEPT["visit"]
_PLAN, _TASK, _PLANNED = KEPT["case_plan"], KEPT["case_task"], KEPT["planned_visit"]

FACTS_APART = frozenset({"birth_date", "sex", "deceased"})
"""Facts that stand in the table of the people already."""

GROUPS = {"health": "health", "support": "finance"}
"""Groups of needs and of services -> the class of the consent text that their names alone tell something of."""

OF_AGE = 18

SIGNATURE = "signature"
"""The kind of picture that belongs to a statement and is no paper of the case."""


@dataclass(frozen=True)
class Goes:
    """Somebody whose case goes, with what of it may go along."""

    id: str
    name: str
    relation: str
    sex: str
    born: date | None
    plain: bool  # the basic data may go along
    agreed: frozenset[str]  # classes that were agreed to
    missing: tuple[str, ...]  # classes that were not, of those that are asked one by one


def who_goes(connection: Connection, household_id: str, chosen: Sequence[str], on: date) -> list[Goes]:
    """The present members of a household whose records are in use, the head first; chosen: only these, where any are
    named."""
    query = (
        select(_MEMBERSHIP.c.relation, *(_RESIDENT.c[name] for name in ("id", "name", "sex", "birth_date")))
        .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
        .where(
            _MEMBERSHIP.c.household_id == household_id,
            _MEMBERSHIP.c.dead.is_(False),
            or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on),
            in_use(on),
        )
        .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
    )
    text = consent_text.load()
    found: dict[str, Goes] = {}
    for row in connection.execute(query):
        if row.id in found or (chosen and row.id not in chosen):
            continue
        statements = barred.statements_of(connection, row.id)
        said = barred.standing(statements, text)
        duty = any(one.basis == "statutory" for one in statements if one.action in ("given", "informed"))
        found[row.id] = Goes(
            id=row.id,
            name=row.name,
            relation=row.relation,
            sex=row.sex,
            born=row.birth_date,
            plain=said.get("plain") == "given" or duty,
            agreed=frozenset(code for code, word in said.items() if word == "given"),
            missing=tuple(one.code for one in text.classes if one.sensitive and said[one.code] != "given"),
        )
    return list(found.values())


def request_value(
    book: Book, connection: Connection, row: Mapping[Any, Any], paper_language: PaperLanguage
) -> TransferRequest | None:
    """The letter that asks; None where nobody is left who goes."""
    people = who_goes(connection, row["household_id"], row["resident_ids"], today(book.clock))
    if not people:
        return None
    return TransferRequest(
        language=paper_language,
        office=row["from_name"] or book.office.name,
        office_phone=row["from_contact"],
        worker=row["worker"],
        to_name=row["to_name"],
        to_contact=row["to_contact"],
        asked_on=row["asked_on"] or today(book.clock),
        answer_by=row["answer_by"],
        address=_address(connection, row["household_id"])[0],
        whole=not row["resident_ids"],
        reason=codes.label("transfer_reason", row["reason"]),
        note=row["note"],
        people=tuple(_moving(one) for one in people),
    )


def case_sheet(
    book: Book,
    connection: Connection,
    row: Mapping[Any, Any],
    paper_language: PaperLanguage,
    on: date,
    *,
    frozen: bool,
) -> CaseSheet:
    """The list as it is on a day, in the language now spoken. frozen: it is what is handed over."""
    home = row["household_id"]
    people = who_goes(connection, home, row["resident_ids"], on)
    names = {one.id: one.name for one in people}
    policies = book.policies
    facts = {subject: list(found.values()) for subject, found in current_facts(connection, [*names, home], on).items()}
    address, community = _address(connection, home)
    gather = _Gather(connection, policies, home, people, on, whole=not row["resident_ids"])
    return CaseSheet(
        language=paper_language,
        office=row["from_name"] or book.office.name,
        office_phone=row["from_contact"],
        worker=book.worker.name,
        to_name=row["to_name"],
        to_contact=row["to_contact"],
        handed_on=on,
        frozen=frozen,
        address=address,
        community=community,
        whole=not row["resident_ids"],
        reason=codes.label("transfer_reason", row["reason"]),
        note=row["note"],
        left_out=len(barred.left_out(connection, home, on)),
        people=gather.people_with_numbers(),
        facts=gather.fact_groups(facts),
        benefits=gather.benefits(facts),
        needs=gather.needs(),
        referrals=gather.referrals(),
        plans=gather.plans(),
        visits=gather.visits(),
        papers=gather.papers(),
        withheld=_withheld(people),
    )


def _withheld(people: Sequence[Goes]) -> tuple[Withheld, ...]:
    """Whose data of which kinds are not on the list, whether there are any or not: so that it tells nothing else."""
    text = consent_text.load()
    found = []
    for one in people:
        wanted = [each for each in text.classes if each.code in one.missing or (each.code == "plain" and not one.plain)]
        if wanted:
            found.append(Withheld(who=one.name, kinds=tuple(each.label.shown for each in wanted)))
    return tuple(found)


class _Gather:
    """Reads what belongs on the list, each part by an index of the household or of its people."""

    def __init__(
        self, connection: Connection, policies: Policies, home: str, people: Sequence[Goes], on: date, *, whole: bool
    ) -> None:
        self._connection, self._policies = connection, policies
        self._home, self._whole, self._on = home, whole, on
        self._people = people
        self._by_id = {one.id: one for one in people}
        text = consent_text.load()
        self._classes: dict[str, list[str]] = defaultdict(list)
        for each in text.classes:
            for why in each.whys:
                self._classes[why].append(each.code)
        self._telling = {kind: each.code for each in text.classes for kind in each.documents}
        self._pictures = [each.code for each in text.classes if each.pictures]

    def _may(self, resident: str, *wanted: str) -> bool:
        """Whether something of a class (none: basic data) may go along. Without a resident it is the household's: it
        goes along where the whole household does, and every grown-up agreed.
        """
        if resident:
            one = self._by_id.get(resident)
            return one is not None and one.plain and all(code in one.agreed for code in wanted)
        grown = [one for one in self._people if one.born is None or age_on(one.born, self._on) >= OF_AGE]
        return self._whole and all(self._may(one.id, *wanted) for one in grown or self._people)

    def _name(self, resident: str) -> str:
        return self._by_id[resident].name if resident else ""

    def people_with_numbers(self) -> tuple[Moving, ...]:
        """The people with their masked numbers."""
        ids = [one.id for one in self._people]
        phones: dict[str, list[str]] = defaultdict(list)
        query = select(_PHONE).where(_PHONE.c.resident_id.in_(ids), _PHONE.c.dead.is_(False))
        for row in self._connection.execute(query.order_by(_PHONE.c.whose != "own", _PHONE.c.id)):
            phones[row.resident_id].append(masked_phone(row.number))
        documents: dict[str, str] = {}
        query = select(_DOCUMENT).where(_DOCUMENT.c.resident_id.in_(ids), _DOCUMENT.c.dead.is_(False))
        for row in self._connection.execute(query.order_by(_DOCUMENT.c.kind != "resident_card", _DOCUMENT.c.id)):
            wanted = [self._telling[row.kind]] if row.kind in self._telling else []
            if self._may(row.resident_id, *wanted):
                masked = "*" * max(len(row.number) - 4, 0) + row.number[-4:]
                documents.setdefault(row.resident_id, masked)
        return tuple(
            _moving(one, _(", ").join(phones[one.id][:2]) if one.plain else "", documents.get(one.id, ""))
            for one in self._people
        )

    def _told(self, facts: Mapping[str, list[FactView]]) -> list[tuple[str, FactView]]:
        """Whose (empty: the household's), and what is known of them that may go along."""
        found = []
        for subject in (self._home, *self._by_id):
            resident = "" if subject == self._home else subject
            for view in sorted(facts.get(subject, ()), key=lambda one: one.name):
                definition = self._policies.facts.get(view.name)
                sensitive = definition is not None and definition.sensitive
                wanted = self._classes.get(definition.why, []) if definition is not None else []
                if view.state in ("known", "expired") and not sensitive and self._may(resident, *wanted):
                    found.append((resident, view))
        return found

    def fact_groups(self, facts: Mapping[str, list[FactView]]) -> tuple[FactGroup, ...]:
        """What is known, by the groups of the dictionary."""
        groups: dict[str, list[SheetLine]] = defaultdict(list)
        for resident, view in self._told(facts):
            definition = self._policies.facts.get(view.name)
            if view.name.startswith(RECEIVES) or view.name in FACTS_APART or definition is None:
                continue
            state = ""
            if view.state == "expired" and view.good_until is not None:
                state = _("good until {day}, over").format(day=view.good_until.isoformat())
            what = fact_sentence(self._policies, view)
            groups[definition.why].append(SheetLine(who=self._name(resident), what=what, on=view.as_of, state=state))
        order = [code for code, _label in codes.choices("fact_group")]
        keys = sorted(groups, key=lambda key: order.index(key) if key in order else len(order))
        return tuple(FactGroup(title=codes.label("fact_group", key), lines=tuple(groups[key])) for key in keys)

    def benefits(self, facts: Mapping[str, list[FactView]]) -> tuple[SheetLine, ...]:
        """Services that are received now."""
        found = []
        for resident, view in self._told(facts):
            if not view.name.startswith(RECEIVES) or not view.value or view.state != "known":
                continue
            service = self._policies.services.get(view.name.removeprefix(RECEIVES))
            if service is None or service.sensitive or not self._may(resident, *_class_of(service.group)):
                continue
            name = service.name if language() == "zh_CN" else service.name_en or service.name
            found.append(SheetLine(who=self._name(resident), what=name, on=view.as_of))
        return tuple(found)

    def needs(self) -> tuple[SheetLine, ...]:
        """Open needs, the urgent ones first."""
        query = select(_NEED).where(
            _NEED.c.household_id == self._home, _NEED.c.status == "open", _NEED.c.dead.is_(False)
        )
        order = {"now": 0, "soon": 1, "later": 2}
        rows = sorted(self._connection.execute(query.order_by(_NEED.c.id)), key=lambda one: order.get(one.urgency, 3))
        return tuple(
            SheetLine(
                who=self._name(row.resident_id),
                what=_("{kind}: {what}").format(kind=codes.label("need_group", row.group), what=row.note)
                if row.note
                else codes.label("need_group", row.group),
                state=codes.label("urgency", row.urgency) if row.urgency else "",
            )
            for row in rows
            if self._may(row.resident_id, *_class_of(row.group))
        )

    def referrals(self) -> tuple[SheetLine, ...]:
        """Letters of which nobody knows yet what came, with their numbers."""
        query = select(_REFERRAL).where(
            _REFERRAL.c.resident_id.in_(list(self._by_id)),
            _REFERRAL.c.status.in_(OPEN_REFERRALS),
            _REFERRAL.c.dead.is_(False),
        )
        found = []
        for row in self._connection.execute(query.order_by(_REFERRAL.c.issued_on.desc(), _REFERRAL.c.id.desc())):
            services = [self._policies.services.get(str(matter.get("service_id", ""))) for matter in row.matters]
            wanted = [code for service in services if service is not None for code in _class_of(service.group)]
            if any(service is not None and service.sensitive for service in services):
                continue
            if not self._may(row.resident_id, *wanted):
                continue
            words = _("{number} to {office}: {matters}").format(
                number=row.number, office=row.receiver, matters=_(", ").join(str(one["name"]) for one in row.matters)
            )
            state = codes.label("referral_status", row.status)
            found.append(SheetLine(on=row.issued_on, who=self._name(row.resident_id), what=words, state=state))
        return tuple(found)

    def plans(self) -> tuple[SheetLine, ...]:
        """Open case plans, each followed by its open tasks."""
        about = or_(_PLAN.c.household_id == self._home, _PLAN.c.resident_id.in_(list(self._by_id)))
        query = select(_PLAN).where(about, _PLAN.c.status == "open", _PLAN.c.dead.is_(False))
        found = []
        for row in self._connection.execute(query.order_by(_PLAN.c.opened_on, _PLAN.c.id)).all():
            if not self._may(row.resident_id):
                continue
            who = self._name(row.resident_id)
            found.append(SheetLine(on=row.review_on, who=who, what=row.title, state=row.responsible))
            tasks = select(_TASK).where(_TASK.c.plan_id == row.id, _TASK.c.status == "open", _TASK.c.dead.is_(False))
            for task in self._connection.execute(tasks.order_by(_TASK.c.due_on, _TASK.c.id)):
                words = _("Task: {text}").format(text=task.text)
                found.append(SheetLine(on=task.due_on, who=who, what=words, state=task.responsible))
        return tuple(found)

    def visits(self) -> tuple[SheetLine, ...]:
        """Visits that are planned, and what the newest visit promised."""
        query = select(_PLANNED).where(
            _PLANNED.c.household_id == self._home, _PLANNED.c.status == "open", _PLANNED.c.dead.is_(False)
        )
        found = []
        for row in self._connection.execute(query.order_by(_PLANNED.c.due_on, _PLANNED.c.id)):
            if self._may(row.resident_id) or (not row.resident_id and self._whole):
                what = row.reason or codes.label("plan_source", row.source)
                found.append(SheetLine(on=row.due_on, who=self._name(row.resident_id), what=what, state=row.assignee))
        last = select(_VISIT).where(_VISIT.c.household_id == self._home, _VISIT.c.dead.is_(False))
        newest = self._connection.execute(last.order_by(_VISIT.c.happened_on.desc(), _VISIT.c.at.desc())).first()
        if self._whole and newest is not None and newest.next_visit is not None and newest.next_visit >= self._on:
            what = newest.next_reason or _("Promised at the last visit")
            found.append(SheetLine(on=newest.next_visit, what=what, state=newest.worker))
        return tuple(found)

    def papers(self) -> tuple[SheetLine, ...]:
        """Pictures of documents and papers that are kept: what there is, not the pictures themselves."""
        subjects = [self._home, *self._by_id]
        query = select(_PICTURE).where(
            _PICTURE.c.subject_id.in_(subjects), _PICTURE.c.kind != SIGNATURE, _PICTURE.c.dead.is_(False)
        )
        found = []
        for row in self._connection.execute(query.order_by(_PICTURE.c.at, _PICTURE.c.id)):
            resident = "" if row.subject_id == self._home else row.subject_id
            wanted = [] if row.kind in barred.PROOFS else self._pictures
            if self._may(resident, *wanted):
                kind = codes.label("picture_kind", row.kind)
                told = row.title.startswith(kind)
                what = row.title if told else _("{kind}: {what}").format(kind=kind, what=row.title)
                found.append(SheetLine(on=row.taken_on, who=self._name(resident), what=what if row.title else kind))
        return tuple(found)


def _class_of(group: str) -> tuple[str, ...]:
    return (GROUPS[group],) if group in GROUPS else ()


def _moving(one: Goes, phone: str = "", document: str = "") -> Moving:
    relation = codes.label("relation", one.relation)
    if not one.plain:
        return Moving(name=one.name, relation=relation, remark=_("basic data not agreed to"))
    sex = codes.label("sex", one.sex) if one.sex in ("1", "2") else ""
    return Moving(name=one.name, relation=relation, sex=sex, birth_date=one.born, phone=phone, document=document)


def _address(connection: Connection, household_id: str) -> tuple[str, str]:
    """The door in one run, and the full name of its community."""
    names = ("community_code", "street_line", "building", "unit", "door")
    query = (
        select(*(_DWELLING.c[name] for name in names))
        .join(_HOUSEHOLD, _HOUSEHOLD.c.dwelling_id == _DWELLING.c.id)
        .where(_HOUSEHOLD.c.id == household_id)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return "", ""
    community = divisions.community(str(row["community_code"]))
    return full_address(row), community.full_name if community else ""
