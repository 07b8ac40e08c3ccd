"""How a person reaches the running simulator: one JSON line in, JSON lines out, on a socket of its owner alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Protocol

import msgspec

from contract.codec import encode
from device_sim.adapters.ledger import Watcher
from device_sim.model.memory import settles
from device_sim.model.record import Record


class PressRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Press `device_id` (None: any terminal that is connected) `count` times; wait at most `wait_seconds`."""

    type: str
    device_id: str | None = None
    count: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    wait_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 30.0


class Ending(StrEnum):
    """How a press request ended."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """Not within the wait; the device goes on sending."""
    UNKNOWN_DEVICE = "unknown_device"
    NO_TERMINAL = "no_terminal"
    BAD_REQUEST = "bad_request"
    LEDGER_FAILED = "ledger_failed"


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line from the simulator: a record as it happens, or at last the ending."""

    record: Record | None = None
    ending: Ending | None = None
    pressed: int = 0
    answered: int = 0


class Presser(Protocol):
    """The fleet, as far as the socket needs it."""

    def find(self, device_id: str | None) -> str | None:
        """The device to press: itself where it exists, or any terminal (preferably connected) for None."""

    def press(self, device_id: str, type_name: str) -> str:
        """Press; the event id. Raises OSError where the ledger cannot be written."""

    def watch(self, device_id: str, watcher: Watcher) -> Callable[[], None]:
        """Be told each new record of the device; the answer stops that."""


class NotRunning(Exception):  # noqa: N818 - an answer, not a fault
    """No simulator listens on the socket."""


class ControlServer:
    """Serves the socket until closed."""

    def __init__(self, path: Path, presser: Presser) -> None:
        self._path = path
        self._presser = presser
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. A socket left behind is replaced: the ledger's lock has shown that its owner is gone."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._call, path=self._path, backlog=1024)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Stop listening and end what is being answered."""
        if self._server is not None:
            self._server.close()
        for call in list(self._calls):
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        try:
            with contextlib.suppress(ConnectionError, ValueError):  # the caller has left, or sent a line without end
                async with asyncio.timeout(5):
                    line = await reader.readline()
                await self._press(line, writer)
        except TimeoutError:
            pass
        finally:
            writer.close()

    async def _press(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            request = msgspec.json.decode(line, type=PressRequest)
        except msgspec.DecodeError:
            return await _say(writer, Answer(ending=Ending.BAD_REQUEST))
        device_id = self._presser.find(request.device_id)
        if device_id is None:
            ending = Ending.UNKNOWN_DEVICE if request.device_id else Ending.NO_TERMINAL
            return await _say(writer, Answer(ending=ending))
        records: asyncio.Queue[Record] = asyncio.Queue()
        unwatch = self._presser.watch(device_id, records.put_nowait)
        try:
            await self._follow(request, device_id, records, writer)
        except OSError as error:
            if not isinstance(error, ConnectionError):
                await _say(writer, Answer(ending=Ending.LEDGER_FAILED))
        finally:
            unwatch()

    async def _follow(
        self, request: PressRequest, device_id: str, records: asyncio.Queue[Record], writer: asyncio.StreamWriter
    ) -> None:
        open_ids = {self._presser.press(device_id, request.type) for _ in range(request.count)}
        mine = frozenset(open_ids)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(request.wait_seconds):
                while open_ids:
                    record = await records.get()
                    if record.event_id not in mine:
                        continue
                    await _say(writer, Answer(record=record))
                    if settles(record, request.type):
                        open_ids.discard(record.event_id)
        ending = Ending.UNANSWERED if open_ids else Ending.ANSWERED
        await _say(writer, Answer(ending=ending, pressed=len(mine), answered=len(mine) - len(open_ids)))


async def _say(writer: asyncio.StreamWriter, answer: Answer) -> None:
    writer.write(encode(answer) + b"\n")
    await writer.drain()


async def ask(path: Path, request: PressRequest, tell: Callable[[Record], None]) -> Answer:
    """Press through the socket; `tell` gets each record as it happens. The last answer. Raises `NotRunning`."""
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except (FileNotFoundError, ConnectionRefusedError):
        raise NotRunning(str(path)) from None
    try:
        writer.write(encode(request) + b"\n")
        while line := await reader.readline():
            answer = msgspec.json.decode(line, type=Answer)
            if answer.record is None:
                return answer
            tell(answer.record)
        raise NotRunning(f"{path}: it stopped meanwhile")
    finally:
        writer.close()
