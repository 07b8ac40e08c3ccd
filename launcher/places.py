"""Where things are in this checkout: everything that is generated lies under `var/`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Paths of one checkout; `root` is the folder that holds `./care`."""

    root: Path

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def broker(self) -> Path:
        return self.var / "broker"

    @property
    def tls(self) -> Path:
        return self.var / "tls"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def console_source(self) -> Path:
        return self.root / "console"

    @property
    def console_built(self) -> Path:
        return self.var / "console"

    @property
    def bin(self) -> Path:
        """Where the interpreter that runs us keeps its commands (npm, node, ruff)."""
        return Path(sys.executable).parent

    def make(self) -> None:
        """Create the folders; `secrets` is for the owner alone."""
        for folder in (self.var, self.broker, self.run, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)


def here() -> Places:
    """The checkout that this package belongs to."""
    return Places(Path(__file__).resolve().parent.parent)
