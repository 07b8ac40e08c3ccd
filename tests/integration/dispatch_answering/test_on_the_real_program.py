"""The program serves the page to strangers, the list to staff, and an answer by link reaches the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from tests.harness.answering import Answering, Phone
from tests.harness.backend import Platform, running


@pytest.fixture
def called(tmp_path: Path) -> Iterator[Answering]:
    """Somebody has been called out, and then the program starts on the same database and key."""
    engine = make_engine(f"sqlite:///{tmp_path}/care.sqlite")
    migrate(engine)
    there = Answering(engine, tmp_path)
    there.person("chen", "陈志愿", "+8613800000001")
    yield there
    engine.dispose()


def test_a_stranger_with_a_link_answers_and_the_desk_sees_it(called: Answering, tmp_path: Path) -> None:
    # Later than the manual clock: the link was made a moment ago by the program's own.
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform:
        called.clock.turn(platform.backend._clock.now() - called.clock.now())
        _, token, _ = called.call("chen", "陈志愿")
        _answer(platform, token)
        with platform.browser("op1") as desk:
            alert = desk.get(f"/api/v1/alerts/{called.alert_id}").json()
            assert (alert["handling"], alert["responder"]) == ("accepted", "陈志愿")
            (one,) = desk.get(f"/api/v1/alerts/{called.alert_id}/assignments").json()["items"]
            assert one["state"] == "accepted"


def _answer(platform: Platform, token: str) -> None:
    with platform.client() as stranger:
        phone = Phone(stranger)
        phone.look(token).press(token, "open")
        assert phone.look(token).press(token, "accept").status == 303
        assert stranger.get(f"/r/{token}/state").json()["page"]["state"] == "accepted"
        assert stranger.post(f"/replies/plain/{'0' * 40}", json={}).status_code == 404
        assert stranger.put(f"/r/{token}").status_code == 401
