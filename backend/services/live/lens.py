"""What one screen may hear: changes of alerts that its desk sees, and that one it saw is its own no more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from backend.domain.access.sight import OPEN_AFTER_CLOSING, Sight
from backend.services.live.messages import Message, MessageKind
from contract.times import parse_time


class Desks(Protocol):
    """What is seen from an organisation. May block."""

    def below(self, organisation_id: str) -> Collection[str]:
        """The organisation and everything below it."""
        ...

    def open_alerts(self, sight: Sight) -> Collection[str]:
        """Ids of open alerts that are seen: what a screen has on its list."""
        ...

    def sees(self, alert_id: str, sight: Sight) -> bool: ...


class Shown(StrEnum):
    """What becomes of a message. GONE: an alert on this screen's list is seen no more, so the list is loaded again."""

    SAID = "said"
    HIDDEN = "hidden"
    GONE = "gone"


class Heard(Protocol):
    """What a screen may hear."""

    def refresh(self) -> None:
        """Look anew at what is seen. May block; where it fails, the stream ends, and the screen keeps what it has."""
        ...

    def __call__(self, message: Message, /) -> Shown:
        """May block."""
        ...


class Everything:
    """The lens of the whole district: it has no edge."""

    def refresh(self) -> None:
        """Nothing can change about it."""

    def __call__(self, _: Message, /) -> Shown:
        return Shown.SAID


class Lens:
    """The lens of a subtree. The organisations in it are read anew with each ping, not at each change."""

    def __init__(self, sight: Sight, desks: Desks, now: Callable[[], datetime]) -> None:
        self._sight = sight
        self._desks = desks
        self._now = now
        self._below: frozenset[str] = frozenset()
        self._listed: set[str] = set()

    def begin(self) -> None:
        """Read what is seen now; raises what the database raises, and then nothing is heard."""
        self.refresh()
        self._listed = set(self._desks.open_alerts(self._sight))

    def refresh(self) -> None:
        """See `Heard`."""
        self._below = frozenset(self._desks.below(self._sight.organisation_id or ""))

    def __call__(self, message: Message, /) -> Shown:
        if message.about is None:
            return Shown.SAID
        if message.kind is MessageKind.CALL:
            return Shown.SAID if message.about["organisation_id"] in self._below else Shown.HIDDEN
        alert_id = str(message.about["id"])
        if self._sees(alert_id, message.about):
            self._listed.add(alert_id)
            return Shown.SAID
        if alert_id in self._listed:
            self._listed.discard(alert_id)
            return Shown.GONE
        return Shown.HIDDEN

    def _sees(self, alert_id: str, alert: Mapping[str, Any]) -> bool:
        organisation = alert["organisation"]
        if organisation is not None and organisation["id"] in self._below:
            return True
        if not self._below.isdisjoint(alert["offered_to"]):
            return alert["closed_at"] is None or self._young(alert["closed_at"])
        # Nobody is responsible for it: then it is whose home it is, which only the database knows.
        return organisation is None and alert["home"] is not None and self._desks.sees(alert_id, self._sight)

    def _young(self, closed_at: str) -> bool:
        closed = parse_time(closed_at)
        return closed is not None and self._now() - closed < OPEN_AFTER_CLOSING


EVERYTHING: Final = Everything()


def lens_of(sight: Sight, desks: Desks, now: Callable[[], datetime]) -> Heard:
    """The lens of whoever sees so far. May block; raises what the database raises."""
    if sight.whole:
        return EVERYTHING
    lens = Lens(sight, desks, now)
    lens.begin()
    return lens
