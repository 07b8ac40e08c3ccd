"""What the ledger holds after crashes, and what it adds up to."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.vocabulary import SOS
from device_sim.adapters import report as shown
from device_sim.adapters.ledger import Ledger, LedgerBusy, read_ledger
from device_sim.model.memory import remember
from device_sim.model.reconcile import Latency, reconcile
from device_sim.model.record import PUBACK_ACCEPTED, Kind, Record

AT = "2026-11-24T03:12:45.120Z"


def record(kind: Kind, event_id: str = "e1", **more: object) -> Record:
    return Record(at=AT, kind=kind, device_id="T1", event_id=event_id, **more)  # type: ignore[arg-type]


def pressed(event_id: str = "e1", type_name: str = SOS, boot: int = 1, sos_seq: int = 1) -> Record:
    event = f'{{"id":"{event_id}","data":{{"boot":{boot},"seq":1,"sos_seq":{sos_seq}}}}}'
    return record(Kind.PRESSED, event_id, type=type_name, event=event)


def answered(event_id: str = "e1", stage: str = "received", after_ms: float | None = 5.0, id: str = "c1") -> Record:
    return record(Kind.ANSWERED, event_id, stage=stage, after_ms=after_ms, command_id=id)


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.append(pressed())
    ledger.close()
    with path.open("ab") as file:
        file.write(b'{"at":"2026-11-')
    ledger = Ledger(path)
    ledger.append(answered())
    ledger.close()
    assert list(read_ledger(path)) == [pressed(), answered()]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    with pytest.raises(LedgerBusy):
        Ledger(tmp_path / "ledger.jsonl")
    ledger.close()
    Ledger(tmp_path / "ledger.jsonl").close()


def test_watchers_hear_each_record_of_their_device_until_they_leave(tmp_path: Path) -> None:
    ledger, heard = Ledger(tmp_path / "ledger.jsonl"), []
    leave = ledger.watch("T1", heard.append)
    ledger.watch("T2", heard.append)
    ledger.append(pressed())
    leave()
    ledger.append(answered())
    ledger.close()
    assert heard == [pressed()]


def test_no_ledger_is_an_empty_one(tmp_path: Path) -> None:
    assert list(read_ledger(tmp_path / "none.jsonl")) == []


def test_what_is_unanswered_is_remembered_with_the_highest_counters() -> None:
    records = [pressed("e1", boot=1, sos_seq=1), answered("e1"), pressed("e2", boot=3, sos_seq=2)]
    memory = remember(records)["T1"]
    assert list(memory.pending) == ["e2"]
    assert memory.pending["e2"].payload == (records[2].event or "").encode()
    assert (memory.boot, memory.sos_seq) == (3, 2)


def test_an_unanswered_type_is_settled_by_an_accepted_puback_only() -> None:
    low = pressed("e1", "care.battery.low")
    refused = record(Kind.PUBACK, reason="not_authorized")
    assert remember([low, refused])["T1"].pending
    assert not remember([low, refused, record(Kind.PUBACK, reason=PUBACK_ACCEPTED)])["T1"].pending
    assert remember([pressed(), record(Kind.PUBACK, reason=PUBACK_ACCEPTED)])["T1"].pending, "an SOS wants an answer"


def test_a_ledger_adds_up() -> None:
    records = [pressed(f"e{n}") for n in range(5)] + [pressed("low", "care.battery.low")]
    records += [record(Kind.SENT, f"e{n}", attempt=a) for n in range(4) for a in (1, 2)]
    records += [answered(f"e{n}", after_ms=10.0 * n, id=f"c{n}") for n in range(1, 5)]
    records += [answered("e1", after_ms=None), answered("e2", "accepted", None, "other stage, other id")]
    report = reconcile(records)
    assert (report.pressed, report.owed, report.sent, report.attempts, report.answered) == (6, 5, 4, 8, 4)
    assert report.unanswered == (("T1", "e0"),)
    assert report.doubled == ()
    assert report.latency == Latency(10, 17.5, 25, 32.5, 40)
    assert "T1 e0" in shown.as_text(report)
    assert '"answered":4' in shown.as_json(report)


def test_two_ids_for_one_stage_are_reported() -> None:
    report = reconcile([pressed(), answered(), answered(id="c2")])
    assert report.doubled == (("T1", "e1", "received"),)


def test_an_empty_ledger_has_no_latency() -> None:
    assert reconcile([]).latency is None
    assert reconcile([pressed(), answered(after_ms=7)]).latency == Latency(7, 7, 7, 7, 7)
