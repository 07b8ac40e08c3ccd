"""A stock paho client that only counts: what the gateway's telemetry lane is compared with.

`python -m bench.counting_client` reads one JSON line (port, username, password, topic, window), prints `ready` when it
is subscribed, reads how many messages there will be, and prints when the first and when the last of them came: seconds
of the monotonic clock, which is the same for all processes of a machine. It lives until stdin ends.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.harness.clock import stopwatch, wait_until

SESSION_SECONDS = 7 * 86400
LIMIT_SECONDS = 300


def count(order: dict[str, Any]) -> tuple[float, float]:
    """When the first and the last message came; paho's own loop and acknowledgements, nothing but a count."""
    moments: list[float] = []
    subscribed = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, client_id=order["username"], protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(order["username"], order["password"])
    client.on_message = lambda *_: moments.append(stopwatch())
    client.on_connect = lambda *_: client.subscribe(order["topic"], qos=1)
    client.on_subscribe = lambda *_: subscribed.set()
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = SESSION_SECONDS
    properties.ReceiveMaximum = order["window"]
    client.connect("127.0.0.1", order["port"], keepalive=60, clean_start=False, properties=properties)
    client.loop_start()
    assert subscribed.wait(30), "subscribed"
    print("ready", flush=True)
    expected = int(sys.stdin.readline())
    wait_until(lambda: len(moments) >= expected, f"{expected} messages", LIMIT_SECONDS, every=0.05)
    client.disconnect()
    client.loop_stop()
    return moments[0], moments[expected - 1]


if __name__ == "__main__":
    print(json.dumps(count(json.loads(sys.stdin.readline()))), flush=True)
    sys.stdin.read()
