"""Where SMS providers bring replies: Alibaba Cloud's and Tencent Cloud's own forms, and a plain one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final, Literal

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from msgspec import DecodeError, json
from starlette.exceptions import HTTPException

from backend.api.answering_pages import Turns
from backend.services.answering.hear_reply import MAX_TEXT, HearReply, Text
from backend.services.answering.seals import Seals

log = structlog.get_logger()

PROVIDERS: Final = ("alibaba", "tencent", "plain")
Provider = Literal["alibaba", "tencent", "plain"]
_TAKEN: Final[dict[str, dict[str, Any]]] = {
    "alibaba": {"code": 0, "msg": "OK"},
    "tencent": {"result": 0, "errmsg": "OK"},
}
"""What each provider wants to read; anything else, or another status than 200, and it brings the reply again."""


def router(hear: HearReply, seals: Seals) -> APIRouter:
    """`POST /replies/{provider}/{secret}`: the secret in the address is how we know the provider."""
    api = APIRouter(prefix="/replies", tags=["answering"])
    turns = Turns()

    @api.post("/{provider}/{secret}")
    async def bring(provider: str, secret: str, request: Request) -> JSONResponse:
        """Alibaba's SmsUp array, Tencent's reply callback, or `{"phone","text","id"?}`, one or an array. 200: kept."""
        if provider not in PROVIDERS or not seals.reply_secret_fits(secret, provider):
            raise HTTPException(404)
        body = await request.body()
        return await turns.run(_bring, hear, provider, body)

    return api


def _bring(hear: HearReply, provider: str, body: bytes) -> JSONResponse:
    outcomes = []
    for text in texts(provider, body):
        result = hear(text)
        log.info("reply_heard", provider=provider, outcome=str(result.heard), reason=str(result.why or ""))
        outcomes.append({"outcome": str(result.heard), "why": str(result.why) if result.why else None})
    return JSONResponse(_TAKEN.get(provider, {"outcomes": outcomes}))


def texts(provider: str, body: bytes) -> Iterator[Text]:
    """The replies in a body. One that cannot be read is a text of its own: kept, and never asked for again."""
    try:
        items = json.decode(body)
    except (DecodeError, UnicodeDecodeError):
        yield Text(provider, "", body.decode(errors="replace")[:MAX_TEXT], _digest(body))
        return
    for item in items if isinstance(items, list) else [items]:
        yield _text(provider, item)


def _text(provider: str, item: Any) -> Text:
    phone, text, number = _fields(provider, item) if isinstance(item, dict) else (None, None, None)
    if not isinstance(phone, str) or not isinstance(text, str):
        raw = json.encode(item)
        return Text(provider, "", raw.decode()[:MAX_TEXT], _digest(raw))
    return Text(provider, phone, text, str(number)[:128] if number is not None else None)


def _fields(provider: str, item: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Phone, text, and the provider's number of the message."""
    if provider == "alibaba":
        # SmsUp: an array of {"phone_number","content","send_time","dest_code","sequence_id"}.
        return item.get("phone_number"), item.get("content"), item.get("sequence_id")
    if provider == "tencent":
        # {"nationcode","mobile","text","sign","time","extend"}; no number, so the moment and the text are its number.
        mobile, country = item.get("mobile"), item.get("nationcode")
        phone = f"+{country}{mobile}" if country and mobile and not str(mobile).startswith("+") else mobile
        return phone, item.get("text"), _digest(f"{phone} {item.get('time')} {item.get('text')}".encode())
    return item.get("phone"), item.get("text"), item.get("id")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
