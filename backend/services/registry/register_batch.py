"""A delivery is registered: which devices it has, by which secret each proves itself, and how all of them can call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from backend.domain.registry.history import Change, ChangeKind, Subject
from backend.domain.registry.lifecycle import DeviceState
from backend.services.identity.actor import Actor
from backend.services.registry.claim_secret import ClaimSecrets
from backend.services.registry.plan_devices import NewClaim
from backend.services.registry.ports import BrokerAccounts, Clock, Device, HashSecret, ListedDevice, Told
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import who_of
from contract.topics import LOBBY_PREFIX

LONGEST_ID: Final = 63 - len(LOBBY_PREFIX)
"""The lobby id is the device's with a word before it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A device of a delivery. `claimed_with`: digest of the request that claimed it, where it said one."""

    device_id: str
    batch_id: str
    kind: str
    model: str | None
    claim_sha256: str
    lobby_id: str | None
    claimed_at: datetime | None
    claimed_with: str | None
    refused_count: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the list answers for a device. `claim_secret` None: it is the maker's own."""

    device_id: str
    lobby_id: str | None
    claim_secret: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """`lobby_secret`: with what every device of it connects as its lobby id, until it has its own. None: without."""

    batch_id: str
    lobby_secret: str | None
    devices: tuple[Delivered, ...]


class ClaimTransaction(Told, Protocol):
    """One transaction about deliveries and claims."""

    def batch(self, batch_id: str) -> str | None:
        """The label of the delivery."""

    def add_batch(self, batch_id: str, label: str, now: datetime, by: str) -> None: ...

    def claim(self, device_id: str) -> Claim | None:
        """Locked until the end of the transaction."""

    def put_claim(self, claim: Claim) -> None: ...

    def device(self, device_id: str) -> ListedDevice | None:
        """Locked until the end of the transaction."""

    def add_device(self, device: Device) -> None: ...

    def set_secret(self, device_id: str, secret_hash: str) -> None: ...

    def set_state(self, device_id: str, state: DeviceState, now: datetime) -> None: ...


class ClaimStore(Protocol):
    """Opens transactions about claims."""

    def begin(self) -> AbstractContextManager[ClaimTransaction]: ...


@dataclass(frozen=True, slots=True)
class RegisterBatch:
    """The use case. The same list again, or more of the same delivery: what is there stays as it is."""

    store: ClaimStore
    broker: BrokerAccounts
    secrets: ClaimSecrets
    hash_secret: HashSecret
    clock: Clock

    def __call__(self, batch_id: str, label: str, items: Sequence[NewClaim], actor: Actor, *, lobby: bool) -> Delivery:
        """Raises `RegistryRefused`; nothing of the list is registered then."""
        now = self.clock.now()
        lobby_secret = self.secrets.lobby_of(batch_id) if lobby else None
        with self.store.begin() as tx:
            known = tx.batch(batch_id)
            if known is None:
                tx.add_batch(batch_id, label, now, actor.id)
            elif known != label:
                raise RegistryRefused(RegistryRefusal.BATCH_EXISTS, [batch_id])
            made = [self._register(tx, item, lobby_secret, actor, now) for item in sorted(items, key=_by_id)]
            tx.commit()
        if lobby_secret is not None:
            self.broker.publish()
        placed = {one.device_id: one for one in made}
        return Delivery(batch_id, lobby_secret, tuple(placed[item.device_id] for item in items))

    def _register(
        self, tx: ClaimTransaction, item: NewClaim, lobby_secret: str | None, actor: Actor, now: datetime
    ) -> Delivered:
        sha256 = item.sha256 or self.secrets.digest_of(item.device_id)
        secret = self.secrets.secret_of(item.device_id) if item.sha256 is None else None
        lobby_id = f"{LOBBY_PREFIX}{item.device_id}" if lobby_secret is not None else None
        wanted = Claim(item.device_id, item.batch_id, item.kind, item.model, sha256, lobby_id, None, None)
        before = tx.claim(item.device_id)
        if before is not None:
            same = (before.batch_id, before.claim_sha256, before.kind) == (wanted.batch_id, sha256, wanted.kind)
            if not same:
                raise RegistryRefused(RegistryRefusal.DEVICE_EXISTS, [item.device_id])
            return Delivered(item.device_id, before.lobby_id, secret)
        tx.put_claim(wanted)
        if lobby_id is not None and lobby_secret is not None and tx.device(lobby_id) is None:
            hashed = self.hash_secret(lobby_secret)
            tx.add_device(
                Device(
                    lobby_id,
                    item.kind,
                    DeviceState.LOBBY,
                    None,
                    None,
                    False,
                    hashed,
                    now,
                    model=item.model,
                    batch_id=item.batch_id,
                    state_since=now,
                )
            )
            after = {"state": str(DeviceState.LOBBY), "batch_id": item.batch_id}
            tx.tell([Change(Subject.DEVICE, lobby_id, ChangeKind.ENROLLED, now, who_of(actor), after=after)])
        return Delivered(item.device_id, lobby_id, secret)


def _by_id(item: NewClaim) -> str:
    """Two lists at once take their locks in the same order."""
    return item.device_id
