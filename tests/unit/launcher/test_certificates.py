"""An authority of the site: what it signs is let in, a new one takes over without a gap, nothing is torn by a crash."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from launcher.authority import SERVER_DAYS
from launcher.tls import LOCAL_NAMES, RENEW_BEFORE, Certificates
from tests.harness.clock import ManualClock, wall_now

NAMES = [*LOCAL_NAMES, "broker.example"]


@pytest.fixture
def site(tmp_path: Path) -> Certificates:
    found = Certificates(tmp_path / "tls")
    found.ensure(NAMES, wall_now())
    return found


@contextmanager
def _serving(site: Certificates) -> Iterator[int]:
    """One TLS server that greets whoever comes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(site.server)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(line, server_side=True) as secured:
                    secured.sendall(b"hello")
            except OSError:
                continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _trusts(port: int, bundle: Path, name: str = "127.0.0.1") -> bool:
    context = ssl.create_default_context(cafile=str(bundle))
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=name) as line,
        ):
            return line.recv(5) == b"hello"
    except ssl.SSLError:
        return False


def test_who_trusts_the_bundle_trusts_the_server_by_each_of_its_names(site: Certificates, tmp_path: Path) -> None:
    other = Certificates(tmp_path / "other")
    other.ensure(NAMES, wall_now())
    with _serving(site) as port:
        assert all(_trusts(port, site.bundle, name) for name in NAMES)
        assert not _trusts(port, site.bundle, "elsewhere.example")
        assert not _trusts(port, other.bundle)


def test_keys_are_for_their_owner_alone(site: Certificates) -> None:
    site.rotate(NAMES, wall_now())
    assert site.folder.stat().st_mode & 0o777 == 0o700
    keys = [path for path in site.folder.rglob("*") if path.is_file() and "PRIVATE KEY" in path.read_text()]
    assert len(keys) == 3, "the server, the authority, and the one before"
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    assert "PRIVATE KEY" not in site.bundle.read_text()


def test_a_second_start_changes_nothing(site: Certificates) -> None:
    before = {path: path.read_bytes() for path in site.folder.rglob("*") if path.is_file()}
    site.ensure(NAMES, wall_now())
    assert {path: path.read_bytes() for path in site.folder.rglob("*") if path.is_file()} == before


def test_a_certificate_that_ends_soon_or_lacks_a_name_is_made_anew(site: Certificates) -> None:
    clock, before = ManualClock(wall_now()), site.server.read_bytes()
    clock.turn(timedelta(days=SERVER_DAYS) - RENEW_BEFORE - timedelta(days=1))
    site.ensure(NAMES, clock.now())
    assert site.server.read_bytes() == before
    clock.turn(timedelta(days=2))
    site.ensure(NAMES, clock.now())
    renewed = site.server.read_bytes()
    assert renewed != before
    site.ensure([*NAMES, "10.0.0.5"], clock.now())
    assert site.server.read_bytes() != renewed


def test_a_new_authority_takes_over_without_a_gap(site: Certificates, tmp_path: Path) -> None:
    """Devices that have only the old one, and those that have only the new one, are content at every moment."""
    old = tmp_path / "old.crt"
    old.write_bytes(site.bundle.read_bytes())
    site.rotate(NAMES, wall_now())
    both, new = site.bundle, tmp_path / "new.crt"
    new.write_text(both.read_text().partition("-----END CERTIFICATE-----\n")[0] + "-----END CERTIFICATE-----\n")
    with _serving(site) as port:
        assert [_trusts(port, bundle) for bundle in (old, new, both)] == [True, True, True]
    site.forget(NAMES, wall_now())
    with _serving(site) as port:
        assert [_trusts(port, bundle) for bundle in (old, new, site.bundle)] == [False, True, True]


def test_a_turn_that_was_cut_short_is_finished_at_the_next_start(site: Certificates) -> None:
    """It dies after the old authority is put aside, and after the new one is there but has signed nothing."""
    before = site.folder / "authority-before.pem"
    before.write_text((site.folder / "authority.pem").read_text())
    site.ensure(NAMES, wall_now())
    assert len(site.trusted(wall_now())) == 1
    with _serving(site) as port:
        assert _trusts(port, site.bundle)
    other = Certificates(site.folder.with_name("other"))
    other.ensure(NAMES, wall_now())
    (site.folder / "authority.pem").write_text((other.folder / "authority.pem").read_text())
    site.ensure(NAMES, wall_now())
    assert len(site.trusted(wall_now())) == 2
    with _serving(site) as port:
        assert _trusts(port, site.bundle)


def test_the_list_of_the_shut_out_changes_only_when_they_do(site: Certificates) -> None:
    now = wall_now()
    site.issue("T1", now)
    site.issue("T1", now)
    assert site.issued_to() == {"T1"}
    assert site.shut_out(frozenset({"T1"}), now)
    assert not site.shut_out(frozenset({"T1"}), now)
    before = site.revoked.read_text()
    site.rotate(NAMES, now)
    assert site.revoked.read_text().count("BEGIN X509 CRL") == 2
    assert site.revoked.read_text() != before
    assert site.shut_out(frozenset(), now)
