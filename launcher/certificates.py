"""`./care tls …`: the certificates of this site shown, renewed, handed out."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from launcher import clock
from launcher.authority import names_of
from launcher.exits import Exit
from launcher.files import write_secret
from launcher.places import Places
from launcher.record import running_settings
from launcher.shell import Stop
from launcher.texts import text
from launcher.tls import Certificates
from launcher.watched import server_names


def show(places: Places) -> Exit:
    """Who is trusted, for what the broker's certificate is, and until when."""
    own = _own(places)
    trusted = own.trusted(clock.now())
    for number, authority in enumerate(trusted):
        _say("tls_authority" if number == 0 else "tls_authority_before", authority.certificate)
    shown = x509.load_pem_x509_certificates(own.server.read_bytes())[0]
    _say("tls_server", shown, names=", ".join(names_of(shown)))
    print(text("tls_bundle", path=own.bundle))
    print(text("tls_issued", count=len(own.issued_to())))
    return Exit.OK


def rotate(places: Places) -> Exit:
    """A new authority beside the present one; a running `up` takes it over by itself."""
    own = Certificates(places.tls)
    places.make()
    own.rotate(server_names(running_settings(places)), clock.now())
    print(text("tls_rotated", path=own.bundle))
    return Exit.OK


def forget(places: Places) -> Exit:
    """Trust the present authority alone."""
    own = _own(places)
    own.forget(server_names(running_settings(places)), clock.now())
    print(text("tls_forgotten"))
    return Exit.OK


def issue(places: Places, device_id: str, folder: Path) -> Exit:
    """Key and certificate of a device in one file, mode 0600; the key is nowhere else."""
    own = _own(places)
    made = own.issue(device_id, clock.now())
    path = folder / f"{device_id}.pem"
    write_secret(path, made.pem)
    print(text("tls_issued_to", device_id=device_id, path=path, bundle=own.bundle))
    return Exit.OK


def _own(places: Places) -> Certificates:
    own = Certificates(places.tls)
    if not own.bundle.exists():
        raise Stop(text("tls_missing"), Exit.MISSING)
    return own


def _say(key: str, certificate: x509.Certificate, **more: str) -> None:
    until = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    digest = certificate.fingerprint(hashes.SHA256()).hex()
    print(text(key, name=certificate.subject.rfc4514_string(), until=until, digest=digest, **more))
