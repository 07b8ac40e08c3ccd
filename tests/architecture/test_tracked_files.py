"""Nothing in the repository names a machine, a package registry or an address to download from."""

from __future__ import annotations

import re

from tests.architecture.tracked import texts

# Written in halves, so that this file does not hold what it looks for.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npmjs" + ".org",
    "npm" + "mirror.com",
    "deb." + "debian.org",
    "crates" + ".io",
    "proxy.golang" + ".org",
    "ghcr" + ".io",
    "docker" + ".io",
    "quay" + ".io",
]
MACHINE_PATHS = re.compile("/(?:work|root|home/" + r"\w+)/(?!\{)[a-z.]")
DOWNLOADS = re.compile(r"https?://\S+\.(?:whl|deb|tgz|tar\.gz|tar\.xz|zip|exe|sh)\b")


def test_no_registry_is_named() -> None:
    assert [(path, host) for path, text in texts() for host in REGISTRIES if host in text] == []


def test_no_path_of_one_machine_is_named() -> None:
    assert [(path, found.group()) for path, text in texts() for found in MACHINE_PATHS.finditer(text)] == []


def test_nothing_is_downloaded_by_address() -> None:
    assert [(path, found.group()) for path, text in texts() for found in DOWNLOADS.finditer(text)] == []
