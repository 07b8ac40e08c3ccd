"""What a session keeps of where it was opened: enough to know one's own by, too little to follow anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.services.identity.open_session import masked, short_agent
from backend.services.identity.policy import LAST_ACT, Policy

BEGUN = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.168.7.23", "192.168.7.*"),
        ("::ffff:192.168.7.23", "192.168.7.*"),
        ("2001:db8:7:1::9", "2001:db8:7:*"),
        ("::1", "0:0:0:*"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_the_end_of_an_address_is_hidden(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5", ""),
    ],
)
def test_a_browser_is_called_by_its_family(agent: str, shown: str) -> None:
    assert short_agent(agent) == shown


@given(
    idle=st.integers(30, 10080),
    days=st.integers(1, 90),
    used=st.floats(0, 1, exclude_max=True),
    pause=st.integers(0, 60),
)
def test_a_session_in_use_never_ends_within_the_time_of_an_act_nor_lives_for_ever(
    idle: int, days: int, used: float, pause: int
) -> None:
    policy = Policy(idle=timedelta(minutes=idle), whole=timedelta(days=days))
    now = BEGUN + policy.whole * used
    ends = policy.expiry(BEGUN, now)
    assert ends >= now + LAST_ACT
    assert ends <= BEGUN + policy.whole + policy.idle
    assert policy.expiry(BEGUN, now + timedelta(minutes=pause)) >= ends
