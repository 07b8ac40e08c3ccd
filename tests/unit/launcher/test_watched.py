"""Who is started again when which file changes: once for a change, and nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from launcher.places import Places
from launcher.settings import LauncherSettings
from launcher.tls import LOCAL_NAMES, Certificates
from launcher.watched import TRUSTING, Watched, server_names, watched
from tests.harness.clock import wall_now


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path)
    found.make()
    return found


def _changed(rows: list[Watched]) -> set[str]:
    return {name for row in rows for name in row.changed()}


def _settings(**given: object) -> LauncherSettings:
    return LauncherSettings.model_validate({"broker_access": "auto", **given})


@pytest.mark.parametrize(
    ("access", "file", "expected"),
    [
        ("dynsec", "begin-anew", {"broker"}),
        ("dynsec", "dynamic-security.json", set()),
        ("dynsec", "passwd", set()),
        ("files", "passwd", {"broker"}),
        ("files", "acl", {"broker"}),
        ("files", "begin-anew", set()),
    ],
)
def test_the_broker_begins_anew_with_what_it_reads_at_its_start(
    places: Places, access: str, file: str, expected: set[str]
) -> None:
    rows = watched(places, _settings(broker_access=access), wall_now)
    assert _changed(rows) == set()
    (places.broker / file).write_text("new")
    assert _changed(rows) == expected
    assert _changed(rows) == set(), "once for a change"


def test_an_external_broker_is_somebody_elses(places: Places) -> None:
    assert watched(places, _settings(broker_url="mqtt://broker.example", tls=True), wall_now) == []


def test_a_new_authority_concerns_the_broker_and_whoever_trusts_it(places: Places) -> None:
    own = Certificates(places.tls)
    own.ensure(LOCAL_NAMES, wall_now())
    rows = watched(places, _settings(tls=True), wall_now)
    assert _changed(rows) == set()
    own.rotate(LOCAL_NAMES, wall_now())
    assert _changed(rows) == {"broker", *TRUSTING}


def test_a_revoked_device_loses_its_certificate_too(places: Places) -> None:
    own, accounts = Certificates(places.tls), places.broker / "dynamic-security.json"
    own.ensure(LOCAL_NAMES, wall_now())
    for device_id in ("T1", "T2"):
        own.issue(device_id, wall_now())
    accounts.write_text(json.dumps({"clients": [{"username": "T1"}, {"username": "T2"}]}))
    rows = watched(places, _settings(tls=True, certificate_port=8884), wall_now)
    accounts.write_text(json.dumps({"clients": [{"username": "T1"}]}))
    assert _changed(rows) == set(), "first the list is written"
    assert _changed(rows) == {"broker"}, "then the broker reads it"
    accounts.write_text("half a file")
    assert _changed(rows) == set()


def test_the_certificate_is_for_this_machine_and_the_names_given() -> None:
    assert server_names(_settings(tls_names=" broker.example, 10.0.0.5 ,localhost")) == [
        *LOCAL_NAMES,
        "broker.example",
        "10.0.0.5",
    ]
