"""The messages between gateway and backend as JSON Schema, taken from their structures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from contract.ingest import (
    BatchAnswer,
    ClaimAnswer,
    ClaimRequest,
    CommandOutcomes,
    EventBatch,
    EventsAnswer,
    HealthReport,
    JsonBatch,
)
from contract.reference.device_schemas import text
from contract.vocabulary import IngestOutcome, Label, Lane

MAX_ITEMS: Final = 500
"""Most items of a batch."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the ingest API. `answer` None: 204 without a body."""

    name: str
    path: str
    body: type[msgspec.Struct]
    answer: type[msgspec.Struct] | None
    status: int
    label: Label
    server: str = "backend"


_ROUTINE: Final = "backend_telemetry"
_FATES: Final = Label("报告命令去向", "Say what became of commands")
CALLS: Final = (
    Call("events", "/ingest/v1/events", EventBatch, EventsAnswer, 202, Label("交付事件", "Hand over events")),
    Call(
        "telemetry",
        "/ingest/v1/telemetry",
        JsonBatch,
        BatchAnswer,
        202,
        Label("交付遥测", "Hand over telemetry"),
        _ROUTINE,
    ),
    Call(
        "status", "/ingest/v1/status", JsonBatch, BatchAnswer, 202, Label("交付设备状态", "Hand over status"), _ROUTINE
    ),
    Call(
        "results",
        "/ingest/v1/results",
        JsonBatch,
        BatchAnswer,
        202,
        Label("交付命令结果", "Hand over results"),
        _ROUTINE,
    ),
    Call("claim", "/ingest/v1/commands/claim", ClaimRequest, ClaimAnswer, 200, Label("领取命令", "Claim commands")),
    Call("command_outcomes", "/ingest/v1/commands/outcomes", CommandOutcomes, BatchAnswer, 200, _FATES),
    Call("health", "/ingest/v1/health", HealthReport, None, 204, Label("报告健康", "Report health")),
)

_VALUES: Final = {
    ("CommandOutcome", "outcome"): ["sent", "failed"],
    ("ClaimRequest", "lane"): [str(value) for value in Lane],
    ("HealthReport", "state"): ["up", "degraded", "down"],
}
"""Fields that are plain text in the structures, so that an older program reads a newer answer."""


def _item(carriers: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """An item whose message is in exactly one of `carriers`. By hand: `msgspec.Raw` has no schema."""
    properties = {
        "device_id": {"type": "string", "description": text(Label("登录的设备", "The authenticated device"))},
        "received_at": {"type": "string", "format": "date-time"},
        "retained": {"type": "boolean", "default": False},
        **{name: {"description": text(Label("设备所发的 JSON", "JSON as the device sent it"))} for name in carriers},
        **more,
    }
    one_of = [{"required": [name]} for name in (*carriers, *(["raw_b64"] if "raw_b64" in more else []))]
    required = ["device_id", "received_at"]
    return {"type": "object", "properties": properties, "required": required, "oneOf": one_of}


def _batch(item: str, ref_template: str) -> dict[str, Any]:
    items = {"type": "array", "maxItems": MAX_ITEMS, "items": {"$ref": ref_template.format(name=item)}}
    properties = {"gateway": {"type": "string"}, "items": items}
    return {"type": "object", "properties": properties, "required": ["gateway", "items"]}


def _batches(ref_template: str) -> dict[str, Any]:
    raw = {
        "raw_b64": {
            "type": "string",
            "description": text(Label("无法识别的原始字节", "The bytes that could not be read")),
        },
        "reason": {"type": "string", "description": text(Label("为什么无法识别", "Why they could not be read"))},
    }
    return {
        "EventBatch": _batch("EventItem", ref_template),
        "EventItem": _item(("event",), **raw),
        "JsonBatch": _batch("JsonItem", ref_template),
        "JsonItem": _item(("pack", "status", "result")),
    }


def ingest_schemas(ref_template: str) -> dict[str, Any]:
    """Name of each structure → its schema; `ref_template` says where `{name}` stands."""
    types = {struct for call in CALLS for struct in (call.body, call.answer) if struct is not None}
    ordered = sorted(types - {EventBatch, JsonBatch}, key=lambda struct: struct.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=ref_template)
    for (name, field), values in _VALUES.items():
        schemas[name]["properties"][field]["enum"] = values
    # What became of events and of commands is one structure: the outcomes of the first are shown, the second are text.
    schemas["Outcome"]["properties"]["outcome"]["examples"] = [str(value) for value in IngestOutcome]
    return dict(sorted({**schemas, **_batches(ref_template)}.items()))
