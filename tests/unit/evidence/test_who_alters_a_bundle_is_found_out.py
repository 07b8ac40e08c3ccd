"""Whoever alters a bundle of evidence is found out: in it, beside it, or by signing it anew."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.adapters.evidence.signature import BundleFault, Ed25519Signer, fingerprint_of, prove
from backend.adapters.evidence.zip_file import ZipPacker
from backend.domain.alert.model import EntryKind
from backend.domain.alert.words import WORDS
from backend.services.evidence.export import ExportEvidence
from backend.services.evidence.ports import Rows
from tests.harness.clock import ManualClock

SIGNER = Ed25519Signer(lambda: bytes(range(32)))


class OneAlert:
    def gather(self, alert_id: str) -> Rows | None:
        return {"alerts": [{"id": alert_id, "holder_name": "王丽"}]}


class PlainPaper:
    def pdf(self, alert_id: str, rows: Rows, made_at: datetime, made_by: str) -> bytes:
        return f"{alert_id} {len(rows)} {made_at.isoformat()} {made_by}".encode()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    clock = ManualClock(datetime(2026, 11, 25, tzinfo=UTC))
    made = ExportEvidence(OneAlert(), PlainPaper(), SIGNER, ZipPacker(), clock)("a1", "aud1")
    assert made is not None
    path = tmp_path / "bundle.zip"
    path.write_bytes(made)
    return path


def test_every_step_has_words_on_paper() -> None:
    assert [kind for kind in EntryKind if not (WORDS[kind].zh and WORDS[kind].en)] == []


Files = dict[str, bytes]


def changed(files: Files) -> None:
    files["alert.json"] = files["alert.json"].replace("王丽".encode(), "李强".encode())


def taken_out(files: Files) -> None:
    del files["alert.pdf"]


def put_in(files: Files) -> None:
    files["letter.txt"] = b"it was all quite different"


def relisted(files: Files) -> None:
    files["manifest.json"] = files["manifest.json"].replace(b"aud1", b"aud2")


def signed_anew(files: Files) -> None:
    """By somebody who brings a key of their own."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    files["manifest.json"] = files["manifest.json"].replace(b"aud1", b"aud2")
    files["manifest.sig"] = key.sign(files["manifest.json"])
    files["public_key.pem"] = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def not_one(files: Files) -> None:
    del files["manifest.json"]


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (changed, BundleFault.FILE),
        (taken_out, BundleFault.FILE),
        (put_in, BundleFault.FILE),
        (relisted, BundleFault.SIGNATURE),
        (signed_anew, BundleFault.OTHER_KEY),
        (not_one, BundleFault.NO_BUNDLE),
    ],
)
def test_who_alters_it_is_found_out(bundle: Path, harm: Callable[[Files], None], fault: BundleFault) -> None:
    expected = fingerprint_of(SIGNER.public_key())
    assert prove(bundle, expected).fault is None
    with zipfile.ZipFile(bundle) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    before = dict(files)
    harm(files)
    assert files != before
    with zipfile.ZipFile(bundle, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    assert prove(bundle, expected).fault is fault
