"""Counts of how judges vote equal those counted the slow way, add up, and see what was put there."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import reduce
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.evidence import Locator, gather, link
from prefdata.labels import coding
from prefdata.labels.coding import block, code, spans
from prefdata.labels.reliability.authors import Writers
from prefdata.labels.reliability.counts import Authors, count, named
from prefdata.labels.reliability.figures import correlations, figures
from prefdata.labels.trust import apply
from prefdata.labels.trust_file import Group, Judge, Trust
from prefdata.report.numbers import add
from prefdata.sources.imports.intake import Intake

from ..conftest import write_jsonl
from .conftest import vote_sets
from .test_trust import evidence, vote


@st.composite
def ordered_votes(draw):
    votes = draw(vote_sets(names=("a", "b", "é")))
    orders = draw(st.lists(st.sampled_from(["ab", "ba", None]), min_size=len(votes), max_size=len(votes)))
    return [{**row, "order": order} for row, order in zip(votes, orders, strict=True)]


def counted(votes, **more):
    return named(count(votes, **more), votes.judge_ids.to_pylist())


def oracle(votes: list[dict]) -> dict[str, Counter]:
    """The counts of each judge, from the definitions."""
    found: dict[str, Counter] = defaultdict(Counter)
    labels: dict[tuple, dict[str, int]] = defaultdict(dict)
    sides, orders = defaultdict(list), defaultdict(lambda: defaultdict(list))
    for row in votes:
        low, high = sorted((row["a"], row["b"]))
        side = 0 if row["winner"] == "tie" else 1 if row[row["winner"]] == low else -1
        sides[row["prompt_id"], low, high, row["judge"]].append(side)
        found[row["judge"]]["votes"] += 1
        if row["order"]:
            first = row["a"] if row["order"] == "ab" else row["b"]
            orders[row["prompt_id"], low, high, row["judge"]][first].append(side)
            found[row["judge"]]["shown"] += side != 0
            found[row["judge"]]["first"] += side == (1 if first == low else -1)
    for (*pair, judge), its in sides.items():
        labels[tuple(pair)][judge] = int(np.sign(sum(its)))
        shown = [int(np.sign(sum(each))) for each in orders[(*pair, judge)].values()]
        found[judge]["swapped"] += len(shown) == 2
        found[judge]["same"] += len(shown) == 2 and shown[0] * shown[1] == 1
        found[judge]["turned"] += len(shown) == 2 and shown[0] * shown[1] == -1
    for said in labels.values():
        for judge, label in said.items():
            others = [other for name, other in said.items() if name != judge]
            if others:
                found[judge]["company"] += 1
                found[judge]["agrees"] += int(np.sign(sum(others))) == label
    return found


@settings(deadline=None)
@given(votes=ordered_votes())
def test_counts_are_those_of_the_definitions(coded, votes):
    for name, expected in oracle(votes).items():
        of = counted(coded(votes))["judges"][name]
        for figure in ("votes", "shown", "first", "swapped", "same", "turned"):
            assert of[figure] == expected[figure], figure
        assert sum(of["against"]) == expected["company"]
        assert np.trace(np.array(of["against"]).reshape(3, 3)) == expected["agrees"]


@settings(deadline=None)
@given(votes=vote_sets())
def test_meetings_are_those_of_the_definitions(coded, votes):
    sides = defaultdict(list)
    for row in votes:
        low, high = sorted((row["a"], row["b"]))
        side = 0 if row["winner"] == "tie" else 1 if row[row["winner"]] == low else -1
        sides[row["prompt_id"], low, high, row["judge"]].append(side)
    expected: Counter = Counter()
    for (*pair, one), (*other_pair, other) in combinations(sorted(sides), 2):
        if pair == other_pair:
            label = [int(np.sign(sum(sides[(*pair, judge)]))) % 3 for judge in (one, other)]
            expected[f"{one}\t{other}", *label] += 1
    found = counted(coded(votes))["meetings"]
    assert sum(expected.values()) == sum(sum(map(sum, table)) for table in found.values())
    assert all(found[names][mine][its] == number for (names, mine, its), number in expected.items())


@settings(deadline=None)
@given(votes=ordered_votes())
def test_blocks_add_up(vote_file, votes):
    table = code(evidence(vote_file, votes).vote)
    names, size = table.judge_ids.to_pylist(), coding.BLOCK
    try:
        coding.BLOCK = 1
        parts = [count(block(table, *span)) for span in spans(table)]
    finally:
        coding.BLOCK = size
    whole = count(block(table, 0, len(table.prompt)))
    assert named(reduce(add, parts), names) == named(whole, names)


@settings(deadline=None)
@given(votes=ordered_votes(), order=st.permutations(range(3)))
def test_other_names_change_no_figure(coded, votes, order):
    names = dict(zip(("a", "b", "é"), map(str, order), strict=True))
    renamed = [{**row, "a": names[row["a"]], "b": names[row["b"]]} for row in votes]
    one, other = counted(coded(votes)), counted(coded(renamed))
    assert figures(one) == figures(other)
    judges = sorted(one["judges"])
    assert correlations(one, judges) == correlations(other, judges)


def test_votes_are_counted_as_they_were_said(coded):
    votes = coded([vote("a", order="ab"), vote("b", order="ba")])
    turned = apply(votes, Trust(pooled=Group({"j1": Judge(-3.0)})), [None])
    assert counted(turned) == counted(votes)


def many(rng: np.random.Generator, pairs: int, odds) -> list[dict]:
    """A judge's votes with log-odds of x given (whether x is first, length gap of x)."""
    rows = []
    for n in range(pairs):
        shown, gap = rng.choice([1, -1]), rng.normal() * 100
        winner = "a" if rng.random() < 1 / (1 + np.exp(-odds(shown, gap))) else "b"
        rows.append({**vote(winner, prompt=f"p{n:05d}", order="ab" if shown > 0 else "ba"), "gap": gap})
    return rows


def length_of(rows: list[dict]) -> np.ndarray:
    return np.array([length for row in rows for length in (1000 + row.pop("gap"), 1000.0)])


def test_the_pull_of_position_and_length_is_found(coded):
    rows = many(np.random.default_rng(1), 4000, lambda shown, gap: 0.5 * shown + 1.2 * np.tanh(gap / 100))
    length = length_of(rows)
    (found,) = figures(counted(coded(rows), length=length))
    assert found["position"].low < 1 / (1 + np.exp(-0.5)) - 0.5 < found["position"].high + 0.02
    assert found["slope"].value == pytest.approx(1.2, abs=0.15)
    assert found["longer"].low > 0.5


def test_an_unswayed_judge_is_found_unswayed(coded):
    rows = many(np.random.default_rng(2), 4000, lambda shown, gap: 0.0)
    length = length_of(rows)
    (found,) = figures(counted(coded(rows), length=length))
    assert found["position"].value == pytest.approx(0, abs=0.03)
    assert found["longer"].value == pytest.approx(0, abs=0.1)
    assert found["slope"].value == pytest.approx(0, abs=0.2)


def test_preferring_oneself_is_told_from_being_right(coded):
    rng, rows = np.random.default_rng(3), []
    for n in range(600):  # x is better in truth, and is of the judge's own model
        for name, chance in (("vain", 0.9), ("fair", 0.7), ("other", 0.7)):
            rows.append(vote("a" if rng.random() < chance else "b", name, f"p{n:04d}"))
    votes = coded(rows)
    models = {"vain": 0, "fair": 0, "other": 1}
    judges = np.array([models[name] for name in votes.judge_ids.to_pylist()])
    authors = Authors(np.tile([0, -1], 600), judges)
    found = {row["name"]: row["own"] for row in figures(counted(votes, authors=authors))}
    assert found["vain"].value == pytest.approx(0.2, abs=0.08)
    assert found["vain"].low > 0
    assert found["fair"].value == pytest.approx(0, abs=0.08)
    assert found["other"] is None  # it wrote neither


def test_nothing_known_is_nothing_said(coded):
    (found,) = figures(counted(coded([vote("a")])))
    assert [found[name] for name in ("position", "longer", "slope", "own", "agreement", "same")] == [None] * 6


def test_authors_are_read_from_origins(tmp_path):
    origins = {"x": {"model": "m1"}, "y": {"model": "m2"}, "z": None}
    candidates = [
        {"prompt_id": "p", "candidate_id": name, "text": name, "origin": origin} for name, origin in origins.items()
    ]
    votes = [{**vote("a", judge), "b": other} for judge in ("j1", "person") for other in ("y", "z")]
    chunks = [
        chunk
        for name, rows in (("candidate", candidates), ("vote", votes))
        for chunk in Intake(write_jsonl(tmp_path / f"{name}.jsonl", rows), name, name).chunks()
    ]
    known = link(gather(chunks))
    table = code(known.vote)
    writers = Writers(known.candidate, Locator(known.candidate, table), {"j1": "m1", "j2": "m2"})
    authors = writers.of(block(table, *spans(table)[0]))
    assert authors.wrote.tolist() == [0, 1, -1]
    assert authors.judge.tolist() == [0, -1]
    assert Writers(known.candidate, writers.locator, {"j1": "m3"}).of(block(table, *spans(table)[0])) is None
