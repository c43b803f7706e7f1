"""What stands against exporting a pair, whoever won it: texts or images that are not there, or say the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, Locator
from prefdata.keys import canonical_json
from prefdata.labels.comparisons import Comparisons

REASONS = ("missing_prompt", "missing_text", "missing_image", "empty_text", "identical_texts")


class Obstacles:
    """Looks at the prompts and texts once; then says for each block of comparisons what is in the way.

    `folders` gives the folder in which the image paths of an input file start.
    """

    def __init__(self, evidence: Evidence, locator: Locator, folders: dict[str, Path]) -> None:
        self.locator = locator
        self.prompt_ids = evidence.prompt["prompt_id"].combine_chunks()
        self.missing_image = _missing_image(evidence.prompt, folders)
        self.empty, self.content = _contents(evidence.candidate)

    def of(self, found: Comparisons) -> pa.Array:
        """The first of REASONS that applies to each pair [M], or null."""
        votes, pairs = found.votes, found.pairs
        row, first = self.locator.rows(votes), votes.first[pairs.prompt]
        low, high = row[first + pairs.low], row[first + pairs.high]
        prompt = pc.index_in(votes.prompt_ids, self.prompt_ids).fill_null(-1).to_numpy()[pairs.prompt]
        applies = (
            prompt < 0,
            (low < 0) | (high < 0),
            self.missing_image[prompt],
            self.empty[low] | self.empty[high],
            self.content[low] == self.content[high],
        )
        reason = np.select(applies, REASONS, "")
        return pa.array(reason, mask=reason == "", type=pa.string())


def _contents(candidates: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Per candidate: is its text blank, and a number for its text and context; one more for row -1."""
    text = candidates["text"].combine_chunks()
    empty = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(text)), 0).to_numpy(zero_copy_only=False)
    turns = ["" if context is None else canonical_json(context) for context in candidates["context"].to_pylist()]
    both = pc.binary_join_element_wise(text, pa.array(turns, pa.string()), "\x1f")
    return np.append(empty, False), np.append(both.dictionary_encode().indices.to_numpy(), -1)


def _missing_image(prompts: pa.Table, folders: dict[str, Path]) -> np.ndarray:
    """Which prompts name an image that is not there, or outside its folder; one more for row -1."""
    missing = np.zeros(len(prompts) + 1, bool)
    for row in np.flatnonzero(prompts["images"].is_valid().to_numpy()).tolist():
        folder, names = folders[prompts["file"][row].as_py()], prompts["images"][row].as_py()
        missing[row] = not all(is_inside(folder, name) and (folder / name).is_file() for name in names)
    return missing


def is_inside(folder: Path, name: str) -> bool:
    """Whether a path stays inside a folder, links followed."""
    return (folder / name).resolve().is_relative_to(folder.resolve())
