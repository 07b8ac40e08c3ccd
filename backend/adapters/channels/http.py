"""How a provider is called over HTTP: within a time limit in all, without redirects, and what its status means."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import httpx2
import msgspec

from backend.domain.delivery.model import Cause, Outcome, Result

CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 5.0
"""A provider that takes longer is tried again or passed over: 8 s and somebody else hears of the alert."""
IN_ALL_SECONDS: Final = 10.0
"""From the beginning to the last byte, however busily it trickles: the lease of a notice is longer."""
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
    """Calls of all providers, from several threads. Each has a connection of its own, which its deadline ends."""

    def __init__(
        self,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        in_all_seconds: float = IN_ALL_SECONDS,
    ) -> None:
        timeout = httpx2.Timeout(answer_seconds, connect=connect_seconds)
        limits = httpx2.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=0)
        self._in_all = in_all_seconds
        self._client = httpx2.Client(timeout=timeout, limits=limits, follow_redirects=False)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Raises `AwayError`. Of a long answer only the beginning is read."""
        return self._call("POST", url, headers, body)

    def get(self, url: str) -> Answered:
        """As `post`."""
        return self._call("GET", url, {}, b"")

    def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        deadline = _Deadline(self._in_all)
        traced = {"trace": deadline.see}
        try:
            with (
                deadline,
                self._client.stream(method, url, headers=dict(headers), content=body, extensions=traced) as response,
            ):
                found = Answered(response.status_code, _object(_beginning(response)))
        except httpx2.TimeoutException:
            raise AwayError(Cause.TIMEOUT) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise AwayError(Cause.TIMEOUT if deadline.over else Cause.UNREACHABLE) from None
        if deadline.over:
            raise AwayError(Cause.TIMEOUT)
        return found

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()


class _Deadline:
    """Ends one call: the client's own limits begin anew with each byte that comes."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.name, self._timer.daemon = "http-deadline", True

    def see(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by the client of each thing that it does; the one of interest is its connection."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
            if self.over:
                self._end()

    def _end(self) -> None:
        with self._lock:
            self.over = True
            if self._socket is not None:
                with suppress(OSError):  # it is over already
                    self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()


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
