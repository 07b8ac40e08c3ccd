"""The broker that `./care up` runs: where Mosquitto comes from, and the configuration that it is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from launcher import packages
from launcher.broker_config import (
    Lines,
    certificate_listener,
    dynamic_security,
    password_file,
    render_broker_config,
    tls_listener,
)
from launcher.credentials import DYNAMIC_SECURITY
from launcher.exits import Exit
from launcher.files import write_whole
from launcher.places import Places
from launcher.processes import ChildSpec
from launcher.settings import LauncherSettings, broker_access, config_folder
from launcher.shell import Stop, is_root
from launcher.texts import text
from launcher.tls import Certificates

SERVICE = "mosquitto.service"
PLUGIN = "mosquitto_dynamic_security.so"
LIBRARY_FOLDERS = ("/usr/lib", "/usr/lib/*", "/usr/local/lib", "/opt/homebrew/lib")


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
    """Where the broker finds its things; `data` is a folder that it may write. `plugin` empty: files alone."""

    port: int
    address: str
    data: str
    password_file: str
    acl_file: str
    user: str
    plugin: str = ""
    listeners: Lines = ()

    @property
    def further(self) -> Lines:
        """How it learns of accounts, and where it listens besides."""
        if self.plugin:
            return [*dynamic_security(self.plugin, f"{self.data}/{DYNAMIC_SECURITY}"), *self.listeners]
        return [*password_file(self.password_file), *self.listeners]


def local_layout(places: Places, settings: LauncherSettings) -> BrokerLayout:
    """The broker that we run as a child. With the plug-in the shipped rules hold, else those the backend writes."""
    plugin = ""
    if broker_access(settings) == "dynsec":
        found = plugin_here(places.var / "mosquitto")
        if found is None:
            raise Stop(text("no_dynamic_security"), Exit.MISSING)
        plugin = str(found)
    return BrokerLayout(
        port=settings.broker_port,
        address="127.0.0.1",
        data=str(places.broker / "data"),
        password_file=str(places.broker / "passwd"),
        acl_file=str(config_folder() / "mosquitto" / "acl" if plugin else places.broker / "acl"),
        # As root it would drop to the user mosquitto, who cannot write into our folders.
        user="root" if is_root() else "mosquitto",
        plugin=plugin,
        listeners=_listeners(places, settings),
    )


def _listeners(places: Places, settings: LauncherSettings) -> Lines:
    if not settings.tls:
        return ()
    found, address = Certificates(places.tls), settings.tls_address
    lines = [*tls_listener(settings.tls_port, address, str(found.server))]
    if settings.certificate_port:
        files = (str(found.server), str(found.bundle), str(found.revoked))
        lines += certificate_listener(settings.certificate_port, address, *files)
    return lines


def broker_child(places: Places, settings: LauncherSettings) -> ChildSpec:
    """Write the configuration and say how the broker is started."""
    program = mosquitto(places)
    (places.broker / "data").mkdir(exist_ok=True)
    layout = local_layout(places, settings)
    command = (str(program), "-c", str(write_config(places, layout)))
    libraries = sorted({str(found.parent) for found in (places.var / "mosquitto").rglob("*.so.*")})
    ours = program.is_relative_to(places.var)
    environment = {"LD_LIBRARY_PATH": ":".join(libraries)} if ours else {}
    return ChildSpec("broker", (*_begin(places, layout), *command), environment)


def _begin(places: Places, layout: BrokerLayout) -> tuple[str, ...]:
    """At each start the plug-in gets the registry's accounts: what it was told before may be older."""
    if not layout.plugin:
        return ()
    script = config_folder() / "mosquitto" / "start.sh"
    return ("/bin/sh", str(script), "once", str(places.broker), layout.data, DYNAMIC_SECURITY, "--")


def write_config(places: Places, layout: BrokerLayout) -> Path:
    """`var/broker/mosquitto.conf` from the shipped template."""
    template = config_folder() / "mosquitto" / "mosquitto.conf.template"
    rendered = render_broker_config(
        template.read_text(encoding="utf-8"),
        layout.further,
        port=layout.port,
        address=layout.address,
        persistence_location=layout.data,
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


def plugin_here(unpacked: Path | None = None) -> Path | None:
    """Mosquitto's dynamic security plug-in: of the system, or of a package unpacked in that folder."""
    root = Path("/")
    found = [path for folder in LIBRARY_FOLDERS for path in root.glob(f"{folder[1:]}/{PLUGIN}")]
    if unpacked is not None:
        found += unpacked.glob(f"usr/lib/*/{PLUGIN}")
    return found[0] if found else None
