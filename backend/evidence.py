"""`python -m backend evidence verify FILE | key`: whether a bundle is what was signed; what a person is told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Final

from backend.adapters.evidence.signature import BundleFault, BundleProof, Ed25519Signer, fingerprint_of, prove
from backend.adapters.secret_files import KeyFile
from backend.settings import Settings
from contract.vocabulary import Label

WORDS: Final[dict[BundleFault, Label]] = {
    BundleFault.NO_BUNDLE: Label("不是证据包，或已损坏", "no bundle of evidence, or damaged"),
    BundleFault.SIGNATURE: Label("签名不成立", "the signature does not hold"),
    BundleFault.FILE: Label("文件被改动、缺少或多出", "a file was changed, is missing, or was put in"),
    BundleFault.OTHER_KEY: Label("签名成立，但不是这把公钥签的", "signed, but with another key"),
}


class EvidenceExit(IntEnum):
    """Exit codes."""

    SOUND = 0
    FAULT = 1
    USAGE = 2


def evidence(settings: Settings, words: Sequence[str]) -> EvidenceExit:
    """`verify FILE [FINGERPRINT]`, on any machine; `key`: the fingerprint of this district's key."""
    if list(words) == ["key"]:
        print(fingerprint_of(Ed25519Signer(KeyFile(settings.evidence_key_file).read).public_key()))
        return EvidenceExit.SOUND
    if len(words) not in (2, 3) or words[0] != "verify":
        _say(
            "用法：evidence verify 文件 [公钥指纹]，或 evidence key",
            "usage: evidence verify FILE [FINGERPRINT], or key",
        )
        return EvidenceExit.USAGE
    return _tell(prove(Path(words[1]), words[2] if len(words) == 3 else ""), is_known=len(words) == 3)


def _tell(proof: BundleProof, *, is_known: bool) -> EvidenceExit:
    if proof.fault is not None:
        found = WORDS[proof.fault]
        where = f" ({proof.where})" if proof.where else ""
        _say(found.zh + where, found.en + where)
        return EvidenceExit.FAULT
    _say(
        f"报警 {proof.alert_id}，制作于 {proof.made_at}：全部成立；公钥指纹 {proof.fingerprint}",
        f"alert {proof.alert_id}, made at {proof.made_at}: all of it holds; fingerprint of the key {proof.fingerprint}",
    )
    if not is_known:
        _say("请与签发机构另行告知的指纹比对", "compare the fingerprint with the one that the district has told you")
    return EvidenceExit.SOUND


def _say(zh: str, en: str) -> None:
    print(f"{zh}\n{en}", file=sys.stderr)
