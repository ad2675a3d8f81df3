"""Explaining a determination in sentences, from the same tree that decided it, in Chinese or English.

符合 names every condition used; 不符合 names one sufficient reason and what would have to change; 还差 names the facts
to ask. The wording is data (wording.yaml), complete in both languages. Sensitive facts are never put into words.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from models.eligibility.case import HOUSEHOLD, Case, View, completed_years, counts
from models.eligibility.changing import Step, Way, is_far, shortest, way_to
from models.eligibility.determination import AgencyPart, Amount, Determination, Missing
from models.eligibility.grounds import Ground, Grounds, state_of
from models.eligibility.lexicon import Lexicon, cents, number
from models.eligibility.nodes import INCOME, Choice, Never, Node, Threshold
from models.eligibility.policies import Citation, Component, Policies, Service
from models.eligibility.schema import FactDefinition, Source
from models.texts import Language

_RELATIONS = ("spouse", "father", "mother", "parent", "child", "deceased")


@dataclass(frozen=True)
class Explanation:
    """headline: the verdict in one sentence. reasons: why. change: what to ask or what would have to change.

    quotes: the words of the texts that the reasons rest on. amount: the sum in words, as the reasons say it too.
    facts: the (fact, owner) that the reasons name; with nothing else known the verdict is the same, but for facts that
    are not put into words. steps: what the sentences of change say, of a verdict that is no.
    """

    headline: str
    reasons: tuple[str, ...]
    change: tuple[str, ...]
    quotes: tuple[Citation, ...]
    amount: str = ""
    flags: tuple[str, ...] = ()  # what is to be minded besides (the text's period has ended ...); in reasons too
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = field(default=(), compare=False)


def explain(policies: Policies, determination: Determination, case: Case, language: Language) -> Explanation:
    """Put a determination into words.

    case: the one that was decided. language: zh_CN or en, whatever the interface shows (KeyError otherwise). Policy
    names stay Chinese in English text, with a gloss.
    """
    return _Speaker(policies, determination, case, language).explanation()


_latest: tuple[Policies, Case, View] | None = None


def _view(policies: Policies, case: Case, said: Determination) -> View:
    """The facts of a case as the determination saw them, kept from one explanation of a household to the next.

    A determination that read no sensitive fact is explained without them: they may have been kept from it.
    """
    global _latest
    latest = _latest
    if latest is None or latest[0] is not policies or latest[1] is not case:
        latest = _latest = (policies, case, View(policies.facts, case))
    return latest[2] if any(policies.facts[used.fact].sensitive for used in said.trace) else latest[2].open_to_all()


class _Speaker(Lexicon):
    """One explanation in the making."""

    def __init__(self, policies: Policies, determination: Determination, case: Case, language: Language) -> None:
        super().__init__(policies, determination.on, language)
        self.said = determination
        self.view = _view(policies, case, determination)
        self.service = policies.services[determination.service_id]
        self.grounds = Grounds(self.view, self._closed)
        self.quotes: list[Citation] = []
        self.facts: list[tuple[str, str]] = []
        self.steps: tuple[Step, ...] = ()
        self._called: dict[str, str] = {}
        living = (person.id for person in case.people if counts(person))
        self.subject = determination.person_id or next(living, case.people[0].id if case.people else HOUSEHOLD)

    def explanation(self) -> Explanation:
        """The whole of it."""
        said = self.said
        reasons: list[str] = []
        change: list[str] = []
        parts = [part for part in self.service.components if said.component in (None, part.name)]
        if said.outcome == "eligible":
            reasons = self._met_parts(parts)
            reasons += self._amount_sentences()
        elif said.outcome == "not_eligible":
            reasons, change = self._failed_parts(parts)
        else:
            change = self._questions()
        flags = tuple(self._flags())
        reasons += flags
        quotes = tuple(dict.fromkeys((*self.quotes, *said.citations)))
        amount = "" if said.amount is None else self._amount(said.amount)
        return Explanation(
            self._headline(),
            tuple(dict.fromkeys(reasons)),
            tuple(dict.fromkeys(change)),
            quotes,
            amount,
            flags,
            tuple(dict.fromkeys(self.facts)),
            self.steps,
        )

    # what is said of the whole

    def _headline(self) -> str:
        said, name = self.said, self._name(self.service, self.said.component)
        if "received" in said.flags:
            key = "headline_received"
        elif said.outcome != "unknown":
            key = f"headline_{said.outcome}"
        else:
            key = "headline_missing" if said.missing else "headline_agency"
        return self._say(key, service=name, n=said.questions)

    def _name(self, service: Service, component: str | None) -> str:
        part = service.component(component) if component else None
        if part is None:
            return self.words["service"].format(name=service.name, gloss=service.name_en)
        return self.words["service_part"].format(
            name=service.name, gloss=service.name_en, part=part.name, part_gloss=part.name_en
        )

    def _flags(self) -> list[str]:
        found = []
        on = self.said.on
        for flag in self.said.flags:
            if flag == "period_ended":
                ends = [part.rule(on).valid_to for part in self.service.components]
                day = max(end for end in ends if end is not None)
                found.append(self.words["period_ended"].format(day=self.day(day)))
            elif flag == "not_yet_in_force":
                start = min(part.rule(on).valid_from for part in self.service.components)
                found.append(self.words["not_yet_in_force"].format(day=self.day(start)))
            elif flag.startswith(("may_clash:", "excluded_by:")):
                other = flag.split(":", 1)[1]
                for clash in (*self.service.clashes, *self.service.excludes):
                    if clash.service == other:
                        self._cite(clash.source)
                        why = clash.why.zh if self.zh else clash.why.en
                        name = self._name(self.policies.services[other], None)
                        found.append(self.words["may_clash"].format(service=name, why=why))
        return found

    def _amount_sentences(self) -> list[str]:
        found = []
        amount = self.said.amount
        if amount is not None:
            found.append(self.words["amount"].format(what=self._amount(amount)))
            note = amount.note if self.zh else amount.note_en
            if note:
                found.append(self._say("met", state=note))
        if self.said.amount_missing:
            facts = [self._open(part) for part in self.said.amount_missing if self._shown(part)]
            if facts:
                found.append(self.words["amount_open"].format(facts=self.words["list"].join(dict.fromkeys(facts))))
        return found

    def _shown(self, part: Missing) -> bool:
        return not self.policies.facts[part.fact].sensitive

    def _open(self, part: Missing) -> str:
        """A fact that is not known, by its name."""
        fact = self.policies.facts[part.fact]
        if fact.type != "bool":
            return self.label(fact)
        return self._said("whether", who=self._who(part.of), predicate=self.spoken(fact).holds)

    def _amount(self, amount: Amount) -> str:
        unit = amount.unit if self.zh or amount.unit != "元" else "yuan"
        words: dict[str, Any] = {"per": amount.per if self.zh else amount.per_en, "unit": unit}
        if amount.number is not None:
            return str(self.words[f"amount_{amount.kind}"].format(number=number(amount.number), **words))
        low = number(amount.number_min or Decimal(0))
        if amount.number_max is None:
            return str(self.words["amount_from"].format(low=low, **words))
        return str(self.words["amount_range"].format(low=low, high=number(amount.number_max), **words))

    def _questions(self) -> list[str]:
        """The facts to ask, then what an office says; what was asked in vain is said to have been."""
        found = [self._question(part) for part in self.said.missing if not part.alternative]
        found += [self._say("office", what=self._office(part)) for part in self.said.agency]
        if self.said.withheld:
            found.append(self.words["private_missing"])
        return found

    def _question(self, part: Missing) -> str:
        fact = self.policies.facts[part.fact]
        question = fact.question_zh if self.zh else fact.question_en
        state = self.view.case.states.get((part.of, part.fact), "")
        key = "ask"
        if state in ("not_known", "refused"):
            key = f"ask_{state}"
        elif part.of == HOUSEHOLD or self._kin(part.of) == self.words["deceased"]:
            key = "ask_household" if part.of == HOUSEHOLD else "ask_deceased"
        return self._say(key, who=self._who(part.of), question=question)

    def _office(self, part: AgencyPart) -> str:
        """What an office says; determinations keep the Chinese words, which the packs hold in both languages."""
        return part.zh if self.zh else part.en or self.policies.office_words.get(part.zh) or part.zh

    # what it rests on

    def _because(self, nodes: list[Node]) -> list[str]:
        """The sentences of all grounds of some decided conditions, each once."""
        grounds: dict[Any, Ground] = {}
        for node in nodes:
            found = self.grounds.of(node, self.subject, frozenset(grounds))
            grounds |= {ground.key: ground for ground in found.grounds}
            for source in found.sources:
                self._cite(source)
        self.facts += [fact for ground in grounds.values() for fact in self._facts_of(ground)]
        said: list[tuple[str, list[str], list[str]]] = []
        values: frozenset[Any] = frozenset()  # what the last sentence asks for, of a fact with a finite domain
        for before, ground in pairwise((None, *grounds.values())):
            assert ground is not None
            key, state, requirement = self._ground(ground)
            last = said[-1] if said else ("", [], [])
            own = self.accepted(ground.leaf, ground.wanted) if isinstance(ground.leaf, Choice) else frozenset()
            if key == last[0] == "unmet" and last[1] == [state] and _alike(before, ground):
                values |= own
                last[2][-1] = self.chosen(ground.leaf.fact, values)  # type: ignore[union-attr]  # alike: of a choice
                continue
            values = own
            if key == last[0] == "unmet" and last[2] == [requirement]:
                last[1].append(state)
            elif key == last[0] and key in ("met_number", "unmet") and last[1] == [state]:
                last[2].append(requirement)
            else:
                said.append((key, [state], [requirement]))
        joint = self.words["list"].join
        return [self._say(key, state=joint(states), requirement=self._asked(key, asked)) for key, states, asked in said]

    def _asked(self, key: str, asked: list[str]) -> str:
        """Several things that hold all count; of several that do not, one would have been enough."""
        return self.words["or" if key == "unmet" else "list"].join(dict.fromkeys(asked))

    def _node(self, part: Component) -> Node | None:
        return None if part.subject == "organisation" else part.rule(self.said.on).node

    def _met_parts(self, parts: list[Component]) -> list[str]:
        """Every condition that was used to say yes, of the parts that are due."""
        nodes = [node for part in parts if (node := self._node(part)) is not None]
        due = [node for node in nodes if state_of(self.view, node, self.subject) is True]
        return self._because(due or nodes)

    def _failed_parts(self, parts: list[Component]) -> tuple[list[str], list[str]]:
        """(one sufficient reason to say no to every part, what would have to change for one of them)."""
        nodes = [node for part in parts if (node := self._node(part)) is not None]
        if not nodes:
            return [self.words["not_for_residents"]], []
        reasons = self._because(nodes)
        way = shortest([way_to(self.view, node, self.subject) for node in nodes])
        return reasons, self._way(way)

    def _closed(self, node: Node, person: str, wanted: bool) -> bool:
        """Whether a failing condition cannot be met any more, or not for long: the reason that says most."""
        return self.said.outcome == "not_eligible" and is_far(self.view, way_to(self.view, node, person, wanted))

    def _facts_of(self, ground: Ground) -> list[tuple[str, str]]:
        """The told facts that a ground names: its own, or the one from which it follows."""
        if ground.private or isinstance(ground.leaf, Never):
            return []
        name, owner = ground.leaf.fact.name, self.view.owner(ground.leaf.fact.name, ground.person)
        found = (name, owner) if name == INCOME else self.view.behind(name, owner)
        return [] if found is None else [found]

    def _cite(self, source: Source | None) -> None:
        if source is not None:
            pack = self.service.pack
            if source.doc and f"{source.doc}_" not in pack.file:
                pack = next((p for p in self.policies.packs.values() if p.file.startswith(f"{source.doc}_")), pack)
            self.quotes.append(Citation(pack.file, source.line, pack.title, pack.number, source.quote))

    # sentences about one test

    def _ground(self, ground: Ground) -> tuple[str, str, str]:
        """(which sentence, what is so, what the policy asks for)."""
        leaf, person = ground.leaf, ground.person
        holds = state_of(self.view, leaf, person)
        met = holds is ground.wanted
        if isinstance(leaf, Never):
            return "not_for_residents", "", ""
        if ground.open:
            return "either_way", "", ""
        behind = self.view.behind(leaf.fact.name, self.view.owner(leaf.fact.name, person))
        if leaf.fact.sensitive or (behind is not None and self.policies.facts[behind[0]].sensitive):
            return "private" if met else "unmet_private", "", ""
        key = "unmet" if not met else "met_number" if isinstance(leaf, Threshold) else "met"
        return key, self._stated(leaf, person), self.required(leaf, ground.wanted)

    def _stated(self, node: Choice | Threshold, person: str) -> str:
        """What is known of the fact, as a clause."""
        fact = node.fact
        owner = self.view.owner(fact.name, person)
        words = self._about(fact, owner)
        if fact.name == INCOME:
            low, high = self.view.income_per_head()
            key = "number" if high is not None else "number_from"
            return self._said(key, value=number(cents(low)), unit=self.unit(fact), **words).rstrip()
        value = self.view.known(fact.name, owner)
        if value is None:
            behind = self.view.behind(fact.name, owner)
            if behind is None:
                return self._said("value", value=self.either(fact, self.view.possible(fact.name, owner) or ()), **words)
            fact, owner = self.policies.facts[behind[0]], behind[1]
            value = self.view.known(*behind)
            words = self._about(fact, owner)
        if fact.type == "bool":
            spoken = self.spoken(fact)
            return self._said("sentence", predicate=spoken.holds if value else spoken.fails, **words)
        if fact.type in ("enum", "int") and fact.domain:
            return self._said("value", value=self.value(fact, value), **words)
        if fact.type != "date":
            return self._said("number", value=number(value[0]), unit=self.unit(fact), **words).rstrip()
        return self._dated(node, value, owner, words)

    def _dated(self, node: Choice | Threshold, value: tuple[date, date], owner: str, words: dict[str, str]) -> str:
        low, high = value
        if low == date.min:
            return self._said("day_none", **words)
        if node.condition.age is not None or node.fact.type != "date":  # or what presupposes an age
            least, most = (completed_years(day, self.said.on) for day in (high, low))
            key = "age" if least == most else "age_range"
            words["who"] = self._kin(owner)  # the age tells two of a kind apart
            return self._said(key, age=least, most=most, **words)
        shown = self.day(low) if low == high else self._said("between", first=self.day(low), last=self.day(high))
        return self._said("day", value=shown, **words)

    def _about(self, fact: FactDefinition, owner: str) -> dict[str, str]:
        return {"who": self._who(owner), "whose": self._whose(owner), "label": self.label(fact)}

    # what would have to change

    def _way(self, way: Way) -> list[str]:
        if way == "never":
            return [self.words["never"]]
        steps = way if isinstance(way, tuple) else ()
        self.steps = tuple(steps)
        sentences = [self._step(step) for step in steps if step.how != "situation"]
        hoped = [self._hoped(step) for step in steps if step.how == "situation"]
        if hoped:
            sentences.append(self._say("change_situation", what=self.words["and"].join(hoped)))
        return sentences

    def _step(self, step: Step) -> str:
        if step.day is None:
            return self._say(f"change_{step.how}", what=self._hoped(step))
        key = "change_age" if step.years is not None else "change_day"
        words = {"who": self._who(step.owner), "years": step.years, "what": self.required(step.leaf, step.wanted)}
        return self._say(key if not step.last else f"{key}_last", day=self.day(step.day), **words)

    def _hoped(self, step: Step) -> str:
        """What would have to be so, as a clause."""
        fact = step.leaf.fact
        words = self._about(fact, step.owner)
        if fact.type == "bool":
            spoken = self.spoken(fact)
            hoped = spoken.holds if True in (step.values or ()) else spoken.fails
            return self._said("sentence", predicate=hoped, **words)
        if isinstance(step.leaf, Choice):
            return self._said("value", value=self.either(fact, step.values or ()), **words)
        return self._said("hoped_number", words=self.compared(step.leaf, step.wanted), **words)

    # words

    def _who(self, owner: str) -> str:
        if owner not in self._called:
            self._called[owner] = self._name_of(owner)
        return self._called[owner]

    def _name_of(self, owner: str) -> str:
        """What somebody is to the person the result is about; two of a kind are told apart by their age."""
        word = self._kin(owner)
        if owner in (HOUSEHOLD, self.subject) or "birth_date" not in self.view.facts:
            return word
        born = self.view.known("birth_date", owner)
        alike = self.view.relatives(self.subject, self._relation(owner) or HOUSEHOLD)
        if born is None or born[0] != born[1] or len(alike) < 2:
            return word
        return self._said("aged", who=word, age=completed_years(born[0], self.said.on))

    def _kin(self, owner: str) -> str:
        if owner == HOUSEHOLD:
            return self.words["household"]
        if owner == self.subject:
            return self.words["deceased" if self.service.components[0].subject == "deceased" else "self"]
        return self.words[self._relation(owner) or "member"]

    def _relation(self, owner: str) -> str:
        return next((each for each in _RELATIONS if owner in (each, *self.view.relatives(self.subject, each))), "")

    def _whose(self, owner: str) -> str:
        who = self._who(owner)
        return who if self.zh else f"{who}’s"

    def _say(self, key: str, **words: Any) -> str:
        return self.capital(self._said(key, **words))


def _alike(one: Ground | None, other: Ground) -> bool:
    """Whether both test one fact of one person for its values."""
    if one is None or not isinstance(one.leaf, Choice) or not isinstance(other.leaf, Choice):
        return False
    return one.leaf.fact.name == other.leaf.fact.name and one.person == other.person
