"""The server that keeps an office's records: where it is, how the way to it is protected, and opening it.

Beyond this computer the connection is always encrypted and the server's certificate checked, by its name as well unless
the office's keeper has to do without (verify-ca). Nothing here keeps a password.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Engine, create_engine, exc, make_url

from models.errors import Problem
from models.store.engine import Engines, ServerExhausted, StoreUnreachable, postgres_engines, sorted_trouble
from models.texts import _

Tls = Literal["verify-full", "verify-ca", "plain"]
TLS: tuple[Tls, ...] = ("verify-full", "verify-ca", "plain")
OLDEST = 15  # major version of PostgreSQL
PORT = 5432
_HERE = ("localhost", "127.0.0.1", "::1", "")
_LIFE = {
    # A cut cable is noticed within half a minute, not after the two hours of the operating system.
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

_NO_ROOM = ("too many c", "connection slots", "连接太多", "太多的客户", "连接位置")
_NOT_YET = ("starting up", "shutting down", "recovery mode", "not yet accepting", "系统启动", "系统停止", "恢复模式")
"""What a server that would let this computer in at other times says, in English and in PostgreSQL's own Chinese."""


class ServerRefused(Problem):
    """The server answers and lets nobody in: name, password, database or right are wrong."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The office's server answers, but does not let this computer in. Nothing was changed. Check user, password "
            "and the name of the database with whoever keeps the server."
        )


class CertificateRefused(Problem):
    """The server's certificate is not the one expected, or it offers no encryption."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The server cannot prove that it is the office's server, so nothing was sent to it. Check its name and the "
            "certificate file with whoever keeps the server; do not go on without."
        )


class PlainRefused(Problem):
    """A connection without encryption was asked for to another computer."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Without encryption only a server on this very computer can be used. Choose a checked connection and the "
            "certificate file of the office's server."
        )


class ServerTooOld(Problem):
    """The server is older than this program can use. Facts: found, wanted."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The server runs PostgreSQL {found}; Jinmen needs {wanted} or newer. Nothing was changed. Ask whoever "
            "keeps the server to bring it up to date."
        ).format(**self.facts)


@dataclass(frozen=True)
class ServerAddress:
    """Which database of which server. host: a name, an address, or the folder of a local socket."""

    host: str
    database: str
    user: str
    port: int = PORT
    tls: Tls = "verify-full"
    certificate: str = ""  # file with the certificate of the authority; "": the operating system's

    @property
    def is_local(self) -> bool:
        """Whether the server is on this computer, so that nobody can listen in between."""
        return self.host in _HERE or self.host.startswith("/")

    @property
    def shown(self) -> str:
        """As the sign-in page names it; holds no secret."""
        return f"{self.database} @ {self.host or 'localhost'}"

    def check(self) -> None:
        """Raise PlainRefused where the connection would be open to others; ValueError for values that cannot be."""
        if self.tls not in TLS or not self.database or not self.user or not 0 < self.port < 65536:
            raise ValueError("a server has a host, a port, a database, a user and one of the ways to connect")
        if self.tls == "plain" and not self.is_local:
            raise PlainRefused

    def parameters(self, password: str) -> dict[str, Any]:
        """For the driver. Raises what check() raises."""
        self.check()
        said: dict[str, Any] = {"host": self.host, "port": self.port, "dbname": self.database, "user": self.user}
        said |= {"sslmode": "disable" if self.tls == "plain" else self.tls} | _LIFE
        if self.tls != "plain":
            said["sslrootcert"] = self.certificate or "system"
            if not self.certificate and self.tls != "verify-full":
                raise ValueError("without a certificate file the server's name is always checked")
        return said | ({"password": password} if password else {})

    def values(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)


def read_address(said: Mapping[str, Any]) -> ServerAddress:
    """An address from its values. Raises ValueError where they are none."""
    known = {name: said[name] for name in ServerAddress.__dataclass_fields__ if name in said}
    try:
        address = ServerAddress(**{**known, "port": int(known.get("port", PORT))})
    except TypeError as trouble:
        raise ValueError("no address of a server") from trouble
    if not all(isinstance(value, str) for name, value in address.values().items() if name != "port"):
        raise ValueError("no address of a server")
    return address


def address_of(url: str) -> tuple[ServerAddress, str]:
    """Address and password of a URL as PostgreSQL writes them: postgresql://user@host:port/database?sslmode=...

    Raises ValueError.
    """
    try:
        found = make_url(url)
    except exc.ArgumentError as trouble:
        raise ValueError("no address of a server") from trouble
    if found.get_backend_name() != "postgresql":
        raise ValueError("no address of a PostgreSQL server")
    more = {key: value if isinstance(value, str) else value[-1] for key, value in found.query.items()}
    host = found.host or more.get("host", "")
    mode = more.get("sslmode", "plain" if host in _HERE or host.startswith("/") else "verify-full")
    said = {"host": host, "database": found.database or "", "user": found.username or more.get("user", "")}
    tls = "plain" if mode == "disable" else mode
    said |= {"tls": tls, "certificate": more.get("sslrootcert", "")}
    return read_address({**said, "port": found.port or PORT}), found.password or ""


def open_server(address: ServerAddress, password: str) -> Engines:
    """Open the database of an office; several desks may at once.

    Raises StoreUnreachable where no server answers, ServerExhausted, ServerRefused, CertificateRefused, PlainRefused,
    ServerTooOld.
    """
    parameters = address.parameters(password)

    def engine(more: Mapping[str, Any], **options: Any) -> Engine:
        return create_engine(URL.create("postgresql+psycopg"), connect_args={**parameters, **more}, **options)

    try:
        engines = postgres_engines(engine)
    except (StoreUnreachable, exc.OperationalError, UnicodeError) as trouble:  # the last: no name of a computer
        raise sorted_refusal(trouble) from trouble
    try:
        with sorted_trouble(), engines.reader.connect() as connection:
            version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
        if version < OLDEST:
            raise ServerTooOld(found=version, wanted=OLDEST)
    except BaseException:
        engines.close()
        raise
    return engines


def sorted_refusal(trouble: BaseException) -> Problem:
    """Which Problem a failed connection stands for. The driver hands no code over, only the words of both sides."""
    said = str(trouble.__cause__ or trouble).casefold()
    if any(word in said for word in ("certificate", "ssl", "tls", "root.crt")) and "no pg_hba.conf" not in said:
        return CertificateRefused()
    if any(word in said for word in _NO_ROOM):
        return ServerExhausted()
    if any(word in said for word in _NOT_YET):
        return StoreUnreachable()
    if any(word in said for word in ("fatal", "致命", "password", "authentication")):
        return ServerRefused()
    return StoreUnreachable()


def write_file(path: Path, values: Mapping[str, Any]) -> None:
    """Write a small file of settings as a whole: at every moment it is the old or the new one. Raises OSError."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(dict(values), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())  # else a power cut may leave the new name with nothing in it
    fresh.replace(path)
