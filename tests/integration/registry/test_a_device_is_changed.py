"""A device goes from the shelf to a home and back; each change is in its history; alarms do not look at its state."""

from __future__ import annotations

from backend.services.identity.actor import StaffRole
from contract.vocabulary import Handling
from tests.harness.registry import RegistryDesk


def test_data_of_a_device_are_changed_and_the_history_says_by_whom(desk: RegistryDesk) -> None:
    desk.device()
    sent = {
        "model": "YJT-3",
        "device_class": "terminal_4g",
        "codec": "native",
        "firmware": "1.4.2",
        "sim_number": "89860012345678",
        "sim_expires_on": "2027-03-01",
        "sim_balance_fen": 1250,
        "battery_changed_on": "2026-11-01",
        "warranty_until": "2028-11-01",
        "supervision_minutes": 60,
    }
    changed = desk.change("T1", **sent)
    assert {name: changed[name] for name in sent} == {**sent, "sim_number": "**********5678"}
    assert desk.change("T1", **sent) == changed
    entry, enrolled = desk.history("/devices/T1")
    assert (entry["kind"], enrolled["kind"]) == ("changed", "enrolled")
    assert (entry["actor_id"], entry["before"]["model"], entry["after"]["model"]) == ("administrator-1", None, "YJT-3")
    assert entry["after"]["sim_number"] == "**********5678"
    assert desk.change("T1", model=None)["model"] is None
    assert desk.http.get("/devices").json()["items"][0]["sim_expires_on"] == "2027-03-01"


def test_from_the_shelf_into_a_home(desk: RegistryDesk) -> None:
    home_id = desk.device("T0")
    desk.shelf("T1")
    assert desk.change("T1", 422, state="enrolled")["code"] == "needs_home"
    assert desk.change("T1", 404, state="enrolled", home_id="nowhere")["code"] == "unknown_home"
    assert desk.change("T1", 422, home_id=home_id)["code"] == "home_with_enrolment_only"
    enrolled = desk.change("T1", state="enrolled", home_id=home_id, room="客厅")
    assert (enrolled["state"], enrolled["home_id"]) == ("enrolled", home_id)
    assert desk.change("T1", 422, state="installed")["code"] == "not_commissioned"
    assert desk.change("T1", state="installed", reason="老人住院，先装好")["state"] == "installed"
    shelved = desk.change("T1", state="stock", reason="换型号")
    assert (shelved["state"], shelved["home_id"], shelved["room"]) == ("stock", None, None)
    assert [entry["home_id"] for entry in desk.history("/devices/T1")] == [home_id, home_id, home_id, None]


def test_a_step_that_the_table_does_not_know_changes_nothing(desk: RegistryDesk) -> None:
    desk.shelf("T1")
    assert desk.change("T1", 409, state="suspended", reason="x")["code"] == "illegal_transition"
    assert desk.change("T1", 404, resident_id="nobody")["code"] == "unknown_resident"
    assert desk.change("T9", 404, room="x")["code"] == "unknown_device"
    assert [entry["kind"] for entry in desk.history("/devices/T1")] == ["enrolled"]


def test_a_press_of_a_suspended_device_alarms_escalates_and_is_answered(desk: RegistryDesk) -> None:
    home_id = desk.device()
    desk.change("T1", state="suspended", reason="欠费")
    assert "T1" in desk.broker.known
    answer = desk.alarm.press("T1")
    assert (answer.outcomes[0].outcome, answer.commands[0].args["stage"]) == ("accepted", "received")
    alert = desk.alarm.only()
    assert (alert.ring, alert.severity, alert.unknown_device) == (True, "emergency", False)
    assert alert.home is not None
    assert alert.home.id == home_id
    assert alert.next_step is not None
    assert (alert.next_step.state, alert.next_step.at) == ("running", desk.clock.now())


def test_a_revoked_device_is_shut_out_and_somebody_calls_the_home(desk: RegistryDesk) -> None:
    home_id = desk.device()
    assert desk.change("T1", 422, state="revoked")["code"] == "needs_reason"
    told = desk.broker.told
    revoked = desk.change("T1", state="revoked", reason="账号泄露")
    assert (revoked["state"], revoked["home_id"], revoked["state_reason"]) == ("revoked", home_id, "账号泄露")
    assert desk.broker.told == told + 1
    assert "T1" not in desk.broker.known
    (key,) = desk.order_keys()
    assert key.startswith("revoked/T1/")
    # What was on its way when it was revoked is a press all the same.
    assert desk.alarm.press("T1").outcomes[0].outcome == "accepted"
    assert desk.alarm.only().home is not None


def test_what_comes_back_from_the_scrap_heap_needs_a_new_secret(desk: RegistryDesk) -> None:
    desk.device()
    desk.change("T1", state="retired", reason="进水")
    desk.change("T1", state="stock", reason="修好了")
    desk.broker.publish()
    assert "T1" not in desk.broker.known
    item = {"kind": "terminal", "device_id": "T1", "rotate": True}
    assert desk.http.post("/devices", json={"items": [item]}).status_code == 201
    assert "T1" in desk.broker.known


def test_a_swap_keeps_the_history_of_the_home_and_of_both_devices(desk: RegistryDesk) -> None:
    home_id = desk.device()
    desk.alarm.press("T1")
    alert_id = desk.alarm.only().id
    desk.shelf("T2")
    body = {"new_device_id": "T2", "reason": "电池鼓包"}
    swapped = desk.answer(desk.http.post("/devices/T1/swap", json=body))
    assert (swapped["old"]["state"], swapped["old"]["home_id"], swapped["credential"]) == ("stock", None, None)
    assert (swapped["new"]["state"], swapped["new"]["home_id"], swapped["new"]["room"]) == ("enrolled", home_id, "卧室")
    assert desk.answer(desk.http.post("/devices/T1/swap", json=body)) == swapped
    old, new = desk.history("/devices/T1"), desk.history("/devices/T2")
    assert (old[0]["kind"], old[0]["after"]["replaced_by"], old[0]["home_id"]) == ("swapped_out", "T2", home_id)
    assert (new[0]["kind"], new[0]["after"]["replaces"], new[0]["home_id"]) == ("swapped_in", "T1", home_id)
    open_alert = desk.alarm.detail(alert_id)
    assert (open_alert.handling, open_alert.card.home is not None) == (Handling.NEW, True)
    assert open_alert.home is not None
    assert open_alert.home.id == home_id
    # The new one has alerts of its own, in the same home.
    assert desk.alarm.press("T2").outcomes[0].alert_id != alert_id
    assert {alert.home.id for alert in desk.alarm.open() if alert.home} == {home_id}


def test_a_press_of_the_old_device_afterwards_alarms_at_the_district_and_is_marked(desk: RegistryDesk) -> None:
    desk.device()
    desk.device("T3", home=None, stock=True, room=None)
    desk.answer(desk.http.post("/devices/T1/swap", json={"new_device_id": "T3", "reason": "换新"}))
    answer = desk.alarm.press("T1")
    assert (answer.outcomes[0].outcome, answer.commands[0].args["stage"]) == ("unknown_device", "received")
    alert = desk.alarm.only()
    assert (alert.home, alert.unknown_device, alert.ring, alert.organisation) == (None, True, True, None)
    assert "unknown_device" in alert.flags


def test_a_new_device_is_swapped_in_with_its_credential(desk: RegistryDesk) -> None:
    desk.device()
    body = {"new": {"model": "YJT-4"}, "reason": "坏了", "old_state": "retired"}
    headers = {"Idempotency-Key": "swap-1"}
    first = desk.answer(desk.http.post("/devices/T1/swap", json=body, headers=headers))
    again = desk.answer(desk.http.post("/devices/T1/swap", json=body, headers=headers))
    assert again == first
    assert first["credential"]["device_id"] == first["new"]["id"]
    assert (first["new"]["model"], first["old"]["state"]) == ("YJT-4", "retired")
    assert desk.broker.known == {first["new"]["id"]}


def test_what_cannot_be_swapped_is_refused(desk: RegistryDesk) -> None:
    desk.device()
    desk.device("T2")
    desk.shelf("S1", kind="sensor")
    desk.shelf("T3")

    def swap(old: str, new: str) -> str:
        answer = desk.http.post(f"/devices/{old}/swap", json={"new_device_id": new, "reason": "x"})
        assert answer.status_code in (404, 409, 422), answer.text
        return str(answer.json()["code"])

    assert swap("T1", "T2") == "not_in_stock"
    assert swap("T1", "S1") == "other_kind"
    assert swap("T3", "T1") == "not_at_home"
    assert swap("T1", "T1") == "same_device"
    assert swap("T1", "T9") == "unknown_device"


def test_an_operator_changes_no_device(desk: RegistryDesk) -> None:
    desk.device()
    operator = desk.of(StaffRole.OPERATOR)
    assert operator.patch("/devices/T1", json={"room": "x"}).status_code == 403
    assert operator.get("/devices/T1/history").status_code == 200
