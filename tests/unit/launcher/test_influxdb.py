"""Where telemetry goes is one option; its token stands in a file of the owner's, and in no child's environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from launcher.children import programs
from launcher.credentials import INFLUX_TOKEN_VARIABLE, ensure_influx_token, ensure_monitoring
from launcher.exits import Exit
from launcher.places import Places
from launcher.settings import LauncherSettings
from launcher.shell import Stop
from launcher.telemetry import migration_environment

URL = "http://influx.test:8086"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path)
    found.make()
    return found


def test_backends_are_told_the_store_only_where_somebody_chose_it(places: Places) -> None:
    def told(settings: LauncherSettings) -> set[tuple[str, str]]:
        children = [child for child in programs(places, settings) if child.name.startswith("backend")]
        assert len(children) == 2
        return {
            row for child in children for row in child.environment.items() if "INFLUX" in row[0] or "STORE" in row[0]
        }

    assert told(LauncherSettings()) == set()
    assert told(LauncherSettings(influx_url=URL, influx_org="island", influx_token_file="t")) == {
        ("CARE_BACKEND_TELEMETRY_STORE", "influx"),
        ("CARE_BACKEND_INFLUX_URL", URL),
        ("CARE_BACKEND_INFLUX_ORG", "island"),
        ("CARE_BACKEND_INFLUX_TOKEN_FILE", "t"),
    }


@pytest.mark.parametrize("url", ["influx.test:8086", "ftp://influx.test", "http://", "http://user:pw@influx.test"])
def test_an_address_that_is_none_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="influx_url"):
        LauncherSettings(influx_url=url)


def test_a_token_of_the_environment_goes_into_its_file_and_out_of_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "influx.token"
    assert not ensure_influx_token(path, {})
    environment = {INFLUX_TOKEN_VARIABLE: " abc\n", "PATH": "/bin"}
    assert ensure_influx_token(path, environment)
    assert path.read_text() == "abc"
    assert path.stat().st_mode & 0o777 == 0o600
    assert environment == {"PATH": "/bin"}
    assert ensure_influx_token(path, {}), "a file that is there is enough"


def test_a_migration_needs_an_address_and_a_token(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(INFLUX_TOKEN_VARIABLE, raising=False)
    with pytest.raises(Stop) as no_address:
        migration_environment(places, {"influx_org": "island"})
    assert no_address.value.code is Exit.USAGE
    with pytest.raises(Stop) as no_token:
        migration_environment(places, {"influx_url": URL})
    assert no_token.value.code is Exit.MISSING
    monkeypatch.setenv(INFLUX_TOKEN_VARIABLE, "abc")
    told = migration_environment(places, {"influx_url": URL})
    assert told["CARE_BACKEND_INFLUX_URL"] == URL
    assert INFLUX_TOKEN_VARIABLE not in told
    assert "CARE_BACKEND_TELEMETRY_STORE" not in told, "naming the target does not mean that it is in use"
    monkeypatch.setenv("CARE_LAUNCHER_INFLUX_URL", URL)
    assert migration_environment(places, {})["CARE_BACKEND_TELEMETRY_STORE"] == "influx"


def test_monitoring_finds_copies_that_other_users_can_read(places: Places) -> None:
    ensure_monitoring(places)
    folder = places.var / "monitoring"
    before = {path.name: path.read_text() for path in folder.iterdir()}
    assert before == {name: (places.secrets / name).read_text() for name in before}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}
    assert {(places.secrets / name).stat().st_mode & 0o777 for name in before} == {0o600}
    ensure_monitoring(places)
    assert {path.name: path.read_text() for path in folder.iterdir()} == before, "kept at the next start"
