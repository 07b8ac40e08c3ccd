"""The HTTP server: its own thread, its own socket, a bounded end."""

from __future__ import annotations

import socket
import threading
from typing import Final

import uvicorn
from fastapi import FastAPI

from backend.api.edge import Edge

DRAIN_SECONDS: Final = 4
"""Requests in flight may finish; an open event stream is cut off after this. The whole stop takes at most 10 s."""
JOIN_SECONDS: Final = 6
KEEP_ALIVE_SECONDS: Final = 65
"""Longer than any interval at which gateways call, so that a call hardly ever meets a connection just being closed."""


class HttpServer:
    """uvicorn in a thread, so that the same program runs under `__main__` and inside a test."""

    def __init__(self, api: FastAPI, host: str, port: int, trusted_proxies: str = "", *, secure: bool = False) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                Edge(api, secure=secure),
                http="httptools",
                loop="uvloop",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=trusted_proxies or None,
                headers=[("X-Content-Type-Options", "nosniff")],
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port that is listened on, once started."""
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    @property
    def alive(self) -> bool:
        """Whether it is serving."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        self._socket = socket.create_server(self._address, family=family, backlog=2048)
        self._thread.start()

    def stop(self) -> None:
        """Take no more, let what runs finish, cut the rest off."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        assert self._socket is not None
        self._server.run(sockets=[self._socket])
