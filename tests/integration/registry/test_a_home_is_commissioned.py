"""The checklist comes from facts, is signed by a technician, and without it a device is installed for a reason only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend.services.identity.actor import StaffRole
from backend.services.telemetry.ports import DeviceStatus
from tests.harness.registry import RegistryDesk


def lines(desk: RegistryDesk, home_id: str) -> dict[str, str]:
    shown = desk.answer(desk.http.get(f"/homes/{home_id}/commissioning"))
    return {one["item"]: one["state"] for one in shown["items"]}


def sign(desk: RegistryDesk, home_id: str, status: int = 201, **body: Any) -> dict[str, Any]:
    return desk.answer(desk.http.post(f"/homes/{home_id}/commissioning/sign-off", json=body), status)


def try_out(desk: RegistryDesk) -> None:
    """A press in a window, confirmed; the device says how it is."""
    desk.answer(desk.http.post("/test-windows", json={"device_id": "T1", "minutes": 5}), 201)
    alert_id = desk.alarm.press("T1").outcomes[0].alert_id
    desk.answer(desk.http.post(f"/alerts/{alert_id}/confirm-test"), 204)
    desk.telemetry.known["T1"] = DeviceStatus("T1", "online", battery=88.0, rssi=-81.0, heard_at=desk.clock.now())


def prove_the_son(desk: RegistryDesk, home_id: str) -> None:
    (son,) = desk.answer(desk.http.get(f"/homes/{home_id}/contacts"))["items"]
    desk.answer(desk.http.patch(f"/homes/{home_id}/contacts/{son['id']}", json={"proved_on": "2026-11-24"}))


def test_a_home_is_tried_out_signed_and_its_terminal_installed(desk: RegistryDesk) -> None:
    home_id = desk.device()
    assert lines(desk, home_id) == {
        "press": "not_met",
        "signal": "unknown",
        "battery": "unknown",
        "contacts": "not_met",
    }
    assert sign(desk, home_id, 422)["code"] == "checklist_open"
    desk.clock.turn(timedelta(minutes=1))
    try_out(desk)
    prove_the_son(desk, home_id)
    assert set(lines(desk, home_id).values()) == {"met"}
    assert desk.change("T1", 422, state="installed")["code"] == "not_commissioned"
    signed = sign(desk, home_id)
    assert (signed["complete"], signed["signed_off"]["staff_id"], signed["signed_off"]["reason"]) == (
        True,
        "administrator-1",
        None,
    )
    desk.clock.turn(timedelta(days=9))
    assert desk.change("T1", state="installed")["state"] == "installed"
    assert set(lines(desk, home_id).values()) == {"met"}
    assert "signed_off" in [entry["kind"] for entry in desk.history(f"/homes/{home_id}")]


def test_with_something_open_it_is_signed_for_a_reason(desk: RegistryDesk) -> None:
    home_id = desk.device()
    signed = sign(desk, home_id, reason="海岛信号差，已装外置天线")
    assert (signed["complete"], signed["signed_off"]["reason"]) == (False, "海岛信号差，已装外置天线")
    assert desk.change("T1", state="installed")["state"] == "installed"


def test_a_swapped_device_is_tried_out_anew(desk: RegistryDesk) -> None:
    home_id = desk.device()
    try_out(desk)
    prove_the_son(desk, home_id)
    sign(desk, home_id)
    desk.change("T1", state="installed")
    desk.clock.turn(timedelta(days=1))
    desk.shelf("T2")
    desk.answer(desk.http.post("/devices/T1/swap", json={"new_device_id": "T2", "reason": "换新"}))
    assert desk.change("T2", 422, state="installed")["code"] == "not_commissioned"
    assert lines(desk, home_id)["press"] == "not_met"


def test_what_telemetry_cannot_say_is_unknown(desk: RegistryDesk) -> None:
    home_id = desk.device()
    desk.telemetry.away = True
    shown = desk.answer(desk.of(StaffRole.OPERATOR).get(f"/homes/{home_id}/commissioning"))
    assert (shown["telemetry_away"], shown["complete"]) == (True, False)


def test_an_operator_signs_nothing(desk: RegistryDesk) -> None:
    home_id = desk.device()
    body = {"reason": "x"}
    assert desk.of(StaffRole.OPERATOR).post(f"/homes/{home_id}/commissioning/sign-off", json=body).status_code == 403
    gone = desk.http.get("/homes/x/commissioning")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_home")
