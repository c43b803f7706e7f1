"""The schemas are valid, agree with the records, and check rows and tables alike."""

from __future__ import annotations

import json
from typing import NotRequired, get_origin, get_type_hints

import jsonschema
import pyarrow as pa
import pytest

from prefdata import contracts, faults, records

VOTE = {"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"}


@pytest.mark.parametrize("name", contracts.NAMES)
def test_schemas_are_valid_and_explain_themselves(name):
    schema = contracts.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == name
    assert schema["description"]


@pytest.mark.parametrize(
    ("name", "record"),
    [("prompt", records.Prompt), ("candidate", records.Candidate), ("rating", records.Rating), ("vote", records.Vote)],
)
def test_records_have_the_fields_of_their_schema(name, record):
    hints = get_type_hints(record, include_extras=True)
    assert set(hints) <= set(contracts.schema(name)["properties"])
    assert {field for field, kind in hints.items() if get_origin(kind) is not NotRequired} == set(
        contracts.required(name)
    )


@pytest.mark.parametrize("name", ["prompt", "candidate", "rating", "vote", "comparison", "triplet"])
def test_arrow_types_follow_the_schema(name):
    assert contracts.arrow_schema(name).names == list(contracts.schema(name)["properties"])


def test_messages_become_lists_of_structs_and_free_objects_become_text():
    schema = contracts.arrow_schema("prompt")
    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    assert schema.field("messages").type == pa.list_(message)
    assert schema.field("tags").type == pa.string()


FAULTY = [
    ({"winner": "c"}, "unknown_value", "winner"),
    ({"weight": -1.0}, "out_of_range", "weight"),
    ({"weight": float("nan")}, "not_a_number", "weight"),
    ({"weight": float("inf")}, "not_a_number", "weight"),
    ({"confidence": 1.5}, "out_of_range", "confidence"),
    ({"order": "xy"}, "unknown_value", "order"),
    ({"judge": ""}, "empty_value", "judge"),
    ({"prompt_id": None}, "missing_field", "prompt_id"),
]


@pytest.mark.parametrize(("change", "reason", "field"), FAULTY)
def test_tables_show_the_fault_and_its_row(change, reason, field):
    rows = [VOTE, {**VOTE, **change}, VOTE]
    (row, fault), *_ = faults.column_faults(
        "vote", pa.Table.from_pylist([{**VOTE, **dict.fromkeys(change), **r} for r in rows])
    )
    assert (row, fault.reason, fault.field) == (1, reason, field)
    assert fault.remedy


@pytest.mark.parametrize(
    ("change", "reason", "field"), [f for f in FAULTY if f[1] not in ("not_a_number", "missing_field")]
)
def test_rows_show_the_same_fault_as_tables(change, reason, field):
    fault = faults.row_fault("vote", {**VOTE, **change})
    assert fault is not None
    assert (fault.reason, fault.field) == (reason, field)


def test_a_good_row_and_a_good_table_have_no_fault():
    assert faults.row_fault("vote", VOTE) is None
    assert list(faults.column_faults("vote", pa.Table.from_pylist([VOTE]))) == []
    assert (
        faults.row_fault("vote", {**VOTE, "winner": "both_bad", "order": None, "weight": 0, "at": "2024-01-01"}) is None
    )


@pytest.mark.parametrize("name", contracts.NAMES)
def test_the_schema_command_prints_it(name, capsys):
    from prefdata.cli import main

    assert main(["schema", name]) == 0
    assert json.loads(capsys.readouterr().out) == contracts.schema(name)
