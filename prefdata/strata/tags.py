"""The tags of a shard's prompts, and who gave each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


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
