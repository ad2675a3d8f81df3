"""What the parts and texts of a letter are called where an office changes them."""

from models.records.layout import Layout
from models.texts import N_, _

BLOCK_NAMES = {
    "resident": N_("The resident's table"),
    "matters": N_("The services with their reasons and rules"),
    "documents": N_("What to bring"),
    "remarks": N_("What is to be minded"),
    "note": N_("The worker's note"),
}

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
"""Groups of texts in the order of the page, and what each text is called; every text that an office may change."""

LONG = frozenset({"body", "body_deceased", "correction", "correction_without_reason"})
"""Texts of more than one line."""

FORM_NAMES = {
    "slip": N_("One sheet with a slip to tear off"),
    "letter": N_("Letter, the receipt on a sheet of its own"),
}


def text_name(key: str) -> str:
    """What a text is called, by its key ("zh.title"); the key itself where it has no name."""
    language, _dot, name = key.partition(".")
    for _group, names in TEXT_GROUPS:
        if name in names:
            spoken = "中文" if language == "zh" else "English"
            return f"{_(names[name])} ({spoken})"
    return key


def field_name(field: str) -> str:
    """What the field of a problem is called (FieldProblem.field)."""
    if field.startswith("texts."):
        return text_name(field.removeprefix("texts."))
    names = {
        "name": _("Name of the template"),
        "heading": _("Head"),
        "logo": _("Logo"),
        "blocks": _("Order of the parts"),
        "sample": _("The longest letter"),
    }
    return names.get(field, _("Margins"))


def layout_words(layout: Layout) -> str:
    """A layout in a few words: its paper, and what is unlike what the program brings."""
    told = [layout.paper, _(FORM_NAMES[layout.form])]
    if layout.logo:
        told.append(_("logo"))
    if layout.heading:
        told.append(layout.heading)
    if not layout.red_head:
        told.append(_("no red head"))
    if not layout.qr:
        told.append(_("no QR code"))
    if not layout.receipt:
        told.append(_("no receipt"))
    return "  ·  ".join(told)
