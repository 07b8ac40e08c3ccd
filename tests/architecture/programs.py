"""The programs' settings classes, by program name."""

from __future__ import annotations

from importlib import import_module

from pydantic_settings import BaseSettings

# Program → (module, class, settings file, prefix of its environment variables).
SETTINGS = {
    "backend": ("backend.settings", "Settings", "backend.toml", "CARE_BACKEND_"),
    "gateway": ("gateway.settings", "Settings", "gateway.toml", "CARE_GATEWAY_"),
    "device_sim": ("device_sim.settings", "Settings", "sim.toml", "CARE_SIM_"),
    "launcher": ("launcher.settings", "LauncherSettings", "launcher.toml", "CARE_LAUNCHER_"),
}


def settings_class(program: str) -> type[BaseSettings]:
    module, name, _, _ = SETTINGS[program]
    found: type[BaseSettings] = getattr(import_module(module), name)
    return found
