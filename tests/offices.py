"""Offices on a PostgreSQL server for tests: made once as a template, then copied for each test in a moment."""

import json
import shutil
from pathlib import Path

import psycopg

from models.casebook import Casebook
from models.clock import Clock
from models.security import keystore
from models.services.desk_place import PLACE, make
from models.services.views import Office, Worker
from models.store.server import ServerAddress, address_of
from tests.postgres import Server


def address(server: Server, database: str, user: str = "jinmen") -> ServerAddress:
    """Where a database of the tests' server is."""
    found, _password = address_of(server.url(database))
    return ServerAddress(found.host, database, user, tls="plain")


def found(server: Server, office: Office, clock: Clock) -> str:
    """A database with a new office in it, to be the template of others; its name. It does not know where it lies."""
    name = server.make()
    Casebook.found_office(address(server, name), "", office, clock=clock)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute("DELETE FROM meta WHERE key IN ('numbering', 'server_place')")
    return name


def desk(folder: Path, server: Server, database: str, passphrase: str, worker: Worker) -> Path:
    """Make a folder a desk of the office in a database; nobody is signed in yet."""
    make(folder, passphrase, address(server, database), "", worker, keystore.FLOOR)
    return folder


def desk_like(template: Path, folder: Path, server: Server, database: str) -> Path:
    """A copy of a desk's folder that works on another database; it takes no time."""
    shutil.copytree(template, folder)
    said = json.loads((folder / PLACE).read_text("utf-8"))
    said["server"] = address(server, database).values()
    (folder / PLACE).write_text(json.dumps(said), "utf-8")
    return folder
