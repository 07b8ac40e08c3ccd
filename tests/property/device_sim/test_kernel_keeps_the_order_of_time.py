"""The kernel hands out everything once, in the order of time, and never early."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from device_sim.model.kernel import Kernel


@given(times=st.lists(st.integers(0, 50), max_size=50), step=st.integers(1, 20))
def test_everything_falls_due_once_in_order(times: list[int], step: int) -> None:
    kernel: Kernel[tuple[int, int]] = Kernel()
    for number, at in enumerate(times):
        kernel.schedule(at, (at, number))
    seen: list[tuple[int, int]] = []
    for now in range(0, 50 + step, step):
        due = kernel.due(now)
        assert all(at <= now for at, _ in due)
        assert kernel.next_at is None or kernel.next_at > now
        seen += due
    assert seen == sorted((at, number) for number, at in enumerate(times))
