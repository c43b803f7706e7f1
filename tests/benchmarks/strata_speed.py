"""Time the tags by rules and the error types.

    python tests/benchmarks/strata_speed.py [--prompts 1000000] [--candidates 1000000]

Prompts are the labelled questions of the tests, each made another by a number; of candidates every one has eight
ratings and six claims with verdicts. Prints seconds, and those of the processor (others may use it too).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from prefdata.strata.errors import error_types
from prefdata.strata.rules import MAKERS, Shown

QUESTIONS = Path(__file__).parent.parent / "strata" / "questions.jsonl"
OF_A_PROMPT = 5  # candidates
DIMENSIONS = ("not_empty", "complete", "no_refusal", "grammar", "length", "no_contradiction", "accuracy", "relevance")
KINDS, WORDS = ("object", "count", "attribute", "relation"), ("supported", "contradicted", "not_checkable")
CLAIMS = 6  # of a candidate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=1_000_000)
    parser.add_argument("--candidates", type=int, default=1_000_000)
    given = parser.parse_args()
    shown = questions(given.prompts)
    for tag in ("question_type", "task", "language"):
        timed(f"{tag} of {given.prompts:,} prompts", lambda tag=tag: MAKERS[tag](shown))
    tables = evidence(given.candidates // OF_A_PROMPT)
    timed(f"error types of {len(tables[0]):,} candidates", lambda: error_types(*tables))


def timed(what: str, work: Callable[[], Any]) -> None:
    wall, own = time.perf_counter(), time.process_time()
    work()
    print(f"{what:<40}{time.perf_counter() - wall:>8.1f} s{time.process_time() - own:>8.1f} s of the processor")


def questions(count: int) -> Shown:
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    texts = [f"{rows[at % len(rows)]['text']} ({at})" for at in range(count)]
    with_image = np.array([rows[at % len(rows)]["image"] for at in range(count)])
    return Shown(pa.array(texts), with_image, pa.nulls(count, pa.string()), lambda: [None] * count)


def evidence(prompts: int) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """Candidates, ratings, claims and verdicts."""
    rng, number = np.random.default_rng(0), prompts * OF_A_PROMPT
    names = pa.array([f"prompt-{at:07d}" for at in range(prompts)])
    own = pa.array([f"policy@0.7#{at}" for at in range(OF_A_PROMPT)])
    prompt, candidate = np.repeat(np.arange(prompts), OF_A_PROMPT), np.tile(np.arange(OF_A_PROMPT), prompts)

    def table(times: int, coded: bool, **columns: Any) -> pa.Table:
        ids = [(names, np.repeat(prompt, times)), (own, np.repeat(candidate, times))]
        keys = [_column(known, code, coded) for known, code in ids]
        return pa.table({"prompt_id": keys[0], "candidate_id": keys[1], **columns})

    origin = np.where(candidate == 0, '{"how":"truncate","source":"cut"}', '{"source":"sample"}')
    rated, claimed = number * len(DIMENSIONS), number * CLAIMS
    dimension = np.tile(np.arange(len(DIMENSIONS)), number)
    ratings = table(
        len(DIMENSIONS), True, judge=_column(pa.array(["j"]), np.zeros(rated, int), True),
        dimension=_column(pa.array(DIMENSIONS), dimension, True), score=rng.choice([0.0, 1.0], rated, p=[0.05, 0.95]),
        weight=np.where(dimension == 4, 0.0, 1.0), scale_min=pa.array(np.zeros(rated), mask=dimension == 4),
        scale_max=pa.array(np.ones(rated), mask=dimension == 4),
    )  # fmt: skip
    ids = pa.array([f"{at:012x}" for at in range(claimed)])
    claims = table(CLAIMS, False, claim_id=ids, type=_column(pa.array(KINDS), rng.integers(0, 4, claimed), False))
    said = _column(pa.array(WORDS), rng.choice(3, claimed, p=[0.8, 0.05, 0.15]), False)
    verdicts = table(CLAIMS, False, claim_id=ids, verdict=said, judge=pa.array(["eyes"] * claimed))
    return table(1, False, origin=origin), ratings, claims, verdicts


def _column(names: pa.Array, code: np.ndarray, coded: bool) -> pa.Array:
    found = pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), names)
    return found if coded else found.cast(pa.string())


if __name__ == "__main__":
    main()
