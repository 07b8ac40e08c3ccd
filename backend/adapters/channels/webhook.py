"""Our own webhook: a signed JSON document to an address, with an id by which a receiver does the same thing once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from backend.adapters.channels.http import AwayError, Http
from backend.adapters.channels.signatures import webhook
from backend.domain.delivery.model import Cause, Outcome, Result
from backend.services.notices.delivery_ports import Message

GONE: Final = 410
TAKEN: Final = 202


@dataclass(frozen=True, slots=True)
class Webhook:
    """`SendingChannel`. 2xx is delivered; 202 is taken, where a receipt is expected; 410: this address is no more."""

    http: Http
    now: Callable[[], datetime]
    secret: str
    plain_http: bool = False
    expects_receipt: bool = False

    def send(self, message: Message, address: str) -> Result:
        """The same notice has the same `Care-Id` and body at each attempt; only timestamp and signature differ."""
        try:
            parts = urlsplit(address)
            host = parts.hostname
        except ValueError:
            return Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
        if not host or parts.scheme not in (("https", "http") if self.plain_http else ("https",)):
            return Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
        receipt = receipt_id(message, address) if self.expects_receipt else None
        body = document(message, receipt)
        timestamp = str(int(self.now().timestamp()))
        headers = {
            "content-type": "application/json; charset=utf-8",
            "care-id": message.notice_id,
            "care-timestamp": timestamp,
            "care-signature": webhook(self.secret, timestamp, body),
        }
        try:
            answered = self.http.post(address, headers, body)
        except AwayError as away:
            return away.result
        if answered.status == GONE:
            return Result(Outcome.PERMANENT, Cause.ADDRESS_UNKNOWN)
        if answered.status == TAKEN and receipt is not None:
            return Result(Outcome.ACCEPTED, "", receipt)
        return answered.refusal() or Result(Outcome.DELIVERED)


def receipt_id(message: Message, address: str) -> str:
    """What a receipt names: one notice may go to several addresses."""
    return f"{message.notice_id}.{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def document(message: Message, receipt: str | None = None) -> bytes:
    """What is posted: UTF-8 JSON, the same bytes for the same notice and address."""
    return msgspec.json.encode(
        {
            "id": message.notice_id,
            "kind": str(message.kind),
            "severity": str(message.severity),
            "locale": message.locale,
            "title": message.title,
            "text": message.long,
            "link": message.link or None,
            "code": message.code or None,
            "receipt": receipt,
        }
    )
