"""Auditing files as they are: read, link, tally, count. Nothing is written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from prefdata.errors import InputError
from prefdata.evidence import Evidence, Locator, gather, link
from prefdata.labels import measures
from prefdata.labels.coding import CodedVotes, block, code, spans
from prefdata.labels.comparisons import compare, strengths
from prefdata.records import Drop
from prefdata.report.examples import examples, merge
from prefdata.report.numbers import Counts, add, count, figures, named
from prefdata.report.strata import strata
from prefdata.sources.imports.intake import Chunk, Intake
from prefdata.sources.imports.watching import watched


@dataclass(frozen=True)
class Audit:
    intakes: list[Intake]
    evidence: Evidence
    votes: CodedVotes
    locator: Locator
    counts: Counts
    measures: pa.Table | None = None  # a row a prompt, if asked for

    @property
    def drops(self) -> list[Drop]:
        return [drop for intake in self.intakes for drop in intake.drops] + self.evidence.drops

    def figures(self) -> dict[str, Any]:
        """What `prefdata audit --json` writes."""
        found = figures(self.counts)
        counted = {"votes": found.pop("votes"), "judges": found.pop("judges"), **self._population()}
        reasons = Counter(f"{drop.stage}: {drop.reason}" for drop in self.drops)
        deep = {} if self.measures is None else measures.figures(self.counts["measures"])
        return {**counted, **found, **deep, "dropped": len(self.drops), "drops": dict(sorted(reasons.items()))}

    def _population(self) -> dict[str, int]:
        return self.evidence.population(self.votes, self.counts["candidates_voted"])

    def facts(self) -> dict[str, Any]:
        """What the report page shows of an audit."""
        reasons = Counter((drop.stage, drop.reason) for drop in self.drops)
        people = self._population()
        return {
            "name": ", ".join(intake.path.name for intake in self.intakes),
            "sources": [intake.facts() for intake in self.intakes],
            "figures": self.figures(),
            "counts": self.counts,
            "prompts_in": people["prompts"],
            "candidates_in": people["candidates"],
            "votes_from_ratings": self.evidence.votes_from_ratings,
            "compared": self.counts["pairs_compared"],
            "strata_in": strata(self.evidence.prompt["tags"]),
            "drops": [{"stage": stage, "reason": r, "rows": n} for (stage, r), n in sorted(reasons.items())],
            "examples": merge(
                [examples(self.evidence, self.locator, compare(block(self.votes, *span))) for span in spans(self.votes)]
            ),
        }


class Part(NamedTuple):
    """What one block of votes gives; measures: a row a prompt."""

    counts: Counts
    measures: list[pa.Table]


def audit(paths: list[Path], format: str = "auto", on_bad_row: str = "fail", deep: bool = False) -> Audit:
    """Audit any number of files together; deep: with measures of every prompt and strengths.

    Raises InputError at the first bad row unless it is to be dropped.
    """
    again = next((path for n, path in enumerate(paths) if path.resolve() in {p.resolve() for p in paths[:n]}), None)
    if again is not None:
        raise InputError(str(again), "the file is given twice", "name it once; its votes would count double")
    intakes = [Intake(path, str(path), format, on_bad_row) for path in paths]
    evidence = link(gather(_chunks(intakes)), on_bad_row)
    votes = code(evidence.vote)
    evidence = replace(evidence, vote=evidence.vote.schema.empty_table())  # coded now: make room
    locator = Locator(evidence.candidate, votes)

    def counted(span: tuple[int, int]) -> Part:
        part = block(votes, *span)
        found = compare(part)
        counts = count(found, locator.lengths(part))
        if not deep:
            return Part(counts, [])
        each = measures.measure(found)
        counts["measures"] = measures.counts(each) | measures.strength_counts(found, strengths(found))
        return Part(counts, [measures.table(each)])

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy lets go of the interpreter lock
        parts = list(pool.map(counted, spans(votes)))
    counts = named(reduce(add, [part.counts for part in parts]), votes.judge_ids.to_pylist())
    return Audit(intakes, evidence, votes, locator, counts, _stacked([part.measures for part in parts]))


def _stacked(tables: list[list[pa.Table]]) -> pa.Table | None:
    found = [table for part in tables for table in part]
    return pa.concat_tables(found) if found else None


def _chunks(intakes: list[Intake]) -> Iterator[Chunk]:
    for intake in intakes:
        for kind, table in watched(intake):
            # Texts that no figure needs are not held in memory.
            yield Chunk(kind, table.drop_columns(["rationale"]) if "rationale" in table.column_names else table)
