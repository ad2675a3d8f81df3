"""Facts as sentences, for pages: whose words they are and where each comes from."""

from typing import TYPE_CHECKING

from desktop.case_words import day_text, source_text
from models.eligibility import Policies
from models.services.fact_words import RECEIVES, fact_sentence, fact_sentences, value_text
from models.services.views import FactView
from models.texts import _

if TYPE_CHECKING:
    from models.casebook import Casebook

__all__ = ["RECEIVES", "dictionary", "fact_sentence", "fact_sentences", "origin_text", "value_text"]


def dictionary(casebook: "Casebook") -> Policies:
    """The dictionary of the rules in force in a casebook. Slow the first time: call it off the window's thread."""
    return casebook.packs.policies()


def origin_text(view: FactView) -> str:
    """Where a fact comes from, since when, who wrote it down, how long it is good."""
    seen = _("seen: {document}").format(document=view.document_seen) if view.document_seen else source_text(view.source)
    parts = [day_text(view.as_of), seen, view.worker]
    if view.good_until is not None and view.state != "expired":
        parts.append(_("good until {day}").format(day=day_text(view.good_until)))
    return " · ".join(part for part in parts if part)
