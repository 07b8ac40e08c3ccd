"""What a broker that asks at each log-in and each topic is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from backend.services.broker_access.accounts import Access, BrokerAccount, is_service
from backend.services.broker_access.ports import AccountRows
from backend.services.broker_access.rules import AccessRules, Action
from contract.topics import is_device_id


class Verdict(StrEnum):
    """The outcome with its reason."""

    ALLOWED = "allowed"
    UNKNOWN = "unknown_account"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - a reason
    OTHER_CLIENT_ID = "other_client_id"
    NOT_ITS_TOPIC = "not_its_topic"


class ProgramAccounts(Protocol):
    """The accounts of programs (gateways and so on), which are not in the registry."""

    def secret_hash(self, name: str) -> str | None: ...


class Matches(Protocol):
    """Whether this is the secret of this hash, in constant time."""

    def __call__(self, secret: str, secret_hash: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class AnswerBroker:
    """The use case. `nobody`: a hash that no secret has, so that an unknown name takes as long as a known one."""

    rows: AccountRows
    programs: ProgramAccounts
    matches: Matches
    rules: AccessRules
    nobody: str

    def log_in(self, name: str, secret: str, client_id: str) -> Verdict:
        """The client id must be the name: one credential is one connection, and nobody takes over another's session."""
        secret_hash = self._secret_hash(name)
        right = self.matches(secret, secret_hash or self.nobody)
        if secret_hash is None:
            return Verdict.UNKNOWN
        if not right:
            return Verdict.WRONG_SECRET
        return Verdict.ALLOWED if client_id == name else Verdict.OTHER_CLIENT_ID

    def reach(self, name: str, action: Action, topic: str) -> Verdict:
        """Asked of the registry each time: who is revoked reaches nothing from then on."""
        access: Access | None = Access.FULL
        if is_service(name):
            known = self.programs.secret_hash(name) is not None
        else:
            account = self._device(name)
            known, access = account is not None, account.access if account else None
        if not known or access is None:
            return Verdict.UNKNOWN
        return Verdict.ALLOWED if self.rules.allow(name, action, topic, access) else Verdict.NOT_ITS_TOPIC

    def _secret_hash(self, name: str) -> str | None:
        if is_service(name):
            return self.programs.secret_hash(name)
        account = self._device(name)
        return account.secret_hash if account else None

    def _device(self, name: str) -> BrokerAccount | None:
        return self.rows.account(name) if is_device_id(name) else None
