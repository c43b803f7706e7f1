"""Votes as integers: ids are strings at the edges and codes inside.

A candidate's local index is its rank, as text, among the candidates of its prompt; `low` is the
side with the smaller id, so that a pair is the same however it was shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.records import BARE_LABEL

TIE, LOW, HIGH, BOTH_BAD = 0, 1, 2, 3


@dataclass(frozen=True)
class CodedVotes:
    """V votes on N candidates of P prompts by J judges.

    prompt, low, high, judge, outcome: int arrays [V]; outcome is TIE, LOW, HIGH or BOTH_BAD.
    weight, confidence: float [V], or None where no vote has one.
    low_first: int8 [V], 1 where `low` was shown first, 0 where second, -1 where unknown.
    bare: bool [V], true for labels without evidence.
    first: int [P+1], offsets of each prompt's candidates in `candidate`, codes into candidate_ids.
    """

    prompt_ids: pa.Array
    candidate_ids: pa.Array
    judge_ids: pa.Array
    prompt: np.ndarray
    low: np.ndarray
    high: np.ndarray
    outcome: np.ndarray
    judge: np.ndarray
    weight: np.ndarray | None
    confidence: np.ndarray | None
    low_first: np.ndarray
    bare: np.ndarray
    first: np.ndarray
    candidate: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """Candidates per prompt [P]."""
        return np.diff(self.first)


def code(votes: pa.Table) -> CodedVotes:
    """Code a table of votes (in-memory schema of `evidence.table_schema`)."""
    prompt_ids, prompt = _codes(votes["prompt_id"])
    judge_ids, judge = _codes(votes["judge"])
    candidate_ids, sides = _codes(pa.chunked_array(votes["a"].chunks + votes["b"].chunks, votes["a"].type))
    a, b = sides[: len(votes)], sides[len(votes) :]
    first, candidate, (a, b) = _localise(prompt, a, b, len(prompt_ids), len(candidate_ids))
    swapped = a > b
    return CodedVotes(
        prompt_ids, candidate_ids, judge_ids, prompt, np.where(swapped, b, a), np.where(swapped, a, b),
        _outcome(votes["winner"], swapped), judge, _numbers(votes["weight"]), _numbers(votes["confidence"]),
        _low_first(votes["order"], swapped), _equals(votes["source"], BARE_LABEL), first, candidate,
    )  # fmt: skip


def _codes(column: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray]:
    """Sorted distinct texts of a dictionary column, and each row's position among them."""
    array = column.unify_dictionaries().combine_chunks()
    codes, texts = array.indices.to_numpy(), array.dictionary
    used = np.zeros(len(texts), bool)
    used[codes] = True
    order = pc.sort_indices(texts).to_numpy()
    order = order[used[order]]
    rank = np.empty(len(texts), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return texts.take(pa.array(order)), rank[codes]


def _localise(prompt: np.ndarray, a: np.ndarray, b: np.ndarray, prompts: int, candidates: int):
    """Global candidate codes → local indices; (first [P+1], candidate [N], (a, b))."""
    if prompts * candidates <= 8 * len(prompt) + 1_000_000:
        return _localise_dense(prompt, a, b, prompts, candidates)
    keys = np.concatenate([prompt, prompt]).astype(np.int64) * candidates + np.concatenate([a, b])
    coded = pa.array(keys).dictionary_encode()
    distinct = coded.dictionary.to_numpy()
    order = np.argsort(distinct)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    owner, candidate = np.divmod(distinct[order], candidates)
    first = np.searchsorted(owner, np.arange(prompts + 1))
    local = (rank[coded.indices.to_numpy()] - first[np.concatenate([prompt, prompt])]).astype(np.int32)
    return first, candidate, (local[: len(prompt)], local[len(prompt) :])


def _localise_dense(prompt: np.ndarray, a: np.ndarray, b: np.ndarray, prompts: int, candidates: int):
    """The same where few candidate ids serve all prompts (model names, say)."""
    present = np.zeros((prompts, candidates), bool)
    present[prompt, a] = present[prompt, b] = True
    local = np.cumsum(present, axis=1, dtype=np.int32) - 1
    first = np.concatenate([[0], np.cumsum(present.sum(axis=1))])
    return first, np.nonzero(present)[1], (local[prompt, a], local[prompt, b])


def _outcome(winner: pa.ChunkedArray, swapped: np.ndarray) -> np.ndarray:
    """LOW where the winner has the smaller id, whichever side it was written on."""
    names = {"a": LOW, "b": HIGH, "tie": TIE, "both_bad": BOTH_BAD}
    texts, codes = _codes(winner)
    straight = np.array([names[text] for text in texts.to_pylist()], np.int8)
    turned = np.array([{LOW: HIGH, HIGH: LOW}.get(side, side) for side in straight], np.int8)
    return np.where(swapped, turned[codes], straight[codes])


def _numbers(column: pa.ChunkedArray) -> np.ndarray | None:
    """A number column with 1 for absent values; None if all are absent."""
    if column.null_count == len(column):
        return None
    return column.cast(pa.float64()).fill_null(1.0).to_numpy()


def _equals(column: pa.ChunkedArray, text: str) -> np.ndarray:
    """Where a dictionary column holds `text`."""
    if column.null_count == len(column):
        return np.zeros(len(column), bool)
    return pc.equal(column.cast(pa.string()), text).fill_null(False).to_numpy()


def _low_first(order: pa.ChunkedArray, swapped: np.ndarray) -> np.ndarray:
    if order.null_count == len(order):
        return np.full(len(order), -1, np.int8)
    shown = np.where(_equals(order, "ab"), 1, np.where(_equals(order, "ba"), 0, -1)).astype(np.int8)
    return np.where(swapped & (shown >= 0), 1 - shown, shown).astype(np.int8)
