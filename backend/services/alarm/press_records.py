"""What press accounting needs of storage within a transaction of the emergency lane."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backend.domain.accounting.account import Account
from backend.domain.accounting.findings import Finding


class AnswerStep(StrEnum):
    """How far an answer has got."""

    LEFT = "left"
    CONFIRMED = "confirmed"


class PressRecords(Protocol):
    """Rows that a transaction about presses may use. The device is locked by whoever asks."""

    def press_account(self, device_id: str) -> Account | None:
        """None where nothing was heard of the device, or what stands there cannot be read."""
        ...

    def save_press_account(self, device_id: str, account: Account, at: datetime) -> None: ...
    def note_press_finding(self, finding: Finding) -> None:
        """One row a device, kind and day; counts add up."""
        ...

    def note_answer(self, device_id: str, event_id: str, step: AnswerStep, at: datetime) -> None:
        """The first time counts, for every event of this id."""
        ...
