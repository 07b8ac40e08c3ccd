"""A real Mosquitto on a free port with the shipped configuration: started, killed, restarted, given accounts."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

from launcher.broker_config import password_file, render_broker_config
from tests.harness.clock import stopwatch, wait_until
from tests.harness.ports import free_port

CONFIG = Path(__file__).resolve().parents[2] / "config" / "mosquitto"
_PR_SET_PDEATHSIG = 1
_ITERATIONS = 101
NONSENSE = b"\xc0\x00" * 4  # no CONNECT, and no TLS record: either listener cuts that off
RELOAD_AGAIN_SECONDS = 2.0


def mosquitto_program() -> str | None:
    """Where Mosquitto is, or None on a machine without it."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def password_hash(password: str, salt: bytes | None = None) -> str:
    """Mosquitto's `$7$` form: PBKDF2-HMAC-SHA512, base64 of a 12-byte salt and of the 64-byte key."""
    salt = salt or secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _die_with_parent() -> None:
    """A test run that is killed leaves no broker behind."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def serves(host: str, port: int) -> bool:
    """Whether the broker's main loop runs; before it does, a SIGHUP would end the broker.

    The system takes connections by itself; that this one is cut off is the loop's doing.
    """
    try:
        with socket.create_connection((host, port), timeout=1) as probe:
            probe.sendall(NONSENSE)
            probe.recv(1)
    except ConnectionResetError:
        return True
    except OSError:
        return False
    return True


class Broker:
    """One Mosquitto in `folder` (passwd, data, log). Use as a context manager; the port stays over restarts."""

    def __init__(self, folder: Path, port: int | None = None, further: str = "") -> None:
        """`further`: lines after those that are shipped, e.g. a certificate for the listener."""
        self.folder = folder
        self._further = further
        self.port = port or free_port()
        self.host = "127.0.0.1"
        self.passwd = folder / "passwd"
        self.log = folder / "mosquitto.log"
        self._accounts: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        assert self._process is None, "the broker runs already"
        program = mosquitto_program()
        assert program, "Mosquitto is not installed"
        (self.folder / "data").mkdir(exist_ok=True)
        if not self.passwd.exists():
            self._write_passwd()
        conf = self.folder / "mosquitto.conf"
        conf.write_text(self._config() + self._further, encoding="utf-8")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(conf)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
            )
        wait_until(self._ready, f"broker on port {self.port}: {self.log}")

    def _config(self) -> str:
        return render_broker_config(
            (CONFIG / "mosquitto.conf.template").read_text(encoding="utf-8"),
            password_file(str(self.passwd)),
            port=self.port,
            address=self.host,
            persistence_location=str(self.folder / "data"),
            acl_file=str(CONFIG / "acl"),
            user="root" if os.geteuid() == 0 else "mosquitto",
            log_dest="stdout",
        )

    def _ready(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"the broker ended: {self.log.read_text(errors='replace')[-2000:]}")
        return serves(self.host, self.port)

    @property
    def pid(self) -> int:
        """Of the running broker."""
        assert self._process is not None, "the broker does not run"
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: whatever it had not written to disk is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: it saves its sessions first."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Stop cleanly and start again on the same port."""
        self.stop()
        self.start()

    def _end(self, signal_number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal_number)
            process.wait(15)

    def signal(self, signal_number: signal.Signals) -> None:
        """E.g. SIGHUP to read the passwd again, SIGSTOP and SIGCONT for a broker that hangs."""
        assert self._process is not None, "the broker does not run"
        self._process.send_signal(signal_number)

    def add_account(self, username: str, secret: str | None = None) -> str:
        """One more account; returns its secret. The running broker knows it when this returns."""
        secret = secret or secrets.token_urlsafe(32)
        self._accounts[username] = password_hash(secret)
        self._reload()
        self._wait_known(username, secret)
        return secret

    def add_device(self, device_id: str) -> str:
        """A device's account; returns its secret."""
        return self.add_account(device_id)

    def add_devices(self, device_ids: list[str]) -> dict[str, str]:
        """Many devices with one reload; secrets by device id."""
        fresh = {device_id: secrets.token_urlsafe(32) for device_id in device_ids}
        self._accounts.update((device_id, password_hash(secret)) for device_id, secret in fresh.items())
        self._reload()
        if fresh:
            self._wait_known(*next(iter(fresh.items())))
        return fresh

    def add_gateway(self, gateway: str = "gw1") -> dict[str, str]:
        """The accounts of both lanes; secrets by username."""
        return {name: self.add_account(name) for name in (f"{gateway}.events", f"{gateway}.telemetry")}

    def remove_account(self, username: str) -> None:
        """The broker forgets it and cuts it off."""
        del self._accounts[username]
        self._reload()

    def _write_passwd(self) -> None:
        fresh = self.passwd.with_suffix(".new")
        fresh.write_text("".join(f"{name}:{hashed}\n" for name, hashed in self._accounts.items()))
        fresh.chmod(0o600)
        fresh.replace(self.passwd)

    def _reload(self) -> None:
        self._write_passwd()
        if self._process is not None:
            self.signal(signal.SIGHUP)

    def _wait_known(self, username: str, secret: str) -> None:
        """The reload is asynchronous: try to log in until it is let in. Leaves no session behind.

        Asked for again now and then: Mosquitto forgets a SIGHUP that comes while it still heeds the one before.
        """
        again_at = stopwatch() + RELOAD_AGAIN_SECONDS

        def known() -> bool:
            nonlocal again_at
            if stopwatch() > again_at:
                again_at = stopwatch() + RELOAD_AGAIN_SECONDS
                self.signal(signal.SIGHUP)
            return self._lets_in(username, secret)

        if self._process is not None:
            wait_until(known, f"the broker knows {username}")

    def _lets_in(self, username: str, secret: str) -> bool:
        body = b"\x00\x04MQTT\x04\xc2\x00\x0a" + b"".join(
            len(text).to_bytes(2, "big") + text for text in (username.encode(), username.encode(), secret.encode())
        )
        packet = bytes([0x10, len(body) & 0x7F | 0x80, len(body) >> 7]) + body
        try:
            with socket.create_connection((self.host, self.port), timeout=2) as probe:
                probe.sendall(packet)
                if probe.recv(4)[-1:] != b"\x00":
                    return False
                probe.sendall(b"\xe0\x00")
                return True
        except OSError:  # a refusal may arrive as a reset
            return False
