"""Neither a full disk nor a terminal that has gone ends the launcher."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from launcher.voice import Voice

ROOT = Path(__file__).resolve().parents[3]
SAYS_TO_NOBODY = """
import sys
from io import StringIO
from launcher.voice import Voice
sys.stdin.readline()  # by now the reader of our output has gone
voice = Voice(StringIO())
for _ in range(3):
    voice.ended("broker", 1, 0.2)
print("still here", file=sys.stderr)
"""


class FullDisk(StringIO):
    """A log that takes nothing."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_loses_the_line_and_nothing_else() -> None:
    told = []
    voice = Voice(FullDisk())
    voice.on_change(lambda: told.append("changed"))
    voice.started("broker", 7, again=True)
    voice.ended("broker", 1, 0.2)
    voice.stopped("broker", killed=False)
    assert told == ["changed", "changed"]


def test_a_reader_that_has_gone_does_not_end_us() -> None:
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", SAYS_TO_NOBODY],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write_end)
    os.close(read_end)
    _, errors = process.communicate("go\n", timeout=60)
    assert "still here" in errors


def test_the_log_is_json_with_ids_and_codes() -> None:
    log = StringIO()
    Voice(log).ended("gateway-emergency", 70, 0.4)
    line = json.loads(log.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "child_ended", "child": "gateway-emergency", "code": 70, "delay_seconds": 0.4}
