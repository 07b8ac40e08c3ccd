"""The bundle of an alert: all rows as JSON, a PDF, a list with the hash of each, and a signature over the list."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from backend.services.evidence.ports import Clock, EvidenceReader, Packer, Paper, Signer

DATA: Final = "alert.json"
PAPER: Final = "alert.pdf"
LIST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
KEY: Final = "public_key.pem"
README: Final = "README.txt"
HOW: Final = """\
一次报警的证据包。核对：./care backend evidence verify 本文件；公钥指纹应与签发机构另行告知的一致。
The evidence of one alert. To check it: ./care backend evidence verify THIS-FILE. The fingerprint of the key must be the
one that the issuing district has told you by another way.

alert.json     平台保存的关于本次报警的全部记录 / all that the platform keeps about the alert
alert.pdf      供阅读 / for people to read
manifest.json  每个文件的 SHA-256 / the SHA-256 of each file
manifest.sig   manifest.json 的 Ed25519 签名 / Ed25519 signature over manifest.json
"""


class ExportEvidence:
    """The use case. Two exports of an alert that has not changed differ in `made_at` and `made_by` alone."""

    def __init__(self, reader: EvidenceReader, paper: Paper, signer: Signer, packer: Packer, clock: Clock) -> None:
        self._reader = reader
        self._paper = paper
        self._signer = signer
        self._packer = packer
        self._clock = clock

    def __call__(self, alert_id: str, made_by: str) -> bytes | None:
        """A ZIP; None: there is no such alert."""
        rows = self._reader.gather(alert_id)
        if rows is None:
            return None
        now = self._clock.now()
        files = {
            DATA: _json({"alert_id": alert_id, "rows": rows}),
            PAPER: self._paper.pdf(alert_id, rows, now, made_by),
            README: HOW.encode(),
        }
        listed = _json(
            {
                "alert_id": alert_id,
                "made_at": now.isoformat(timespec="milliseconds"),
                "made_by": made_by,
                "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            }
        )
        signed = {LIST: listed, SIGNATURE: self._signer.sign(listed), KEY: self._signer.public_key()}
        return self._packer.pack({**files, **signed}, now)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
