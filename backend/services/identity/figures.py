"""Which figures of log-ins are shown to Prometheus; no label says who anybody is."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Counter
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from backend.services.identity.actor import Actor
from backend.services.identity.ports import AuditAction, AuditTrail, Detail


class LoginFigures(Collector):
    """An `AuditTrail` that counts and passes on: what is in the trail is in the figures."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail
        self._log_ins = Counter(
            "care_backend_log_ins",
            "Log-ins by what became of them: let in, or the reason why not",
            ("outcome",),
            registry=None,
        )
        self._changes = Counter(
            "care_backend_identity_changes", "Changes to accounts, sessions and tokens", ("action",), registry=None
        )

    def record(self, actor: Actor | None, action: AuditAction, subject: str, detail: Detail) -> None:
        """Count it, and pass it on."""
        if action is AuditAction.LOGGED_IN:
            self._log_ins.labels("let_in").inc()
        elif action is AuditAction.LOG_IN_REFUSED:
            self._log_ins.labels(str(detail.get("reason"))).inc()
        else:
            self._changes.labels(str(action)).inc()
        self._trail.record(actor, action, subject, detail)

    def collect(self) -> Iterator[Metric]:
        yield from self._log_ins.collect()
        yield from self._changes.collect()
