"""The studies of label accuracy: panels of people, simulated worlds, flipped votes. Each row is plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np

from prefdata.labels.coding import HIGH, LOW, Block
from tests.benchmarks.equal_coverage import Labels, Outcome, contest, expected, labels
from tests.benchmarks.panels import Panel, majority, pooled, with_replacement, without_replacement
from tests.benchmarks.simulated_votes import World, flipped, simulate

POOL_VOTES = (15, 30, 45, 66, 84)  # votes drawn for a prompt whose candidates are the models
POOL_COPIES, COPIES = 2000, 30
MOST_MODELS = 30
SHARES = (0.25, 0.5, 0.75)  # of a prompt's votes
CANDIDATES, VOTES, PROMPTS = (3, 4, 5, 6, 8), (1, 2, 3, 5, 7), 1000
RATES = (0.1, 0.2, 0.3)
VOTES_A_PAIR = 5


@dataclass(frozen=True)
class Row:
    """One comparison at equal coverage, against the majority and against the majority outside of cycles.

    pairs: the population: all pairs of candidates, those voted on, or those that the majority decides.
    plain: accuracy of Bradley-Terry's strengths at the two coverages.
    """

    source: str
    truth: str
    votes: int
    pairs: str
    majority: Outcome
    acyclic: Outcome
    plain: tuple[float, float]


class Mean(NamedTuple):
    """Over cells of candidates × votes a pair: mean accuracies, the mean difference and the least one."""

    theirs: float
    ours: float
    difference: float
    lower: float
    upper: float
    plain: float
    worst: Outcome
    worst_at: tuple[int, int]


@dataclass(frozen=True)
class WorldRow:
    world: str
    pairs: str
    majority: Mean
    acyclic: Mean


@dataclass(frozen=True)
class NoiseRow:
    """Exports where a share of the votes is flipped; accuracies among the pairs that the majority decides.

    exported: by default; left_out: the majority's labels of the decided pairs that are not. At the coverage of
    `exported`: margin, by net wins; strength, where cycles are labelled by strength; plain, by Bradley-Terry; ours.
    by_strength: all that is exported where cycles are labelled by strength, against as many of ours.
    """

    source: str
    rate: float
    majority: float
    coverage: float
    exported: float
    left_out: float
    margin: float
    strength: float
    plain: float
    ours: Outcome
    by_strength: Outcome


def populations(found: Labels, truth: np.ndarray) -> dict[str, np.ndarray]:
    known = truth != 0
    return {"all": known, "voted": known & found.voted, "decided": known & (found.majority != 0)}


def row(source: str, design: str, votes: int, pairs: str, found: Labels, truth: np.ndarray, prompts: int) -> Row:
    """A row for the pairs of one population; virtual prompts are copies of `prompts` ones."""
    at = populations(found, truth)[pairs]
    known, group = truth[at], (found.prompt % prompts)[at]
    majority, acyclic = found.majority[at], found.acyclic[at]
    against = [contest(label, found.ours[at], known, group, votes) for label in (majority, acyclic)]
    plain = [expected(label, found.bradley_terry[at], known) for label in (majority, acyclic)]
    return Row(source, design, votes, pairs, against[0], against[1], (plain[0], plain[1]))


def panel_rows(panel: Panel, seed: int) -> Iterator[Row]:
    """Prompts drawn from the panel's models, then votes drawn from the panel's own prompts."""
    pool = pooled(panel.votes)
    if pool.sizes[0] <= MOST_MODELS:
        yield from _drawn(panel.name, "models", pool, [v for v in POOL_VOTES if v < len(pool.prompt)], seed)
    yield from _own(panel, seed)


def _drawn(name: str, what: str, pool: Block, numbers: list[int], seed: int) -> Iterator[Row]:
    whole = np.tile(majority(pool), POOL_COPIES)
    for each in numbers:
        rng = np.random.default_rng([seed, each])
        votes = with_replacement(pool, each, POOL_COPIES, rng)
        yield from _rows(name, f"{what}, whole panel", each, votes, whole, POOL_COPIES)
        draw = without_replacement(pool, np.array([each]), POOL_COPIES, rng)
        yield from _rows(name, f"{what}, votes not drawn", each, draw.votes, majority(draw.others), POOL_COPIES)


def _own(panel: Panel, seed: int) -> Iterator[Row]:
    counts = np.bincount(panel.votes.prompt, minlength=len(panel.votes.sizes))
    whole = np.tile(majority(panel.votes), COPIES)
    for share in SHARES:
        rng = np.random.default_rng([seed, int(100 * share)])
        each = int(np.ceil(share * counts.mean()))
        draw = without_replacement(panel.votes, np.ceil(share * counts).astype(int), COPIES, rng)
        yield from _rows(panel.name, "own, votes not drawn", each, draw.votes, majority(draw.others), len(counts))
        yield from _rows(panel.name, "own, drawn votes too", each, draw.votes, whole, len(counts))


def _rows(name: str, truth_name: str, each: int, votes: Block, truth: np.ndarray, prompts: int) -> Iterator[Row]:
    found = labels(votes)
    for pairs in ("all", "voted", "decided"):
        if populations(found, truth)[pairs].any():
            yield row(name, truth_name, each, pairs, found, truth, prompts)


def judge_rows(name: str, judge: Block, people: Block) -> Iterator[Row]:
    """The votes of one judge, scored by those of people."""
    each = round(len(judge.prompt) / len(judge.sizes))
    yield from _rows(name, "majority of people", each, judge, majority(people), len(judge.sizes))


def world_rows(world: World, seed: int) -> Iterator[WorldRow]:
    cells: dict[str, list[tuple[tuple[int, int], Row]]] = {"all": [], "decided": []}
    for candidates, votes in product(CANDIDATES, VOTES):
        made = simulate(world, PROMPTS, candidates, votes, seed)
        found = labels(made.votes)
        for pairs, rows in cells.items():
            one = row(world.name, "known", votes, pairs, found, made.truth, PROMPTS)
            rows.append(((candidates, votes), one))
    for pairs, rows in cells.items():
        yield WorldRow(world.name, pairs, _mean(rows, 0), _mean(rows, 1))


def _mean(rows: list[tuple[tuple[int, int], Row]], rival: int) -> Mean:
    """Over independent cells, whose errors add up by their squares; cells without any label are left out."""
    told = [(at, (each.majority, each.acyclic)[rival], each.plain[rival]) for at, each in rows]
    told = [one for one in told if one[1].coverage > 0]
    outcomes = [outcome for _, outcome, _ in told]
    theirs, ours, difference = (
        float(np.mean([getattr(outcome, name) for outcome in outcomes])) for name in ("theirs", "ours", "difference")
    )
    error = float(np.sqrt(sum(((each.upper - each.lower) / 2) ** 2 for each in outcomes)) / len(outcomes))
    at, worst, _ = min(told, key=lambda one: one[1].difference)
    plain = float(np.mean([one[2] for one in told]))
    return Mean(theirs, ours, difference, difference - error, difference + error, plain, worst, at)


def noise_rows(panels: list[Panel], seed: int) -> Iterator[NoiseRow]:
    """Five votes a pair, a share of them flipped: on simulated orders, and on prompts drawn from panels' models."""
    for candidates, rate in product((3, 5, 8), RATES):
        made = simulate(World("", flipped(rate)), 2 * PROMPTS, candidates, VOTES_A_PAIR, seed)
        yield noise_row(f"orders of {candidates}", rate, labels(made.votes), made.truth)
    for panel in panels:
        pool = pooled(panel.votes)
        each = VOTES_A_PAIR * len(majority(pool))
        truth = np.tile(majority(pool), POOL_COPIES)
        votes = with_replacement(pool, each, POOL_COPIES, np.random.default_rng([seed, each]))
        for rate in (0.0, *RATES):
            noisy = turned(votes, rate, np.random.default_rng([seed, int(100 * rate)]))
            yield noise_row(f"{panel.name}, models", rate, labels(noisy), truth)


def turned(votes: Block, rate: float, rng: np.random.Generator) -> Block:
    """A share of the decisive votes turned round."""
    flip = (rng.random(len(votes.prompt)) < rate) & np.isin(votes.outcome, (LOW, HIGH))
    other = np.where(votes.outcome == LOW, HIGH, LOW).astype(votes.outcome.dtype)
    return replace(votes, outcome=np.where(flip, other, votes.outcome))


def noise_row(source: str, rate: float, found: Labels, truth: np.ndarray) -> NoiseRow:
    at = populations(found, truth)["decided"]
    label, truth, group = found.majority[at], truth[at], found.prompt[at]
    exported, plain, right = found.repaired[at], found.bradley_terry[at], label == truth
    by_strength = found.strength[at]
    return NoiseRow(
        source,
        rate,
        majority=float(right.mean()),
        coverage=float((exported != 0).mean()),
        exported=float(right[exported != 0].mean()),
        left_out=float(right[exported == 0].mean()),
        margin=expected(exported, found.margin[at], truth),
        strength=expected(exported, by_strength * np.abs(plain), truth),
        plain=expected(exported, plain, truth),
        ours=contest(exported, found.ours[at], truth, group, 0),
        by_strength=contest(by_strength, found.ours[at], truth, group, 0),
    )
