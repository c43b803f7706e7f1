"""Evidence seen by a view: what ratings and votes weigh, against the sum of weighted gaps written out in full."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.errors import InputError
from prefdata.evidence import judged
from prefdata.objectives.settings import Objectives
from prefdata.objectives.views import View, views
from prefdata.objectives.weighing import heard, weighted

from .records import evidence, rating, ratings, tags, vote

WEIGHTS = {"accuracy": 0.7, "brevity": 0.3}
VIEW = View(weights=WEIGHTS)
ALONE = View("accuracy", WEIGHTS, only="accuracy", pair_type="dimension")


def seen(rated=(), voted=(), view=VIEW, known=None) -> list[dict]:
    """The votes as the view hears them."""
    found = evidence(rated, voted)
    return heard(found, view, tags(found, known)).vote.to_pylist()


def verdicts(votes: list[dict]) -> dict[tuple[str, str, str, str], tuple[str, float]]:
    """(prompt, judge, a, b) → (winner, weight)."""
    return {
        (v["prompt_id"], v["judge"], v["a"], v["b"]): (v["winner"], 1.0 if v["weight"] is None else v["weight"])
        for v in votes
    }


def weight_of(votes: list[dict], judge: str) -> float:
    (found,) = [v["weight"] for v in votes if v["judge"] == judge]
    return found


def by_hand(rated: list[dict], weights: dict[str, float]) -> dict:
    """Σ w_d z_d of every judge and pair, over the dimensions that the judge scored; its sign and the sum of weights."""
    found = {}
    for prompt, judge in {(row["prompt_id"], row["judge"]) for row in rated}:
        own = [row for row in rated if (row["prompt_id"], row["judge"]) == (prompt, judge)]
        scores = {(row["candidate_id"], row["dimension"]): row["score"] for row in own}
        dimensions = {row["dimension"] for row in own}
        speaks = dimensions & set(weights)
        share = {d: weights.get(d, 0.0) for d in dimensions} if speaks else dict.fromkeys(dimensions, 1.0)
        if not any(share.values()):
            continue
        for a, b in combinations(sorted({row["candidate_id"] for row in own}), 2):
            gap = round(sum(w * (scores[a, d] - scores[b, d]) for d, w in share.items()), 9)
            winner = "a" if gap > 0 else "b" if gap < 0 else "tie"
            found[prompt, judge, a, b] = (winner, sum(share.values()) if speaks else 1.0)
    return found


@st.composite
def panels(draw):
    """Judges that each score all candidates of a prompt in dimensions of their own."""
    rows = []
    for prompt in ("p", "第二"):
        for judge in ("j", "k", "l"):
            dimensions = draw(st.sets(st.sampled_from(["accuracy", "brevity", "fluency", "创意"]), max_size=4))
            for candidate in ("c0", "c1", "c2"):
                rows += [rating(candidate, d, draw(st.integers(0, 10)), judge, prompt) for d in sorted(dimensions)]
    return rows


@settings(deadline=None, max_examples=60)
@given(
    panels(),
    st.sampled_from([WEIGHTS, {"accuracy": 1.0}, {"fluency": 0.5, "创意": 0.5}, {"accuracy": 1.0, "brevity": 0.0}]),
)
def test_votes_from_ratings_follow_the_weighted_sum_of_gaps(rated, weights):
    duels = [vote("c0", "c1", "duel", p) for p in ("p", "第二")]
    found = verdicts(seen(rated, duels, View(weights=weights)))
    told = {key: value for key, value in found.items() if key[1] != "duel"}
    expected = by_hand(rated, weights)
    assert told.keys() == expected.keys()
    for key, (winner, weight) in expected.items():
        assert told[key] == (winner, pytest.approx(weight))


def test_without_objectives_the_evidence_is_the_same_object():
    found = evidence(ratings({"c0": {"accuracy": 9}, "c1": {"accuracy": 1}}), [vote("c0", "c1", dimension="accuracy")])
    (plain,) = views(Objectives())
    assert weighted(found, plain, tags(found)) is found
    assert heard(found, plain, tags(found)).vote == judged(found).vote


def test_weights_decide_which_of_two_gaps_counts():
    rated = ratings({"c0": {"accuracy": 9, "brevity": 1}, "c1": {"accuracy": 5, "brevity": 9}})
    assert verdicts(seen(rated))["p", "j", "c0", "c1"][0] == "a"
    turned = View(weights={"accuracy": 0.3, "brevity": 0.7})
    assert verdicts(seen(rated, view=turned))["p", "j", "c0", "c1"][0] == "b"


def test_a_panel_with_a_judge_for_each_dimension_weighs_like_one_judge_of_all():
    rated = [
        *ratings({"c0": {"accuracy": 9}, "c1": {"accuracy": 5}}, "x"),
        *ratings({"c0": {"brevity": 1}, "c1": {"brevity": 9}}, "y"),
    ]
    found = seen(rated)
    assert (weight_of(found, "x"), weight_of(found, "y")) == (0.7, 0.3)


def test_votes_on_a_dimension_are_multiplied_and_votes_on_the_whole_are_not():
    voted = [
        vote("c0", "c1", "x", dimension="accuracy", weight=2.0),
        vote("c0", "c1", "y"),
        vote("c0", "c1", "z", dimension="brevity"),
    ]
    found = seen(voted=voted)
    assert [weight_of(found, judge) for judge in "xyz"] == [pytest.approx(1.4), 1.0, pytest.approx(0.3)]


def test_a_vote_on_the_whole_counts_beside_its_judges_votes_on_dimensions():
    found = seen(voted=[vote("c0", "c1", "x", dimension="accuracy"), vote("c0", "c1", "x")])
    assert [v["weight"] for v in found] == [0.7, 1.0]


def test_a_dimension_without_a_weight_counts_only_where_its_judge_speaks_of_no_other():
    voted = [
        vote("c0", "c1", "both", dimension="accuracy"),
        vote("c1", "c0", "both", dimension="fluency"),
        vote("c0", "c1", "other", dimension="fluency"),
    ]
    found = seen(voted=voted)
    assert [(v["judge"], v["dimension"]) for v in found] == [("both", "accuracy"), ("other", "fluency")]


def test_measurements_stay_measurements_unless_they_are_named():
    rated = [rating(c, "no_contradiction", s, "claims", weight=0.0) for c, s in (("c0", 10), ("c1", 0))]
    assert seen(rated) == []
    named = View(weights={"no_contradiction": 1.0})
    assert verdicts(seen(rated, view=named)) == {("p", "claims", "c0", "c1"): ("a", 1.0)}


def test_a_view_of_one_dimension_hears_that_dimension_alone():
    rated = [
        *ratings({"c0": {"accuracy": 9, "brevity": 1}, "c1": {"accuracy": 5, "brevity": 9}}),
        *ratings({"c0": {"grammar": 1}, "c1": {"grammar": 9}}, "rules"),
    ]
    voted = [
        vote("c1", "c0", "duel"),
        vote("c1", "c0", "x", dimension="brevity"),
        vote("c0", "c1", "x", dimension="accuracy"),
    ]
    found = verdicts(seen(rated, voted, ALONE))
    assert found == {("p", "j", "c0", "c1"): ("a", 1.0), ("p", "x", "c0", "c1"): ("a", 1.0)}


def test_tags_of_the_prompt_choose_the_weights():
    both = {"c0": {"accuracy": 9, "brevity": 1}, "c1": {"accuracy": 5, "brevity": 9}}
    rated = [*ratings(both, prompt="p"), *ratings(both, prompt="q"), *ratings(both, prompt="r")]
    by_tag = {"scene": {"medical": {"accuracy": 1.0}, "诗": {"brevity": 1.0}}}
    known = {"q": {"scene": "medical"}, "r": {"scene": "诗"}}
    found = verdicts(seen(rated, view=View(weights={"brevity": 1.0}, by_tag=by_tag), known=known))
    assert [found[p, "j", "c0", "c1"][0] for p in "pqr"] == ["b", "a", "b"]


def test_prompts_that_no_tag_gives_weights_are_heard_as_they_are():
    rated = ratings({"c0": {"accuracy": 9, "brevity": 1}, "c1": {"accuracy": 5, "brevity": 9}})
    view = View(by_tag={"scene": {"medical": {"accuracy": 1.0}}})
    assert verdicts(seen(rated, view=view)) == {("p", "j", "c0", "c1"): ("b", 1.0)}


def test_a_weighted_score_beyond_its_scale_is_refused_by_name():
    rated = [{**rating("c0", "accuracy", 250), "scale_min": None, "scale_max": None}, rating("c1", "accuracy", 3)]
    with pytest.raises(InputError, match="outside its scale") as caught:
        seen(rated)
    assert (caught.value.file, caught.value.place, caught.value.field) == ("rating.jsonl", "line 1", "score")


@settings(deadline=None, max_examples=25)
@given(panels(), st.randoms())
def test_the_order_of_rows_changes_nothing(rated, random):
    shuffled = random.sample(rated, len(rated))
    given_votes = [vote("c0", "c1", "v", p, dimension="accuracy") for p in ("p", "第二")]
    assert verdicts(seen(rated, given_votes)) == verdicts(seen(shuffled, given_votes[::-1]))
