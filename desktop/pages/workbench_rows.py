"""The rule of a service as rows to read: sentences in the words of the reasons, each with the passage it rests on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from desktop.case_words import day_text
from desktop.widgets.outline_view import OutlineRow
from models.eligibility import Policies, Service
from models.eligibility.case import View
from models.eligibility.describing import Line, amount_text, condition_lines
from models.eligibility.nodes import Agency, Choice, Node, OpenList, Threshold
from models.eligibility.policies import Component, Rule
from models.eligibility.schema import AmountRule, Clash, Source
from models.eligibility.tracing import Traced, in_order, trace
from models.texts import _, language, ngettext

FOREVER = date(2999, 1, 1)
"""Packs that begin or end farther away have no such day."""


@dataclass(frozen=True)
class Passage:
    """Words of a stored text: its file, the line where they begin (1-based), the words."""

    file: str
    line: int
    quote: str


@dataclass(frozen=True)
class Row(OutlineRow):
    """A line with the passage it rests on; own: its own passage, not that of the condition above it."""

    passage: Passage | None = None
    own: bool = False
    node: Node | None = None

    @property
    def is_rule(self) -> bool:
        """Whether the line is a part of the rule, not of what is printed around it."""
        return self.kind in ("group", "leaf", "term", "agency", "amount")


def rows_of(policies: Policies, service: Service, on: date, view: View | None = None, who: str = "") -> list[Row]:
    """The rule as it is on a day. With a view: what each condition says of the person who, and which decide."""
    return list(_Writer(policies, service, on, view, who).rows())


def is_for_office(policies: Policies, service: Service) -> bool:
    """Whether every condition of a service is one that only an office can answer."""
    found = [
        isinstance(node, Agency) or (isinstance(node, Choice | Threshold) and node.fact.ask == "agency")
        for part in service.components
        for rule in part.rules
        if rule.node is not None
        for node in in_order(rule.node)
        if not node.children()
    ]
    return bool(found) and all(found)


def status_counts(service: Service, on: date) -> Mapping[str, int]:
    """How many single conditions and sums of a service stand in the text, were read into it, or come from elsewhere."""
    found = {"text": 0, "interpreted": 0, "outside": 0}
    for part in service.components:
        rule = part.rule(on)
        for node in in_order(rule.node) if rule.node is not None else ():
            if not node.children():
                found[node.condition.status] += 1
        for _node, amount in rule.amounts:
            found[amount.status] += 1
    return found


def status_word(status: str) -> str:
    """How a status is said in one or two words; nothing for what stands in the text."""
    return {"interpreted": _("read into it"), "outside": _("from elsewhere")}.get(status, "")


def subject_text(subject: str) -> str:
    """For whom a service is decided."""
    return {
        "person": _("decided for each person"),
        "couple": _("decided for husband and wife"),
        "household": _("decided for the household as a whole"),
        "organisation": _("for employers, schools or other organisations; no resident is screened for it"),
        "deceased": _("decided for somebody who has died"),
        "transient": _("for people who are on no register; nobody is screened for it"),
    }[subject]


def number_text(value: Decimal) -> str:
    """A number as people write it: 1,010 or 0.5."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_words(unit: str) -> str:
    """The unit of an amount in the language now shown."""
    return _("yuan") if unit == "元" else unit


def pieces_of(words: str) -> str:
    """Printed words on one line: cells of the tables wrap in the stored text."""
    return "".join(words.split("\n"))


def start_of(text: str, line: int, words: str) -> int | None:
    """Where words that begin in a line (1-based) of a stored text stand in it; None where they do not."""
    lines = text.split("\n")
    if line < 1 or line > len(lines) or not words:
        return None
    before = sum(len(each) + 1 for each in lines[: line - 1])
    found = text.find(words, before)
    return found if 0 <= found <= before + len(lines[line - 1]) else None


class _Writer:
    """Writes the rows of one service."""

    def __init__(self, policies: Policies, service: Service, on: date, view: View | None, who: str) -> None:
        self.policies = policies
        self.service = service
        self.on = on
        self.view = view
        self.who = who
        self.zh = language() == "zh_CN"

    def rows(self) -> Iterator[Row]:
        service = self.service
        several = len(service.components) > 1
        for part in service.components:
            depth = 0
            if several or part.name is not None:
                yield self._part(part)
                depth = 1
            yield from self._component(part, depth)
        if service.already is not None:
            yield Row("head", _("Counts as received already"))
            yield from self._conditions(service.already, 0, None)
        yield Row("head", _("Where and with what"))
        office = service.apply_at
        yield Row("plain", _("Apply at: {office}").format(office=office.zh if self.zh else office.en), 0, office.status)
        papers = service.documents.zh if self.zh else service.documents.en
        if papers:
            words = _("Bring: {documents}").format(documents=_(", ").join(papers))
            yield Row("plain", words, 0, service.documents.status)
        clashes = (*service.clashes, *service.excludes)
        if clashes:
            yield Row("head", _("Perhaps not together with"))
            for clash in clashes:
                yield self._clash(clash)
        if service.remarks:
            yield Row("head", _("Remarks"))
            for remark in service.remarks:
                yield Row("plain", remark.zh if self.zh else remark.en)

    def _part(self, part: Component) -> Row:
        name = part.name if self.zh else part.name_en
        subject = "" if part.subject == self.service.subject else subject_text(part.subject)
        return Row("part", name or "", 0, note=subject, state=self._whole(part))

    def _whole(self, part: Component) -> str:
        """The state of a whole part, for somebody who was tried."""
        rule = part.rule(self.on)
        if self.view is None or rule.node is None or part.subject == "organisation":
            return ""
        first = trace(self.view, rule.node, self.who)[0]
        return _state(first.state)

    def _component(self, part: Component, depth: int) -> Iterator[Row]:
        rule = part.rule(self.on)
        if part.for_whom:
            yield Row("head", _("For whom"), depth)
            yield self._printed(part.for_whom, part, rule, depth)
        yield from self._dates(part, rule, depth)
        yield Row("head", _("Conditions"), depth)
        if part.subject == "organisation":
            yield Row("plain", _("Given to organisations, not to residents: no resident is screened for it."), depth)
        elif rule.node is None:
            yield Row("plain", _("For everybody; nothing is decided."), depth)
        else:
            yield from self._conditions(rule.node, depth, self._citation(part, rule))
        due = "true" if rule.node is None and self.service.universal else self._whole(part)
        if part.standard or rule.amounts:
            yield Row("head", _("What there is"), depth)
        stands: Passage | None = None
        if part.standard:
            printed = self._printed(part.standard, part, rule, depth)
            stands = printed.passage
            yield printed
        yield from self._amounts(rule, depth, stands, due)
        if part.payer:
            yield Row("plain", _("Paid by: {words}").format(words=pieces_of(part.payer)), depth)
        if part.coverage:
            yield Row("plain", _("Coverage: {words}").format(words=pieces_of(part.coverage)), depth)

    def _dates(self, part: Component, rule: Rule, depth: int) -> Iterator[Row]:
        for each in part.rules:
            start, end = each.valid_from, each.valid_to
            words = (
                _("In force from {start}").format(start=day_text(start))
                if end is None
                else _("In force from {start} to {end}").format(start=day_text(start), end=day_text(end))
            )
            note = ""
            if each is rule and end is not None and end < self.on:
                note = _("The period has ended: ask whether it still holds.")
            elif each is rule and start > self.on:
                note = _("Not yet in force.")
            elif each is not rule:
                note = _("Another version: choose its day to read it.")
            yield Row("version", words, depth, note=note)

    def _printed(self, words: str, part: Component, rule: Rule, depth: int) -> Row:
        file = self.service.pack.file
        lines = (next((each.line for each in rule.citations if each.quote == words), part.line), self.service.line)
        text = self.policies.texts.get(file, "")
        line = next((line for line in lines if start_of(text, line, words) is not None), 0)
        return Row("words", pieces_of(words), depth, passage=Passage(file, line, words) if line else None, own=True)

    def _citation(self, part: Component, rule: Rule) -> Passage | None:
        first = rule.citations[0] if rule.citations else None
        return None if first is None else Passage(first.file, first.line, first.quote)

    def _conditions(self, node: Node, depth: int, above: Passage | None) -> Iterator[Row]:
        lines = list(condition_lines(self.policies, node, self.on, language(), depth))
        traced = trace(self.view, node, self.who) if self.view is not None else None
        for row in self._lines(iter(lines), node, above, iter(traced) if traced else None):
            yield replace(row, root=depth)

    def _lines(
        self, lines: Iterator[Line], node: Node, above: Passage | None, traced: Iterator[Traced] | None
    ) -> Iterator[Row]:
        """The lines of a condition and those below, walked together with its nodes."""
        line = next(lines)
        own = self._passage(line.source)
        if own is None and node.condition.term is not None:  # where the word is defined
            own = self._passage(self.policies.terms[node.condition.term].source)
        passage = own or above
        found = next(traced) if traced is not None else None
        row = Row(
            line.kind,
            line.text,
            line.depth,
            line.status,
            self._note(node),
            passage=passage,
            own=own is not None,
            node=node,
        )
        yield row if found is None else _told(row, found)
        for part in node.children():
            yield from self._lines(lines, part, passage, traced)
        if isinstance(node, OpenList):
            rest = next(lines)
            held = replace(row, kind=rest.kind, text=rest.text, depth=rest.depth, note="", own=False)
            if found is not None:
                hangs = found.decides and found.state is None
                held = replace(held, state="open" if found.state is None else "", decides=hangs)
            yield held

    def _note(self, node: Node) -> str:
        if node.condition.note:
            return node.condition.note
        name = node.condition.term
        return self.policies.terms[name].reading if name is not None else ""

    def _passage(self, source: Source | None) -> Passage | None:
        if source is None or not source.quote or not source.line:
            return None
        file = self.service.pack.file
        if source.doc and not file.startswith(source.doc + "_"):
            file = next((pack.file for pack in self.policies.packs.values() if _holds(pack.file, source.doc)), file)
        return Passage(file, source.line, source.quote)

    def _amounts(self, rule: Rule, depth: int, above: Passage | None, due: str) -> Iterator[Row]:
        """The amounts; due: the state of the conditions, for only what is due has an amount that applies."""
        earlier_open = applied = False
        for node, amount in rule.amounts:
            row = Row(
                "amount",
                amount_text(self.policies, amount, self.on, language()) + self._amount_note(amount),
                depth,
                amount.status,
                passage=self._passage(amount.source) or above,
                own=amount.source is not None,
            )
            if self.view is not None and due == "true":
                first = None if node is None else trace(self.view, node, self.who)[0].state
                state = True if node is None else first
                if state is True and not applied:
                    row = replace(row, state="open" if earlier_open else "true", decides=not earlier_open)
                    applied = not earlier_open
                elif state is None and not applied:
                    row, earlier_open = replace(row, state="open"), True
                else:
                    row = replace(row, state="false")
            yield row
            if node is not None:
                yield from (replace(each, decides=False) for each in self._conditions(node, depth + 1, row.passage))

    def _amount_note(self, amount: AmountRule) -> str:
        if amount.note is None:
            return ""
        return _(" ({note})").format(note=amount.note.zh if self.zh else amount.note.en)

    def _clash(self, clash: Clash) -> Row:
        other = self.policies.services[clash.service]
        words = _("{service}: {why}").format(
            service=other.name if self.zh else other.name_en, why=clash.why.zh if self.zh else clash.why.en
        )
        return Row("plain", words, 0, clash.status, passage=self._passage(clash.source), own=clash.source is not None)


def _holds(file: str, doc: str) -> bool:
    return file.startswith(doc + "_")


def _state(state: bool | None) -> str:
    return "open" if state is None else "true" if state else "false"


def _told(row: Row, found: Traced) -> Row:
    count = ""
    if found.asked > 1:
        count = ngettext("{met} of {n} person", "{met} of {n} people", found.asked).format(met=found.met, n=found.asked)
    return replace(row, state=_state(found.state), decides=found.decides, count=count)
