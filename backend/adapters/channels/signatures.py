"""How requests to Alibaba Cloud (ACS3), Tencent Cloud (TC3) and our own webhook are signed. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

ACS3: Final = "ACS3-HMAC-SHA256"
TC3: Final = "TC3-HMAC-SHA256"


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted by name, RFC 3986: only letters, digits and `-_.~` stay as they are."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(parameters.items()))


def acs3(key_id: str, secret: str, method: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    """The `Authorization` of an Alibaba Cloud RPC call (signature version 3) on path `/`.

    `headers`: lower-case names; `host`, `content-type` and every `x-acs-…` are signed.
    """
    signed = sorted(name for name in headers if name in ("host", "content-type") or name.startswith("x-acs-"))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in signed)
    request = "\n".join([method, "/", query, lines, ";".join(signed), _sha256(body)])
    signature = _hmac(secret.encode(), f"{ACS3}\n{_sha256(request.encode())}").hex()
    return f"{ACS3} Credential={key_id},SignedHeaders={';'.join(signed)},Signature={signature}"


def tc3(key_id: str, secret: str, service: str, headers: Mapping[str, str], body: bytes, at: datetime) -> str:
    """The `Authorization` of a Tencent Cloud API 3.0 POST on path `/`.

    `headers`: those to be signed, lower-case names.
    """
    signed = sorted(headers)
    # Values are signed in lower case, as the provider's own kit does it.
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in signed)
    request = "\n".join(["POST", "/", "", lines, ";".join(signed), _sha256(body)])
    day = at.astimezone(UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    text = "\n".join([TC3, str(int(at.timestamp())), scope, _sha256(request.encode())])
    key = _hmac(_hmac(_hmac(f"TC3{secret}".encode(), day), service), "tc3_request")
    signature = _hmac(key, text).hex()
    return f"{TC3} Credential={key_id}/{scope}, SignedHeaders={';'.join(signed)}, Signature={signature}"


def webhook(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=<hex>`: HMAC-SHA256 over `timestamp.body`, so that an old message cannot be sent again as a new one."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
