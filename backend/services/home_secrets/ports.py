"""What the secrets of homes need of storage: a look and its entry in the audit log are one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.audit_log.entry import Entry
from backend.domain.home_secrets.looks import OpenAlert, SecretKind


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


class Sealer(Protocol):
    """Encryption at rest; `purpose` is bound in."""

    def seal(self, plain: bytes, purpose: str) -> bytes: ...

    def open(self, sealed: bytes, purpose: str) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """One secret as it is stored."""

    home_id: str
    kind: SecretKind
    sealed: bytes
    updated_at: datetime
    updated_by: str


class SecretTransaction(Protocol):
    """One transaction; nothing is kept unless `commit` is called."""

    def alert(self, alert_id: str) -> OpenAlert | None: ...

    def goes(self, assignment_id: str) -> tuple[str, str, bool] | None:
        """Of an assignment: the alert, the recipient, and whether they are on their way or there."""

    def has_home(self, home_id: str) -> bool: ...

    def kept(self, home_id: str) -> Sequence[Kept]: ...

    def put(self, kept: Kept) -> None: ...

    def remove(self, home_id: str, kind: SecretKind) -> None: ...

    def note(self, entry: Entry) -> None:
        """Into the audit log."""

    def commit(self) -> None: ...


class SecretStore(Protocol):
    """Where they are kept."""

    def begin(self) -> AbstractContextManager[SecretTransaction]: ...

    def page(self, after: tuple[str, str], limit: int) -> Sequence[Kept]:
        """In the order of home and kind; for sealing anew."""


Shown = Mapping[SecretKind, str]


def purpose(home_id: str, kind: SecretKind) -> str:
    """What a value is bound to: it opens in its own row alone."""
    return f"home/{home_id}/{kind}"
