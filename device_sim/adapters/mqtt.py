"""One MQTT 5 connection of one device on the running asyncio loop; the only file of the simulator that imports paho.

paho runs without its own thread and without `select()`: the loop watches the socket, so descriptors above 1023 work.
After `open` every call and every callback is in the loop's thread.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract.topics import Channel, topic
from device_sim.adapters.link import Broker, ConnectionLost, Listener, Loss

DIAL_SECONDS: Final = 5.0
"""For TCP and TLS; a program must stop within 10 s even while a dial is under way."""
OPEN_SECONDS: Final = 10.0
"""For CONNACK and SUBACK, each."""
MAX_INFLIGHT: Final = 100
"""The broker's receive maximum (config/mosquitto)."""


def _properties(packet: int, **values: int) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


def _reason(code: ReasonCode) -> str:
    return str(code.getName()).lower().replace(" ", "_")


class Connection:
    """Opened once, closed once. `clean_start` is False, so commands queued by the broker come in at once."""

    def __init__(self, broker: Broker, device_id: str, secret: str, will: bytes, listener: Listener) -> None:
        self._broker = broker
        self._device_id = device_id
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._connack: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._suback: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._socket: socket.socket | None = None
        self._attached = False
        self._abandoned = False
        self._loss: ConnectionLost | None = None
        self._client = self._make_client(device_id, secret, will)

    def _make_client(self, device_id: str, secret: str, will: bytes) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=device_id, protocol=paho.MQTTv5, reconnect_on_failure=False
        )
        client.username_pw_set(device_id, secret)
        delay = _properties(PacketTypes.WILLMESSAGE, WillDelayInterval=self._broker.will_delay)
        client.will_set(topic(device_id, Channel.STATUS), will, qos=1, retain=True, properties=delay)
        client.max_inflight_messages_set(MAX_INFLIGHT)
        client.connect_timeout = DIAL_SECONDS
        if self._broker.tls:
            client.tls_set(ca_certs=self._broker.ca_file)
        self._listen(client)
        return client

    def _listen(self, client: paho.Client) -> None:
        listener = self._listener
        client.on_connect = lambda _c, _u, _flags, code, _p: self._on_connect(code)
        client.on_disconnect = lambda _c, _u, _flags, code, _p: self._on_disconnect(code)
        client.on_subscribe = lambda _c, _u, _mid, codes, _p: self._on_subscribe(codes[0])
        client.on_message = lambda _c, _u, message: listener.on_command(bytes(message.payload))
        client.on_publish = lambda _c, _u, mid, code, _p: listener.on_puback(
            mid, _reason(code), accepted=not code.is_failure
        )
        client.on_socket_close = lambda _c, _u, _sock: self._on_socket_close()
        client.on_socket_register_write = lambda _c, _u, _sock: self._on_writable_wanted(wanted=True)
        client.on_socket_unregister_write = lambda _c, _u, _sock: self._on_writable_wanted(wanted=False)

    async def open(self) -> None:
        """Connect and subscribe the command topic. Raises `ConnectionLost`."""
        dialling = self._loop.run_in_executor(None, self._dial)  # paho's connect blocks
        try:
            await asyncio.shield(dialling)
        except asyncio.CancelledError:
            self._abandoned = True
            dialling.add_done_callback(self._abandon)
            raise
        except OSError as error:
            raise ConnectionLost(Loss.UNREACHABLE, str(error)) from None
        self._attach()
        connack = await self._answer(self._connack)
        if connack.is_failure:
            unknown = connack.value in (0x86, 0x87)  # bad user name or password, not authorised
            raise ConnectionLost(Loss.NOT_AUTHORIZED if unknown else Loss.REFUSED, _reason(connack))
        self._client.subscribe(topic(self._device_id, Channel.COMMAND), qos=1)
        suback = await self._answer(self._suback)
        if suback.is_failure:
            raise ConnectionLost(Loss.SUBSCRIBE_REFUSED, _reason(suback))

    def _abandon(self, dialling: asyncio.Future[None]) -> None:
        if not dialling.cancelled() and dialling.exception() is None:
            self.close()

    def _dial(self) -> None:
        if self._abandoned:  # a stop must not wait for a queue of dead dials
            return
        expiry = _properties(PacketTypes.CONNECT, SessionExpiryInterval=self._broker.session_expiry)
        self._client.connect(
            self._broker.host,
            self._broker.port,
            keepalive=self._broker.keepalive,
            clean_start=False,
            properties=expiry,
        )

    def _attach(self) -> None:
        sock = self._client.socket()
        if not isinstance(sock, socket.socket):
            raise ConnectionLost(Loss.DROPPED, "closed while connecting")
        self._socket, self._attached = sock, True
        self._loop.add_reader(sock, self._readable)
        if self._client.want_write():
            self._loop.add_writer(sock, self._writable)

    async def _answer(self, future: asyncio.Future[ReasonCode]) -> ReasonCode:
        try:
            return await asyncio.wait_for(asyncio.shield(future), OPEN_SECONDS)
        except TimeoutError:
            raise ConnectionLost(Loss.SILENT, "no answer to the handshake") from None

    def publish(self, channel: Channel, payload: bytes, *, qos: int = 1, retain: bool = False) -> int:
        """Hand a message to the connection; its id for `on_puback`. Raises `ConnectionLost`: then it was not handed."""
        self.check()
        info = self._client.publish(topic(self._device_id, channel), payload, qos=qos, retain=retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise ConnectionLost(Loss.DROPPED, paho.error_string(info.rc))
        self._flush()
        self.check()
        return info.mid

    def tend(self) -> None:
        """Keep alive; call every few seconds. Raises `ConnectionLost`."""
        self.check()
        if self._client.loop_misc() != paho.MQTT_ERR_SUCCESS:
            self._lose(Loss.SILENT, "keepalive")
        self.check()

    def check(self) -> None:
        """Raises `ConnectionLost` where the connection has gone."""
        if self._loss is not None:
            raise self._loss

    def close(self) -> None:
        """DISCONNECT (so the broker drops the will) where that is still possible, and let go of the socket."""
        self._client.disconnect()
        self._flush()
        self._drop()

    def _flush(self) -> None:
        """With a loop of our own paho only queues: write now, as far as the socket takes it."""
        if self._socket is not None and self._client.want_write():
            self._writable()

    def _drop(self) -> None:
        sock, self._socket = self._client.socket(), None  # paho's: there is one before `_attach`, too
        if isinstance(sock, socket.socket):
            self._forget(sock)
            sock.close()
        for future in (self._connack, self._suback):
            future.cancel()

    def _forget(self, sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)

    def _lose(self, loss: Loss, detail: str) -> None:
        if self._loss is None:
            self._loss = ConnectionLost(loss, detail)
            for future in (self._connack, self._suback):
                if not future.done():
                    future.set_exception(self._loss)
                    future.exception()  # seen: nobody may be waiting for it
            self._listener.on_lost()

    def _readable(self) -> None:
        try:
            self._client.loop_read()
            sock = self._client.socket()
            while sock is not None and hasattr(sock, "pending") and sock.pending() > 0:
                self._client.loop_read()  # TLS has read ahead: the loop will not be told again
                sock = self._client.socket()
        except Exception as error:
            self._lose(Loss.DROPPED, repr(error))

    def _writable(self) -> None:
        try:
            self._client.loop_write()
        except Exception as error:
            self._lose(Loss.DROPPED, repr(error))

    def _on_connect(self, code: ReasonCode) -> None:
        if not self._connack.done():
            self._connack.set_result(code)

    def _on_subscribe(self, code: ReasonCode) -> None:
        if not self._suback.done():
            self._suback.set_result(code)

    def _on_disconnect(self, code: ReasonCode) -> None:
        if self._attached:  # not in the executor's thread, where `connect` itself reports
            self._lose(Loss.DROPPED, _reason(code))

    def _on_socket_close(self) -> None:
        if self._socket is not None:
            self._forget(self._socket)
            self._socket = None

    def _on_writable_wanted(self, *, wanted: bool) -> None:
        if self._socket is None:  # still dialling: `_attach` asks by itself
            return
        if wanted:
            self._loop.add_writer(self._socket, self._writable)
        else:
            self._loop.remove_writer(self._socket)
