"""Votes as integers: ids are strings at the edges and codes inside.

Codes are ranks of the ids as texts, so that of two candidates `low` is the one with the smaller id,
however the pair was shown. Votes are worked on in blocks of whole prompts, small enough to stay in
the processor's cache; within a block candidates are numbered from 0 in each prompt.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.records import BARE_LABEL

TIE, LOW, HIGH, BOTH_BAD = 0, 1, 2, 3
BLOCK = 1 << 17  # votes in a block, give or take a prompt


@dataclass(frozen=True)
class CodedVotes:
    """V votes by J judges, sorted by prompt; all arrays [V].

    prompt, judge: positions in prompt_ids and judge_ids. low, high: positions in candidate_ids.
    outcome: TIE, LOW, HIGH or BOTH_BAD. weight, confidence: floats, or None where no vote has one.
    low_first: 1 where `low` was shown first, 0 where second, -1 where unknown. bare: true for labels
    without evidence.
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


@dataclass(frozen=True)
class Block(CodedVotes):
    """The votes of P consecutive prompts on N candidates.

    prompt counts from 0 (from `begin` in all votes) and prompt_ids are the block's own; low and high
    count from 0 in each prompt.
    candidate [N] are positions in candidate_ids, sorted within each prompt; first [P+1] says where
    each prompt's candidates begin. said: the votes as they came, where `labels.trust` has weighed them.
    """

    begin: int
    first: np.ndarray
    candidate: np.ndarray
    said: Block | None = None

    @property
    def sizes(self) -> np.ndarray:
        """Candidates per prompt [P]."""
        return np.diff(self.first)

    def names(self, prompt: np.ndarray, local: np.ndarray) -> pa.Array:
        """The ids of candidates given by prompt and local number."""
        return self.candidate_ids.take(pa.array(self.candidate[self.first[prompt] + local]))


def code(votes: pa.Table) -> CodedVotes:
    """Code a table of votes (in-memory schema of `evidence.table_schema`)."""
    prompt_ids, prompt = _codes(votes["prompt_id"])
    judge_ids, judge = _codes(votes["judge"])
    candidate_ids, sides = _codes(pa.chunked_array(votes["a"].chunks + votes["b"].chunks, votes["a"].type))
    pa.default_memory_pool().release_unused()  # reading took more than what was read
    a, b = sides[: len(votes)], sides[len(votes) :]
    swapped = a > b
    columns = {
        "prompt": prompt,
        "low": np.minimum(a, b),
        "high": np.maximum(a, b),
        "outcome": _outcome(votes["winner"], swapped),
        "judge": judge,
        "weight": _numbers(votes["weight"]),
        "confidence": _numbers(votes["confidence"]),
        "low_first": _low_first(votes["order"], swapped),
        "bare": _equals(votes["source"], BARE_LABEL),
    }
    if np.any(prompt[1:] < prompt[:-1]):
        order = np.argsort(prompt, kind="stable")
        columns = {name: None if column is None else column[order] for name, column in columns.items()}
    return CodedVotes(prompt_ids, candidate_ids, judge_ids, **columns)


def merged(votes: CodedVotes) -> CodedVotes:
    """The votes with each judge's equal votes on a pair counted once.

    Equal: the same outcome in the same order shown (the same winner in both orders is said twice), with or without
    evidence alike. Of equal votes that are weighed differently the heaviest stays, then the surest.
    """
    numbers = [-column for column in (votes.confidence, votes.weight) if column is not None]
    same = [votes.bare, votes.low_first, votes.outcome, votes.judge, votes.high, votes.low, votes.prompt]
    order = np.lexsort([*numbers, *same])
    distinct = np.zeros(len(order), bool)
    distinct[:1] = True
    for column in same:
        distinct[1:] |= column[order[1:]] != column[order[:-1]]
    keep = np.sort(order[distinct])
    columns = {field.name: getattr(votes, field.name) for field in fields(votes)}
    return replace(votes, **{name: c[keep] for name, c in columns.items() if isinstance(c, np.ndarray)})


def spans(votes: CodedVotes) -> list[tuple[int, int]]:
    """Cut the votes into blocks of whole prompts; at least one, which is empty if there are no votes."""
    found, stop = [], 0
    while stop < len(votes.prompt):
        start, last = stop, min(stop + BLOCK, len(votes.prompt)) - 1
        stop = int(np.searchsorted(votes.prompt, votes.prompt[last], side="right"))
        found.append((start, stop))
    return found or [(0, 0)]


def block(votes: CodedVotes, start: int, stop: int) -> Block:
    """The votes from `start` to `stop`, one of the `spans`."""
    at = slice(start, stop)
    begin, end = (int(votes.prompt[start]), int(votes.prompt[stop - 1]) + 1) if stop else (0, 0)
    prompt = votes.prompt[at].astype(np.int64) - begin
    sides = np.concatenate([votes.low[at], votes.high[at]])
    first, candidate, local = _localise(np.concatenate([prompt, prompt]), sides, end - begin, len(votes.candidate_ids))
    weight, confidence = (None if x is None else x[at] for x in (votes.weight, votes.confidence))
    return Block(
        votes.prompt_ids.slice(begin, end - begin), votes.candidate_ids, votes.judge_ids,
        prompt, local[: stop - start], local[stop - start :], votes.outcome[at], votes.judge[at],
        weight, confidence, votes.low_first[at], votes.bare[at], begin, first, candidate,
    )  # fmt: skip


def _localise(prompt: np.ndarray, code: np.ndarray, prompts: int, codes: int) -> tuple[np.ndarray, ...]:
    """(first [P+1], candidate [N], the local number of each code) for codes used in prompts."""
    if prompts * codes <= 4 * len(prompt) + 65_536:
        return _localise_shared(prompt, code, prompts, codes)
    least = code.min()
    if code.max() - least <= 8 * len(code):
        owner = np.full(code.max() - least + 1, -1)
        owner[code - least] = prompt
        if np.array_equal(owner[code - least], prompt):
            return _localise_owned(prompt, code, prompts, owner, least)
    keys = prompt * codes + code
    distinct, place = np.unique(keys, return_inverse=True)
    owners, candidate = np.divmod(distinct, codes)
    first = np.searchsorted(owners, np.arange(prompts + 1))
    return first, candidate, place - first[prompt]


def _localise_shared(prompt: np.ndarray, code: np.ndarray, prompts: int, codes: int) -> tuple[np.ndarray, ...]:
    """Few candidate ids serve all prompts (model names, say): mark which are present where."""
    present = np.zeros((prompts, codes), bool)
    present[prompt, code] = True
    local = np.cumsum(present, axis=1) - 1
    first = np.concatenate([[0], np.cumsum(present.sum(axis=1))])
    return first, np.nonzero(present)[1], local[prompt, code]


def _localise_owned(prompt: np.ndarray, code: np.ndarray, prompts: int, owner: np.ndarray, least: int) -> tuple:
    """Every candidate id belongs to one prompt, `owner`: sort the ids by owner."""
    order = np.argsort(owner, kind="stable")[np.count_nonzero(owner < 0) :]
    place = np.empty(len(owner), np.int64)
    place[order] = np.arange(len(order))
    first = np.searchsorted(owner[order], np.arange(prompts + 1))
    return first, order + least, place[code - least] - first[prompt]


def _codes(column: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray]:
    """Sorted distinct texts of a dictionary column, and each row's position among them."""
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return pa.nulls(0, pa.string()), np.empty(0, np.int32)
    codes, texts = np.concatenate([chunk.indices.to_numpy() for chunk in chunks]), chunks[-1].dictionary
    used = np.zeros(len(texts), bool)
    used[codes] = True
    order = pc.sort_indices(texts).to_numpy()
    order = order[used[order]]
    rank = np.empty(len(texts), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return texts.take(pa.array(order)), np.take(rank, codes, out=codes)


def _outcome(winner: pa.ChunkedArray, swapped: np.ndarray) -> np.ndarray:
    """LOW where the winner has the smaller id, whichever side it was written on."""
    names = {"a": LOW, "b": HIGH, "tie": TIE, "both_bad": BOTH_BAD}
    turn = {LOW: HIGH, HIGH: LOW}
    texts, codes = _codes(winner)
    straight = [names[text] for text in texts.to_pylist()]
    table = np.array([straight, [turn.get(side, side) for side in straight]], np.int8)
    return table[swapped.astype(np.int8), codes]


def _numbers(column: pa.ChunkedArray) -> np.ndarray | None:
    """A number column with 1 for absent values; None if all are absent."""
    if column.null_count == len(column):
        return None
    return column.cast(pa.float64()).fill_null(1.0).to_numpy()


def _equals(column: pa.ChunkedArray, text: str) -> np.ndarray:
    """Where a dictionary column holds `text`; by code, for texts would take room."""
    if column.null_count == len(column):
        return np.zeros(len(column), bool)
    return np.concatenate([_chunk_equals(chunk, text) for chunk in column.chunks])


def _chunk_equals(chunk: pa.DictionaryArray, text: str) -> np.ndarray:
    code = chunk.dictionary.index(text).as_py()
    return (chunk.indices.fill_null(-1).to_numpy() == code) & (code >= 0)


def _low_first(order: pa.ChunkedArray, swapped: np.ndarray) -> np.ndarray:
    if order.null_count == len(order):
        return np.full(len(order), -1, np.int8)
    ab, ba = _equals(order, "ab"), _equals(order, "ba")
    return np.where(ab, ~swapped, np.where(ba, swapped, -1)).astype(np.int8)
