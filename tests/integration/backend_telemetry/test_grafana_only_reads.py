"""Grafana's token of InfluxDB is made once, reads every bucket, and can neither write nor make itself more."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.child import ROOT
from tests.harness.influx import InfluxTarget, influx_target

SCRIPT = ROOT / "config" / "influxdb" / "read_token.py"


@pytest.fixture
def target() -> InfluxTarget:
    """A real server: the stand-in knows nothing of tokens."""
    found = influx_target()
    if found.wire is not None:
        pytest.skip("needs a real InfluxDB")
    return found


def _run(target: InfluxTarget, folder: Path) -> str:
    command = [sys.executable, str(SCRIPT), "--url", target.url, "--org", target.org]
    command += ["--token-file", str(target.token_file(folder)), "--to", str(folder / "read.token")]
    subprocess.run(command, check=True, timeout=60)
    return (folder / "read.token").read_text().strip()


def test_the_token_reads_and_does_nothing_else(target: InfluxTarget, tmp_path: Path) -> None:
    token = _run(target, tmp_path)
    assert token != target.token
    assert (tmp_path / "read.token").stat().st_mode & 0o777 == 0o444
    assert _run(target, tmp_path) == token
    reader = replace(target, token=token)
    asked = {"query": "buckets() |> limit(n: 1)", "type": "flux"}
    assert b"name" in reader.call("POST", f"/api/v2/query?org={target.org}", asked)
    organisation = target.call("GET", f"/api/v2/orgs?org={target.org}").decode().partition('"id": "')[2][:16]
    more = [{"action": "write", "resource": {"type": "buckets"}}]
    for method, path, body in (
        ("POST", f"/api/v2/write?org={target.org}&bucket=none", None),
        ("POST", "/api/v2/buckets", {"orgID": organisation, "name": "of-the-reader"}),
        ("POST", "/api/v2/authorizations", {"orgID": organisation, "permissions": more}),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            reader.call(method, path, body)
        assert refused.value.code in (401, 403, 404), f"{method} {path}"


def test_a_token_that_was_withdrawn_is_made_anew(target: InfluxTarget, tmp_path: Path) -> None:
    first = _run(target, tmp_path)
    (tmp_path / "read.token").unlink()
    second = _run(target, tmp_path)
    assert second != first
    with pytest.raises(urllib.error.HTTPError):
        replace(target, token=first).call("GET", "/api/v2/buckets")
