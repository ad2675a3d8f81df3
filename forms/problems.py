"""One sentence for each thing that can be wrong with an answer: what is wrong and how to put it right.

Pydantic's own English is never shown. A type that is not listed here gets the plain sentence at the end, and a test
walks all Entries so that none of theirs does.
"""

from collections.abc import Callable, Mapping
from typing import Any

from models.texts import _, ngettext

ErrorDict = Mapping[str, Any]

# A rule over several answers speaks at the one that the worker will most likely change.
PLACES = {
    "next_before_contact": "next_on",
    "review_before_plan": "review_on",
    "who_was_met": "met",
    "next_before_visit": "next_visit",
}


def sentence(error: ErrorDict, label: str = "") -> str:
    """What is wrong, in the language now shown. Takes an error of pydantic (type, ctx) or of forms.reading.

    The label is the question's, for the answers that are missing.
    """
    kind = str(error.get("type", ""))
    facts: Mapping[str, Any] = error.get("ctx") or {}
    writer = _SENTENCES.get(kind)
    if writer is not None:
        return writer(facts, label)
    if kind.startswith(("date", "datetime")):
        return _("Type the date as year, month and day, for example 1952-3-8.")
    if kind.startswith(("int", "float", "decimal", "finite")):
        return _("Type a number, for example 1200.")
    if kind.startswith("bool"):
        return _("Choose yes or no.")
    return _("This answer was not understood. Please type it again.")


def _missing(facts: Mapping[str, Any], label: str) -> str:
    del facts
    return _("Please answer “{question}”.").format(question=label) if label else _("Please answer this question.")


def _too_long(facts: Mapping[str, Any], label: str) -> str:
    del label
    most = int(facts.get("max_length", 0))
    return ngettext(
        "This is too long: at most {n} character fits here.", "This is too long: at most {n} characters fit here.", most
    ).format(n=most)


def _too_short(facts: Mapping[str, Any], label: str) -> str:
    least = int(facts.get("min_length", 1))
    if least <= 1:
        return _missing(facts, label)
    return ngettext(
        "This is too short: at least {n} character is needed.",
        "This is too short: at least {n} characters are needed.",
        least,
    ).format(n=least)


def _too_few(facts: Mapping[str, Any], label: str) -> str:
    least = int(facts.get("min_length", 1))
    if least <= 1:
        return (
            _("Please add at least one entry to “{question}”.").format(question=label)
            if label
            else _("Please add at least one entry.")
        )
    return ngettext("At least {n} entry is needed.", "At least {n} entries are needed.", least).format(n=least)


def _too_many(facts: Mapping[str, Any], label: str) -> str:
    del label
    most = int(facts.get("max_length", 0))
    return ngettext("At most {n} entry fits here.", "At most {n} entries fit here.", most).format(n=most)


def _limit(text: Callable[[], str], name: str) -> Callable[[Mapping[str, Any], str], str]:
    return lambda facts, _label: text().format(limit=f"{facts.get(name, ''):g}" if name in facts else "")


def _plain(text: Callable[[], str]) -> Callable[[Mapping[str, Any], str], str]:
    return lambda _facts, _label: text()


def _choose(facts: Mapping[str, Any], label: str) -> str:
    del facts, label
    return _("Choose one of the answers that are offered.")


_SENTENCES: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    # Of pydantic.
    "missing": _missing,
    "string_too_long": _too_long,
    "string_too_short": _too_short,
    "too_short": _too_few,
    "too_long": _too_many,
    "literal_error": _choose,
    "enum": _choose,
    "string_type": _plain(lambda: _("Type this as text.")),
    "string_unicode": _plain(lambda: _("This holds characters that cannot be kept. Please type it again.")),
    "string_pattern_mismatch": _plain(lambda: _("Choose the community from the list.")),
    "greater_than_equal": _limit(lambda: _("The number must be at least {limit}."), "ge"),
    "greater_than": _limit(lambda: _("The number must be more than {limit}."), "gt"),
    "less_than_equal": _limit(lambda: _("The number must be at most {limit}."), "le"),
    "less_than": _limit(lambda: _("The number must be less than {limit}."), "lt"),
    # Of models.records.
    "document_kind": _plain(lambda: _("Choose the kind of document.")),
    "number_shape": _plain(
        lambda: _("This number does not look like one of this kind of document. Compare it with the document.")
    ),
    "number_check": _plain(
        lambda: _("One digit of the number is wrong: the check character does not fit. Compare it with the document.")
    ),
    "number_birth": _plain(
        lambda: _("The birth date inside the number does not exist. Compare digits 7 to 14 with the document.")
    ),
    "phone_number": _plain(
        lambda: _(
            "Nobody can be reached under this number. Check the digits; a landline outside Tianjin needs its area code."
        )
    ),
    "name_characters": _plain(lambda: _("A name holds no digits and no signs except the dot ·.")),
    "birth_too_early": _plain(lambda: _("Nobody alive was born then. Check the year.")),
    "unknown_code": _choose,
    "picture_kind": _choose,
    "nobody": _missing,
    "who_was_met": _plain(lambda: _("Say who was met: choose a person, or write who it was.")),
    "contact_with_nobody": _plain(lambda: _("Say with whom the contact was.")),
    "plan_of_nobody": _plain(lambda: _("Say for whom the plan is.")),
    "guardian_missing": _plain(lambda: _("Say who the guardian is, and how they are related.")),
    "witness_missing": _plain(lambda: _("A spoken statement needs a witness: type the name.")),
    "no_class": _plain(lambda: _("Tick at least one kind of data.")),
    "basis": _plain(lambda: _("A legal duty is told, not asked: choose one of the two.")),
    "next_before_contact": _plain(lambda: _("The next contact lies before this one. Check both dates.")),
    "review_before_plan": _plain(lambda: _("The review lies before the plan begins. Check both dates.")),
    "next_before_visit": _plain(lambda: _("The next visit lies before this one. Check both dates.")),
    # Of forms.reading and of the forms.
    "not_text": _plain(lambda: _("This answer was not understood. Please type it again.")),
    "choice": _choose,
    "date_form": _plain(lambda: _("Type the date as year, month and day, for example 1952-3-8.")),
    "date_needs_year": _plain(lambda: _("Type the year with four digits, for example 1952-3-8.")),
    "date_needs_month": _plain(
        lambda: _("The month and the day are missing. If only the year is known, leave the date empty and note it.")
    ),
    "date_needs_day": _plain(
        lambda: _("The day is missing. If it is not known, leave the date empty and write it in the note.")
    ),
    "date_year_first": _plain(lambda: _("Type the year first, for example 1952-3-8.")),
    "date_lunar": _plain(
        lambda: _("Give the date of the solar calendar (公历), as on the document; a lunar date can go into the note.")
    ),
    "date_impossible": _plain(lambda: _("There is no such day in the calendar. Check the month and the day.")),
    "date_future": _plain(lambda: _("This day lies in the future. Check the year.")),
    "number_form": _plain(lambda: _("Type a number, for example 1200.")),
    "number_whole": _plain(lambda: _("Type a whole number, for example 2.")),
    "number_large": _plain(lambda: _("This number is too large. Check the digits.")),
    "yes_no_form": _plain(lambda: _("Choose yes or no.")),
    "same_number_twice": _plain(lambda: _("Two people on this form have the same document number. Check both.")),
    "one_destination": _plain(lambda: _("People leave for one place: choose one.")),
    "community_unknown": _plain(lambda: _("Choose the community from the list.")),
    "office_code": _plain(lambda: _("The code of an office has 9 or 12 digits. Choose the office from the list.")),
    "transfer_reason": _plain(lambda: _("Choose one of the reasons.")),
    "transfer_to_nobody": _plain(lambda: _("Say to which office the case goes.")),
}


def kinds() -> frozenset[str]:
    """All types of error that have a sentence of their own."""
    return frozenset(_SENTENCES)
