"""Auditing files as they are: read, link, tally, count. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, gather, lengths, link
from prefdata.labels.coding import CodedVotes, code
from prefdata.labels.comparisons import Comparisons, compare
from prefdata.records import Drop
from prefdata.report.examples import examples
from prefdata.report.numbers import Counts, count, figures
from prefdata.report.strata import strata
from prefdata.sources.imports.intake import Chunk, Intake


@dataclass(frozen=True)
class Audit:
    intakes: list[Intake]
    evidence: Evidence
    comparisons: Comparisons
    counts: Counts

    @property
    def drops(self) -> list[Drop]:
        return [drop for intake in self.intakes for drop in intake.drops] + self.evidence.drops

    def figures(self) -> dict[str, Any]:
        """What `prefdata audit --json` writes."""
        found = figures(self.counts)
        head = {
            "votes": found.pop("votes"),
            "judges": found.pop("judges"),
            "prompts": self.counts["prompts"],
            "candidates": self.counts["candidates"],
        }
        reasons = Counter(f"{drop.stage}: {drop.reason}" for drop in self.drops)
        return {**head, **found, "dropped": len(self.drops), "drops": dict(sorted(reasons.items()))}

    def facts(self) -> dict[str, Any]:
        """What the report page shows of an audit."""
        reasons = Counter((drop.stage, drop.reason) for drop in self.drops)
        return {
            "name": ", ".join(intake.path.name for intake in self.intakes),
            "sources": [
                {
                    "file": i.name,
                    "format": i.format,
                    "ignored_fields": sorted(i.ignored),
                    "rows_in": i.rows,
                    "rows_out": i.rows - len(i.drops),
                }
                for i in self.intakes
            ],
            "figures": self.figures(),
            "counts": self.counts,
            "prompts_in": self.counts["prompts"],
            "candidates_in": self.counts["candidates"],
            "votes_from_ratings": self.counts["votes"] - sum(self.evidence.vote["line"].is_valid().to_numpy()),
            "compared": self.counts["pairs_compared"],
            "strata_in": strata(self.evidence.prompt),
            "drops": [
                {"stage": stage, "reason": reason, "rows": rows} for (stage, reason), rows in sorted(reasons.items())
            ],
            "examples": examples(self.evidence, self.comparisons),
        }


def audit(paths: list[Path], format: str = "auto", on_bad_row: str = "fail") -> Audit:
    """Audit any number of files together. Raises InputError at the first bad row unless it is to be dropped."""
    intakes = [Intake(path, str(path), format, on_bad_row) for path in paths]
    evidence = link(gather(_chunks(intakes)), on_bad_row)
    votes = code(evidence.vote)
    found = compare(votes)
    counts = {**count(found, lengths(evidence.candidate, votes)), **population(evidence, votes)}
    return Audit(intakes, evidence, found, counts)


def _chunks(intakes: list[Intake]):
    for intake in intakes:
        for kind, table in intake.chunks():
            # Texts that no figure needs are not held in memory.
            yield Chunk(kind, table.drop_columns(["rationale"]) if "rationale" in table.column_names else table)


def population(evidence: Evidence, votes: CodedVotes) -> dict[str, int]:
    """How many prompts and candidates there are, voted on or not."""
    if not len(evidence.prompt) and not len(evidence.candidate):
        return {"prompts": len(votes.prompt_ids), "candidates": len(votes.candidate)}
    named = [
        votes.prompt_ids,
        evidence.prompt["prompt_id"].combine_chunks(),
        evidence.candidate["prompt_id"].combine_chunks(),
    ]
    prompts = len(pc.unique(pa.concat_arrays([array.cast(pa.string()) for array in named])))
    return {"prompts": prompts, "candidates": max(len(evidence.candidate), len(votes.candidate))}
