"""Stand-in for a gateway lane or the simulator: listens on its metrics port, if it has one, until SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import sys


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = os.environ.get("CARE_GATEWAY_METRICS_PORT")
    server = socket.create_server(("127.0.0.1", int(port))) if port else None
    while True:
        if server is None:
            signal.pause()
        else:
            server.accept()[0].close()


main()
