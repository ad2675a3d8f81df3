"""Explaining a determination in sentences, from the same tree that decided it, in Chinese or English.

符合 names every condition used; 不符合 names one sufficient reason and what would have to change; 还差 names the facts
to ask. The wording is data (wording.yaml), complete in both languages. Sensitive facts are never put into words.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from models.eligibility.case import HOUSEHOLD, Case, View, completed_years, plus_years
from models.eligibility.determination import Amount, Determination, Missing
from models.eligibility.nodes import INCOME, Choice, Defined, Group, Members, Never, Node, OpenList, Threshold
from models.eligibility.policies import Citation, Component, Policies, Service
from models.eligibility.schema import WORDS, FactDefinition, Source
from models.eligibility.settling import settle

Language = Literal["zh_CN", "en"]


@dataclass(frozen=True)
class Explanation:
    """headline: the verdict in one sentence. reasons: why. change: what to ask or what would have to change.

    quotes: the words of the texts that the reasons rest on. amount: the sum in words, as the reasons say it too.
    """

    headline: str
    reasons: tuple[str, ...]
    change: tuple[str, ...]
    quotes: tuple[Citation, ...]
    amount: str = ""
    flags: tuple[str, ...] = ()  # what is to be minded besides (the text's period has ended ...); in reasons too


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


class _Lexicon:
    """Words for facts, values and tests, on a day and in a language."""

    def __init__(self, policies: Policies, on: date, language: Language) -> None:
        self.policies = policies
        self.on = on
        self.zh = language == "zh_CN"
        self.words = policies.wording[language]

    def required(self, node: Choice | Threshold) -> str:
        """What one test asks for."""
        fact, condition = node.fact, node.condition
        spoken = fact.zh if self.zh else fact.en
        if isinstance(node, Choice):
            if fact.type == "bool":
                return spoken.holds if True in node.accepted else spoken.fails
            values = [self._value(fact, value) for value in fact.domain if value in node.accepted]
            said = self.words["list"].join(values[:-1]) + (self.words["or"] if len(values) > 1 else "") + values[-1]
            return str(self.words["requirement_value"].format(label=self._label(fact), values=said))
        operator = WORDS[condition.word or ""]
        kind = {">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}[operator]
        if condition.age is not None:
            return str(self.words[f"age_{kind}"].format(years=int(condition.value or 0)))
        if condition.years_since is not None:
            years = int(condition.value or 0)
            return str(self.words[f"years_{kind}"].format(label=self._label(fact), years=years))
        if condition.day_of is not None and condition.day is not None:
            key = "from_day" if operator in (">=", ">") else "until_day"
            return str(self.words[key].format(label=self._label(fact), day=self._day(condition.day)))
        value = condition.value
        if condition.param is not None:
            value = self.policies.param(condition.param, self.on)
        said = self.words[kind].format(value=_number(_cents(value or Decimal(0))), unit=self._unit(fact))
        if condition.param is not None:
            param = self.policies.params[condition.param]
            said = self.words["with_param"].format(words=said, param=param.zh if self.zh else param.en)
        return str(self.words["requirement_number"].format(label=self._label(fact), words=said))

    def _label(self, fact: FactDefinition) -> str:
        spoken = fact.zh if self.zh else fact.en
        return spoken.label or spoken.holds

    def _unit(self, fact: FactDefinition) -> str:
        return fact.zh.unit if self.zh else fact.en.unit

    def _value(self, fact: FactDefinition, value: Any) -> str:
        spoken = fact.zh if self.zh else fact.en
        return spoken.values.get(str(value), str(value)) + (spoken.unit if fact.type == "int" else "")

    def _day(self, day: date) -> str:
        return f"{day.year}年{day.month}月{day.day}日" if self.zh else day.isoformat()


class _Speaker(_Lexicon):
    """One explanation in the making."""

    def __init__(self, policies: Policies, determination: Determination, case: Case, language: Language) -> None:
        super().__init__(policies, determination.on, language)
        self.said = determination
        self.view = _view(policies, case, determination)
        self.service = policies.services[determination.service_id]
        self.quotes: list[Citation] = []
        self.subject = determination.person_id or (case.people[0].id if case.people else HOUSEHOLD)

    def explanation(self) -> Explanation:
        """The whole of it."""
        said = self.said
        reasons: list[str] = []
        change: list[str] = []
        parts = [part for part in self.service.components if said.component in (None, part.name)]
        if said.outcome == "eligible":
            due = [part for part in parts if self._state(part) is True]
            reasons = self._met_parts(due)
            reasons += self._amount_sentences()
        elif said.outcome == "not_eligible":
            for part in parts:
                found, needed = self._failed_part(part)
                reasons += found
                if not change or (needed and len(needed) < len(change)):
                    change = needed
        else:
            change = self._questions()
        flags = tuple(self._flags())
        reasons += flags
        quotes = tuple(dict.fromkeys((*self.quotes, *said.citations)))
        amount = "" if said.amount is None else self._amount(said.amount)
        return Explanation(
            self._headline(), tuple(dict.fromkeys(reasons)), tuple(dict.fromkeys(change)), quotes, amount, flags
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
        return self._capital(self.words[key].format(service=name, n=said.questions))

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
                found.append(self.words["period_ended"].format(day=self._day(day)))
            elif flag == "not_yet_in_force":
                start = min(part.rule(on).valid_from for part in self.service.components)
                found.append(self.words["not_yet_in_force"].format(day=self._day(start)))
            elif flag.startswith(("may_clash:", "excluded_by:")):
                other = flag.split(":", 1)[1]
                for clash in (*self.service.clashes, *self.service.excludes):
                    if clash.service == other:
                        self._cite_words(clash.source)
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
                found.append(self._capital(self.words["met"].format(state=note)))
        if self.said.amount_missing:
            facts = [
                self._label(self.policies.facts[part.fact]) for part in self.said.amount_missing if self._shown(part)
            ]
            if facts:
                found.append(self.words["amount_open"].format(facts=self.words["list"].join(dict.fromkeys(facts))))
        return found

    def _shown(self, part: Missing) -> bool:
        return not self.policies.facts[part.fact].sensitive

    def _amount(self, amount: Amount) -> str:
        unit = amount.unit if self.zh or amount.unit != "元" else "yuan"
        words: dict[str, Any] = {"per": amount.per if self.zh else amount.per_en, "unit": unit}
        if amount.number is not None:
            return str(self.words[f"amount_{amount.kind}"].format(number=_number(amount.number), **words))
        low = _number(amount.number_min or Decimal(0))
        if amount.number_max is None:
            return str(self.words["amount_from"].format(low=low, **words))
        return str(self.words["amount_range"].format(low=low, high=_number(amount.number_max), **words))

    def _questions(self) -> list[str]:
        found = []
        for part in self.said.missing:
            if not part.alternative:
                fact = self.policies.facts[part.fact]
                question = fact.question_zh if self.zh else fact.question_en
                found.append(self.words["ask"].format(who=self._who(part.of), question=question))
        for other in self.said.agency:
            what = other.zh if self.zh or not other.en else other.en
            found.append(self.words["office"].format(what=what))
        if self.said.withheld:
            found.append(self.words["private_missing"])
        return found

    # walking the tree

    def _state(self, part: Component) -> Any:
        rule = part.rule(self.said.on)
        if part.subject == "organisation":
            return False
        return self.service.universal if rule.node is None else self._decided(rule.node, self.subject)

    def _decided(self, node: Node, person: str) -> Any:
        key = (id(node), person)
        if key not in self.view.decided:
            decided, _ = settle(self.view, node.reduce(self.view, person))
            self.view.decided[key] = decided if decided is True or decided is False else None
        return self.view.decided[key]

    def _met_parts(self, parts: list[Component]) -> list[str]:
        reasons: list[str] = []
        for part in parts:
            node = part.rule(self.said.on).node
            if node is not None:
                reasons += self._met(node, self.subject)
        return reasons

    def _failed_part(self, part: Component) -> tuple[list[str], list[str]]:
        node = part.rule(self.said.on).node
        if part.subject == "organisation" or node is None:
            return [self.words["not_for_residents"]], []
        return self._failed(node, self.subject), self._change(node, self.subject)

    def _cite(self, node: Node) -> None:
        self._cite_words(node.condition.source)

    def _cite_words(self, source: Source | None) -> None:
        if source is not None:
            pack = self.service.pack
            if source.doc and f"{source.doc}_" not in pack.file:
                pack = next((p for p in self.policies.packs.values() if p.file.startswith(f"{source.doc}_")), pack)
            self.quotes.append(Citation(pack.file, source.line, pack.title, pack.number, source.quote))

    def _met(self, node: Node, person: str) -> list[str]:
        """Every condition that was used to say yes."""
        self._cite(node)
        if isinstance(node, Group):
            if node.kind == "not":
                return self._failed(node.parts[0], person)
            true = [part for part in node.parts if self._decided(part, person) is True]
            if node.kind == "any":
                true = true[:1] or [part for part in node.parts if self._decided(part, person) is not False]
            return [sentence for part in true for sentence in self._met(part, person)]
        if isinstance(node, Defined):
            return self._met(node.part, person)
        if isinstance(node, Members):
            members = self.view.relatives(person, node.who)
            true_members = [member for member in members if self._decided(node.part, member) is True]
            chosen = members if node.every else tuple(true_members[:1])
            return [sentence for member in chosen for sentence in self._met(node.part, member)]
        if isinstance(node, OpenList):
            return [s for part in node.parts if self._decided(part, person) is True for s in self._met(part, person)][
                :1
            ]
        return self._leaf_met(node, person)

    def _failed(self, node: Node, person: str) -> list[str]:
        """One sufficient reason to say no: of an all the shortest failing part, of an any every part."""
        self._cite(node)
        if isinstance(node, Group):
            if node.kind == "not":
                return self._met(node.parts[0], person)
            false = [part for part in node.parts if self._decided(part, person) is False]
            if node.kind == "all":
                quotes = list(self.quotes)
                told = [self._told(part, person) for part in false]
                self.quotes = quotes
                if not told:
                    return [s for part in node.parts for s in self._failed(part, person)]
                sentences, cited = min(told, key=lambda pair: len(pair[0]))
                self.quotes += cited
                return sentences
            return [sentence for part in node.parts for sentence in self._failed(part, person)]
        if isinstance(node, Defined):
            return self._failed(node.part, person)
        if isinstance(node, Members):
            members = self.view.relatives(person, node.who)
            if node.every:
                members = tuple(m for m in members if self._decided(node.part, m) is False)[:1]
            return [sentence for member in members for sentence in self._failed(node.part, member)]
        return self._leaf_failed(node, person)

    def _told(self, part: Node, person: str) -> tuple[list[str], list[Citation]]:
        self.quotes = []
        sentences = self._failed(part, person)
        return sentences, self.quotes

    def _change(self, node: Node, person: str) -> list[str]:
        """What would have to hold that does not: every open or failing part of an all, the shortest of an any."""
        if self._decided(node, person) is True:
            return []
        if isinstance(node, Group) and node.kind != "not":
            each = [self._change(part, person) for part in node.parts]
            if node.kind == "all":
                return [sentence for part in each for sentence in part]
            return min((part for part in each if part), key=len, default=[])
        if isinstance(node, Defined):
            return self._change(node.part, person)
        if isinstance(node, Members):
            each = [self._change(node.part, member) for member in self.view.relatives(person, node.who)]
            if node.every:
                return [sentence for part in each for sentence in part]
            return min((part for part in each if part), key=len, default=[])
        if isinstance(node, (Choice, Threshold)):
            if node.fact.sensitive:
                return []
            return [self._needed(node, person)]
        return []

    # sentences about one leaf

    def _leaf_met(self, node: Node, person: str) -> list[str]:
        if not isinstance(node, (Choice, Threshold)):
            return []
        if node.fact.sensitive:
            return [self.words["private"]]
        state = self._stated(node, person)
        if isinstance(node, Threshold):
            return [self._capital(self.words["met_number"].format(state=state, requirement=self.required(node)))]
        return [self._capital(self.words["met"].format(state=state))]

    def _leaf_failed(self, node: Node, person: str) -> list[str]:
        if isinstance(node, Never):
            return [self.words["not_for_residents"]]
        if not isinstance(node, (Choice, Threshold)) or self._decided(node, person) is not False:
            return []
        if node.fact.sensitive:
            return [self.words["unmet_private"]]
        state = self._stated(node, person)
        return [self._capital(self.words["unmet"].format(state=state, requirement=self.required(node)))]

    def _needed(self, node: Choice | Threshold, person: str) -> str:
        owner = self.view.owner(node.fact.name, person)
        condition = node.condition
        if isinstance(node, Threshold) and condition.age is not None and WORDS[condition.word or ""] == ">=":
            born = self.view.known(node.fact.name, owner)
            years = int(condition.value or 0)
            if born is not None and born[0] == born[1] and plus_years(born[0], years) > self.said.on:
                day = self._day(plus_years(born[0], years))
                sentence = self.words["change_age"].format(day=day, who=self._who(owner), years=years)
                return self._capital(sentence)
        return self._capital(self.words["change"].format(who=self._who(owner), requirement=self.required(node)))

    def _stated(self, node: Choice | Threshold, person: str) -> str:
        """What is known of the fact, as a clause."""
        fact = node.fact
        owner = self.view.owner(fact.name, person)
        words: dict[str, Any] = {"who": self._who(owner), "whose": self._whose(owner), "label": self._label(fact)}
        if fact.name == INCOME:
            low, high = self.view.income_per_head()
            value = _number(_cents(low))
            value = value if high is not None else self.words["at_least"].format(value=value, unit="").strip()
            return str(self.words["number"].format(value=value, unit=self._unit(fact), **words))
        value = self.view.known(fact.name, owner)
        if value is None:
            return self._without(fact, owner, words)
        if fact.type == "bool":
            spoken = fact.zh if self.zh else fact.en
            return str(self.words["sentence"].format(predicate=spoken.holds if value else spoken.fails, **words))
        if fact.type in ("enum", "int") and fact.domain:
            return str(self.words["value"].format(value=self._value(fact, value), **words))
        if node.condition.age is not None and value[0] == value[1]:
            return str(self.words["age"].format(age=completed_years(value[0], self.said.on), **words))
        if fact.type == "date":
            shown = self._day(value[0]) if value[0] == value[1] else f"{self._day(value[0])}—{self._day(value[1])}"
            return str(self.words["day"].format(value=shown, **words))
        return str(self.words["number"].format(value=_number(value[0]), unit=self._unit(fact), **words))

    def _without(self, fact: FactDefinition, owner: str, words: dict[str, Any]) -> str:
        """A fact that was not given but follows from another one: say the other one."""
        for requirement in fact.requires:
            parent = self.policies.facts[requirement.fact]
            parent_owner = self.view.owner(parent.name, owner)
            value = self.view.known(parent.name, parent_owner)
            if value is None:
                continue
            if parent.type == "bool":
                spoken = parent.zh if self.zh else parent.en
                return str(self.words["sentence"].format(predicate=spoken.holds if value else spoken.fails, **words))
            if parent.type == "date":
                return str(self.words["age"].format(age=completed_years(value[0], self.said.on), **words))
            words = {**words, "label": self._label(parent)}
            return str(self.words["value"].format(value=self._value(parent, value), **words))
        return str(self.words["value"].format(value="—", **words))

    # words

    def _who(self, owner: str) -> str:
        if owner == HOUSEHOLD:
            return self.words["household"]
        if owner == self.subject:
            deceased = self.service.components[0].subject == "deceased"
            return self.words["deceased" if deceased else "self"]
        for relation in ("spouse", "father", "mother", "parent", "child", "deceased"):
            if owner == relation or owner in self.view.relatives(self.subject, relation):
                return self.words[relation]
        return self.words["member"]

    def _whose(self, owner: str) -> str:
        who = self._who(owner)
        return who if self.zh else f"{who}’s"

    def _capital(self, sentence: str) -> str:
        return sentence if self.zh else sentence[:1].upper() + sentence[1:]


def requirement(policies: Policies, node: Choice | Threshold, on: date, language: Language) -> str:
    """What one test asks for, in words, with the parameters of a day; nothing of anybody is said."""
    return _Lexicon(policies, on, language).required(node)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def _number(value: Decimal) -> str:
    """Without needless zeros: 1010, 1010.5, 1010.33."""
    return format(value.normalize(), "f") if value == value.to_integral_value() else format(value, "f").rstrip("0")
