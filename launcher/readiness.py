"""When a part counts as ready, and which port it needs."""

from __future__ import annotations

import socket
from collections.abc import Callable

from launcher.api import Backend
from launcher.credentials import PROBE_ACCOUNT, password_file
from launcher.mqtt_probe import Answer, BrokerAddress, log_in
from launcher.places import Places
from launcher.settings import LauncherSettings, broker_address, broker_authority

PROBE_SECONDS = 0.5
# Port setting → the option of `./care up` that changes it; None: only the settings file does.
OPTIONS = {
    "broker_port": "--broker-port",
    "tls_port": "--tls-port",
    "http_port": "--http-port",
    "telemetry_http_port": "--telemetry-http-port",
    "emergency_metrics_port": "--emergency-metrics-port",
    "telemetry_metrics_port": "--telemetry-metrics-port",
    "sim_metrics_port": "--sim-metrics-port",
    "launcher_metrics_port": "--launcher-metrics-port",
}


def broker_probe(places: Places, settings: LauncherSettings) -> Callable[[], Answer]:
    """A log-in at the broker in use with the launcher's own account, which may read and write nothing."""
    address = BrokerAddress(*broker_address(settings), broker_authority(settings))
    password = password_file(places, PROBE_ACCOUNT).read_text().strip()
    return lambda: log_in(address, PROBE_ACCOUNT, password, PROBE_SECONDS)


def probes(settings: LauncherSettings) -> dict[str, Callable[[], bool]]:
    """Per child, whether it serves now; the simulator has no port and counts as ready when it runs."""
    return {
        "backend": lambda: _is_healthy(settings.http_port),
        "gateway-emergency": lambda: _listens(settings.emergency_metrics_port),
        "backend-telemetry": lambda: _is_healthy(settings.telemetry_http_port),
        "gateway-telemetry": lambda: _listens(settings.telemetry_metrics_port),
    }


def taken_ports(settings: LauncherSettings) -> dict[str, int]:
    """Settings whose port somebody else listens on."""
    wanted = {name: int(getattr(settings, name)) for name in OPTIONS}
    if settings.broker_url:
        del wanted["broker_port"]
    if settings.broker_url or not settings.tls:
        del wanted["tls_port"]
    if not settings.simulator:
        del wanted["sim_metrics_port"]
    return {name: port for name, port in wanted.items() if not _is_free(port)}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_healthy(port: int) -> bool:
    return Backend(port).call("GET", "/healthz", seconds=PROBE_SECONDS)[0] == 200


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PROBE_SECONDS).close()
    except OSError:
        return False
    return True
