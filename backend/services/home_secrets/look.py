"""How a secret is looked at: the right to it and its entry in the audit log are committed before a letter is shown."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from backend.domain.audit_log.entry import Entry
from backend.domain.home_secrets.looks import Look, OpenAlert, SecretKind, responder_look, staff_look
from backend.services.home_secrets.ports import Clock, Kept, Sealer, SecretStore, SecretTransaction, Shown, purpose
from backend.services.identity.actor import Actor

log = structlog.get_logger()


class LookAtSecrets:
    """The use case. A refusal is in the audit log as well."""

    def __init__(self, store: SecretStore, sealer: Sealer, clock: Clock) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock

    def by_staff(self, alert_id: str, actor: Actor) -> Shown | Look | None:
        """What is kept, or why it is not shown; None: no such alert."""
        with self._store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None:
                return None
            look = staff_look(alert, actor.id)
            return self._decided(tx, alert_id, alert, look, actor.kind.value, actor.id)

    def by_responder(self, assignment_id: str) -> Shown | Look | None:
        """The same for somebody whose link has been checked."""
        with self._store.begin() as tx:
            found = tx.goes(assignment_id)
            alert = tx.alert(found[0]) if found is not None else None
            if found is None or alert is None:
                return None
            alert_id, recipient, goes = found
            return self._decided(tx, alert_id, alert, responder_look(alert, goes=goes), "responder", recipient)

    def _decided(
        self, tx: SecretTransaction, alert_id: str, alert: OpenAlert, look: Look, kind: str, who: str
    ) -> Shown | Look:
        kept = tx.kept(alert.home_id) if look is Look.SHOWN and alert.home_id is not None else ()
        detail = {"alert": alert_id, "outcome": str(look), "kinds": [str(one.kind) for one in kept]}
        subject = f"home:{alert.home_id}" if alert.home_id is not None else f"alert:{alert_id}"
        tx.note(Entry(self._clock.now(), kind, who, "home_secrets_seen", subject, detail))
        tx.commit()
        return self._opened(kept) if look is Look.SHOWN else look

    def _opened(self, kept: Sequence[Kept]) -> Shown:
        shown: dict[SecretKind, str] = {}
        for one in kept:
            plain = self._sealer.open(one.sealed, purpose(one.home_id, one.kind))
            if plain is None:
                # The others may still open the door; whoever stands there is not sent away for one bad row.
                log.error("home_secret_unreadable", home_id=one.home_id, kind=str(one.kind))
                continue
            shown[one.kind] = plain.decode()
        return shown
