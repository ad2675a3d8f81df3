"""The way to the server is encrypted, and the server proves whose it is; one that cannot is refused, which is told."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from models import texts
from models.store.server import CertificateRefused, PlainRefused, ServerAddress, address_of, open_server
from tests.postgres import ADMIN, Server, running


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, issuer: str, *, authority: bool
) -> bytes:
    """PEM of a certificate that is good today."""
    now = datetime.now(UTC)
    whose = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(whose)
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return made.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Office:
    """A server with TLS, and what a desk must know of it."""

    server: Server
    address: ServerAddress  # the right name and the right authority
    other: str  # file of an authority of the same name that has signed nothing here


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("tls")
    own, other, key = (ec.generate_private_key(ec.SECP256R1()) for _each in range(3))
    for name, authority in (("own", own), ("other", other)):
        whole = certificate("jinmen authority", authority, authority, "jinmen authority", authority=True)
        (folder / f"{name}.crt").write_bytes(whole)
    plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = {
        "server.crt": certificate("localhost", key, own, "jinmen authority", authority=False),
        "server.key": key.private_bytes(*plain),
        "postgresql.auto.conf": b"ssl = on\n",
    }
    address = ServerAddress("localhost", "postgres", ADMIN, port, certificate=str(folder / "own.crt"))
    try:
        with running({"listen_addresses": "127.0.0.1", "port": str(port)}, files) as server:
            yield Office(server, address, str(folder / "other.crt"))
    except RuntimeError as trouble:
        if "not supported by this build" not in str(trouble):
            raise
        pytest.skip("the PostgreSQL of this machine was built without TLS")


def is_encrypted(address: ServerAddress) -> bool:
    engines = open_server(address, "")
    try:
        with engines.reader.connect() as connection:
            query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            return bool(connection.exec_driver_sql(query).scalar_one())
    finally:
        engines.close()


def test_the_server_of_the_office_is_known_by_its_authority_and_its_name(office: Office) -> None:
    assert office.address.tls == "verify-full"
    assert is_encrypted(office.address)


def test_a_server_that_another_authority_has_signed_is_refused(office: Office) -> None:
    for tls in ("verify-full", "verify-ca"):
        with pytest.raises(CertificateRefused) as told:
            open_server(replace(office.address, certificate=office.other, tls=tls), "")
        with texts.speaking("zh_CN"):
            assert "服务器" in told.value.sentence()


def test_without_a_file_the_authorities_of_the_operating_system_do_not_know_it(office: Office) -> None:
    with pytest.raises(CertificateRefused):
        open_server(replace(office.address, certificate=""), "")


def test_a_server_of_another_name_is_refused_unless_the_keeper_does_without_its_name(office: Office) -> None:
    with pytest.raises(CertificateRefused):
        open_server(replace(office.address, host="127.0.0.1"), "")  # the certificate says localhost
    assert is_encrypted(replace(office.address, host="127.0.0.1", tls="verify-ca"))


@pytest.mark.parametrize("mode", ["require", "prefer", "allow"])
def test_no_way_that_checks_nothing_can_be_asked_for(office: Office, mode: str) -> None:
    address, _password = address_of(f"postgresql://{ADMIN}@localhost:{office.address.port}/postgres?sslmode={mode}")
    with pytest.raises(ValueError, match="ways to connect"):
        open_server(address, "")
    with pytest.raises(PlainRefused):
        open_server(replace(office.address, host="db.office.example", tls="plain"), "")


def test_a_server_that_offers_no_encryption_any_more_gets_nothing(office: Office) -> None:
    def set_ssl(on: str) -> None:
        with psycopg.connect(office.server.url("postgres"), autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET ssl = {on}")  # type: ignore[arg-type]
            admin.execute("SELECT pg_reload_conf()")
        for _try in range(200):  # the server looks at its settings when it has heard of it
            with psycopg.connect(office.server.url("postgres")) as admin:
                if admin.execute("SHOW ssl").fetchone() == (on,):
                    return
            time.sleep(0.02)
        raise AssertionError("the server did not read its settings again")

    set_ssl("off")
    try:
        with pytest.raises(CertificateRefused):
            open_server(office.address, "")
    finally:
        set_ssl("on")
