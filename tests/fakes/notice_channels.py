"""Channels, texts and answer links that stand behind the ports of sending."""

from __future__ import annotations

import threading
from collections.abc import Callable

from backend.domain.delivery.model import Outcome, Result
from backend.services.notices.delivery_ports import Addressee, Message

DELIVERED = Result(Outcome.DELIVERED)


class RecordingChannel:
    """Keeps what it is given and answers as `answer` says; `gate`: every call waits until it is opened."""

    def __init__(self, answer: Callable[[Message, str], Result] | Result = DELIVERED) -> None:
        self.answer = answer
        self.sent: list[tuple[str, str]] = []
        self.messages: list[Message] = []
        self.gate: threading.Event | None = None
        self._lock = threading.Lock()

    def send(self, message: Message, address: str) -> Result:
        with self._lock:
            self.sent.append((message.notice_id, address))
            self.messages.append(message)
        if self.gate is not None:
            self.gate.wait(30)
        return self.answer if isinstance(self.answer, Result) else self.answer(message, address)


class PlainWriter:
    """Says what kind of notice it is and nothing else."""

    def write(self, to: Addressee, link: str, code: str) -> Message:
        text = f"{to.kind} {to.recipient_name} {link}"
        return Message(
            notice_id=to.notice_id,
            kind=to.kind,
            severity=to.severity,
            locale=to.locale,
            title=str(to.kind),
            short=text,
            long=text,
            params={},
            link=link,
            code=code,
        )


class NumberedLinks:
    """A link for every notice that asks for an answer."""

    def link(self, notice_id: str) -> tuple[str, str] | None:
        return f"https://care.example/a/{notice_id[:8]}", "4711"
