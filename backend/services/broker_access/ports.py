"""What broker access needs of the world: the registry's rows, a broker that can be told, and secrets just made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from backend.services.broker_access.accounts import Access, BrokerAccount


class BrokerAway(Exception):  # noqa: N818 - a state, not a fault of ours
    """The broker did not answer in time, or refused the platform's own account. Nothing is known of what it took in."""


class BrokerRefused(Exception):  # noqa: N818
    """The broker answered that it will not do it; the message is its own."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """A device as the broker knows it now. `fingerprint` empty: made by somebody else's hand."""

    name: str
    fingerprint: str
    access: Access
    disabled: bool


@dataclass(frozen=True, slots=True)
class Create:
    """Let a device in."""

    account: BrokerAccount
    secret: str


@dataclass(frozen=True, slots=True)
class Change:
    """Another secret (None: the one that it has) or another access. Its connection is cut; it comes back by itself."""

    account: BrokerAccount
    secret: str | None


@dataclass(frozen=True, slots=True)
class CutOff:
    """Refuse a device from now on, its live connection included."""

    name: str


Step = Create | Change | CutOff


class BrokerSession(Protocol):
    """A log-in of the platform at the broker."""

    def accounts(self) -> Sequence[KnownAccount]:
        """Every account that is a device's. Raises `BrokerAway`, `BrokerRefused`."""
        ...

    def do(self, step: Step) -> None:
        """In force when it returns; doing it twice is doing it once. Raises `BrokerAway`, `BrokerRefused`."""
        ...


class BrokerControl(Protocol):
    """The broker's own way of being told who may do what."""

    def open(self) -> AbstractContextManager[BrokerSession]:
        """Raises `BrokerAway`."""
        ...


class AccountRows(Protocol):
    """The registry, as far as the broker is concerned."""

    def accounts(self) -> Sequence[BrokerAccount]:
        """Every device that may log in, by name."""
        ...

    def account(self, name: str) -> BrokerAccount | None:
        """One of them; None where it is not known or is shut out."""
        ...


class FreshSecrets(Protocol):
    """Secrets that this process has made and the broker may not know yet."""

    def secret_of(self, secret_hash: str) -> str | None: ...

    def forget(self, secret_hash: str) -> None: ...
