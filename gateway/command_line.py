"""The gateway's command line: which lane runs, and what its exit code says."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Final

import structlog
from pydantic import ValidationError

from gateway.app import GatewayLane
from gateway.core.lanes import LaneName
from gateway.settings import Settings, as_toml

EXIT_USAGE: Final = 2
EXIT_RESTART_ME: Final = 70
"""Rule 13: the way through the broker, or a loop of ours, is stuck; a fresh start is the cure."""
LOOK_SECONDS: Final = 0.2
STOPS: Final = (signal.SIGTERM, signal.SIGINT)
"""`__main__` holds them back until they can be heeded."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0: ended by SIGTERM or SIGINT. 2: usage or settings. 70: start me again."""
    asked = _parser().parse_args(arguments)
    try:
        settings = Settings()
    except ValidationError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    if asked.command == "settings":
        print(as_toml(settings), end="")
        return 0
    if asked.lane is None:
        print("--lane emergency|telemetry: 请选择通道 / choose a lane", file=sys.stderr)
        return EXIT_USAGE
    _log_as_json(settings.log_level)
    return _run(settings, LaneName(asked.lane))


def _run(settings: Settings, name: LaneName) -> int:
    stop = threading.Event()
    for number in STOPS:
        signal.signal(number, lambda *_: stop.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if stop.is_set():  # told to stop during the start: nothing is made yet
        return 0
    lane = GatewayLane(settings, name)
    lane.start()
    while not stop.wait(LOOK_SECONDS):
        if lane.failed.is_set():
            # Something hangs, so nothing is waited for: the spool is durable, unacknowledged messages come again.
            sys.stdout.flush()
            os._exit(EXIT_RESTART_ME)
    lane.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateway", description="网关：MQTT 与后端之间 / The gateway between MQTT and the backend"
    )
    parser.add_argument("--lane", choices=list(LaneName), help="运行哪个通道 / which lane to run")
    parser.add_argument("command", nargs="?", choices=["settings"], help="显示生效的设置 / show the settings in force")
    return parser


def _log_as_json(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
