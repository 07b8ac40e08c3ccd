"""Everything that apprise can reach, one target a call: an address becomes a URL of a kind that was allowed."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import apprise
from apprise.result import AppriseResultStatus

from backend.domain.delivery.model import Cause, Outcome, Result
from backend.services.notices.delivery_ports import Message

SECONDS: Final = 8.0
_ONE: Final = re.compile(r"[\w.+:~=-]{1,200}(@[\w.-]{1,200})?", re.ASCII)
# Its log shows URLs, and in them tokens and addresses.
logging.getLogger("apprise").disabled = True
_ASSET: Final = apprise.AppriseAsset(
    app_id="care",
    async_mode=False,
    secure_logging=True,
    plugin_paths=[],
    # A provider that points elsewhere is not obeyed: what a notice says goes to whom it was meant for.
    http_redirects=False,
    storage_mode=apprise.PersistentStoreMode.MEMORY,
)


@dataclass(frozen=True, slots=True)
class AppriseUrl:
    """`SendingChannel`. `url`: with `{address}` in it, which is quoted; `{address}` alone: the address is the URL.

    `schemas`: which kinds of URL may come out. Apprise tells no more than whether it worked, so whatever fails is
    tried again, and only what is no URL of an allowed kind is given up.
    """

    url: str
    schemas: frozenset[str]
    seconds: float = SECONDS

    def send(self, message: Message, address: str) -> Result:
        """Success is as good as delivered: no receipt comes from these."""
        url = self._url(address)
        if url.partition("://")[0].lower() not in self.schemas:
            return Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
        target = apprise.Apprise(asset=_ASSET)
        if not target.add(url) or len(target) != 1:
            return Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
        answered = target.notify(body=message.long, title=message.title, timeout=self.seconds)
        if answered.status is AppriseResultStatus.SUCCESS:
            return Result(Outcome.DELIVERED)
        timed_out = answered.status is AppriseResultStatus.TIMEOUT
        return Result(Outcome.RETRY, Cause.TIMEOUT if timed_out else Cause.PROVIDER_ERROR)

    def _url(self, address: str) -> str:
        """Empty for what is no single address: apprise takes `a@b&to=c@d` for two, even where it is quoted."""
        if self.url == "{address}":
            return address
        return self.url.replace("{address}", quote(address, safe="@")) if _ONE.fullmatch(address) else ""
