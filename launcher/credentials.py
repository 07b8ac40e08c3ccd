"""Which service accounts exist, and that each has a random 256-bit secret in a file of mode 0600.

What is there is kept: a second start changes nothing. Device accounts are the backend's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import MutableMapping
from pathlib import Path

from launcher.files import write_secret, write_whole
from launcher.places import Places
from launcher.settings import config_folder

# Bearer tokens for the backend, with what each may do there.
TOKENS: dict[str, list[str]] = {
    "gw1": ["ingest"],
    "sim": ["enrol"],
    "cli": ["enrol", "read", "metrics"],
    "launcher": ["health"],
    "prometheus": ["metrics"],
}
INFLUX_TOKEN_VARIABLE = "CARE_INFLUX_TOKEN"  # noqa: S105 - the variable's name
PROBE_ACCOUNT = "launcher.probe"
PLATFORM_ACCOUNT = "backend.access"  # may change accounts at the broker, and nothing else
# Broker accounts. The dot keeps them apart from device ids, which never have one.
BROKER_ACCOUNTS = ("gw1.events", "gw1.telemetry", PROBE_ACCOUNT, PLATFORM_ACCOUNT)
DYNAMIC_SECURITY = "dynamic-security.json"
ITERATIONS = 101  # Mosquitto's own; the secrets are random 256-bit values, so more would buy nothing


def ensure_credentials(places: Places) -> None:
    """Make what is missing: tokens, `service-accounts.json`, broker passwords, and the broker's first files."""
    places.make()
    tokens = {name: _secret(places.secrets / f"{name}.token") for name in TOKENS}
    passwords = {name: _secret(password_file(places, name)) for name in BROKER_ACCOUNTS}
    accounts = [
        {"name": name, "token_sha256": hashlib.sha256(token.encode()).hexdigest(), "scopes": TOKENS[name]}
        for name, token in tokens.items()
    ]
    _write_if_changed(places.secrets / "service-accounts.json", json.dumps({"accounts": accounts}, indent=2) + "\n")
    _write_if_changed(places.broker / "accounts", _account_lines(places.broker / "accounts", passwords))
    accounts_text = (places.broker / "accounts").read_text()
    if not (places.broker / "passwd").exists():
        # The backend adds the devices' lines when it starts; the broker wants the file before that.
        write_secret(places.broker / "passwd", accounts_text)
    if not (places.broker / "acl").exists():
        write_whole(places.broker / "acl", (config_folder() / "mosquitto" / "acl").read_text(encoding="utf-8"))
    write_dynamic_security(places.broker / DYNAMIC_SECURITY, accounts_text)


def write_dynamic_security(path: Path, accounts_text: str) -> None:
    """What the broker's dynamic security begins with: the shipped roles, these accounts, and the devices of before.

    The backend writes it anew with every device as soon as it runs, and has a log-in of its own at the broker for what
    changes later.
    """
    shipped = json.loads((config_folder() / "mosquitto" / DYNAMIC_SECURITY).read_text(encoding="utf-8"))
    named = {client["username"]: client for client in shipped["clients"]}
    lines = [line.partition(":") for line in accounts_text.splitlines() if line.strip()]
    ours = [{**named.get(name, {"username": name, "roles": []}), **_password(digest)} for name, _, digest in lines]
    before = json.loads(path.read_text(encoding="utf-8"))["clients"] if path.exists() else []
    devices = [client for client in before if "." not in client["username"]]
    _write_if_changed(path, json.dumps({**shipped, "clients": ours + devices}, indent=1, ensure_ascii=False) + "\n")


def _password(secret_hash: str) -> dict[str, object]:
    _, _, iterations, salt, digest = secret_hash.split("$")
    return {"password": digest, "salt": salt, "iterations": int(iterations)}


def ensure_database_password(places: Places, host: str) -> None:
    """The password of the PostgreSQL account `care`: for the backend as a `pgpass`, for the server as a bare file.

    The server's file lies in a folder of its own, for its container to mount alone: it runs as another user, so that
    file has to be readable by all who can reach the folder.
    """
    password = _secret(places.secrets / "postgres.password")
    write_secret(places.secrets / "pgpass", f"{host}:*:care:care:{password}\n")
    (places.var / "database").mkdir(exist_ok=True)
    write_whole(places.var / "database" / "password", password, 0o444)


def ensure_monitoring(places: Places) -> None:
    """What Prometheus, Grafana and InfluxDB read: copies of their tokens and passwords, in a folder of its own.

    As with the database's password: containers of other users mount that folder alone, so its files are readable by all
    who can reach it.
    """
    folder = places.var / "monitoring"
    folder.mkdir(exist_ok=True)
    for name in ("prometheus.token", "influx.token", "influx.password", "grafana.password"):
        write_whole(folder / name, _secret(places.secrets / name), 0o444)


def ensure_influx_token(path: Path, environment: MutableMapping[str, str]) -> bool:
    """Whether the token for InfluxDB stands in its file; one given as `CARE_INFLUX_TOKEN` is put there.

    It leaves the environment, so that no child inherits it: only its file is passed on.
    """
    given = environment.pop(INFLUX_TOKEN_VARIABLE, "").strip()
    if given:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(path, given)
    return path.exists()


def password_file(places: Places, account: str) -> Path:
    """Where the broker password of a service account stands."""
    return places.secrets / f"{account}.password"


def token(places: Places, name: str) -> str:
    """The bearer token of a service account; FileNotFoundError before the first start."""
    return (places.secrets / f"{name}.token").read_text().strip()


def mosquitto_hash(password: str, salt: bytes) -> str:
    """`$7$…`, the only form that Mosquitto 2 reads: PBKDF2 with HMAC-SHA512."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _secret(path: Path) -> str:
    if path.exists() and (kept := path.read_text().strip()):
        path.chmod(0o600)
        return kept
    fresh = secrets.token_urlsafe(32)
    write_secret(path, fresh)
    return fresh


def _account_lines(path: Path, passwords: dict[str, str]) -> str:
    known = dict(line.split(":", 1) for line in _lines(path) if ":" in line)
    return "".join(f"{name}:{_kept_or_fresh(known.get(name, ''), password)}\n" for name, password in passwords.items())


def _kept_or_fresh(line: str, password: str) -> str:
    """The hash that stands in the file while it still fits: a new salt would rewrite the file at each start."""
    parts = line.split("$")
    if len(parts) == 5:
        salt = base64.b64decode(parts[3])
        if mosquitto_hash(password, salt) == line:
            return line
    return mosquitto_hash(password, secrets.token_bytes(12))


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _write_if_changed(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        write_secret(path, text)
