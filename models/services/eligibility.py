"""Eligibility at the door: decide everything for a household at once, take answers, keep the determinations."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from models import texts
from models.clock import today
from models.eligibility import HOUSEHOLD, Answer, Case, Determination, Policies, Service, explain, screen
from models.eligibility.ahead import outcome_word
from models.eligibility.cascade import follow_ups
from models.records.fact import FactEntry, Source, State
from models.services.barred import left_out
from models.services.book import Book, changed
from models.services.cases import RECEIVES, build_case
from models.services.facts import add_facts
from models.services.views import Changed, HouseholdCheck, ServiceResult
from models.store.many import without_pauses
from models.store.rows import KEPT
from models.store.work import Work

_FACT = KEPT["fact"]
_ORDER = {"eligible": 0, "unknown": 1, "not_eligible": 3}


class Eligibility:
    """The verbs about eligibility."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._silent: tuple[tuple[str, frozenset[str]], Policies] | None = None  # for whom some facts are not shown

    def _asked_of(self, policies: Policies) -> Policies:
        """The rules as who is signed in goes through them: what is not shown is not asked either."""
        hidden = self._book.limits().facts
        if not hidden:
            return policies
        if self._silent is None or self._silent[0] != (policies.hash, hidden):
            silent = {name: policies.facts[name].model_copy(update={"sensitive": True}) for name in hidden}
            self._silent = (policies.hash, hidden), replace(policies, facts={**policies.facts, **silent})
        return self._silent[1]

    def services(self) -> Mapping[str, Service]:
        """Every service of the installed packs, by id."""
        return self._book.policies.services

    def check(self, household_id: str, on: date | None = None, alone: str = "") -> HouseholdCheck:
        """What every member of a household may be entitled to, with reasons and the next best questions.

        alone: one person of it who lives there without belonging to it (a lodger, or among strangers in a dormitory),
        decided by oneself; a household's own check leaves these people out. Who died in it lately is in the case, not
        counted, and only funeral services are decided for them, for the family to apply for.

        Raises NotFound where the household, or the person in it, is not here.
        """
        day = on or today(self._book.clock)
        policies = self._book.policies
        with self._book.reading() as connection:
            case = build_case(connection, policies, household_id, day, alone)
            missed = () if alone else left_out(connection, household_id, day)
        started = time.perf_counter()
        with without_pauses():  # everything made here lives as long as the check
            screened = screen(self._asked_of(policies), case)
            determinations = screened.determinations
            language = texts.language()
            results = [
                _with_what_follows(policies, _result(policies, found, case, language), case, determinations)
                for found in determinations
            ]
        took = (time.perf_counter() - started) * 1000
        told = {fact for person in case.people for fact in person.facts} | set(case.household)
        self._book.note("check", "household", household_id, fields=self._book.sensitive(sorted(told)))
        results.sort(key=lambda result: _place(result.determination))
        return HouseholdCheck(
            household_id,
            day,
            case,
            tuple(results),
            tuple(screened.questions),
            took,
            prompts=screened.prompts,
            likelihood=screened.likelihood,
            left_out=missed,
        )

    def answer(
        self,
        household_id: str,
        of: str,
        fact: str,
        value: object = None,
        state: State = "known",
        source: Source = "told",
    ) -> Changed:
        """Keep an answer given while the result is on the screen: a fact of a resident ("of") or of the household.

        Whether the fact belongs to the person or the household is the vocabulary's word, not the caller's.
        """
        return self.answer_many(household_id, [Answer(of, fact, value, state)], source)

    def answer_many(self, household_id: str, answers: Sequence[Answer], source: Source = "told") -> Changed:
        """Keep what one question learnt, of one or several people and of the household, in one transaction.

        Changed.ids are those of the statements. A fact that is not among the answers stays as it was. Raises
        ValueError where there is no answer, KeyError for a fact that the vocabulary does not know.
        """
        if not answers:
            raise ValueError("nothing was answered")
        day = today(self._book.clock)
        entries: dict[tuple[bool, str], list[FactEntry]] = {}
        for answer in answers:
            definition = self._book.policies.facts[answer.fact]
            household = definition.level == "household" or answer.of == HOUSEHOLD
            good = definition.good_for_days
            entry = FactEntry(
                name=answer.fact,
                value=answer.value,
                state=answer.state,
                as_of=day,
                good_until=day + timedelta(days=good) if good and answer.state == "known" else None,
                source=source,
            )
            entries.setdefault((household, household_id if household else answer.of), []).append(entry)
        made: list[str] = []
        with self._book.verb("eligibility.answer") as work:
            for (household, subject), own in entries.items():
                made += add_facts(work, "household" if household else "resident", subject, own, day)
            work.concerns(household_id)
        subjects = {subject for _, subject in entries}
        return changed(work, subjects.pop() if len(subjects) == 1 else household_id, several=made)

    def take_back(self, household_id: str, fact_ids: Sequence[str]) -> Changed:
        """Take back answers given by mistake (ids as answer_many() reports them): what was known before counts again.

        The statements stay in the history as removed. Raises LookupError where there is no such statement.
        """
        with self._book.verb("eligibility.take_back") as work:
            for fact_id in fact_ids:
                work.amend("fact", fact_id, {"dead": True})
            subjects = work.connection.execute(select(_FACT.c.subject_id).where(_FACT.c.id.in_(list(fact_ids))))
            work.concerns(household_id, *subjects.scalars())
        return changed(work, household_id)

    def receives(self, resident_id: str, service_id: str, yes: bool) -> Changed:
        """Keep that a resident already receives a service, or no longer does."""
        day = today(self._book.clock)
        entry = FactEntry(name=RECEIVES + service_id, value=yes, as_of=day)
        with self._book.verb("eligibility.receives") as work:
            add_facts(work, "resident", resident_id, [entry], day)
        return changed(work, resident_id)

    def keep(self, check: HouseholdCheck) -> Changed:
        """Store the determinations with the facts they rest on, so that they replay the same years later."""
        with self._book.verb("eligibility.keep") as work:
            facts = case_to_json(check.case)
            for result in check.results:
                keep_determination(work, check.household_id, result.determination, facts)
            work.concerns(check.household_id, *(person.id for person in check.case.people))
        return changed(work, check.household_id)


def _result(
    policies: Policies, found: Determination, case: Case, language: texts.Language, after: tuple[str, ...] = ()
) -> ServiceResult:
    return ServiceResult(
        policies.services[found.service_id],
        found,
        partial(explain, policies, found, case, language),
        after=after,
    )


def _with_what_follows(
    policies: Policies, result: ServiceResult, case: Case, determinations: Sequence[Determination]
) -> ServiceResult:
    """The result with what a grant of it would open, where an application can be made."""
    found = result.determination
    if outcome_word(found) not in ("eligible", "office") or "received" in found.flags:
        return result
    language = texts.language()
    then = follow_ups(policies, case, found, determinations)
    return replace(result, follows=tuple(_result(policies, f.determination, f.case, language, f.after) for f in then))


def keep_determination(work: Work, household_id: str, found: Determination, facts: Mapping[str, Any]) -> str:
    """Store one determination inside a verb; returns its id."""
    return work.add(
        "determination",
        {
            "resident_id": found.person_id or "",
            "household_id": household_id,
            "service_id": found.service_id,
            "component": found.component or "",
            "outcome": found.outcome,
            "pack_id": found.pack_id,
            "pack_hash": found.pack_hash,
            "decided_on": found.on,
            "body": json.loads(found.to_json()),
            "facts": dict(facts),
            "at": work.now,
        },
    )


def case_to_json(case: Case) -> dict[str, Any]:
    """A case as it is stored beside a determination."""
    return {
        "on": case.on.isoformat(),
        "household": dict(case.household),
        "people": [
            {"id": p.id, "role": p.role, "facts": dict(p.facts), "receives": sorted(p.receives)} for p in case.people
        ],
        "states": [[owner, name, state] for (owner, name), state in sorted(case.states.items())],
    }


def _place(found: Determination) -> tuple[int, int, bool, str, str]:
    """Eligible first (sums before services), then what lacks the fewest facts, what an office decides, and the rest."""
    place = _ORDER[found.outcome]
    if found.outcome == "unknown" and not found.missing:
        place = 2
    return (place, len(found.missing), found.amount is None, found.service_id, found.component or "")
