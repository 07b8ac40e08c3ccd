"""The AsyncAPI 3 document: which channels there are, who sends on them, and with which guarantees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from contract.reference.device_schemas import DEVICE_SCHEMAS, text
from contract.reference.ingest_schemas import CALLS, Call, ingest_schemas
from contract.topics import Channel, topic
from contract.vocabulary import Label

VERSION: Final = "1.0.0"
_REF: Final = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class _Topic:
    """A device channel. `action`: what the platform does on it."""

    channel: Channel
    action: str
    messages: tuple[str, ...]
    qos: int
    retain: bool
    label: Label


_TOPICS: Final = (
    _Topic(Channel.EVENT, "receive", ("event",), 1, False, Label("设备的事件，从不保留", "Events, never retained")),
    _Topic(Channel.TELEMETRY, "receive", ("telemetry",), 1, False, Label("遥测，QoS 0 或 1", "Telemetry, QoS 0 or 1")),
    _Topic(Channel.STATUS, "receive", ("status", "will"), 1, True, Label("状态和遗嘱，保留", "Status, will; retained")),
    _Topic(Channel.COMMAND, "send", ("command",), 1, False, Label("给设备的命令，会过期", "Commands; they expire")),
    _Topic(Channel.RESULT, "receive", ("result",), 1, False, Label("设备对命令的回报", "What became of a command")),
)  # fmt: skip


def document() -> dict[str, Any]:
    """The whole document as JSON data."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Care alarm platform / 居家养老报警平台",
            "version": VERSION,
            "description": text(
                Label(
                    "设备、网关与后台之间的消息。由 contract/ 生成。", "Messages between devices, gateway and backend."
                )
            ),
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {
            **{str(entry.channel): _channel(entry) for entry in _TOPICS},
            **{f"ingest_{call.name}": _ingest_channel(call) for call in CALLS},
        },
        "operations": {
            **{f"{entry.action}_{entry.channel}": _operation(entry) for entry in _TOPICS},
            **{f"ingest_{call.name}": _ingest_operation(call) for call in CALLS},
        },
        "components": _components(),
    }


def _servers() -> dict[str, Any]:
    return {
        "broker": {
            "host": "127.0.0.1:1883",
            "protocol": "mqtt",
            "protocolVersion": "5.0",
            "description": text(Label("MQTT 5，也支持 3.1.1", "MQTT 5; 3.1.1 is served as well")),
            "security": [{"$ref": "#/components/securitySchemes/device"}],
        },
        "backend": _backend("127.0.0.1:8080", Label("事件、命令和健康", "Events, commands and health")),
        "backend_telemetry": _backend("127.0.0.1:8081", Label("遥测、状态和结果", "Telemetry, status and results")),
    }


def _backend(host: str, label: Label) -> dict[str, Any]:
    security = [{"$ref": "#/components/securitySchemes/service"}]
    return {"host": host, "protocol": "http", "description": text(label), "security": security}


def _channel(entry: _Topic) -> dict[str, Any]:
    return {
        "address": topic("{device_id}", entry.channel),
        "description": text(entry.label),
        "servers": [{"$ref": "#/servers/broker"}],
        "parameters": {"device_id": {"$ref": "#/components/parameters/device_id"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in entry.messages},
    }


def _operation(entry: _Topic) -> dict[str, Any]:
    return {
        "action": entry.action,
        "channel": {"$ref": f"#/channels/{entry.channel}"},
        "summary": text(entry.label),
        "messages": [{"$ref": f"#/channels/{entry.channel}/messages/{name}"} for name in entry.messages],
        "bindings": {"mqtt": {"qos": entry.qos, "retain": entry.retain, "bindingVersion": "0.2.0"}},
    }


def _ingest_channel(call: Call) -> dict[str, Any]:
    structs = [call.body, *([call.answer] if call.answer else [])]
    return {
        "address": call.path,
        "description": text(call.label),
        "servers": [{"$ref": f"#/servers/{call.server}"}],
        "messages": {s.__name__: {"$ref": f"#/components/messages/{s.__name__}"} for s in structs},
    }


def _ingest_operation(call: Call) -> dict[str, Any]:
    channel = f"#/channels/ingest_{call.name}"
    operation: dict[str, Any] = {
        "action": "receive",
        "channel": {"$ref": channel},
        "summary": f"{text(call.label)} → {call.status}",
        "messages": [{"$ref": f"{channel}/messages/{call.body.__name__}"}],
        "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
    }
    if call.answer is not None:
        answer = {"$ref": f"{channel}/messages/{call.answer.__name__}"}
        operation["reply"] = {"channel": {"$ref": channel}, "messages": [answer]}
    return operation


def _components() -> dict[str, Any]:
    structs = sorted({s.__name__ for call in CALLS for s in (call.body, call.answer) if s is not None})
    device = {name: _message(schema, schema["title"], name) for name, schema in DEVICE_SCHEMAS.items()}
    ingest = {name: _message({}, name, name) for name in structs}
    bare = {name: {k: v for k, v in schema.items() if k != "examples"} for name, schema in DEVICE_SCHEMAS.items()}
    return {
        "messages": {**device, **ingest},
        "schemas": {**bare, **ingest_schemas(_REF)},
        "parameters": {
            "device_id": {
                "description": text(
                    Label("设备编号，也是用户名和客户端编号", "The device's id, also its user name and client id")
                )
            }
        },
        "securitySchemes": {
            "device": {"type": "userPassword", "description": text(Label("设备编号和密钥", "Device id and secret"))},
            "service": {"type": "http", "scheme": "bearer", "description": text(Label("服务账号", "Service account"))},
        },
    }


def _message(schema: dict[str, Any], title: str, name: str) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": name,
        "title": title,
        "contentType": "application/senml+json" if name == "telemetry" else "application/json",
        "payload": {"$ref": _REF.format(name=name)},
    }
    examples = [{"payload": example} for example in schema.get("examples", [])]
    if examples:
        message["examples"] = examples
    return message
