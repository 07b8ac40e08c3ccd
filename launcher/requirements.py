"""What the tests need of the distribution, and getting it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from launcher import packages
from launcher.places import Places
from launcher.shell import is_root
from launcher.texts import text

CJK_FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
# Debian package → whether what the tests need of it is there.
NEEDS: dict[str, Callable[[], bool]] = {
    "mosquitto": lambda: packages.find("mosquitto") is not None,
    "mosquitto-clients": lambda: packages.find("mosquitto_rr") is not None,
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "chromium": lambda: packages.find("chromium") is not None,
    "fonts-noto-cjk": lambda: Path(CJK_FONT).exists(),
}


def missing() -> list[str]:
    """Packages to install."""
    return [package for package, is_there in NEEDS.items() if not is_there()]


def ensure_test_requirements(places: Places) -> None:
    """Install them as root; otherwise say which, and go on: what cannot run is skipped, and that fails the run."""
    wanted = missing()
    if not wanted:
        return
    if not is_root():
        print(text("install_by_hand", packages=" ".join(wanted)), flush=True)
        return
    packages.install(wanted, places)
    if "mosquitto" in wanted:
        packages.stop_new_service("mosquitto.service")
