"""Numbers that are missing by day: somebody is asked to look at the device, once per device and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from backend.domain.accounting.account import Account
from backend.domain.accounting.findings import FindingKind
from backend.domain.accounting.spans import as_text
from backend.domain.work_order.model import Origin
from backend.domain.work_order.rules import REPAIR
from backend.services.accounting.ports import Clock, DueFinding, FindingStore, FindingTransaction
from backend.services.work_order.ports import NewWorkOrder

log = structlog.get_logger()

MISSING_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class AskForRepair:
    """The use case; a tick of the worker. Several processes may run it: each finding is looked at by one of them."""

    store: FindingStore
    clock: Clock
    zone: ZoneInfo

    def __call__(self, limit: int = 100) -> int:
        """How many findings were looked at. One that breaks us stays due and does not keep the others."""
        now = self.clock.now()
        looked = 0
        with self.store.begin() as tx:
            for finding in tx.due_findings(now, limit):
                try:
                    with tx.savepoint():
                        self._look(tx, finding, now)
                        looked += 1
                except Exception as fault:
                    if tx.is_storage_fault(fault):
                        raise
                    log.error("press_finding_fault", device_id=finding.device_id, error=type(fault).__name__)
            tx.commit()
        return looked

    def _look(self, tx: FindingTransaction, finding: DueFinding, now: datetime) -> None:
        account = tx.press_account(finding.device_id) or Account()
        missing = _missing(account)
        if finding.kind == FindingKind.SEQ_GAP and not missing:
            tx.end_finding(finding, None)  # all of them have come by now
            return
        local_day = finding.first_at.astimezone(self.zone).date().isoformat()
        order = NewWorkOrder(
            key=f"press_numbers/{finding.device_id}/{local_day}",
            kind=REPAIR,
            origin=Origin.DEVICE,
            text=_text(finding, missing),
            home_id=finding.home_id,
            device_id=finding.device_id,
            source="press_accounting",
        )
        tx.end_finding(finding, tx.orders.create(order, now).id)


def _missing(account: Account) -> str:
    boots = (f"{known.boot}: {as_text(known.track.missing)}" for known in account.boots if known.track.missing)
    return "; ".join(boots)[:MISSING_CHARACTERS]


def _text(finding: DueFinding, missing: str) -> str:
    if finding.kind == FindingKind.NUMBERING:
        return (
            f"设备 {finding.device_id} 的事件序号重复或跳变：请检查计数器，并确认没有别的设备冒用其账号。"
            f" / Numbers of the events of {finding.device_id} repeat or jump: check its counter, and that nobody else"
            " uses its credential."
        )
    return (
        f"设备 {finding.device_id} 的部分事件未收到（启动次数: 序号 {missing}）：请检查信号和供电。"
        f" / Events of {finding.device_id} never arrived (boot: numbers {missing}): check signal and power."
    )
