"""Which devices of a request are enrolled, and with which secrets: all of them or none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.domain.registry.history import Change, ChangeKind, Subject, Who
from backend.domain.registry.lifecycle import may_connect
from backend.services.identity.actor import Actor
from backend.services.registry.credential import Seed
from backend.services.registry.ports import (
    BrokerAccounts,
    Clock,
    Device,
    DeviceState,
    EnrolKey,
    ExistingDevice,
    HashSecret,
    RegistryConflict,
    RegistryStore,
    RegistryTransaction,
)
from backend.services.registry.request import EnrolRefusal, EnrolRefused, NewDevice, PlannedDevice, plan
from backend.services.registry.who import who_of


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a device connects with. The secret is shown here and nowhere again."""

    device_id: str
    secret: str
    home_id: str | None


class Enrol:
    """Commits the registry rows, then brings them to the broker.

    Dies between the two: the rows stand, and the next start (or the same request again) tells the broker.
    """

    def __init__(
        self, store: RegistryStore, broker: BrokerAccounts, key: EnrolKey, hash_secret: HashSecret, clock: Clock
    ) -> None:
        self._store = store
        self._broker = broker
        self._key = key
        self._hash_secret = hash_secret
        self._clock = clock

    def __call__(self, items: Sequence[NewDevice], actor: Actor, idempotency_key: str | None) -> list[Enrolled]:
        """The credentials, in the order of `items`; raises `EnrolRefused`."""
        who = f"{actor.kind}:{actor.id}"
        seed = Seed(self._key.read(), who, idempotency_key)
        planned = plan(items, seed)
        secrets = {entry.device_id: seed.secret(entry.device_id) for entry in planned}
        try:
            with self._store.begin() as tx:
                repeated = self._done_before(tx, who, idempotency_key, items)
                existing = tx.existing(list(secrets))
                if repeated and len(existing) < len(secrets):
                    # The key file is not the one of back then: what would be derived now was never enrolled.
                    raise EnrolRefused(EnrolRefusal.KEY_REUSED)
                if not repeated:
                    self._write(tx, planned, existing, secrets, who_of(actor))
                    tx.commit()
        except RegistryConflict:
            raise EnrolRefused(EnrolRefusal.CONFLICT) from None
        self._broker.publish()
        homes = {device_id: device.home_id for device_id, device in existing.items()}
        return [
            Enrolled(entry.device_id, secrets[entry.device_id], homes.get(entry.device_id, entry.home_id))
            for entry in planned
        ]

    def _done_before(
        self, tx: RegistryTransaction, who: str, idempotency_key: str | None, items: Sequence[NewDevice]
    ) -> bool:
        if idempotency_key is None:
            return False
        request = hashlib.sha256(repr(list(items)).encode()).hexdigest()
        before = tx.claim_key(who, idempotency_key, request, self._clock.now())
        if before is not None and before != request:
            raise EnrolRefused(EnrolRefusal.KEY_REUSED)
        return before is not None

    def _write(
        self,
        tx: RegistryTransaction,
        planned: Sequence[PlannedDevice],
        existing: Mapping[str, ExistingDevice],
        secrets: Mapping[str, str],
        who: Who,
    ) -> None:
        now = self._clock.now()
        rotated = [entry for entry in planned if entry.device_id in existing]
        fresh = [entry for entry in planned if entry.device_id not in existing]
        _judge_existing(rotated, existing)
        _add_homes(tx, fresh)
        for entry in rotated:
            tx.set_secret(entry.device_id, self._hash_secret(secrets[entry.device_id]))
        for entry in fresh:
            tx.add_device(_row(entry, self._hash_secret(secrets[entry.device_id]), now))
        tx.tell([_told(entry, existing.get(entry.device_id), who, now) for entry in planned])


def _judge_existing(rotated: Sequence[PlannedDevice], existing: Mapping[str, ExistingDevice]) -> None:
    taken = [entry.device_id for entry in rotated if not entry.item.rotate]
    if taken:
        raise EnrolRefused(EnrolRefusal.DEVICE_EXISTS, taken)
    revoked = [entry.device_id for entry in rotated if not may_connect(existing[entry.device_id].state)]
    if revoked:
        raise EnrolRefused(EnrolRefusal.DEVICE_REVOKED, revoked)


def _add_homes(tx: RegistryTransaction, fresh: Sequence[PlannedDevice]) -> None:
    homeless = [entry.device_id for entry in fresh if not entry.item.homeless and entry.home_id is None]
    if homeless:
        raise EnrolRefused(EnrolRefusal.HOME_MISSING, homeless)
    new = {entry.home.id: entry.home for entry in fresh if entry.home}
    named = {entry.home_id for entry in fresh if entry.home_id}
    present = set(tx.homes(named))
    if present & new.keys():
        raise EnrolRefused(EnrolRefusal.HOME_EXISTS, sorted(present & new.keys()))
    if named - present - new.keys():
        raise EnrolRefused(EnrolRefusal.UNKNOWN_HOME, sorted(named - present - new.keys()))
    for home in new.values():
        tx.add_home(home)


def _row(entry: PlannedDevice, secret_hash: str, now: datetime) -> Device:
    item = entry.item
    return Device(
        entry.device_id,
        item.kind,
        _state(item),
        entry.home_id,
        item.room,
        item.synthetic,
        secret_hash,
        now,
        model=item.model,
        device_class=item.device_class,
        codec=item.codec,
        state_since=now,
    )


def _state(item: NewDevice) -> DeviceState:
    """What is simulated hangs where it hangs; a real one is installed once somebody has tried it in the home."""
    if item.lobby:
        return DeviceState.LOBBY
    if item.stock:
        return DeviceState.STOCK
    return DeviceState.INSTALLED if item.synthetic else DeviceState.ENROLLED


def _told(entry: PlannedDevice, before: ExistingDevice | None, who: Who, now: datetime) -> Change:
    home_id = before.home_id if before is not None else entry.home_id
    after = {"secret": "rotated"} if before is not None else {"state": str(_state(entry.item)), "home_id": home_id}
    kind = ChangeKind.CHANGED if before is not None else ChangeKind.ENROLLED
    return Change(Subject.DEVICE, entry.device_id, kind, now, who, home_id, after=after)
