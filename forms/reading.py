"""Reading what was typed: dates, numbers, yes and no, plain text. Forgiving in form, strict in meaning.

A reader gives the value, or raises Unreadable with a key of forms.problems, which has the sentence in both languages.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Unanswered = Literal["not_known", "refused"]

NOT_KNOWN: Final = "not_known"
REFUSED: Final = "refused"

_CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_UNITS = {"万": 10_000, "千": 1_000, "百": 100, "w": 10_000, "k": 1_000}
_YES = {"yes", "y", "true", "是", "有", "对", "是的", "有的", "1", "√", "会", "在"}
_NO = {"no", "n", "false", "否", "无", "没有", "不是", "没", "0", "×", "不", "不会", "不在"}
_UNANSWERED: dict[str, Unanswered] = {
    "not_known": "not_known", "不清楚": "not_known", "不知道": "not_known", "不详": "not_known", "不明": "not_known",
    "未知": "not_known", "记不清": "not_known", "unknown": "not_known", "don't know": "not_known",
    "not known": "not_known", "?": "not_known",
    "refused": "refused", "不愿回答": "refused", "拒绝": "refused", "拒绝回答": "refused", "不愿说": "refused",
    "不愿意回答": "refused", "不想说": "refused", "prefer not to say": "refused",
}  # fmt: skip


class Unreadable(ValueError):  # noqa: N818  # not an error of the program: something typed that has no one meaning
    """What was typed cannot be read. `key` and `facts` lead to the sentence in forms.problems."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)  # never what was typed
        self.key = key
        self.facts = facts


def tidy(typed: object, lines: bool = False) -> str:
    """Text without blanks at its ends, doubled blanks and characters that cannot be seen; with lines, breaks stay."""
    if typed is None:
        return ""
    if isinstance(typed, bool):
        return "yes" if typed else "no"
    if not isinstance(typed, str | int | float) or (isinstance(typed, int) and typed.bit_length() > 128):
        raise Unreadable("not_text")
    kept = []
    for c in str(typed).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"):
        kind = unicodedata.category(c)
        if c == "\n" or c == "\t":
            kept.append(c if lines else " ")
        elif kind in ("Cc", "Cs") or (kind == "Cf" and c != "\u200d"):
            continue  # controls, half characters, marks of direction and joining: pasted along, never meant
        else:
            kept.append(" " if kind == "Zs" else c)
    text = "".join(kept)
    if lines:
        return "\n".join(re.sub(r"[ \t]+", " ", line).rstrip() for line in text.split("\n")).strip()
    return re.sub(r" +", " ", text).strip()


def plain(typed: object) -> str:
    """Tidy text with full-width letters, digits and marks as plain ones: for numbers and dates, not for names."""
    return unicodedata.normalize("NFKC", tidy(typed)).strip()


def unanswered(typed: object) -> Unanswered | None:
    """Does the answer say 不清楚 (not_known) or 不愿回答 (refused)? None where it is an answer."""
    return _UNANSWERED.get(plain(typed).casefold()) if isinstance(typed, str) else None


def parse_date(typed: object) -> date:
    """The day that was typed: 1952-3-8, 19520308, 1952年3月8日, 1952/3/8, 1952.3.8, 1952 3 8, 一九五二年三月八日.

    Raises Unreadable: date_needs_month, date_needs_day, date_needs_year, date_lunar, date_impossible, date_form.
    """
    text = plain(typed).replace("号", "日")
    if "农历" in text or "阴历" in text:
        raise Unreadable("date_lunar")
    text = re.sub(r"(公历|阳历|新历)", "", text)
    if re.search(r"[零〇○一二三四五六七八九十]", text):
        text = _with_digits(text)
    text = re.sub(r"T?\d{1,2}:\d{2}.*$", "", text).strip() if ":" in text else text
    if re.fullmatch(r"\d{8}", text):
        return _day(text[:4], text[4:6], text[6:])
    parts = re.fullmatch(r"(\d{1,4})\D{0,3}(?:\D(\d{1,2})\D{0,3}(?:\D(\d{1,4})\D{0,2})?)?", text)
    if not parts:
        if re.fullmatch(r"\d{6}", text) and 1 <= int(text[4:]) <= 12 and 18 <= int(text[:2]) <= 20:
            raise Unreadable("date_needs_day")
        raise Unreadable("date_form")
    year, month, day = parts.groups()
    if len(year) < 3 and "年" not in text and day and len(day) == 4:
        raise Unreadable("date_year_first")
    if len(year) != 4 or (day and len(day) > 2):
        raise Unreadable("date_needs_year" if len(year) <= 2 else "date_form")
    if not month:
        raise Unreadable("date_needs_month")
    if not day:
        raise Unreadable("date_needs_day")
    if not re.fullmatch(r"[\d\s年月日./\-,–—−、·]+", text):
        raise Unreadable("date_form")
    return _day(year, month, day)


def read_date(typed: object) -> date | None:
    """As parse_date; None where nothing was typed or it cannot be read."""
    try:
        return parse_date(typed)
    except Unreadable:
        return None


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable("date_impossible") from None


def _with_digits(text: str) -> str:
    """Chinese numerals of a date as digits: 一九五二年十二月二十三日 -> 1952年12月23日."""

    def number(found: re.Match[str]) -> str:
        word = found.group()
        if "十" not in word:
            return "".join(str(_CHINESE_DIGITS[c]) for c in word)
        tens, _ten, ones = word.partition("十")
        if len(tens) > 1 or len(ones) > 1:
            raise Unreadable("date_form")
        return str((_CHINESE_DIGITS[tens] if tens else 1) * 10 + (_CHINESE_DIGITS[ones] if ones else 0))

    return re.sub(r"[零〇○一二三四五六七八九十]+", number, text)


def read_number(typed: object, whole: bool = False) -> int | float:
    """The number that was typed: full-width digits, thousands marks, 元, 块, 岁, 千 and 万 are understood.

    Whole numbers come as int. Raises Unreadable: number_form, number_whole, number_large.
    """
    text = plain(typed).casefold().replace(" ", "")
    text = re.sub(r"^(约|大约|大概|人民币|rmb|cny|¥)+", "", text)
    text = re.sub(r"(左右|每月|每年|/月|/年|一个月|整)+$", "", text)
    text = re.sub(r"(人民币|元|块钱|块|人|个|岁|天|日|rmb|yuan)+$", "", text)
    found = re.fullmatch(r"(-?)(\d{1,3}(?:[,'，]\d{3})+|\d+)(\.\d+)?([万千百wk]?)", text)
    if not found:
        raise Unreadable("number_form")
    sign, digits, fraction, unit = found.groups()
    digits = re.sub(r"\D", "", digits)
    if len(digits.lstrip("0")) > 12 or len(fraction or "") > 12:
        raise Unreadable("number_large")
    value = Decimal(f"{sign}{digits}{fraction or ''}") * _UNITS.get(unit, 1)
    if value == value.to_integral_value():
        return int(value)
    if whole:
        raise Unreadable("number_whole")
    return float(value)


def read_yes_no(typed: object) -> bool:
    """Yes or no in the words people use. Raises Unreadable: yes_no_form."""
    if isinstance(typed, bool):
        return typed
    word = plain(typed).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable("yes_no_form")


def read_phone(typed: object) -> str:
    """A phone number without the blanks, dashes and brackets that it was typed with; whether it exists is not asked."""
    text = plain(typed)
    text = re.sub(r"^(电话|手机|座机|tel)[:.]?", "", text, flags=re.IGNORECASE)
    return re.sub(r"[\s\-–—−()./·]", "", text)
