"""What the fake backend says of dispatch: nothing has been done yet, and these are whom there is to call."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from tests.fakes.console_desk import FakeDesk
from tests.fakes.console_homes import contacts_of, residents_of

_ROOT: Final = {
    "id": "district",
    "parent_id": None,
    "kind": "district",
    "kind_label": {"zh-CN": "区", "en": "District"},
    "name": "海岛区",
    "depth": 0,
    "operator": None,
    "phone": None,
    "hours": None,
    "hours_text": {"zh-CN": "全天", "en": "Always"},
    "open_now": True,
    "changes_at": None,
    "night_organisation_id": None,
    "latitude": None,
    "longitude": None,
    "provides": [],
    "disabled": False,
    "homes": 5,
    "catchment": [],
}


def _party(to: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "to": to,
        "id": row.get("id") or f"contact-{row['phone']}",
        "name": row.get("name", ""),
        "number": row.get("phone"),
        "relation": row.get("relation"),
        "role": row.get("role"),
        "proved": to != "contact",
        "callable": bool(row.get("phone")),
    }


def _parties(alert: dict[str, Any]) -> list[dict[str, Any]]:
    number = alert["home_number"]
    terminal = _party("terminal", {"id": alert["device_id"]})
    if number is None:
        return [terminal]
    residents = [_party("resident", row) for row in residents_of(number)]
    return [terminal, *residents, *(_party("contact", row) for row in contacts_of(number))]


def add_dispatch(app: FastAPI, desk: FakeDesk) -> None:
    """The routes, before those that take any action."""

    @app.get("/api/v1/alerts/{alert_id}/script")
    async def script(alert_id: str) -> dict[str, Any]:
        assert alert_id in desk.alerts
        label = {"zh-CN": "紧急呼叫", "en": "SOS"}
        return {"script": "sos", "label": label, "steps": [], "missing": [], "silence": None, "hand_over": None}

    @app.get("/api/v1/alerts/{alert_id}/calls")
    async def calls(alert_id: str) -> dict[str, Any]:
        services = [{"number": "120", "label": {"zh-CN": "急救", "en": "Ambulance"}}]
        return {"items": [], "parties": _parties(desk.alerts[alert_id]), "services": services}

    @app.get("/api/v1/alerts/{alert_id}/assignments")
    async def assignments(alert_id: str) -> dict[str, Any]:
        assert alert_id in desk.alerts
        return {"items": []}

    @app.get("/api/v1/alerts/{alert_id}/responders")
    async def responders(alert_id: str) -> dict[str, Any]:
        assert alert_id in desk.alerts
        return {"items": [], "nobody": "nobody_on_duty"}

    @app.get("/api/v1/notices")
    async def notices() -> dict[str, Any]:
        return {"items": [], "more": False}

    @app.get("/api/v1/organisations")
    async def organisations() -> dict[str, Any]:
        return {"items": [_ROOT]}
