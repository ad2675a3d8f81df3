"""How the codes of the case work are said on screen: people, days, tasks, outcomes of visits and referrals, facts."""

from datetime import date

from models.clock import day_text as day_text
from models.clock import local_time
from models.records import codes
from models.services.fact_words import source_text as source_text
from models.services.views import ResidentRow
from models.texts import _, ngettext

TASKS = ("register", "consent", "visit", "assess", "eligibility", "referral")


def noted(words: str, note: str) -> str:
    """Words with a note in brackets behind them."""
    return _("{words} ({note})").format(words=words, note=note)


def moment_text(moment_ms: int, today: date) -> str:
    """A kept moment in Tianjin time: the time alone if it was today, else day and time; empty for 0."""
    if not moment_ms:
        return ""
    moment = local_time(moment_ms)
    time = f"{moment.hour:02}:{moment.minute:02}"
    if moment.date() == today:
        return _("today {time}").format(time=time)
    return _("{day}, {time}").format(day=day_text(moment.date()), time=time)


def days_away(day: date, today: date) -> str:
    """How far a due day is away, in words."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in {n} day", "in {n} days", days).format(n=days)
    return ngettext("{n} day overdue", "{n} days overdue", -days).format(n=-days)


def sex_text(code: str) -> str:
    """Male or female; empty where it is not known, because "unknown" beside a name helps nobody."""
    return codes.label("sex", code) if code in ("1", "2") else ""


def age_text(age: int | None) -> str:
    """The age in completed years."""
    return "" if age is None else _("aged {age}").format(age=age)


def person_line(row: ResidentRow) -> str:
    """Sex, age and birth date in one line."""
    born = _("born {day}").format(day=day_text(row.birth_date)) if row.birth_date else ""
    return "  ·  ".join(part for part in (sex_text(row.sex), age_text(row.age), born) if part)


def short_person(row: ResidentRow) -> str:
    """Sex and age, for a member in a list; of the dead that they are."""
    age = _("deceased") if "deceased" in row.flags else age_text(row.age)
    return " · ".join(part for part in (sex_text(row.sex), age) if part)


def relation_text(code: str) -> str:
    """The relation to the head of the household."""
    return codes.label("relation", code)


def document_text(kind: str) -> str:
    """The kind of an identity document."""
    return codes.label("document", kind)


def kind_of_household(kind: str) -> str:
    """Registered or living household."""
    return codes.label("household_kind", kind)


def task_text(task: str) -> str:
    """The tasks of a case."""
    return {
        "register": _("Registration"),
        "consent": _("Consent"),
        "visit": _("Visit"),
        "assess": _("Assessment"),
        "eligibility": _("Eligibility"),
        "referral": _("Referral"),
    }.get(task, task)


def task_status_text(status: str) -> str:
    """How far a task is."""
    return {
        "not_started": _("Not started"),
        "in_progress": _("In progress"),
        "done": _("Done"),
        "blocked": _("Cannot start yet"),
        "not_needed": _("Not needed"),
    }.get(status, status)


def visit_outcome_text(outcome: str) -> str:
    """What came of a visit."""
    return codes.label("outcome", outcome)


def need_text(group: str, urgency: str) -> str:
    """A need's group of services and how soon it must be seen to."""
    return f"{codes.label('need_group', group)} · {codes.label('urgency', urgency)}"


def referral_status_text(status: str) -> str:
    """Where a referral stands."""
    return codes.label("referral_status", status)


def batch_status_text(status: str) -> str:
    """What became of a batch file."""
    return {
        "written": _("Written, not yet confirmed"),
        "acknowledged": _("Arrived"),
        "applied": _("Taken in"),
        "refused": _("Refused"),
    }.get(status, status)
