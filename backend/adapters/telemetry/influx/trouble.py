"""What each way in which InfluxDB fails means for the points that were sent."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final

DETAIL_LIMIT: Final = 300


class Trouble(StrEnum):
    """Why a call came to nothing, or to half of it."""

    AWAY = "away"
    """No answer: not there, too slow, or cut off."""
    BUSY = "busy"
    """It asks to be left alone for a while (429, 503)."""
    UNAUTHORISED = "unauthorised"
    """The token is refused, or may not do this (401, 403)."""
    MISSING = "missing"
    """The organisation or the bucket is not there (404)."""
    BAD_POINTS = "bad_points"
    """At least one of the points will never be stored (400 that names a line, 422)."""
    TOO_LARGE = "too_large"
    """The whole is too much for one call (413)."""
    REFUSED = "refused"
    """The call is refused for no reason that a point could have (other 4xx)."""
    FAILED = "failed"
    """The server broke: its disk is full, say (5xx)."""


class ServerTrouble(Exception):  # noqa: N818 - a state, not a fault of ours
    """A call came to nothing. `retry_after`: seconds that the server asks to be left alone, where it says so."""

    def __init__(self, reason: Trouble, detail: str, retry_after: float | None = None) -> None:
        super().__init__(f"{reason}: {detail[:DETAIL_LIMIT]}")
        self.reason = reason
        self.retry_after = retry_after


_BY_STATUS: Final = {
    401: Trouble.UNAUTHORISED,
    403: Trouble.UNAUTHORISED,
    404: Trouble.MISSING,
    413: Trouble.TOO_LARGE,
    422: Trouble.BAD_POINTS,
    429: Trouble.BUSY,
    503: Trouble.BUSY,
}


def of_status(status: int, body: str, retry_after: float | None) -> ServerTrouble:
    """The trouble of an answer with that status; `body` is the server's JSON, or whatever stands between us and it."""
    detail = f"{status} {_message(body)}"
    reason = _BY_STATUS.get(status, Trouble.FAILED if status >= 500 else Trouble.REFUSED)
    # A 400 stores nothing of the call. Only where it names a line is one of the points the reason; a proxy's or a wrong
    # setting's 400 would else condemn every point, one by one.
    if status == 400 and "unable to parse" in detail:
        reason = Trouble.BAD_POINTS
    if status == 0:
        reason = Trouble.AWAY
    return ServerTrouble(reason, detail, retry_after)


def _message(body: str) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return body
    return str(told.get("message", body)) if isinstance(told, dict) else body
