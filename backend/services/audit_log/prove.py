"""Whether the audit log is what was written: every link follows the one before it, and says what stands beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.domain.accounting.chain import GENESIS, hash_of
from backend.domain.audit_log.entry import AuditLink
from backend.services.audit_log.ports import AuditReader

AT_ONCE: Final = 500


class AuditFaultKind(StrEnum):
    """What is wrong with a link."""

    POSITION = "position"
    LINK = "link"
    HASH = "hash"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One of them, and where."""

    kind: AuditFaultKind
    position: int


@dataclass(frozen=True, slots=True)
class AuditProof:
    """`tip`: the last hash. Written down elsewhere, it proves that nothing was cut off the end since."""

    links: int
    waiting: int
    tip: str
    faults: tuple[AuditFault, ...]


class ProveAuditLog:
    """Walks the whole chain; holds one portion of it at a time."""

    def __init__(self, reader: AuditReader) -> None:
        self._reader = reader

    def __call__(self) -> AuditProof:
        faults: list[AuditFault] = []
        count, tip, position = 0, GENESIS, 0
        while found := self._reader.links(position, AT_ONCE):
            beside = self._reader.columns([link.position for link in found])
            for link in found:
                faults += (AuditFault(kind, link.position) for kind in _wrong(link, position, tip, beside))
                count, tip, position = count + 1, link.hash, link.position
        return AuditProof(count, self._reader.waiting(), tip, tuple(faults))


def _wrong(
    link: AuditLink, previous: int, tip: str, beside: dict[int, tuple[datetime, str, str, str]]
) -> Iterator[AuditFaultKind]:
    if link.position != previous + 1:
        yield AuditFaultKind.POSITION
    if link.previous_hash != tip:
        yield AuditFaultKind.LINK
    if link.hash != hash_of(link.body, link.previous_hash):
        yield AuditFaultKind.HASH
    body = json.loads(link.body)
    said = (datetime.fromisoformat(body["at"]), body["actor"]["id"], body["action"], body["subject"])
    if said != beside.get(link.position) or body["position"] != link.position:
        yield AuditFaultKind.COLUMNS
