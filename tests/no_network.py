"""No test, and nothing that a test calls, may speak to another computer: such a call fails at once, and names itself.

The program needs no network but the office's own server, which is reached through the database's driver; servers of the
tests are on this computer. What Python's own sockets do is seen here; what libraries do by themselves is seen by the
traced working day of `./run torture --only canaries`.
"""

import ipaddress
import sys
from collections.abc import Collection

_CALLS = frozenset(("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"))
_NAMES = frozenset(("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"))
_begun: list[bool] = []


class NetworkForbidden(RuntimeError):  # noqa: N818  # what it says is no error of the program
    """Something wanted to speak to another computer."""


def forbid() -> None:
    """From now on, for the life of this process; called twice it is forbidden once."""
    if not _begun:
        _begun.append(True)
        sys.addaudithook(_hook)


def _hook(
    name: str, arguments: tuple[object, ...], calls: Collection[str] = _CALLS, names: Collection[str] = _NAMES
) -> None:
    """What it needs stands in its arguments: at the very end of a process the names of this module are gone."""
    if name in calls:
        address = arguments[1] if len(arguments) > 1 else None
        if isinstance(address, tuple) and address and not _here(address[0]):
            raise NetworkForbidden(f"{name} {address[0]}")
    elif name in names and not _here(arguments[0]):
        raise NetworkForbidden(f"{name} {arguments[0]!r}")


def _here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False
