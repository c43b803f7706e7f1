"""What stands against exporting a pair, whoever won it: texts or images that are not there, or say the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, Locator
from prefdata.images import Trouble, named
from prefdata.keys import canonical_json
from prefdata.labels.comparisons import Comparisons
from prefdata.questions import unanswerable

OF_PROMPTS = ("missing_prompt", "empty_prompt", "prompt_is_answered")
OF_IMAGES = ("missing_image", "image_outside", "image_too_large", "bad_image", "image_host_not_allowed")
REASONS = (*OF_PROMPTS, "missing_text", *OF_IMAGES, "empty_text", "identical_texts")


Looker = Callable[[str, str], Trouble | None]


class Obstacles:
    """Looks at the prompts and texts once; then says for each block of comparisons what is in the way.

    `trouble` says what is wrong with an image, by its input file and its name.
    """

    def __init__(self, evidence: Evidence, locator: Locator, trouble: Looker) -> None:
        self.locator = locator
        self.prompt_ids = evidence.prompt["prompt_id"].combine_chunks()
        self.prompt_reason, self.prompt_detail = _prompt_troubles(evidence.prompt, trouble)
        self.empty, self.content = _contents(evidence.candidate)

    def of(self, found: Comparisons) -> tuple[pa.Array, pa.Array]:
        """The first of REASONS that applies to each pair and its detail [M], or nulls."""
        votes, pairs = found.votes, found.pairs
        row, first = self.locator.rows(votes), votes.first[pairs.prompt]
        low, high = row[first + pairs.low], row[first + pairs.high]
        prompt = pc.index_in(votes.prompt_ids, self.prompt_ids).fill_null(-1).to_numpy()[pairs.prompt]
        own = self.prompt_reason[prompt]
        applies = {
            **{reason: own == reason for reason in OF_PROMPTS},
            "missing_text": (low < 0) | (high < 0),
            **{reason: own == reason for reason in OF_IMAGES},
            "empty_text": self.empty[low] | self.empty[high],
            "identical_texts": self.content[low] == self.content[high],
        }
        reason = np.select(list(applies.values()), list(applies), "")
        detail = np.where(reason == own, self.prompt_detail[prompt], "")
        return tuple(pa.array(texts, mask=texts == "", type=pa.string()) for texts in (reason, detail))


def _prompt_troubles(prompts: pa.Table, trouble: Looker) -> tuple[np.ndarray, np.ndarray]:
    """What is wrong with each prompt, and the detail; the last entry stands for a prompt that is not there."""
    reason = np.full(len(prompts) + 1, "", object)
    detail = reason.copy()
    for row, messages in enumerate(prompts["messages"].to_pylist()):
        reason[row] = unanswerable(messages) or ""
    for row, file, names in named(prompts):
        found = next(filter(None, (trouble(file, name) for name in names)), None)
        if found and not reason[row]:
            reason[row], detail[row] = found
    reason[-1] = "missing_prompt"
    return reason, detail


def _contents(candidates: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Per candidate: is its text blank, and a number for its text and context; one more for row -1."""
    text = candidates["text"].combine_chunks()
    empty = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(text)), 0).to_numpy(zero_copy_only=False)
    turns = ["" if context is None else canonical_json(context) for context in candidates["context"].to_pylist()]
    both = pc.binary_join_element_wise(text, pa.array(turns, pa.string()), "\x1f")
    return np.append(empty, False), np.append(both.dictionary_encode().indices.to_numpy(), -1)
