"""What a desk sees of notices: each with all its attempts, addresses masked."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlsplit

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.escalation.targets import Channel
from backend.services.alarm.views import Moment, View
from backend.services.notices.labels import CHANNELS

Labelled = dict[str, str]
"""`{"zh-CN", "en"}`."""
Which = Literal["open", "failed", "to_call"]


class RecipientView(View):
    """Who is told."""

    kind: str
    id: str
    name: str


class AttemptView(View):
    """One attempt. `result` null: nobody knows, the process died. `receipt`: what the provider reported later."""

    contact_point_id: str
    channel: str
    channel_label: Labelled
    address: str | None
    attempt: int
    began_at: Moment
    ended_at: Moment | None
    result: str | None
    result_label: Labelled | None
    cause: str | None
    cause_label: Labelled | None
    receipt: str | None
    receipt_at: Moment | None


class NoticeView(View):
    """`due_at`: when it is looked at next, while it is open. `step`, `round`: of the escalation, from 0."""

    id: str
    kind: str
    kind_label: Labelled
    severity: str
    alert_id: str | None
    work_order_id: str | None
    step: int
    round: int
    recipient: RecipientView
    role: str | None
    voice_only: bool
    state: str
    state_label: Labelled
    cause: str | None
    cause_label: Labelled | None
    created_at: Moment
    due_at: Moment | None
    deadline_at: Moment
    sent_at: Moment | None
    ended_at: Moment | None
    attempts: list[AttemptView]


class NoticePage(View):
    """The most urgent first where they are open, else the newest first. `more`: there are others behind these."""

    items: list[NoticeView]
    more: bool


class PointView(View):
    """A contact point that is no cover. `state`: `disabled` or `unverified`."""

    id: str
    owner: RecipientView
    channel: str
    channel_label: Labelled
    address: str
    state: str
    reason: str | None
    reason_label: Labelled | None
    since: Moment


class PointPage(View):
    """The longest in this state first."""

    items: list[PointView]


class ChannelView(View):
    """A way to reach somebody. `configured`: a provider is set up for it, so contact points of it can be used."""

    channel: str
    label: Labelled
    configured: bool


class ChannelList(View):
    """All that exist."""

    items: list[ChannelView]


class NoticeReader(Protocol):
    """Reads the delivery log."""

    def of_alert(self, alert_id: str) -> list[NoticeView] | None:
        """All of them, the oldest first; None where there is no such alert."""
        ...

    def page(self, which: Which, limit: int, sight: Sight = WHOLE) -> NoticePage: ...
    def points(self, state: Literal["disabled", "unverified"], limit: int, sight: Sight = WHOLE) -> PointPage: ...


_PHONE: Final = re.compile(r"\+?[\d\s()-]{7,20}")


def masked_address(address: str) -> str | None:
    """Enough to tell one from another, too little to use it. None for an empty one (a call that a desk looks up)."""
    if not address:
        return None
    if _PHONE.fullmatch(address):
        digits = re.sub(r"[^\d+]", "", address)
        return f"{digits[:-8]}****{digits[-4:]}" if len(digits) > 8 else f"****{digits[-2:]}"
    name, at, domain = address.rpartition("@")
    if at and "/" not in address:
        return f"{name[:1]}***@{domain}"
    if "://" in address:
        return _masked_url(address)
    return f"{address[:4]}****"


def _masked_url(address: str) -> str:
    # The host of a webhook says whose it is; in other URLs a token stands in that place.
    parts = urlsplit(address)
    shown = parts.hostname if parts.scheme in ("http", "https") and parts.hostname else "****"
    return f"{parts.scheme}://{shown}/****"


def channel_list(configured: Collection[Channel]) -> ChannelList:
    """Every channel but the screen, with whether it is set up."""
    items = [
        ChannelView(channel=channel, label={"zh-CN": label.zh, "en": label.en}, configured=channel in configured)
        for channel, label in CHANNELS.items()
        if channel is not Channel.DESK
    ]
    return ChannelList(items=items)


def labelled(words: Any, code: str | None) -> Labelled | None:
    """The words for a code; None for a code of a provider's own."""
    label = words.get(code) if code else None
    return {"zh-CN": label.zh, "en": label.en} if label else None
