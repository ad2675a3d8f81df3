"""How the casebook stands as a file, in words: what is in order, what is not, and what to do about it."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from desktop.backup_words import size_words
from desktop.case_words import moment_text
from models.texts import _, ngettext

if TYPE_CHECKING:
    from models.services.exchange_held import Restored
    from models.services.health import Deep, HealthStanding, Looked

DAY_MS = 86_400_000
STICK_DAYS, DRILL_DAYS, EXCHANGE_DAYS = 7, 30, 7
"""After so many days without it one is reminded of the second place, of a trial, of the exchange of files."""


_ORDER = ("problem", "warn", "info")


@dataclass(frozen=True)
class Advice:
    """Something that should be done; deed: which button of the page does it, "" where only a person can."""

    kind: str  # problem, warn or info
    words: str
    deed: str = ""


def advice(now: "HealthStanding", restored: "Restored | None", moment: int) -> list[Advice]:
    """What should be done, the most urgent first; nothing where all is in order. moment: now, in milliseconds."""
    found = [*_of_the_file(now), *_of_backups(now, moment), *_of_room(now), *_of_the_rest(now, restored, moment)]
    return sorted(found, key=lambda each: _ORDER.index(each.kind))


def _of_the_file(now: "HealthStanding") -> list[Advice]:
    found = []
    if now.looked_at and not now.looked_good:
        words = _("The last look found damage in the casebook file. Restore the last good backup.")
        found.append(Advice("problem", words, "restore"))
    if now.closed == "other":
        words = _(
            "The file is not as it was when it was closed here: something of it was put back from elsewhere. Look "
            "through everything, compare with the log, and tell your supervisor."
        )
        found.append(Advice("problem", words, "look"))
    if now.closed == "crashed" and not (now.looked_at and now.looked_whole):
        words = _("The casebook was not closed in order last time. Look through everything when there is time.")
        found.append(Advice("info", words, "look"))
    if now.deep_at and not now.deep_good:
        words = _("The tables are not what the log of changes says. Derive them anew from the log.")
        found.append(Advice("problem", words, "rebuild"))
    if not now.key_file:
        words = _("The key file is missing or damaged. Make a backup now, before the computer is switched off.")
        found.append(Advice("problem", words, "back_up"))
    elif not now.key_copy:
        words = _("The copy of the key file is missing or differs. It is made anew when you next sign in.")
        found.append(Advice("warn", words, "lock"))
    return found


def _of_room(now: "HealthStanding") -> list[Advice]:
    found = []
    if now.low:
        words = _("Only {size} are free on this disk. Delete or move something that is not needed here.")
        found.append(Advice("warn", words.format(size=size_words(now.free))))
    if not now.ballast:
        words = _("The reserve for a full disk is not there.")
        found.append(Advice("info", words, "ballast"))
    return found


def _of_backups(now: "HealthStanding", moment: int) -> list[Advice]:
    backups = now.backups
    if backups is None:
        return []
    found = []
    if not backups.first.last_at:
        found.append(Advice("warn", _("There is no backup yet."), "back_up"))
    elif backups.changed and abs(moment - backups.first.last_at) > DAY_MS:
        found.append(Advice("warn", _("The last backup is more than a day old."), "back_up"))
    if backups.second is None:
        words = _("All backups lie on this computer. If it is lost, so are they: choose a second place.")
        found.append(Advice("warn", words, "choose"))
    elif not backups.second.reachable and moment - backups.second.seen_at > STICK_DAYS * DAY_MS:
        words = _("The second place for backups was not reached for a week. Plug the stick in, then back up.")
        found.append(Advice("warn", words, "back_up"))
    elif backups.second.reachable and backups.second.last_at < backups.first.last_at:
        found.append(Advice("info", _("The second place does not have the newest backup yet."), "back_up"))
    if backups.first.last_at and moment - backups.drilled_at > DRILL_DAYS * DAY_MS:
        words = _("Nobody has tried for a month whether a backup can be restored.")
        found.append(Advice("info", words, "drill"))
    return found


def _of_the_rest(now: "HealthStanding", restored: "Restored | None", moment: int) -> list[Advice]:
    found = []
    if restored is not None and restored.held:
        words = _("This casebook was restored. Files are exchanged again when you have agreed to it.")
        found.append(Advice("warn", words, "sync"))
    elif now.exchanges and moment - now.exchange_at > EXCHANGE_DAYS * DAY_MS:
        words = _("No files were exchanged for a week. What was recorded here is only here and in the backups.")
        found.append(Advice("info", words, "sync"))
    if now.clock_behind:
        days = max(now.clock_behind // DAY_MS, 1)
        words = ngettext(
            "The clock of this computer is {n} day behind what was recorded here. Set it right.",
            "The clock of this computer is {n} days behind what was recorded here. Set it right.",
            days,
        )
        found.append(Advice("warn", words.format(n=days)))
    if now.encrypted is False:
        words = _(
            "The disk of this computer is not encrypted. The casebook is; but what the system itself writes down "
            "(memory on standby, programs beside Jinmen) is not. Ask whoever looks after the computer."
        )
        found.append(Advice("info", words))
    return found


def closed_words(now: "HealthStanding") -> str:
    """How the casebook was closed last."""
    return {
        None: _("being compared now"),
        "same": _("in order, and nothing of the file was changed since"),
        "other": _("in order, but the file is not the same any more"),
        "crashed": _("not in order: the computer or the program went down"),
        "never": _("nothing is known (it was not closed by this version yet)"),
    }[now.closed]


def checked_words(at: int, good: bool, today: date) -> str:
    """When something was last looked through, and what came of it."""
    if not at:
        return _("never")
    outcome = _("nothing was found") if good else _("damage was found")
    return _("{moment}: {outcome}").format(moment=moment_text(at, today), outcome=outcome)


def looked_words(looked: "Looked") -> str:
    """What a look through the file found."""
    if looked.good:
        words = _("The file is whole: {pages} pages and {rows} rows were read.")
        return words.format(pages=f"{looked.pages:,}", rows=f"{looked.rows:,}")
    if looked.curable:
        words = ngettext(
            "{n} page that nothing uses any more is damaged; every record could be read. Make the file anew: that "
            "cures it.",
            "{n} pages that nothing uses any more are damaged; every record could be read. Make the file anew: that "
            "cures it.",
            looked.broken_pages,
        )
        return words.format(n=looked.broken_pages)
    return _("The file is damaged, and not everything can be read. Restore the last good backup.")


def deep_words(deep: "Deep") -> str:
    """What comparing with the log found."""
    if deep.good:
        words = _("All {n} changes in the log are genuine, and every table is what the log says.")
        return words.format(n=f"{deep.operations:,}")
    told = []
    if deep.false:
        words = ngettext("{n} change in the log is not genuine.", "{n} changes in the log are not genuine.", deep.false)
        told.append(words.format(n=deep.false))
    if not deep.equal:
        told.append(_("The tables are not what the log says; they can be derived anew."))
    if deep.broken_rules:
        words = ngettext(
            "{n} household or person breaks a rule of the register.",
            "{n} households or people break a rule of the register.",
            deep.broken_rules,
        )
        told.append(words.format(n=deep.broken_rules))
    return " ".join(told)
