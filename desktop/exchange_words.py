"""The exchange of files in plain sentences: places, sizes, what came, clocks that differ, remedies."""

from collections.abc import Sequence
from typing import Any

from desktop.arrivals import Place
from models.texts import _, ngettext

DAY_MS = 24 * 60 * 60 * 1000
MINUTE_MS = 60_000
_KB, _MB, _GB = 1024, 1024**2, 1024**3


def size_text(size: int) -> str:
    """So many bytes in the unit that people use: 24 kB, 3.1 GB."""
    if size >= _GB:
        return _("{n} GB").format(n=f"{size / _GB:.1f}")
    if size >= 10 * _MB:
        return _("{n} MB").format(n=round(size / _MB))
    if size >= _MB:
        return _("{n} MB").format(n=f"{size / _MB:.1f}")
    return _("{n} kB").format(n=max(-(-size // _KB), 1))


def place_text(place: Place) -> str:
    """What a place is called in a sentence."""
    return {
        "stick": _("the stick “{name}”"),
        "shared": _("the shared folder “{name}”"),
        "upload": _("the upload folder “{name}”"),
    }.get(place.kind, _("the folder “{name}”")).format(name=place.name)


def place_heading(place: Place) -> str:
    """The same at the head of a row."""
    kind = {
        "stick": _("Stick"),
        "shared": _("Shared folder"),
        "upload": _("Upload folder"),
    }.get(place.kind, _("Folder"))
    return _("{kind}: {name}").format(kind=kind, name=place.name)


def room_text(place: Place) -> str:
    """How much room there is in a place, or why nothing can be written there."""
    if not place.there:
        return _("Cannot be reached now")
    if place.read_only:
        return _("Write-protected: nothing can be written on it")
    free, total = size_text(place.free), size_text(place.total)
    return _("{free} free of {total}").format(free=free, total=total)


def files_from(count: int, senders: Sequence[str], place: Place) -> str:
    """How many files of whom are where: 3 files from 花园路社区 are on the stick “KINGSTON”."""
    who = _(", ").join(senders)
    if who:
        words = ngettext("{n} file from {who} is on {place}.", "{n} files from {who} are on {place}.", count)
        return words.format(n=count, who=who, place=place_text(place))
    words = ngettext("{n} file is on {place}.", "{n} files are on {place}.", count)
    return words.format(n=count, place=place_text(place))


def skew_text(skew: int, who: str) -> str:
    """That two clocks differ, and what that means. skew: milliseconds that the sender is ahead; negative: behind."""
    far = abs(skew)
    minutes = round(far / MINUTE_MS)
    if far >= 2 * DAY_MS:
        amount = ngettext("{n} day", "{n} days", far // DAY_MS).format(n=far // DAY_MS)
    elif minutes >= 120:
        hours = round(minutes / 60)
        amount = ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    else:
        amount = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    who = who or _("the sender")
    if skew > 0:
        words = _("The clock of {who} is {amount} ahead of the clock of this computer.")
    else:
        words = _("The clock of {who} is {amount} behind the clock of this computer.")
    told = words.format(who=who, amount=amount)
    told += " " + _(
        "Look at both clocks and set the wrong one right. Nothing is lost by it: only moments are shown wrong."
    )
    if skew > DAY_MS:
        told += " " + _("Moments that lie more than a day ahead are not followed here.")
    return told


def reason_text(reason: str) -> str:
    """Why a file was refused, short."""
    return {
        "not_a_batch": _("It is no file of the exchange."),
        "newer": _("It was made by a newer Jinmen."),
        "unknown_sender": _("Its sender is not known here."),
        "bad_signature": _("Its signature does not fit: it was changed or damaged on the way."),
        "other_office": _("It was made for another office."),
        "damaged": _("It is incomplete or damaged."),
        "too_large": _("It says one size and holds another."),
        "bad_content": _("Its content does not follow the format."),
        "revoked": _("Its sender was shut out: the laptop was reported lost."),
        "no_record": _("It is a picture whose record has not come yet."),
        "removed": _("It is a picture that was removed or erased."),
        "not_above": _("It is a list of an office that this casebook does not belong to."),
        "unreadable": _("It could not be read."),
    }.get(reason, _("It was not accepted."))


def remedy_text(reason: str, sender: str = "") -> str:
    """What to do about a refused file."""
    who = sender or _("the sender")
    return {
        "not_a_batch": _("Nothing is to be done: take it off the list."),
        "newer": _("Update the program here, then try again."),
        "unknown_sender": _("Take in the sender's card, then try again."),
        "other_office": _("Give it to the office that it was made for."),
        "no_record": _("Take in the other files first, then try again."),
        "removed": _("Nothing is to be done: take it off the list."),
        "not_above": _("Ask your own office for its list."),
        "revoked": _("Ask who used this laptop after it was reported lost."),
        "unreadable": _("Plug the stick in again, then try again."),
    }.get(reason, _("Ask {who} to export again: whatever was not confirmed goes along by itself.").format(who=who))


def parts_text(parts: Sequence[int], of: int) -> str:
    """Which files of an export lack."""
    listed = _(", ").join(str(part) for part in parts[:12]) + (" …" if len(parts) > 12 else "")
    words = ngettext(
        "Part {parts} of {of} is not here. The others can be taken in all the same; it may come later in any order.",
        "Parts {parts} of {of} are not here. The others can be taken in all the same; "
        "they may come later in any order.",
        len(parts),
    )
    return words.format(parts=listed, of=of)


def hole_text(hole: Any) -> str:
    """That earlier changes of a device lack (models.services.inbox_views.Hole)."""
    words = ngettext(
        "{n} earlier change from the laptop of {worker} has not arrived yet; it may come later in any order.",
        "{n} earlier changes from the laptop of {worker} have not arrived yet; they may come later in any order.",
        hole.lacking,
    )
    return words.format(n=hole.lacking, worker=hole.worker or _("another worker"))


def taken_text(taken: Any) -> str:
    """What came (models.services.inbox_views.Taken), in one sentence; empty where no change was new."""
    who = _(", ").join(name for _id, name in taken.senders if name) or _("another side")
    if not taken.new:
        return ""
    people = ngettext("{n} resident", "{n} residents", taken.residents).format(n=taken.residents)
    words = ngettext(
        "{n} change about {people} from {who} was taken in.",
        "{n} changes about {people} from {who} were taken in.",
        taken.new,
    )
    return words.format(n=taken.new, people=people, who=who)
