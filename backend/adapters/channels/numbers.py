"""How a telephone number is written for a provider of text messages."""

from __future__ import annotations

from backend.services.telephony.numbers import national, subscriber


def mainland_or_full(address: str) -> str:
    """Digits alone: without the country for the mainland, with it for all others, as Alibaba Cloud takes them.

    Raises `BadNumber`.
    """
    return national(subscriber(address)).removeprefix("+")
