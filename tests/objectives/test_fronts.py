"""Sources and their front: sums that add up, means as they are, intervals that hold the truth."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from prefdata.objectives.fronts import standings
from prefdata.objectives.scores import scores, spoken
from prefdata.objectives.sources import sums
from prefdata.report.numbers import add

from .records import evidence, rating, vote

NAMES = ("accuracy", "brevity")
TRUE = {"long": (0.8, 0.2), "short": (0.4, 0.9), "poor": (0.35, 0.15)}


def rated(prompts: range, seed: int = 0) -> list[dict]:
    """A candidate of each source a prompt, some prompts harder than others."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in prompts:
        hard = rng.normal(0, 0.05)
        for source, means in TRUE.items():
            found = np.clip(np.array(means) + hard + rng.normal(0, 0.1, 2), 0, 1)
            rows += [rating(source, d, float(10 * s), "j", f"p{n}") for d, s in zip(NAMES, found, strict=True)]
    return rows


def summed(rows: list[dict]):
    origins = {name: {"source": "sample", "policy": name, "model": "m"} for name in TRUE}
    found = evidence(rows, origins=origins)
    return sums(found.candidate, scores(found.rating, found.candidate, NAMES), NAMES)


def test_means_are_those_of_the_ratings_and_the_front_leaves_out_who_is_beaten():
    rows = rated(range(60))
    found = {standing.name: standing for standing in standings(summed(rows), NAMES)}
    for name in TRUE:
        own = [[r["score"] / 10 for r in rows if (r["candidate_id"], r["dimension"]) == (name, d)] for d in NAMES]
        assert found[name].mean == pytest.approx([np.mean(values) for values in own])
    assert {name: standing.on_front for name, standing in found.items()} == {"long": True, "short": True, "poor": False}
    assert found["long"].often == 1
    assert found["poor"].often < 0.2


def test_sums_of_shards_add_up_to_those_of_all():
    parts = [summed(rated(range(start, start + 20), start)) for start in (0, 20, 40)]
    whole = summed([row for start in (0, 20, 40) for row in rated(range(start, start + 20), start)])
    joined = reduce(add, parts)
    for name in TRUE:
        assert joined[name]["candidates"] == whole[name]["candidates"] == 60
        assert joined[name]["best"] == whole[name]["best"]
        for of in NAMES:
            assert joined[name]["dimensions"][of]["sum"] == pytest.approx(
                whole[name]["dimensions"][of]["sum"], abs=1e-4
            )
            assert joined[name]["dimensions"][of]["count"] == whole[name]["dimensions"][of]["count"]


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    inside = []
    for seed in range(60):
        found = {standing.name: standing for standing in standings(summed(rated(range(150), seed)), NAMES)}
        inside.append(found["long"].low[0] <= TRUE["long"][0] <= found["long"].high[0])
    assert 0.85 <= np.mean(inside) <= 1


def test_who_is_never_scored_in_a_dimension_has_no_mean_there():
    rows = [row for row in rated(range(30)) if (row["candidate_id"], row["dimension"]) != ("short", "accuracy")]
    found = {standing.name: standing for standing in standings(summed(rows), NAMES)}
    assert np.isnan(found["short"].mean[0])
    assert not np.isnan(found["short"].mean[1])
    assert found["short"].on_front


def test_no_ratings_make_no_sources():
    found = evidence(voted=[vote("c0", "c1")])
    assert standings(sums(found.candidate, scores(found.rating, found.candidate, NAMES), NAMES), NAMES) == []


def test_what_is_spoken_of_is_counted():
    found = evidence(rated(range(3)), [vote("long", "poor", dimension="tone"), vote("long", "poor")])
    assert spoken(found) == {"rating": {"accuracy": 9, "brevity": 9}, "vote": {"tone": 1}}
