"""docker-compose.yml names only what exists: settings, ports, files, volumes, health checks, commands.

Docker is not there where these tests run, so the file is read rather than started.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from fastapi.testclient import TestClient

from backend.adapters.broker_accounts import BEGIN_ANEW
from backend.app import Backend, Role
from backend.settings import Settings as BackendSettings
from launcher.__main__ import app
from launcher.broker import PLUGIN
from launcher.credentials import DYNAMIC_SECURITY
from tests.architecture.programs import SETTINGS, settings_class
from tests.architecture.tracked import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: row for name, row in SERVICES.items() if row.get("image") == "care-platform"}
PROBED = re.compile(r"http://127\.0\.0\.1:(\d+)(/\w*)")
# Variables that are not ours, by the image that reads them.
FOREIGN = {
    "PGPASSFILE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS",
    "DOCKER_INFLUXDB_INIT_MODE", "DOCKER_INFLUXDB_INIT_ORG", "DOCKER_INFLUXDB_INIT_BUCKET",
    "DOCKER_INFLUXDB_INIT_USERNAME", "DOCKER_INFLUXDB_INIT_PASSWORD_FILE", "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE",
    "INFLUXD_REPORTING_DISABLED",
    "GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_CARE_INFLUX_TOKEN__FILE", "GF_USERS_ALLOW_SIGN_UP",
    "GF_ANALYTICS_REPORTING_ENABLED", "GF_ANALYTICS_CHECK_FOR_UPDATES", "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
}  # fmt: skip
DEFAULTED = re.compile(r"\$\{\w+:-([^}]*)\}")


def program(service: str) -> str:
    """The program that a service of ours runs: the argument after `-m`."""
    command: list[str] = OURS[service]["command"]
    return command[command.index("-m") + 1]


def environment(service: str) -> dict[str, str]:
    """What the service is given where nobody sets a variable of the shell."""
    found: dict[str, str] = SERVICES[service].get("environment", {})
    return {name: DEFAULTED.sub(r"\1", value) for name, value in found.items()}


def mounts(service: str) -> list[tuple[str, str]]:
    return [tuple(mount.split(":")[:2]) for mount in SERVICES[service].get("volumes", [])]  # type: ignore[misc]


@pytest.mark.parametrize("service", OURS)
def test_every_setting_exists_and_has_a_valid_value(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = SETTINGS[program(service)][3]
    model = settings_class(program(service))
    own = {name: value for name, value in environment(service).items() if name not in FOREIGN}
    assert {name for name in own if name.removeprefix(prefix).lower() not in model.model_fields} == set()
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    model()


def test_variables_of_other_images_are_known_ones() -> None:
    named = {name for service in set(SERVICES) - set(OURS) - {"proxy"} for name in environment(service)}
    assert named <= FOREIGN
    for name in environment("proxy"):
        assert f"{{${name}:" in (ROOT / "config/proxy/Caddyfile").read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_every_mounted_file_exists_and_every_volume_is_declared(service: str) -> None:
    for source, _ in mounts(service):
        if source.startswith("."):
            assert (ROOT / source).is_file(), source
        else:
            assert source in COMPOSE["volumes"], source


def test_every_declared_volume_and_network_is_used() -> None:
    assert set(COMPOSE["volumes"]) == {
        source for service in SERVICES for source, _ in mounts(service) if source[0] != "."
    }
    assert {network for row in SERVICES.values() for network in row["networks"]} == set(COMPOSE["networks"])


@pytest.mark.parametrize("service", [name for name in OURS if name != "init"])
def test_a_health_check_asks_the_port_and_path_that_the_program_serves(service: str) -> None:
    port, path = PROBED.findall(" ".join(SERVICES[service]["healthcheck"]["test"]))[0]
    listens = "CARE_BACKEND_PORT" if program(service) == "backend" else "CARE_GATEWAY_METRICS_PORT"
    assert environment(service)[listens] == port
    assert path in (backend_paths() if program(service) == "backend" else {"/metrics"})


def test_the_proxy_forwards_to_the_backends_port_and_hides_what_is_internal() -> None:
    caddyfile = (ROOT / "config/proxy/Caddyfile").read_text()
    targets = set(re.findall(r"reverse_proxy (\S+)", caddyfile))
    assert targets == {f"backend:{environment('backend')['CARE_BACKEND_PORT']}"}
    internal = re.findall(r"@internal path (.+)", caddyfile)[0].split()
    hidden = {path for path in backend_paths() if path.startswith(("/ingest/", "/broker/"))} | {"/metrics", "/readyz"}
    assert [path for path in hidden if not any(path.startswith(rule.rstrip("*")) for rule in internal)] == []
    assert set(re.findall(r"@stream path (\S+)", caddyfile)) <= backend_paths()


def test_only_the_proxys_word_counts_and_it_has_that_address() -> None:
    trusted = environment("backend")["CARE_BACKEND_TRUSTED_PROXIES"]
    assert SERVICES["proxy"]["networks"]["care"]["ipv4_address"] == trusted


def test_gateways_reach_services_by_their_names_and_ports() -> None:
    for service in ("gateway-emergency", "gateway-telemetry"):
        given = environment(service)
        for name, target in (("BACKEND_URL", "backend"), ("TELEMETRY_BACKEND_URL", "backend-telemetry")):
            assert given[f"CARE_GATEWAY_{name}"] == f"http://{target}:{environment(target)['CARE_BACKEND_PORT']}"
        assert given["CARE_GATEWAY_BROKER_HOST"] in SERVICES
        assert given["CARE_GATEWAY_BROKER_PORT"] == broker_port()


def test_the_broker_finds_what_init_wrote_for_it() -> None:
    options = dict(argument.removeprefix("--").split("=") for argument in OURS["init"]["command"] if "=" in argument)
    mark, source, target, dynamic_security, _, *started = SERVICES["mosquitto"]["command"]
    folders = [target for _, target in mounts("mosquitto")]
    assert options["broker-acl"] in folders
    assert options["broker-data"] in folders
    assert (mark, dynamic_security) == (BEGIN_ANEW, DYNAMIC_SECURITY)
    assert target == options["broker-data"]
    assert source == str(Path(started[-1]).parent)
    assert options["broker-plugin"].endswith(PLUGIN)
    assert environment("backend")["CARE_BACKEND_BROKER_ACCESS"] == "dynsec"
    assert environment("backend")["CARE_BACKEND_BROKER_HOST"] in SERVICES
    assert SERVICES["mosquitto"]["ports"] == [f"{broker_port()}:{broker_port()}"]
    assert SERVICES["mosquitto"]["healthcheck"]["test"][-1] == broker_port()
    assert options["database-host"] in SERVICES


@pytest.mark.parametrize("service", [name for name in OURS if name != "init"])
def test_every_command_parses_with_the_programs_own_parser(service: str) -> None:
    """`settings` in front of the same arguments: parsed for real, and nothing is started."""
    _, _, name, *arguments = OURS[service]["command"]
    done = subprocess.run(
        [sys.executable, "-m", name, "settings", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment(service)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_init_command_parses() -> None:
    group = typer.main.get_command(app)
    _, _, _, name, *arguments = OURS["init"]["command"]
    context = group.make_context("care", [name, *arguments])
    _, command, rest = group.resolve_command(context, [name, *arguments])  # type: ignore[attr-defined]
    assert command.make_context(name, rest, parent=context).params["broker_address"] == f"0.0.0.0:{broker_port()}"


@pytest.mark.parametrize("service", SERVICES)
def test_dependencies_exist_and_can_become_healthy(service: str) -> None:
    for other, row in SERVICES[service].get("depends_on", {}).items():
        if row["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert SERVICES[other]["restart"] == "no"


@pytest.mark.parametrize("service", [name for name in SERVICES if name not in ("init", "influxdb-reader")])
def test_everything_comes_back_and_has_time_to_end(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert int(SERVICES[service]["stop_grace_period"].rstrip("s")) > 10
    assert "healthcheck" in SERVICES[service]


def test_every_service_is_explained_in_both_languages() -> None:
    lines = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").splitlines()
    for service in SERVICES:
        place = lines.index(f"  {service}:")
        above = "".join(line for line in lines[max(0, place - 3) : place] if line.strip().startswith("#"))
        assert re.search("[\u4e00-\u9fff]", above), service
        assert re.search("[a-z]{3}", above), service


def test_the_image_holds_every_program_and_copies_only_what_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {"contract", "config", *(program(service) for service in OURS)} <= sources
    let_in = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert sources == let_in


def broker_port() -> str:
    address = next(word for word in OURS["init"]["command"] if word.startswith("--broker-address="))
    return str(address.rpartition(":")[2])


@cache
def backend_paths() -> set[str]:
    """Every path that the backend describes, and `/healthz` when it answers a stranger, as a health check is one."""
    with tempfile.TemporaryDirectory() as folder:
        settings = BackendSettings.model_construct(database_url=f"sqlite:///{folder}/none.sqlite")
        api = Backend(settings, [Role.ALL]).api
    alive = {"/healthz"} if TestClient(api).get("/healthz").status_code == 200 else set()
    return set(api.openapi()["paths"]) | alive
