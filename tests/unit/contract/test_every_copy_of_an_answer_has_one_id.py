"""The id of an answer is uuid5 of device, event and stage: these values are on the wire and never change."""

from __future__ import annotations

import pytest

from contract.topics import answer_id
from contract.vocabulary import Stage


@pytest.mark.parametrize(
    ("device_id", "event_id", "stage", "golden"),
    [
        ("T7K2", "e-1", Stage.RECEIVED, "dce93d22-28d2-538a-b587-9754d80eae34"),
        ("T7K2", "e-1", Stage.EN_ROUTE, "446e311a-53ee-5aea-8da8-e58ba23027aa"),
        ("lobby-0001", "按/1", Stage.CLOSED, "0cad137f-9673-54e5-8f37-02253ea6cf8a"),
    ],
)
def test_golden_values(device_id: str, event_id: str, stage: Stage, golden: str) -> None:
    assert answer_id(device_id, event_id, stage) == golden


def test_stages_events_and_devices_do_not_share_an_id() -> None:
    ids = {answer_id(d, e, s) for d in ("A", "B") for e in ("1", "2") for s in Stage}
    assert len(ids) == 2 * 2 * len(Stage)
