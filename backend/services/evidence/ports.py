"""What the evidence needs: the rows, a page for people, a signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""By table: its rows, as JSON values."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


class EvidenceReader(Protocol):
    """Everything that is kept about an alert."""

    def gather(self, alert_id: str) -> Rows | None:
        """Of one moment. None: there is no such alert."""


class Paper(Protocol):
    """The same for people."""

    def pdf(self, alert_id: str, rows: Rows, made_at: datetime, made_by: str) -> bytes: ...


class Signer(Protocol):
    """Ed25519 (RFC 8032)."""

    def sign(self, content: bytes) -> bytes: ...

    def public_key(self) -> bytes:
        """PEM."""


class Packer(Protocol):
    """Several files as one."""

    def pack(self, files: Mapping[str, bytes], at: datetime) -> bytes: ...
