"""The list that lies in a backup: what it holds, from when, made by which schema, and the hash of each file."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from backend.adapters.backups.faults import BackupError

NAME: Final = "backup.json"
FORMAT: Final = 1


class HeldFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: its SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`database`: sqlite or postgresql. `rows`: by table, at the moment of the backup."""

    format: int
    made_at: datetime
    database: str
    revision: str
    rows: dict[str, int]
    files: list[HeldFile]


def held(path: Path) -> HeldFile:
    """The entry of a file."""
    with path.open("rb") as file:
        return HeldFile(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def write(folder: Path, manifest: Manifest) -> None:
    """Last of all: a folder without it is no backup."""
    (folder / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def read(folder: Path) -> Manifest:
    """Raises `BackupError` when it is not there, cannot be read, or a file is not what was written."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise BackupError(f"不是备份，或清单已损坏：{error}", f"no backup, or its list is damaged: {error}") from error
    if manifest.format != FORMAT:
        raise BackupError(
            f"备份格式 {manifest.format} 无法读取：请用做备份的版本恢复",
            f"a backup of format {manifest.format}: restore it with the version that made it",
        )
    for entry in manifest.files:
        path = folder / Path(entry.name).name
        if not path.is_file() or held(path) != entry:
            raise BackupError(
                f"{entry.name} 缺失或与清单不符：请换一份备份",
                f"{entry.name} is missing or not what was written: take another backup",
            )
    return manifest
