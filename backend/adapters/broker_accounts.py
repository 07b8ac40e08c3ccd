"""Which files the broker is given: its fixed accounts, one of each device that may connect, and what each may do."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import structlog

from backend.adapters.broker_control import roles_of
from backend.adapters.broker_hash import parts_of
from backend.adapters.secret_files import write_secret_file
from backend.services.broker_access.accounts import Access, BrokerAccount, fingerprint
from backend.services.broker_access.ports import AccountRows
from backend.services.broker_access.rules import TAKEN_AWAY

log = structlog.get_logger()

ACL: Final = "acl"
BEGIN_ANEW: Final = "begin-anew"
DYNAMIC_SECURITY: Final = "dynamic-security.json"
REMEMBERED: Final = 65_536
Fixed = Sequence[tuple[str, str]]
"""(name, hash) of the programs' accounts."""


BrokerForm = Callable[[Fixed, Sequence[BrokerAccount]], Mapping[str, str]]
"""The files of one kind of broker access by their names, from the programs' accounts and the devices."""


class ProgramAccountsFile:
    """The accounts of programs: `name:hash` lines, kept by the launcher or an administrator."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self) -> Fixed:
        """All of them; none where there is no file."""
        if not self._path.exists():
            log.warning("broker_accounts_file_missing")
            return []
        lines = [line for line in self._path.read_text().splitlines() if line.strip()]
        return [(name, secret_hash) for name, _, secret_hash in (line.partition(":") for line in lines)]

    def secret_hash(self, name: str) -> str | None:
        """`ProgramAccounts`."""
        return dict(self.rows()).get(name)


class BrokerFiles:
    """Writes what the committed rows say. Whoever runs the broker takes it from there.

    Several backends may run: under a file lock each reads the committed rows anew, so the last to write knows them all.
    """

    def __init__(self, folder: Path, programs: ProgramAccountsFile, rows: AccountRows, form: BrokerForm) -> None:
        self._folder = folder
        self._programs = programs
        self._rows = rows
        self._form = form

    def publish(self) -> None:
        """Write every file whose content changes. Raises OSError where it cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            fixed, devices = self._programs.rows(), self._rows.accounts()
            for name, text in self._form(fixed, devices).items():
                path = self._folder / name
                content = text.encode()
                if not path.exists() or path.read_bytes() != content:
                    _write(path, content)
                    log.info("broker_accounts_written", file=name, fixed=len(fixed), devices=len(devices))

    def begin_anew(self, unknown: Sequence[str]) -> None:
        """Ask whoever runs the broker to start it again, because it lacks these; once for the same ones."""
        mark = hashlib.sha256("\n".join(unknown).encode()).hexdigest().encode() + b"\n"
        path = self._folder / BEGIN_ANEW
        if path.exists() and path.read_bytes() == mark:
            return
        write_secret_file(path, mark)
        log.warning("broker_is_to_begin_anew", devices=len(unknown))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._folder / ".accounts.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def password_file(name: str, acl_template: Path) -> BrokerForm:
    """Mosquitto's password file under this name, and `acl`: the shipped rules with what is taken away from whom."""

    def form(fixed: Fixed, devices: Sequence[BrokerAccount]) -> Mapping[str, str]:
        lines = [*fixed, *((device.name, device.secret_hash) for device in devices)]
        limited = [device.name for device in devices if device.access is Access.ESSENTIAL]
        return {
            # The rules first: who is limited must not be let in while the old rules stand.
            ACL: acl_template.read_text(encoding="utf-8") + "".join(_limits(name) for name in limited),
            name: "".join(f"{account}:{secret_hash}\n" for account, secret_hash in lines),
        }

    return form


def _limits(name: str) -> str:
    return f"\nuser {name}\n" + "".join(f"topic deny care/v1/{name}/{topic}\n" for topic in TAKEN_AWAY)


def dynamic_security(template: Path) -> BrokerForm:
    """`dynamic-security.json`: what the plug-in begins with. The template has the roles, and which program has one."""

    def form(fixed: Fixed, devices: Sequence[BrokerAccount]) -> Mapping[str, str]:
        shipped = json.loads(template.read_text(encoding="utf-8"))
        named = {client["username"]: client for client in shipped["clients"]}
        clients = [{**named.get(name, {"username": name, "roles": []}), **_password(digest)} for name, digest in fixed]
        lines = [json.dumps(client) for client in clients] + [line for device in devices if (line := _line(device))]
        # One client a line: readable, and half the size of the plug-in's own way to write it.
        rest = json.dumps({**shipped, "clients": []}, indent=1)
        return {DYNAMIC_SECURITY: rest.replace('"clients": []', '"clients": [\n' + ",\n".join(lines) + "\n ]") + "\n"}

    return form


@lru_cache(maxsize=REMEMBERED)
def _line(device: BrokerAccount) -> str:
    """Empty where its hash cannot be read. Of 20,000 devices one has changed: the others are not put together again."""
    password = _password(device.secret_hash)
    roles = [{"rolename": role} for role in roles_of(device.access)]
    own = {"username": device.name, "textname": fingerprint(device.secret_hash), "roles": roles}
    return json.dumps({**own, **password}) if password else ""


def _password(secret_hash: str) -> dict[str, Any]:
    found = parts_of(secret_hash)
    if found is None:
        log.warning("broker_hash_unreadable")
        return {}
    fields = secret_hash.split("$")
    return {"password": fields[4], "salt": fields[3], "iterations": found[0]}


def nothing(_fixed: Fixed, _devices: Sequence[BrokerAccount]) -> Mapping[str, str]:
    """No file: the broker asks the platform at each log-in."""
    return {}


def _write(path: Path, content: bytes) -> None:
    # The broker may run as a user of its own: what it could read before, it can read after.
    before = path.stat() if path.exists() else None
    owner = (before.st_uid, before.st_gid) if before and os.geteuid() == 0 else None
    write_secret_file(path, content, before.st_mode & 0o777 if before else 0o600, owner)
