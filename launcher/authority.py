"""Certificates: an authority of this site, what it signs, and how a new authority takes over without a gap.

A new authority is signed by the one before as well, and servers show that signature: whoever trusts either of them is
content. Everything is PEM; keys are P-256, of mode 0600.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397  # what clients accept at most
DEVICE_DAYS = 3650
BACKDATED = timedelta(hours=1)  # a terminal's clock may be behind
LIST_DAYS = 3650  # of the list of revoked certificates: it is written anew whenever it changes


@dataclass(frozen=True)
class Signed:
    """A certificate with its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """Both in one text, so that no interruption tears them apart."""
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(encoding, form, serialization.NoEncryption()).decode() + pem(self.certificate)


def pem(certificate: x509.Certificate) -> str:
    """The certificate alone."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def load(text: str) -> Signed:
    """What `Signed.pem` gave; further certificates may follow. Raises ValueError where it is something else."""
    key = serialization.load_pem_private_key(text.encode(), None)
    certificate = x509.load_pem_x509_certificates(text.encode())[0]
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError("key and certificate do not belong together")
    return Signed(key, certificate)


def new_authority(now: datetime) -> Signed:
    """Signs itself. Its name tells it from the site's other ones."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"care {now:%Y-%m-%d} {secrets.token_hex(4)}")
    return Signed(key, _authority(name, key.public_key(), now).issuer_name(name).sign(key, hashes.SHA256()))


def vouch(old: Signed, new: Signed, now: datetime) -> x509.Certificate:
    """The new authority's key, signed by the old one; it ends when the old one does."""
    builder = _authority(new.certificate.subject, new.key.public_key(), now, old.certificate.not_valid_after_utc)
    return builder.issuer_name(old.certificate.subject).sign(old.key, hashes.SHA256())


def sign_server(authority: Signed, names: Sequence[str], now: datetime) -> Signed:
    """For these host names and addresses."""
    alternatives = [_alternative(name) for name in names]
    return _sign(authority, names[0], now, SERVER_DAYS, ExtendedKeyUsageOID.SERVER_AUTH, alternatives)


def sign_device(authority: Signed, device_id: str, now: datetime) -> Signed:
    """The common name is the device id: the broker takes it for the username, and that for the client id."""
    return _sign(authority, device_id, now, DEVICE_DAYS, ExtendedKeyUsageOID.CLIENT_AUTH, [])


def revoked_list(authority: Signed, serials: Iterable[int], now: datetime) -> str:
    """Which of its certificates are not to be let in any more."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    builder = builder.last_update(now - BACKDATED).next_update(now + timedelta(days=LIST_DAYS))
    for serial in sorted(serials):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - BACKDATED).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def names_of(certificate: x509.Certificate) -> list[str]:
    """The host names and addresses of a server's certificate."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(entry.value) for entry in found]


def _authority(
    name: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, until: datetime | None = None
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(name).public_key(key).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(until or now + timedelta(days=AUTHORITY_DAYS))
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _sign(
    authority: Signed,
    name: str,
    now: datetime,
    days: int,
    purpose: x509.ObjectIdentifier,
    alternatives: Sequence[x509.GeneralName],
) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + timedelta(days=days), authority.certificate.not_valid_after_utc)
    builder = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(authority.certificate.subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(until)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(issuer, critical=False)
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return Signed(key, builder.sign(authority.key, hashes.SHA256()))


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
