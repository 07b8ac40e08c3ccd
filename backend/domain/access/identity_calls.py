"""Who may call what of accounts: everybody their own, administrators and managers those of their subtree."""

from __future__ import annotations

from typing import Final

from backend.domain.access.groups import ADMINISTRATOR, ANYBODY, MANAGERS
from backend.domain.access.permission import Permission, does, get, public
from backend.domain.access.roles import Scope

OWN: Final[tuple[Permission, ...]] = (
    # A program is told by the call itself that it has none.
    does("PUT", "/session/password", ANYBODY, *Scope),
    get("/session/list", ANYBODY, *Scope),
    does("DELETE", "/session/list", ANYBODY, *Scope),
    does("DELETE", "/session/list/{session_id}", ANYBODY, *Scope),
    get("/session/otp", ANYBODY, *Scope),
    does("POST", "/session/otp", ANYBODY, *Scope),
    does("PUT", "/session/otp", ANYBODY, *Scope),
    does("POST", "/session/otp/remove", ANYBODY, *Scope),
)

ACCOUNTS: Final[tuple[Permission, ...]] = (
    get("/staff", MANAGERS),
    does("POST", "/staff", MANAGERS, within=frozenset({"organisation_id"})),
    does("PATCH", "/staff/{staff_id}", MANAGERS, within=frozenset({"organisation_id"})),
    does("POST", "/staff/{staff_id}/password-reset", MANAGERS),
    does("DELETE", "/staff/{staff_id}/otp", MANAGERS),
    get("/staff/{staff_id}/sessions", MANAGERS),
    does("DELETE", "/staff/{staff_id}/sessions", MANAGERS),
)

TOKENS: Final[tuple[Permission, ...]] = (
    get("/tokens", ADMINISTRATOR),
    does("POST", "/tokens", ADMINISTRATOR, within=frozenset({"organisation_id"})),
    does("DELETE", "/tokens/{token_id}", ADMINISTRATOR),
)

WAYS_IN: Final[tuple[Permission, ...]] = (
    # What the log-in page offers, and the way to the OpenID provider and back.
    public("GET", "/api/v1/session/ways"),
    public("GET", "/api/v1/session/oidc"),
    public("GET", "/api/v1/session/oidc/callback"),
)

CALLS: Final = (*OWN, *ACCOUNTS, *TOKENS, *WAYS_IN)
