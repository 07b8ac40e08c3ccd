"""`python -m backend audit-log verify`: what a person is told, and the exit code."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import Final

from backend.adapters.db.audit_log_store import AuditSqlReader, AuditSqlStore
from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.services.audit_log.chain import ChainEntries
from backend.services.audit_log.prove import AuditFaultKind, AuditProof, ProveAuditLog
from backend.settings import Settings
from contract.vocabulary import Label

SHOWN: Final = 50
WORDS: Final[dict[AuditFaultKind, Label]] = {
    AuditFaultKind.POSITION: Label("缺少一条或顺序不对", "an entry is missing or out of its place"),
    AuditFaultKind.LINK: Label("与前一条不衔接", "does not follow the one before it"),
    AuditFaultKind.HASH: Label("写入后被改动", "was changed after it was written"),
    AuditFaultKind.COLUMNS: Label("检索列与内容不符", "its columns do not say what it says"),
}


class AuditLogExit(IntEnum):
    """Exit codes."""

    SOUND = 0
    FAULTS = 1
    USAGE = 2


def verify_audit_log(settings: Settings, verb: str) -> AuditLogExit:
    """Give what waits its place, then walk the whole chain."""
    if verb != "verify":
        _say("用法：audit-log verify", "usage: audit-log verify")
        return AuditLogExit.USAGE
    engine = make_engine(settings.database_url)
    try:
        migrate(engine)
        ChainEntries(AuditSqlStore(engine))()
        return _tell(ProveAuditLog(AuditSqlReader(engine))())
    finally:
        engine.dispose()


def _tell(proof: AuditProof) -> AuditLogExit:
    for fault in proof.faults[:SHOWN]:
        words = WORDS[fault.kind]
        print(f"{fault.position}: {words.zh} / {words.en}", file=sys.stderr)
    if proof.faults:
        _say(f"审计日志有 {len(proof.faults)} 处问题", f"the audit log has {len(proof.faults)} faults")
        return AuditLogExit.FAULTS
    _say(
        f"{proof.links} 条审计记录全部成立；末尾哈希 {proof.tip}",
        f"{proof.links} entries of the audit log hold; the last hash is {proof.tip}",
    )
    return AuditLogExit.SOUND


def _say(zh: str, en: str) -> None:
    print(f"{zh}\n{en}")
