"""What the page of consent and rights reads and writes, off the window's thread: plain functions over the casebook."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from desktop.widgets.consent_form import Asked
from models.clock import today
from models.errors import NotFound, Problem
from models.records.picture import PictureEntry
from models.records.rights import ConsentEntry
from models.services.rights_views import ConsentState, RequestView
from models.services.views import Changed, HouseholdView, ResidentRow
from models.texts import LANGUAGES, _

if TYPE_CHECKING:
    from models.casebook import Casebook

OF_AGE = 18  # years from which somebody may be a guardian (Civil Code Art. 17)


@dataclass(frozen=True)
class Neighbour:
    """Somebody of the household, and whether consent is still to be asked for."""

    row: ResidentRow
    state: ConsentState

    @property
    def to_ask(self) -> bool:
        """Nobody has asked yet, or only in the words of an older text; who refused was asked."""
        unasked = self.state.classes["plain"] == "not_asked" and self.state.basis != "statutory"
        return not self.state.frozen and (unasked or self.state.newer_text)


@dataclass(frozen=True)
class Loaded:
    """Everything about one person, or about a household."""

    on: date
    household_id: str
    address: str
    people: tuple[Neighbour, ...]  # of the household, the head first
    one: Neighbour | None  # whom it is about; None: the household
    requests: tuple[RequestView, ...]
    kept_until: date | None
    seen: int = -1  # the moment from which it is (casebook.desks.seen())

    def neighbour(self, resident_id: str) -> Neighbour | None:
        """Somebody of those loaded."""
        everybody = (*self.people, *((self.one,) if self.one is not None else ()))
        return next((each for each in everybody if each.row.id == resident_id), None)

    def asked(self, resident_id: str) -> Asked | None:
        """What the form needs to know of somebody; None where it is nobody of these."""
        found = self.neighbour(resident_id)
        if found is None:
            return None
        adults = tuple(
            (each.row.id, each.row.name)
            for each in self.people
            if each.row.id != resident_id and (each.row.age or 0) >= OF_AGE and "deceased" not in each.row.flags
        )
        given = tuple(code for code, state in found.state.classes.items() if state == "given")
        return Asked(resident_id, found.row.name, found.state.needs_guardian, adults, given)

    def next_to_ask(self, after: str = "") -> Neighbour | None:
        """Who of the household is asked next: those behind the last one first."""
        ids = [each.row.id for each in self.people]
        start = ids.index(after) + 1 if after in ids else 0
        order = (*self.people[start:], *self.people[:start])
        return next((each for each in order if each.to_ask and each.row.id != after), None)


@dataclass(frozen=True)
class Waiting:
    """What waits when nobody is named: wishes without an answer, records that are only kept."""

    on: date
    requests: tuple[RequestView, ...]
    frozen: tuple[tuple[str, str, str], ...]  # (resident id, name, why)
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


def is_settled(state: ConsentState) -> bool:
    """Whether the question of the basic data is settled: agreed, or told that a duty asks for them."""
    return state.classes["plain"] == "given" or state.basis == "statutory"


def load(casebook: "Casebook", resident_id: str, household_id: str) -> Loaded:
    """Read everything about a person with the household, or about a household. Raises NotFound."""
    moment = casebook.desks.seen()
    home: HouseholdView | None = None
    if household_id:
        home = casebook.households.get(household_id)
    elif homes := casebook.households.of_resident(resident_id):
        home = homes[0]
    people = tuple(
        Neighbour(member.resident, casebook.consents.state(member.resident.id))
        for member in (home.members if home is not None else ())
        if "deceased" not in member.resident.flags
    )
    one = next((each for each in people if each.row.id == resident_id), None)
    requests: tuple[RequestView, ...] = ()
    kept_until = None
    if resident_id:
        seen = casebook.residents.get(resident_id).row  # the view is journalled
        if one is None:
            one = Neighbour(seen, casebook.consents.state(resident_id))
        requests = tuple(casebook.rights.requests(resident_id))
        kept_until = casebook.rights.kept_until(resident_id)
    return Loaded(
        today(casebook.clock),
        home.id if home is not None else "",
        home.address if home is not None else "",
        people,
        one,
        requests,
        kept_until,
        moment,
    )


def waiting(casebook: "Casebook") -> Waiting:
    """What waits when nobody is named."""
    seen = casebook.desks.seen()
    return Waiting(today(casebook.clock), tuple(casebook.rights.requests()), tuple(casebook.consents.frozen()), seen)


def told(casebook: "Casebook") -> dict[str, tuple[str, ...]]:
    """The lines of the text in every language."""
    return {code: casebook.consents.text(code) for code in LANGUAGES}


def keep(casebook: "Casebook", entries: Sequence[ConsentEntry], signature: bytes) -> Changed:
    """Keep what was said with its signature; where one of them cannot be kept, neither is. Raises Problem."""
    if not signature:
        return casebook.consents.record_all(entries)
    from models.imaging import edited  # with the decoders of pictures, when one is wanted

    first = entries[0]
    title = _("Signature: consent")
    entry = PictureEntry(
        subject_kind="resident", subject_id=first.resident_id, kind="signature", title=title, taken_on=first.given_on
    )
    drawn = casebook.pictures.add(entry, edited(signature, gray=True))
    try:
        said = casebook.consents.record_all([each.model_copy(update={"picture_id": drawn.id}) for each in entries])
    except Problem:
        with suppress(NotFound):
            casebook.undo(drawn.operations)
        raise
    return replace(said, operations=(*drawn.operations, *said.operations), entities=said.entities | drawn.entities)
