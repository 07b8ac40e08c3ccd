"""Ed25519 (RFC 8032) with a key of the district; and how a bundle is checked, wherever it turns up."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from backend.services.evidence.export import KEY, LIST, SIGNATURE

MOST_BYTES: Final = 256 * 1024**2
"""Of one file in a bundle: what is larger was not made here."""


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """`Signer`. `read_key`: 32 bytes, read at each use, so that a key that was replaced is in force at once."""

    read_key: Callable[[], bytes]

    def sign(self, content: bytes) -> bytes:
        return self._key().sign(content)

    def public_key(self) -> bytes:
        return self._key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.read_key())


class BundleFault(StrEnum):
    """What is wrong with a bundle."""

    NO_BUNDLE = "no_bundle"
    SIGNATURE = "signature"
    FILE = "file"
    """A file is not the one that was listed, is missing, or was put in."""
    OTHER_KEY = "other_key"
    """Signed, but not with the key that was asked for."""


@dataclass(frozen=True, slots=True)
class BundleProof:
    """`fingerprint`: SHA-256 of the public key in DER, in hex. `where`: the file that is wrong."""

    fault: BundleFault | None
    fingerprint: str = ""
    alert_id: str = ""
    made_at: str = ""
    where: str = ""


def fingerprint_of(pem: bytes) -> str:
    """SHA-256 of a public key, in hex; ValueError for anything else."""
    key = load_pem_public_key(pem)
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def prove(path: Path, expected: str = "") -> BundleProof:
    """Check every byte of a bundle. `expected`: the fingerprint of the district's key, if it is known."""
    try:
        files = _files(path)
        key = load_pem_public_key(files[KEY])
        fingerprint = fingerprint_of(files[KEY])
        if not isinstance(key, Ed25519PublicKey):
            return BundleProof(BundleFault.SIGNATURE, fingerprint)
        key.verify(files[SIGNATURE], files[LIST])
        listed = json.loads(files[LIST])
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        said = dict(listed["sha256"])
    except InvalidSignature:
        return BundleProof(BundleFault.SIGNATURE, fingerprint)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, UnsupportedAlgorithm, NotImplementedError):
        return BundleProof(BundleFault.NO_BUNDLE)
    found = BundleProof(None, fingerprint, str(listed["alert_id"]), str(listed["made_at"]))
    for name in sorted({*said, *hashes} - {LIST, SIGNATURE, KEY}):
        if said.get(name) != hashes.get(name):
            return BundleProof(BundleFault.FILE, fingerprint, found.alert_id, found.made_at, name)
    if expected and expected.lower() != fingerprint:
        return BundleProof(BundleFault.OTHER_KEY, fingerprint, found.alert_id, found.made_at)
    return found


def _files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as packed:
        entries = packed.infolist()
        if any(entry.file_size > MOST_BYTES for entry in entries) or len({e.filename for e in entries}) < len(entries):
            raise ValueError("no bundle of ours")
        return {entry.filename: packed.read(entry) for entry in entries}
