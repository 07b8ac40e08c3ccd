"""The broker that `./care up` runs: where Mosquitto comes from, and the configuration that it is given."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class BrokerLayout:
    """Where the broker finds its things; `data` is a folder that it may write."""

    port: int
    address: str
    data: str
    password_file: str
    acl_file: str
    user: str


def local_layout(places: Places, settings: LauncherSettings) -> BrokerLayout:
    """The broker that we run as a child."""
    return BrokerLayout(
        port=settings.broker_port,
        address="127.0.0.1",
        data=str(places.broker / "data"),
        password_file=str(places.broker / "passwd"),
        acl_file=str(config_folder() / "mosquitto" / "acl"),
        # As root it would drop to the user mosquitto, who cannot write into our folders.
        user="root" if is_root() else "mosquitto",
    )


def broker_child(places: Places, settings: LauncherSettings) -> ChildSpec:
    """Write the configuration and say how the broker is started."""
    program = mosquitto(places)
    (places.broker / "data").mkdir(exist_ok=True)
    config = write_config(places, local_layout(places, settings))
    libraries = sorted({str(found.parent) for found in (places.var / "mosquitto").rglob("*.so.*")})
    ours = program.is_relative_to(places.var)
    environment = {"LD_LIBRARY_PATH": ":".join(libraries)} if ours else {}
    return ChildSpec("broker", (str(program), "-c", str(config)), environment)


def write_config(places: Places, layout: BrokerLayout) -> Path:
    """`var/broker/mosquitto.conf` from the shipped template."""
    template = config_folder() / "mosquitto" / "mosquitto.conf.template"
    rendered = render_broker_config(
        template.read_text(encoding="utf-8"),
        port=layout.port,
        address=layout.address,
        persistence_location=layout.data,
        password_file=layout.password_file,
        acl_file=layout.acl_file,
        user=layout.user,
        log_dest="stdout",
    )
    target = places.broker / "mosquitto.conf"
    write_whole(target, rendered)
    return target


def mosquitto_here(places: Places) -> Path | None:
    """Mosquitto of the system or ours; None when neither is there."""
    return packages.find("mosquitto", [places.var / "mosquitto" / "usr" / "sbin"])
