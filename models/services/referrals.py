"""Referrals: a frozen letter for one resident and one or more services, numbered, kept, corrected, followed."""

import hashlib
from datetime import timedelta

from sqlalchemy import Connection, Row, select

from models import texts
from models.clock import day_text, today
from models.eligibility import Case, Determination, Policies, decide, explain
from models.eligibility.case import is_deceased
from models.errors import NotFound
from models.records import codes
from models.records.letter import LetterValue, Matter, Quote
from models.records.phones import show_phone
from models.records.referral import MatterEntry, ReferralEntry
from models.services import barred
from models.services.book import Book, changed
from models.services.cases import build_case, lives_apart
from models.services.eligibility import case_to_json, keep_determination
from models.services.numbering import take_number
from models.services.people import full_address, homes_of, last_homes_of
from models.services.views import Changed, LetterView, ReferralView
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

_REFERRAL, _LETTER, _RESIDENT = KEPT["referral"], KEPT["letter"], KEPT["resident"]
_DOCUMENT, _PHONE = KEPT["identity_document"], KEPT["phone"]


class NothingToRefer(NotFound):
    """A letter for somebody who has died is about more than the funeral, or comes too late. Facts: name, day."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "{name} died on {day}. For a year after the death a letter can be written about funeral services, and "
            "about nothing else. Nothing was saved."
        ).format(**self.facts)


class Referrals:
    """The verbs about referrals."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def draft(self, entry: ReferralEntry) -> LetterValue:
        """The letter as it would be printed, before it has a number; nothing is kept."""
        with self._book.reading() as connection:
            number = "（草稿）" if entry.language == "zh" else "(draft)"
            return self._letter(connection, entry, number)[0]

    def issue(self, entry: ReferralEntry) -> Changed:
        """Give the letter its number and keep referral, letter and determinations.

        Changed.id is the referral, Changed.ids holds the letter. For somebody who died lately only funeral services are
        referred, at the address of the household. Raises NotFound where the resident is not here, NothingToRefer (a
        NotFound) where the resident has died and something else is to be referred, RecordFrozen where the record is
        only kept.
        """
        day = today(self._book.clock)
        with self._book.verb("referrals.issue") as work:
            taken = take_number(work, self._book.office, self._book.clock)
            number = taken.text
            value, case, determinations, household_id = self._letter(work.connection, entry, number)
            facts = case_to_json(case)
            kept = [keep_determination(work, household_id, found, facts) for found in determinations]
            referral_id = work.add(
                "referral",
                {
                    "resident_id": entry.resident_id,
                    "household_id": household_id,
                    "number": number,
                    "series": taken.series,
                    "year": taken.year,
                    "serial": taken.serial,
                    "matters": [
                        {"service_id": m.service_id, "component": m.component, "name": v.name, "determination_id": d}
                        for m, v, d in zip(entry.matters, value.matters, kept, strict=True)
                    ],
                    "receiver": entry.receiver,
                    "status": "issued",
                    "issued_on": day,
                    "valid_until": value.valid_until,
                    "worker": work.worker,
                    "at": work.now,
                },
            )
            letter_id = _keep_letter(work, referral_id, entry.resident_id, value)
            work.concerns(entry.resident_id, household_id)
        return changed(work, referral_id, [letter_id])

    def correct(self, referral_id: str, entry: ReferralEntry, reason: str) -> Changed:
        """Make a new version of the letter under the same number; the printed ones stay as they were.

        Raises NotFound where the referral is not here.
        """
        with self._book.verb("referrals.correct") as work:
            query = select(_LETTER).where(_LETTER.c.referral_id == referral_id).order_by(_LETTER.c.version.desc())
            last = work.connection.execute(query).first()
            if last is None:
                raise NotFound
            value, case, determinations, household_id = self._letter(work.connection, entry, last.number)
            value = value.model_copy(update={"version": last.version + 1, "correction_reason": reason})
            facts = case_to_json(case)
            for found in determinations:
                keep_determination(work, household_id, found, facts)
            matters = [
                {"service_id": m.service_id, "component": m.component, "name": v.name}
                for m, v in zip(entry.matters, value.matters, strict=True)
            ]
            news = {"receiver": entry.receiver, "matters": matters, "valid_until": value.valid_until}
            work.amend("referral", referral_id, news)
            letter_id = _keep_letter(work, referral_id, entry.resident_id, value)
            work.concerns(entry.resident_id, household_id, referral_id)
        return changed(work, referral_id, [letter_id])

    def letter(self, letter_id: str) -> LetterValue:
        """The frozen value of a letter: the same value gives the same bytes. Raises NotFound where it is not here."""
        with self._book.reading() as connection:
            value = connection.execute(select(_LETTER.c.value).where(_LETTER.c.id == letter_id)).scalar()
        if value is None:
            raise NotFound
        return LetterValue.model_validate(value)

    def keep_bytes(self, letter_id: str, pdf: bytes) -> Changed:
        """Remember the hash of the bytes that were shown, so that a later print can prove to be the same."""
        with self._book.verb("referrals.keep_bytes") as work:
            work.amend("letter", letter_id, {"sha256": hashlib.sha256(pdf).hexdigest()})
        return changed(work, letter_id)

    def printed(self, letter_id: str, copies: int = 1) -> Changed:
        """Say that a letter went to the printer; journalled."""
        with self._book.verb("referrals.printed") as work:
            work.amend("letter", letter_id, {"printed": True})
            row = work.connection.execute(select(_LETTER).where(_LETTER.c.id == letter_id)).one()
            work.concerns(row.referral_id, row.resident_id)
            work.journal("print", "letter", letter_id, f"copies={copies}")
        return changed(work, letter_id)

    def set_status(self, referral_id: str, status: str, note: str = "") -> Changed:
        """Say what became of a referral. Raises NotFound where it is not here, ValueError for a status not listed."""
        if status not in dict(codes.choices("referral_status")):
            raise ValueError(status)
        with self._book.verb("referrals.set_status") as work:
            try:
                work.amend("referral", referral_id, {"status": status, "outcome_note": note})
            except LookupError:
                raise NotFound from None
            row = work.connection.execute(select(_REFERRAL).where(_REFERRAL.c.id == referral_id)).one()
            work.concerns(row.resident_id, row.household_id)
        return changed(work, referral_id)

    def get(self, referral_id: str) -> ReferralView:
        """One referral with its letters. Raises NotFound where it is not here."""
        with self._book.reading() as connection:
            rows = connection.execute(select(_REFERRAL).where(_REFERRAL.c.id == referral_id)).all()
            if not rows:
                raise NotFound
            return _views(connection, list(rows))[0]

    def of_resident(self, resident_id: str) -> list[ReferralView]:
        """A resident's referrals, newest first."""
        with self._book.reading() as connection:
            query = select(_REFERRAL).where(_REFERRAL.c.resident_id == resident_id, _REFERRAL.c.dead.is_(False))
            return _views(connection, list(connection.execute(query.order_by(_REFERRAL.c.at.desc()))))

    def all(self, status: str = "", limit: int = 500) -> list[ReferralView]:
        """Referrals, newest first, of one status where one is named."""
        with self._book.reading() as connection:
            query = select(_REFERRAL).where(_REFERRAL.c.dead.is_(False))
            if status:
                query = query.where(_REFERRAL.c.status == status)
            return _views(connection, list(connection.execute(query.order_by(_REFERRAL.c.at.desc()).limit(limit))))

    def _letter(
        self, connection: Connection, entry: ReferralEntry, number: str
    ) -> tuple[LetterValue, Case, list[Determination], str]:
        """The letter's value, the case and the determinations it rests on, and the household."""
        book, day = self._book, today(self._book.clock)
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
        with texts.speaking("en" if entry.language == "en" else "zh_CN"):
            matters = [
                self._matter(matter, found, case) for matter, found in zip(entry.matters, determinations, strict=True)
            ]
            value = LetterValue(
                number=number,
                language=entry.language,
                issued_on=day,
                valid_until=day + timedelta(days=entry.valid_days),
                issuer=book.office.name,
                worker=book.worker.name,
                worker_phone=book.worker.phone,
                receiver=entry.receiver,
                receiver_address=entry.receiver_address,
                receiver_phone=entry.receiver_phone,
                resident_name=person.name,
                deceased=died,
                sex=codes.label("sex", person.sex) if person.sex in ("1", "2") else "",
                birth_date=person.birth_date,
                document_kind=codes.label("document", number_row.kind) if number_row else "",
                document_masked="*" * max(len(number_row.number) - 4, 0) + number_row.number[-4:] if number_row else "",
                phone=show_phone(phone) if phone else "",
                address=full_address(home.dwelling),
                matters=tuple(matter for matter, _remarks in matters),
                remarks=tuple(dict.fromkeys(remark for _matter, remarks in matters for remark in remarks)),
                note=entry.note,
                red_head=entry.red_head,
            )
        return value, case, determinations, home.household_id

    def _matter(self, matter: MatterEntry, found: Determination, case: Case) -> tuple[Matter, tuple[str, ...]]:
        """The matter as printed, and what is to be minded that may hold for others too."""
        policies = self._book.policies
        service = policies.services[matter.service_id]
        language = texts.language()
        zh = language == "zh_CN"
        told = explain(policies, found, case, language)
        documents = matter.documents
        if documents is None:
            documents = service.documents.zh if zh else service.documents.en
        name = service.name if zh else f"{service.name_en} ({service.name})"
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
            documents=tuple(documents),
        )
        return printed, told.flags


def _subject(policies: Policies, matter: MatterEntry) -> str:
    """About whom a matter is decided."""
    service = policies.services[matter.service_id]
    part = service.component(matter.component) if matter.component else None
    return (part or service.components[0]).subject


def _keep_letter(work: Work, referral_id: str, resident_id: str, value: LetterValue) -> str:
    return work.add(
        "letter",
        {
            "referral_id": referral_id,
            "resident_id": resident_id,
            "number": value.number,
            "version": value.version,
            "value": value.model_dump(mode="json"),
            "worker": work.worker,
            "at": work.now,
        },
    )


def _views(connection: Connection, rows: list[Row]) -> list[ReferralView]:  # type: ignore[type-arg]
    ids = [row.id for row in rows]
    letters: dict[str, list[LetterView]] = {}
    query = select(_LETTER).where(_LETTER.c.referral_id.in_(ids)).order_by(_LETTER.c.version.desc())
    for row in connection.execute(query):
        view = LetterView(row.id, row.version, row.number, row.printed, row.sha256, row.at)
        letters.setdefault(row.referral_id, []).append(view)
    people = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_({row.resident_id for row in rows}))
    names = {row.id: row.name for row in connection.execute(people)}
    return [
        ReferralView(
            id=row.id,
            resident_id=row.resident_id,
            resident_name=names.get(row.resident_id, ""),
            number=row.number,
            matters=tuple(str(matter["name"]) for matter in row.matters),
            receiver=row.receiver,
            status=row.status,
            outcome_note=row.outcome_note,
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            worker=row.worker,
            letters=tuple(letters.get(row.id, ())),
        )
        for row in rows
    ]
