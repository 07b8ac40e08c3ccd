"""A burst of telemetry: many messages a second from a few sensors, in a process of its own so that it slows no judge.

`python -m tests.harness.burst` reads one JSON line on stdin (port, devices, rate, seconds) and writes one with what it
offered and what the broker took.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Self

from tests.harness.child import ROOT, python
from tests.harness.clock import stopwatch, wait_until, wall_now
from tests.harness.wire import Credential

TICK_SECONDS = 0.02
ENOUGH_WAITING = 2000
"""Messages that wait for their PUBACK before the sender holds back."""


def pack(device_id: str, number: int, at: float) -> bytes:
    """One SenML pack with two readings; `at` epoch seconds, unlike in every message, so that each is stored."""
    return (
        f'[{{"bn":"{device_id}/","bt":{at:.6f},"n":"heart_rate","u":"beat/min","v":{60 + number % 40}}},'
        f'{{"n":"temperature","u":"Cel","v":{20 + number % 5}}}]'
    ).encode()


class Burst:
    """Runs beside a test. `result` waits for the end.

    `offered` and `acknowledged` in messages, `seconds` that it took, `last_at`: every sensor sent a reading of this
    epoch second or later.
    """

    def __init__(self, port: int, devices: Sequence[Credential], rate: int, seconds: float) -> None:
        order = {
            "port": port,
            "devices": [[device.device_id, device.secret] for device in devices],
            "rate": rate,
            "seconds": seconds,
        }
        self._process = subprocess.Popen(
            python("tests.harness.burst"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "started\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """Stop it now, where it still runs."""
        if self.running:
            self._process.terminate()
        self._process.wait(15)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def result(self) -> dict[str, float]:
        """What was truly offered and acknowledged by the broker."""
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))


class Sensor:
    """One connection that publishes telemetry at QoS 1, MQTT 3.1.1, packets made by hand: the cheapest sender there is.

    `paho` would take a core for itself at 5,000 messages a second, and the figures would be of the sender.
    """

    def __init__(self, port: int, device_id: str, secret: str) -> None:
        self.device_id = device_id
        self.acknowledged = 0
        self.sent = 0
        self._topic = _text(f"care/v1/{device_id}/telemetry")
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        body = (
            _text("MQTT")
            + bytes((4, 0xC2))
            + (60).to_bytes(2, "big")
            + b"".join(map(_text, (device_id, device_id, secret)))
        )
        self._socket.sendall(b"\x10" + _length(len(body)) + body)
        assert self._socket.recv(4) == b"\x20\x02\x00\x00", "the broker lets it in"

    def publish(self, payloads: Sequence[bytes]) -> None:
        """Send them in one go."""
        packets = []
        for payload in payloads:
            self.sent += 1
            body = self._topic + (self.sent % 65_535 + 1).to_bytes(2, "big") + payload
            packets.append(b"\x32" + _length(len(body)) + body)
        self._socket.sendall(b"".join(packets))

    def hear(self, wait: bool) -> None:
        """Count the PUBACKs, 4 bytes each, that are there (or come within 10 s)."""
        ready, _, _ = select.select([self._socket], [], [], 10 if wait else 0)
        if ready:
            found = self._socket.recv(65_536)
            assert found, "the broker ended the connection"
            self._bytes += len(found)
            self.acknowledged = self._bytes // 4

    _bytes = 0

    def close(self) -> None:
        """DISCONNECT."""
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def _length(number: int) -> bytes:
    return bytes((number,)) if number < 128 else bytes((number & 0x7F | 0x80, number >> 7))


def run(port: int, devices: Sequence[Sequence[str]], rate: int, seconds: float) -> dict[str, float]:
    """Offer `rate` messages a second, spread over the devices, in ticks of 20 ms."""
    sensors = [Sensor(port, device_id, secret) for device_id, secret in devices]
    print("started", flush=True)
    epoch, begun, offered, spent = wall_now().timestamp(), stopwatch(), 0, 0.0
    while spent < seconds:
        due = int(spent * rate)
        waiting = offered - sum(sensor.acknowledged for sensor in sensors)
        numbers = range(offered, min(due, offered + max(0, ENOUGH_WAITING - waiting)))
        for place, sensor in enumerate(sensors):
            mine = [number for number in numbers if number % len(sensors) == place]
            sensor.publish([pack(sensor.device_id, number, epoch + number / rate) for number in mine])
            sensor.hear(wait=False)
        offered += len(numbers)
        next_tick = stopwatch() + TICK_SECONDS
        wait_until(lambda at=next_tick: stopwatch() >= at, "the next tick", every=TICK_SECONDS / 2)  # type: ignore[misc]
        spent = stopwatch() - begun
    for sensor in sensors:
        while sensor.acknowledged < sensor.sent:
            sensor.hear(wait=True)
        sensor.close()
    return {
        "offered": offered,
        "acknowledged": sum(sensor.acknowledged for sensor in sensors),
        "seconds": spent,
        "last_at": epoch + (offered - len(sensors)) / rate,
    }


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.stdin.readline()))), flush=True)
