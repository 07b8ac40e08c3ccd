"""The folder in which an operator edits escalation policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PolicyFolderFiles:
    """`PolicyFolder` on a directory; only `*.toml` counts."""

    path: Path

    def read(self) -> Mapping[str, str]:
        """Raises OSError where a file cannot be read. A folder that is not there has no policies."""
        return {file.name: file.read_text(encoding="utf-8") for file in sorted(self.path.glob("*.toml"))}
