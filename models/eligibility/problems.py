"""What can be wrong with policy packs: one kind of problem, one sentence what it is and one what to do, both languages.

Problems travel as a kind and its facts, never as finished text, so that they are told in the language of the reader.
"""

from dataclasses import dataclass, field

from models.texts import N_, _

_SENTENCES: dict[str, tuple[str, str]] = {
    # The files
    "missing_file": (N_("the file is missing"), N_("Put the file into the folder.")),
    "stray_file": (
        N_("this file is not read: a set of packs has no place for it"),
        N_("Give it the name and the folder of the README (services/*.yaml, cases/*.yaml), or take it away."),
    ),
    "link": (N_("this is a link, not a file"), N_("Put the file itself into the folder.")),
    "file_too_large": (N_("the file is larger than {most} KiB"), N_("Divide it into several files.")),
    "set_too_large": (
        N_("the packs hold more than {files} files or more than {most} MiB"),
        N_("Check whether this is the right folder."),
    ),
    "not_utf8": (N_("the file is no UTF-8 text"), N_("Save it as UTF-8 again.")),
    # YAML
    "no_yaml": (N_("no YAML: {problem}"), N_("Compare the line with a pack that is in use: indents, colons, quotes.")),
    "bad_value": (N_("a value cannot be read: {problem}"), N_("Write a plain number, a day as 2026-01-31, or text.")),
    "too_deep": (N_("nested more than {most} deep"), N_("Give the inner part a name in terms.yaml.")),
    "too_many": (N_("more than {most} values, with what is repeated by reference"), N_("Divide the file.")),
    "loop": (N_("a part refers to itself"), N_("Write the part out.")),
    "no_tags": (N_("tags ({tag}) are not read"), N_("Take the tag away.")),
    "duplicate_key": (N_("{key} is given twice; only one would count"), N_("Keep one of the two.")),
    # Shapes
    "unknown_key": (N_("unknown key: {key}"), N_("Correct the spelling, or take the line away.")),
    "missing_key": (N_("Field required: {key}"), N_("Add it; the README says what it holds.")),
    "wrong_shape": (N_("{key}: {problem}"), N_("Compare the line with a pack that is in use.")),
    "wrong_choice": (N_("{key}: must be {expected}"), N_("Choose one of these words.")),
    "wrong_number": (N_("{key}: this number is too large or too exact"), N_("Write it out with a few digits.")),
    "one_kind": (N_("a condition is of exactly one kind, not {given}"), N_("Keep one, or join several by all or any.")),
    "no_word": (
        N_("no such word of comparison: {word}"),
        N_("Use a word of the text that is known: 以上, 以下, 低于, 超过, 年满, 不满 ..."),
    ),
    "one_test": (
        N_("a fact is tested by exactly one of is, in, not_in, word; {fact} has {tests}"),
        N_("Keep one of the tests."),
    ),
    "needs_word": (N_("{kind} needs a word and a value"), N_("Write for example word: 年满, value: 60.")),
    "needs_day": (N_("date needs a word and the day it is compared with: day"), N_("Add word and day.")),
    "no_test": (N_("{kind} takes no test"), N_("Take is, in, not_in or word away.")),
    "needs_value": (N_("a comparison needs a value or a param"), N_("Give one of the two.")),
    "needs_who": (N_("members needs where, and who: one of {relations}"), N_("Say of whom the condition speaks.")),
    "least_of": (N_("at_least goes with of, and with a number from 1 to as many as are listed"), N_("Correct it.")),
    "needs_rest": (N_("an open list says in rest what else may be meant"), N_("Add rest in both languages.")),
    "one_sum": (N_("a sum is of exactly one kind; bands go with of"), N_("Keep one kind.")),
    "none_has_none": (N_("a rule that gives no amount has none"), N_("Take the amount away, or none: true.")),
    "range_ends": (N_("a range has low and high, any other amount has amount"), N_("Correct the amount.")),
    "no_rule": (
        N_("a service says when it is due: when, versions or components (or universal: true)"),
        N_("Add the condition."),
    ),
    "no_condition": (N_("the component {name} says no condition"), N_("Add when to the component.")),
    "dated_or_derived": (
        N_("a parameter has dated values with sources, or is derived from another"),
        N_("Give it values or derived, not both."),
    ),
    "derived_source": (N_("a derived parameter names the words it is derived by"), N_("Add source to it.")),
    "no_names": (N_("names and their definitions are expected"), N_("Write one name and a colon for each.")),
    "no_list": (N_("a list is expected"), N_("Begin each entry with a hyphen.")),
    "facts_file": (N_("the file holds whys and facts"), N_("Write the facts below facts:, their reasons below whys:.")),
    # What refers to something else
    "no_fact": (N_("no such fact: {name}"), N_("Correct the name, or define the fact in facts.yaml.")),
    "no_term": (N_("no such term: {name}"), N_("Correct the name, or define the term in terms.yaml.")),
    "no_param": (N_("no such parameter: {name}"), N_("Correct the name, or define it in params.yaml.")),
    "no_office": (N_("no such office: {name}"), N_("Correct the name, or define it in offices.yaml.")),
    "no_paper": (N_("no such document to bring: {name}"), N_("Correct the name, or define it in documents.yaml.")),
    "no_why": (N_("{name}: no such why"), N_("Use a reason that stands below whys:, or add one there.")),
    "no_clash": (N_("{service} clashes with nothing: {other}"), N_("Name a service that is in the set.")),
    "term_circle": (N_("terms go round in a circle: {way}"), N_("Define one of them without the others.")),
    "exclusion_circle": (N_("exclusions go round in a circle: {way}"), N_("Take one of the exclusions away.")),
    "not_derived": (N_("{name} cannot be derived"), N_("Derive it from a parameter with dated values.")),
    "twice": (N_("{name} is defined twice"), N_("Give one of the two another name.")),
    # Sources
    "no_doc": (N_("no such document: {doc}"), N_("Name a document by its doc in a pack.yaml.")),
    "no_quote": (
        N_("line {at} of document {doc} does not hold the words: {words}"),
        N_("Copy the words from the stored text, or mark the place interpreted or outside."),
    ),
    "clash_quote": (
        N_("no words that set {service} against {other} stand in line {at} of document {doc}: {words}"),
        N_("Copy the words from the stored text; without words of a text leave the source out, and nobody is warned."),
    ),
    "no_origin": (
        N_("a value from outside says where it comes from"),
        N_("Write the notice it stands in as the quote of its source."),
    ),
    "folder_name": (N_("the pack is not called as its folder"), N_("Give the folder and the id the same name.")),
    "no_text": (N_("the text of the document is missing"), N_("Put the text file beside pack.yaml or into texts/.")),
    "other_text": (
        N_("the stored text is not the one this pack was written from"),
        N_("Put the right text in place, or check every quote again and write the new sha256 ({sha256})."),
    ),
    "no_text_for_services": (
        N_("a pack with services names the text that they stand in"),
        N_("Add text and sha256 to pack.yaml."),
    ),
    # Domains and dates
    "outside_domain": (N_("{value} lies outside the domain of the fact {fact}"), N_("Use a value of the domain.")),
    "not_matched": (N_("the fact {fact} is a {type}: it is compared, not matched"), N_("Use word and value.")),
    "not_compared": (N_("the fact {fact} is a {type}: it cannot be compared with a number"), N_("Use is or in.")),
    "compared_domain": (N_("the fact {fact} is compared with a value of its domain"), N_("Use value, not param.")),
    "never_decides": (N_("the comparison {word} {value} of {fact} can never decide"), N_("Correct word or value.")),
    "no_date": (N_("the fact {fact} is no date"), N_("Use a fact of the type date.")),
    "years": (N_("{value} is no number of years"), N_("Use whole years from 0 to 150.")),
    "good_for": (N_("an answer stays good for 1 to 36500 days"), N_("Correct good_for_days.")),
    "overlap": (N_("versions overlap on {day}"), N_("Let the earlier one end the day before.")),
    "ends_before": (N_("a version ends before it begins: {start} … {end}"), N_("Correct the days.")),
    "bands": (N_("the bands do not rise one after the other"), N_("Order them by below; the last has none.")),
    # What is laid over other packs
    "overwritten": (
        N_("{name} has another value from {day} already; a dated value is never overwritten"),
        N_("Give the new value the day from which it holds."),
    ),
    "redefined": (
        N_("{name} is defined otherwise in {file}"),
        N_("Choose another name; what other packs lean on is not changed."),
    ),
    "older_pack": (
        N_("the pack {id} is of {given}; the one in the set is newer ({there})"),
        N_("Write the day of this version into last_verified_on, or keep the newer one."),
    ),
    "no_derived_value": (N_("{name} is derived; it takes no values of its own"), N_("Change what it is derived from.")),
    # What only the check finds
    "too_complex": (
        N_("the condition has more than {most} parts, with the terms it uses"),
        N_("Divide the service, or simplify the terms."),
    ),
    "name_not_printed": (
        N_("the name {name} is not printed in the text"),
        N_("Write the name exactly as the text prints it, or name_status: interpreted where the text prints none."),
    ),
    "always": (N_("the condition is true whatever is known"), N_("Correct it, or write universal: true.")),
    "impossible": (N_("the condition can never be true"), N_("Two parts rule each other out: correct one.")),
    "dead": (
        N_("the result never depends on {fact}, though the condition names it"),
        N_("Take the part away, or correct what makes it idle."),
    ),
    "amount_unreached": (
        N_("amount {n} can never apply: those before it always come first"),
        N_("Correct its condition, or the order."),
    ),
    "amount_overlap": (
        N_("amounts {n} and {m} can both apply, and differ"),
        N_("Let their conditions rule each other out."),
    ),
    "case_differs": (N_("the case “{title}” comes out differently: {miss}"), N_("Correct the rule, or the case.")),
    "case_fails": (N_("the case “{title}” cannot be decided: {problem}"), N_("Correct the case.")),
    "case_service": (N_("the case “{title}” asks for no such service: {name}"), N_("Correct the name or number.")),
    "case_applicant": (N_("the case “{title}” has nobody called {name}"), N_("Name one of its people.")),
}

_WORTH_A_LOOK = frozenset({"dead", "amount_overlap"})
"""Kinds that are told and do not forbid a set: the text itself may be written so."""


@dataclass(frozen=True)
class PackProblem:
    """One thing wrong with a pack: the file (inside the set), the line (1-based, 0: the whole file), and the kind."""

    file: str
    line: int
    kind: str
    facts: tuple[tuple[str, str], ...] = field(default=())

    @property
    def grave(self) -> bool:
        """Whether the set cannot be used with it; otherwise it is worth a look."""
        return self.kind not in _WORTH_A_LOOK

    def what(self) -> str:
        """What is wrong, in the language now shown."""
        return _(_SENTENCES[self.kind][0]).format(**dict(self.facts))

    def remedy(self) -> str:
        """What to do, in the language now shown."""
        return _(_SENTENCES[self.kind][1]).format(**dict(self.facts))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what()}"


class Fault(ValueError):  # noqa: N818  # the house's word for it
    """Something wrong that was found where file and line are not known; whoever knows them makes a PackProblem of it.

    A ValueError, so that pydantic and the callers of the kernel treat it as one; its text is the English sentence.
    """

    def __init__(self, kind: str, /, **facts: object) -> None:
        self.kind = kind
        self.facts = tuple((name, str(value)) for name, value in facts.items())
        super().__init__(_SENTENCES[kind][0].format(**dict(self.facts)))
