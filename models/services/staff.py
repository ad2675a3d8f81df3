"""Who works here, besides what the key file says: phone, classes of sensitive knowledge, communities.

It lies in one small fact of the casebook, by account; of an office on a server in the server's, where it also carries
the roles: a desk's own key file says what somebody may there only until the server says otherwise.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from models.records.roles import CLASSES, ROLES
from models.security.keystore import Keys
from models.services.views import Worker
from models.store.work import read_meta, write_meta

STAFF = "staff"


def read_staff(connection: Connection) -> dict[str, dict[str, Any]]:
    """Account -> what is known of it: name, phone, roles, classes, scope; each may be missing."""
    return {account: dict(said) for account, said in read_meta(connection, STAFF).items() if isinstance(said, Mapping)}


def write_staff(connection: Connection, account: str, **said: Any) -> None:
    """Put down something about an account; None takes it away again."""
    staff = read_staff(connection)
    now = {name: value for name, value in {**staff.get(account, {}), **said}.items() if value is not None}
    write_meta(connection, STAFF, {**staff, account: now})


def forget_staff(connection: Connection, account: str) -> None:
    """Know nothing more of an account."""
    staff = read_staff(connection)
    staff.pop(account, None)
    write_meta(connection, STAFF, staff)


def classes_of(said: Mapping[str, Any]) -> frozenset[str]:
    """The classes that may be seen: all where nothing is said."""
    kept = said.get("classes")
    return frozenset(CLASSES) if kept is None else frozenset(kept) & frozenset(CLASSES)


def roles_of(said: Mapping[str, Any], slot: tuple[str, ...], *, on_server: bool) -> tuple[str, ...]:
    """The roles that count: on a server its word where there is one, else those of the key file."""
    if on_server and isinstance(said.get("roles"), list):
        return tuple(role for role in ROLES if role in said["roles"])
    return slot


def worker_of(keys: Keys, said: Mapping[str, Any], own: Mapping[str, Any], *, on_server: bool) -> Worker:
    """Who signed in. said: what the staff fact has of the account. own: name and phone that a casebook had of its one
    worker before there were accounts; {} where there are several.
    """
    return Worker(
        name=str(said.get("name") or own.get("name") or keys.worker),
        phone=str(said.get("phone", own.get("phone", ""))),
        account=keys.account,
        roles=roles_of(said, keys.roles, on_server=on_server),
        classes=classes_of(said),
        scope=tuple(said.get("scope") or ()),
    )
