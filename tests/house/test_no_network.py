"""The tests run without a network: whatever wants one fails, this computer itself excepted."""

import http.client
import socket

import pytest

from tests.no_network import NetworkForbidden


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
def test_another_computer_is_not_called(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(family, kind) as one, pytest.raises(NetworkForbidden):
            one.connect((host, 443))
    with socket.socket(family, socket.SOCK_DGRAM) as one, pytest.raises(NetworkForbidden):
        one.sendto(b"x", (host, 53))


def test_no_name_is_looked_up_and_no_page_fetched() -> None:
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("example.invalid", 443)
    with pytest.raises(NetworkForbidden):
        http.client.HTTPConnection("example.invalid", 80, timeout=1).request("GET", "/")


def test_this_computer_may_be_called() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(listening.getsockname(), 5) as calling:
            assert calling.getpeername() == listening.getsockname()
