"""Where ids and lease tokens come from."""

from __future__ import annotations

import uuid


class RandomIds:
    """`Ids`: random UUIDs."""

    def new(self) -> str:
        """One that nobody has had."""
        return str(uuid.uuid4())
