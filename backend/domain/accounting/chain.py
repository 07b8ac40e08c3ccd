"""How statements are chained, so that none can be changed, put in or taken out unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

GENESIS: Final = "0" * 64
"""What the first statement follows."""


@dataclass(frozen=True, slots=True)
class Link:
    """A statement as it is stored. `position` counts from 1; `device_id` is empty for the district, which ends a day.

    `body`: canonical JSON, with `position`, `day` and `device_id` in it.
    """

    position: int
    day: str
    device_id: str
    body: str
    previous_hash: str
    hash: str


def canonical(value: Mapping[str, Any]) -> str:
    """The one JSON text of a value: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def link(position: int, day: str, device_id: str, figures: Mapping[str, Any], previous_hash: str) -> Link:
    """The next link of a chain that ends with `previous_hash`."""
    body = canonical({**figures, "position": position, "day": day, "device_id": device_id})
    return Link(position, day, device_id, body, previous_hash, hash_of(body, previous_hash))


def hash_of(body: str, previous_hash: str) -> str:
    """SHA-256 over the canonical JSON and the hash before it."""
    return hashlib.sha256(f"{body}{previous_hash}".encode()).hexdigest()
