"""The value of the sheet of a household: who lives and is registered there, what is known, received and open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select

from models.clock import today
from models.eligibility import Policies
from models.records import codes, divisions
from models.records.papers import (
    FactGroup,
    HouseholdHome,
    HouseholdPerson,
    HouseholdSheet,
    PaperLanguage,
    SheetLine,
    masked_numbers,
)
from models.records.phones import masked_phone
from models.services.book import Book
from models.services.fact_words import RECEIVES, fact_sentence
from models.services.facts import current_facts
from models.services.households import Households
from models.services.views import FactView, HouseholdView, MembershipView
from models.services.visits import Visits
from models.store.rows import KEPT
from models.texts import _, language

_PHONE, _DOCUMENT, _NEED, _REFERRAL = (KEPT[name] for name in ("phone", "identity_document", "need", "referral"))
_PLAN = KEPT["case_plan"]
LOOKED_UP = 12
"""Of so many people the other household is looked up; those of a dormitory are registered all over the city."""
LAST_VISITS = 5
NOTE_MOST = 60
"""Characters of the note of a visit that has no purpose."""
OPEN_REFERRALS = frozenset({"waiting", "returned", "issued", "handed_over", "received", "papers_asked", "accepted"})
FACTS_APART = frozenset({"birth_date", "sex", "deceased"})  # stand in the table of the people already


def household_sheet(book: Book, household_id: str, paper_language: PaperLanguage) -> HouseholdSheet:
    """The sheet in the language now spoken. Raises NotFound."""
    households = Households(book)
    view = households.get(household_id)
    homes = [view, *_others(households, view)]
    homes.sort(key=lambda home: (home.kind != "living", home.id != household_id))
    members: dict[str, MembershipView] = {}
    for home in homes:
        for member in home.members:
            members.setdefault(member.resident.id, member)
    people = {who: member.resident.name for who, member in members.items()}
    on = today(book.clock)
    visits = Visits(book).of_household(household_id)[:LAST_VISITS]
    with book.reading() as connection:
        phones, documents = _phones(connection, people), _documents(connection, people)
        facts = {
            subject: list(found.values())
            for subject, found in current_facts(connection, [*people, *(home.id for home in homes)], on).items()
        }
        needs = _needs(connection, [home.id for home in homes], people)
        referrals = _referrals(connection, book.policies, people)
        plans = _plans(connection, [home.id for home in homes], people)
    community = divisions.community(view.community_code)
    return HouseholdSheet(
        language=paper_language,
        office=book.office.name,
        printed_on=on,
        printed_by=book.worker.name,
        address=view.address,
        community=community.full_name if community else "",
        note=view.note,
        homes=tuple(_home(home, view, members, phones, documents, homes) for home in homes),
        facts=_fact_groups(book.policies, facts, people),
        benefits=_benefits(book.policies, facts, people),
        needs=needs,
        referrals=referrals,
        plans=plans,
        visits=tuple(
            SheetLine(
                on=visit.happened_on,
                who=_(", ").join([*visit.met, *([visit.met_other] if visit.met_other else [])]),
                what=visit.purpose or _short(visit.notes),
                state=codes.label("outcome", visit.outcome),
            )
            for visit in visits
        ),
    )


def _others(households: Households, view: HouseholdView) -> list[HouseholdView]:
    """The households of the other kind to which most of these people belong: two at most."""
    here = {member.resident.id for member in view.members if not member.standing}
    found: dict[str, HouseholdView] = {}
    for resident_id in sorted(here) if len(here) <= LOOKED_UP else ():
        for home in households.of_resident(resident_id):
            if home.kind != view.kind:
                found[home.id] = home
    return sorted(
        found.values(), key=lambda home: (-len(here & {member.resident.id for member in home.members}), home.id)
    )[:2]


def _home(
    home: HouseholdView,
    main: HouseholdView,
    members: Mapping[str, MembershipView],
    phones: Mapping[str, str],
    documents: Mapping[str, str],
    homes: Sequence[HouseholdView],
) -> HouseholdHome:
    elsewhere = {m.resident.id for other in homes if other.kind != home.kind for m in other.members}
    both = any(other.kind != home.kind for other in homes)
    rows = []
    for member in home.members:
        row = member.resident
        remarks = []
        if member.standing:
            remarks.append(codes.label("standing", member.standing))
        if "deceased" in row.flags:
            remarks.append(_("deceased"))
        if both and row.id not in elsewhere:
            remarks.append(
                _("not in the hukou book here") if home.kind == "living" else _("registered here, lives elsewhere")
            )
        rows.append(
            HouseholdPerson(
                name=row.name,
                relation=codes.label("relation", member.relation),
                sex=codes.label("sex", row.sex) if row.sex in ("1", "2") else "",
                birth_date=row.birth_date,
                age=row.age,
                phone=phones.get(row.id, ""),
                document=documents.get(row.id, ""),
                remark=_(", ").join(remarks),
            )
        )
    return HouseholdHome(
        kind=codes.label("household_kind", home.kind),
        form=codes.label("household_form", home.form) if home.form not in ("", "family") else "",
        book_number=_tail(home.book_number),
        since=home.since,
        address=home.address if home.address != main.address else "",
        people=tuple(rows),
    )


def _tail(number: str) -> str:
    return "*" * max(len(number) - 4, 0) + number[-4:] if len(number) > 6 else number


def _phones(connection: Connection, people: Iterable[str]) -> dict[str, str]:
    query = select(_PHONE).where(_PHONE.c.resident_id.in_(list(people)), _PHONE.c.dead.is_(False))
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query.order_by(_PHONE.c.whose != "own", _PHONE.c.id)):
        found[row.resident_id].append(masked_phone(row.number))
    return {who: _(", ").join(numbers[:2]) for who, numbers in found.items()}


def _documents(connection: Connection, people: Iterable[str]) -> dict[str, str]:
    query = select(_DOCUMENT).where(_DOCUMENT.c.resident_id.in_(list(people)), _DOCUMENT.c.dead.is_(False))
    found: dict[str, str] = {}
    for row in connection.execute(query.order_by(_DOCUMENT.c.kind != "resident_card", _DOCUMENT.c.id)):
        found.setdefault(row.resident_id, "*" * max(len(row.number) - 4, 0) + row.number[-4:])
    return found


def _counting(
    policies: Policies, facts: Mapping[str, list[FactView]], people: Mapping[str, str]
) -> list[tuple[str, FactView]]:
    """Whose name (empty: the household's) and what is known, people in their order, without sensitive facts."""
    order = {subject: place for place, subject in enumerate(people)}
    found = []
    for subject in sorted(facts, key=lambda one: order.get(one, -1)):
        for view in sorted(facts[subject], key=lambda one: one.name):
            definition = policies.facts.get(view.name)
            if view.state not in ("known", "expired") or (definition is not None and definition.sensitive):
                continue
            found.append((people.get(subject, ""), view))
    return found


def _fact_groups(
    policies: Policies, facts: Mapping[str, list[FactView]], people: Mapping[str, str]
) -> tuple[FactGroup, ...]:
    groups: dict[str, list[SheetLine]] = defaultdict(list)
    for who, view in _counting(policies, facts, people):
        definition = policies.facts.get(view.name)
        if view.name.startswith(RECEIVES) or view.name in FACTS_APART or definition is None:
            continue
        state = _("good until {day}, over").format(day=_day(view.good_until)) if view.state == "expired" else ""
        groups[definition.why].append(
            SheetLine(who=who, what=fact_sentence(policies, view), on=view.as_of, state=state)
        )
    order = [code for code, _label in codes.choices("fact_group")]
    keys = sorted(groups, key=lambda key: order.index(key) if key in order else len(order))
    return tuple(FactGroup(title=codes.label("fact_group", key), lines=tuple(groups[key])) for key in keys)


def _benefits(
    policies: Policies, facts: Mapping[str, list[FactView]], people: Mapping[str, str]
) -> tuple[SheetLine, ...]:
    found = []
    for who, view in _counting(policies, facts, people):
        service = policies.services.get(view.name.removeprefix(RECEIVES))
        if not view.name.startswith(RECEIVES) or not view.value or (service is not None and service.sensitive):
            continue
        name = view.name if service is None else service.name if language() == "zh_CN" else service.name_en
        found.append(SheetLine(who=who, what=name, on=view.as_of))
    return tuple(found)


def _needs(connection: Connection, homes: list[str], people: Mapping[str, str]) -> tuple[SheetLine, ...]:
    query = select(_NEED).where(_NEED.c.household_id.in_(homes), _NEED.c.status == "open", _NEED.c.dead.is_(False))
    order = {"now": 0, "soon": 1, "later": 2}
    rows = sorted(connection.execute(query.order_by(_NEED.c.id)), key=lambda row: order.get(row.urgency, 3))
    return tuple(
        SheetLine(
            who=people.get(row.resident_id, ""),
            what=_("{kind}: {what}").format(kind=codes.label("need_group", row.group), what=row.note)
            if row.note
            else codes.label("need_group", row.group),
            state=codes.label("urgency", row.urgency) if row.urgency else "",
        )
        for row in rows
        if not row.resident_id or row.resident_id in people
    )


def _referrals(connection: Connection, policies: Policies, people: Mapping[str, str]) -> tuple[SheetLine, ...]:
    query = select(_REFERRAL).where(_REFERRAL.c.resident_id.in_(list(people)), _REFERRAL.c.dead.is_(False))
    found = []
    for row in connection.execute(query.order_by(_REFERRAL.c.issued_on.desc(), _REFERRAL.c.id.desc())):
        services = [policies.services.get(str(matter.get("service_id", ""))) for matter in row.matters]
        if row.status not in OPEN_REFERRALS or any(service is not None and service.sensitive for service in services):
            continue
        matters = _(", ").join(str(matter["name"]) for matter in row.matters)
        found.append(
            SheetLine(
                on=row.issued_on,
                who=people.get(row.resident_id, ""),
                what=_("{matters}, to {office} ({number})").format(
                    matters=matters, office=row.receiver, number=row.number
                )
                if row.number
                else matters,
                state=codes.label("referral_status", row.status),
            )
        )
    return tuple(found)


def _plans(connection: Connection, homes: list[str], people: Mapping[str, str]) -> tuple[SheetLine, ...]:
    query = select(_PLAN).where(_PLAN.c.household_id.in_(homes), _PLAN.c.status == "open", _PLAN.c.dead.is_(False))
    return tuple(
        SheetLine(on=row.review_on, who=people.get(row.resident_id, ""), what=row.title, state=row.responsible)
        for row in connection.execute(query.order_by(_PLAN.c.opened_on.desc()))
        if not row.resident_id or row.resident_id in people
    )


def _short(notes: str) -> str:
    """The beginning of a note; a number that would be cut in two is masked first."""
    said = masked_numbers(" ".join(notes.split()))
    return said if len(said) <= NOTE_MOST else said[: NOTE_MOST - 1] + "…"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
