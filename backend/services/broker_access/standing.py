"""How the broker stands to the registry, as the desk and the figures show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """When it was last told. `devices`: that may log in; `differing`: that do not agree; `trouble`: a code, or None."""

    devices: int = 0
    differing: int = 0
    trouble: str | None = None
