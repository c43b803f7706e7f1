"""Styles: each prompt is asked once for every wanted style, and each candidate answers all of these.

So one picture with a plain and a rich description gives a pair in which the plain one is chosen, because the
prompt asks for it, or one in which the rich one is, or both: one model conditioned by instruction.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from prefdata.keys import canonical_json
from prefdata.models import Styles
from prefdata.questions import said_last, unanswerable
from prefdata.records import Kind

STYLE = "style"  # the tag that says which style a prompt asks for


def styled(kind: Kind, table: pa.Table, styles: Styles) -> pa.Table:
    """Every row once for each wanted style; a prompt's id gets the style's name behind it."""
    return pa.concat_tables([_asking(kind, table, style, styles.instructions[style]) for style in styles.wanted])


def _asking(kind: Kind, table: pa.Table, style: str, instruction: str) -> pa.Table:
    named = ["prompt_id", "vote_id"] if kind == "vote" else ["prompt_id"]
    for name in named:
        column = pc.binary_join_element_wise(table[name].cast(pa.string()), style, "/")
        table = table.set_column(table.column_names.index(name), name, column)
    if kind != "prompt":
        return table
    rows = table["messages"].to_pylist()
    messages = [row if unanswerable(row) else said_last(row, instruction) for row in rows]
    tags = [_tagged(tags, style) for tags in table["tags"].to_pylist()]
    for name, values in (("messages", messages), ("tags", tags)):
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array(values, table.schema.field(name).type))
    return table


def _tagged(tags: str | None, style: str) -> str:
    known: dict[str, Any] = json.loads(tags or "{}")
    return canonical_json({**known, STYLE: style})
