"""What one simulated device says: events with their counters, status and will; and how it takes a command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import msgspec

from contract.codec import decode_command, encode
from contract.messages import Command
from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS, CommandName
from device_sim.model.commands import Commands, Hearing, Reply
from device_sim.model.presses import Presses
from device_sim.model.sensors import Model, Senses

FIRMWARE: Final = "sim-1.0"


@dataclass(slots=True)
class Counters:
    """`boot`: starts of the device; `seq`: events of this boot; `sos_seq`: SOS presses of its life."""

    boot: int
    sos_seq: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """An event as it will be sent, byte for byte, each time. `time`: RFC 3339."""

    event_id: str
    type: str
    time: str
    payload: bytes


class Device:
    """A terminal or sensor. `nonce` differs at each start of the simulator, so that no event id is ever used twice."""

    def __init__(self, device_id: str, counters: Counters, nonce: str, model: Model, dice: Random) -> None:
        self.device_id = device_id
        self.counters = counters
        self.presses = Presses(dice)
        self._senses = Senses(model, dice)
        self._nonce = nonce
        self._commands = Commands()

    def press(self, type_name: str, wall: datetime) -> Press:
        """A new event with the next counters. The caller stores it durably and then calls `presses.keep`."""
        self.counters.seq += 1
        data: dict[str, int | str] = {"seq": self.counters.seq, "boot": self.counters.boot, "transmitter": "base"}
        if type_name == SOS:
            self.counters.sos_seq += 1
            data["sos_seq"] = self.counters.sos_seq
        event_id = f"{self.device_id}-{self.counters.boot}-{self.counters.seq}-{self._nonce}"
        time = format_time(wall)
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": source(self.device_id),
            "type": type_name,
            "time": time,
            "data": data,
        }
        return Press(event_id, type_name, time, encode(event))

    def hear(self, payload: bytes, wall: datetime) -> tuple[Command, Reply]:
        """Take a command. Raises `contract.codec.Refusal` where the bytes are none.

        After an executed `reboot` the counters are those of the next boot; the caller stores them and reconnects.
        """
        command = decode_command(payload)
        reply = self._commands.hear(command, wall)
        if command.command == CommandName.REBOOT and reply.hearing is Hearing.EXECUTED:
            self.counters.boot += 1
            self.counters.seq = 0
        return command, reply

    def status(self, wall: datetime) -> bytes:
        """The retained status of a device that is there."""
        return encode(
            {
                "state": "online",
                "boot": self.counters.boot,
                "at": format_time(wall),
                "firmware": FIRMWARE,
                "battery": round(self._senses.battery, 1),
                "rssi": self._senses.rssi,
            }
        )

    def telemetry(self, wall: datetime) -> bytes:
        """A SenML pack of what the device measures."""
        return msgspec.json.encode(self._senses.pack(self.device_id, wall))

    def farewell(self, wall: datetime) -> bytes:
        """The retained status of a device that is switched off on purpose."""
        return encode({"state": "offline", "boot": self.counters.boot, "at": format_time(wall)})

    def will(self) -> bytes:
        """What the broker publishes for a device that has gone without a word."""
        return encode({"state": "offline", "boot": self.counters.boot})
