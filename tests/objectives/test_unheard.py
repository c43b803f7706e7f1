"""Names of dimensions and tags that nothing in a run bears are refused, unless they may be meant."""

from __future__ import annotations

import pytest

from .records import files


def test_a_dimension_that_no_rating_is_about_is_refused_by_its_nearest_name(build, tmp_path, capsys):
    build(files(), code=2, objectives={"weights": {"acuracy": 0.5, "safety": 0.5}})
    said = capsys.readouterr().err
    assert 'nobody scores "acuracy"' in said
    assert 'write "accuracy"' in said


def test_a_dimension_of_a_scene_may_be_absent_and_one_of_all_prompts_may_not(build, capsys):
    scene = {"scene": {"story": {"creativity": 1.0}}}
    build(files({"p": {"scene": "medical"}}), objectives={"preset": "standard", "by_tag": scene})
    build(files(), code=2, objectives={"weights": {"creativity": 0.5, "safety": 0.5}})
    assert 'nobody scores "creativity"' in capsys.readouterr().err
    build(files(), code=2, objectives={"floors": {"creativity": 0.5}})
    assert 'nobody scores "creativity"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("by_tag", "where", "remedy"),
    [
        ({"scen": {"medical": {"accuracy": 1.0}}}, "objectives.by_tag", "name one of scene"),
        ({"scene": {"medcal": {"accuracy": 1.0}}}, "objectives.by_tag.scene", 'write "medical"'),
    ],
)
def test_a_misspelt_tag_or_value_is_refused(build, capsys, by_tag, where, remedy):
    prompts = {"p": {"scene": "medical"}, "q": {"scene": "tale"}}
    build(files(prompts), code=2, objectives={"preset": "standard", "by_tag": by_tag})
    said = capsys.readouterr().err
    assert f'field "{where}"' in said
    assert remedy in said


def test_a_value_that_no_prompt_has_may_stand_beside_one_that_is_like_it(build):
    values = {"level_1": {"accuracy": 1.0}, "level_2": {"safety": 1.0}, "poem": {"brevity": 1.0}}
    build(files({"p": {"scene": "level_1"}}), objectives={"preset": "standard", "by_tag": {"scene": values}})
