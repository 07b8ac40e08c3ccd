"""The manual's page on notices says what the code does: adapters, figures, causes, delays, limits."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from backend.adapters.channels.config import ChannelConfig
from backend.domain.delivery import backoff
from backend.domain.delivery.model import Cause, NoticeState, Outcome
from backend.domain.escalation.targets import Channel
from backend.services.notices.figures import NoticeFigures
from backend.services.notices.labels import CAUSES, CHANNELS, KINDS, OUTCOMES, STATES
from backend.services.notices.ports import NoticeKind
from backend.services.notices.prove_contact import MOST_TRIES, VALID, WINDOW
from backend.workers.outbox import LANES
from tests.harness.clock import ManualClock

PAGE = Path("docs/manual/dispatch_notices.md").read_text(encoding="utf-8")


def _rows(heading: str) -> set[str]:
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    cells = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    return named - {"adapter", "cause"}  # heads of columns


def test_the_adapters_are_those_of_the_file() -> None:
    assert _rows("Setting up a channel") == {config.__struct_config__.tag for config in ChannelConfig.__args__}


def test_the_figures_are_those_that_are_shown() -> None:
    registry = CollectorRegistry()
    figures = NoticeFigures(lambda *_: None, ManualClock(), ())
    figures.attempted(Channel.SMS, Outcome.RETRY, "timeout")
    figures.received("alibaba", "recorded")  # type: ignore[arg-type]
    registry.register(figures)
    samples = {sample.name for metric in registry.collect() for sample in metric.samples}
    assert _rows("What to watch") == {name for name in samples if not name.endswith("_created")}


def test_the_causes_exist() -> None:
    own = {name for name in _rows("Errors") if "…" not in name}
    assert own <= {str(cause) for cause in Cause}


def test_delays_and_limits_are_those_in_force() -> None:
    flat = " ".join(PAGE.split())
    assert f"{', '.join(map(str, backoff.HURRIED))} s" in flat
    assert f"{', '.join(map(str, backoff.CALM))} s" in flat
    assert f"tried {backoff.MOST_BEFORE_NEXT} times" in flat
    assert f"{backoff.MOST_ON_LAST_HURRIED} or {backoff.MOST_ON_LAST_CALM} times" in flat
    assert f"no report has come in {backoff.RECEIPT_WAIT.total_seconds():.0f} s" in flat
    minutes = [int(span.total_seconds() // 60) for span in (VALID, WINDOW)]
    assert f"{minutes[0]} minutes, {MOST_TRIES} tries, once; a new one every {minutes[1]} minutes" in flat
    assert LANES[0].hands == 8


def test_every_code_has_words_in_both_languages() -> None:
    assert set(KINDS) == set(NoticeKind)
    assert set(STATES) == set(NoticeState)
    assert set(OUTCOMES) == set(Outcome)
    assert set(CHANNELS) == set(Channel)
    assert set(CAUSES) == set(Cause)
