"""The schemas: loaded once, and turned into Arrow types. `faults` checks data against them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from prefdata.records import SCHEMAS

NAMES = SCHEMAS


@cache
def folder() -> Path:
    """Where the schemas lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    return next(path for path in (package / "schemas", package.parent / "schemas") if path.is_dir())


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) called `name`."""
    return json.loads((folder() / f"{name}.schema.json").read_text(encoding="utf-8"))


@cache
def required(name: str) -> list[str]:
    return schema(name)["required"]


@cache
def arrow_schema(name: str) -> pa.Schema:
    """The Arrow schema of a table of `name` rows; free-form objects become canonical JSON text."""
    properties = schema(name)["properties"]
    return pa.schema([pa.field(column, _arrow_type(name, spec)) for column, spec in properties.items()])


def _arrow_type(name: str, spec: dict[str, Any], inside: bool = False) -> pa.DataType:
    spec = resolved(name, spec)
    kind = json_types(spec)[0]
    if kind == "array":
        return pa.list_(_arrow_type(name, spec["items"], inside=True))
    if kind == "object" and inside:
        return pa.struct([pa.field(key, _arrow_type(name, sub, True)) for key, sub in spec["properties"].items()])
    if spec.get("contentEncoding") == "base64":
        return pa.binary()
    return {
        "string": pa.string(),
        "object": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
    }[kind]


def resolved(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the schema `name` refers to; anything else is itself."""
    return schema(name)["$defs"][spec["$ref"].rsplit("/", 1)[1]] if "$ref" in spec else spec


def json_types(spec: dict[str, Any]) -> list[str]:
    """The JSON types a property may have, without null."""
    kinds = spec["type"]
    return [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]


@cache
def free_form(name: str) -> list[str]:
    """The columns that hold a free-form object and are kept as JSON text in tables."""
    return [
        column
        for column, spec in schema(name)["properties"].items()
        if "type" in spec and json_types(spec) == ["object"]
    ]
