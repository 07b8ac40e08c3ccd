"""Dashboard and scrape configuration ask only for what the programs show and what the InfluxDB store writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
import yaml

from backend.adapters.telemetry.influx import line
from backend.adapters.telemetry.influx.setup import Buckets
from backend.settings import Settings as BackendSettings
from contract.metrics import METRICS
from launcher.credentials import TOKENS
from tests.architecture.shown_figures import registries, shown
from tests.architecture.test_compose import SERVICES, environment, mounts
from tests.architecture.tracked import ROOT

GRAFANA = ROOT / "config" / "grafana"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards" / "care.json").read_text(encoding="utf-8"))
DATASOURCES = yaml.safe_load((GRAFANA / "provisioning/datasources/care.yml").read_text(encoding="utf-8"))["datasources"]
PROMETHEUS: dict[str, Any] = yaml.safe_load((ROOT / "config/prometheus/prometheus.yml").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
OWN_OF_PROMETHEUS = {"up": {"job", "instance"}}
WORDS = {"sum", "min", "max", "rate", "by"}
SELECTOR = re.compile(r"([a-z_]+)(?:\{([^}]*)\})?")
PROGRAMS = ("backend", "gateway", "device_sim", "launcher")
BUCKETS = set(asdict(Buckets.of("care")).values())


def queries(kind: str) -> Iterator[str]:
    key = {"prometheus": "expr", "influxdb": "query"}[kind]
    for panel in PANELS:
        yield from (target[key] for target in panel["targets"] if target["datasource"]["type"] == kind)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_shows_figures_under_its_own_name(program: str) -> None:
    samples = [sample for metric in registries()[program].collect() for sample in metric.samples]
    assert samples
    prefix = f"care_{program.removeprefix('device_')}"
    assert {sample.name for sample in samples if not sample.name.startswith(prefix)} == set()
    assert not {"device_id", "device", "home", "resident", "staff"} & {name for s in samples for name in s.labels}


def test_there_are_queries_of_both_kinds() -> None:
    assert len(list(queries("prometheus"))) > 10
    assert len(list(queries("influxdb"))) > 2


@pytest.mark.parametrize("query", sorted(set(queries("prometheus"))))
def test_a_promql_query_names_only_figures_and_labels_that_exist(query: str) -> None:
    grouping = re.findall(r"by \(([^)]*)\)", query)
    bare = re.sub(r"by \([^)]*\)|\[[^\]]*\]", "", query)
    names = {name: labels for name, labels in SELECTOR.findall(bare) if name not in WORDS}
    assert names
    for name, matchers in names.items():
        figures = OWN_OF_PROMETHEUS if name in OWN_OF_PROMETHEUS else shown().labels
        assert name in figures, name
        asked = dict(re.findall(r'(\w+)="([^"]*)"', matchers))
        by = {label.strip() for group in grouping for label in group.split(",")}
        assert asked.keys() | by <= figures[name] | {"instance", "job"}, query
        if name.startswith("care_gateway_") and "name" in asked:
            assert asked["name"] in shown().gateway_names, asked
        if name == "care_backend_check_ok" and "check" in asked:
            assert asked["check"] in shown().checks


@pytest.mark.parametrize("query", sorted(set(queries("influxdb"))))
def test_a_flux_query_names_only_what_the_store_writes(query: str) -> None:
    assert set(re.findall(r'from\(bucket: "([^"]+)"\)', query)) <= BUCKETS
    assert re.findall(r'r\._measurement == "([^"]+)"', query) == [line.MEASUREMENT]
    bucket = re.findall(r'from\(bucket: "care-(\w+)"\)', query)[0]
    fields = line.RAW_FIELDS if bucket == "raw" else line.ROLL_UP_FIELDS
    assert set(re.findall(r'r\._field == "([^"]+)"', query)) <= set(fields)
    assert set(re.findall(rf'r\.{line.TAG_METRIC} == "([^"]+)"', query)) <= METRICS.keys()
    tags = {line.TAG_DEVICE, line.TAG_METRIC}
    assert set(re.findall(r"r\.(\w+)", query)) <= tags | {"_measurement", "_field"}
    columns = re.findall(r'"(\w+)"', " ".join(re.findall(r"columns?: (\[[^\]]*\]|\"\w+\")", query)))
    assert set(columns) <= tags | {"_time", "_value"}


def test_the_buckets_and_the_organisation_are_the_defaults_of_the_settings() -> None:
    settings = BackendSettings.model_construct()
    assert {bucket.rpartition("-")[0] for bucket in BUCKETS} == {settings.influx_bucket_prefix}
    organisations = {source["jsonData"]["organization"] for source in DATASOURCES if source["type"] == "influxdb"}
    given = environment("influxdb")
    assert organisations == {settings.influx_org} == {given["DOCKER_INFLUXDB_INIT_ORG"]}
    assert given["DOCKER_INFLUXDB_INIT_BUCKET"] in BUCKETS


def test_every_panel_is_named_and_explained_in_both_languages() -> None:
    for panel in DASHBOARD["panels"]:
        texts = [panel["title"]] if panel["type"] == "row" else [panel["title"], panel["description"]]
        for text in texts:
            assert re.search("[\u4e00-\u9fff]", text), panel["title"]
            assert re.search("[A-Za-z]{3}", text), panel["title"]


def test_panels_have_numbers_and_places_of_their_own() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_panels_use_the_provisioned_data_sources() -> None:
    sources = {(source["uid"], source["type"]) for source in DATASOURCES}
    used = {(target["datasource"]["uid"], target["datasource"]["type"]) for p in PANELS for target in p["targets"]}
    assert used == sources


def test_data_sources_are_services_and_hold_no_secret() -> None:
    for source in DATASOURCES:
        host, port = source["url"].removeprefix("http://").split(":")
        assert host in SERVICES
        assert port in {"9090", "8086"}
        for secret in source.get("secureJsonData", {}).values():
            assert f"{secret.removeprefix('$')}__FILE" in environment("grafana")


def test_grafana_finds_what_is_mounted_for_it() -> None:
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/care.yml").read_text(encoding="utf-8"))["providers"][
        0
    ]
    targets = {target for _, target in mounts("grafana")}
    assert f"{provider['options']['path']}/care.json" in targets
    for path in GRAFANA.rglob("*.*"):
        assert f"./{path.relative_to(ROOT)}" in {source for source, _ in mounts("grafana")}, path


def test_the_files_that_monitoring_reads_are_those_that_init_writes() -> None:
    written = {
        f"/run/care/{name}" for name in ("prometheus.token", "influx.token", "influx.password", "grafana.password")
    }
    asked = {
        value for service in ("influxdb", "grafana") for value in environment(service).values() if "/run/" in value
    }
    asked |= {
        job["authorization"]["credentials_file"] for job in PROMETHEUS["scrape_configs"] if "authorization" in job
    }
    # Grafana reads InfluxDB with a token of its own, which the server makes: never with the one that may do anything.
    made = environment("grafana")["GF_CARE_INFLUX_TOKEN__FILE"]
    assert f"--to={made}" in SERVICES["influxdb-reader"]["command"]
    assert {path for path, at in mounts("grafana") if made.startswith(f"{at}/")} == {"grafana-token"}
    assert asked == written | {made}
    for service in ("prometheus", "influxdb", "grafana"):
        assert ("monitoring-secrets", "/run/care") in mounts(service)
    assert TOKENS["prometheus"] == ["metrics"], "it may read figures and nothing else"
    assert "--monitoring" in SERVICES["init"]["command"]


def test_prometheus_scrapes_every_program_where_it_listens() -> None:
    targets = [
        target for job in PROMETHEUS["scrape_configs"] for one in job["static_configs"] for target in one["targets"]
    ]
    assert set(targets) == {
        *(f"{name}:{environment(name)['CARE_BACKEND_PORT']}" for name in ("backend", "backend-telemetry")),
        *(
            f"{name}:{environment(name)['CARE_GATEWAY_METRICS_PORT']}"
            for name in ("gateway-emergency", "gateway-telemetry")
        ),
        "influxdb:8086",
    }
    for name in ("gateway-emergency", "gateway-telemetry"):
        assert environment(name)["CARE_GATEWAY_METRICS_HOST"] == "0.0.0.0"


def test_monitoring_is_reachable_from_this_machine_alone() -> None:
    for name in ("prometheus", "grafana", "influxdb"):
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))
