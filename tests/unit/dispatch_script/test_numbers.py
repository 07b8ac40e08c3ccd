"""Numbers are dialled as they are written, short codes too, and shown masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.channels.numbers import mainland_or_full
from backend.domain.escalation.targets import Channel
from backend.services.roster.address import normal_address
from backend.services.roster.refusals import Refusal
from backend.services.telephony.numbers import EMERGENCY, BadNumber, masked, normal, normal_or_as_is, subscriber, uri


@pytest.mark.parametrize(
    ("written", "dialled", "shown"),
    [
        ("13800001234", "+8613800001234", "138****1234"),
        ("+86 138-0000-1234", "+8613800001234", "138****1234"),
        ("0580-2031234", "+865802031234", "580****1234"),
        (" 120 ", "120", "120"),
        ("12345", "12345", "12345"),
        ("+1 650 253 0000", "+16502530000", "+16****0000"),
        ("2031234", "+862031234", "****34"),
    ],
)
def test_a_number_is_dialled_and_shown(written: str, dialled: str, shown: str) -> None:
    assert normal(written) == dialled
    assert masked(dialled) == shown
    assert uri(dialled) == f"tel:{dialled}"


@pytest.mark.parametrize("written", ["", "喂", "1", "99999999999999999999"])
def test_what_is_no_number_is_kept_as_it_came(written: str) -> None:
    with pytest.raises(BadNumber):
        normal(written)
    assert normal_or_as_is(f" {written} ") == written


@pytest.mark.parametrize(
    "written",
    [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+86 13800001234",
        "8613800001234",
        "008613800001234",
        "１３８００００１２３４",
    ],
)
def test_however_it_is_written_it_is_one_number_to_whoever_keeps_compares_or_texts_it(written: str) -> None:
    one = "+8613800001234"
    assert normal(written) == normal_or_as_is(written) == subscriber(written) == one
    assert normal_address(Channel.SMS, written) == normal_address(Channel.VOICE, written) == one
    assert mainland_or_full(written) == "13800001234"


@pytest.mark.parametrize("short", sorted(EMERGENCY))
def test_short_codes_are_dialled_and_nobody_is_texted_there(short: str) -> None:
    assert normal(short) == normal_or_as_is(short) == masked(short) == short
    if len(short) < 5:
        with pytest.raises(BadNumber):
            subscriber(short)
        with pytest.raises(Refusal):
            normal_address(Channel.SMS, short)


@given(st.text(max_size=200))
def test_whatever_comes_from_outside_has_one_form(text: str) -> None:
    once = normal_or_as_is(text)
    assert normal_or_as_is(once) == once
    assert len(once) <= 64
