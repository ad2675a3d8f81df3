"""A desk of an office: what lies on its own computer while the records lie on the server.

Here: the key file (the worker's passphrase opens it), where the server is, and a small encrypted file with the drafts,
the worker's name, the settings of this computer and, where the operating system keeps no passwords, the server's. So
what is being typed survives a dead battery and a dead network alike. The print queue is on the server, by desk.
"""

import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from models.clock import Clock, milliseconds
from models.errors import DamagedStore, KeysMissing, NewerStore, Problem, WrongPassphrase
from models.records.operation import Meta
from models.security import device, keystore, password_store
from models.security.column_key import KEY_BYTES
from models.services import signing_in
from models.services.numbering import FOUNDED
from models.services.views import Office, Worker
from models.store import backup, migrate, rotation
from models.store.chains import renew_device
from models.store.engine import Engines, open_sqlite, saving, sorted_trouble
from models.store.rows import table_of
from models.store.sealing import keep_shared_key, seal_columns, shared_key_of
from models.store.server import ServerAddress, open_server, read_address, write_file
from models.store.whereabouts import database_place
from models.store.work import read_meta, write_meta
from models.texts import _
from models.values import new_id

PLACE, LOCAL, KEYS = "casebook.desk", "desk.db", backup.KEY_STORE
_FORMAT = 1
_PURPOSE = "office columns"
_PHRASE, _PHRASE_OF = "office_phrase", ":phrase"  # the small fact of the desk's file, and its name in the key store
_META = table_of(Meta)
_KEPT = "server_password"  # the small fact of the desk's own file, where no key store keeps it
_FOUND_AT = "server_place"  # the small fact of the server that says in which database its chain was last written


class NoOffice(Problem):
    """The database has no office in it yet, and none was named."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "There is no office in this database yet. Nothing was changed. Whoever keeps the server founds it first, "
            "or choose here to found it."
        )


class OfficeThere(Problem):
    """An office is to be founded in a database that has one. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("There is an office in this database already: {name}. Nothing was changed. Join it instead.").format(
            **self.facts
        )


class NotOurTables(Problem):
    """The database holds tables of another program."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "There are tables of another program in this database. Nothing was changed. Jinmen needs a database of its "
            "own."
        )


class PasswordGone(Problem):
    """The key store of the operating system gives the server's password away no more."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This computer's key store does not give the password of the server. Your records and drafts are safe. "
            "Unlock the key store and try again, or type the password of the server anew."
        )


class NoOfficePhrase(Problem):
    """The phrase of an office is to be changed that has none: nothing is sealed there."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("The records of this office are not sealed, so there is no office phrase to change.")


class WrongOfficePhrase(Problem):
    """The records of the office are sealed, and the phrase given does not open them."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "What is sensitive in this office's records is sealed, and this office phrase does not open it. Nothing "
            "was changed. Ask the head of the office for the office phrase, and type it exactly."
        )


@dataclass(frozen=True)
class Place:
    """What the file beside the key file says: this desk's id, and where the server is."""

    desk: str
    server: ServerAddress
    kept_in: str = "system"  # where the server's password is; or desk: in the desk's own encrypted file


def is_desk(folder: Path) -> bool:
    """Whether this folder is a desk of an office."""
    return (folder / PLACE).exists()


def read_place(folder: Path) -> Place:
    """What a desk's file says. Raises KeysMissing where it cannot be read."""
    try:
        said = json.loads((folder / PLACE).read_text("utf-8"))
        return Place(str(said["desk"]), read_address(said["server"]), str(said.get("kept_in", "system")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise KeysMissing from trouble


def write_place(folder: Path, place: Place) -> None:
    """Write it as a whole. Raises OSError."""
    said = {"jinmen_desk": _FORMAT, "desk": place.desk, "server": place.server.values()}
    write_file(folder / PLACE, {**said, "kept_in": place.kept_in})


def office_values(office: Office) -> dict[str, str]:
    """What is kept of an office, as a small fact."""
    said = {"code": office.code, "name": office.name, "letter_mark": office.letter_mark, "phone": office.phone}
    return said | ({"keyed_by": office.keyed_by} if office.keyed_by != "district" else {})


def write_identity(connection: Connection, office: dict[str, str], clock: Clock, *, keeps_numbers: bool) -> None:
    """Who a new casebook is: device and keys, office, and whether the office's letter numbers are given here."""
    write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
    write_meta(connection, "device_keys", device.new_device_keys())
    write_meta(connection, "office", office)
    write_meta(connection, "made", {"at": milliseconds(clock)})
    write_meta(connection, FOUNDED, {"here": keeps_numbers})


def bring_up(engines: Engines) -> None:
    """Make or renew the tables of a server; desks that are updated together take turns. Raises NotOurTables ..."""
    try:
        migrate.upgrade(engines)
    except DamagedStore as trouble:
        raise NotOurTables from trouble


def found(
    engines: Engines,
    office: dict[str, str],
    clock: Clock,
    *,
    keeps_numbers: bool = True,
    phrase: str = "",
    cost: keystore.Cost = keystore.STANDARD,
) -> None:
    """Found an office in an empty database. phrase: of the office, with which sensitive columns are sealed; "": plain.

    Raises OfficeThere, NotOurTables, WeakPassphrase.
    """
    bring_up(engines)
    with sorted_trouble(), engines.reader.connect() as connection:
        there = read_meta(connection, "office") if not shared_key_of(engines) else {"name": ""}
        if there and _has_office(connection):
            raise OfficeThere(name=there.get("name", ""))
    key = secrets.token_bytes(KEY_BYTES)
    wrapped = keystore.wrap_shared(key, phrase, _PURPOSE, cost=cost) if phrase else {}
    if wrapped:
        seal_columns(engines, key)
    with sorted_trouble(), saving(engines) as connection:
        if _has_office(connection):  # somebody was quicker
            raise OfficeThere(name="")
        keep_shared_key(connection, wrapped)
        write_identity(connection, office, clock, keeps_numbers=keeps_numbers)
        write_meta(connection, _FOUND_AT, {"place": database_place(connection)})


def _has_office(connection: Connection) -> bool:
    return connection.execute(select(_META.c.key).where(_META.c.key == "office")).first() is not None


def unseal(engines: Engines, phrase: str) -> None:
    """Give the engines the key of the office's sealed columns. Raises WrongOfficePhrase where the phrase is not it."""
    wrapped = shared_key_of(engines)
    if not wrapped:
        return
    try:
        key = keystore.unwrap_shared(wrapped, phrase, _PURPOSE)
    except (WrongPassphrase, KeysMissing) as trouble:
        raise WrongOfficePhrase from trouble
    seal_columns(engines, key)


def change_phrase(engines: Engines, old: str, new: str) -> None:
    """Wrap the office's key under another phrase; every desk is told the new one by a person.

    Raises WrongOfficePhrase, NoOfficePhrase (where nothing is sealed), WeakPassphrase.
    """
    shared = shared_key_of(engines) if engines.dialect == "postgresql" else {}
    if not shared:
        raise NoOfficePhrase
    try:
        key = keystore.unwrap_shared(shared, old, _PURPOSE)
    except (WrongPassphrase, KeysMissing) as trouble:
        raise WrongOfficePhrase from trouble
    wrapped = keystore.wrap_shared(key, new, _PURPOSE)
    with sorted_trouble(), saving(engines) as connection:
        keep_shared_key(connection, wrapped)


def settle_place(engines: Engines) -> str:
    """A database that was restored into another one begins a new chain of operations, as a restored laptop does.

    Returns the new device id, or "" where the database is where it was. Raises NoOffice where there is none.
    """
    with sorted_trouble(), engines.reader.connect() as connection:
        if not read_meta(connection, "office"):
            raise NoOffice
        here = database_place(connection)
        if read_meta(connection, _FOUND_AT).get("place") == here:
            return ""
    with sorted_trouble(), saving(engines) as connection:
        known = read_meta(connection, _FOUND_AT).get("place")
        if known == here:  # another desk was quicker
            return ""
        write_meta(connection, _FOUND_AT, {"place": here})
        return renew_device(connection) if known else ""


def _enter(engines: Engines, phrase: str) -> dict[str, Any]:
    """Have a server's tables and sealed columns as this program needs them; returns the office, as its small fact."""
    bring_up(engines)
    unseal(engines, phrase)
    settle_place(engines)
    with sorted_trouble(), engines.reader.connect() as connection:
        return read_meta(connection, "office")


def found_on(
    server: ServerAddress,
    password: str,
    office: dict[str, str],
    clock: Clock,
    *,
    keeps_numbers: bool,
    prepare: Callable[[Engines], object] | None = None,
    phrase: str = "",
    cost: keystore.Cost = keystore.STANDARD,
) -> None:
    """Found an office on a server; prepare is called before its tables are made. Raises what found() raises."""
    engines = open_server(server, password)
    try:
        if prepare is not None:
            prepare(engines)
        found(engines, office, clock, keeps_numbers=keeps_numbers, phrase=phrase, cost=cost)
    finally:
        engines.close()


def try_server(server: ServerAddress, password: str, phrase: str = "") -> None:
    """Whether there is an office on a server that this program can work with, and opens with its phrase.

    Raises NoOffice, WrongOfficePhrase, NewerStore ...
    """
    engines, _office = open_served(server, password, phrase)
    engines.close()


def look(server: ServerAddress, password: str, phrase: str = "") -> dict[str, Any]:
    """The office that a database holds, as its small fact; {} where the database is empty. Writes nothing.

    Raises WrongOfficePhrase, NotOurTables, NewerStore, and what open_server() raises.
    """
    engines = open_server(server, password)
    try:
        there = migrate.version(engines)
        if not there:
            return {}
        if there > migrate.newest():
            raise NewerStore(file_version=there, program_version=migrate.newest())
        unseal(engines, phrase)
        with sorted_trouble(), engines.reader.connect() as connection:
            return read_meta(connection, "office")
    except DamagedStore as trouble:
        raise NotOurTables from trouble
    finally:
        engines.close()


def must_be_free(folder: Path) -> None:
    """Raise FileExistsError where there is a casebook or a desk in a folder."""
    if is_desk(folder) or (folder / backup.STORE).exists():
        raise FileExistsError(folder)


def make(
    folder: Path,
    passphrase: str,
    server: ServerAddress,
    password: str,
    worker: Worker,
    cost: keystore.Cost,
    phrase: str = "",
) -> None:
    """Make the files of a desk; the one that makes it a desk is written last. Interrupted, it can be called again.

    Raises WeakPassphrase, DiskFull; OSError; FileExistsError where there is a casebook or a desk.
    """
    must_be_free(folder)
    making = folder / "desk.making"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        keys = keystore.create(making / KEYS, passphrase, worker.name, cost=cost)
        place = Place(new_id(), server)
        local = open_sqlite(making / LOCAL, keys.page_key)
        try:
            migrate.upgrade(local)
            with sorted_trouble(name=LOCAL), local.writer.begin() as connection:
                write_meta(connection, "worker", {"name": worker.name, "phone": worker.phone})
            place = keep_password(local, place, password)
            keep_phrase(local, place, phrase)
        finally:
            local.close()
        for name in (KEYS, KEYS + ".bak", LOCAL):
            (making / name).replace(folder / name)
        write_place(folder, place)
        backup.flush(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def keep_password(local: Engines, place: Place, password: str) -> Place:
    """Keep the server's password where this computer keeps such, else in the desk's encrypted file; says where."""
    kept_in, inside = "system", ""
    if not password or not password_store.keep(place.desk, password):
        password_store.forget(place.desk)  # one of before opens nothing here any more
        kept_in, inside = ("desk", password) if password else ("system", "")
    with sorted_trouble(name=LOCAL), local.writer.begin() as connection:
        write_meta(connection, _KEPT, {"password": inside, "none": not password})
    return Place(place.desk, place.server, kept_in)


def password_of(local: Engines, place: Place) -> str:
    """The server's password. Raises PasswordGone."""
    with sorted_trouble(name=LOCAL), local.reader.connect() as connection:
        said: dict[str, Any] = read_meta(connection, _KEPT)
    if said.get("none"):
        return ""
    found_one = str(said.get("password", "")) if place.kept_in == "desk" else password_store.kept(place.desk)
    if not found_one:
        raise PasswordGone
    return found_one


def keep_phrase(local: Engines, place: Place, phrase: str) -> None:
    """Keep the office's phrase where this computer keeps such, else in the desk's encrypted file."""
    if not phrase:
        return
    inside = "" if password_store.keep(place.desk + _PHRASE_OF, phrase) else phrase
    with sorted_trouble(name=LOCAL), local.writer.begin() as connection:
        write_meta(connection, _PHRASE, {"phrase": inside})


def phrase_of(local: Engines, place: Place) -> str:
    """The office's phrase as this desk keeps it; "" where it keeps none."""
    with sorted_trouble(name=LOCAL), local.reader.connect() as connection:
        said = read_meta(connection, _PHRASE)
    return str(said.get("phrase") or "") or (password_store.kept(place.desk + _PHRASE_OF) if said else "") or ""


def open_served(server: ServerAddress, password: str, phrase: str = "") -> tuple[Engines, dict[str, Any]]:
    """Open the office of a server for a program that is no desk (a command, a service): its engines, and the office.

    Raises NoOffice, WrongOfficePhrase, NotOurTables, NewerStore, and what open_server() raises.
    """
    engines = open_server(server, password)
    try:
        return engines, _enter(engines, phrase)
    except BaseException:
        engines.close()
        raise


@dataclass(frozen=True)
class OpenDesk:
    """An opened desk: the server's engines, those of its own file, and who works for which office."""

    engines: Engines
    local: Engines
    keys: keystore.Keys
    place: Place
    office: dict[str, Any]
    worker: Worker

    def close(self) -> None:
        """Let go of both."""
        self.engines.close()
        self.local.close()


def open_desk(
    folder: Path, passphrase: str, clock: Clock, *, account: str = "", password: str = "", phrase: str = ""
) -> OpenDesk:
    """Open what lies here, then the server. password, phrase: typed anew, and kept where they were right.

    Raises TooManyAttempts, WrongPassphrase, KeysMissing, StoreBusy, PasswordGone, WrongOfficePhrase, NoOffice,
    NewerStore ...; OSError.
    """
    place = read_place(folder)
    keys = signing_in.unlock(folder, passphrase, account, clock)
    keys = rotation.settle(folder / LOCAL, folder / KEYS, keys)
    local = open_sqlite(folder / LOCAL, keys.page_key)
    engines = None
    try:
        migrate.upgrade(local)
        engines = open_server(place.server, password or password_of(local, place))
        if password:
            place = keep_password(local, place, password)
            write_place(folder, place)
        office = _enter(engines, phrase or phrase_of(local, place))
        keep_phrase(local, place, phrase)
        with sorted_trouble(name=LOCAL), local.reader.connect() as here, engines.reader.connect() as records:
            worker = signing_in.worker_of(folder, keys, records, here, on_server=True)
        return OpenDesk(engines, local, keys, place, office, worker)
    except BaseException:
        if engines is not None:
            engines.close()
        local.close()
        raise


def move(folder: Path, passphrase: str, server: ServerAddress, password: str, clock: Clock) -> None:
    """Write down another server of the same desk, after it was tried. Raises what open_desk() raises; OSError."""
    place = read_place(folder)
    keys = signing_in.unlock(folder, passphrase, "", clock)
    keys = rotation.settle(folder / LOCAL, folder / KEYS, keys)
    local = open_sqlite(folder / LOCAL, keys.page_key)
    try:
        try_server(server, password, phrase_of(local, place))
        write_place(folder, keep_password(local, Place(place.desk, server), password))
    finally:
        local.close()
