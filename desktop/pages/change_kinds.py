"""The kinds of change in the worker's words: what each is called, what its button says, and where it cannot be."""

from dataclasses import dataclass

from desktop.widgets.kind_tiles import Kind
from models.services.views import HouseholdView
from models.texts import N_, _


@dataclass(frozen=True)
class Words:
    """How a kind is said. English, marked for translation."""

    name: str
    line: str
    key: str  # the letter that chooses it
    act: str  # what the button that makes it says


KINDS = {
    "birth": Words(
        N_("A child is born"), N_("Enters the household, and a register where wished"), "B", N_("Record the birth")
    ),
    "move_in": Words(
        N_("Somebody moves in"), N_("Belongs to the household from now on"), "I", N_("Record who moves in")
    ),
    "lodger_in": Words(
        N_("Somebody lodges here"), N_("Lodger, boarder, live-in carer, guest"), "L", N_("Record who lodges here")
    ),
    "death": Words(N_("Somebody died"), N_("Their record stays and can be read"), "D", N_("Record the death")),
    "move_out": Words(
        N_("Somebody moves out"), N_("Some people leave, the others stay"), "O", N_("Record who moves out")
    ),
    "move_household": Words(
        N_("The whole household moves"), N_("To another door of the register"), "H", N_("Record the move")
    ),
    "left": Words(
        N_("The whole household has left"),
        N_("Gone from here; it can come back"),
        "A",
        N_("Record that they have left"),
    ),
    "return": Words(N_("The household is back"), N_("All of them, or some"), "R", N_("Record that they are back")),
    "split": Words(N_("The household splits"), N_("Some become a household of their own"), "S", N_("Record the split")),
    "join": Words(N_("The household joins another"), N_("All go over, this one closes"), "J", N_("Record the joining")),
    "marriage": Words(N_("Two people marry"), N_("One may move to the other"), "M", N_("Record the marriage")),
    "divorce": Words(N_("Two people divorce"), N_("One may move out"), "V", N_("Record the divorce")),
    "head_change": Words(N_("Another head"), N_("The head stays, somebody else is head"), "C", N_("Change the head")),
    "standing_change": Words(
        N_("Somebody's relation changes"),
        N_("To the head, counted or not, lodger or not"),
        "T",
        N_("Change the relation"),
    ),
    "form_change": Words(
        N_("Another kind of household"), N_("Family, shared flat, dormitory, institution"), "F", N_("Change the kind")
    ),
}
"""In the order of the tiles: who comes, who goes, the whole household, marriage, head and relations."""

FAMILY = ("", "family")
"""The forms of a household that has a head; empty is an older record."""


def kinds_of(view: HouseholdView) -> list[Kind]:
    """All kinds, those that cannot be here with the reason."""
    return [Kind(code, _(words.name), _(words.line), words.key, why_not(code, view)) for code, words in KINDS.items()]


def why_not(code: str, view: HouseholdView) -> str:
    """Why a change of this kind cannot be made of this household now; "" where it can."""
    if not view.members:
        return "" if code == "return" else _("Nobody belongs to this household now. Record first that it is back.")
    if code == "return":
        return _("The household has not left.")
    own = [member for member in view.members if not member.standing]
    if code == "head_change" and view.form not in FAMILY:
        return _("This kind of household has no head.")
    if code in ("split", "head_change") and len(own) < 2:
        return _("Only one person belongs to the household.")
    if code == "lodger_in" and view.kind != "living":
        return _("Lodgers belong to the living household. Open that one.")
    return ""


def name_of(code: str) -> str:
    """What a kind is called; "" for none."""
    return _(KINDS[code].name) if code in KINDS else ""


def act_of(code: str) -> str:
    """What the button says that makes the change."""
    return _(KINDS[code].act) if code in KINDS else _("Save")
