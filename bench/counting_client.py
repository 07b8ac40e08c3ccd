"""A stock paho client that only counts: what the gateway's telemetry lane is compared with.

`python -m bench.counting_client` reads one JSON line (port, username, password, topic, count, window) and prints the
seconds from the first message to the last.
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

from tests.harness.clock import stopwatch

SESSION_SECONDS = 7 * 86400
LIMIT_SECONDS = 300


def count(order: dict[str, Any]) -> float:
    """Seconds that the messages took; paho's own loop, its own acknowledgements, nothing but a count."""
    moments: list[float] = []
    done = threading.Event()

    def on_message(*_: Any) -> None:
        moments.append(stopwatch())
        if len(moments) == order["count"]:
            done.set()

    client = Client(CallbackAPIVersion.VERSION2, client_id=order["username"], protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(order["username"], order["password"])
    client.on_message = on_message
    client.on_connect = lambda *_: client.subscribe(order["topic"], qos=1)
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = SESSION_SECONDS
    properties.ReceiveMaximum = order["window"]
    client.connect("127.0.0.1", order["port"], keepalive=60, clean_start=False, properties=properties)
    client.loop_start()
    assert done.wait(LIMIT_SECONDS), f"{len(moments)} of {order['count']} messages"
    client.disconnect()
    client.loop_stop()
    return moments[-1] - moments[0]


if __name__ == "__main__":
    print(count(json.loads(sys.stdin.readline())), flush=True)
