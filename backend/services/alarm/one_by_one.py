"""What is due is done one by one: what goes wrong with one takes nothing from the others, and is said once."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger()

TRY_AGAIN: Final = timedelta(seconds=10)
AWAY: Final = 5
"""So many failures in a row are no single rows any more: the tick has failed, and goes on at the next bell."""


def place(error: Exception) -> str:
    """Which error, and where: never its text, in which names and addresses may stand."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"


@dataclass(slots=True)
class OneByOne:
    """For one thread. `failed`: the log's event. What failed stays due, and is left out for ten seconds."""

    failed: str
    _why: dict[str, str] = field(default_factory=dict, init=False)
    _since: dict[str, datetime] = field(default_factory=dict, init=False)

    def __call__(self, ids: Sequence[str], do: Callable[[str], bool], now: datetime) -> int:
        """`do` each by itself; for how many it said yes. Raises when one after another fails."""
        done, in_a_row = 0, 0
        for each in ids:
            try:
                done += do(each)
            except Exception as error:
                in_a_row += 1
                self._pass_over(each, error, now)
                if in_a_row >= AWAY:
                    raise
            else:
                in_a_row = 0
                self._since.pop(each, None)
                if self._why.pop(each, None) is not None:
                    log.info("works_again", what=self.failed, id=each)
        return done

    def resting(self, now: datetime) -> frozenset[str]:
        """Those that failed a moment ago, by a clock that may be set in between."""
        over = [each for each, since in self._since.items() if not since <= now < since + TRY_AGAIN]
        for each in over:
            del self._since[each]
        return frozenset(self._since)

    def _pass_over(self, each: str, error: Exception, now: datetime) -> None:
        reason = place(error)
        if self._why.get(each) != reason:
            log.error(self.failed, id=each, reason=reason)
        self._why[each], self._since[each] = reason, now
