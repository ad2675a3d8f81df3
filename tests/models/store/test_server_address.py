"""Where an office's server is: what is no address is refused before anything is sent; the file of it stays whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.store import server
from models.store.server import (
    CertificateRefused,
    PlainRefused,
    ServerAddress,
    ServerRefused,
    ServerTooOld,
    address_of,
    open_server,
    read_address,
    sorted_refusal,
    write_file,
)
from tests.postgres import Server

GOOD = ServerAddress("db.example", "office", "desk1", certificate="/etc/office.crt")


def test_an_address_survives_its_file() -> None:
    assert read_address(json.loads(json.dumps(GOOD.values()))) == GOOD
    assert read_address({**GOOD.values(), "more": "of a later program"}) == GOOD
    assert read_address({**GOOD.values(), "port": "6432"}).port == 6432


@pytest.mark.parametrize("said", [{}, {"host": "a", "database": "b"}, {**GOOD.values(), "user": 7}])
def test_what_lacks_a_part_or_has_another_kind_of_it_is_no_address(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no address"):
        read_address(said)


@pytest.mark.parametrize("url", ["", "no address", "mysql://a@b/c", "postgresql://desk1@db.example:door/office"])
def test_what_is_no_url_of_such_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|invalid literal"):
        address_of(url)


def test_a_url_may_say_where_in_its_query() -> None:
    found, password = address_of("postgresql:///office?host=/run/postgresql&user=desk1&sslmode=disable")
    assert (found, password) == (ServerAddress("/run/postgresql", "office", "desk1", tls="plain"), "")
    checked, _none = address_of("postgresql://desk1@db.example/office?sslmode=verify-ca&sslrootcert=/etc/office.crt")
    assert (checked.tls, checked.certificate) == ("verify-ca", "/etc/office.crt")


@pytest.mark.parametrize(
    "wrong",
    [{"database": ""}, {"user": ""}, {"port": 0}, {"port": 65536}, {"tls": "prefer"}],
)
def test_values_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a server has"):
        ServerAddress(**{**GOOD.values(), **wrong}).check()


def test_nothing_goes_in_the_open_beyond_this_computer() -> None:
    with pytest.raises(PlainRefused):
        ServerAddress("db.example", "office", "desk1", tls="plain").parameters("secret")
    for here in ("localhost", "127.0.0.1", "::1", "", "/run/postgresql"):
        said = ServerAddress(here, "office", "desk1", tls="plain").parameters("secret")
        assert (said["sslmode"], said["password"], "sslrootcert" in said) == ("disable", "secret", False)


def test_without_a_certificate_file_the_name_of_the_server_is_checked() -> None:
    said = ServerAddress("db.example", "office", "desk1").parameters("")
    assert (said["sslmode"], said["sslrootcert"], "password" in said) == ("verify-full", "system", False)
    with pytest.raises(ValueError, match="name is always checked"):
        ServerAddress("db.example", "office", "desk1", tls="verify-ca").parameters("")


def test_the_page_of_signing_in_names_the_server_and_nothing_secret() -> None:
    assert GOOD.shown == "office @ db.example"
    assert ServerAddress("", "office", "desk1").shown == "office @ localhost"


def test_a_server_that_is_too_old_is_told_and_not_used(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "OLDEST", 99)
    here = ServerAddress(str(postgres.socket), "postgres", "jinmen", tls="plain")
    with pytest.raises(ServerTooOld) as told:
        open_server(here, "")
    assert told.value.facts["wanted"] == 99
    assert "99" in told.value.sentence()


def test_a_refusal_is_told_by_the_words_of_either_side() -> None:
    assert isinstance(sorted_refusal(Exception("FATAL: no pg_hba.conf entry, SSL off")), ServerRefused)
    assert isinstance(sorted_refusal(Exception("certificate verify failed")), CertificateRefused)


def test_a_file_that_could_not_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "server.json"
    write_file(path, GOOD.values())

    def full(_handle: int) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no room"):
        write_file(path, {})
    assert read_address(json.loads(path.read_text("utf-8"))) == GOOD
