"""How each judge votes, on pairs that people settled too: what labels leave out shows where it errs."""

from __future__ import annotations

from collections.abc import Mapping

from prefdata.evidence import Evidence, Locator
from prefdata.labels.coding import block, code, merged, spans
from prefdata.labels.reliability.authors import Writers
from prefdata.labels.reliability.counts import Counts, count, named
from prefdata.report.numbers import add


def judged(evidence: Evidence, models: Mapping[str, str], merge_repeats: bool) -> Counts:
    """`reliability.counts.named` of the votes as they were before `settling.settled`; models: judge → the model it
    asks; merge_repeats: as in `labels.merge_repeats`."""
    coded = code(evidence.vote)
    votes = merged(coded) if merge_repeats else coded
    locator = Locator(evidence.candidate, votes)
    writers, counts = Writers(evidence.candidate, locator, models), Counts()
    for span in spans(votes):
        said = block(votes, *span)
        counts = add(counts, count(said, locator.lengths(said), writers.of(said)))
    return named(counts, votes.judge_ids.to_pylist())
