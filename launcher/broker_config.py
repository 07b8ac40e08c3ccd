"""What stands in Mosquitto's configuration: the template under `config/mosquitto/` with its values filled in."""

from __future__ import annotations

from string import Template


def render_broker_config(template_text: str, **values: str | int) -> str:
    """The configuration for `template_text` (`config/mosquitto/mosquitto.conf.template`).

    Values: `port`, `address` (of the listener), `persistence_location` (a folder), `password_file`, `acl_file`,
    `user` (`root` when started as root and the folders are ours, else `mosquitto`), `log_dest` (`stdout`, or
    `file <path>`). Raises ValueError where one is missing, unknown to the template, or could forge a further line.
    """
    template = Template(template_text)
    wanted, given = set(template.get_identifiers()), set(values)
    if wanted != given:
        raise ValueError(f"broker config: missing {sorted(wanted - given)}, unknown {sorted(given - wanted)}")
    for name, value in values.items():
        if any(not character.isprintable() for character in str(value)) or not str(value):
            raise ValueError(f"broker config: {name} is empty or holds a control character")
    if "persistence_location" in values:
        # Mosquitto 2.0 glues the file name to it.
        values["persistence_location"] = str(values["persistence_location"]).rstrip("/") + "/"
    return template.substitute(values)
