"""A device proves once who it is and gets its own credential; whoever proves it again is refused and reported."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from backend.domain.registry.history import PLATFORM, Change, ChangeKind, Subject
from backend.domain.registry.lifecycle import DeviceState, may_connect
from backend.domain.work_order.model import Origin
from backend.domain.work_order.rules import REPAIR
from backend.services.identity.actor import Actor
from backend.services.identity.attempts import CENTRE_WAIT, after_failure, after_success, blocked_for
from backend.services.identity.attempts import Subject as Counted
from backend.services.identity.store import AttemptsTransaction
from backend.services.registry.claim_secret import digest
from backend.services.registry.credential import Seed
from backend.services.registry.ports import BrokerAccounts, Clock, Device, EnrolKey, HashSecret
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.register_batch import Claim, ClaimStore, ClaimTransaction
from backend.services.registry.who import who_of
from backend.services.work_order.ports import NewWorkOrder

log = structlog.get_logger()

FREE_BY_DEVICE: Final = 5
FREE_BY_ADDRESS: Final = 30
"""Failures that cost nothing; many terminals of one operator share an address."""
NOBODYS: Final = digest("")
"""Compared with where nobody knows the device: it takes as long."""


class ClaimRefusal(StrEnum):
    """Why no credential was given."""

    WRONG = "claim_refused"
    CLAIMED_BEFORE = "already_claimed"
    SHUT_OUT = "shut_out"
    TOO_MANY = "too_many_attempts"


class ClaimRefused(Exception):  # noqa: N818 - an answer, not a fault
    """`retry_after`: where trying again helps later."""

    def __init__(self, reason: ClaimRefusal, retry_after: timedelta | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the device connects with from now on. The secret is shown here and nowhere again."""

    device_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class ClaimDevice:
    """The use case. Open to strangers: every try is counted before it is looked at.

    Dies after the commit: the same request with the same Idempotency-Key gets the same credential.
    """

    store: ClaimStore
    attempts: Callable[[], AbstractContextManager[AttemptsTransaction]]
    broker: BrokerAccounts
    key: EnrolKey
    hash_secret: HashSecret
    clock: Clock

    def __call__(self, device_id: str, claim_secret: str, address: str, key: str | None) -> Claimed:
        """Raises `ClaimRefused`."""
        counted = (
            Counted(f"claim:{_short(device_id)}", FREE_BY_DEVICE),
            Counted(f"claim-addr:{_short(address)}", FREE_BY_ADDRESS, CENTRE_WAIT),
        )
        self._count(counted)
        now = self.clock.now()
        with self.store.begin() as tx:
            claim = tx.claim(device_id)
            expected = claim.claim_sha256 if claim is not None else NOBODYS
            right = hmac.compare_digest(digest(claim_secret), expected)
            if claim is None or not right:
                self._refuse(tx, claim)
                raise ClaimRefused(ClaimRefusal.WRONG)
            secret = self._decide(tx, claim, key, now)
            tx.commit()
        self._take_back(counted)
        self.broker.publish()
        log.info("device_claimed", device_id=device_id)
        return Claimed(device_id, secret)

    def _decide(self, tx: ClaimTransaction, claim: Claim, key: str | None, now: datetime) -> str:
        marked = _short(key) if key is not None else None
        secret = Seed(self.key.read(), f"claim:{claim.device_id}", key).secret(claim.device_id)
        if claim.claimed_at is not None:
            if marked is not None and marked == claim.claimed_with:
                return secret
            self._report(tx, claim, now)
            raise ClaimRefused(ClaimRefusal.CLAIMED_BEFORE)
        device = tx.device(claim.device_id)
        if device is not None and not may_connect(device.state):
            raise ClaimRefused(ClaimRefusal.SHUT_OUT)
        hashed = self.hash_secret(secret)
        if device is None:
            tx.add_device(_on_the_shelf(claim, hashed, now))
        else:
            tx.set_secret(claim.device_id, hashed)
        tx.put_claim(replace(claim, claimed_at=now, claimed_with=marked))
        home_id = device.home_id if device is not None else None
        tx.tell([Change(Subject.DEVICE, claim.device_id, ChangeKind.CLAIMED, now, PLATFORM, home_id)])
        return secret

    def _report(self, tx: ClaimTransaction, claim: Claim, now: datetime) -> None:
        """Somebody has its secret a second time: a copied label, or a device that was set back."""
        device = tx.device(claim.device_id)
        home_id = device.home_id if device is not None else None
        tx.put_claim(replace(claim, refused_count=claim.refused_count + 1))
        tx.tell([Change(Subject.DEVICE, claim.device_id, ChangeKind.CLAIM_REFUSED, now, PLATFORM, home_id)])
        tx.orders.create(_look(claim.device_id, home_id, now), now)
        tx.commit()
        log.warning("device_claimed_twice", device_id=claim.device_id, refused=claim.refused_count + 1)

    def _refuse(self, tx: ClaimTransaction, claim: Claim | None) -> None:
        if claim is not None:
            tx.put_claim(replace(claim, refused_count=claim.refused_count + 1))
            tx.commit()
        log.warning("claim_refused", known=claim is not None)

    def _count(self, counted: tuple[Counted, ...]) -> None:
        now = self.clock.now()
        with self.attempts() as tx:
            taken = [(subject, tx.take(subject.key, now)) for subject in counted]
            waits = [wait for _, tries in taken if (wait := blocked_for(tries, now)) is not None]
            if waits:
                raise ClaimRefused(ClaimRefusal.TOO_MANY, max(waits))
            for subject, tries in taken:
                tx.put(subject.key, after_failure(tries, subject, now))
            tx.commit()

    def _take_back(self, counted: tuple[Counted, ...]) -> None:
        now = self.clock.now()
        with self.attempts() as tx:
            for subject in counted:
                tx.put(subject.key, after_success(tx.take(subject.key, now)))
            tx.commit()


@dataclass(frozen=True, slots=True)
class ReopenClaim:
    """The use case: a technician lets a device prove itself once more, because it was set back or its answer lost."""

    store: ClaimStore
    broker: BrokerAccounts
    secrets_lobby: Callable[[str], str]
    hash_secret: HashSecret
    clock: Clock

    def __call__(self, device_id: str, reason: str, actor: Actor) -> None:
        """It can call with its delivery's credential meanwhile. Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            claim = tx.claim(device_id)
            if claim is None:
                raise RegistryRefused(RegistryRefusal.UNKNOWN_DEVICE, [device_id])
            device = tx.device(device_id)
            tx.put_claim(replace(claim, claimed_at=None, claimed_with=None))
            if claim.lobby_id is not None:
                tx.set_secret(claim.lobby_id, self.hash_secret(self.secrets_lobby(claim.batch_id)))
                tx.set_state(claim.lobby_id, DeviceState.LOBBY, now)
            home_id = device.home_id if device is not None else None
            who = who_of(actor)
            tx.tell([Change(Subject.DEVICE, device_id, ChangeKind.CLAIM_REOPENED, now, who, home_id, reason)])
            tx.commit()
        self.broker.publish()


def _on_the_shelf(claim: Claim, secret_hash: str, now: datetime) -> Device:
    return Device(
        claim.device_id,
        claim.kind,
        DeviceState.STOCK,
        None,
        None,
        False,
        secret_hash,
        now,
        model=claim.model,
        batch_id=claim.batch_id,
        state_since=now,
    )


def _look(device_id: str, home_id: str | None, now: datetime) -> NewWorkOrder:
    return NewWorkOrder(
        key=f"claimed_twice/{device_id}/{now.date().isoformat()}",
        kind=REPAIR,
        origin=Origin.DEVICE,
        text=(
            f"设备 {device_id} 被第二次认领，已拒绝：请查标签是否被复制，或设备是否被恢复出厂。"
            f" / {device_id} was claimed a second time and refused: was its label copied, or the device set back?"
        ),
        home_id=home_id,
        device_id=device_id,
        source="registry",
    )


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
