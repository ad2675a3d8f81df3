"""A PostgreSQL server of the bench's own: in a temporary folder, on a local socket, without a network port.

As root it runs as another user, since PostgreSQL refuses root. Its settings are those of a small office's server with
nothing turned off that keeps records safe.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.store.server import ServerAddress

_USER = "jinmen"
_DATABASE = "jinmen"
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "20",
    "logging_collector": "off",
}
_PATIENCE = 60.0  # seconds until it answers


@dataclass(frozen=True)
class Server:
    """A running server with one empty database."""

    address: ServerAddress
    process: int


def seconds_of(process: int) -> float:
    """Processor time of a server and of what it started, ended ones too; 0 where the system does not tell."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(stat.parent.name) == process:
            ticks += sum(map(int, said[11:15]))  # its own, and that of those that ended
        elif int(said[1]) == process:
            ticks += sum(map(int, said[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK") if ticks else 0.0


def programs() -> Path | None:
    """The folder with initdb, postgres and createdb, newest version first; None where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]), reverse=True)
    if found:
        return found[0].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A fresh server until the end of the block; raises RuntimeError where it does not start. Folder: its programs."""
    home = Path(tempfile.mkdtemp(prefix="jmpg"))  # short: the path of a socket has at most 107 bytes
    as_user: dict[str, Any] = {}
    if sys.platform != "win32" and os.geteuid() == 0:
        as_user = {"user": other_user(), "extra_groups": []}
        shutil.chown(home, as_user["user"])
    common: dict[str, Any] = {"cwd": home, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **as_user}
    data = home / "data"
    made: list[str | Path] = [
        folder / "initdb",
        "-D",
        data,
        "-U",
        _USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(made, capture_output=True, check=True, **common)  # noqa: S603  # our own arguments
    settings = [f"-c{name}={value}" for name, value in {**_SETTINGS, "unix_socket_directories": home}.items()]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [folder / "postgres", "-D", data, *settings], stdout=log, stderr=log, **common
        )
        try:
            _make_database(folder, home, process)
            yield Server(ServerAddress(host=str(home), database=_DATABASE, user=_USER, tls="plain"), process.pid)
        finally:
            process.send_signal(signal.SIGINT)  # close all connections, then end
            process.wait(_PATIENCE)
            shutil.rmtree(home, ignore_errors=True)


def _make_database(folder: Path, home: Path, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    making: list[str | Path] = [folder / "createdb", "-h", home, "-U", _USER, _DATABASE]
    while subprocess.run(making, capture_output=True, check=False).returncode:  # noqa: S603
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text('utf-8', 'replace')[-500:]}")
        time.sleep(0.1)


def other_user() -> str:
    """Whose server it is where root starts it."""
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
