"""Errors by claims: what a judge found to be false, by the kind of the claim."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.claims.verdict import CONTRADICTED, SUPPORTED, TRUTH
from prefdata.strata.errors.rows import Rows, errors, renamed

OF_KIND = {
    "object": "false_object",
    "count": "false_count",
    "relation": "false_relation",
    "attribute": "false_attribute",
    "action": "false_action",
    "prior": "false_statement",
}
COLUMNS = ["prompt_id", "candidate_id", "claim_id"]


def contradicted(rows: Rows, claims: pa.Table, verdicts: pa.Table) -> pd.DataFrame:
    """The errors of candidates whose claims some judge contradicts and none supports.

    What prompts know of their own images says nothing here: it votes for nobody, and others are scored by it. A claim's
    id depends on its kind: one id, one kind, whosever the claim is.
    """
    wrong = verdicts.select(COLUMNS).filter(_judged(verdicts, CONTRADICTED))
    if len(pc.unique(verdicts["judge"])) > 1:
        wrong = wrong.filter(pc.invert(is_supported(wrong, verdicts)))
    at = pc.index_in(wrong["claim_id"], claims["claim_id"].combine_chunks())
    kind = claims["type"].combine_chunks().take(at.combine_chunks())
    return errors(rows.of(wrong), renamed(kind, OF_KIND))


def is_supported(claimed: pa.Table, verdicts: pa.Table) -> pa.Array:
    """Whether some judge supports each of these claims, named by prompt_id and claim_id."""
    asked = pc.is_in(verdicts["claim_id"], pc.unique(claimed["claim_id"]))
    right = verdicts.select(COLUMNS).filter(pc.and_(_judged(verdicts, SUPPORTED), asked))
    names, known = (pc.binary_join_element_wise(t["prompt_id"], t["claim_id"], "\x1f") for t in (claimed, right))
    return pc.is_in(names, known.combine_chunks())


def _judged(verdicts: pa.Table, word: str) -> pa.ChunkedArray:
    """The verdicts that say so, of those that are a judge's."""
    return pc.and_(pc.equal(verdicts["verdict"], word), pc.fill_null(pc.not_equal(verdicts["judge"], TRUTH), True))
