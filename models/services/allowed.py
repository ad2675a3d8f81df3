"""Who may call what: every public verb of every service with the action it is, and the guard in front of them.

A verb that is not in the table is refused to everybody who has not all roles, so that a new one cannot be forgotten
open; a test demands that the table names every verb and nothing else. Only the outermost call of a thread is looked at:
verbs that call other verbs were allowed once, at the door.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import FunctionType, MappingProxyType
from typing import Any, ClassVar

from models.records.refusal import NotAllowed, why_not
from models.records.roles import ACTIONS, ROLES, may
from models.services.book import Book
from models.services.settings import OF_THE_OFFICE

__all__ = ["ALLOWED", "OWN", "Guard", "NotAllowed", "verbs_of", "why_not"]

_TABLE: Mapping[str, Mapping[str, str]] = {
    "casebook": {  # its own verbs
        "use": "change_passphrase close may print_with set_office",  # set_office asks again for the office
        "search": "today",
        "undo": "undo",
        "back_up": "back_up daily_backup",
    },
    "safekeeping": {
        "use": "finish restored standing trouble",
        "back_up": "all before begin choose drill into now",
        "restore": "agree",
    },
    "health": {
        "use": "after_sign_in close seal standing",
        "back_up": "look look_deep make_ballast renew_file",
    },
    "residents": {
        "search": "find ids row rows",
        "view": "alike get timeline",
        "reveal": "entry_of reveal",  # the form shows whole numbers
        "register": "amend likely_duplicates not_same register",
    },
    "households": {
        "search": "find",
        "view": "died_in dwelling_timeline get of_resident of_residents timeline",
        "register": "add_member add_members end_membership register",
        "take_in": "register_many",
    },
    "listed": {"take_in": "preview take_in written_out"},
    "facts": {"view": "of", "visit": "record"},
    "visits": {"search": "due open_needs recent", "view": "get of_household", "visit": "record set_need"},
    "planning": {
        "search": "assignees open",
        "view": "of_household",
        "plan": "assign drop move plan plan_spread reopen spread",
        "assign": "hand_over",
    },
    "calendar": {"check": "between coming entries of_household", "export": "written_out"},
    "assessments": {"view": "of_resident", "visit": "record"},
    "eligibility": {
        "use": "services",
        "check": "check keep",
        "visit": "answer answer_many receives take_back",
    },
    "referrals": {
        "use": "second_person",
        "search": "all by_code find",
        "view": "get letter needs_of of_resident",
        "refer": "correct draft hand_in issue keep_bytes note take_back",
        "sign": "send_back sign",
        "print": "printed",
    },
    "numbering": {
        "use": "left",
        "count": "lowest_free report series standing",  # letters by number and code, nobody by name
        "shape": "close explain exported give set_size take_over type_in",
    },
    "verifying": {"use": "keys record verify"},
    "drafts": {"use": "all discard forget_erased get save"},  # one's own
    "sync": {
        "use": "answered arrived_packs by_day card circles everybody own_card peers read_card status streams",
        "count": "departed_counts",
        "view": "departed departed_from",
        "send": "export files_ahead outgoing send standing write_card write_receipt",
        "take_in": "apply apply_file preview read_receipt together",
        "partners": "distrust revoke set_scope trust_card write_circle",
        "shape": "preview_pack",
    },
    "conflicts": {
        "count": "by_day count",
        "merge": "choices join page record records reveal settle settle_alike settle_side settled undo write",
        "take_in": "note_arrivals",
    },
    "doubles": {"count": "count", "merge": "doors look one_door page"},
    "inbox": {"use": "refused", "take_in": "forget look preview sort take try_again"},
    "settings": {"use": "get set"},  # what is the whole office's is asked for in _BY_ARGUMENT
    "screening": {
        "check": "bring_up_to_date columns household listed listing people rescreen rows summary",
        "export": "export_people export_rows",
    },
    "packs": {
        "use": "installed policies state",
        "check": "replay",
        "shape": "compare compare_sets edit_param export go_back install preview preview_bytes",
    },
    "papers": {"print": "addressed answered assessed heads household notice printed saved visit"},
    "changes": {"view": "of_household", "register": "make preview suggested_widowed undo"},
    "places": {"view": "whereabouts", "register": "add amend end remove"},
    "merging": {"search": "survivor", "merge": "compare merge merged pairs undo", "take_in": "settle"},
    "rounds": {
        "search": "all of_today open parts",
        "view": "get",
        "plan": "add_door doors drop finish note plan reopen reorder retry skip wait_again",
        "assign": "assign",
        "visit": "enter record take_back tick",
    },
    "worklist": {
        "use": "is_whole rhythm rules",
        "search": "buildings next open_in page",
        "plan": "look put_back put_off",
        "print": "written_out",
        "shape": "set_rhythm",
    },
    "care": {
        "use": "workers",
        "search": "households_of listed open recent",
        "view": "get of_household",
        "plan": "accept offer refuse withdraw",
        "assign": "assign",
    },
    "questionnaires": {
        "use": "all by_id get in_use",
        "view": "answer_of answers_of whom",
        "visit": "answer",
        "export": "answers_with note_export",
        "shape": "bring_back install withdraw",
    },
    "pictures": {
        "use": "sweep",
        "view": "full of proving several",
        "register": "add amend remove replace taken_on_visit",
    },
    "consents": {"use": "text", "consent": "not_asked record record_all state what_stops", "answer_rights": "frozen"},
    "transfers": {
        "search": "listed",
        "view": "get of_household",
        "transfer": "ask begin request sheet step take_back",
    },
    "rights": {
        "use": "redact redacted replay",  # what was erased is erased again, whoever opens the casebook
        "answer_rights": "answer ask copy kept_until requests",
        "erase": "erase freeze preview_erasure release",
    },
    "notes": {"view": "of", "visit": "correct remove write"},
    "contacts": {"view": "of", "visit": "record remove"},
    "plans": {
        "view": "get of",
        "plan": "add_goal add_task amend close move_task open reopen set_goal set_task",
    },
    "print_queue": {
        "use": "recover",  # after a start, whoever signs in
        "print": "answer back begin cancel enqueue exported failed from_here_on items job jobs last_good leave_out next"
        " printed printed_before resume sent settle stop taken unsure",
    },
    "registers": {"use": "places workers", "search": "open", "export": "export"},
    "statistics": {"count": "exported months of"},
    "templates": {
        "use": "all get in_use of_letter program",
        "shape": "check choose copy export paper_of read_file save withdraw",
    },
    "desks": {
        "use": "begin_editing end_editing fact_names follow_clock forget_erased name news others_at save seen"
        " still_editing",
    },
    "accounts": {
        "use": "be_called change_phrase",  # one's own
        "accounts": "add answer_request change_roles escrow_offices escrow_to leave list make_recovery_code"
        " open_request remove_code rename renew_key reset_phrase set_classes set_scope",
    },
    "audit": {
        "use": "head",
        "read_audit": "check compare_mark days of_partners page verify_file workers",
        "view": "who_has_seen",
        "export_audit": "export",
    },
    "upkeep": {"count": "figures", "office": "change_phrase rebuild spread", "back_up": "verify", "take_in": "turn"},
}

ALLOWED: Mapping[str, str] = MappingProxyType(
    {
        f"{service}.{verb}": action
        for service, actions in _TABLE.items()
        for action, verbs in actions.items()
        for verb in verbs.split()
    }
)
"""Service and verb ("residents.find"), and the action it is."""

OWN = "casebook"
"""What the table calls the casebook itself."""
_OF_THE_OFFICE = OF_THE_OFFICE - {"envelopes"}  # whoever prints chooses the envelopes


def _setting(key: str = "", *_rest: Any, **_more: Any) -> str:
    return "shape" if key in _OF_THE_OFFICE else "use"


_BY_ARGUMENT: Mapping[str, Callable[..., str]] = {"settings.set": _setting}
"""Verbs of which it hangs on what they are called with which action they are."""
_WITH_OTHERS = frozenset({"desks.save"})
"""Verbs that call a verb which they are handed: that one is looked at for itself."""


class Guard:
    """Looks at the outermost call of each thread."""

    _verbs: ClassVar[dict[type, list[str]]] = {}  # of each kind of service, worked out once

    def __init__(self, book: Book) -> None:
        self._book = book
        self._inside = threading.local()

    def may(self, action: str) -> bool:
        """Whether who is signed in may do something. Raises KeyError for an action that does not exist."""
        return may(self._roles(), action)

    def need(self, action: str, verb: str = "") -> None:
        """Raises NotAllowed where who is signed in may not do this; to be called by a verb, whose refusal is noted."""
        roles = self._roles()
        if may(roles, action) if action in ACTIONS else ROLES.keys() <= set(roles):
            return
        raise NotAllowed(action=action, verb=verb)

    def stand_before_all(self, casebook: object) -> None:
        """Put the guard before every service that a casebook hands out, and before its own verbs."""
        services = {name: service for name, service in vars(casebook).items() if not name.startswith("_")}
        for name, service in {**services, OWN: casebook}.items():
            self.stand_before(name, service)

    def stand_before(self, name: str, service: object) -> None:
        """Put the guard before every public verb of a service; name: what the table calls it."""
        kind = type(service)
        if kind not in self._verbs:
            self._verbs[kind] = verbs_of(kind)
        for verb in self._verbs[kind]:
            named = f"{name}.{verb}"
            if named not in _WITH_OTHERS:
                guarded = partial(self._call, kind, service, named, verb)  # some hundreds of them at a sign-in
                guarded.__dict__["__wrapped__"] = getattr(service, verb)  # for who asks what it is called with
                setattr(service, verb, guarded)

    def _call(self, kind: type, service: object, named: str, verb: str, /, *arguments: Any, **more: Any) -> Any:
        """Call a verb for whoever is signed in, where she may."""
        function = getattr(kind, verb)  # looked up when called, as without a guard
        inside = self._inside
        if getattr(inside, "now", False):
            return function(service, *arguments, **more)
        which = _BY_ARGUMENT.get(named)
        action = which(*arguments, **more) if which is not None else ALLOWED.get(named, "")
        inside.now = True
        try:
            if action not in ACTIONS or not ACTIONS[action] >= ROLES.keys():
                self.need(action, named)
            return function(service, *arguments, **more)
        except NotAllowed as refusal:
            self._book.note_refusal(refusal, named)
            raise
        finally:
            inside.now = False

    def _roles(self) -> Iterable[str]:
        return self._book.worker.roles


def verbs_of(kind: type) -> list[str]:
    """The public methods of a service's class, by name; those that need no open casebook (static ones) are none."""
    found: dict[str, Any] = {}
    for each in reversed(kind.__mro__[:-1]):
        found.update(vars(each))
    return sorted(name for name, value in found.items() if not name.startswith("_") and isinstance(value, FunctionType))
