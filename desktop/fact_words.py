"""Facts as sentences: what is known of a person or household, in the words of the policy dictionary."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from desktop.case_words import day_text, source_text
from models.eligibility import Policies
from models.eligibility.schema import FactDefinition
from models.services.views import FactView
from models.texts import _, language

if TYPE_CHECKING:
    from models.casebook import Casebook

RECEIVES = "receives:"  # prefix of the facts that say which services are already received


def dictionary(casebook: "Casebook") -> Policies:
    """The dictionary of the rules in force in a casebook. Slow the first time: call it off the window's thread."""
    return casebook.packs.policies()


def value_text(definition: FactDefinition, value: Any) -> str:
    """A value as people say it: a label of its domain, a day, a number with its unit."""
    words = definition.zh if language() == "zh_CN" else definition.en
    if definition.type == "date":
        try:
            return day_text(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    if definition.type == "bool":
        return _("yes") if value else _("no")
    text = words.values.get(str(value), str(value))
    return f"{text} {words.unit}" if words.unit and definition.type in ("int", "number") else text


def fact_sentence(policies: Policies, view: FactView) -> str:
    """What the fact says; for a fact that nobody could or would tell, that it was asked."""
    if view.name.startswith(RECEIVES):
        service = policies.services.get(view.name.removeprefix(RECEIVES))
        name = view.name if service is None else service.name if language() == "zh_CN" else service.name_en
        return (_("Receives {service}") if view.value else _("Does not receive {service}")).format(service=name)
    definition = policies.facts.get(view.name)
    if definition is None:  # from a newer policy pack
        return _("{name}: {value}").format(name=view.name, value=view.value)
    words = definition.zh if language() == "zh_CN" else definition.en
    if view.state == "not_known":
        return _("{question} – not known").format(question=words.ask)
    if view.state == "refused":
        return _("{question} – no answer wanted").format(question=words.ask)
    if definition.type == "bool" and words.holds:
        return words.holds if view.value else words.fails
    return _("{name}: {value}").format(name=words.label or view.name, value=value_text(definition, view.value))


def fact_sentences(policies: Policies, facts: tuple[FactView, ...]) -> Mapping[str, str]:
    """Fact id -> sentence, without facts that are sensitive: those are never put on a page that others may see."""
    return {
        view.id: fact_sentence(policies, view)
        for view in facts
        if not (view.name in policies.facts and policies.facts[view.name].sensitive)
    }


def origin_text(view: FactView) -> str:
    """Where a fact comes from, since when, who wrote it down, how long it is good."""
    seen = _("seen: {document}").format(document=view.document_seen) if view.document_seen else source_text(view.source)
    parts = [day_text(view.as_of), seen, view.worker]
    if view.good_until is not None and view.state != "expired":
        parts.append(_("good until {day}").format(day=day_text(view.good_until)))
    return " · ".join(part for part in parts if part)
