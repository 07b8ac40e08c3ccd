"""Whether the web console has to be built, and building it with the Node that comes in `.venv`."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from launcher.files import write_whole
from launcher.places import Places
from launcher.shell import Stop, output, run
from launcher.texts import text

NOT_SOURCE = {"node_modules", "dist", "schema.d.ts"}


def ensure_console(places: Places) -> bool:
    """Build into `var/console` when the sources or the API have changed since; True when it was built."""
    if not (places.console_source / "package.json").exists():
        raise Stop(text("console_missing"))
    sources = _digest([places.console_source, places.root / "backend", places.root / "contract"])
    stamp = places.var / "console.stamp"
    if (places.console_built / "index.html").exists() and stamp.exists() and stamp.read_text() == sources:
        return False
    print(text("console_building"), flush=True)
    write_openapi(places)
    install_packages(places)
    fresh = places.var / "console.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for script in ("types", "build"):
        _npm(places, "run", script, out=fresh)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(places.console_built, ignore_errors=True)
    fresh.rename(places.console_built)
    write_whole(stamp, sources)
    return True


def write_openapi(places: Places) -> None:
    """The API's description, from which the console's types are made."""
    write_whole(places.var / "openapi.json", output([sys.executable, "-m", "backend", "openapi"], places.root))


def install_packages(places: Places) -> None:
    """`npm ci` when the lock has changed since the last time; an interrupted one has left no stamp."""
    locked = _digest([places.console_source / "package-lock.json"])
    stamp = places.console_source / "node_modules" / ".care-stamp"
    if stamp.exists() and stamp.read_text() == locked:
        return
    _npm(places, "ci")
    stamp.write_text(locked)


def check_console(places: Places) -> int:
    """Types, lint and unit tests of the console; the exit code."""
    return run([str(places.bin / "npm"), "run", "check"], places.console_source, node_environment(places))


def node_environment(places: Places) -> dict[str, str]:
    """Puts the Node of `.venv` first: the machine's own may be missing or old."""
    return {
        "PATH": f"{places.bin}{os.pathsep}{os.environ.get('PATH', '')}",
        "CARE_OPENAPI_FILE": str(places.var / "openapi.json"),
    }


def _npm(places: Places, *arguments: str, out: Path | None = None) -> None:
    environment = node_environment(places)
    if out is not None:
        environment["CARE_CONSOLE_OUT"] = str(out)
    if run([str(places.bin / "npm"), *arguments], places.console_source, environment) != 0:
        raise Stop(text("console_failed", step="npm " + " ".join(arguments)))


def _digest(roots: Iterable[Path]) -> str:
    """One hash over names and contents of all source files."""
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted(_files(root)):
            digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    if root.is_file():
        yield root
        return
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_SOURCE and name != "__pycache__"]
        for name in names:
            if name not in NOT_SOURCE and not name.endswith(".pyc"):
                yield Path(folder) / name
