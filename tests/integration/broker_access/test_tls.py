"""A real Mosquitto by TLS: with a password, with a client certificate, and over a change of the authority."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from launcher.broker_config import certificate_listener, tls_listener
from launcher.mqtt_probe import Answer, BrokerAddress, log_in
from launcher.tls import LOCAL_NAMES, Certificates
from launcher.watched import shut_out
from tests.harness.clock import wall_now
from tests.harness.controlled_broker import Controlled
from tests.harness.ports import free_port
from tests.harness.wire import Link

pytestmark = pytest.mark.broker
NAMES = list(LOCAL_NAMES)
REFUSED = "Not authorized"


class Site:
    """A broker with three doors: plain, TLS with a password, TLS with a certificate."""

    def __init__(self, folder: Path) -> None:
        self.certificates = Certificates(folder / "tls")
        self.certificates.ensure(NAMES, wall_now())
        self.tls_port, self.certificate_port = free_port(), free_port()
        own = self.certificates
        files = (str(own.server), str(own.bundle), str(own.revoked))
        lines = [
            *tls_listener(self.tls_port, "127.0.0.1", str(own.server)),
            *certificate_listener(self.certificate_port, "127.0.0.1", *files),
        ]
        further = "".join(f"{name} {value}\n" for name, value in lines)
        self.controlled = Controlled(folder / "site", further)
        self.controlled.platform.publish()
        self.folder = folder

    def identity(self, device_id: str) -> Path:
        """A file with key and certificate."""
        path = self.folder / f"{device_id}.pem"
        path.write_text(self.certificates.issue(device_id, wall_now()).pem)
        return path

    def by_password(self, name: str, secret: str, bundle: Path | None = None) -> Answer:
        trusted = str(bundle or self.certificates.bundle)
        return log_in(BrokerAddress("127.0.0.1", self.tls_port, True, trusted), name, secret, 5.0)

    @contextmanager
    def by_certificate(self, identity: Path, claimed: str = "") -> Iterator[Link]:
        """`claimed`: another name than the certificate's, to see it ignored."""
        context = ssl.create_default_context(cafile=str(self.certificates.bundle))
        context.load_cert_chain(identity)
        name = identity.stem
        with Link(self.certificate_port, Named(claimed or name), tls=context) as link:
            yield link


class Named:
    """A credential without a secret."""

    def __init__(self, name: str) -> None:
        self.device_id, self.secret = name, ""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    with made.controlled.broker:
        made.controlled.platform.look()
        yield made


def test_a_password_is_checked_behind_tls_too(site: Site, tmp_path: Path) -> None:
    device = site.controlled.enrol("T1")
    assert site.by_password("T1", device.secret) is Answer.ACCEPTED
    assert site.by_password("T1", "wrong") is Answer.REFUSED
    other = Certificates(tmp_path / "other")
    other.ensure(NAMES, wall_now())
    assert site.by_password("T1", device.secret, other.bundle) is Answer.SILENT


def test_a_certificate_is_the_device_that_it_names_whatever_the_device_says(site: Site) -> None:
    site.controlled.enrol("T1")
    with site.by_certificate(site.identity("T1"), claimed="gw1.events") as link:
        assert link.connected
        assert link.publish("care/v1/T1/event", "{}") != REFUSED
        assert link.publish("care/v1/T2/event", "{}") == REFUSED
        assert link.publish("care/v1/T1/command", "{}") == REFUSED


def test_a_revoked_devices_certificate_is_refused(site: Site) -> None:
    site.controlled.enrol("T1")
    identity, accounts = site.identity("T1"), site.controlled.folder / "dynamic-security.json"
    with site.by_certificate(identity) as link:
        assert link.connected
    site.controlled.revoke("T1")
    shut_out(site.certificates, accounts, wall_now())
    site.controlled.broker.restart()  # the launcher does so when the list has changed
    with pytest.raises((OSError, AssertionError)), site.by_certificate(identity):
        pass


def test_who_has_no_certificate_of_ours_does_not_get_in(site: Site, tmp_path: Path) -> None:
    other = Certificates(tmp_path / "other")
    other.ensure(NAMES, wall_now())
    forged = tmp_path / "T1.pem"
    forged.write_text(other.issue("T1", wall_now()).pem)
    site.controlled.enrol("T1")
    with pytest.raises((OSError, AssertionError)), site.by_certificate(forged):
        pass


def test_old_and_new_certificates_are_good_together(site: Site, tmp_path: Path) -> None:
    device = site.controlled.enrol("T1")
    old_bundle, old_identity = tmp_path / "old.crt", site.identity("T1")
    old_bundle.write_bytes(site.certificates.bundle.read_bytes())
    site.certificates.rotate(NAMES, wall_now())
    site.controlled.broker.restart()
    new_identity = tmp_path / "new"
    new_identity.mkdir()
    (new_identity / "T1.pem").write_text(site.certificates.issue("T1", wall_now()).pem)
    assert site.by_password("T1", device.secret, old_bundle) is Answer.ACCEPTED
    assert site.by_password("T1", device.secret) is Answer.ACCEPTED
    for identity in (old_identity, new_identity / "T1.pem"):
        with site.by_certificate(identity) as link:
            assert link.connected
            assert link.publish("care/v1/T1/event", "{}") != REFUSED
