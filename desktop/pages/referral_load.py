"""What the page of a referral loads and makes off the window's thread: the sheet, and a form's body from a letter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.records.letter import LetterValue
from models.records.referral import ReferralEntry
from models.records.template import PROGRAM
from models.services.working_days import working_days_until
from reports.letter import UnmaskedNumber, UnprintableText, render_letter

if TYPE_CHECKING:
    from models.casebook import Casebook
    from models.eligibility import Service
    from models.services.referral_views import ReferralView
    from models.services.template_views import TemplateView
    from models.services.views import ResidentRow


@dataclass(frozen=True)
class Sheet:
    """A letter made, or why it cannot be: characters that no face can print, or a whole number in the text."""

    value: LetterValue
    pdf: bytes = b""
    characters: tuple[str, ...] = ()
    whole_number: bool = False


def make_sheet(value: LetterValue) -> Sheet:
    """Render a letter; what may not go on paper is reported, not raised."""
    try:
        return Sheet(value, render_letter(value))
    except UnprintableText as trouble:
        return Sheet(value, characters=trouble.characters)
    except UnmaskedNumber:
        return Sheet(value, whole_number=True)


@dataclass(frozen=True)
class Loaded:
    """A referral as it is shown."""

    view: "ReferralView"
    resident: "ResidentRow"
    sheet: Sheet
    services: "Mapping[str, Service]"
    templates: "Sequence[TemplateView]" = ()
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


def load_referral(casebook: "Casebook", referral_id: str) -> Loaded:
    """A referral with its newest letter, or with the draft of it while it has no number."""
    seen = casebook.desks.seen()
    view = casebook.referrals.get(referral_id)
    if view.letters:
        value = casebook.referrals.letter(view.letters[0].id)
    else:
        assert view.entry is not None  # kept until the letter has its number
        value = casebook.referrals.draft(view.entry)
    person, services = casebook.residents.row(view.resident_id), casebook.eligibility.services()
    return Loaded(view, person, make_sheet(value), services, casebook.templates.in_use(), seen)


def body_of(value: LetterValue, services: Any, template_id: str = "") -> dict[str, Any]:
    """What the form must show to write this letter again; ticks are told from the papers on it.

    template_id: of the version of a template that it is set by; empty for the one that the program brings.
    """
    matters = []
    for matter in value.matters:
        service = services.get(matter.service_id)
        if service is None:
            continue
        papers = service.documents.en if value.language == "en" else service.documents.zh
        parts = [part.name for part in service.components if part.name] if len(service.components) > 1 else []
        component = next((part for part in sorted(parts, key=len, reverse=True) if part in matter.name), "")
        matters.append(
            {
                "service_id": matter.service_id,
                "component": component,
                "ticks": [paper in matter.documents for paper in papers],
            }
        )
    days = (value.valid_until - value.issued_on).days if value.valid_until else 30
    return {
        "matters": matters,
        "receiver": value.receiver,
        "receiver_address": value.receiver_address,
        "receiver_phone": value.receiver_phone,
        "note": value.note,
        "language": value.language,
        "red_head": value.red_head or not value.layout.red_head,
        "template_id": template_id or PROGRAM,
        "keeps_template": True,
        "valid_days": max(days, 1),
        "reply_days": working_days(value),
    }


def working_days(value: LetterValue) -> int:
    """So many working days the office was given to answer; 0 where none were."""
    if value.reply_by is None:
        return 0
    return working_days_until(value.issued_on, value.reply_by)


def body_of_entry(entry: ReferralEntry, services: "Mapping[str, Service]") -> dict[str, Any]:
    """What the form must show to write on at a letter that waits for its signature."""
    matters = []
    for matter in entry.matters:
        service = services.get(matter.service_id)
        if service is not None:
            papers = service.documents.en if entry.language == "en" else service.documents.zh
            ticks = [matter.documents is None or paper in matter.documents for paper in papers]
            matters.append({"service_id": matter.service_id, "component": matter.component, "ticks": ticks})
    plain = entry.model_dump(exclude={"resident_id", "matters"})
    return {**plain, "reply_days": entry.reply_days or 0, "matters": matters}
