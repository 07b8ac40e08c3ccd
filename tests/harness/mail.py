"""A mail server on loopback that keeps what it is given: no log-in, no encryption, one message after another."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """`port`: where it listens. `mails`: (recipients, message) in order. `refuse`: every recipient is refused."""

    port: int = 0
    refuse: bool = False
    mails: list[tuple[list[str], bytes]] = field(default_factory=list)


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A server for the block."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            recipients: list[str] = []
            self._say("220 loopback")
            for line in self.rfile:
                verb = line.strip().upper()
                if verb.startswith(b"RCPT"):
                    if not box.refuse:
                        recipients.append(line.decode().strip())
                    self._say("550 no such mailbox" if box.refuse else "250 ok")
                elif verb == b"DATA":
                    self._say("354 go on")
                    box.mails.append((recipients, self._message()))
                    self._say("250 ok")
                elif verb == b"QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _message(self) -> bytes:
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line)
            return b"".join(lines)

        def _say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="mailbox")
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
