"""A real server: a press appears, a resumed screen misses nothing, and every stream ends when it must."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backend.api.server import DRAIN_SECONDS
from tests.harness.backend import Platform, running
from tests.harness.clock import stopwatch, wait_until
from tests.integration.backend_live.conftest import Reader, press


def latest(reader: Reader) -> dict[str, Any]:
    """The last that a screen has heard of each device's alert."""
    return {message.data["device_id"]: message.data for message in reader.of("alert")}


def test_a_press_appears_and_a_resumed_screen_misses_nothing(platform: Platform) -> None:
    with platform.browser("op1") as desk:
        first = Reader(desk)
        wait_until(lambda: first.of("ping"), "it speaks at once")
        press(platform, "T1", "e1")
        shown = wait_until(lambda: first.of("alert"), "the press")[0]
        assert shown.data["device_id"] == "T1"
        assert shown.id == str(shown.data["stream_id"])
        for number in range(2, 5):
            press(platform, f"T{number}", "e1")
        others = {"T2", "T3", "T4"}
        wait_until(lambda: others <= latest(first).keys(), "the other presses")
        again = Reader(desk, f"/api/v1/stream?after={10**9}", **{"Last-Event-ID": shown.id})
        wait_until(lambda: others <= latest(again).keys(), "what came after the last id")
        # Escalation changes the alerts meanwhile, so it is the last word about each that must be the same.
        wait_until(lambda: {**latest(first), **latest(again)} == latest(first), "both screens say the same")
        ids = [int(message.id or 0) for message in again.of("alert")]
        assert ids == sorted(ids)
        assert ids[0] > int(shown.id or 0)
        assert again.of("resync") == []


def test_a_place_that_does_not_exist_is_answered_by_resync(platform: Platform) -> None:
    press(platform, "T9", "e1")
    with platform.client("cli") as client:
        newest = client.get("/api/v1/alerts").json()["stream_id"]
        reader = Reader(client, "/api/v1/stream?after=99999")
        resync = wait_until(lambda: reader.of("resync"), "resync")[0]
        assert resync.id == str(newest)


def test_it_pings_and_tells_of_components(platform: Platform) -> None:
    with platform.client("cli") as client, platform.client("launcher") as launcher:
        reader = Reader(client)
        for state in ("up", "down"):
            body = {"component": "broker", "state": state, "detail": "", "figures": {}}
            assert launcher.post("/ingest/v1/health", json=body).status_code == 204
            wait_until(
                lambda state=state: (
                    ("broker", state) in [(s.data["component"], s.data["state"]) for s in reader.of("health")]
                ),
                f"the broker is {state}",
            )
        pings = wait_until(lambda: reader.of("ping")[1:], "a ping while nothing happens")
        assert pings[0].id is None


def test_logging_out_ends_the_stream(platform: Platform) -> None:
    with platform.browser("op1") as desk, platform.browser("op2") as other:
        mine, theirs = Reader(desk), Reader(other)
        wait_until(lambda: mine.of("ping") and theirs.of("ping"), "both watch")
        assert desk.delete("/api/v1/session").status_code == 204
        wait_until(lambda: not mine.is_alive(), "the stream of who has left ends")
        assert theirs.is_alive()


def test_open_streams_do_not_hold_up_the_stop(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform:
        clients = [platform.client("cli") for _ in range(3)]
        readers = [Reader(client) for client in clients]
        wait_until(lambda: all(reader.of("ping") for reader in readers), "all watch")
        started = stopwatch()
    # The server cuts off after DRAIN_SECONDS; streams that end by themselves leave it nothing to cut.
    assert stopwatch() - started < DRAIN_SECONDS
    wait_until(lambda: not any(reader.is_alive() for reader in readers), "every reader has seen the end")
    for client in clients:
        client.close()
