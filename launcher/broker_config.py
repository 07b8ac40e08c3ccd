"""What stands in Mosquitto's configuration: the template under `config/mosquitto/`, filled in, and what follows it."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

Lines = Sequence[tuple[str, str | int]]


def render_broker_config(template_text: str, further: Lines = (), **values: str | int) -> str:
    """The configuration for `template_text` (`config/mosquitto/mosquitto.conf.template`).

    Values: `port`, `address` (of the listener), `persistence_location` (a folder), `acl_file`, `user` (`root` when
    started as root and the folders are ours, else `mosquitto`), `log_dest` (`stdout`, or `file <path>`). `further`:
    settings behind it in their order, such as where the accounts are, or another listener. Raises ValueError where a
    value is missing, unknown to the template, or could forge a further line.
    """
    template = Template(template_text)
    wanted, given = set(template.get_identifiers()), set(values)
    if wanted != given:
        raise ValueError(f"broker config: missing {sorted(wanted - given)}, unknown {sorted(given - wanted)}")
    for name, value in [*values.items(), *further]:
        if any(not character.isprintable() for character in f"{name}{value}") or not str(value):
            raise ValueError(f"broker config: {name} is empty or holds a control character")
    if "persistence_location" in values:
        # Mosquitto 2.0 glues the file name to it.
        values["persistence_location"] = str(values["persistence_location"]).rstrip("/") + "/"
    return template.substitute(values) + "".join(f"{name} {value}\n" for name, value in further)


def password_file(path: str) -> Lines:
    """Accounts as a file that is read at the start."""
    return [("password_file", path)]


def tls_listener(port: int, address: str, server: str) -> Lines:
    """One more listener. `server`: the file with its key and certificates."""
    return [("listener", f"{port} {address}"), ("certfile", server), ("keyfile", server), ("tls_version", "tlsv1.2")]


def certificate_listener(port: int, address: str, server: str, trusted: str, revoked: str) -> Lines:
    """One for devices that show a certificate instead of a password; its common name is the username."""
    return [
        *tls_listener(port, address, server),
        ("cafile", trusted),
        ("crlfile", revoked),
        ("require_certificate", "true"),
        ("use_identity_as_username", "true"),
    ]


def dynamic_security(plugin: str, path: str) -> Lines:
    """Accounts kept by the plug-in in a file of its own."""
    return [("plugin", plugin), ("plugin_opt_config_file", path)]
