"""The reasons of the worklist as sentences, in the language now shown."""

from collections.abc import Mapping
from datetime import date

from models.eligibility import Policies
from models.records import codes
from models.services.transfer_words import waiting_sentence
from models.services.worklist_rules import Rules
from models.services.worklist_sources import Found
from models.texts import _, language, ngettext


def sentence(found: Found, names: Mapping[str, str], policies: Policies, rules: Rules, on: date) -> str:
    """Why a household stands on the list. names: of residents."""
    who = names.get(found.resident, "")
    return _WORDS[found.kind](found, who, policies, rules, on)


def _of(who: str, words: str) -> str:
    """Words about somebody."""
    return _("{name}: {words}").format(name=who, words=words) if who else words


def _plus(words: str, more: str) -> str:
    return _("{words}: {more}").format(words=words, more=more) if more else words


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def service_name(policies: Policies, service_id: str) -> str:
    """A service in the language now shown; its id where the rules no longer know it."""
    service = policies.services.get(service_id)
    if service is None:
        return service_id
    return service.name if language() == "zh_CN" else service.name_en or service.name


def _need(found: Found, who: str, _p: Policies, _r: Rules, _on: date) -> str:
    group, note = found.told
    words = _("Urgent need since {day}") if found.kind == "need_now" else _("Need since {day}")
    label = codes.label("need_group", group)
    told = note if label in note else _(", ").join(part for part in (label, note) if part)
    return _of(who, _plus(words.format(day=_day(found.since)), told))


def _promised(found: Found, _who: str, _p: Policies, _r: Rules, _on: date) -> str:
    return _plus(_("Visit promised for {day}").format(day=_day(found.due)), found.told[0])


def _planned(found: Found, who: str, policies: Policies, _r: Rules, _on: date) -> str:
    reason, source = found.told
    service = service_name(policies, found.service) if found.service else ""
    told = reason or codes.label("plan_source", source)
    if service and service not in told:
        told = _(", ").join((told, service))
    return _of(who, _plus(_("Visit planned for {day}").format(day=_day(found.due)), told))


def _task(found: Found, who: str, _p: Policies, _r: Rules, _on: date) -> str:
    title, text = found.told
    if text:
        words = _("Due {day} by the plan “{plan}”").format(day=_day(found.due), plan=title)
        return _of(who, _plus(words, text))
    return _of(who, _("The plan “{plan}” is to be looked at again on {day}").format(plan=title, day=_day(found.due)))


def _contact(found: Found, who: str, _p: Policies, _r: Rules, _on: date) -> str:
    reason, _channel = found.told
    return _of(who, _plus(_("To be contacted again on {day}").format(day=_day(found.due)), reason))


def _rights(found: Found, who: str, _p: Policies, _r: Rules, _on: date) -> str:
    kind, asked = found.told
    wish = {
        "access": _("to see the data that are kept"),
        "copy": _("for a copy of the data that are kept"),
        "correction": _("for a correction of the data that are kept"),
        "erasure": _("for erasure of the data that are kept"),
        "restriction": _("that the data are not used"),
    }.get(kind, _("something about the data that are kept"))
    words = _("asked {wish} on {day}; to be answered by {due}")
    return _of(who, words.format(wish=wish, day=_day(asked), due=_day(found.due)))


def _referral(found: Found, who: str, _p: Policies, _r: Rules, on: date) -> str:
    if found.told[0] == "returned":
        _how, receiver, reason = found.told
        return _of(who, _plus(_("the letter to {office} was sent back").format(office=receiver), reason))
    how, number, receiver, issued, valid_until = found.told
    if how == "expired":
        words = _("letter {number} to {office} ran out on {day}, and nobody has presented it")
        return _of(who, words.format(number=number, office=receiver, day=_day(valid_until)))
    if how == "asked":
        words = _("ask {office} about letter {number} again; promised for {day}")
        return _of(who, words.format(number=number, office=receiver, day=_day(found.due)))
    days = (on - issued).days
    words = ngettext(
        "letter {number} to {office} has had no outcome for {n} day",
        "letter {number} to {office} has had no outcome for {n} days",
        days,
    )
    return _of(who, words.format(number=number, office=receiver, n=days))


def _transfer(found: Found, who: str, _p: Policies, _r: Rules, _on: date) -> str:
    return _of(who, waiting_sentence(found.told))


def _expiring(found: Found, who: str, policies: Policies, _r: Rules, on: date) -> str:
    what, is_document = found.told
    if is_document:
        name = codes.label("document", what)
        if found.due is not None and found.due < on:
            return _of(who, _("{document} ran out on {day}").format(document=name, day=_day(found.due)))
        return _of(who, _("{document} valid until {day}").format(document=name, day=_day(found.due)))
    fact = policies.facts.get(what)
    spoken = (fact.zh if language() == "zh_CN" else fact.en) if fact is not None else None
    name = (spoken.label or spoken.holds) if spoken is not None else what
    return _of(who, _("the answer to “{fact}” is good until {day}").format(fact=name, day=_day(found.due)))


def _begun(found: Found, who: str, policies: Policies, _r: Rules, _on: date) -> str:
    zh, en = found.told[:2]
    why = zh if language() == "zh_CN" else en
    service = service_name(policies, found.service)
    if found.kind == "ends":
        words = _("{service} ends on {day}").format(service=service, day=_day(found.due))
    else:
        words = _("may now receive {service} (since {day})").format(service=service, day=_day(found.since))
    return _of(who, _plus(words, why))


def _birth(found: Found, who: str, _p: Policies, _r: Rules, _on: date) -> str:
    return _("{name} was born on {day}").format(name=who, day=_day(found.told[0]))


def _age(found: Found, who: str, _p: Policies, _r: Rules, on: date) -> str:
    age, day = found.told
    words = _("{name} turned {age} on {day}") if day <= on else _("{name} turns {age} on {day}")
    return words.format(name=who, age=age, day=_day(day))


def _unseen(found: Found, who: str, _p: Policies, rules: Rules, on: date) -> str:
    category = rules.by_id[found.told[0]]
    seen: date | None = found.told[1]
    name = _("{category} ({name})").format(category=category.name, name=who) if who else category.name
    if seen is None:
        return _("{category}: nobody has been visited here yet").format(category=name)
    days = (on - seen).days
    words = ngettext(
        "{category}: last visited {day}, {n} day ago; to be visited every {every} days",
        "{category}: last visited {day}, {n} days ago; to be visited every {every} days",
        days,
    )
    return words.format(category=name, day=_day(seen), n=days, every=category.days)


_WORDS = {
    "need_now": _need,
    "need_soon": _need,
    "promised": _promised,
    "planned": _planned,
    "task": _task,
    "contact": _contact,
    "rights": _rights,
    "referral": _referral,
    "transfer": _transfer,
    "expiring": _expiring,
    "eligible": _begun,
    "ends": _begun,
    "birth": _birth,
    "age": _age,
    "unseen": _unseen,
}
