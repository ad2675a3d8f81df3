"""The value of the one-time notice: what the rules say of a person about some services, where to go, what to bring."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from models import texts
from models.clock import day_text, today
from models.eligibility import Case, Policies, decide, explain
from models.eligibility.case import is_deceased
from models.errors import NotFound
from models.records import codes
from models.records.letter import Quote
from models.records.papers import NoticeMatter, NoticeValue, PaperLanguage
from models.records.phones import masked_phone
from models.records.referral import MatterEntry
from models.services import barred
from models.services.book import Book
from models.services.cases import build_case, lives_apart
from models.services.people import full_address, homes_of, last_homes_of
from models.services.referrals import NothingToRefer
from models.store.rows import KEPT

_RESIDENT, _DOCUMENT, _PHONE = KEPT["resident"], KEPT["identity_document"], KEPT["phone"]
QUOTES_MOST = 3


def notice_value(
    book: Book,
    connection: Connection,
    resident_id: str,
    matters: Sequence[MatterEntry],
    language: PaperLanguage,
    note: str,
) -> NoticeValue:
    """The notice in the language now spoken. Raises as Papers.notice()."""
    day = today(book.clock)
    person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == resident_id)).first()
    if person is None:
        raise NotFound
    barred.check_in_use(connection, [resident_id])
    died = person.died_on is not None and person.died_on <= day
    about = {_subject(book.policies, matter) for matter in matters}
    if died and about != {"deceased"}:
        raise NothingToRefer(name=person.name, day=day_text(person.died_on))
    found_homes = last_homes_of(connection, [resident_id], day) if died else homes_of(connection, [resident_id], day)
    home = found_homes.get(resident_id)
    if home is None:
        raise NotFound
    apart = lives_apart(connection, home.household_id, resident_id, day)
    case = build_case(connection, book.policies, home.household_id, day, resident_id if apart else "")
    if "deceased" in about and not any(is_deceased(one) for one in case.people):
        raise NotFound
    told = [_matter(book.policies, case, resident_id, matter) for matter in matters]
    document = connection.execute(
        select(_DOCUMENT)
        .where(_DOCUMENT.c.resident_id == resident_id, _DOCUMENT.c.dead.is_(False))
        .order_by(_DOCUMENT.c.kind != "resident_card", _DOCUMENT.c.id)
    ).first()
    reached = [one.id for one in case.people if not is_deceased(one)] if died else [resident_id]
    phone = connection.execute(
        select(_PHONE.c.number).where(_PHONE.c.resident_id.in_(reached), _PHONE.c.dead.is_(False))
    ).scalar()
    return NoticeValue(
        language=language,
        office=book.office.name,
        office_phone=book.office.phone,
        told_on=day,
        worker=book.worker.name,
        worker_phone=book.worker.phone,
        resident_name=person.name,
        deceased=died,
        birth_date=person.birth_date,
        document_kind=codes.label("document", document.kind) if document else "",
        document_masked="*" * max(len(document.number) - 4, 0) + document.number[-4:] if document else "",
        phone=masked_phone(phone) if phone else "",
        address=full_address(home.dwelling),
        matters=tuple(matter for matter, _remarks in told),
        remarks=tuple(dict.fromkeys(remark for _matter_, remarks in told for remark in remarks)),
        note=note,
    )


def _subject(policies: Policies, matter: MatterEntry) -> str:
    """About whom a matter is decided."""
    service = policies.services[matter.service_id]
    part = service.component(matter.component) if matter.component else None
    return (part or service.components[0]).subject


def _matter(
    policies: Policies, case: Case, resident_id: str, matter: MatterEntry
) -> tuple[NoticeMatter, tuple[str, ...]]:
    """One service as it is told, and what is to be minded that may hold for others too."""
    found = decide(policies, case, resident_id, matter.service_id, matter.component or None)
    language = texts.language()
    zh = language == "zh_CN"
    service = policies.services[matter.service_id]
    told = explain(policies, found, case, language)
    name = service.name if zh else f"{service.name_en} ({service.name})"
    part = service.component(matter.component) if matter.component else None
    if part is not None and part.name:
        name += f"（{part.name}）" if zh else f" ({part.name_en or part.name})"
    documents = matter.documents
    if documents is None:
        documents = service.documents.zh if zh else service.documents.en
    made = NoticeMatter(
        service_id=matter.service_id,
        name=name,
        verdict=told.headline,
        reasons=tuple(
            reason
            for reason in told.reasons
            if reason not in told.flags and not (told.amount and told.amount in reason)
        ),
        missing=told.change,
        amount=told.amount,
        quotes=tuple(Quote(title=q.title, number=q.number, words=q.quote) for q in told.quotes[:QUOTES_MOST]),
        place=service.apply_at.zh if zh else service.apply_at.en,
        place_read=service.apply_at.status != "text",
        documents=tuple(documents),
        documents_read=service.documents.status != "text",
    )
    return made, told.flags
