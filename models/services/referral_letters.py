"""What a referral letter says: the frozen value, and the case and determinations that it rests on."""

from datetime import timedelta

from sqlalchemy import Connection, select

from models import texts
from models.clock import day_text, today
from models.eligibility import Case, Determination, Policies, decide, explain
from models.eligibility.case import is_deceased
from models.errors import NotFound
from models.records import codes
from models.records.letter import DRAFT, LetterValue, Matter, Quote
from models.records.phones import show_phone
from models.records.referral import MatterEntry, ReferralEntry
from models.services import barred
from models.services.book import Book
from models.services.cases import build_case, lives_apart
from models.services.people import full_address, homes_of, last_homes_of
from models.services.referral_rules import reply_day
from models.services.template_choice import layout_for
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

_RESIDENT, _DOCUMENT, _PHONE = KEPT["resident"], KEPT["identity_document"], KEPT["phone"]


class NothingToRefer(NotFound):
    """A letter for somebody who has died is about more than the funeral, or comes too late. Facts: name, day."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "{name} died on {day}. For a year after the death a letter can be written about funeral services, and "
            "about nothing else. Nothing was saved."
        ).format(**self.facts)


def draft_number(language: str) -> str:
    """What stands where the number will be."""
    return DRAFT["en" if language == "en" else "zh"]


def make_letter(
    book: Book, connection: Connection, entry: ReferralEntry, number: str, code: str = ""
) -> tuple[LetterValue, Case, list[Determination], str]:
    """The letter's value, the case and the determinations it rests on, and the household.

    code: of the receipt; empty on a draft. Raises NotFound, NothingToRefer (a NotFound), RecordFrozen.
    """
    day = today(book.clock)
    person = connection.execute(select(_RESIDENT).where(_RESIDENT.c.id == entry.resident_id)).first()
    home = homes_of(connection, [entry.resident_id]).get(entry.resident_id)
    about = {_subject(book.policies, matter) for matter in entry.matters}
    died = False
    if person is not None and person.died_on is not None and person.died_on <= day:
        died = True  # for the family of somebody who died lately, about funeral services and nothing else
        home = last_homes_of(connection, [entry.resident_id], day).get(entry.resident_id)
        if about != {"deceased"} or home is None:
            raise NothingToRefer(name=person.name, day=day_text(person.died_on))
    if person is None or home is None:
        raise NotFound
    barred.check_in_use(connection, [entry.resident_id])
    apart = lives_apart(connection, home.household_id, entry.resident_id, day)
    case = build_case(connection, book.policies, home.household_id, day, entry.resident_id if apart else "")
    if "deceased" in about and not any(is_deceased(one) for one in case.people):
        raise NotFound
    determinations = [
        decide(book.policies, case, entry.resident_id, matter.service_id, matter.component or None)
        for matter in entry.matters
    ]
    number_row = connection.execute(
        select(_DOCUMENT)
        .where(_DOCUMENT.c.resident_id == entry.resident_id, _DOCUMENT.c.dead.is_(False))
        .order_by(_DOCUMENT.c.kind != "resident_card", _DOCUMENT.c.id)
    ).first()
    # nobody answers the telephone of the dead: whoever of the family has one is called
    reached = [one.id for one in case.people if not is_deceased(one)] if died else [entry.resident_id]
    phone = connection.execute(
        select(_PHONE.c.number).where(_PHONE.c.resident_id.in_(reached), _PHONE.c.dead.is_(False))
    ).scalar()
    found = list(zip(entry.matters, determinations, strict=True))
    with texts.speaking("en" if entry.language == "en" else "zh_CN"):
        matters = [_matter(book.policies, matter, result, case) for matter, result in found]
    english: list[tuple[Matter, tuple[str, ...]]] = []
    if entry.language == "both":
        with texts.speaking("en"):
            english = [_matter(book.policies, matter, result, case, beneath=True) for matter, result in found]
        matters = [
            (_with_english(one, beneath), minded) for (one, minded), (beneath, _m) in zip(matters, english, strict=True)
        ]
    valid_until = day + timedelta(days=entry.valid_days)
    layout = layout_for(connection, "letter", entry.template_id)[1]
    value = LetterValue(
        number=number,
        language=entry.language,
        issued_on=day,
        valid_until=valid_until,
        issuer=book.office.name,
        worker=book.worker.name,
        worker_phone=book.worker.phone,
        receiver=entry.receiver,
        receiver_address=entry.receiver_address,
        receiver_phone=entry.receiver_phone,
        resident_name=person.name,
        deceased=died,
        sex=_spoken(entry, "sex", person.sex) if person.sex in ("1", "2") else "",
        birth_date=person.birth_date,
        document_kind=_spoken(entry, "document", number_row.kind) if number_row else "",
        document_masked="*" * max(len(number_row.number) - 4, 0) + number_row.number[-4:] if number_row else "",
        phone=show_phone(phone) if phone else "",
        address=full_address(home.dwelling),
        matters=tuple(matter for matter, _minded in matters),
        remarks=_once(matters),
        remarks_en=_once(english),
        note=entry.note,
        red_head=entry.red_head and layout.red_head,
        reply_by=reply_day(day, valid_until, entry.reply_days),
        code=code,
        layout=layout,
    )
    return value, case, determinations, home.household_id


def _spoken(entry: ReferralEntry, code_list: str, code: str) -> str:
    """A code in the language of the letter, or in both."""
    spoken = []
    for language, wanted in (("zh_CN", entry.language != "en"), ("en", entry.language != "zh")):
        if wanted:
            with texts.speaking("en" if language == "en" else "zh_CN"):
                spoken.append(codes.label(code_list, code))
    return " ".join(dict.fromkeys(spoken))


def _once(matters: list[tuple[Matter, tuple[str, ...]]]) -> tuple[str, ...]:
    """What is to be minded, each sentence once."""
    return tuple(dict.fromkeys(sentence for _matter_, minded in matters for sentence in minded))


def _with_english(matter: Matter, english: Matter) -> Matter:
    return matter.model_copy(
        update={
            "name_en": english.name,
            "reasons_en": english.reasons,
            "amount_en": english.amount,
            "documents_en": english.documents,
        }
    )


def _matter(
    policies: Policies, matter: MatterEntry, found: Determination, case: Case, *, beneath: bool = False
) -> tuple[Matter, tuple[str, ...]]:
    """The matter as printed in the language now shown, and what is to be minded that may hold for others too.

    beneath: the Chinese stands above it.
    """
    service = policies.services[matter.service_id]
    language = texts.language()
    zh = language == "zh_CN"
    told = explain(policies, found, case, language)
    name = service.name if zh else service.name_en if beneath else f"{service.name_en} ({service.name})"
    if matter.component:
        name += f"（{matter.component}）" if zh else f" ({matter.component})"
    printed = Matter(
        service_id=matter.service_id,
        name=name,
        # The sum has its own line on the letter, and what is to be minded stands below all matters.
        reasons=tuple(
            reason
            for reason in told.reasons
            if reason not in told.flags and not (told.amount and told.amount in reason)
        ),
        amount=told.amount,
        quotes=tuple(Quote(title=q.title, number=q.number, words=q.quote) for q in found.citations[:3]),
        documents=_documents(policies, matter, zh=zh),
    )
    return printed, told.flags


def _documents(policies: Policies, matter: MatterEntry, *, zh: bool) -> tuple[str, ...]:
    """What to bring: as the pack says, or as the worker chose. What was chosen in Chinese is known in English too."""
    known = policies.services[matter.service_id].documents
    if matter.documents is None:
        return tuple(known.zh if zh else known.en)
    in_english = dict(zip(known.zh, known.en, strict=False))
    return tuple(paper if zh else in_english.get(paper, paper) for paper in matter.documents)


def _subject(policies: Policies, matter: MatterEntry) -> str:
    """About whom a matter is decided."""
    service = policies.services[matter.service_id]
    part = service.component(matter.component) if matter.component else None
    return (part or service.components[0]).subject


def keep_letter(work: Work, referral_id: str, entry: ReferralEntry, value: LetterValue) -> str:
    """Keep one version of a letter inside the verb that made it from an entry; returns its id."""
    return work.add(
        "letter",
        {
            "referral_id": referral_id,
            "resident_id": entry.resident_id,
            "number": value.number,
            "version": value.version,
            "value": value.model_dump(mode="json"),
            "template_id": layout_for(work.connection, "letter", entry.template_id)[0],
            "worker": work.worker,
            "at": work.now,
        },
    )
