"""Whatever a reading holds, its line is read again as exactly that, or there is no line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.telemetry.influx.line import EARLIEST, LATEST, NoLine, encode
from tests.fakes.influx_lines import parse_lines

names = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\\"), min_size=1, max_size=30)
hostile = st.text(st.sampled_from("aé 中,=\\\"'#\n\t🔔"), max_size=12)
times = st.integers(EARLIEST, LATEST)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(names, names, times, numbers, times)
def test_a_line_is_read_again_as_what_it_was(device: str, metric: str, at: int, value: float, received: int) -> None:
    (line,) = parse_lines(encode(device, metric, at, value, received), "us")
    assert (line.measurement, line.tags) == ("reading", (("device_id", device), ("metric", metric)))
    assert line.fields == {"value": value, "received": received}
    assert isinstance(line.fields["value"], float)
    assert line.at == at * 1000


@given(hostile, hostile)
def test_no_name_breaks_out_of_its_line(device: str, metric: str) -> None:
    try:
        text = encode(device, metric, 0, 1.0, 0)
    except NoLine:
        return
    (line,) = parse_lines(text, "us")
    assert dict(line.tags) == {"device_id": device, "metric": metric}
    assert line.fields == {"value": 1.0, "received": 0}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_has_no_line(value: float) -> None:
    with pytest.raises(NoLine):
        encode("T1", "steps", 0, value, 0)


@pytest.mark.parametrize("at", [EARLIEST - 1, LATEST + 1])
def test_what_the_calendar_does_not_reach_has_no_line(at: int) -> None:
    with pytest.raises(NoLine):
        encode("T1", "steps", at, 1.0, 0)
