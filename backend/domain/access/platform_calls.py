"""Who may call what of the platform itself: sessions, health, the description, ingest, and what is open to all."""

from __future__ import annotations

from typing import Final

from backend.domain.access.groups import ANSWERERS, ANYBODY, AUDITORS, READERS, TECHNICIANS
from backend.domain.access.permission import Permission, does, get, public
from backend.domain.access.roles import Scope

STAFF_CALLS: Final[tuple[Permission, ...]] = (
    public("POST", "/api/v1/session"),
    # A program is told by the call itself that it has none.
    get("/session", ANYBODY, *Scope),
    does("DELETE", "/session", ANYBODY, *Scope),
    get("/health", ANSWERERS, Scope.READ, Scope.HEALTH, Scope.METRICS),
    get("/openapi.json", ANYBODY, *Scope),
    get("/audit-log", AUDITORS),
)

PROBES: Final[tuple[Permission, ...]] = (
    public("GET", "/healthz"),
    public("HEAD", "/healthz"),
    Permission("GET", "/readyz", READERS, frozenset({Scope.READ, Scope.HEALTH, Scope.METRICS})),
    Permission("GET", "/metrics", TECHNICIANS, frozenset({Scope.METRICS}), district=True),
)

INGEST: Final[tuple[Permission, ...]] = (
    *(
        Permission("POST", f"/ingest/v1/{lane}", scopes=frozenset({Scope.INGEST}))
        for lane in ("events", "telemetry", "status", "results", "commands/claim", "commands/outcomes")
    ),
    Permission("POST", "/ingest/v1/health", scopes=frozenset({Scope.INGEST, Scope.HEALTH})),
)

BROKER: Final[tuple[Permission, ...]] = tuple(
    Permission("POST", f"/broker/v1/{call}", scopes=frozenset({Scope.BROKER})) for call in ("authenticate", "authorize")
)

OPEN: Final[tuple[Permission, ...]] = (
    # The address is the secret.
    public("GET", "/r/{token}"),
    public("HEAD", "/r/{token}"),
    public("GET", "/r/{token}/state"),
    public("POST", "/r/{token}/steps"),
    public("POST", "/r/{token}/secrets"),
    public("POST", "/r/{token}/{step}"),
    public("POST", "/replies/{provider}/{secret}"),
    public("POST", "/receipts/{provider}/{secret}"),
    public("GET", "/calendars/{token}.ics"),
    # Files of the console: the log-in page is one of them.
    *(public(method, path) for path in ("/", "/{name}", "/{subfolder}/{name}") for method in ("GET", "HEAD")),
)

CALLS: Final = (*STAFF_CALLS, *PROBES, *INGEST, *BROKER, *OPEN)
