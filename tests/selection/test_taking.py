"""Pairing rules against a reading of their definitions, one prompt at a time."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.keys import fraction
from prefdata.selection.pairing import select
from prefdata.selection.settings import Selection

from .frames import comparison, frame, prompts, tournaments

Pair = tuple[str, str]
ONE = ("best_worst", "best_random", "two_sigma", "margin_quantile", "hard_negative")


def asked(rule: str, **more: float) -> Selection:
    return Selection(min_probability=0.5, max_pairs_per_prompt=None, pairing=rule, **more)


def pairs_of(found: pd.DataFrame) -> dict[str, list[Pair]]:
    rows = found.sort_values(["chosen_id", "rejected_id"])
    return {
        str(name): list(zip(own["chosen_id"], own["rejected_id"], strict=True))
        for name, own in rows.groupby("prompt_id")
    }


def last(value: float, sign: int = 1) -> float:
    return math.inf if math.isnan(value) else sign * value


def expected(prompt: str, own: pd.DataFrame, every: pd.DataFrame, rules: Selection) -> list[Pair]:
    rows = own.to_dict("records")

    def least(pool: list[dict], key) -> list[Pair]:
        best = min(pool, key=lambda row: (key(row), last(row["strength"], -1), row["chosen_id"], row["rejected_id"]))
        return [(best["chosen_id"], best["rejected_id"])]

    if rules.pairing == "margin_quantile":
        order = sorted(
            rows, key=lambda row: (last(row["gap"]), last(row["strength"], -1), row["chosen_id"], row["rejected_id"])
        )
        row = order[math.floor(rules.margin_quantile * (len(order) - 1) + 0.5)]
        return [(row["chosen_id"], row["rejected_id"])]
    ((best, _),) = least(rows, lambda row: last(row["theta_chosen"], -1))
    won = [row for row in rows if row["chosen_id"] == best]
    if rules.pairing == "best_rest":
        return sorted((row["chosen_id"], row["rejected_id"]) for row in won)
    if rules.pairing == "best_random":
        order = sorted(won, key=lambda row: row["rejected_id"])
        row = order[int(fraction(f"{prompt}/rejected", 0) * len(order))]
        return [(row["chosen_id"], row["rejected_id"])]
    if rules.pairing == "hard_negative":
        return least(won, lambda row: last(row["logp_rejected"], -1))
    known = {
        row[f"{side}_id"]: row[f"theta_{side}"] for row in every.to_dict("records") for side in ("chosen", "rejected")
    }
    scores = [score for score in known.values() if not math.isnan(score)]
    if rules.pairing == "two_sigma" and len(scores) >= 30:
        point = np.mean(scores) - 2 * np.std(scores)
        return least(won, lambda row: round(abs(row["theta_rejected"] - point), 9))
    return least(won, lambda row: last(row["theta_rejected"]))


@given(st.one_of(prompts(), tournaments()), st.sampled_from([*ONE, "best_rest"]), st.sampled_from([0.0, 0.4, 0.5, 1.0]))
@settings(deadline=None, max_examples=50)
def test_each_rule_takes_what_its_definition_says(comparisons, rule, quantile):
    if not len(comparisons):
        return
    rules = asked(rule, **({"margin_quantile": quantile} if rule == "margin_quantile" else {}))
    free = select(comparisons, asked("all"))
    if rule == "hard_negative" and free.pairs["logp_rejected"].isna().all():
        return
    taken = select(comparisons, rules)
    every = pd.concat([free.pairs, _oriented(comparisons)])
    wanted = {
        str(name): expected(str(name), own, every[every["prompt_id"] == name], rules)
        for name, own in free.pairs.groupby("prompt_id")
    }
    assert pairs_of(taken.pairs) == wanted
    left = [drop["reason"] for drop in taken.drops.to_pylist()]
    assert left.count("not_paired") == len(free.pairs) - len(taken.pairs)


def _oriented(comparisons: pd.DataFrame) -> pd.DataFrame:
    from prefdata.selection.orienting import oriented

    return oriented(comparisons)


def falling(count: int) -> np.ndarray:
    """Strengths with long tails, so that μ - 2σ is far from the worst and from μ - σ."""
    return np.linspace(1, -1, count) ** 3


def star(count: int) -> pd.DataFrame:
    """One that beats all others."""
    best, *others = falling(count)
    return frame([comparison(a="a", b=f"b{n:02}", theta_a=best, theta_b=theta) for n, theta in enumerate(others)])


@pytest.mark.parametrize(("count", "worst"), [(29, True), (30, False), (60, False)])
def test_of_many_candidates_two_sigma_leaves_the_worst_alone(count, worst):
    (pair,) = select(star(count), asked("two_sigma")).pairs.to_dict("records")
    assert (pair["theta_rejected"] == -1.0) == worst
    if not worst:
        thetas = falling(count)
        point = np.mean(thetas) - 2 * np.std(thetas)
        assert abs(pair["theta_rejected"] - point) == min(abs(thetas[1:] - point))


def test_a_rule_never_pairs_what_nobody_compared():
    """c0 is best and c3 worst, but they were not compared."""
    rows = [("c0", "c1", 3, 2), ("c1", "c2", 2, 1), ("c2", "c3", 1, 0)]
    compared = [comparison(a=a, b=b, theta_a=float(x), theta_b=float(y)) for a, b, x, y in rows]
    found = select(frame(compared), asked("best_worst"))
    assert pairs_of(found.pairs) == {"p": [("c0", "c1")]}


def test_the_best_is_the_best_of_what_is_left():
    """The strongest failed a check: the next one is the best."""
    rows = [
        comparison(a="c0", b="c2", theta_a=3.0, theta_b=0.0, failed_a="grammar"),
        comparison(a="c1", b="c2", theta_a=2.0, theta_b=0.0),
    ]
    found = select(frame(rows), asked("best_worst"))
    assert pairs_of(found.pairs) == {"p": [("c1", "c2")]}
