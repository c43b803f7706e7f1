"""The tags of a shard's prompts, and who gave each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.keys import canonical_json

GIVEN, RULES = "given", "rules"


class Tags(NamedTuple):
    """Of P prompts, sorted as they came; of doubles the first counts.

    prompt_id [P]; text [P]: a JSON object, tag → value; origin [P]: a JSON object, tag → who gave it ("given", "rules"
    or the model's name).
    """

    prompt_id: pa.Array
    text: pa.Array
    origin: pa.Array

    def rows(self, prompt_ids: pa.Array) -> np.ndarray:
        """The row of each prompt, -1 for one that is not there."""
        return pc.index_in(prompt_ids, self.prompt_id).fill_null(-1).to_numpy()

    def of(self, prompt_ids: pa.Array) -> tuple[pa.Array, pa.Array]:
        """(text, origin) of these prompts; "{}" for one that is not there."""
        row = pa.array(self.rows(prompt_ids))
        row = pc.if_else(pc.less(row, 0), None, row)
        text, origin = (pc.fill_null(column.take(row), "{}") for column in (self.text, self.origin))
        return text, origin


class Made(NamedTuple):
    """A tag that was made. values [P]: null where there is none; by: "rules", or the model's name."""

    tag: str
    values: pa.Array
    by: str


class Given:
    """The tags that the inputs gave P prompts; equal ones are read once."""

    def __init__(self, texts: pa.Array) -> None:
        """texts [P]: JSON objects, or null."""
        coded = texts.cast(pa.string()).fill_null("{}").dictionary_encode()
        self.code = coded.indices.to_numpy()
        self.known: list[dict[str, str]] = [json.loads(text) for text in coded.dictionary.to_pylist()]

    def of(self, tag: str) -> pa.Array:
        """The values of a tag [P], null where it is not given."""
        return pa.array([known.get(tag) for known in self.known], pa.string()).take(pa.array(self.code))


def combined(prompt_ids: pa.Array, given: Given, made: Sequence[Made]) -> Tags:
    """All tags of P prompts; what is given stands, whatever was made."""
    coded = [each.values.dictionary_encode() for each in made]
    codes = [given.code, *(each.indices.fill_null(-1).to_numpy() for each in coded)]
    kinds, kind = np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)
    values = [each.dictionary.to_pylist() for each in coded]
    texts, origins = [], []
    for own, *others in kinds.tolist():
        found = {each.tag: (of[at], each.by) for each, of, at in zip(made, values, others, strict=True) if at >= 0}
        found |= {tag: (value, GIVEN) for tag, value in given.known[own].items()}
        texts.append(canonical_json({tag: value for tag, (value, _) in found.items()}))
        origins.append(canonical_json({tag: by for tag, (_, by) in found.items()}))
    row = pa.array(kind.reshape(-1))
    return Tags(prompt_ids, pa.array(texts, pa.string()).take(row), pa.array(origins, pa.string()).take(row))
