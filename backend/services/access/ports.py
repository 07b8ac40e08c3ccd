"""What authorisation needs of the world: whether things are there and seen, and a clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from backend.domain.access.sight import Sight
from backend.domain.access.subjects import Kind


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


class SubjectReader(Protocol):
    """Looks up what requests name. Raises what the database raises when it is away: then nothing is let through."""

    def hidden(self, kind: Kind, ids: Collection[str], sight: Sight) -> frozenset[str]:
        """Those of `ids` that are not there, or not seen. Not for alerts."""
        ...

    def absent(self, kind: Kind, ids: Collection[str]) -> frozenset[str]:
        """Those of `ids` that are nobody's."""
        ...

    def alerts(self, ids: Collection[str], sight: Sight) -> Mapping[str, bool]:
        """Those of `ids` that are seen, and whether because one is responsible for them."""
        ...
