"""How a provider is called over HTTP: within a time limit, without redirects, and what its status code means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import msgspec

from backend.domain.delivery.model import Cause, Outcome, Result

CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 5.0
"""A provider that takes longer is tried again or passed over: 8 s and somebody else hears of the alert."""
MOST_ANSWER_BYTES: Final = 65_536
MOST_CONNECTIONS: Final = 64
_LATER: Final = frozenset({408, 425, 429})


class AwayError(Exception):
    """The provider could not be reached or did not answer in time. `cause`: which of the two."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def result(self) -> Result:
        """Worth another attempt: whether the message has left is not known."""
        return Result(Outcome.RETRY, self.cause)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider said. `json`: the body where it is a JSON object, else empty."""

    status: int
    json: Mapping[str, Any]

    def refusal(self) -> Result | None:
        """What the status alone decides; None where it is one of success."""
        if 200 <= self.status < 300:
            return None
        if self.status in _LATER:
            return Result(Outcome.RETRY, Cause.RATE_LIMITED if self.status == 429 else f"http_{self.status}")
        if self.status >= 500:
            return Result(Outcome.RETRY, f"http_{self.status}")
        if self.status in (401, 403):
            return Result(Outcome.PERMANENT, Cause.CREDENTIALS)
        return Result(Outcome.PERMANENT, f"http_{self.status}")


class Http:
    """One pool of connections for all providers. Safe for several threads."""

    def __init__(self, connect_seconds: float = CONNECT_SECONDS, answer_seconds: float = ANSWER_SECONDS) -> None:
        timeout = httpx2.Timeout(answer_seconds, connect=connect_seconds)
        limits = httpx2.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=16)
        self._client = httpx2.Client(timeout=timeout, limits=limits, follow_redirects=False)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Raises `AwayError`. Of a long answer only the beginning is read."""
        try:
            with self._client.stream("POST", url, headers=dict(headers), content=body) as response:
                return Answered(response.status_code, _object(_beginning(response)))
        except httpx2.TimeoutException:
            raise AwayError(Cause.TIMEOUT) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise AwayError(Cause.UNREACHABLE) from None

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()


def _beginning(response: httpx2.Response) -> bytes:
    read = bytearray()
    for chunk in response.iter_bytes(8192):
        read += chunk
        if len(read) > MOST_ANSWER_BYTES:
            break
    return bytes(read[:MOST_ANSWER_BYTES])


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
