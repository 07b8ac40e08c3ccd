"""`./care backup` and `./care restore`: one file with all that this checkout could not make anew, and back again.

The database and the readings are the backend's to copy and to prove; secrets, accounts and settings are files.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from launcher.clock import now
from launcher.exits import Exit
from launcher.places import Places
from launcher.record import is_running
from launcher.shell import Stop, run
from launcher.texts import text

COPIED = "backend"  # what the backend made
SETTINGS = "config"
FOLDERS = ("secrets", "broker", "tls")
FILES = ("sim/fleet.json",)
# The broker's own memory and its log: devices repeat what was not answered, so neither is worth keeping.
LEFT_OUT = (".db", ".log", ".sock", ".pid")


def backup(places: Places, target: Path | None, with_readings: bool) -> Exit:
    """Write the archive, mode 0600; nothing of it is there before it is whole."""
    stamp = f"{now():%Y%m%dT%H%M%SZ}"
    archive = target or places.root / f"care-backup-{stamp}.tar.gz"
    if archive.exists():
        raise Stop(text("backup_exists", path=archive), Exit.CONFLICT)
    places.var.mkdir(exist_ok=True)
    with _working_folder(places) as folder:
        _backend(places, "make", folder / COPIED, _spools(places), () if with_readings else ("--without-telemetry",))
        partial = archive.with_name(f".{archive.name}.partial")
        try:
            partial.touch(mode=0o600)
            with tarfile.open(partial, "w:gz") as packed:
                packed.add(folder / COPIED, COPIED)
                packed.add(places.root / SETTINGS, SETTINGS)
                for path in _kept(places):
                    packed.add(path, f"var/{path.relative_to(places.var)}")
            partial.replace(archive)
        finally:
            partial.unlink(missing_ok=True)
    print(text("backup_made", path=archive, size=round(archive.stat().st_size / 1e6, 1)))
    return Exit.OK


def restore(places: Places, archive: Path, only_verify: bool, replace: bool) -> Exit:
    """Prove the archive in a place of its own; then, unless `only_verify`, put everything back."""
    if not only_verify and is_running(places):
        raise Stop(text("restore_running"), Exit.CONFLICT)
    places.make()
    with _working_folder(places) as folder:
        try:
            with tarfile.open(archive, "r:gz") as packed:
                packed.extractall(folder, filter="data")
        except (OSError, EOFError, tarfile.TarError) as error:
            raise Stop(text("restore_unreadable", path=archive, why=error), Exit.USAGE) from error
        if only_verify:
            _backend(places, "prove", folder / COPIED, {}, ())
            return Exit.OK
        spools = {path.name: places.var / "gateway" / path.name for path in (folder / COPIED).glob("gw*.sqlite")}
        _backend(places, "restore", folder / COPIED, spools, ("--replace",) if replace else ())
        for path in sorted((folder / "var").rglob("*")) if (folder / "var").is_dir() else ():
            if path.is_file():
                _put(path, places.var / path.relative_to(folder / "var"))
        _settings(places, folder / SETTINGS)
    print(text("restored"))
    return Exit.OK


def _spools(places: Places) -> dict[str, Path]:
    """What gateways still hold for the backend: presses, if it was away."""
    return {path.name: path for path in sorted((places.var / "gateway").glob("gw*.sqlite"))}


def _kept(places: Places) -> Iterator[Path]:
    found = [path for name in FOLDERS for path in sorted((places.var / name).rglob("*"))]
    for path in [*found, *(places.var / name for name in FILES)]:
        if path.is_file() and path.suffix not in LEFT_OUT and not path.name.startswith("."):
            yield path


def _backend(places: Places, verb: str, folder: Path, also: dict[str, Path], options: Sequence[str]) -> None:
    """Whatever it says, it says to the person directly."""
    pairs = [word for name, path in also.items() for word in ("--also", f"{name}={path}")]
    command = [sys.executable, "-m", "backend", "backup", verb, str(folder), *pairs, *options]
    if (code := run(command, places.root)) != 0:
        raise Stop(text("backup_failed"), Exit.USAGE if code == 2 else Exit.FAILED)


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    fresh.replace(target)


def _settings(places: Places, kept: Path) -> None:
    """Settings are the operator's: those of the archive are laid beside them where they differ."""
    theirs = {path.relative_to(kept): path.read_bytes() for path in sorted(kept.rglob("*")) if path.is_file()}
    ours = places.root / SETTINGS
    if all((ours / name).is_file() and (ours / name).read_bytes() == content for name, content in theirs.items()):
        return
    beside = places.var / "config-of-backup"
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(kept, beside)
    print(text("restore_settings", path=beside))


@contextmanager
def _working_folder(places: Places) -> Iterator[Path]:
    """Beside the data, so that there is room for it, and for the owner alone."""
    with tempfile.TemporaryDirectory(dir=places.var, prefix=".backup-") as folder:
        yield Path(folder)
