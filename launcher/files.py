"""How the launcher writes a file: whole or not at all, and readable by the owner alone when it is secret."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace `path` by `text` durably; a reader sees the old or the new file, never half of one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.chmod(mode)
    fresh.replace(path)


def write_secret(path: Path, text: str) -> None:
    """A file of mode 0600."""
    write_whole(path, text, 0o600)
