"""The broker that `./care up` runs: where Mosquitto comes from, and the configuration that it is given."""

from __future__ import annotations

from pathlib import Path

from launcher import packages
from launcher.broker_config import render_broker_config
from launcher.files import write_whole
from launcher.places import Places
from launcher.processes import ChildSpec
from launcher.settings import LauncherSettings, config_folder
from launcher.shell import Stop, is_root

SERVICE = "mosquitto.service"


def mosquitto(places: Places) -> Path:
    """The program: of the system, else ours under `var/mosquitto`, else obtained now; Stop when it cannot be had."""
    if found := mosquitto_here(places):
        return found
    if is_root():
        packages.install(["mosquitto"], places)
        packages.stop_new_service(SERVICE)
    else:
        packages.unpack("mosquitto", places.var / "mosquitto")
    if found := mosquitto_here(places):
        return found
    raise Stop("mosquitto")


def broker_child(places: Places, settings: LauncherSettings) -> ChildSpec:
    """Write the configuration and say how the broker is started."""
    program = mosquitto(places)
    write_config(places, settings)
    libraries = sorted({str(found.parent) for found in (places.var / "mosquitto").rglob("*.so.*")})
    ours = program.is_relative_to(places.var)
    environment = {"LD_LIBRARY_PATH": ":".join(libraries)} if ours else {}
    return ChildSpec("broker", (str(program), "-c", str(places.broker / "mosquitto.conf")), environment)


def write_config(places: Places, settings: LauncherSettings) -> None:
    """`var/broker/mosquitto.conf` from the shipped template."""
    shipped = config_folder() / "mosquitto"
    (places.broker / "data").mkdir(parents=True, exist_ok=True)
    rendered = render_broker_config(
        (shipped / "mosquitto.conf.template").read_text(encoding="utf-8"),
        port=settings.broker_port,
        address="127.0.0.1",
        persistence_location=str(places.broker / "data"),
        password_file=str(places.broker / "passwd"),
        acl_file=str(shipped / "acl"),
        # As root it would drop to the user mosquitto, who cannot write into our folders.
        user="root" if is_root() else "mosquitto",
        log_dest="stdout",
    )
    write_whole(places.broker / "mosquitto.conf", rendered)


def mosquitto_here(places: Places) -> Path | None:
    """Mosquitto of the system or ours; None when neither is there."""
    return packages.find("mosquitto", [places.var / "mosquitto" / "usr" / "sbin"])
