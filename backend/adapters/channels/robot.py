"""Group robots of WeCom and DingTalk: they answer 200 to everything, and say in the body whether they took it.

Apprise looks at the status alone, so a key that was revoked would count as delivered for ever (ADR 0022).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote, urlencode

import msgspec

from backend.adapters.channels.http import AwayError, Http
from backend.domain.delivery.model import Cause, Outcome, Result
from backend.services.notices.delivery_ports import Message

Kind = Literal["wecom_robot", "dingtalk_robot"]
ENDPOINTS: Final[dict[Kind, str]] = {
    "wecom_robot": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
    "dingtalk_robot": "https://oapi.dingtalk.com/robot/send",
}
_RETRY: Final = {
    -1: Cause.PROVIDER_ERROR,
    45009: Cause.RATE_LIMITED,
    45033: Cause.RATE_LIMITED,
    130101: Cause.RATE_LIMITED,
    410100: Cause.RATE_LIMITED,
}
_PERMANENT: Final = {
    93000: Cause.ADDRESS_UNKNOWN,
    300001: Cause.ADDRESS_UNKNOWN,
    300005: Cause.ADDRESS_UNKNOWN,
    310000: Cause.CREDENTIALS,
}
MOST_BYTES: Final = 2000
"""WeCom takes 2,048 bytes of text."""
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,128}")


@dataclass(frozen=True, slots=True)
class Robot:
    """`SendingChannel`. An address is the robot's key or token; DingTalk's signing secret may follow behind a slash."""

    http: Http
    now: Callable[[], datetime]
    kind: Kind
    endpoint: str

    def send(self, message: Message, address: str) -> Result:
        """Text alone: every client of both shows it."""
        key, _, secret = address.partition("/")
        if _KEY.fullmatch(key) is None:
            return Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
        text = message.long.encode()[:MOST_BYTES].decode(errors="ignore")
        body = msgspec.json.encode({"msgtype": "text", "text": {"content": text}})
        try:
            answered = self.http.post(
                f"{self.endpoint}?{self._query(key, secret)}", {"content-type": "application/json; charset=utf-8"}, body
            )
        except AwayError as away:
            return away.result
        refused = answered.refusal()
        if refused is not None:
            return refused
        return _judged(answered.json.get("errcode"))

    def _query(self, key: str, secret: str) -> str:
        if self.kind == "wecom_robot":
            return urlencode({"key": key})
        query = {"access_token": key}
        if secret:
            stamp = str(int(self.now().timestamp() * 1000))
            digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
            query |= {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
        return urlencode(query, quote_via=quote)


def _judged(code: object) -> Result:
    if code == 0:
        return Result(Outcome.DELIVERED)
    if not isinstance(code, int):
        return Result(Outcome.RETRY, Cause.PROVIDER_ERROR)
    if code in _RETRY:
        return Result(Outcome.RETRY, _RETRY[code])
    return Result(Outcome.PERMANENT, _PERMANENT.get(code) or f"errcode_{code}")
