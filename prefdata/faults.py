"""Checking data against the schemas, and saying what is wrong so that it can be mended.

Rows (JSON) are checked one by one with a compiled validator; tables (Parquet) are checked by
column with Arrow. Both report the same faults in the same words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache, reduce
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from prefdata import contracts


class Fault(NamedTuple):
    """What is wrong with one row. `reason` is the name under which its drop is counted.

    Without a remedy nothing is wrong with it: it is left out, and never stops the reading.
    """

    reason: str
    field: str | None
    problem: str
    remedy: str


# --- rows ------------------------------------------------------------------------------------


@cache
def _fast(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(contracts.schema(name))


def row_fault(name: str, row: object) -> Fault | None:
    """The first fault of a row, or None. Fast where there is none."""
    if _is_valid(name, row):
        return None
    import jsonschema

    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(contracts.schema(name)).iter_errors(row))
    return _word(error) if error else not_finite(row)


def _is_valid(name: str, row: object) -> bool:
    try:
        return _fast(name).is_valid(row)
    except ValueError:  # a value that JSON does not have, such as a date out of a table
        return False


def not_finite(value: object, where: str | None = None) -> Fault | None:
    """NaN and Infinity: Python's reader and tables have them, JSON has not."""
    if isinstance(value, float) and not math.isfinite(value):
        return _not_a_number(where, value)
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (not_finite(item, f"{where}.{name}" if where else str(name)) for name, item in items)
    return next((fault for fault in found if fault), None)


def _word(error: Any) -> Fault:
    """A fault in our words from a jsonschema error."""
    where = ".".join(str(part) for part in error.absolute_path) or None
    value, limit = _show(error.instance), error.validator_value
    if error.validator == "required":
        missing = next(name for name in limit if name not in error.instance)
        field = f"{where}.{missing}" if where else missing
        return Fault("missing_field", field, "the field is missing", f'add "{missing}"')
    if error.validator == "type" and error.instance is None and where is not None:
        return _missing_value(where)
    if error.validator == "type" and where is None:
        return Fault("not_an_object", None, f"the row is {value}, not an object", "write one JSON object per row")
    if error.validator == "type":
        return _wrong_type(where, value, limit)
    if error.validator == "enum":
        return _not_allowed(where, value, limit)
    if error.validator in ("minLength", "minItems"):
        return Fault("empty_value", where, "the value is empty", "give it a value, or leave the row out")
    if error.validator in ("minimum", "maximum"):
        return _out_of_range(where, value, error.validator, limit)
    return Fault("bad_value", where, error.message, "correct the value")


def _missing_value(field: str) -> Fault:
    return Fault("missing_field", field, "the value is missing", "give it a value, or leave the row out")


def _show(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _wrong_type(field: str | None, value: str, wanted: Any) -> Fault:
    names = wanted if isinstance(wanted, str) else " or ".join(wanted)
    named = f"{'an' if names[0] in 'aeiou' else 'a'} {names}"
    remedy = f'write it in quotes: "{value}"' if "string" in names and _is_number(value) else f"write {named}"
    return Fault("wrong_type", field, f"{value} is not {named}", remedy)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdigit()


def _not_allowed(field: str | None, value: str, allowed: list[Any]) -> Fault:
    names = ", ".join(_show(item) for item in allowed if item is not None)
    return Fault("unknown_value", field, f"{value} is not one of {names}", "use one of these values")


def _out_of_range(field: str | None, value: str, rule: str, limit: float) -> Fault:
    side = "below" if rule == "minimum" else "above"
    return Fault(
        "out_of_range",
        field,
        f"{value} is {side} {limit}",
        f"use a number {'>=' if rule == 'minimum' else '<='} {limit}",
    )


def _not_a_number(field: str | None, value: object) -> Fault:
    return Fault("not_a_number", field, f"{value} is not a finite number", "write a number, or leave the field out")


# --- tables ----------------------------------------------------------------------------------


def table_fault(name: str, table_schema: pa.Schema) -> Fault | None:
    """What makes a whole table unreadable as `name`: a missing column or a column of another type."""
    for column in contracts.required(name):
        if column not in table_schema.names:
            return Fault("missing_field", column, "the column is missing", f'add a column "{column}"')
    for column, spec in contracts.schema(name)["properties"].items():
        if column in table_schema.names and not _fits(table_schema.field(column).type, contracts.json_types(spec)):
            found = table_schema.field(column).type
            return Fault(
                "wrong_type",
                column,
                f"the column holds {found}, not {contracts.json_types(spec)[0]}",
                f"cast it to {contracts.json_types(spec)[0]}",
            )
    return None


def _fits(found: pa.DataType, kinds: list[str]) -> bool:
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_null(found):
        return True
    text = pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found)
    number = pa.types.is_integer(found) or pa.types.is_floating(found)
    return {"string": text, "number": number, "integer": pa.types.is_integer(found)}.get(kinds[0], True)


def column_faults(name: str, table: pa.Table) -> Iterator[tuple[int, Fault]]:
    """(row index, fault) for every bad value of a table of flat rows, column by column."""
    properties, needed = contracts.schema(name)["properties"], set(contracts.required(name))
    for column in table.column_names:
        if column in properties:
            for chunk, start in _chunks(table.column(column)):
                yield from (
                    (start + row, fault)
                    for row, fault in _array_faults(column, properties[column], chunk, column in needed)
                )


def _chunks(column: pa.ChunkedArray) -> Iterator[tuple[pa.Array, int]]:
    start = 0
    for chunk in column.chunks:
        yield chunk, start
        start += len(chunk)


def _array_faults(column: str, spec: dict[str, Any], array: pa.Array, needed: bool) -> Iterator[tuple[int, Fault]]:
    if needed and array.null_count:
        yield from ((row, _missing_value(column)) for row in _where(array.is_null()))
    if pa.types.is_null(array.type):
        return
    if pa.types.is_dictionary(array.type):
        yield from _dictionary_faults(column, spec, array)
    else:
        yield from _value_faults(column, spec, array)


def _dictionary_faults(column: str, spec: dict[str, Any], array: pa.DictionaryArray) -> Iterator[tuple[int, Fault]]:
    """Check each distinct value once, then find the rows that use a bad one."""
    for code, fault in list(_value_faults(column, spec, array.dictionary)):
        yield from ((row, fault) for row in _where(pc.equal(array.indices, code)))


def _value_faults(column: str, spec: dict[str, Any], array: pa.Array) -> Iterator[tuple[int, Fault]]:
    def found(mask: pa.Array, word: Any) -> Iterator[tuple[int, Fault]]:
        yield from ((row, word(_show(array[row].as_py()))) for row in _where(mask))

    if pa.types.is_floating(array.type):
        bad = pc.invert(pc.is_finite(array))
        yield from ((row, _not_a_number(column, array[row].as_py())) for row in _where(bad))
    if "enum" in spec:
        allowed = [pc.equal(array, value) for value in spec["enum"] if value is not None]
        bad = pc.and_(pc.invert(reduce(pc.or_, allowed)), array.is_valid())
        yield from found(bad, lambda value: _not_allowed(column, value, spec["enum"]))
    if spec.get("minLength"):
        yield from found(
            pc.equal(pc.binary_length(array), 0),
            lambda _: Fault("empty_value", column, "the value is empty", "give it a value, or leave the row out"),
        )
    for rule, beyond in (("minimum", pc.less), ("maximum", pc.greater)):
        if rule in spec:
            yield from found(
                beyond(array, spec[rule]), lambda value, rule=rule: _out_of_range(column, value, rule, spec[rule])
            )


def _where(mask: pa.Array) -> list[int]:
    """Positions at which the mask is true; nulls are not."""
    if not pc.any(mask).as_py():
        return []
    return pc.indices_nonzero(mask.fill_null(False)).to_pylist()
