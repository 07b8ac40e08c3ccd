"""Who may call what of the alarm desk and of the dispatch."""

from __future__ import annotations

from typing import Final

from backend.domain.access.groups import (
    ADMINISTRATOR,
    ANSWERERS,
    DESK,
    MANAGERS,
    OVERSEERS,
    READERS,
    STAFF,
    TECHNICIANS,
)
from backend.domain.access.permission import Permission, does, get
from backend.domain.access.roles import Scope

READ: Final = Scope.READ

ALERTS: Final[tuple[Permission, ...]] = (
    get("/alerts", ANSWERERS, READ),
    get("/alerts/{alert_id}", ANSWERERS, READ),
    *(
        does("POST", f"/alerts/{{alert_id}}/{step}", DESK)
        for step in ("accept", "dispatch", "en-route", "arrived", "close", "transfer", "notes")
    ),
    get("/stream", READERS, READ),
    get("/vocabulary", ANSWERERS, READ),
    get("/alerts/{alert_id}/escalation", READERS, READ),
    get("/escalation/policies", READERS, READ),
    get("/alerts/{alert_id}/verdict", READERS, READ),
)

SECRETS: Final[tuple[Permission, ...]] = (
    # Who may look is decided there: who has accepted an open alert of that home, and each look is on record.
    does("POST", "/alerts/{alert_id}/secrets", DESK),
    get("/alerts/{alert_id}/evidence", OVERSEERS),
    get("/homes/{home_id}/secrets", MANAGERS | TECHNICIANS),
    does("PATCH", "/homes/{home_id}/secrets", MANAGERS | TECHNICIANS),
)

ANSWERS: Final[tuple[Permission, ...]] = (
    get("/alerts/{alert_id}/assignments", ANSWERERS, READ),
    does("POST", "/alerts/{alert_id}/assignments", DESK),
    does("POST", "/alerts/{alert_id}/assignments/{assignment_id}/steps", DESK),
    does("POST", "/alerts/{alert_id}/assignments/{assignment_id}/unbind", DESK),
    get("/alerts/{alert_id}/responders", READERS, READ),
    does("POST", "/alerts/{alert_id}/key-uses", DESK),
    does("POST", "/key-uses/{use_id}/returned", DESK),
    get("/homes/{home_id}/key-uses", READERS, READ),
    get("/replies", READERS, READ),
    # The addresses carry the secrets by which providers bring replies to the whole district.
    get("/replies/addresses", ADMINISTRATOR, district=True),
    get("/answer-vocabulary", ANSWERERS, READ),
)

NOTICES: Final[tuple[Permission, ...]] = (
    get("/alerts/{alert_id}/notices", READERS, READ),
    get("/notices", READERS, READ),
    get("/notices/channels", READERS, READ),
    does("POST", "/notices/{notice_id}/called", DESK),
)

SCRIPTS: Final[tuple[Permission, ...]] = (
    get("/alerts/{alert_id}/script", READERS, READ),
    does("POST", "/alerts/{alert_id}/script/{step}", DESK),
    get("/alerts/{alert_id}/hand-over", READERS, READ),
    does("PUT", "/alerts/{alert_id}/hand-over", DESK),
    get("/script-reviews", OVERSEERS, READ),
    does("POST", "/script-reviews/{mark_id}", MANAGERS),
    get("/alerts/{alert_id}/calls", READERS, READ),
    does("POST", "/alerts/{alert_id}/calls", DESK),
    does("POST", "/calls/{call_id}/result", DESK),
    # `call_id` is the exchange's own here: it names nothing of ours.
    Permission("POST", "/api/v1/telephony/incoming", scopes=frozenset({Scope.TELEPHONY}), also={"call_id": None}),
    get("/telephony/incoming", DESK | OVERSEERS, READ),
    get("/telephony/incoming/{incoming_id}", DESK | OVERSEERS),
)

WORK_ORDERS: Final[tuple[Permission, ...]] = (
    get("/work-orders", READERS, READ),
    get("/work-orders/summary", READERS, READ),
    get("/work-orders/words", READERS, READ),
    get("/work-orders/export", READERS, READ),
    get("/work-orders/{order_id}", READERS, READ),
    does("POST", "/work-orders", STAFF),
    *(
        does("POST", f"/work-orders/{{order_id}}/{step}", STAFF)
        for step in (
            "accept",
            "assign",
            "start",
            "finish",
            "call-backs",
            "rate",
            "close",
            "cancel",
            "hold",
            "resume",
            "notes",
        )
    ),
)

FIGURES: Final[tuple[Permission, ...]] = (
    get("/reviews", READERS, READ),
    get("/review-causes", READERS, READ),
    does("PUT", "/reviews/{alert_id}/{reason}", MANAGERS),
    does("POST", "/reviews/{alert_id}/{reason}/take", MANAGERS),
    does("POST", "/reviews/{alert_id}/{reason}/close", MANAGERS),
    get("/kpis", READERS, READ),
    get("/kpis/alerts", READERS, READ),
    get("/kpis/export", READERS, READ),
    get("/statements", READERS, READ),
)

CALLS: Final = (*ALERTS, *SECRETS, *ANSWERS, *NOTICES, *SCRIPTS, *WORK_ORDERS, *FIGURES)
