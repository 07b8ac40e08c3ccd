"""Requests that come together: one of them is done, the others are told; nothing is doubled and nothing is half."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from backend.services.identity.actor import StaffRole
from tests.harness.registry import RegistryDesk

AT_ONCE = 4


def together(call: Callable[[int], Any]) -> Counter[int]:
    """Statuses of so many calls that begin together."""
    barrier = threading.Barrier(AT_ONCE)

    def one(number: int) -> int:
        barrier.wait()
        return int(call(number).status_code)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(one, range(AT_ONCE)))


def test_one_claim_of_many_gets_the_credential(desk: RegistryDesk) -> None:
    body = {"id": "b1", "label": "到货", "devices": [{"device_id": "T1", "kind": "terminal"}]}
    desk.answer(desk.http.post("/claim-batches", json=body), 201)
    claim = {"device_id": "T1", "claim_secret": desk.secrets.secret_of("T1")}
    strangers = [desk.of(None) for _ in range(AT_ONCE)]
    assert together(lambda number: strangers[number].post("/claims", json=claim)) == {201: 1, 409: AT_ONCE - 1}
    assert [entry["kind"] for entry in desk.history("/devices/T1")].count("claimed") == 1


def test_one_home_for_one_key(desk: RegistryDesk) -> None:
    clients = [desk.of(StaffRole.ADMINISTRATOR) for _ in range(AT_ONCE)]
    body, headers = {"label": "甲", "address": "乙"}, {"Idempotency-Key": "h1"}
    assert together(lambda number: clients[number].post("/homes", json=body, headers=headers)) == {201: AT_ONCE}
    assert len(desk.answer(desk.http.get("/homes"))["items"]) == 1


def test_every_contact_gets_a_place_of_its_own(desk: RegistryDesk) -> None:
    home_id = str(desk.answer(desk.http.post("/homes", json={"label": "甲", "address": "乙"}), 201)["id"])
    clients = [desk.of(StaffRole.OPERATOR) for _ in range(AT_ONCE)]

    def add(number: int) -> Any:
        contact = {"name": f"亲属 {number}", "relation": "亲属", "phone": f"1390000000{number}", "role": "key_holder"}
        return clients[number].post(f"/homes/{home_id}/contacts", json={**contact, "position": 1})

    assert together(add) == {201: AT_ONCE}
    found = desk.answer(desk.http.get(f"/homes/{home_id}/contacts"))["items"]
    assert [one["position"] for one in found] == list(range(1, AT_ONCE + 1))


def test_one_device_takes_the_place(desk: RegistryDesk) -> None:
    home_id = desk.device("T0")
    for number in range(AT_ONCE):
        desk.shelf(f"S{number}")
    clients = [desk.of(StaffRole.TECHNICIAN) for _ in range(AT_ONCE)]

    def swap(number: int) -> Any:
        return clients[number].post("/devices/T0/swap", json={"new_device_id": f"S{number}", "reason": "换新"})

    assert together(swap) == {200: 1, 409: AT_ONCE - 1}
    home = desk.answer(desk.http.get(f"/homes/{home_id}"))
    assert len(home["devices"]) == 1


def test_one_technician_tries_a_device(desk: RegistryDesk) -> None:
    desk.device()
    roles = [StaffRole.TECHNICIAN, StaffRole.ADMINISTRATOR] * (AT_ONCE // 2)
    clients = [desk.of(role) for role in roles]
    body = {"device_id": "T1", "minutes": 5}
    statuses = together(lambda number: clients[number].post("/test-windows", json=body))
    # Their own they may replace, somebody else's not.
    assert statuses[201] + statuses[409] == AT_ONCE
    assert statuses[409] > 0
    assert len(desk.answer(desk.http.get("/test-windows"))["items"]) == 1


def test_two_files_at_once_make_each_device_once(desk: RegistryDesk) -> None:
    clients = [desk.of(StaffRole.ADMINISTRATOR) for _ in range(AT_ONCE)]
    rows = "".join(f"T{number},终端,家 {number % 3}\n" for number in range(20))
    content = f"设备编号,种类,住户\n{rows}".encode()
    statuses = together(lambda number: clients[number].post("/devices/import", files={"file": ("d", content)}))
    assert statuses[200] >= 1
    assert set(statuses) <= {200, 409}
    assert len(desk.answer(desk.http.get("/devices"))["items"]) == 20
    assert len(desk.answer(desk.http.get("/homes"))["items"]) == 3
