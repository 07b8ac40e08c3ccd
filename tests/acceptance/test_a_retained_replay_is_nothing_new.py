"""A retained message is played again at every subscribe: with a known id it is nothing, else it is a late press."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.harness.fleet import Fleet
from tests.harness.system import System
from tests.harness.wire import Link

pytestmark = pytest.mark.broker


def test_a_known_one_is_nothing_and_an_unseen_one_is_a_late_press(make_system: Callable[..., System]) -> None:
    system = make_system()
    known, unseen, other = system.enrol(3)
    event = '{{"specversion":"1.0","id":"{0}","source":"care/v1/{1}","type":"care.sos.pressed","data":{{"seq":1}}}}'
    with system.desk() as desk:
        with Link(system.broker_port, known) as link:
            link.publish(f"care/v1/{known.device_id}/event", event.format("known", known.device_id), retain=True)
        first = desk.wait_alert(known.device_id)
        system.kill("gateway-emergency")
        # The broker loses the lane's session: all that comes of this press is its retained copy.
        system.stop("broker")
        (system.folder / "broker" / "data" / "mosquitto.db").unlink()
        system.start("broker")
        system.wait_accepted(unseen)
        with Link(system.broker_port, unseen) as link:
            link.publish(f"care/v1/{unseen.device_id}/event", event.format("unseen", unseen.device_id), retain=True)
        with Link(system.broker_port, known) as link:
            link.publish(f"care/v1/{known.device_id}/event", event.format("known", known.device_id), retain=True)
        system.start("gateway-emergency")

        late = desk.wait_alert(unseen.device_id)
        assert {"retained", "late"} <= set(late["flags"])
        assert late["late_seconds"] is not None
        with Fleet(system.broker_port, system.folder / "ledger.jsonl") as fleet:
            terminal = fleet.add(other.device_id, other.secret)
            terminal.wait_answer(terminal.press())
        (same,) = desk.alerts_of(known.device_id)
        assert (same["id"], same["count"], same["ring_seq"]) == (first["id"], 1, 1)
