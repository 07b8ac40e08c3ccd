"""A new session, in the transaction of whoever has found out that it is theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from backend.services.identity.policy import Policy
from backend.services.identity.ports import Clock, StaffAccount
from backend.services.identity.session import Session, csrf_token, duty, new_token, token_sha256
from backend.services.identity.store import IdentityTransaction, SessionRow

_DEVICE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_BROWSERS: Final = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where somebody comes from. `device`: the cookie of a browser that has logged somebody in before."""

    address: str
    agent: str = ""
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """`token` and `device` go into cookies and nowhere else."""

    token: str
    device: str
    session: Session


class OpenSession:
    """Opens it, and remembers the browser as one of this person's."""

    def __init__(self, clock: Clock, policy: Policy) -> None:
        self._clock = clock
        self._policy = policy

    def __call__(self, tx: IdentityTransaction, staff: StaffAccount, visitor: Visitor) -> Opened:
        """The caller commits."""
        now, token = self._clock.now(), new_token()
        expires_at = self._policy.expiry(now, now)
        row = SessionRow(
            token_sha256(token), staff.id, now, expires_at, now, masked(visitor.address), short_agent(visitor.agent)
        )
        tx.open_session(row)
        known = visitor.device if visitor.device is not None and _DEVICE.fullmatch(visitor.device) else None
        device = known or new_token()
        tx.remember_device(staff.id, token_sha256(device), now)
        must = duty(staff, tx.factor(staff.id).secret is not None, self._policy)
        return Opened(token, device, Session(staff, csrf_token(token), expires_at, must))


def masked(address: str) -> str:
    """`192.168.7.*`, `2001:db8:7:*`: enough to know one's own network by."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if isinstance(parsed, IPv4Address):
        return str(parsed).rpartition(".")[0] + ".*"
    return ":".join(part.lstrip("0") or "0" for part in parsed.exploded.split(":")[:3]) + ":*"


def short_agent(agent: str) -> str:
    """`Firefox, Windows`: what a browser says of itself, without what would tell it from every other."""
    found = [next((name for mark, name in names if mark in agent), "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(part for part in found if part)
