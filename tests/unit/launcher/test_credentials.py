"""Secrets are made once, kept, and readable by their owner alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from launcher.credentials import BROKER_ACCOUNTS, TOKENS, ensure_credentials, password_file, token
from launcher.places import Places


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    places = Places(tmp_path)
    ensure_credentials(places)
    first = snapshot(tmp_path)
    ensure_credentials(places)
    assert snapshot(tmp_path) == first


def test_every_secret_is_for_the_owner_alone(tmp_path: Path) -> None:
    places = Places(tmp_path)
    ensure_credentials(places)
    modes = {path.name: path.stat().st_mode & 0o777 for path in snapshot_paths(places)}
    assert set(modes.values()) == {0o600}
    assert places.secrets.stat().st_mode & 0o777 == 0o700


def snapshot_paths(places: Places) -> list[Path]:
    return [*places.secrets.iterdir(), places.broker / "accounts", places.broker / "passwd"]


def test_the_backend_gets_hashes_and_scopes_never_tokens(tmp_path: Path) -> None:
    places = Places(tmp_path)
    ensure_credentials(places)
    text = (places.secrets / "service-accounts.json").read_text()
    for row in json.loads(text)["accounts"]:
        plain = token(places, row["name"])
        assert len(plain) >= 43  # 256 bits in base64
        assert plain not in text
        assert row["token_sha256"] == hashlib.sha256(plain.encode()).hexdigest()
        assert row["scopes"] == TOKENS[row["name"]]


def test_a_new_password_replaces_its_own_line_only(tmp_path: Path) -> None:
    places = Places(tmp_path)
    ensure_credentials(places)
    before = dict(line.split(":", 1) for line in (places.broker / "accounts").read_text().splitlines())
    password_file(places, BROKER_ACCOUNTS[0]).unlink()
    ensure_credentials(places)
    after = dict(line.split(":", 1) for line in (places.broker / "accounts").read_text().splitlines())
    assert [name for name in before if before[name] != after[name]] == [BROKER_ACCOUNTS[0]]


def test_devices_in_the_password_file_survive_a_start(tmp_path: Path) -> None:
    places = Places(tmp_path)
    ensure_credentials(places)
    passwd = places.broker / "passwd"
    passwd.write_text(passwd.read_text() + "dev1:$7$101$c2FsdA==$aGFzaA==\n")
    ensure_credentials(places)
    assert "dev1:" in passwd.read_text()
