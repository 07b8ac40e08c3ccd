"""How the past of the demo district becomes rows: as if its alerts, events and answers were real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import msgspec

from backend.adapters.db.accounting_records import account_text
from backend.adapters.db.alarm_rows import alert_row, command_row, entry_row, event_row
from backend.adapters.db.escalation_rows import run_values
from backend.domain.demo.cases import SOURCE, Case, Counters, Sent
from backend.domain.escalation.run import Run, RunState
from backend.services.alarm.answer import Hearer, answer_command
from backend.services.alarm.ports import CommandState, NewEvent
from contract.times import format_time
from contract.topics import answer_id, source

Rows = list[dict[str, Any]]
_ANSWERED_IN: Final = timedelta(milliseconds=180)
"""From an answer's leaving to the terminal's word that it has heard it."""


def case_rows(cases: Sequence[Case], book: str) -> dict[str, Rows]:
    """By table, parents first. `book`: the escalation policies under which they stand."""
    found: dict[str, Rows] = {
        "alerts": [alert_row(case.alert) for case in cases],
        "alert_timeline": [entry_row(case.alert.id, entry) for case in cases for entry in case.entries],
        "events": [_event(sent) for case in cases for sent in case.events],
        "escalations": [_run(case, book) for case in cases],
        "commands": [row for case in cases for row in _answers(case)],
    }
    for case in cases:
        for table, rows in case.rows.items():
            found.setdefault(table, []).extend(rows)
    return found


def account_rows(counters: Mapping[str, Counters]) -> dict[str, Rows]:
    """What each device's numbers have come to."""
    return {"press_accounts": list(_accounts(counters.items()))}


def _accounts(counters: Iterable[tuple[str, Counters]]) -> Iterator[dict[str, Any]]:
    for device_id, one in counters:
        yield {"device_id": device_id, "account": account_text(one.account), "updated_at": one.heard_at}


def _event(sent: Sent) -> dict[str, Any]:
    time = format_time(sent.at)
    stored = NewEvent(
        device_id=sent.device_id,
        event_id=sent.event_id,
        variant=f"{sent.boot}|{sent.seq}|{time}|{sent.type}",
        readable=True,
        type=sent.type,
        device_time=sent.at,
        received_at=sent.received_at,
        stored_at=sent.received_at,
        retained=False,
        gateway=SOURCE,
        payload=_payload(sent, time),
        flags=(),
        alert_id=sent.alert_id,
        seq=sent.seq,
        boot=sent.boot,
        sos_seq=sent.sos_seq,
    )
    return {**event_row(stored), "answer_left_at": sent.received_at, "answer_confirmed_at": sent.answered_at}


def _payload(sent: Sent, time: str) -> bytes:
    """What the device would have sent."""
    data = {"seq": sent.seq, "boot": sent.boot, **({} if sent.sos_seq is None else {"sos_seq": sent.sos_seq})}
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": sent.event_id,
            "source": source(sent.device_id),
            "type": sent.type,
            "time": time,
            "data": data,
        }
    )


def _run(case: Case, book: str) -> dict[str, Any]:
    alert = case.alert
    run = Run(
        alert_id=alert.id,
        book=book,
        began_at=alert.received_at,
        policy=case.policy,
        state=RunState.ENDED,
        step=case.fired,
        asked=case.asked,
        fired_at=alert.received_at if case.fired else None,
    )
    return {"alert_id": alert.id, **run_values(run)}


def _answers(case: Case) -> Iterator[dict[str, Any]]:
    """Heard by the terminal, each of them."""
    alert = case.alert
    for answer, at in case.answers:
        command_id = answer_id(alert.device_id, answer.event_id, answer.stage)
        command = answer_command(Hearer(alert.device_id, alert.id), answer, command_id, at)
        done_at = at + _ANSWERED_IN
        yield command_row(replace(command, state=CommandState.DONE, attempts=1, sent_at=at, result_at=done_at))
