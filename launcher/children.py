"""Which programs `./care up` runs, in which order, and what each is told; the table of docs/architecture.md."""

from __future__ import annotations

import sys

from launcher.credentials import PLATFORM_ACCOUNT, password_file
from launcher.places import Places
from launcher.processes import ChildSpec
from launcher.settings import LauncherSettings, broker_access, broker_address, broker_authority

TELEMETRY_NICENESS = 10  # a burst of telemetry gives way to a press


def programs(places: Places, settings: LauncherSettings) -> list[ChildSpec]:
    """All but the broker, those that a press needs first. Each of them waits patiently for the others, so they are
    started at once: one after the other would take twice as long."""
    children = [
        ChildSpec(
            "backend",
            _python("backend", "--role", "api", "--role", "ingest-events", "--role", "worker"),
            {**_backend(settings), **_access(places, settings), "CARE_BACKEND_PORT": str(settings.http_port)},
        ),
        ChildSpec(
            "gateway-emergency",
            _python("gateway", "--lane", "emergency"),
            _gateway(places, settings, "gw1.events", settings.emergency_metrics_port),
        ),
        ChildSpec(
            "backend-telemetry",
            _python("backend", "--role", "ingest-telemetry"),
            {**_backend(settings), "CARE_BACKEND_PORT": str(settings.telemetry_http_port)},
            TELEMETRY_NICENESS,
        ),
        ChildSpec(
            "gateway-telemetry",
            _python("gateway", "--lane", "telemetry"),
            _gateway(places, settings, "gw1.telemetry", settings.telemetry_metrics_port),
            TELEMETRY_NICENESS,
        ),
    ]
    if settings.simulator:
        children.append(ChildSpec("sim", _python("device_sim", "run"), _sim(places, settings), TELEMETRY_NICENESS))
    return children


def _python(program: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", program, *arguments)


def _backend(settings: LauncherSettings) -> dict[str, str]:
    return {"CARE_BACKEND_DEMO": str(settings.demo).lower(), **influx_environment(settings)}


def _access(places: Places, settings: LauncherSettings) -> dict[str, str]:
    """How this backend tells the broker who may do what."""
    return {
        **_broker("CARE_BACKEND", settings),
        "CARE_BACKEND_BROKER_ACCESS": broker_access(settings),
        "CARE_BACKEND_BROKER_PASSWORD_FILE": str(password_file(places, PLATFORM_ACCOUNT)),
    }


def influx_environment(settings: LauncherSettings) -> dict[str, str]:
    """What tells a backend to keep telemetry in InfluxDB; nothing where its own settings decide."""
    if not settings.influx_url:
        return {}
    return {
        "CARE_BACKEND_TELEMETRY_STORE": "influx",
        "CARE_BACKEND_INFLUX_URL": settings.influx_url,
        "CARE_BACKEND_INFLUX_ORG": settings.influx_org,
        "CARE_BACKEND_INFLUX_TOKEN_FILE": settings.influx_token_file,
    }


def _gateway(places: Places, settings: LauncherSettings, account: str, metrics_port: int) -> dict[str, str]:
    return {
        **_broker("CARE_GATEWAY", settings),
        "CARE_GATEWAY_USERNAME": account,
        "CARE_GATEWAY_PASSWORD_FILE": str(password_file(places, account)),
        "CARE_GATEWAY_TOKEN_FILE": str(places.secrets / "gw1.token"),
        "CARE_GATEWAY_BACKEND_URL": f"http://127.0.0.1:{settings.http_port}",
        "CARE_GATEWAY_TELEMETRY_BACKEND_URL": f"http://127.0.0.1:{settings.telemetry_http_port}",
        "CARE_GATEWAY_METRICS_PORT": str(metrics_port),
    }


def _sim(places: Places, settings: LauncherSettings) -> dict[str, str]:
    return {
        **_broker("CARE_SIM", settings),
        "CARE_SIM_TOKEN_FILE": str(places.secrets / "sim.token"),
        "CARE_SIM_BACKEND_URL": f"http://127.0.0.1:{settings.http_port}",
        "CARE_SIM_METRICS_PORT": str(settings.sim_metrics_port),
    }


def _broker(prefix: str, settings: LauncherSettings) -> dict[str, str]:
    host, port, tls = broker_address(settings)
    found = {"HOST": host, "PORT": str(port), "TLS": str(tls).lower()}
    if authority := broker_authority(settings):
        found["CA_FILE"] = authority
    return {f"{prefix}_BROKER_{key}": value for key, value in found.items()}
