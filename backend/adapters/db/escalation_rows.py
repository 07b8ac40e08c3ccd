"""How runs become rows and come back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from backend.adapters.db.known import known
from backend.domain.escalation.run import Run, RunState, Trouble


def run_values(run: Run) -> dict[str, Any]:
    """Columns of `escalations` without its key."""
    told_step, told_round = run.told or (None, None)
    return {
        "book": run.book,
        "policy": run.policy,
        "state": str(run.state),
        "version": run.version,
        "step": run.step,
        "round": run.round,
        "told_step": told_step,
        "told_round": told_round,
        "asked": run.asked,
        "began_at": run.began_at,
        "fired_at": run.fired_at,
        "held_until": run.held_until,
        "trouble": str(run.trouble) if run.trouble else None,
        "due_at": run.due_at,
    }


def to_run(row: RowMapping) -> Run:
    """The run of a row of `escalations`."""
    told = None if row["told_step"] is None else (row["told_step"], row["told_round"])
    return Run(
        alert_id=row["alert_id"],
        book=row["book"],
        began_at=row["began_at"],
        policy=row["policy"],
        # Goes on, whatever a newer version called it: an escalation that stops by mistake is worse than one too many.
        state=known(RunState, row["state"], RunState.RUNNING),
        step=row["step"],
        round=row["round"],
        asked=row["asked"],
        told=told,
        version=row["version"],
        fired_at=row["fired_at"],
        held_until=row["held_until"],
        trouble=known(Trouble, row["trouble"], Trouble.NOBODY_REACHED) if row["trouble"] else None,
        due_at=row["due_at"],
    )
