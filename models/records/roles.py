"""Who may do what: roles, the actions of the program, and the kinds of sensitive knowledge.

An account has one role or several, and may what any of them may. Who founds a casebook alone has all of them. Roles say
what is done; classes say which sensitive facts are seen; a scope says about whom (communities, by code).
"""

from collections.abc import Iterable, Mapping

from models.texts import N_

WORKER, DESK, SUPERVISOR, AUDITOR, ADMINISTRATOR = "worker", "desk", "supervisor", "auditor", "administrator"

ROLES: Mapping[str, str] = {
    WORKER: N_("Community worker"),
    DESK: N_("Street-office desk"),
    SUPERVISOR: N_("Supervisor"),
    AUDITOR: N_("Auditor"),
    ADMINISTRATOR: N_("Administrator"),
}
"""Key of a role and its name."""

CLASSES: Mapping[str, str] = {
    "health": N_("Health and disability"),
    "hiv_psychiatric": N_("HIV and mental illness"),
    "finance": N_("Income, property and debts"),
    "children": N_("Children"),
    "photos": N_("Pictures of papers and homes"),
}
"""Kinds of sensitive knowledge (PIPL Art. 28 and 31), each of which an account may be kept from."""

_CASEWORK = frozenset({WORKER, DESK, SUPERVISOR})
_EVERYBODY = frozenset(ROLES)
_OFFICE = frozenset({DESK, SUPERVISOR})
_HEADS = frozenset({SUPERVISOR})
_KEEPERS = frozenset({SUPERVISOR, ADMINISTRATOR})

ACTIONS: Mapping[str, frozenset[str]] = {
    # Looking.
    "use": _EVERYBODY,  # what shows nobody's record: the office, texts, settings, rules, one's own drafts
    "search": _CASEWORK,  # lists and finding people
    "view": _CASEWORK,  # one record, whole, numbers masked
    "reveal": _CASEWORK,  # a whole number, journalled
    "count": _EVERYBODY,  # figures about nobody in particular
    # Casework.
    "register": _CASEWORK,  # people, households, doors, pictures, guided changes
    "visit": _CASEWORK,  # visits, needs, assessments, facts, questionnaires, contacts, notes
    "check": _CASEWORK,  # eligibility, screening, calendar
    "consent": _CASEWORK,
    "plan": _CASEWORK,  # planned visits, rounds, case plans, the worklist
    "refer": _CASEWORK,  # referrals and their life
    "sign": _OFFICE,  # the second person's signature
    "assign": _OFFICE,  # rounds and households into somebody's care
    "transfer": _OFFICE,  # whole cases to another office, and theirs
    "merge": _OFFICE,  # records of one person; conflicts of the exchange
    "undo": _CASEWORK | _KEEPERS,  # what one just did; who only keeps the office undoes what is about nobody
    # What leaves, and what comes.
    "print": _CASEWORK,
    "export": _OFFICE,  # lists and registers as files; a paper that is saved counts as printed
    "send": _CASEWORK | {ADMINISTRATOR},  # batches and receipts, sealed for whom they are written
    "take_in": _CASEWORK,  # batches of others, lists of people
    # Residents' rights.
    "answer_rights": _CASEWORK,  # take a request down, give the copy of what is held
    "erase": _HEADS,  # erase, freeze, release
    # The office.
    "shape": _KEEPERS,  # templates, questionnaires, rules, number blocks
    "partners": _KEEPERS,  # whom files are exchanged with, scopes, revocations
    "office": frozenset({ADMINISTRATOR}),  # the office's name, mark, server
    "accounts": _KEEPERS,
    "back_up": _EVERYBODY,
    "restore": _KEEPERS,
    "read_audit": frozenset({AUDITOR, SUPERVISOR}),
    "export_audit": frozenset({AUDITOR}),
}
"""Action and the roles that may do it."""

ACTION_NAMES: Mapping[str, str] = {
    "use": N_("Use the program"),
    "search": N_("Find people and look through lists"),
    "view": N_("Look at a record"),
    "reveal": N_("Show a whole number"),
    "count": N_("Look at figures"),
    "register": N_("Register and change people and households"),
    "visit": N_("Keep visits, assessments and what was learnt"),
    "check": N_("Check eligibility"),
    "consent": N_("Keep a consent"),
    "plan": N_("Plan visits, rounds and case plans"),
    "refer": N_("Write referral letters"),
    "sign": N_("Sign letters of others"),
    "assign": N_("Give work to somebody"),
    "transfer": N_("Hand a case to another office"),
    "merge": N_("Merge records and settle conflicts"),
    "undo": N_("Undo"),
    "print": N_("Print papers"),
    "export": N_("Write lists to files"),
    "send": N_("Write batches for the office"),
    "take_in": N_("Take in files of others"),
    "answer_rights": N_("Answer residents' wishes about their data"),
    "erase": N_("Erase or freeze a record"),
    "shape": N_("Change templates, questionnaires, rules and number blocks"),
    "partners": N_("Choose whom files are exchanged with"),
    "office": N_("Change the office and its server"),
    "accounts": N_("Keep the accounts"),
    "back_up": N_("Make a backup"),
    "restore": N_("Restore a backup"),
    "read_audit": N_("Read the audit log"),
    "export_audit": N_("Write the audit log to a file"),
}
"""What an action is called."""


def may(roles: Iterable[str], action: str) -> bool:
    """Whether somebody with these roles may do something. Raises KeyError for an action that does not exist."""
    return not ACTIONS[action].isdisjoint(roles)
