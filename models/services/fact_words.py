"""What a fact says, in sentences: what is known of a person or household, in the words of the policy dictionary."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from models.clock import day_text
from models.eligibility import Policies
from models.eligibility.schema import FactDefinition
from models.services.views import FactView
from models.texts import _, language

RECEIVES = "receives:"  # prefix of the facts that say which services are already received


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


def fact_sentences(policies: Policies, facts: Iterable[FactView]) -> Mapping[str, str]:
    """Fact id -> sentence, without facts that are sensitive: those are never put on a page that others may see."""
    return {
        view.id: fact_sentence(policies, view)
        for view in facts
        if not (view.name in policies.facts and policies.facts[view.name].sensitive)
    }


def source_text(source: str) -> str:
    """Where a fact comes from."""
    return {
        "told": _("as told"),
        "document": _("document seen"),
        "office": _("from an office"),
        "assessment": _("from an assessment"),
        "import": _("imported"),
    }.get(source, source)


def fact_pair(policies: Policies, view: FactView) -> tuple[str, str]:
    """What a fact is about and what was answered, for the two columns of a table."""
    if view.name.startswith(RECEIVES):
        service = policies.services.get(view.name.removeprefix(RECEIVES))
        name = view.name if service is None else service.name if language() == "zh_CN" else service.name_en
        return name, _("received now") if view.value else _("not received")
    definition = policies.facts.get(view.name)
    if definition is None:  # from a newer policy pack
        return view.name, str(view.value)
    words = definition.zh if language() == "zh_CN" else definition.en
    asked = words.label or words.holds or words.ask or view.name
    if view.state == "not_known":
        return asked, _("not known")
    if view.state == "refused":
        return asked, _("no answer wanted")
    return asked, value_text(definition, view.value)
