"""The votes of a shard as one view weighs them, labelled block by block."""

from __future__ import annotations

import json
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from prefdata.evidence import Evidence, Locator
from prefdata.keys import canonical_json
from prefdata.labels import measures, noise
from prefdata.labels.coding import HIGH, LOW, TIE, Block, block, code, merged, spans
from prefdata.labels.comparisons import Comparisons, compare, strengths, table
from prefdata.labels.handling import Handled, Handling, handle
from prefdata.labels.reliability import counts as reliability
from prefdata.labels.reliability.authors import Writers
from prefdata.labels.removed import removed
from prefdata.labels.trust import apply, recalibrated, stratum_of
from prefdata.labels.trust_file import Trust
from prefdata.models import ModelJudge
from prefdata.objectives.views import View
from prefdata.objectives.weighing import heard
from prefdata.plan import Job
from prefdata.report.examples import Examples, examples, merge
from prefdata.report.numbers import Counts, add, count, named
from prefdata.review import overruled
from prefdata.review.settling import settled
from prefdata.selection.obstacles import Obstacles
from prefdata.selection.traits import Traits
from prefdata.selection.vetoes import Vetoes
from prefdata.shards import read_json
from prefdata.strata.tags import Tags

OVERALL = {"overall": 1.0}  # what counts where no weights were given


class Part(NamedTuple):
    """What one block of votes gives."""

    comparisons: pa.Table
    removed: pa.Table
    examples: Examples


class Labelled:
    """errors: what is wrong with each candidate of the evidence."""

    def __init__(self, job: Job, evidence: Evidence, tags: Tags, view: View, errors: pa.Array) -> None:
        self.config, self.tags, self.view = job.config, tags, view
        self.how = Handling(self.config.labels.conflicts, self.config.labels.cycles)
        self.trust = Trust.load(self.config.labels.trust) if self.config.labels.trust else None
        self.given, self.models = heard(evidence, view, tags), _models(job)
        self.evidence = settled(self.given)
        coded = code(self.evidence.vote)
        self.votes = merged(coded) if self.config.labels.merge_repeats else coded
        self.locator = Locator(self.evidence.candidate, self.votes)
        self.writers = Writers(self.evidence.candidate, self.locator, self.models)
        self.obstacles = Obstacles(self.evidence, self.locator, job.images.trouble)
        self.vetoes = Vetoes(evidence.rating, self.config.selection.must_pass, self.config.objectives.floors)
        self.traits = Traits(self.evidence, self.locator, errors)
        self.parts: list[Part] = []
        self.counts: Counts = {}
        for at, span in enumerate(spans(self.votes)):
            part, counts = self._part(span, first=at == 0)
            self.parts.append(part)
            self.counts = add(self.counts, counts)  # as they come: those of many judges are large

    @property
    def comparisons(self) -> pa.Table:
        return pa.concat_tables([part.comparisons for part in self.parts])

    @property
    def removed(self) -> pa.Table:
        return pa.concat_tables([part.removed for part in self.parts])

    def facts(self) -> dict[str, Any]:
        """What adds up over shards, and by what judges are trusted."""
        judges = self.votes.judge_ids.to_pylist()
        counts = named(self.counts["votes"], judges)
        return {
            "counts": counts,
            **self.evidence.population(self.votes, counts["candidates_voted"]),
            "votes_from_ratings": self.evidence.votes_from_ratings,
            "reliability": self._reliability(judges),
            "trust": read_json(self.config.labels.trust) if self.config.labels.trust else None,
            "examples": merge([part.examples for part in self.parts]),
        }

    def _reliability(self, judges: list[str]) -> Counts:
        """How each judge votes, on pairs that people settled too."""
        if self.evidence is self.given:
            return reliability.named(self.counts["judges"], judges)
        return overruled.judged(self.given, self.models, self.config.labels.merge_repeats)

    def _part(self, span: tuple[int, int], first: bool) -> tuple[Part, Counts]:
        """What a block gives; and what adds up, of the votes and of the judges."""
        said = block(self.votes, *span)
        length = self.locator.lengths(said)
        strata = self._strata(said)
        votes = apply(said, self.trust, strata, length) if self.trust else said
        found = compare(votes)
        handled = handle(found, strengths(found), self.how)
        counts = count(found, length) | {"measures": self._measured(found, handled)}
        if first:
            counts["noise"] = noise.curve(
                votes, self.how, self.config.seed, least=self.config.selection.min_probability
            )
        counted = {"votes": counts, "judges": reliability.count(votes, length, self.writers.of(votes))}
        seen = examples(self.evidence, self.locator, found)
        return Part(self._rows(found, handled, strata), removed(found, handled), seen), counted

    def _strata(self, votes: Block) -> list[str | None]:
        """The stratum of each prompt, by which judges are trusted."""
        text, _ = self.tags.of(votes.prompt_ids)
        return stratum_of(text.to_pylist(), self.trust.by if self.trust else None)

    @staticmethod
    def _measured(found: Comparisons, handled: Handled) -> Counts:
        return measures.counts(measures.measure(found)) | measures.strength_counts(found, handled.theta)

    def _rows(self, found: Comparisons, handled: Handled, strata: list[str | None]) -> pa.Table:
        rows = self._recalibrated(table(found, handled), found, strata)
        reason, detail = self.obstacles.of(found)
        text, origin = self.tags.of(rows["prompt_id"].combine_chunks())
        columns = {
            "obstacle": reason, "obstacle_detail": detail, "judges": _judges(found), **self.vetoes.of(rows),
            **self.traits.of(found), "tags": text, "tag_origin": origin, **self._seen_as(text),
        }  # fmt: skip
        return reduce(lambda rows, column: rows.append_column(*column), columns.items(), rows)

    def _recalibrated(self, rows: pa.Table, found: Comparisons, strata: list[str | None]) -> pa.Table:
        """The rows with the probabilities that gold labels bear out, where there is trust."""
        if self.trust is None:
            return rows
        raw = rows["probability"].to_pandas().to_numpy()
        sure = recalibrated(raw, self.trust, found.votes, found.pairs, strata)
        for name, values in (("probability", sure), ("strength", np.abs(2 * sure - 1))):
            column = pa.array(values, mask=np.isnan(values))
            rows = rows.set_column(rows.schema.get_field_index(name), name, column)
        return rows

    def _seen_as(self, tags: pa.Array) -> dict[str, pa.Array]:
        """The view and what counts in it for prompts with these tags."""
        coded = tags.dictionary_encode()
        weights = [self.view.of(json.loads(text)) or OVERALL for text in coded.dictionary.to_pylist()]
        dimensions = pa.array([canonical_json(found) for found in weights], pa.string()).take(coded.indices)
        return {"view": pa.repeat(self.view.name, len(tags)), "dimensions": dimensions}


def _models(job: Job) -> dict[str, str]:
    """The model that each judge asks."""
    return {judge.name: judge.model for judge in job.config.judges if isinstance(judge, ModelJudge)}


def _judges(found: Comparisons) -> pa.Array:
    """Who voted for what, as it was said: per pair a list of judges with their votes for a, for b, and their ties."""
    votes, pair = found.votes.said or found.votes, found.pairs.of_vote
    span = max(len(votes.judge_ids), 1)
    both, place = np.unique(pair * span + votes.judge, return_inverse=True)
    counts = np.bincount(place * 4 + votes.outcome, minlength=4 * len(both)).reshape(-1, 4)
    owner, judge = np.divmod(both, span)
    offsets = np.searchsorted(owner, np.arange(len(found.pairs.prompt) + 1)).astype(np.int32)
    columns = [votes.judge_ids.take(pa.array(judge)), *(pa.array(counts[:, side]) for side in (LOW, HIGH, TIE))]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.StructArray.from_arrays(columns, ["judge", "a", "b", "tie"]))
