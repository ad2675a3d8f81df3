"""Which database of a server the records are in, so that a copy of it is told from the one that was copied."""

import hashlib

from sqlalchemy import Connection, text

_ASKED = """
    SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()
"""


def database_place(connection: Connection) -> str:
    """A hash of the server's own number and the database's within it: another one wherever the records are restored
    into a new database or a new server (PostgreSQL only)."""
    server, database = connection.execute(text(_ASKED)).one()
    return hashlib.sha256(f"{server}|{database}".encode()).hexdigest()[:32]
