"""How each provider's delivery report is read."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from backend.adapters.channels import alibaba_sms, tencent_sms
from backend.services.notices.receipt_ports import Provider, Report

MOST: Final = 1000


def read_reports(provider: Provider, body: bytes) -> list[Report]:
    """Lines without an id are left out. ValueError for what is no report at all."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("not JSON") from None
    if isinstance(found, dict):
        found = found.get("items", [found])
    if not isinstance(found, list):
        raise ValueError("neither an array nor an object")
    lines = [line for line in found[:MOST] if isinstance(line, dict)]
    return [report for line in lines if (report := _READ[provider](line)).provider_id]


def _alibaba(line: dict[str, Any]) -> Report:
    """`[{"phone_number","send_time","report_time","success","err_code","err_msg","sms_size","biz_id","out_id"}]`."""
    arrived = line.get("success") is True
    return Report(
        _id(line.get("biz_id")), arrived, "" if arrived else alibaba_sms.report_cause(_text(line, "err_code"))
    )


def _tencent(line: dict[str, Any]) -> Report:
    """`[{"user_receive_time","nationcode","mobile","report_status","errmsg","description","sid"}]`."""
    arrived = line.get("report_status") == "SUCCESS"
    cause = "" if arrived else tencent_sms.report_cause(_text(line, "errmsg"))
    return Report(_id(line.get("sid")), arrived, cause)


def _webhook(line: dict[str, Any]) -> Report:
    """`{"receipt","delivered","cause"}`, or an array of them under `items`."""
    return Report(_id(line.get("receipt")), line.get("delivered") is True, _text(line, "cause")[:128])


_READ: Final = {"alibaba": _alibaba, "tencent": _tencent, "webhook": _webhook}


def _id(value: Any) -> str:
    return value[:128] if isinstance(value, str) else ""


def _text(line: dict[str, Any], name: str) -> str:
    value = line.get(name)
    return str(value) if value is not None else ""
