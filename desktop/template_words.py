"""What the parts and texts of papers are called where an office changes them."""

from collections.abc import Mapping

from models.records.layout import SETUPS, Layout, Setup
from models.texts import N_, _

BLOCK_NAMES = {
    "resident": N_("The resident's table"),
    "matters": N_("The services with their reasons and rules"),
    "documents": N_("What to bring"),
    "remarks": N_("What is to be minded"),
    "note": N_("The worker's note"),
    "notice.matters": N_("The services asked about"),
    "person": N_("Who it is about"),
    "visit": N_("Whose door, when, who went"),
    "met": N_("Who was met"),
    "needs": N_("Needs"),
    "learnt": N_("What was learnt"),
    "filled": N_("Forms filled in on the visit"),
    "notes": N_("Notes of the visit"),
    "next": N_("The next visit"),
    "result": N_("The result"),
    "items": N_("Every item with its points"),
    "home": N_("The address"),
    "people": N_("Who lives there"),
    "facts": N_("What is known"),
    "benefits": N_("Services received"),
    "referrals": N_("Referrals"),
    "plans": N_("Case plans"),
    "visits": N_("The last visits"),
}
"""What the parts of papers are called, by their keys in models.records.layout.SETUPS, or by wording and key."""


def block_name(block: str, setup: Setup) -> str:
    """What a part of a kind of paper is called."""
    return _(BLOCK_NAMES.get(f"{setup.wording}.{block}") or BLOCK_NAMES[block])


RECEIPTS = {
    "letter": N_("Receipt for the receiving office"),
    "notice": N_("Stub to be cut off, which stays with the office"),
}
"""What the receipt of a paper is, where it has one."""

TEXT_GROUPS = (
    (
        N_("Beginning of the letter"),
        {
            "title": N_("Title"),
            "to": N_("Whom it is for"),
            "body": N_("Opening sentence"),
            "body_deceased": N_("Opening sentence where the resident has died"),
        },
    ),
    (
        N_("End of the letter"),
        {
            "worker": N_("Who wrote it"),
            "worker_phone": N_("The worker's phone"),
            "valid": N_("Until when it is good"),
            "seal": N_("Place of the seal"),
            "check": N_("Beside the QR code"),
        },
    ),
    (
        N_("Services and documents"),
        {
            "matter": N_("Number of a service"),
            "amount": N_("Amount"),
            "reasons": N_("Before the reasons"),
            "basis": N_("Before the rule"),
            "documents": N_("Before the documents"),
            "remarks": N_("Before what is to be minded"),
            "note": N_("Before the note"),
            "place": N_("Before the office to go to"),
            "place_address": N_("Its address"),
            "place_phone": N_("Its phone"),
            "between": N_("Between two sentences"),
            "end": N_("After the last sentence"),
        },
    ),
    (
        N_("Table of the resident"),
        {
            "name": N_("Name"),
            "sex": N_("Sex"),
            "birth": N_("Date of birth"),
            "document": N_("Identity document"),
            "phone": N_("Phone"),
            "address": N_("Address"),
        },
    ),
    (
        N_("Receipt"),
        {
            "slip": N_("Title of the receipt"),
            "tear": N_("At the line to tear along"),
            "slip_number": N_("Number on the receipt"),
            "slip_version": N_("Number of a corrected letter"),
            "slip_name": N_("Before the name"),
            "slip_matter": N_("Head of the services"),
            "accepted": N_("Box: accepted"),
            "incomplete": N_("Box: papers missing"),
            "refused": N_("Box: refused"),
            "done": N_("Box: done"),
            "slip_remark": N_("Line for remarks"),
            "slip_office": N_("Office and seal"),
            "slip_clerk": N_("Clerk's signature"),
            "slip_date": N_("Date to fill in"),
            "slip_reply": N_("By when to return it"),
            "slip_back": N_("To whom to return it"),
            "slip_code": N_("Code of the receipt"),
        },
    ),
    (
        N_("Corrected, reprinted and later pages"),
        {
            "title_corrected": N_("Title of a corrected letter"),
            "correction": N_("What was corrected, with the reason"),
            "correction_without_reason": N_("What was corrected, without a reason"),
            "again": N_("Mark of a reprint"),
            "page": N_("Number of the page"),
            "form": N_("Version of the template"),
            "subject": N_("Subject in the file"),
            "logo": N_("The logo in words, for readers of the screen"),
        },
    ),
)
"""Of a letter: groups of texts in the order of the page, and what each text is called; every one that an office may
change. Of other papers a text is called what the program says there.
"""

LONG = 36
"""Texts of more characters are typed on several lines."""

SHORT = {"zh": 8, "en": 20}
"""Texts of so many characters at most are labels and heads of columns."""

_CALLED = 40  # characters of a text that it is called by


def text_groups(paper: str, own: Mapping[str, str], spoken: str) -> list[tuple[str, dict[str, str]]]:
    """The texts of a kind of paper in one of its languages: (what the group is called, what each text is called by its
    key), of own, the program's words.
    """
    keys = [key for key in own if key.startswith(f"{spoken}.")]
    if paper == "letter":
        named = [
            (_(group), {f"{spoken}.{name}": _(words) for name, words in names.items()}) for group, names in TEXT_GROUPS
        ]
        return [(group, {key: name for key, name in names.items() if key in own}) for group, names in named]
    first = [key for key in keys if key.endswith(".title")]
    short = [key for key in keys if key not in first and len(own[key].strip()) <= SHORT[spoken]]
    said = [key for key in keys if key not in first and key not in short]
    groups = ((_("Title and sentences"), [*first, *said]), (_("Labels and heads of columns"), short))
    return [(group, {key: called(own[key]) for key in some}) for group, some in groups if some]


def called(text: str) -> str:
    """What a text without a name is called: its own beginning."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _CALLED else plain[: _CALLED - 1] + "…"


FORM_NAMES = {
    "slip": N_("One sheet with a slip to tear off"),
    "letter": N_("Letter, the receipt on a sheet of its own"),
}


def text_name(key: str, own: Mapping[str, str], paper: str = "letter") -> str:
    """What a text is called, by its key ("zh.title"); the key itself where it has no name. own: the program's words."""
    language, _dot, _name = key.partition(".")
    for _group, names in text_groups(paper, own, language) if language in SHORT else ():
        if key in names:
            spoken = "中文" if language == "zh" else "English"
            return f"{names[key]} ({spoken})"
    return key


def field_name(field: str, own: Mapping[str, str], paper: str = "letter") -> str:
    """What the field of a problem is called (FieldProblem.field). own: the program's words."""
    if field.startswith("texts."):
        return text_name(field.removeprefix("texts."), own, paper)
    names = {
        "name": _("Name of the template"),
        "heading": _("Head"),
        "logo": _("Logo"),
        "blocks": _("Order of the parts"),
        "sample": _("The longest sample"),
        "paper": _("Size of the paper"),
    }
    return names.get(field, _("Margins"))


def layout_words(layout: Layout, paper: str = "letter") -> str:
    """A layout in a few words: its paper, and what is unlike what the program brings."""
    fields = SETUPS[paper].fields
    told: list[str] = [layout.paper] if "paper" in fields else []
    if "form" in fields:
        told.append(_(FORM_NAMES[layout.form]))
    if layout.logo:
        told.append(_("logo"))
    if layout.heading:
        told.append(layout.heading)
    if "red_head" in fields and not layout.red_head:
        told.append(_("no red head"))
    if "qr" in fields and not layout.qr:
        told.append(_("no QR code"))
    if "receipt" in fields and not layout.receipt:
        told.append(_("no receipt"))
    return "  ·  ".join(told)
