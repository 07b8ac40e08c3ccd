"""The published reference is the code's: the same bytes, examples that hold, references that resolve."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contract import ingest
from contract.codec import Refusal, RefusalReason, decode_command, decode_event, decode_result, decode_status
from contract.messages import Event
from contract.reference import meanings
from contract.reference.device_schemas import ARGS, DEVICE_SCHEMAS
from contract.reference.examples import COMMANDS, DEVICE, EVENTS, PACKS, REFUSED, RESULTS, STATUSES, WILL, Refused
from contract.reference.ingest_schemas import CALLS, ingest_schemas
from contract.reference.pages import render
from contract.senml import decode_pack
from contract.topics import Channel
from contract.vocabulary import (
    EVENT_TYPES,
    PLATFORM_TYPES,
    CommandName,
    Flag,
    IngestOutcome,
    Label,
    ReassureMode,
    ResultStatus,
    Stage,
)

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES = render()
ASYNCAPI: dict[str, Any] = json.loads(PAGES["asyncapi.json"])


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_file_is_what_the_code_says(name: str) -> None:
    stored = (FOLDER / name).read_bytes()
    assert stored == PAGES[name].encode(), "run: python -m contract.reference"


def test_no_other_generated_file_is_left_behind() -> None:
    found = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.json")}
    assert found == {name for name in PAGES if name.endswith(".json")}


@pytest.mark.parametrize("name", sorted(name for name in PAGES if name.endswith(".schema.json")))
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(PAGES[name]))


@pytest.mark.parametrize("name", sorted(DEVICE_SCHEMAS))
def test_the_examples_of_a_schema_are_valid(name: str) -> None:
    schema = DEVICE_SCHEMAS[name]
    assert schema["examples"]
    for example in schema["examples"]:
        Draft202012Validator(schema).validate(example)


def test_every_example_is_read_by_our_decoders() -> None:
    for event in EVENTS:
        assert Flag.BAD_DATA not in decode_event(json.dumps(event).encode(), DEVICE).flags
    for pack in PACKS:
        read = decode_pack(json.dumps(pack).encode(), DEVICE, 1.7e9)
        assert (len(read.readings), read.refused) == (len(pack), ())
    for status in (*STATUSES, WILL):
        assert msgspec.to_builtins(decode_status(json.dumps(status).encode())).items() >= status.items()
    for result in RESULTS:
        assert decode_result(json.dumps(result).encode()).id == result["id"]
    for command in COMMANDS:
        assert msgspec.to_builtins(decode_command(json.dumps(command).encode())) == command


def test_every_command_has_an_example_and_arguments() -> None:
    assert {command["command"] for command in COMMANDS} == set(CommandName) == set(ARGS)


@pytest.mark.parametrize("args", [{"stage": "en_route", "event_id": "1", "lang": "en", "mode": "voice"}, {}])
def test_reassure_without_what_it_needs_does_not_fit(args: dict[str, Any]) -> None:
    command = {"id": "c", "command": "reassure", "args": args, "expires": "2026-11-24T03:12:45.120Z"}
    assert not Draft202012Validator(DEVICE_SCHEMAS["command"]).is_valid(command)


def _decode(refused: Refused) -> RefusalReason | None:
    if refused.channel is Channel.TELEMETRY:
        records = decode_pack(refused.payload, DEVICE, 1.7e9).refused
        return records[0].reason if records else None
    if refused.channel is Channel.STATUS:
        decode_status(refused.payload)
    else:
        decode_event(refused.payload, DEVICE)
    return None


@pytest.mark.parametrize("reason", RefusalReason)
def test_the_example_of_a_refusal_is_refused_for_that_reason(reason: RefusalReason) -> None:
    try:
        found = _decode(REFUSED[reason])
    except Refusal as refusal:
        found = refusal.reason
    assert found is reason


@pytest.mark.parametrize(
    ("codes", "labels"),
    [
        (RefusalReason, meanings.REFUSALS),
        (Flag, meanings.FLAGS),
        (IngestOutcome, meanings.OUTCOMES),
        (Stage, meanings.STAGES),
        (ReassureMode, meanings.MODES),
        (CommandName, meanings.COMMANDS),
        (ResultStatus, meanings.RESULTS),
    ],
)
def test_every_code_has_its_meaning_in_both_languages(codes: type[StrEnum], labels: Mapping[StrEnum, Label]) -> None:
    assert set(labels) == set(codes)
    for label in labels.values():
        assert any("\u4e00" <= char <= "\u9fff" for char in label.zh)
        assert label.en.isascii()


def test_the_asyncapi_document_has_what_version_3_requires() -> None:
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert ASYNCAPI["info"].keys() >= {"title", "version"}
    for server in ASYNCAPI["servers"].values():
        assert server.keys() >= {"host", "protocol"}
    for operation in ASYNCAPI["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        messages = [*operation["messages"], *operation.get("reply", {}).get("messages", [])]
        assert messages
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in messages)
    for channel in ASYNCAPI["channels"].values():
        named = channel.get("parameters", {}).keys()
        assert {f"{{{name}}}" for name in named} == {part for part in channel["address"].split("/") if "{" in part}
    assert {c["address"] for c in ASYNCAPI["channels"].values() if "{" in c["address"]} == {
        f"care/v1/{{device_id}}/{channel}" for channel in Channel
    }


def test_the_calls_are_those_of_the_architecture() -> None:
    page = (FOLDER.parent / "architecture.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`POST (/ingest/v1/[a-z/]+)`", page)) == {call.path for call in CALLS}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for child in value.values():
            yield from _references(child)
    elif isinstance(value, list):
        for child in value:
            yield from _references(child)


@pytest.mark.parametrize("name", sorted(name for name in PAGES if name.endswith(".json")))
def test_every_reference_resolves(name: str) -> None:
    document = json.loads(PAGES[name])
    for reference in _references(document):
        assert reference.startswith("#/")
        target = document
        for part in reference[2:].split("/"):
            target = target[part]
        assert isinstance(target, dict)


def test_every_message_example_of_asyncapi_fits_its_payload() -> None:
    shown = 0
    for message in ASYNCAPI["components"]["messages"].values():
        schema = {**message["payload"], "components": ASYNCAPI["components"]}
        for example in message.get("examples", []):
            Draft202012Validator(schema).validate(example["payload"])
            shown += 1
    assert shown == sum(len(examples) for examples in (EVENTS, PACKS, STATUSES, RESULTS, COMMANDS)) + 1


def test_the_ingest_schemas_name_the_fields_of_the_structures() -> None:
    for name, schema in ingest_schemas("#/$defs/{name}").items():
        fields = {field.encode_name for field in msgspec.structs.fields(getattr(ingest, name))}
        assert schema["properties"].keys() == fields


def test_what_gateway_and_backend_say_fits_the_ingest_schemas() -> None:
    event = msgspec.Raw(json.dumps(EVENTS[0]).encode())
    at = "2026-11-24T03:12:45.120Z"
    items = [
        ingest.EventItem(device_id=DEVICE, received_at=at, event=event),
        ingest.EventItem(device_id=DEVICE, received_at=at, retained=True, raw_b64="AA==", reason="not_json"),
    ]
    outcome = ingest.Outcome(index=0, outcome=IngestOutcome.ACCEPTED, alert_id="a")
    command = ingest.OutboundCommand(id="c", device_id=DEVICE, command="test", args={}, expires=at, lease="l")
    said: list[msgspec.Struct] = [
        ingest.EventBatch(gateway="gw1", items=items),
        ingest.JsonBatch(
            gateway="gw1", items=[ingest.JsonItem(device_id=DEVICE, received_at=at, pack=msgspec.Raw(b"[{}]"))]
        ),
        ingest.EventsAnswer(outcomes=[outcome], commands=[command]),
        ingest.BatchAnswer(outcomes=[outcome]),
        ingest.ClaimRequest(gateway="gw1"),
        ingest.ClaimAnswer(commands=[command]),
        ingest.CommandOutcomes(gateway="gw1", items=[ingest.CommandOutcome(id="c", lease="l", outcome="sent")]),
        ingest.HealthReport(component="broker", state="up"),
    ]
    definitions = ingest_schemas("#/$defs/{name}")
    for message in said:
        schema = {"$ref": f"#/$defs/{type(message).__name__}", "$defs": definitions}
        Draft202012Validator(schema).validate(json.loads(msgspec.json.encode(message)))


ANY = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=3)
OPTIONAL = {
    "time": st.datetimes().map(lambda moment: moment.isoformat() + "Z") | ANY,
    "data": st.dictionaries(st.sampled_from(["seq", "boot", "sos_seq", "transmitter", "room"]), ANY) | ANY,
    "traceparent": ANY,
}
KNOWN_TYPES = st.sampled_from(sorted(set(EVENT_TYPES) - PLATFORM_TYPES))
REQUIRED: dict[str, st.SearchStrategy[Any]] = {
    "specversion": st.just("1.0"),
    "id": st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=128),
    "source": st.from_regex(r"care/v1/[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True),
    "type": KNOWN_TYPES | st.text(st.characters(categories=("L", "P")), max_size=99).map(lambda t: f"care.{t}"),
}


@settings(max_examples=1000, deadline=None)
@given(st.fixed_dictionaries(REQUIRED, optional=OPTIONAL))
def test_an_event_that_fits_the_schema_is_read(sent: dict[str, Any]) -> None:
    assume(Draft202012Validator(DEVICE_SCHEMAS["event"]).is_valid(sent))
    event = decode_event(msgspec.json.encode(sent), DEVICE)
    assert isinstance(event, Event)
    assert (event.id, event.type) == (sent["id"], sent["type"])
    assert Flag.BAD_DATA not in event.flags
