"""`hh`: HH-RLHF transcripts, two dialogues with "\\n\\nHuman:" and "\\n\\nAssistant:" turns (Bai et al. 2022)."""

from __future__ import annotations

import re
from typing import Any

from prefdata.records import Message, Records
from prefdata.sources.imports.conversation import BadRowError, need, pair_from_dialogues

NAME = "hh"
COLUMNS = ("chosen", "rejected")
TURN = re.compile(r"\n\n(Human|Assistant):")
ROLES = {"Human": "user", "Assistant": "assistant"}


def matches(row: dict[str, Any]) -> bool:
    return isinstance(row.get("chosen"), str) and "rejected" in row and bool(TURN.match(row["chosen"]))


def convert(row: dict[str, Any]) -> Records:
    return pair_from_dialogues(_turns(row, "chosen"), _turns(row, "rejected"), row)


def _turns(row: dict[str, Any], field: str) -> list[Message]:
    text = need(row, field)
    parts = TURN.split(text) if isinstance(text, str) else []
    if len(parts) < 3 or parts[0].strip():
        raise BadRowError("bad_value", field, "is no Human/Assistant transcript", 'begin it with "\\n\\nHuman:"')
    return [{"role": ROLES[who], "content": what.strip()} for who, what in zip(parts[1::2], parts[2::2], strict=True)]
