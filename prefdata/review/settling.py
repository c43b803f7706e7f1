"""What people answered settles the label of a pair: the other votes on it count no longer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, joined
from prefdata.records import FROM_REVIEW

TEXT = pa.dictionary(pa.int32(), pa.string())


def settled(evidence: Evidence) -> Evidence:
    """The evidence in which a pair with answers from the review queue has no votes but these.

    One person's answer would else change nothing where three models were wrong together, and a pair that was sent to
    review for its conflict would stay in conflict. An answer "both bad" settles too: the pair has no winner.
    """
    votes = evidence.vote
    answers = reviewed(votes)
    if not answers.any():
        return evidence
    prompts = pc.unique(votes["prompt_id"].filter(pa.array(answers)).cast(pa.string()))
    about = np.flatnonzero(pc.is_in(votes["prompt_id"], prompts).to_numpy())
    pair = joined(_sorted(votes.take(pa.array(about))), ("prompt_id", "low", "high"))
    asked = pc.is_in(pair, pair.filter(pa.array(answers[about]))).to_numpy(zero_copy_only=False)
    keep = np.ones(len(votes), bool)
    keep[about[asked & ~answers[about]]] = False
    return replace(evidence, vote=votes.filter(pa.array(keep)))


def reviewed(votes: pa.Table) -> np.ndarray:
    """Which votes are answers from the review queue, bool [V]; compares codes, for there are very many votes."""
    chunks = votes["source"].cast(TEXT).chunks
    found = [pc.equal(chunk.indices, pc.index(chunk.dictionary, FROM_REVIEW)).fill_null(False) for chunk in chunks]
    return pa.chunked_array(found, pa.bool_()).to_numpy()


def _sorted(votes: pa.Table) -> pa.Table:
    """Both sides of each vote as low and high, however they were shown."""
    a, b = (votes[side].cast(pa.string()) for side in ("a", "b"))
    low, high = (pc.if_else(pc.less(a, b), *sides) for sides in ((a, b), (b, a)))
    return pa.table({"prompt_id": votes["prompt_id"], "low": low, "high": high})
