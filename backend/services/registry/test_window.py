"""A technician opens a window in which a device's presses are silent at the desk, and closes it before its time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.testing import LONGEST, TestWindow
from backend.domain.registry.history import Change, ChangeKind, Subject
from backend.services.identity.actor import Actor
from backend.services.registry.ports import Clock, ListedDevice, Told
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import derived_id, who_of


@dataclass(frozen=True, slots=True)
class OpenedWindow:
    """A window as it is kept. `ended_at`: closed before `until`."""

    id: str
    device_id: str
    home_id: str | None
    opened_by: str
    opened_by_name: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether a press at `now` may be a test."""
        return self.ended_at is None and self.opened_at <= now < self.until


class WindowTransaction(Told, Protocol):
    """One transaction about a device and its windows."""

    def device(self, device_id: str) -> ListedDevice | None:
        """Locked until the end of the transaction."""

    def window(self, window_id: str) -> OpenedWindow | None: ...

    def open_windows(self, device_id: str, now: datetime) -> Sequence[OpenedWindow]: ...

    def put_window(self, window: OpenedWindow) -> None: ...

    def set_test(self, device_id: str, window: TestWindow | None) -> None:
        """What the next press of the device is measured by."""


class WindowStore(Protocol):
    """Opens transactions about test windows."""

    def begin(self) -> AbstractContextManager[WindowTransaction]: ...

    def windows(self, now: datetime, sight: Sight = WHOLE) -> Sequence[OpenedWindow]:
        """Those that are open now, in homes that `sight` sees."""


@dataclass(frozen=True, slots=True)
class OpenTestWindow:
    """The use case. One window a device; one's own is replaced, somebody else's is not."""

    store: WindowStore
    clock: Clock

    def __call__(self, device_id: str, minutes: int, actor: Actor, key: str | None) -> OpenedWindow:
        """`minutes` 1 to 30. Raises `RegistryRefused`. The same key: the same window, never a longer one."""
        if not timedelta(0) < timedelta(minutes=minutes) <= LONGEST:
            raise ValueError("1 to 30 minutes")
        now = self.clock.now()
        window_id = derived_id(actor, key, f"test-window/{device_id}")
        with self.store.begin() as tx:
            device = tx.device(device_id)
            if device is None:
                raise RegistryRefused(RegistryRefusal.UNKNOWN_DEVICE, [device_id])
            before = tx.window(window_id)
            if before is not None:
                return before
            self._replace(tx, device_id, actor, now)
            window = OpenedWindow(
                window_id, device_id, device.home_id, actor.id, actor.name, now, now + timedelta(minutes=minutes)
            )
            tx.put_window(window)
            tx.set_test(device_id, TestWindow(window.id, window.opened_at, window.until))
            tx.tell([_told(window, ChangeKind.TEST_OPENED, actor, now)])
            tx.commit()
        return window

    def _replace(self, tx: WindowTransaction, device_id: str, actor: Actor, now: datetime) -> None:
        for open_one in tx.open_windows(device_id, now):
            if open_one.opened_by != actor.id:
                raise RegistryRefused(RegistryRefusal.WINDOW_OPEN, [open_one.id])
            end_window(tx, open_one, now)


@dataclass(frozen=True, slots=True)
class EndTestWindow:
    """The use case. A press that was made in it may still be confirmed."""

    store: WindowStore
    clock: Clock

    def __call__(self, window_id: str, actor: Actor) -> None:
        """One that is over already stays as it is. Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            found = tx.window(window_id)
            if found is None or tx.device(found.device_id) is None:
                raise RegistryRefused(RegistryRefusal.UNKNOWN_WINDOW, [window_id])
            # Looked at again under the device's lock.
            if window_id not in {one.id for one in tx.open_windows(found.device_id, now)}:
                return
            end_window(tx, found, now)
            tx.set_test(found.device_id, None)
            tx.tell([_told(found, ChangeKind.TEST_ENDED, actor, now)])
            tx.commit()


def end_window(tx: WindowTransaction, window: OpenedWindow, now: datetime) -> None:
    """It is over now."""
    tx.put_window(
        OpenedWindow(
            window.id,
            window.device_id,
            window.home_id,
            window.opened_by,
            window.opened_by_name,
            window.opened_at,
            window.until,
            now,
        )
    )


def _told(window: OpenedWindow, kind: ChangeKind, actor: Actor, now: datetime) -> Change:
    after = {"test_window_id": window.id, "until": window.until.isoformat()}
    return Change(Subject.DEVICE, window.device_id, kind, now, who_of(actor), window.home_id, after=after)
