"""Whatever stands on a timeline is said in words of both languages: every kind, every reason, every cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from backend.domain.alert.model import EntryKind
from backend.domain.answering.model import OUTCOMES, KeyKind, State
from backend.domain.audit.conformance import ReviewReason
from backend.domain.audit.findings import Finding
from backend.domain.delivery.model import Cause
from backend.domain.escalation.run import Trouble, Why
from backend.domain.escalation.targets import Channel, DutyRole, Level, Nobody, TargetKind
from backend.domain.script.hand_over import Vehicle
from backend.domain.script.model import CallResult, CallTarget, Evidence, MarkState
from backend.domain.script.review import ReviewVerdict
from backend.domain.script.voice import Cause as Silence
from backend.services.answering.hear_reply import Heard
from backend.services.notices.record import CallOutcome
from backend.services.telephony.ports import CallerKind
from contract.times import format_time
from tests.console.conftest import CONSOLE
from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import FakeBackend

pytestmark = pytest.mark.browser

_REASONS: Final[Mapping[EntryKind, Iterable[str]]] = {
    EntryKind.REQUEUED: ["nobody_reacted"],
    EntryKind.SEVERITY_RAISED: Trouble,
    EntryKind.ESCALATED: Why,
    EntryKind.STEP_SKIPPED: Why,
    EntryKind.OFFERED: Why,
    EntryKind.RESUMED: ["hold_is_over", "nobody_has_it"],
    EntryKind.NOBODY_REACHED: ["no_key_holder", "nobody_reached"],
    EntryKind.NOTICE_SENT: Cause,
    EntryKind.NOTICE_DELIVERED: Cause,
    EntryKind.NOTICE_FAILED: [*Cause, "isv.business_limit_control", "errcode_45009"],
    EntryKind.NOTICE_PASSED: ["withdrew"],
    EntryKind.RESPONDER_ARRIVED: ["forced_entry"],
    EntryKind.RESPONDER_DONE: ["done"],
    EntryKind.RESPONDER_ALARM: ["silent", "panic", "second_person_wanted"],
    EntryKind.KEY_USED: ["taken", "returned"],
    EntryKind.CALLED: CallTarget,
    EntryKind.CALL_ENDED: CallResult,
    EntryKind.NO_VOICE: Silence,
    EntryKind.AUDITED: [*Finding, "conforms", "deviated", "run_failed"],
    EntryKind.REVIEW_OPENED: ReviewReason,
    EntryKind.NOTED: ["all_right", "link_unbound", *(f"reply_{heard}" for heard in Heard)],
    EntryKind.DISPATCHED: ["further"],
    EntryKind.ENDED_TOLD: ["closed"],
    EntryKind.RAISED: ["late"],
    EntryKind.CANCELLED: ["care.sos.cancelled"],
}

_WORDS: Final[Mapping[str, Iterable[str]]] = {
    "timeline": EntryKind,
    "why": Why,
    "trouble": Trouble,
    "cause": Cause,
    "nobody": Nobody,
    "target": TargetKind,
    "level": Level,
    "duty": DutyRole,
    "channel": Channel,
    "call.to": CallTarget,
    "call.result": CallResult,
    "called": CallOutcome,
    "caller": CallerKind,
    "silence": Silence,
    "evidence": Evidence,
    "script.state": MarkState,
    "verdict": ReviewVerdict,
    "vehicle": Vehicle,
    "key_kind": KeyKind,
    "assignment": State,
    "responder_outcome": OUTCOMES,
    "finding": Finding,
    "review": ReviewReason,
    "reason": [f"reply_{heard}" for heard in Heard],
}

_DETAIL: Final[dict[str, Any]] = {
    "step": 3,
    "steps": 4,
    "told": ["王海龙"],
    "desks": ["district"],
    "nobody": [{"target": str(kind), "level": "parent", "reason": str(why)} for kind in TargetKind for why in Nobody],
    "left_out": [{"name": "沈国良", "reason": str(Nobody.NO_VERIFIED_CHANNEL)}],
    "work_orders": ["order-1"],
    "recipient": {"kind": "contact", "id": "c-1", "name": "陈海波"},
    "sent": {"kind": "contact", "id": "c-1", "name": "陈海波"},
    "channel": "sms",
    "holder": "林海英",
    "before": "urgent",
    "after": "emergency",
    "outcome": "helped_on_site",
    "responder": "沈国良",
    "eta_minutes": 8,
    "stage": "accepted",
    "count": 2,
    "lost": 1,
    "numbers": "17",
    "hospital": "岱山医院",
    "vehicle": "boat",
    "vehicle_at": "2026-11-24T03:30:00.000Z",
    "called_at": "2026-11-24T03:20:00.000Z",
    "until": "2026-11-24T03:20:00.000Z",
    "key": "neighbour",
    "deviations": [{"step": 3, "round": 0, "late_seconds": 41, "fired": True}],
    "label": {"zh-CN": "通话", "en": "Speak"},
    "state": "impossible",
    "number_doubted": True,
    "voice_only": True,
}


_OWN: Final[Mapping[EntryKind, dict[str, Any]]] = {
    EntryKind.NOTED: {"text": "好"},
    EntryKind.RESPONDER_DONE: {"outcome": "all_well"},
}


def _entries(at: str) -> list[dict[str, Any]]:
    """Every kind once without a reason and with each of its reasons, all with details."""
    lines = [(kind, reason) for kind in EntryKind for reason in ["", *_REASONS.get(kind, ())]]
    actor = {"kind": "system", "id": "platform", "name": ""}
    return [
        {
            "id": 10_000 + number,
            "at": at,
            "kind": str(kind),
            "actor": actor,
            "source": "platform",
            "reason": str(reason),
            "detail": {**_DETAIL, **_OWN.get(kind, {})},
        }
        for number, (kind, reason) in enumerate(lines)
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_code_is_shown_as_it_is(fake: FakeBackend, desk: DeskPage, language: str) -> None:
    alert = fake.desk.press(home=0)
    fake.desk.alerts[alert]["timeline"] += _entries(format_time(fake.desk.now()))
    fake.desk.confirm(alert)
    desk.expect_card(alert)
    if language == "en":
        desk.part("language").click()
    lines = desk.part("timeline").locator("li")
    expect(lines).to_have_count(1 + len(_entries("")))
    shown = lines.all_inner_texts()
    assert [line for line in shown if re.search(r"\b[a-z0-9]+_[a-z0-9_]+\b|\{\w+\}|\bcare\.", line)] == []
    if language == "zh-CN":  # an English word among the Chinese would be a code
        known = {"120", "District"}
        latin = {word for line in shown for word in re.findall(r"[A-Za-z]{4,}", line)} - known
        assert latin <= {"business", "limit", "control", "errcode"}, latin


@pytest.mark.parametrize("language", ["Zh", "En"])
def test_every_code_of_dispatch_has_its_words(language: str) -> None:
    folder = CONSOLE / "src" / "i18n"
    base = (folder / f"{language.lower()}.ts").read_text(encoding="utf-8")
    words = base + (folder / f"dispatch{language}.ts").read_text(encoding="utf-8")
    missing = [f"{area}.{code}" for area, codes in _WORDS.items() for code in codes if f"'{area}.{code}'" not in words]
    assert missing == []
