"""What is wrong with candidates: by ratings, by claims, by what was made false on purpose; the gravest counts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.evidence import table_schema
from prefdata.records import Recorded
from prefdata.sources import HOW
from prefdata.strata.errors import GRAVITY, error_types
from prefdata.strata.errors.claims import OF_KIND
from prefdata.strata.errors.origins import MISLEADING, OF_DAMAGE, OF_EDIT
from prefdata.strata.errors.ratings import LOW, OF_DIMENSION


def table(kind: Recorded, rows: list[dict[str, Any]]) -> pa.Table:
    schema = table_schema(kind)
    return pa.Table.from_pylist([{"line": 1, "file": "f", **row} for row in rows], schema)


def candidates(*origins: dict | None, prompt: str = "p") -> list[dict]:
    return [
        {"prompt_id": prompt, "candidate_id": f"c{n}", "text": "x", "origin": origin and json.dumps(origin)}
        for n, origin in enumerate(origins)
    ]


def rating(at: int, dimension: str | None, score: float, prompt: str = "p", **more) -> dict:
    return {"prompt_id": prompt, "candidate_id": f"c{at}", "judge": "j", "dimension": dimension, "score": score, **more}


def checked(at: int, dimension: str, score: float, **more) -> dict:
    return rating(at, dimension, score, scale_min=0.0, scale_max=1.0, **more)


def verdict(at: int, kind: str, word: str = "contradicted", judge: str = "eyes", name: str = "") -> tuple[dict, dict]:
    """A claim and what is said of it."""
    claim_id = name or f"{at}-{kind}"
    owner = {"claim_id": claim_id, "prompt_id": "p", "candidate_id": f"c{at}"}
    claim = {**owner, "type": kind, "subject": "dog", "negated": False, "hedged": False, "char_span": [0, 1]}
    return claim, {**owner, "judge": judge, "verdict": word}


def types(made: list[dict], ratings: list[dict] = (), said: list[tuple[dict, dict]] | None = None) -> list[str | None]:
    found = None if said is None else [table("claim", [c for c, _ in said]), table("verdict", [v for _, v in said])]
    return error_types(table("candidate", made), table("rating", list(ratings)), *(found or (None, None))).to_pylist()


def test_of_nobody_and_of_those_of_whom_nothing_is_known_nothing_is_said():
    assert types([]) == []
    assert types([], [rating(0, "accuracy", 1)], []) == []
    assert types(candidates(None, {"source": "sample"}), [], []) == [None, None]


@pytest.mark.parametrize(("kind", "error"), OF_KIND.items())
def test_a_contradicted_claim_is_an_error_of_its_kind(kind, error):
    said = [verdict(0, kind), verdict(1, kind, "supported"), verdict(2, kind, "not_checkable")]
    assert types(candidates(None, None, None), [], said) == [error, None, None]


def test_what_another_judge_supports_is_not_known_to_be_wrong():
    said = [verdict(0, "count"), verdict(0, "count", "supported", "ears"), verdict(1, "count", judge="ears")]
    assert types(candidates(None, None), [], said) == [None, "false_count"]


def test_what_prompts_know_of_their_images_is_not_used():
    said = [verdict(0, "object", judge="truth"), verdict(1, "object"), verdict(1, "object", "supported", "truth")]
    assert types(candidates(None, None), [], said) == [None, "false_object"]


@pytest.mark.parametrize(("dimension", "error"), [*OF_DIMENSION.items(), ("accuracy", "low_accuracy")])
def test_a_failed_dimension_has_its_name(dimension, error):
    ratings = [checked(0, dimension, 0.0), checked(1, dimension, 0.5), checked(2, dimension, 1.0)]
    assert types(candidates(None, None, None), ratings) == [error, None, None]


def test_a_score_without_a_scale_is_one_of_ten_and_judges_are_averaged():
    ratings = [rating(0, "accuracy", 5), rating(1, "accuracy", 6), rating(2, "accuracy", 1, judge="k")]
    ratings += [rating(2, "accuracy", 10)]
    assert types(candidates(None, None, None), ratings) == ["low_accuracy", None, None]


def test_the_lowest_of_several_dimensions_counts_and_of_equals_the_first_by_name():
    ratings = [rating(0, "depth", 3), rating(0, "accuracy", 4), rating(1, "depth", 2), rating(1, "accuracy", 2)]
    assert types(candidates(None, None), ratings) == ["low_depth", "low_accuracy"]


def test_a_rating_of_the_whole_and_a_measurement_name_no_error():
    measured = [rating(0, name, 0, weight=0.0) for name in ("length", "words", "claims_supported", "confident_tone")]
    assert types(candidates(None), [rating(0, None, 1), *measured]) == [None]


def test_who_says_less_than_half_is_incomplete():
    units = [rating(n, "information_units", share, weight=0.0) for n, share in enumerate((0.4, 0.5))]
    assert types(candidates(None, None), units) == ["incomplete", None]
    covered = [rating(n, "objects_covered", number, weight=0.0) for n, number in enumerate((1, 2, 4))]
    elsewhere = [rating(0, "objects_covered", 1, "q", weight=0.0)]
    assert types(candidates(None, None, None), covered + elsewhere) == ["incomplete", None, None]


ALTERED = {"edit": {"claim_id": "k", "type": "count", "from": "2", "to": "3"}}


@pytest.mark.parametrize(
    ("origin", "error"),
    [
        (ALTERED, "false_count"),
        ({"edit": {"type": "object", "from": "", "to": " and a cat"}}, "false_object"),
        ({"edit": {"type": "object", "from": "and a dog", "to": ""}}, "incomplete"),
        ({"edit": {"type": "image", "from": "sha256:a", "to": "sha256:b"}}, "wrong_image"),
        *(({"how": how}, error) for how, error in OF_DAMAGE.items()),
        ({"how": "false_detail", "confirmed": True}, "false_detail"),
        ({"how": "false_detail"}, None),
        ({"how": "paraphrase"}, None),
        ({"edit": "by hand"}, None),
        ({"how": 7}, None),
    ],
)
def test_a_corruption_says_what_it_made_wrong(origin, error):
    assert types(candidates({"source": "s", **origin})) == [error]


def test_a_corruption_that_a_judge_finds_true_is_none():
    made = candidates({"source": "s", **ALTERED})
    assert types(made, [], [verdict(0, "count", "supported", name="k")]) == [None]
    assert types(made, [], [verdict(0, "count", "not_checkable", name="k")]) == ["false_count"]
    assert types(made, [], [verdict(0, "count", "supported", "truth", name="k")]) == ["false_count"]


def test_everything_that_sources_can_break_has_a_name():
    assert set(HOW["degrade"]) == set(OF_DAMAGE)
    assert set(MISLEADING) <= set(HOW["adversarial"])
    assert {*OF_DIMENSION.values(), *OF_DAMAGE.values(), *OF_EDIT.values(), LOW} == set(GRAVITY)


def test_the_gravest_error_counts():
    failed = [checked(0, name, 0.0) for name in (*OF_DIMENSION, "accuracy")]
    said = [verdict(0, kind) for kind in OF_KIND]
    assert types(candidates(None), failed, said) == ["false_object"]
    assert types(candidates(None), failed) == ["false_detail"]
    assert types(candidates(None), failed[1:]) == ["empty"]
    assert types(candidates(None), [checked(0, "grammar", 0.0), checked(0, "accuracy", 0.4)]) == ["low_accuracy"]


def test_candidates_of_one_name_in_two_prompts_are_told_apart():
    made = candidates(None, None) + candidates(None, None, prompt="q")
    assert types(made, [rating(1, "accuracy", 1, "q"), rating(0, "relevance", 1)]) == [
        "irrelevant", None, None, "low_accuracy",
    ]  # fmt: skip


def plainly(made: list[dict], ratings: list[dict]) -> list[str | None]:
    """The same by brute force, for ratings alone."""
    found = []
    for row in made:
        failed = {}
        for name in sorted({each["dimension"] for each in ratings}):
            own = [
                (each["score"] - each["scale_min"]) / (each["scale_max"] - each["scale_min"])
                for each in ratings
                if (each["prompt_id"], each["candidate_id"], each["dimension"])
                == (row["prompt_id"], row["candidate_id"], name)
            ]
            if own and np.mean(own) < 0.5:
                error = OF_DIMENSION.get(name, f"{LOW}{name}")
                rank = GRAVITY.index(error if error in GRAVITY else LOW)
                failed[error] = min(failed.get(error, (99, 1.0)), (rank, float(np.mean(own))))
        found.append(min(failed, key=lambda error: (failed[error], error)) if failed else None)
    return found


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("pq"), st.integers(0, 3), st.sampled_from(["accuracy", "depth", "grammar", "complete"]),
            st.integers(0, 8), st.sampled_from("jk"),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_ratings_give_what_brute_force_gives(rows):
    made = candidates(None, None, None) + candidates(None, None, None, prompt="q")
    ratings = [
        rating(at, name, score, prompt, judge=judge, scale_min=0.0, scale_max=8.0)
        for prompt, at, name, score, judge in rows
    ]
    assert types(made, ratings) == plainly(made, ratings)
