"""A handover in words: the tiles of its households, its summary, and the list that both sides sign."""

from typing import TYPE_CHECKING, Any

from desktop.case_words import day_text
from desktop.widgets.tile_list import Tile
from desktop.worklist_words import names_words
from models.clock import today
from models.services.care_views import CaredFor, HandedHousehold, HandoverView
from models.texts import _, language, ngettext

if TYPE_CHECKING:
    from models.casebook import Casebook


def cared_tile(one: CaredFor) -> Tile:
    """A household that may be given."""
    tags = [(ngettext("{n} open", "{n} open", one.open).format(n=one.open), "accent")] if one.open else []
    if one.offered_to:
        tags.append((_("Offered to {name}").format(name=one.offered_to), "warn"))
    since = _("since {day}").format(day=one.since.isoformat()) if one.since else ""
    return Tile(
        name=names_words(one.names) or _("Nobody is registered here"), below=one.address, right=since, tags=tuple(tags)
    )


def handed_tile(one: HandedHousehold) -> Tile:
    """A household of a handover."""
    several = len(one.things)
    tags = [(ngettext("{n} open", "{n} open", several).format(n=several), "accent")] if several else []
    if one.taken is not None:
        tags.append((_("Taken"), "good") if one.taken else (_("Not taken"), "warn"))
    return Tile(name=names_words(one.people) or _("Nobody is registered here"), below=one.address, tags=tuple(tags))


def things_words(one: HandedHousehold) -> str:
    """What was open in a household, in one run."""
    return _("; ").join(thing.text for thing in one.things) or _("Nothing open")


def summary_words(view: HandoverView) -> str:
    """Who gives whom how much, and how it stands."""
    several = len(view.households)
    households = ngettext("{n} household", "{n} households", several).format(n=several)
    things = ngettext("{n} open item", "{n} open items", view.things).format(n=view.things)
    state = {
        "offered": _("waits for an answer"),
        "accepted": _("{n} of them taken on {day}").format(n=view.taken, day=day_text(view.answered_on)),
        "refused": _("refused on {day}").format(day=day_text(view.answered_on)),
        "withdrawn": _("withdrawn on {day}").format(day=day_text(view.answered_on)),
    }[view.status]
    return _("{giver} to {taker}: {households}, {things}; {state}").format(
        giver=view.giver, taker=view.taker, households=households, things=things, state=state
    )


def sheet_of(casebook: "Casebook", view: HandoverView) -> Any:
    """The value that is printed. Imports ReportLab: called off the window's thread."""
    from reports.handover import HandoverSheet, SheetHousehold, SheetThing

    return HandoverSheet(
        language="zh" if language() == "zh_CN" else "en",
        community=casebook.office.name,
        giver=view.giver,
        taker=view.taker,
        handed_on=view.handed_on or today(casebook.clock),
        note=view.note,
        households=tuple(
            SheetHousehold(
                address=one.address,
                people=one.people,
                things=tuple(SheetThing(words=thing.text, due=thing.due) for thing in one.things),
                taken=one.taken,
            )
            for one in view.households
        ),
        layout=casebook.templates.of_letter("handover")[1],
    )
