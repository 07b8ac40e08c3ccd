"""What belongs to the residents: the secrets of their homes."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.home_secrets_store import SecretSqlStore
from backend.adapters.sealing import KeyRing
from backend.api import home_secrets
from backend.services.home_secrets.change import ChangeSecrets
from backend.services.home_secrets.look import LookAtSecrets
from backend.settings import Settings


class PrivacyParts:
    """Made once per process."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock) -> None:
        store, ring = SecretSqlStore(engine), KeyRing(settings.seal_key_file)
        self._change = ChangeSecrets(store, ring, clock)
        self.look = LookAtSecrets(store, ring, clock)

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        yield home_secrets.router(home_secrets.SecretCalls(self._change, self.look))
