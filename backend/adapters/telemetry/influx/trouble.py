"""What each way in which InfluxDB fails means for the points that were sent."""

from __future__ import annotations

import json
import re
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
    """At least one of the points will never be stored: InfluxDB's own 400 naming a line, or 422 naming a part."""
    TOO_LARGE = "too_large"
    """The whole is too much for one call (413)."""
    REFUSED = "refused"
    """The call is refused for no reason that a point could have (other 4xx)."""
    CLOCK = "clock"
    """It finds too old for its retention what is not: the clock of its host is ahead."""
    FAILED = "failed"
    """The server broke: its disk is full, say (5xx)."""


class ServerTrouble(Exception):  # noqa: N818 - a state, not a fault of ours
    """A call came to nothing. `retry_after`: seconds that the server asks to be left alone, where it says so.

    `status`: that of an answer, 0 where there was none. What the server says goes into `detail` alone: it quotes the
    lines it refuses, and the text of an exception ends in logs. `expired`: the points too old for its retention.
    """

    def __init__(self, reason: Trouble, detail: str, retry_after: float | None = None, status: int = 0) -> None:
        super().__init__(f"{reason}: status {status}" if status else f"{reason}: {detail[:DETAIL_LIMIT]}")
        self.reason = reason
        self.retry_after = retry_after
        self.detail = detail[:DETAIL_LIMIT]
        found = _EXPIRED.search(detail) if reason is Trouble.BAD_POINTS else None
        self.expired = int(found[1]) if found else 0


_CONDEMNED: Final = {400: "unable to parse", 422: "partial write"}
"""What InfluxDB says when points are the reason. Of a 400 nothing is stored, of a 422 what was not dropped."""
_EXPIRED: Final = re.compile(r"dropped (\d+) points outside retention policy")
_BY_STATUS: Final = {
    401: Trouble.UNAUTHORISED,
    403: Trouble.UNAUTHORISED,
    404: Trouble.MISSING,
    413: Trouble.TOO_LARGE,
    429: Trouble.BUSY,
    503: Trouble.BUSY,
}


def of_status(status: int, body: str, retry_after: float | None) -> ServerTrouble:
    """The trouble of an answer with that status; `body` is the server's JSON, or whatever stands between us and it."""
    said = _said(body)
    reason = _BY_STATUS.get(status, Trouble.FAILED if status >= 500 else Trouble.REFUSED)
    # A proxy's or a wrong setting's refusal would else condemn every point, one by one.
    if said is not None and status in _CONDEMNED and _CONDEMNED[status] in said:
        reason = Trouble.BAD_POINTS
    if status == 0:
        reason = Trouble.AWAY
    return ServerTrouble(reason, f"{status} {body if said is None else said}", retry_after, status)


def _said(body: str) -> str | None:
    """The message of an answer in InfluxDB's own form: an object with a code and a message."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("code"), str):
        return None
    message = told.get("message")
    return message if isinstance(message, str) else None
