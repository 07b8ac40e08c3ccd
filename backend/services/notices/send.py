"""What a worker does with a ticket: write the text, call the channel, keep what it answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from backend.domain.delivery.model import Cause, Outcome, Reason, Result
from backend.domain.escalation.targets import Channel
from backend.services.notices.delivery_ports import AnswerLinks, SendingChannel, Ticket, Writer
from backend.services.notices.ports import NoticeKind
from backend.services.notices.record import RecordAttempt

log = structlog.get_logger()

ASKING: Final = frozenset({NoticeKind.CALL_OUT, NoticeKind.LEASE, NoticeKind.WORK_ORDER})
"""Kinds that may carry a link to answer by."""


class Codes(Protocol):
    """The code that proves a contact point. It is derived, so that it is kept nowhere."""

    def code(self, notice_id: str) -> str: ...


Sent = Callable[[Channel, Outcome, str], None]
"""Told of each attempt: channel, outcome, cause."""


@dataclass(frozen=True, slots=True)
class SendNotice:
    """The use case. If the process dies while a channel is called, the lease ends and the notice is sent again."""

    channels: Mapping[Channel, SendingChannel]
    writer: Writer
    links: AnswerLinks
    codes: Codes
    record: RecordAttempt
    sent: Sent

    def __call__(self, ticket: Ticket) -> Reason:
        """Raises only where the result could not be kept."""
        result = self._call(ticket)
        self.sent(ticket.channel, result.outcome, result.cause)
        try:
            return self.record(ticket, result)
        except Exception as error:
            # The alert may have been locked for long. What is not kept is sent again, so it is worth a second try.
            log.warning("notice_result_not_kept", notice=ticket.to.notice_id, error=type(error).__name__)
            return self.record(ticket, result)

    def _call(self, ticket: Ticket) -> Result:
        if ticket.refusal is not None:
            return Result(Outcome.PERMANENT, ticket.refusal)
        if ticket.demo is not None:
            return Result(ticket.demo, Cause.DEMO_NOT_SENT)
        channel = self.channels.get(ticket.channel)
        if channel is None:
            return Result(Outcome.PERMANENT, Cause.CHANNEL_NOT_CONFIGURED)
        try:
            link, code = self._link(ticket)
            return channel.send(self.writer.write(ticket.to, link, code), ticket.address)
        except Exception as fault:  # one notice that breaks us must not keep the others
            log.error("notice_fault", notice=ticket.to.notice_id, channel=ticket.channel, error=type(fault).__name__)
            return Result(Outcome.RETRY, Cause.FAULT)

    def _link(self, ticket: Ticket) -> tuple[str, str]:
        """A call for help without a link is better than none: the desk can still be called back."""
        if ticket.to.kind is NoticeKind.VERIFY:
            return "", self.codes.code(ticket.to.notice_id)
        if ticket.to.role is None or ticket.to.kind not in ASKING:
            return "", ""
        try:
            return self.links.link(ticket.to.notice_id) or ("", "")
        except Exception as fault:
            log.error("answer_link_fault", notice=ticket.to.notice_id, error=type(fault).__name__)
            return "", ""
