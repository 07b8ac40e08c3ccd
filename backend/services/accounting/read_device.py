"""How a device stands: what its numbers say, what came twice or late, what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend.domain.accounting.account import Account
from backend.services.accounting.ports import Clock, DeviceReader
from backend.services.accounting.views import DevicePresses

RECENT: Final = timedelta(days=30)
FOUND_WITHIN: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ReadPresses:
    """The use case."""

    reader: DeviceReader
    clock: Clock

    def __call__(self, device_id: str) -> DevicePresses | None:
        """None: nobody knows such a device."""
        account = self.reader.account(device_id)
        if account is None and not self.reader.knows(device_id):
            return None
        now = self.clock.now()
        return DevicePresses(
            device_id,
            account or Account(),
            self.reader.recent(device_id, now - RECENT),
            self.reader.findings(device_id, now - FOUND_WITHIN),
        )
