"""Which files a child reads at its start alone, so that a change of them starts it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from launcher.credentials import DYNAMIC_SECURITY
from launcher.places import Places
from launcher.settings import LauncherSettings, broker_access
from launcher.tls import LOCAL_NAMES, Certificates

TRUSTING = ("gateway-emergency", "gateway-telemetry", "sim")  # a backend reads the authorities at each use


@dataclass
class Watched:
    """Some files, and whom a change of them concerns. `before`: what is to be done first."""

    files: Sequence[Path]
    children: Sequence[str]
    before: Callable[[], object] = lambda: None
    _seen: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._seen = self._look()

    def changed(self) -> Sequence[str]:
        """The children to start again: at the first look after a change, and never twice for it."""
        seen = self._look()
        if seen == self._seen:
            return ()
        self._seen = seen
        self.before()
        return self.children

    def _look(self) -> list[tuple[int, int, int]]:
        return [_signature(path) for path in self.files]


def watched(places: Places, settings: LauncherSettings, now: Callable[[], datetime]) -> list[Watched]:
    """For our own broker; an external one is somebody else's."""
    if settings.broker_url:
        return []
    found = []
    if broker_access(settings) == "dynsec":
        found.append(Watched([places.broker / "begin-anew"], ["broker"]))
    if broker_access(settings) == "files":
        found.append(Watched([places.broker / name for name in ("passwd", "acl")], ["broker"]))
    if settings.tls:
        own = Certificates(places.tls)
        found.append(Watched([own.server, own.revoked], ["broker"]))
        found.append(Watched([own.bundle], TRUSTING))
        if settings.certificate_port:
            accounts = places.broker / DYNAMIC_SECURITY
            found.append(Watched([accounts], [], lambda: shut_out(own, accounts, now())))
    return found


def shut_out(own: Certificates, accounts: Path, now: datetime) -> None:
    """A device that may not log in any more may not do so by its certificate either."""
    with suppress(OSError, ValueError):
        clients = json.loads(accounts.read_text(encoding="utf-8"))["clients"]
        own.shut_out(own.issued_to() - {client["username"] for client in clients}, now)


def server_names(settings: LauncherSettings) -> list[str]:
    """What the broker's certificate is for: this machine, and the names in `tls_names`."""
    further: Iterable[str] = (name.strip() for name in settings.tls_names.split(","))
    return list(dict.fromkeys([*LOCAL_NAMES, *filter(None, further)]))


def _signature(path: Path) -> tuple[int, int, int]:
    """Changes whenever the file is replaced; zeros while there is none."""
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size
    return 0, 0, 0
