"""Numbers are dialled as they are written, short codes too, and shown masked."""

from __future__ import annotations

import pytest

from backend.services.telephony.numbers import BadNumber, masked, normal, normal_or_as_is, uri


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
