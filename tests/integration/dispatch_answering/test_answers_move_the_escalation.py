"""An answer is what escalation waits for: acceptance ends it, passing hurries it, holding stops it for two minutes."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.domain.answering.model import Step, StepKind
from backend.domain.escalation.targets import DutyRole, Reach, Recipient, RecipientKind, Target, TargetKind
from backend.parts.answering import AnsweringParts
from backend.settings import Settings
from tests.fakes.cover import FakeCover
from tests.harness.alarm import Uuids
from tests.harness.answering import FixedCover
from tests.harness.escalating import Escalating

POLICY = """
id = "x"
title = { zh-CN = "测试", en = "Test" }
[match]
[needs]
responder = 1
[[steps]]
after_seconds = 0
notify = [{ target = "responders", most = 1 }]
[[steps]]
after_seconds = 300
notify = [{ target = "on_duty", role = "responder" }]
"""


class TwoPeople(FakeCover):
    """Chen is the nearest responder; Zhao is on duty."""

    def reach(self, target: Target, scene: object, at: object) -> Reach:
        person = {TargetKind.RESPONDERS: "chen", TargetKind.ON_DUTY: "zhao"}.get(target.kind)
        if person is None or target.role is DutyRole.MANAGER:
            return Reach(target)
        return Reach(
            target, (Recipient(RecipientKind.PERSON, person, person, DutyRole.RESPONDER, (f"p-{person}",), None, 5),)
        )


class Both:
    """Escalation and answering over one database and one clock."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.escalating = Escalating(engine, TwoPeople(), texts={"x.toml": POLICY})
        settings = Settings(answer_key_file=folder / "answer.key", public_url="http://testserver")
        clock = self.escalating.clock
        self.parts = AnsweringParts(settings, engine, clock, Uuids(), FixedCover, lambda _: None)
        self.alert_id = self.escalating.pressed()
        self.escalating.tick()

    def opened(self) -> tuple[str, str]:
        """The link of the newest notice, opened: token and phone."""
        notice = self.escalating.notices(self.alert_id)[-1]
        found = self.parts.links.link(notice["id"])
        assert found is not None
        token, phone = found[0].rsplit("/", 1)[1], secrets.token_urlsafe(32)
        self.take(token, phone, StepKind.OPEN)
        return token, phone

    def take(self, token: str, phone: str, kind: StepKind) -> None:
        self.parts._answer.by_link(token, phone, Step(kind), secrets.token_hex(8))

    def told(self) -> list[str]:
        return self.escalating.told(self.alert_id)


@pytest.fixture
def both(database: Engine, tmp_path: Path) -> Both:
    return Both(database, tmp_path)


def test_acceptance_ends_it(both: Both) -> None:
    both.take(*both.opened(), StepKind.ACCEPT)
    both.escalating.pass_time(30)
    assert both.escalating.run(both.alert_id)["state"] == "rested"
    assert both.told() == ["chen"]


def test_passing_calls_the_next_one_at_once(both: Both) -> None:
    both.take(*both.opened(), StepKind.PASS)
    both.escalating.pass_time(5)
    assert both.told() == ["chen", "zhao"]


def test_holding_stops_it_for_two_minutes_and_no_longer(both: Both) -> None:
    both.escalating.pass_time(290)
    both.take(*both.opened(), StepKind.HOLD)
    both.escalating.pass_time(115)
    assert both.told() == ["chen"]
    both.escalating.pass_time(10)
    # The last resort is due in the same second: it asks everybody who could go.
    assert both.told()[0] == "chen"
    assert "zhao" in both.told()
    kinds = both.escalating.kinds(both.alert_id)
    assert kinds.index("held") < kinds.index("resumed")
