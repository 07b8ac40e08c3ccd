"""A request to an address outside: who hears nothing from us for long knows that nobody looks after the alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import httpx2
import structlog

from backend.adapters.channels.http import AwayError, Http

log = structlog.get_logger()

SECONDS: Final = 5.0
IN_ALL_SECONDS: Final = 8.0


@dataclass(slots=True)
class UrlHeartbeat:
    """`Heartbeat` by GET, with `open` in the query: how many open alerts were proved. An empty `url` is nobody."""

    url: str
    http: Http = field(default_factory=lambda: Http(answer_seconds=SECONDS, in_all_seconds=IN_ALL_SECONDS))
    _heard: bool = True

    def beat(self, proved: int) -> bool:
        """Whether it was heard. Says once when it is not, and once when it is again."""
        if not self.url:
            return False
        try:
            url = httpx2.URL(self.url).copy_merge_params({"open": proved})
            heard = self.http.get(str(url)).status < 400
        except (AwayError, httpx2.InvalidURL):
            heard = False
        if heard is not self._heard:
            log.warning("heartbeat_heard_again" if heard else "heartbeat_not_heard")
        self._heard = heard
        return heard
