"""Which files the reference consists of, and their text."""

from __future__ import annotations

import json
from typing import Any

from contract.reference.asyncapi import document
from contract.reference.device_schemas import DEVICE_SCHEMAS
from contract.reference.ingest_schemas import ingest_schemas
from contract.reference.tables import refusals_page, vocabulary_page

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def render() -> dict[str, str]:
    """File name below `docs/reference/` → its whole text. The same code gives the same bytes."""
    files = {
        f"schemas/{name}.schema.json": _json({"$schema": DIALECT, **schema}) for name, schema in DEVICE_SCHEMAS.items()
    }
    ingest = {"$schema": DIALECT, "title": "Ingest API / 接入接口", "$defs": ingest_schemas("#/$defs/{name}")}
    return {
        "asyncapi.json": _json(document()),
        "schemas/ingest.schema.json": _json(ingest),
        "vocabulary.md": vocabulary_page(),
        "refusals.md": refusals_page(),
        **files,
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
