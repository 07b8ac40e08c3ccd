"""How the backend is called: one pool of connections per address, a deadline on every call, trouble as an answer."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx2
import msgspec

from contract.ingest import (
    BatchAnswer,
    ClaimAnswer,
    ClaimRequest,
    CommandOutcome,
    CommandOutcomes,
    EventBatch,
    EventItem,
    EventsAnswer,
    HealthReport,
    JsonBatch,
    JsonItem,
)
from gateway.core.ports import Answer, Item, Kind, Reply

CONNECT_SECONDS: Final = 1.0
SHORT_SECONDS: Final = 3.0
"""For outcomes and health."""
PATHS: Final = {Kind.EVENT: "events", Kind.TELEMETRY: "telemetry", Kind.STATUS: "status", Kind.RESULT: "results"}
_AWAY: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""It does not know us, is not ready, or is not there behind its proxy: nothing is said about the content."""
_DROPPED: Final = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)


class HttpUplink:
    """The ingest API at one address. Thread-safe; nothing raises."""

    def __init__(self, url: str, gateway: str, token: Callable[[], str], deadline_seconds: float) -> None:
        self._gateway = gateway
        self._token = token
        self._deadline = deadline_seconds
        # trust_env: a proxy from somebody's shell must not stand between a press and the backend.
        self._client = httpx2.Client(
            base_url=f"{url.rstrip('/')}/ingest/v1/",
            limits=httpx2.Limits(max_connections=10, max_keepalive_connections=10, keepalive_expiry=4.0),
            trust_env=False,
        )

    def post(self, kind: Kind, items: Sequence[Item]) -> Reply:
        """One batch."""
        if kind is Kind.EVENT:
            body = msgspec.json.encode(EventBatch(gateway=self._gateway, items=[event_item(item) for item in items]))
            return self._call(PATHS[kind], body, self._deadline, _events)
        body = msgspec.json.encode(JsonBatch(gateway=self._gateway, items=[json_item(item) for item in items]))
        return self._call(PATHS[kind], body, self._deadline, _batch)

    def claim(self, lane: str, limit: int, wait_seconds: float) -> Reply:
        """A long poll. Never repeated by itself: a lease lost on the way runs out at the backend."""
        asked = ClaimRequest(gateway=self._gateway, lane=lane, max=limit, wait_seconds=wait_seconds)
        body = msgspec.json.encode(asked)
        return self._call("commands/claim", body, wait_seconds + SHORT_SECONDS, _claimed, again=False)

    def report(self, outcomes: Sequence[CommandOutcome], seconds: float = SHORT_SECONDS) -> Reply:
        """What became of commands; `seconds` for the answer, and as much for the connection."""
        body = msgspec.json.encode(CommandOutcomes(gateway=self._gateway, items=list(outcomes)))
        return self._call("commands/outcomes", body, seconds, _batch)

    def health(self, report: HealthReport) -> Reply:
        """How this lane is."""
        return self._call("health", msgspec.json.encode(report), SHORT_SECONDS, lambda _: Reply(Answer.STORED))

    def close(self) -> None:
        self._client.close()

    def _call(
        self, path: str, body: bytes, seconds: float, read: Callable[[bytes], Reply], again: bool = True
    ) -> Reply:
        connect = min(CONNECT_SECONDS, seconds)
        timeout = httpx2.Timeout(seconds, connect=connect, pool=connect)
        try:
            headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
            response = self._client.post(path, content=body, headers=headers, timeout=timeout)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            return Reply(Answer.AWAY, type(error).__name__)
        except _DROPPED as error:
            # A kept connection that the backend has just closed: everything here may be sent twice.
            if again:
                return self._call(path, body, seconds, read, again=False)
            return Reply(Answer.SILENT, type(error).__name__)
        except httpx2.TimeoutException as error:
            return Reply(Answer.SILENT, type(error).__name__)
        except (
            httpx2.HTTPError,
            OSError,
            RuntimeError,
        ) as error:  # RuntimeError: the client is closed, we are stopping
            return Reply(Answer.AWAY, type(error).__name__)
        return _judge(response, read)


def token_file(path: Path) -> Callable[[], str]:
    """The token as it stands in the file at each call, so that a new one needs no restart. OSError: not there."""
    return lambda: path.read_text(encoding="utf-8").strip()


def _judge(response: httpx2.Response, read: Callable[[bytes], Reply]) -> Reply:
    code = response.status_code
    if code < 300 and code >= 200:
        try:
            return read(response.content)
        except msgspec.DecodeError:
            return Reply(Answer.FAILED, "unreadable_answer")
    detail = f"http_{code}"
    if code in _AWAY or 300 <= code < 400:
        return Reply(Answer.AWAY, detail)
    if code == HTTPStatus.REQUEST_TIMEOUT:
        return Reply(Answer.SILENT, detail)
    return Reply(Answer.REFUSED if code < 500 else Answer.FAILED, detail)


def _events(content: bytes) -> Reply:
    answer = msgspec.json.decode(content, type=EventsAnswer)
    return Reply(Answer.STORED, outcomes=answer.outcomes, commands=answer.commands)


def _batch(content: bytes) -> Reply:
    return Reply(Answer.STORED, outcomes=msgspec.json.decode(content, type=BatchAnswer).outcomes)


def _claimed(content: bytes) -> Reply:
    return Reply(Answer.STORED, commands=msgspec.json.decode(content, type=ClaimAnswer).commands)


def event_item(item: Item) -> EventItem:
    """An event as it goes over the wire."""
    raw = item.reason is not None
    return EventItem(
        device_id=item.device_id,
        received_at=item.received_at,
        retained=item.retained,
        event=msgspec.Raw(b"") if raw else msgspec.Raw(item.payload),
        raw_b64=base64.b64encode(item.payload).decode() if raw else None,
        reason=item.reason,
    )


def json_item(item: Item) -> JsonItem:
    """Telemetry, a status or a result as it goes over the wire: its JSON as the device sent it."""
    device_id, received_at, retained, raw = item.device_id, item.received_at, item.retained, msgspec.Raw(item.payload)
    if item.kind is Kind.TELEMETRY:
        return JsonItem(device_id=device_id, received_at=received_at, retained=retained, pack=raw)
    if item.kind is Kind.STATUS:
        return JsonItem(device_id=device_id, received_at=received_at, retained=retained, status=raw)
    return JsonItem(device_id=device_id, received_at=received_at, retained=retained, result=raw)
