"""A PostgreSQL server of the tests' own: in a temporary folder, on a local socket, without a network port.

Its language is Chinese, so that what must sort by bytes is seen to fail where it does not say so. As root it runs as
another user, since PostgreSQL refuses root. Without PostgreSQL on the machine the tests that need it are skipped, but
where CI is set they fail: there it has to be installed.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest

from desktop.bench_postgres import other_user, programs

ADMIN = "jinmen"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "logging_collector": "off",
}


class Server:
    """A running server; databases are made and dropped by name."""

    def __init__(self, socket: Path, port: str = "") -> None:
        self.socket = socket
        self._port = f"&port={port}" if port else ""
        self._made = 0

    def url(self, database: str) -> str:
        return f"postgresql:///{database}?host={self.socket}&user={ADMIN}{self._port}"

    def make(self, template: str = "template1") -> str:
        """A new database like the template; its name."""
        self._made += 1
        name = f"test_{self._made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@contextmanager
def running(
    more: Mapping[str, str] = MappingProxyType({}), files: Mapping[str, bytes] = MappingProxyType({})
) -> Iterator[Server]:
    """A fresh server until the end of the block; skips the test (fails it where CI is set) without PostgreSQL.

    more: settings beside SETTINGS. files: by their name, put into the folder of its data before it starts.
    """
    folder = programs()
    if folder is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("PostgreSQL is not installed on this machine")
    home = Path(tempfile.mkdtemp(prefix="jmpg"))  # short: the path of a socket has at most 107 bytes
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:
        user = other_user()
        shutil.chown(home, user)
        as_user = {"user": user, "group": user, "extra_groups": []}
    common = {"cwd": home, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **as_user}
    data = home / "data"
    initdb = [folder / "initdb", "-D", data, "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--no-sync"]
    made = subprocess.run(
        [*initdb, "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh"], capture_output=True, **common
    )
    if made.returncode:  # before 15, or built without ICU
        shutil.rmtree(data, ignore_errors=True)
        subprocess.run(initdb, capture_output=True, check=True, **common)
    for name, content in files.items():
        (data / name).write_bytes(content)
        (data / name).chmod(0o600)
        if as_user:
            shutil.chown(data / name, str(as_user["user"]))
    settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "unix_socket_directories": home, **more}.items()]
    log = (home / "log").open("wb")
    process = subprocess.Popen([folder / "postgres", "-D", data, *settings], stdout=log, stderr=log, **common)
    try:
        server = Server(home, more.get("port", ""))
        _wait_until_it_answers(server, process, home / "log")
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # close all connections, then end
        process.wait(20)
        log.close()
        shutil.rmtree(home, ignore_errors=True)


def _wait_until_it_answers(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.05)
