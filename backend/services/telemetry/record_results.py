"""Take in what devices say became of commands: each ends its command, so that it is not sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.services.alarm.hand_out_commands import OutcomeReason
from backend.services.telemetry.intake import refused
from backend.services.telemetry.ports import CommandResults
from contract.codec import Refusal, decode_result, encode
from contract.ingest import JsonItem, Outcome
from contract.vocabulary import IngestOutcome, ResultStatus

DETAIL_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class RecordResults:
    """The use case of `POST /ingest/v1/results`."""

    results: CommandResults

    def __call__(self, items: Sequence[JsonItem]) -> list[Outcome]:
        """Outcomes in the order of `items`.

        Each is a transaction of its own: if one raises, the batch comes again, and those before it are duplicates.
        """
        return [self._record(index, item) for index, item in enumerate(items)]

    def _record(self, index: int, item: JsonItem) -> Outcome:
        try:
            result = decode_result(bytes(item.result))
        except Refusal as refusal:
            return refused(index, refusal.reason)
        reason = self.results(item.device_id, result.id, ResultStatus(result.status), _text(result.detail))
        if reason is OutcomeReason.RECORDED:
            return Outcome(index=index, outcome=IngestOutcome.ACCEPTED)
        if reason is OutcomeReason.OVER:
            return Outcome(index=index, outcome=IngestOutcome.DUPLICATE)
        return refused(index, reason)


def _text(detail: Any) -> str | None:
    if detail is None:
        return None
    text = detail if isinstance(detail, str) else encode({"detail": detail}).decode()
    return text[:DETAIL_CHARACTERS]
