"""With a typing error in the texts a notice still says what, who and where, and how to answer."""

from __future__ import annotations

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backend.adapters.channels.texts import Texts
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.notices.delivery_ports import Addressee
from backend.services.notices.ports import NoticeKind
from backend.services.notices.words import Wording
from contract.vocabulary import Severity

SHIPPED = Path(__file__).parents[3] / "config" / "notices"
FACTS = {"type": "care.sos.pressed", "residents": ["林阿婆"], "home": "沙湾村 12 号", "trouble": "run_failed"}


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_built_in_words_serve_where_the_file_is_broken(tmp_path: Path, kind: NoticeKind, locale: str) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "notices"))
    (folder / f"{locale}.toml").write_text("[call_out\n", encoding="utf-8")
    refused: list[str] = []
    texts = Texts(folder, Wording(ZoneInfo("Asia/Shanghai")), "zh-CN", refused)
    assert len(refused) == 1
    assert f"{locale}.toml" in refused[0]
    to = Addressee(
        "n1",
        kind,
        Severity.EMERGENCY,
        RecipientKind.PERSON,
        "p1",
        "陈强",
        locale,
        DutyRole.RESPONDER,
        "a1",
        None,
        FACTS,
    )
    message = texts.write(to, "https://example.org/r/x", "4711")
    assert message.title
    assert "4711" in message.short
    if kind is not NoticeKind.VERIFY:
        assert "沙湾村 12 号" in message.short
        assert "https://example.org/r/x" in message.long
