"""What is in force with a broken `config/work_orders.toml` is what the shipped file says."""

from __future__ import annotations

from pathlib import Path

from backend.adapters.work_order_file import load_work_orders
from backend.domain.work_order.built_in import BUILT_IN


def test_they_are_those_of_the_shipped_file() -> None:
    assert load_work_orders(Path(__file__).parents[3] / "config" / "work_orders.toml") == BUILT_IN
