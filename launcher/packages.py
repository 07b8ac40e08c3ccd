"""How programs of the distribution are obtained: found, else installed by apt as root, else unpacked under `var/`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launcher.exits import Exit
from launcher.places import Places
from launcher.shell import Stop, is_root, output, run
from launcher.texts import text

APT = ("apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0")
SERVER_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/sbin", "/opt/homebrew/sbin")


def find(program: str, extra: Sequence[Path] = ()) -> Path | None:
    """A program on PATH, in the folders for servers (which a user's PATH often lacks), or in `extra`."""
    search = os.pathsep.join([os.environ.get("PATH", ""), *SERVER_FOLDERS, *map(str, extra)])
    found = shutil.which(program, path=search)
    return Path(found) if found else None


def install(packages: Sequence[str], places: Places) -> None:
    """Install by apt as root; Stop with the words what to install when that is not possible."""
    if not is_root() or shutil.which("apt-get") is None:
        raise Stop(text("install_by_hand", packages=" ".join(packages)), Exit.MISSING)
    print(text("installing", packages=" ".join(packages)), flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run([*APT, "update"], places.root, quiet)
    if run([*APT, "install", "--no-install-recommends", *packages], places.root, quiet) != 0:
        raise Stop(text("install_failed", packages=" ".join(packages)), Exit.MISSING)


def unpack(package: str, target: Path) -> None:
    """Fetch a package and what it needs that is not installed, and unpack them under `target`, without root.

    Uses apt with its lists and cache in `target`, so nothing of the system is touched. Debian and Ubuntu only.
    """
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise Stop(text("install_by_hand", packages=package), Exit.MISSING)
    print(text("unpacking", package=package, target=target), flush=True)
    for folder in ("lists/partial", "cache/archives/partial", "packages"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-q", "-o", f"Dir::State::lists={target}/lists", "-o", f"Dir::Cache={target}/cache"]
    apt += ["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
    output([*apt, "update"], target)
    plan = output([*apt, "-s", "install", "--no-install-recommends", package], target)
    wanted = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    output([*apt, "download", *(wanted or [package])], target / "packages")
    for archive in sorted((target / "packages").glob("*.deb")):
        output(["dpkg", "-x", str(archive), str(target)], target)
    for used_up in ("lists", "cache", "packages"):
        shutil.rmtree(target / used_up)


def stop_new_service(name: str) -> None:
    """A broker that apt has just installed starts a service of its own on our port; we run ours as a child."""
    if Path("/run/systemd/system").exists() and (systemctl := shutil.which("systemctl")):
        subprocess.run([systemctl, "disable", "--now", name], check=False, capture_output=True, timeout=30)
