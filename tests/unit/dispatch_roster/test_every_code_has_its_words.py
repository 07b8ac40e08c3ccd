"""Whatever a person may be shown has words in both languages, and the manual says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from backend.api import calendars, people, roster_problems, rosters
from backend.domain.escalation.targets import Channel, DutyRole, ResponderKind
from backend.domain.roster import gaps
from backend.domain.roster.model import Uncovered, Why
from backend.domain.roster.swap import SwapFault
from backend.services.roster.address import masked, normal_address
from backend.services.roster.keep_rosters import LONGEST_OVERRIDE
from backend.services.roster.refusals import Refusal, Refused
from backend.services.roster.words import GAP_LABELS, RESPONDER_LABELS, ROLE_LABELS, WHY_LABELS

MANUAL = (Path(__file__).parents[3] / "docs" / "manual" / "dispatch_roster.md").read_text(encoding="utf-8")


def test_every_code_has_its_words() -> None:
    assert set(roster_problems.REFUSALS) == set(Refused)
    assert set(roster_problems.SWAPS) == set(SwapFault)
    assert set(GAP_LABELS) == set(Uncovered)
    assert set(WHY_LABELS) == set(Why)
    assert set(RESPONDER_LABELS) == set(ResponderKind)
    assert set(ROLE_LABELS) == set(DutyRole)


def test_the_manual_says_what_is_in_force() -> None:
    assert all(f"| `{reason}` |" in MANUAL for reason in Uncovered)
    assert f"(1 − {gaps._SINGLE_COST} × single)" in MANUAL
    assert f"at most {LONGEST_OVERRIDE.days} days" in MANUAL
    assert f"未来 {gaps.AHEAD.days} 天" in MANUAL


def test_the_calls_are_described_once_each() -> None:
    api = FastAPI()
    # Only described, never called: nothing behind them is needed.
    for router in (
        people.router(people.PeopleCalls(None, None, None)),  # type: ignore[arg-type]
        rosters.router(rosters.RosterCalls(None, None, None, None, None, None)),  # type: ignore[arg-type]
        calendars.staff_router(None, None),  # type: ignore[arg-type]
        calendars.public_router(None),  # type: ignore[arg-type]
    ):
        api.include_router(router)
    calls = [call for path in api.openapi()["paths"].values() for call in path.values()]
    names = [call["operationId"] for call in calls]
    assert len(names) == len(set(names)) > 20


@pytest.mark.parametrize(
    ("channel", "text", "kept"),
    [
        (Channel.SMS, "138 0013 8000", "+8613800138000"),
        (Channel.VOICE, "0580-2021234", "+865802021234"),
        (Channel.SMS, "+44 20 7946 0958", "+442079460958"),
        (Channel.SMS, "120", None),
        (Channel.SMS, "call me", None),
        (Channel.EMAIL, " wang@example.org ", "wang@example.org"),
        (Channel.EMAIL, "wang@example", None),
        (Channel.WEBHOOK, "https://example.org/hook", "https://example.org/hook"),
        (Channel.WEBHOOK, "https://", None),
        (Channel.WEBHOOK, "https://[", None),
        (Channel.WECOM, "wang.li", "wang.li"),
        (Channel.WECOM, "wang\u0007", None),
        (Channel.DESK, "district", None),
        (Channel.NTFY, "   ", None),
    ],
)
def test_an_address_fits_its_channel(channel: Channel, text: str, kept: str | None) -> None:
    if kept is not None:
        assert normal_address(channel, text) == kept
        return
    with pytest.raises(Refusal) as refused:
        normal_address(channel, text)
    assert refused.value.reason is Refused.BAD_ADDRESS


def test_a_mask_shows_the_end_of_a_long_address_only() -> None:
    assert [masked(text) for text in ("+8613800138000", "12345678", "")] == ["…8000", "…", "…"]
