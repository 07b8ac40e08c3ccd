"""The fleet file: which devices were enrolled, with their secrets and counters. Mode 0600, replaced atomically."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec


class Enrolled(msgspec.Struct, kw_only=True):
    """A device of the plan (`key`) as the backend enrolled it. `boot`, `sos_seq`: as last written."""

    key: str
    device_id: str
    secret: str
    kind: str
    label: str
    home_id: str | None = None
    boot: int = 0
    sos_seq: int = 0

    def __repr__(self) -> str:
        return f"Enrolled({self.key!r}, {self.device_id!r})"  # never the secret


class Fleet(msgspec.Struct, kw_only=True):
    """`installation` is random: it keeps the idempotency keys of two fleets apart."""

    installation: str
    devices: list[Enrolled] = []


class FleetFileUnreadable(Exception):  # noqa: N818 - an answer, not a fault
    """The fleet file is there and is no fleet."""


def load_fleet(path: Path) -> Fleet:
    """The fleet on disk, or a new empty one. Raises `FleetFileUnreadable`: secrets are not to be overwritten."""
    if not path.exists():
        return Fleet(installation=secrets.token_hex(8))
    try:
        return msgspec.json.decode(path.read_bytes(), type=Fleet)
    except msgspec.DecodeError as error:
        raise FleetFileUnreadable(f"{path}: {error}") from None


def save_fleet(path: Path, fleet: Fleet) -> None:
    """Replace the file; it is on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(msgspec.json.format(msgspec.json.encode(fleet), indent=1))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
