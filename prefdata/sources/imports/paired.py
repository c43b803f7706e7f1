"""`paired`: rows with one prompt and its answers in several styles, as of a picture-description corpus.

  {"prompt_id"?, "question" or "messages", "image"?, "units"?, "tags"?, "styles": {"healthy": "…", "impaired": "…"}}

Which style is chosen is not said by the row but by the config: `styles` and a judge of kind style.
"""

from __future__ import annotations

from typing import Any

from prefdata.keys import canonical_json, short_key
from prefdata.records import Candidate, Records
from prefdata.sources.imports.conversation import BadRowError, messages_of, need

NAME = "paired"
COLUMNS = ("question", "styles")


def matches(row: dict[str, Any]) -> bool:
    return isinstance(row.get("styles"), dict) and ("question" in row or "messages" in row)


def convert(row: dict[str, Any]) -> Records:
    styles = row["styles"]
    wrong = next((name for name, text in styles.items() if not isinstance(text, str)), None)
    if wrong is not None or len(styles) < 2:
        field, problem = f"styles.{wrong}" if wrong else "styles", "is not a text" if wrong else "names fewer than two"
        raise BadRowError("bad_value", field, problem, "give a text for each of two styles or more")
    asked = "messages" if row.get("messages") else "question"
    messages = messages_of(need(row, asked), asked)
    about: Any = {name: row[name] for name in ("image", "images", "tags", "units") if row.get(name) is not None}
    prompt_id = row.get("prompt_id") or short_key(canonical_json([messages, about.get("image")]))
    candidates: list[Candidate] = [
        {"prompt_id": prompt_id, "candidate_id": name, "text": text, "origin": {"source": "import", "style": name}}
        for name, text in styles.items()
    ]
    return Records([{"prompt_id": prompt_id, "messages": messages, **about}], candidates)
