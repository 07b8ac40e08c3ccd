"""A request to an address outside: who hears nothing from us for long knows that nobody looks after the alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx2
import structlog

log = structlog.get_logger()

SECONDS: Final = 5.0


@dataclass(slots=True)
class UrlHeartbeat:
    """`Heartbeat` by GET, with `open` in the query: how many open alerts were proved. An empty `url` is nobody."""

    url: str
    _heard: bool = True

    def beat(self, proved: int) -> bool:
        """Whether it was heard. Says once when it is not, and once when it is again."""
        if not self.url:
            return False
        try:
            url = httpx2.URL(self.url).copy_merge_params({"open": proved})
            answer = httpx2.get(url, timeout=SECONDS, follow_redirects=False)
            heard = answer.status_code < 400
        except (httpx2.HTTPError, httpx2.InvalidURL):
            heard = False
        if heard is not self._heard:
            log.warning("heartbeat_heard_again" if heard else "heartbeat_not_heard")
        self._heard = heard
        return heard
