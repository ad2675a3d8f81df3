"""Phone numbers: the library knows the numbering plans; landlines of Tianjin may be typed without 022."""

import phonenumbers
from pydantic_core import PydanticCustomError

from models.values import mask_phone


def check_phone(typed: str) -> str:
    """The number in E.164 form.

    Raises PydanticCustomError("phone_number") where no numbering plan knows it.
    """
    digits = typed.strip()
    for attempt in (digits, "022" + digits if len(digits) == 8 and digits.isdigit() else ""):
        if not attempt:
            continue
        try:
            number = phonenumbers.parse(attempt, "CN")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise PydanticCustomError("phone_number", "this is not a phone number that can be called")


def show_phone(kept: str) -> str:
    """The number as people here write it: Chinese numbers in national form, others international."""
    try:
        number = phonenumbers.parse(kept, None)
    except phonenumbers.NumberParseException:
        return kept
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if number.country_code == 86 else form.INTERNATIONAL)


def masked_phone(kept: str) -> str:
    """The number as papers and lists show it: without its middle."""
    return mask_phone(show_phone(kept).replace(" ", ""))
