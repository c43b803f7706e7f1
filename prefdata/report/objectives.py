"""What counted how much, and which sources are good at what: the data of objectives.html.j2."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from prefdata.evidence import Evidence
from prefdata.objectives.fronts import Standing, standings
from prefdata.objectives.scores import scores, spoken
from prefdata.objectives.settings import Objectives, Weights
from prefdata.objectives.sources import sums
from prefdata.objectives.views import instruction
from prefdata.report.scatter import scatter

MOST_SOURCES = 20  # in the table
DRAWN = 10  # of them in a chart, beside those on the front
CHARTS = 6

Facts = dict[str, Any]


def counted(evidence: Evidence, objectives: Objectives) -> Facts:
    """What a shard says of the dimensions, as plain data that adds up; empty where no dimension has a weight or floor.

    `evidence` is as it was given, before a view weighs it.
    """
    if not (objectives.dimensions or objectives.floors):
        return {}
    found = {"spoken": spoken(evidence)}
    if not objectives.dimensions:
        return found
    table = scores(evidence.rating, evidence.candidate, objectives.dimensions)
    return {**found, "sources": sums(evidence.candidate, table, objectives.dimensions)}


def shown(objectives: Objectives, found: Facts, dominance: dict[str, int]) -> Facts | None:
    """Everything that the page shows; None where there is nothing. `found`: `counted` over all shards; dominance: how
    many pairs' chosen responses do what to the rejected ones."""
    if not found:
        return None
    stood = standings(found.get("sources", {}), objectives.dimensions)
    return {
        "pairs": objectives.pairs,
        "moved_by": list(objectives.moved_by),
        "dimensions": _dimensions(objectives, found["spoken"]),
        "by_tag": [
            {"tag": tag, "value": value, "weights": _sentence(weights)}
            for tag, values in sorted(objectives.by_tag.items())
            for value, weights in sorted(values.items())
        ],
        "conditions": [
            {"name": name, "instruction": instruction(w)} for name, w in sorted(objectives.conditions.items())
        ],
        "names": list(objectives.dimensions),
        "sources": [_source(source) for source in stood[:MOST_SOURCES]],
        "more_sources": max(0, len(stood) - MOST_SOURCES),
        "charts": _charts(stood, objectives.dimensions),
        "dominance": dominance if sum(dominance.values()) else None,
    }


def _sentence(weights: Weights) -> str:
    """Like "accuracy .7, safety .3"."""
    return instruction(weights).removeprefix("Weigh ").removesuffix(".")


def _dimensions(objectives: Objectives, said: dict[str, dict[str, int]]) -> list[Facts]:
    """The weighted ones, the heaviest first, those with a floor, then what was said of others."""
    names = {*objectives.dimensions, *objectives.floors, *said["rating"], *said["vote"]}
    before = objectives.unmoved or {"weights": {}, "floors": {}}
    order = sorted(names, key=lambda name: (-objectives.weights.get(name, 0), name not in objectives.floors, name))
    return [
        {
            "name": name,
            "weight": objectives.weights.get(name),
            "floor": objectives.floors.get(name),
            "before": {"weight": before["weights"].get(name), "floor": before["floors"].get(name)},
            **{kind: said[kind].get(name, 0) for kind in ("rating", "vote")},
        }
        for name in order
    ]


def _source(source: Standing) -> Facts:
    ends = zip(*(_plain(column) for column in (source.mean, source.low, source.high)), strict=True)
    return {
        **{name: getattr(source, name) for name in ("name", "candidates", "best", "on_front", "often")},
        "scores": [{"mean": mean, "low": low, "high": high} for mean, low, high in ends],
    }


def _plain(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _charts(stood: Sequence[Standing], dimensions: Sequence[str]) -> list[Facts]:
    """Two dimensions at a time; none where there is one source or one dimension."""
    drawn = [source for at, source in enumerate(stood) if at < DRAWN or source.on_front]
    found = (scatter(drawn, (x, y), (dimensions[x], dimensions[y])) for x, y in combinations(range(len(dimensions)), 2))
    return [chart for chart in found if chart][:CHARTS]
