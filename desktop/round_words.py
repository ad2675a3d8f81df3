"""How rounds are said on screen and on paper: doors, people, what is due, tries, progress."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from desktop.case_words import day_text, document_text, need_text, referral_status_text, sex_text
from models.records import codes
from models.services.rounds_views import DueLine, PersonAtDoor, RoundRow, RoundView, StopView, TryView
from models.texts import N_, _, language, ngettext, pgettext

if TYPE_CHECKING:
    from models.casebook import Casebook

TONES = {
    "waiting": "soft",
    "met": "good",
    "nobody_home": "warn",
    "refused": "danger",
    "moved_away": "accent",
    "skipped": "soft",
    "handed": "soft",
}
"""The tone of a door's state; its words stand beside, always."""

OUTCOMES = ("met", "nobody_home", "refused", "moved_away")

FLAGS = {
    "age80": N_("80 or older"),
    "age65": N_("65 or older"),
    "age60": N_("60 or older"),
    "baby": N_("under 3"),
    "child": N_("under 7"),
}

DUE_MARKS = {"promise": "visit", "plan": "visit", "call": "note", "need": "ask", "task": "todo", "referral": "letter"}
"""Drawn marks of what is due; papers and ages have `note`."""


def status_text(status: str) -> str:
    """Where a door stands."""
    return codes.label("stop_status", status)


def outcome_text(outcome: str) -> str:
    """What came of a door, as short as it is on the button and on the paper."""
    return {
        "met": pgettext("door", "Met"),
        "nobody_home": pgettext("door", "Nobody"),
        "refused": pgettext("door", "Refused"),
        "moved_away": pgettext("door", "Moved"),
    }.get(outcome, outcome)


def part_text(part: str) -> str:
    """A part of the day; empty where it is not known."""
    return codes.label("part_of_day", part) if part else ""


def scope_text(scope: str) -> str:
    """What a round covers."""
    return {
        "staircase": _("Staircase"),
        "building": _("Building"),
        "road": _("Road or estate"),
        "list": _("List"),
    }.get(scope, scope)


def person_text(person: PersonAtDoor) -> str:
    """Somebody behind a door: 李建国 男 76."""
    age = "" if person.age is None else str(person.age)
    return " ".join(part for part in (person.name, sex_text(person.sex), age) if part)


def flags_text(stop: StopView) -> str:
    """The ages that count at this door, and of how many."""
    found: dict[str, int] = {}
    for person in stop.people:
        for flag in person.flags:
            found[flag] = found.get(flag, 0) + 1
    return _(", ").join(
        _("{n} {who}").format(n=found[flag], who=_(words)) for flag, words in FLAGS.items() if flag in found
    )


def short_day(day: date | None) -> str:
    """A day of this year or next, without the year: 11月23日."""
    if day is None:
        return ""
    return f"{day.month}月{day.day}日" if language() == "zh_CN" else day_text(day).rpartition(" ")[0]


def retry_text(stop: StopView) -> str:
    """When somebody comes again; empty where nobody does."""
    return again_text(stop.retry_on, stop.retry_part) if stop.retry_on is not None else ""


def again_text(day: date | None, part: str) -> str:
    """A day and a part of it: 11月23日 周一 晚上."""
    if day is None:
        return _("not again")
    weekday = _(WEEKDAYS[day.weekday()])
    return " ".join(words for words in (short_day(day), weekday, part_text(part)) if words)


WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def try_text(tried: TryView) -> str:
    """One knock at a door: 11月20日 上午 无人在家."""
    parts = (short_day(tried.on), part_text(tried.part), outcome_text(tried.outcome))
    return " ".join(part for part in parts if part)


def last_text(stop: StopView) -> str:
    """When somebody was there last, and what came of it."""
    if not stop.household_id:
        return pgettext("door", "Nobody is registered here")
    if stop.last_visit is None:
        return _("Not visited yet")
    return _("Last visit {day}: {outcome}").format(
        day=day_text(stop.last_visit), outcome=codes.label("outcome", stop.last_outcome)
    )


def due_text(line: DueLine, papers: Mapping[str, str] | None = None) -> str:
    """What is due, in a line; papers: facts by name, in words."""
    day = short_day(line.due)
    who = line.resident_name
    if line.kind == "promise":
        words = _("Promised: {what}").format(what=line.text or _("to come again"))
    elif line.kind == "plan":
        words = _("Planned: {what}").format(what=line.text or line.detail or _("a visit"))
    elif line.kind == "call":
        words = _("Call back: {what}").format(what=line.text or _("as agreed"))
    elif line.kind == "need":
        group, _blank, urgency = line.detail.partition(" ")
        words = _("Need: {what}").format(what=line.text or need_text(group, urgency))
        if urgency == "now":
            words = _("{words} – urgent").format(words=words)
    elif line.kind in ("document", "fact"):
        paper = document_text(line.text) if line.kind == "document" else (papers or {}).get(line.text, line.text)
        words = _("{paper} good until {day}").format(paper=paper, day=day)
        day = ""
    elif line.kind == "age":
        words = _("Turns or has just turned {n}").format(n=line.text)
    elif line.kind == "task":
        words = _("Task: {what}").format(what=line.text)
    else:
        status = referral_status_text(line.detail)
        words = _("Letter without outcome: {what} ({status})").format(what=line.text, status=status)
        day = ""
    parts = (words, who, day)
    return " · ".join(part for part in parts if part)


def paper_names(casebook: "Casebook", view: RoundView) -> dict[str, str]:
    """The facts that run out at these doors, as the worker says them. Called off the window's thread."""
    wanted = {line.text for stop in view.stops for line in stop.due if line.kind == "fact"}
    if not wanted:
        return {}
    known = casebook.packs.policies().facts
    chinese = language() == "zh_CN"
    found = {}
    for name in wanted:
        definition = known.get(name)
        found[name] = (definition.zh if chinese else definition.en).label or name if definition else name
    return found


def progress_text(row: RoundRow) -> str:
    """How far a round is: 12 of 36 doors, 5 met."""
    words = _("{n} of {all} doors, {met} met").format(n=row.gone, all=row.total, met=row.met)
    if row.retries:
        again = ngettext("{n} to come again", "{n} to come again", row.retries).format(n=row.retries)
        words = _("{first}, {second}").format(first=words, second=again)
    return words


def door_parts(stop: StopView) -> tuple[str, str]:
    """(road, what is on the door): the road small, building, unit and number in big letters."""
    street, _blank, tail = stop.door.rpartition(" ")
    return (street, tail) if street else ("", tail or _("No address"))
