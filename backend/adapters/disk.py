"""How much room the disk has on which the platform keeps its files."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path


class Disk:
    """`FreeSpace` of some folders, which need not exist yet."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [folder.absolute() for folder in folders]

    def free_bytes(self) -> int:
        """The least of all; raises OSError."""
        return min(shutil.disk_usage(_existing(folder)).free for folder in self._folders)


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
