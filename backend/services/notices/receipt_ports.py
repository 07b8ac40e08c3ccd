"""What a provider's delivery report is, and who may bring one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.domain.escalation.targets import Channel

Provider = Literal["alibaba", "tencent", "webhook"]


@dataclass(frozen=True, slots=True)
class Report:
    """One line of a report. `provider_id`: as the provider gave it when it took the message."""

    provider_id: str
    arrived: bool
    cause: str


@dataclass(frozen=True, slots=True)
class ReceiptDoor:
    """Whose receipts are let in: those that know `secret`, for attempts on `channel`."""

    provider: Provider
    channel: Channel
    secret: str
