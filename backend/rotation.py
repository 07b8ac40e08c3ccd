"""`python -m backend secrets rotate`: a new key for door codes and places of keys; what a person is told."""

from __future__ import annotations

import sys
from enum import IntEnum

from backend.adapters.db.engine import make_engine
from backend.adapters.db.home_secrets_store import SecretSqlStore
from backend.adapters.db.migrations import migrate
from backend.adapters.sealing import KeyRing
from backend.services.home_secrets.seal_anew import SealAnew
from backend.settings import Settings


class RotationExit(IntEnum):
    """Exit codes."""

    DONE = 0
    UNREADABLE = 1
    USAGE = 2


def rotate_secrets(settings: Settings, verb: str) -> RotationExit:
    """A new key in front, everything sealed with it, then the old ones go. Broken off, another call begins anew.

    Beside a running system: the file is read at each use, so every process has the new key at once. Where something
    opens with no key, the old keys stay, and which rows it was is in the log.
    """
    if verb != "rotate":
        _say("用法：secrets rotate", "usage: secrets rotate")
        return RotationExit.USAGE
    ring, engine = KeyRing(settings.seal_key_file), make_engine(settings.database_url)
    try:
        migrate(engine)
        ring.add()
        seal_anew = SealAnew(SecretSqlStore(engine), ring)
        anew, unreadable = seal_anew()
        # Until nothing is left: somebody may have been writing one with the old key just then.
        while (more := seal_anew()[0]) > 0:
            anew += more
    finally:
        engine.dispose()
    if unreadable:
        _say(
            f"已重新加密 {anew} 条；{unreadable} 条无法解密，旧密钥保留",
            f"{anew} sealed anew; {unreadable} open with no key, so the old keys stay",
        )
        return RotationExit.UNREADABLE
    dropped = ring.drop_old()
    _say(f"已重新加密 {anew} 条，删除 {dropped} 把旧密钥", f"{anew} sealed anew, {dropped} old keys dropped")
    return RotationExit.DONE


def _say(zh: str, en: str) -> None:
    print(f"{zh}\n{en}", file=sys.stderr)
