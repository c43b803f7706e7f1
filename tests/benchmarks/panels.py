"""Panels of votes to label from: read from files, pooled by model, drawn again and again.

A panel is one Block. Draws of it are the prompts of a larger Block, draw after draw, so that one call labels them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from prefdata.evidence import gather, link
from prefdata.labels.coding import BOTH_BAD, HIGH, LOW, TIE, Block, block, code
from prefdata.labels.comparisons import compare
from prefdata.sources.imports.intake import Intake
from tests.benchmarks.equal_coverage import on_every_pair

OF_PROMPTS = ("first", "candidate")


class Panel(NamedTuple):
    """Votes and a name for the table."""

    name: str
    votes: Block


class Draw(NamedTuple):
    """Votes drawn `copies` times from a panel, and the others that were not drawn."""

    votes: Block
    others: Block


def read(name: str, paths: Iterable[Path], format: str) -> Panel:
    """All the votes of some files as one panel."""
    chunks = (chunk for path in paths for chunk in Intake(path, str(path), format).chunks())
    votes = code(link(gather(chunks)).vote)
    return Panel(name, block(votes, 0, len(votes.prompt)))


def by_judge(votes: Block, judge: str) -> tuple[Block, Block]:
    """(votes by a judge, votes by the others)."""
    own = votes.judge == votes.judge_ids.to_pylist().index(judge)
    return taken(votes, np.flatnonzero(own)), taken(votes, np.flatnonzero(~own))


def pooled(votes: Block) -> Block:
    """All votes as those of one prompt, whose candidates are the models ("llama#3f2a" is by llama)."""
    names = [name.partition("#")[0] for name in votes.candidate_ids.to_pylist()]
    models, model = np.unique(names, return_inverse=True)
    low, high = (model[votes.candidate[votes.first[votes.prompt] + side]] for side in (votes.low, votes.high))
    at = np.flatnonzero(low != high)
    found = taken(votes, at)
    swapped = low[at] > high[at]
    turned = np.array([TIE, HIGH, LOW, BOTH_BAD], votes.outcome.dtype)[found.outcome]
    return replace(
        found,
        prompt_ids=pa.array(["pool"]), candidate_ids=pa.array(models), prompt=np.zeros(len(at), np.int64),
        low=np.minimum(low, high)[at], high=np.maximum(low, high)[at],
        outcome=np.where(swapped, turned, found.outcome),
        first=np.array([0, len(models)]), candidate=np.arange(len(models)),
    )  # fmt: skip


def taken(votes: Block, at: np.ndarray, copy: np.ndarray | None = None, copies: int = 1) -> Block:
    """The votes at some positions; those of copy c are on prompts of their own, c times the panel's prompts on."""
    arrays = {f.name: getattr(votes, f.name) for f in fields(votes) if f.name not in OF_PROMPTS}
    chosen = {name: value[at] for name, value in arrays.items() if isinstance(value, np.ndarray)}
    prompts = len(votes.sizes)
    chosen["prompt"] = chosen["prompt"] + prompts * (0 if copy is None else copy)
    order = np.argsort(chosen["prompt"], kind="stable")
    return replace(
        votes,
        **{name: value[order] for name, value in chosen.items()},
        prompt_ids=pa.nulls(prompts * copies, pa.string()),
        first=np.concatenate([[0], np.cumsum(np.tile(votes.sizes, copies))]),
        candidate=np.tile(votes.candidate, copies),
    )


def with_replacement(votes: Block, each: int, copies: int, rng: np.random.Generator) -> Block:
    """`each` votes of every prompt, drawn with replacement."""
    counts, starts = _runs(votes)
    prompt = np.tile(np.repeat(np.arange(len(counts)), each), copies)
    at = starts[prompt] + (rng.random(len(prompt)) * counts[prompt]).astype(int)
    return taken(votes, at, np.repeat(np.arange(copies), each * len(counts)), copies)


def without_replacement(votes: Block, each: np.ndarray, copies: int, rng: np.random.Generator) -> Draw:
    """Of every prompt as many votes as `each` [P] says, and the rest."""
    prompt, starts = np.tile(votes.prompt, copies), _runs(votes)[1]
    copy = np.repeat(np.arange(copies), len(votes.prompt))
    order = np.lexsort((rng.random(len(prompt)), prompt, copy))
    place = np.arange(len(prompt)) - (np.repeat(np.arange(copies) * len(votes.prompt), len(votes.prompt)))
    drawn = place - starts[prompt] < each[prompt]
    at = order % len(votes.prompt)
    return Draw(*(taken(votes, at[one], copy[one], copies) for one in (drawn, ~drawn)))


def _runs(votes: Block) -> tuple[np.ndarray, np.ndarray]:
    """Votes of each prompt, and where they begin."""
    counts = np.bincount(votes.prompt, minlength=len(votes.sizes))
    return counts, np.concatenate([[0], np.cumsum(counts)])[:-1]


def majority(votes: Block) -> np.ndarray:
    """The label by majority of every pair of candidates: 1 low, -1 high, 0 none."""
    found = compare(votes)
    return on_every_pair(found.pairs, votes.sizes, found.label)
