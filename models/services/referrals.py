"""Referrals: a frozen letter for one resident and one or more services, and its whole life.

Written, signed off by a second person where the office wants one, issued with its number, handed over, followed step by
step until everybody knows what came of it. What can be noted when stands in referral_rules.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from models.clock import local_time, today
from models.errors import NotFound
from models.records.fact import FactEntry
from models.records.letter import LetterValue
from models.records.referral import ReferralEntry, StepEntry
from models.records.template import PROGRAM
from models.services import barred, referral_code, referral_reading, referral_rules
from models.services.book import Book, changed
from models.services.cases import RECEIVES
from models.services.eligibility import case_to_json, keep_determination
from models.services.facts import add_facts, current_facts
from models.services.numbering import take_number
from models.services.referral_letters import NothingToRefer, draft_number, keep_letter, make_letter
from models.services.referral_rules import (
    NothingToTakeBack,
    OwnLetter,
    SecondPersonSigns,
    Stand,
    StepDoesNotFit,
    Unfinished,
    WrongDay,
)
from models.services.referral_views import ReferralFilter, ReferralPage, ReferralView
from models.services.verifying import sealed
from models.services.views import Changed, NeedView
from models.store.rows import KEPT
from models.store.work import Work, read_meta
from models.values import new_id

__all__ = ["SECOND_PERSON", "NothingToRefer", "OwnLetter", "Referrals", "SecondPersonSigns", "StepDoesNotFit"]

SECOND_PERSON = "referral_second_person"
"""Name of the setting: whether somebody else than the writer signs letters. Off where it was never set."""

_REFERRAL, _LETTER, _STEP = KEPT["referral"], KEPT["letter"], KEPT["referral_step"]
_NEED = KEPT["need"]
_CHANGED_BY_STEPS = ("status", "outcome_note", "reply_by", "valid_until", "chase_on")


class Referrals:
    """The verbs about referrals."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Writing and signing.

    def draft(self, entry: ReferralEntry) -> LetterValue:
        """The letter as it would be printed, before it has a number; nothing is kept."""
        with self._book.reading() as connection:
            return make_letter(self._book, connection, entry, draft_number(entry.language))[0]

    def second_person(self) -> bool:
        """Whether the office wants a second person to sign letters (the setting SECOND_PERSON)."""
        with self._book.reading() as connection:
            return _second_person(connection)

    def hand_in(self, entry: ReferralEntry, referral_id: str = "") -> Changed:
        """Keep a letter that waits for a signature; it has no number yet.

        referral_id: one that was sent back, or still waits, is written anew. Raises what issue() raises, and
        StepDoesNotFit where it has its number already.
        """
        with self._book.verb("referrals.hand_in") as work:
            value, _case, _found, household_id = make_letter(self._book, work.connection, entry, "")
            row = _row(work, referral_id) if referral_id else None
            if row is not None:
                _rest_on(work, referral_id)
            referral_rules.check_fits("written", row.status if row is not None else "")
            fields = {
                "resident_id": entry.resident_id,
                "household_id": household_id,
                "matters": _matters(entry, value),
                "receiver": entry.receiver,
                "status": "waiting",
                "outcome_note": "",
                "entry": {**entry.model_dump(mode="json"), "worker_phone": self._book.worker.phone},
                "writer": work.worker,
                "worker": work.worker,
                "at": work.now,
            }
            if row is None:
                referral_id = work.add("referral", fields)
            else:
                work.amend("referral", referral_id, fields)
            self._keep_step(work, referral_id, entry.resident_id, "written")
            work.concerns(entry.resident_id, household_id)
        return changed(work, referral_id)

    def sign(self, referral_id: str) -> Changed:
        """Sign off a letter that somebody else wrote: it gets its number, the day of today, and is issued.

        Changed.ids holds the letter. Raises NotFound, OwnLetter, StepDoesNotFit, and what issue() raises.
        """
        with self._book.verb("referrals.sign") as work:
            row = _row(work, referral_id)
            _rest_on(work, referral_id)
            referral_rules.check_fits("issued", row.status)
            if row.writer == work.worker:
                raise OwnLetter
            entry, phone = referral_reading.kept_entry(row)
            by = {"worker": row.writer, "worker_phone": phone}
            fields, letter_id = self._issued(work, entry, referral_id, by)
            work.amend("referral", referral_id, {**fields, "signer": work.worker})
        return changed(work, referral_id, [letter_id])

    def send_back(self, referral_id: str, reason: str) -> Changed:
        """Give a letter back to its writer with a reason. Raises NotFound, OwnLetter, StepDoesNotFit, Unfinished."""
        with self._book.verb("referrals.send_back") as work:
            row = _row(work, referral_id)
            _rest_on(work, referral_id)
            referral_rules.check_fits("returned", row.status)
            if row.writer == work.worker:
                raise OwnLetter
            if not reason.strip():
                raise Unfinished(missing="reason")
            work.amend("referral", referral_id, {"status": "returned", "outcome_note": reason.strip()})
            self._keep_step(work, referral_id, row.resident_id, "returned", reason=reason.strip())
            work.concerns(row.resident_id, row.household_id)
        return changed(work, referral_id)

    def issue(self, entry: ReferralEntry) -> Changed:
        """Give the letter its number and keep referral, letter and determinations.

        Changed.id is the referral, Changed.ids holds the letter. For somebody who died lately only funeral services are
        referred, at the address of the household. Raises NotFound where the resident is not here, NothingToRefer (a
        NotFound) where the resident has died and something else is to be referred, RecordFrozen where the record is
        only kept, SecondPersonSigns where the office wants letters signed by somebody else.
        """
        with self._book.verb("referrals.issue") as work:
            if _second_person(work.connection):
                raise SecondPersonSigns
            referral_id = new_id()
            fields, letter_id = self._issued(work, entry, referral_id, {})
            work.add("referral", {**fields, "writer": work.worker, "worker": work.worker}, referral_id)
        return changed(work, referral_id, [letter_id])

    def correct(self, referral_id: str, entry: ReferralEntry, reason: str) -> Changed:
        """Make a new version of the letter under the same number; the printed ones stay as they were.

        It is set by the template of the version before it, unless the entry names another one. One that was refused or
        has run out is on its way again. Raises NotFound where the referral is not here,
        StepDoesNotFit where it has no number yet or is settled, and what issue() raises.
        """
        with self._book.verb("referrals.correct") as work:
            row = _row(work, referral_id)
            _rest_on(work, referral_id)
            query = select(_LETTER).where(_LETTER.c.referral_id == referral_id).order_by(_LETTER.c.version.desc())
            last = work.connection.execute(query).first()
            if last is None:
                raise NotFound
            referral_rules.check_fits("corrected", row.status)
            entry = entry.model_copy(update={"template_id": entry.template_id or last.template_id or PROGRAM})
            value, case, determinations, household_id = make_letter(
                self._book, work.connection, entry, last.number, row.code
            )
            value = value.model_copy(update={"version": last.version + 1, "correction_reason": reason})
            value = self._sealed(work, value)
            facts = case_to_json(case)
            kept = [keep_determination(work, household_id, found, facts) for found in determinations]
            stand = referral_rules.after(_stand(row), "corrected", value.issued_on)
            news = {
                "receiver": entry.receiver,
                "matters": _matters(entry, value, kept),
                "status": stand.status,
                "valid_until": value.valid_until,
                "reply_by": value.reply_by,
                "chase_on": value.reply_by,
            }
            work.amend("referral", referral_id, news)
            letter_id = keep_letter(work, referral_id, entry, value)
            self._keep_step(work, referral_id, entry.resident_id, "corrected", reason=reason)
            work.concerns(entry.resident_id, household_id, referral_id)
        return changed(work, referral_id, [letter_id])

    # What became of it.

    def note(self, referral_id: str, entry: StepEntry) -> Changed:
        """Keep one step: handed over, received, accepted, refused, papers asked, done, withdrawn, run out, chased, more
        time.

        What was granted becomes a fact: the resident receives the service from that day. Changed.id is the step;
        Casebook.undo() and take_back() take all of it back. Raises NotFound, StepDoesNotFit, WrongDay, Unfinished,
        RecordFrozen.
        """
        day = today(self._book.clock)
        with self._book.verb("referrals.note") as work:
            row = _row(work, referral_id)
            _rest_on(work, referral_id)
            barred.check_in_use(work.connection, [row.resident_id])
            stand = _stand(row)
            referral_rules.check_fits(entry.step, row.status)
            first = row.issued_on or local_time(row.at).date()
            if not first <= entry.happened_on <= day:
                raise WrongDay(first=first, last=day)
            matters = [(str(m.get("service_id", "")), str(m.get("component", ""))) for m in row.matters]
            referral_rules.check_whole(entry, stand, matters, day)
            outcomes = [self._came_of(work, row.resident_id, entry, outcome) for outcome in entry.outcomes]
            for need_id in entry.needs:
                _settle_need(work, need_id, "met", row)
            after = referral_rules.after(stand, entry.step, entry.happened_on, entry.next_on)
            words = entry.reason or "；".join(dict.fromkeys(o.note for o in entry.outcomes if o.note))
            news: dict[str, Any] = {
                "status": after.status,
                "outcome_note": words or row.outcome_note,
                "reply_by": after.reply_by,
                "valid_until": after.valid_until,
                "chase_on": after.chase_on,
            }
            before = {name: _plain(getattr(row, name)) for name in _CHANGED_BY_STEPS}
            work.amend("referral", referral_id, news)
            step_id = self._keep_step(
                work, referral_id, row.resident_id, entry.step, entry.happened_on,
                channel=entry.channel, said_by=entry.said_by, reason=entry.reason, papers=list(entry.papers),
                outcomes=outcomes, next_on=entry.next_on, needs=list(entry.needs), before=before,
            )  # fmt: skip
            work.concerns(row.resident_id, row.household_id, referral_id)
        return changed(work, step_id)

    def take_back(self, referral_id: str) -> Changed:
        """Take back the last step, with the facts that it made and the needs that it settled; both stay in the history.

        Raises NotFound, NothingToTakeBack where the last step is none that can be taken back.
        """
        with self._book.verb("referrals.take_back") as work:
            row = _row(work, referral_id)
            _rest_on(work, referral_id)
            query = select(_STEP).where(_STEP.c.referral_id == referral_id, _STEP.c.dead.is_(False))
            steps = referral_rules.ordered(work.connection.execute(query).all())
            if not steps or steps[-1].step not in referral_rules.TAKEN_BACK:
                raise NothingToTakeBack(step=steps[-1].step if steps else "")
            last = steps[-1]
            for outcome in last.outcomes:
                if outcome.get("fact_id"):
                    work.amend("fact", str(outcome["fact_id"]), {"dead": True})
            for need_id in last.needs:
                _settle_need(work, need_id, "open", row)
            before = {name: value for name, value in last.before.items() if name in _CHANGED_BY_STEPS}
            for name in ("reply_by", "valid_until", "chase_on"):
                before[name] = date.fromisoformat(before[name]) if before.get(name) else None
            work.amend("referral", referral_id, before)
            work.amend("referral_step", last.id, {"dead": True})
            work.concerns(row.resident_id, row.household_id, referral_id)
        return changed(work, referral_id)

    # Letters.

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

    # Looking up.

    def get(self, referral_id: str) -> ReferralView:
        """One referral with its letters and steps. Raises NotFound where it is not here."""
        with self._book.reading() as connection:
            rows = referral_reading.rows_of(connection, [referral_id])
            if not rows:
                raise NotFound
            return referral_reading.views(connection, rows, today(self._book.clock))[0]

    def of_resident(self, resident_id: str) -> list[ReferralView]:
        """A resident's referrals, newest first."""
        with self._book.reading() as connection:
            query = select(_REFERRAL).where(_REFERRAL.c.resident_id == resident_id, _REFERRAL.c.dead.is_(False))
            rows = connection.execute(query.order_by(_REFERRAL.c.at.desc())).all()
            return referral_reading.views(connection, rows, today(self._book.clock))

    def all(self, status: str = "", limit: int = 500) -> list[ReferralView]:
        """Referrals, newest first, of one status where one is named."""
        return list(self.find(ReferralFilter(status=status), limit).views)

    def find(self, wish: ReferralFilter, limit: int = 500) -> ReferralPage:
        """The referrals of a filter with the counts of every kind; those to be chased with the longest due first."""
        with self._book.reading() as connection:
            return referral_reading.find(connection, wish, today(self._book.clock), limit)

    def by_code(self, text: str) -> list[ReferralView]:
        """The referrals that a typed or scanned text names: the code of the slip or the number of the letter, in any
        width and case (k7pm 3xwd, 劝业社转〔2026〕6号, 2026-6, ６号), or the signed code on the letter. The newest
        first; none where nothing fits.
        """
        with self._book.reading() as connection:
            day = today(self._book.clock)
            rows = referral_reading.by_code(connection, text, self._book.office.letter_mark, day)
            return referral_reading.views(connection, rows, day)

    def needs_of(self, referral_id: str) -> list[NeedView]:
        """Open needs that may have led to a referral: of the resident, or of the household as a whole."""
        with self._book.reading() as connection:
            rows = referral_reading.rows_of(connection, [referral_id])
            if not rows:
                raise NotFound
            return referral_reading.open_needs(connection, rows[0])

    # Inside.

    def _issued(
        self, work: Work, entry: ReferralEntry, referral_id: str, by: Mapping[str, str]
    ) -> tuple[dict[str, Any], str]:
        """Number and letter of a referral that is issued now: its fields, and the id of the letter."""
        taken = take_number(work, self._book)
        code = self._new_code(work)
        value, case, determinations, household_id = make_letter(self._book, work.connection, entry, taken.text, code)
        value = self._sealed(work, value.model_copy(update=dict(by)))
        facts = case_to_json(case)
        kept = [keep_determination(work, household_id, found, facts) for found in determinations]
        letter_id = keep_letter(work, referral_id, entry, value)
        self._keep_step(work, referral_id, entry.resident_id, "issued")
        work.concerns(entry.resident_id, household_id)
        fields = {
            "resident_id": entry.resident_id,
            "household_id": household_id,
            "number": taken.text,
            "series": taken.series,
            "year": taken.year,
            "serial": taken.serial,
            "matters": _matters(entry, value, kept),
            "receiver": entry.receiver,
            "status": "issued",
            "outcome_note": "",
            "issued_on": value.issued_on,
            "valid_until": value.valid_until,
            "reply_by": value.reply_by,
            "chase_on": value.reply_by,
            "code": code,
            "entry": {},
            "at": work.now,
        }
        return fields, letter_id

    def _sealed(self, work: Work, value: LetterValue) -> LetterValue:
        """The letter with its signed code, as it is frozen."""
        return sealed(self._book, work.connection, value)

    @staticmethod
    def _new_code(work: Work) -> str:
        """A code that no referral here has."""
        while True:
            code = referral_code.new_code()
            if work.connection.execute(select(_REFERRAL.c.id).where(_REFERRAL.c.code == code)).first() is None:
                return code

    def _keep_step(
        self, work: Work, referral_id: str, resident_id: str, step: str, day: date | None = None, **more: Any
    ) -> str:
        fields = {
            "referral_id": referral_id,
            "resident_id": resident_id,
            "step": step,
            "happened_on": day or today(self._book.clock),
            "worker": work.worker,
            "at": work.now,
        }
        return work.add("referral_step", {**fields, **more})

    def _came_of(self, work: Work, resident_id: str, entry: StepEntry, outcome: Any) -> dict[str, Any]:
        """An outcome as it is kept. What was granted is a fact from its first day on.

        Where somebody said after that day that the service is not received, the fact counts from the day of the step,
        which is the newer word.
        """
        kept: dict[str, Any] = outcome.model_dump(mode="json")
        if outcome.result != "granted":
            return kept
        name = RECEIVES + outcome.service_id
        since = outcome.since or entry.happened_on
        said = current_facts(work.connection, [resident_id], today(self._book.clock)).get(resident_id, {}).get(name)
        if said is not None and said.value is not True and (said.as_of or date.min) > since:
            since = max(entry.happened_on, said.as_of or date.min)
        fact = FactEntry(name=name, value=True, as_of=since, source="document" if entry.channel == "slip" else "office")
        kept["fact_id"] = add_facts(work, "resident", resident_id, [fact], entry.happened_on)[0]
        return kept


def _second_person(connection: Any) -> bool:
    return bool(read_meta(connection, "settings").get(SECOND_PERSON, False))


def _row(work: Work, referral_id: str) -> Row[Any]:
    """A referral that is here. Raises NotFound."""
    work.flush()
    row = work.connection.execute(
        select(_REFERRAL).where(_REFERRAL.c.id == referral_id, _REFERRAL.c.dead.is_(False))
    ).first()
    if row is None:
        raise NotFound
    return row


def _rest_on(work: Work, referral_id: str) -> None:
    """What is done next rests on the letter, and on the steps that were noted so far."""
    steps = select(_STEP.c.id).where(_STEP.c.referral_id == referral_id)
    work.rest_on("referral", referral_id)
    if work.seen is not None:
        work.rest_on("referral_step", *work.connection.execute(steps).scalars().all())


def _stand(row: Row[Any]) -> Stand:
    return Stand(row.status, row.reply_by, row.valid_until, row.chase_on)


def _matters(entry: ReferralEntry, value: LetterValue, determinations: list[str] | None = None) -> list[dict[str, Any]]:
    """The matters as they are kept with the referral."""
    kept = [
        {"service_id": m.service_id, "component": m.component, "name": v.name}
        for m, v in zip(entry.matters, value.matters, strict=True)
    ]
    for matter, determination in zip(kept, determinations or (), strict=False):
        matter["determination_id"] = determination
    return kept


def _settle_need(work: Work, need_id: str, status: str, row: Row[Any]) -> None:
    """Close or open a need of the resident, or of the household. Raises NotFound for anybody else's."""
    need = work.connection.execute(select(_NEED).where(_NEED.c.id == need_id)).first()
    own = need is not None and (
        need.resident_id == row.resident_id or (need.household_id == row.household_id and not need.resident_id)
    )
    if need is None or not own:
        raise NotFound
    work.amend("need", need_id, {"status": status})
    work.concerns(need.household_id, need.resident_id)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
