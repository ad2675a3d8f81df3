"""The line that says what lies on a stick, with its one button."""

from typing import TYPE_CHECKING, Any

from desktop.arrivals import Place
from desktop.exchange_words import files_from, place_text
from desktop.widgets.banner import Banner
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell


def arrived_banner(shell: "Shell", place: Place, box: Any) -> Banner:
    """Leads to the sync page, which looks into the files at once. Box: models.services.inbox_views.Box."""
    if box.waiting:
        words = files_from(len(box.waiting), box.senders, place)
        return Banner("good", words, (_("Look at them"), lambda: shell.go("sync", arrived=True)), closable=False)
    words = ngettext("{n} card is on {place}.", "{n} cards are on {place}.", len(box.cards))
    words = words.format(n=len(box.cards), place=place_text(place))
    return Banner("info", words, (_("Look at the card"), lambda: shell.go("sync")), closable=False)
