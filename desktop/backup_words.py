"""Backups in words: when, why and where they were made, what became of them, what putting one back would change."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.case_words import moment_text
from models.texts import _, ngettext

if TYPE_CHECKING:
    from models.services.backups import Made, PlaceStanding
    from models.store.backup import Backup
    from models.store.backup_difference import Difference, Records
    from models.store.backup_restoring import Drilled

NAMED = 12
"""So many names of a kind are shown; the others are counted."""

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000


def age_words(made_at: int, now: int) -> str:
    """How long ago, roughly: 16 hours, 3 days."""
    hours, days = abs(now - made_at) // _HOUR_MS, abs(now - made_at) // _DAY_MS
    if days >= 2:
        return ngettext("{n} day old", "{n} days old", days).format(n=days)
    if hours:
        return ngettext("{n} hour old", "{n} hours old", hours).format(n=hours)
    return _("less than an hour old")


def size_words(size: int) -> str:
    """Bytes as megabytes."""
    return _("{size} MB").format(size=f"{size / 1_000_000:,.1f}")


def backup_line(backup: "Backup", folder: Path, today: date) -> str:
    """One backup in a list. folder: the data folder."""
    from models.store.backup_manifest import reason_words

    counts = _("{n} entries, {size} MB").format(n=f"{backup.rows:,}", size=f"{backup.size / 1_000_000:,.1f}")
    beside = backup.path.parent == folder / "backups"
    place = _("beside the casebook") if beside else backup.path.parent.name
    return "  ·  ".join((moment_text(backup.made_at, today), reason_words(backup.reason), counts, place))


def made_words(made: "Made") -> str:
    """One sentence about a backup that was just made."""
    if made.second is not None:
        words = _("The backup “{name}” was written, checked, and copied to “{place}”.")
        return words.format(name=made.path.name, place=made.second.parent.name)
    first = _("The backup “{name}” was written and checked.").format(name=made.path.name)
    if made.away:
        then = _("“{place}” cannot be reached now and gets its copy when it is there again.")
        return f"{first} {then.format(place=Path(made.away).name)}"
    if made.trouble is not None:
        return f"{first} {made.trouble.sentence()}"
    return first


def place_words(place: "PlaceStanding", today: date) -> str:
    """Where one of the two places stands."""
    if not place.last_at:
        there = _("No backup is there yet.")
    else:
        there = _("Last backup: {moment}.").format(moment=moment_text(place.last_at, today))
        if place.count:
            words = ngettext("{n} backup, {size} MB.", "{n} backups, {size} MB.", place.count)
            there += " " + words.format(n=place.count, size=f"{place.size / 1_000_000:,.1f}")
    if place.reachable:
        return there
    seen = moment_text(place.seen_at, today)
    away = _("Not reachable now; last reached {moment}.").format(moment=seen) if seen else _("Never reached yet.")
    return f"{away} {there}"


def drilled_words(drilled: "Drilled", today: date) -> str:
    """What came of a trial."""
    words = _(
        "The backup of {moment} was restored on trial: {n} entries were read, as many as it says it holds. The trial "
        "copy was destroyed."
    )
    told = words.format(moment=moment_text(drilled.backup.made_at, today), n=f"{drilled.rows:,}")
    if not drilled.key_file:
        told += " " + _("But it has no key file: it can only be restored where the casebook's own is left.")
    return told


def difference_lines(found: "Difference", today: date) -> list[tuple[str, str]]:
    """What putting a backup back would change, as (heading, text) from the most important on."""
    if not found.there:
        return [("", _("There is no casebook here yet, so nothing would be lost."))]
    if not found.readable:
        words = _(
            "The present casebook cannot be read, so nobody can say what was recorded after this backup. Its file is "
            "put aside all the same."
        )
        return [("", words)]
    lines = []
    if found.nothing_lost:
        lines.append(("", _("Nothing would be lost: the backup holds everything that the present casebook holds.")))
    else:
        since = _("Only what was not saved yet would no longer be there:")
        if found.newest:
            since = _("This was recorded after the backup, the last of it {moment}, and would no longer be there:")
            since = since.format(moment=moment_text(found.newest, today))
        lines.append(("", since))
        lines += [_records(kind, records) for kind, records in _sorted(found.lost)]
        if found.drafts:
            words = ngettext("{n} draft", "{n} drafts", found.drafts).format(n=found.drafts)
            lines.append((_("Drafts"), words))
    if found.back:
        several = sum(records.made + records.changed for _kind, records in found.back.items())
        words = ngettext(
            "{n} record would come back in an older state.", "{n} records would come back in an older state.", several
        )
        lines.append((_("Comes back"), words.format(n=several)))
    if found.older_key:
        lines.append(("", _("The backup is older than the last change of keys; it is brought to the present key.")))
    return lines


def _sorted(found: "Mapping[str, Records]") -> "list[tuple[str, Records]]":
    from models.store.backup_difference import KINDS

    order = (*KINDS, "other")
    return sorted(found.items(), key=lambda one: order.index(one[0]))


def _records(kind: str, records: "Records") -> tuple[str, str]:
    heading = {
        "resident": _("Residents"),
        "household": _("Households"),
        "visit": _("Visits"),
        "referral": _("Letters"),
        "picture": _("Pictures"),
        "other": _("Other entries"),
    }[kind]
    counts = []
    if records.made:
        counts.append(ngettext("{n} new", "{n} new", records.made).format(n=f"{records.made:,}"))
    if records.changed:
        counts.append(ngettext("{n} changed", "{n} changed", records.changed).format(n=f"{records.changed:,}"))
    words = _(", ").join(counts)
    if records.names:
        shown = _(", ").join(records.names[:NAMED])
        rest = records.made - min(len(records.names), NAMED)
        words += _(": {names}").format(names=shown)
        if rest > 0:
            words += " " + ngettext("and {n} more", "and {n} more", rest).format(n=f"{rest:,}")
    return heading, words
