"""`python -m backend statements`: days are stated and proved by a process; its exit code and words say how it went."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from backend.adapters.db.accounting import statements
from backend.adapters.db.engine import make_engine, writing
from backend.adapters.db.migrations import migrate
from tests.harness.accounting import Books
from tests.harness.alarm import Alarm
from tests.harness.child import ROOT, clean_environment, python
from tests.harness.clock import ManualClock, wall_now


def call(url: str, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        python("backend", "statements", *words),
        env=clean_environment({"CARE_BACKEND_DATABASE_URL": url}),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.timeout(180)
def test_made_proved_and_found_wrong(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/care.sqlite"
    engine = make_engine(url)
    migrate(engine)
    alarm = Alarm(engine, ManualClock(wall_now() - timedelta(days=3)))
    Books(alarm).press("T1", 1, 3)

    code, said = call(url, "verify")
    assert (code, "没有对账单" in said, "no statement" in said) == (1, True, True)
    assert call(url, "make")[0] == 0
    code, said = call(url, "verify")
    assert code == 0, said
    assert Books(alarm).proof().tip in said
    with writing(engine) as connection:
        connection.execute(delete(statements).where(statements.c.position == 1))
        connection.commit()
    code, said = call(url, "verify")
    assert (code, "T1" in said) == (1, True)
    assert call(url, "prove")[0] == 2
    engine.dispose()
