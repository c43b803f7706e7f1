"""Views: which labels an objective asks for, and what their pairs say."""

from __future__ import annotations

import pytest

from prefdata.objectives.settings import Objectives
from prefdata.objectives.views import View, instruction, loss_weights, views

WEIGHTS = {"accuracy": 0.7, "brevity": 0.3, "fluency": 0.0}
MEDICAL = {"scene": {"medical": {"accuracy": 1.0}}}


def test_all_in_all_there_is_one_view():
    assert views(Objectives(WEIGHTS)) == (View(weights=WEIGHTS),)


def test_each_dimension_with_a_weight_is_a_view_and_none_of_all_together_gives_pairs():
    first, *rest = views(Objectives(WEIGHTS, pairs="per_dimension"))
    assert not first.paired
    assert [(view.name, view.pair_type, view.of({})) for view in rest] == [
        ("accuracy", "dimension", {"accuracy": 1.0}),
        ("brevity", "dimension", {"brevity": 1.0}),
    ]


def test_pairs_in_a_dimension_weigh_what_it_weighs_for_their_prompt():
    seen = views(Objectives(WEIGHTS, MEDICAL, pairs="per_dimension"))
    names, tags = ["accuracy", "brevity", "accuracy", "brevity"], ["{}", "{}", *['{"scene":"medical"}'] * 2]
    assert loss_weights(seen, names, tags) == [0.7, 0.3, 1.0, 0.0]
    brevity = next(view for view in seen if view.name == "brevity")
    assert brevity.of({"scene": "medical"}) == {"brevity": 0.0}


def test_conditions_are_views_that_their_prompts_name():
    conditions = {"true": {"accuracy": 1.0}, "short": {"accuracy": 0.25, "brevity": 0.75}}
    first, *rest = views(Objectives(pairs="conditioned", conditions=conditions))
    assert (first.paired, first.plain) == (False, True)
    said = [("short", "Weigh brevity .75, accuracy .25."), ("true", "Weigh accuracy 1.")]
    assert [(view.name, view.instruction) for view in rest] == said
    assert loss_weights((first, *rest), ["short"], ["{}"]) == [1.0]


@pytest.mark.parametrize("weights", [{"a": 0.5, "b": 0.5}, {"b": 0.5, "a": 0.5, "c": 0.0}, {"b": 0.501, "a": 0.499}])
def test_equal_weights_say_the_same(weights):
    assert instruction(weights) == "Weigh a .5, b .5."


def test_several_tags_with_weights_give_their_mean_in_whichever_order():
    by_tag = {"scene": {"story": {"creativity": 1.0}}, "reader": {"child": {"safety": 1.0}}}
    both = {"scene": "story", "reader": "child"}
    expected = {"safety": 0.5, "creativity": 0.5}
    assert View(by_tag=by_tag).of(both) == View(by_tag=dict(reversed(by_tag.items()))).of(both) == expected
