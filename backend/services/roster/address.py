"""What an address of a channel looks like, and what of it may be shown."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from backend.domain.escalation.targets import Channel
from backend.services.roster.refusals import Refusal, Refused
from backend.services.telephony.numbers import BadNumber, subscriber

_PHONES: Final = frozenset({Channel.VOICE, Channel.SMS})
_URLS: Final = frozenset({Channel.WEBHOOK})
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_SHOWN: Final = 4


def normal_address(channel: Channel, text: str) -> str:
    """The address as it is kept, a phone number in E.164; raises `Refusal` where the channel cannot use it.

    The desk is no address: operators are told there by sitting at it.
    """
    text = text.strip()
    if channel is Channel.DESK or not text or not text.isprintable():
        raise Refusal(Refused.BAD_ADDRESS, str(channel))
    if channel in _PHONES:
        return _phone(channel, text)
    if channel is Channel.EMAIL and not _EMAIL.fullmatch(text):
        raise Refusal(Refused.BAD_ADDRESS, str(channel))
    if channel in _URLS and not _is_url(text):
        raise Refusal(Refused.BAD_ADDRESS, str(channel))
    return text


def masked(address: str) -> str:
    """Its last four characters, and nothing of a short one."""
    return "…" + address[-_SHOWN:] if len(address) > 2 * _SHOWN else "…"


def _phone(channel: Channel, text: str) -> str:
    try:
        return subscriber(text)
    except BadNumber:
        raise Refusal(Refused.BAD_ADDRESS, str(channel)) from None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
