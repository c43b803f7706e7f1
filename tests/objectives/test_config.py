"""The section objectives: what it says, and what is refused in words that help."""

from __future__ import annotations

import json

import pytest
import yaml

from prefdata.config import load
from prefdata.errors import InputError

from .records import write

JUDGE = {
    "name": "rubric", "kind": "pointwise", "model": "m", "base_url": "http://127.0.0.1:1/v1",
    "dimensions": ["accuracy", "safety", "helpfulness", "brevity", "creativity"],
}  # fmt: skip
STANDARD = {"accuracy": 0.4, "safety": 0.3, "helpfulness": 0.2, "brevity": 0.1}


def loaded(tmp_path, given: dict, imports: bool = False, judges: tuple = (JUDGE,)):
    """The objectives of a config with a judge, or with imported ratings alone."""
    (tmp_path / "r.jsonl").touch()
    path = tmp_path / "build.yaml"
    live = {"prompts": {"path": "p.jsonl"}, "policies": [{"name": "p", "model": "m", "base_url": "http://x/v1"}]}
    rest = {"inputs": ["r.jsonl"]} if imports else {**live, "judges": list(judges)}
    path.write_text(yaml.safe_dump({**rest, "objectives": given}, sort_keys=False), encoding="utf-8")
    return load(path).objectives


def test_presets_are_weights(tmp_path):
    assert loaded(tmp_path, {"preset": "standard"}).weights == STANDARD
    assert loaded(tmp_path, {"preset": "safety_first"}).weights["safety"] == 0.5


def test_weights_are_brought_to_the_sum_of_one(tmp_path):
    for given in ({"accuracy": 1, "safety": 0.5}, {"accuracy": 4, "safety": 2}):
        assert loaded(tmp_path, {"weights": given}).weights == {"accuracy": 0.666667, "safety": 0.333333}


def test_imported_ratings_may_have_any_dimension(tmp_path):
    assert loaded(tmp_path, {"weights": {"流畅": 1.0}, "floors": {"tone": 0.2}}, imports=True).floors == {"tone": 0.2}


WRONG = [
    ({"weights": {"acuracy": 1.0}}, "objectives.weights", 'write "accuracy"'),
    ({"weights": {"tone": 1.0}}, "objectives.weights", "nobody scores"),
    ({"weights": {"accuracy": 1.0, "brevety": 0.0}}, "objectives.weights", 'write "brevity"'),
    ({"weights": {"accuracy": 0}}, "objectives.weights", "above 0"),
    ({"weights": {}}, "objectives.weights", "empty"),
    ({"weights": {"accuracy": -1}}, "objectives.weights.accuracy", "below 0"),
    ({"preset": "hhh"}, "objectives.preset", "safety_first"),
    ({"preset": "standard", "weights": {"accuracy": 1.0}}, "objectives.weights", "stands beside"),
    ({"floors": {"savety": 0.5}}, "objectives.floors", 'write "safety"'),
    ({"floors": {"safety": 5}}, "objectives.floors.safety", "above 1"),
    ({"by_tag": {"scene": {"medical": {"acuracy": 1.0}}}}, "objectives.by_tag.scene.medical", 'write "accuracy"'),
    ({"by_tag": {"scene": {"medical": {"accuracy": 0.0}}}}, "objectives.by_tag.scene.medical", "above 0"),
    ({"pairs": "per_dimension"}, "objectives.pairs", "no weights"),
    ({"pairs": "conditioned"}, "objectives.conditions", "give both"),
    ({"conditions": {"a": {"accuracy": 1.0}, "b": {"safety": 1.0}}}, "objectives.conditions", "give both"),
    (
        {"pairs": "conditioned", "conditions": {"a": {"accuracy": 1.0}}},
        "objectives.conditions",
        "fewer than two.*give two at least",
    ),
    (
        {"pairs": "conditioned", "conditions": {"a": {"accuracy": 1.0}, "b": {"accuracy": 0.5, "safety": 0.0}}},
        "objectives.conditions.b",
        "says the same",
    ),
    (
        {"preset": "standard", "pairs": "conditioned", "conditions": {"a": {"accuracy": 1.0}, "b": {"safety": 1.0}}},
        "objectives.preset",
        "means nothing",
    ),
    ({"progress": "r.jsonl"}, "objectives.progress", "no weights that it could move"),
    ({"preset": "standard", "progress": "none.json"}, "objectives.progress", "no file"),
    ({"learned": "none.json"}, "objectives.learned", "prefdata weights"),
    ({"presets": "standard"}, "objectives.presets", 'write "preset"'),
]


@pytest.mark.parametrize(("given", "field", "words"), WRONG)
def test_what_is_wrong_is_named(tmp_path, given, field, words):
    with pytest.raises(InputError, match=words) as caught:
        loaded(tmp_path, given)
    assert caught.value.field == field
    assert "To mend it" in str(caught.value)


def test_a_judge_must_score_every_dimension_of_a_preset(tmp_path):
    with pytest.raises(InputError, match='nobody scores "safety"'):
        loaded(
            tmp_path, {"preset": "standard"}, judges=({**JUDGE, "dimensions": ["accuracy", "helpfulness", "brevity"]},)
        )


def test_measures_of_the_rules_have_no_scale_and_so_no_weight(tmp_path):
    rules = {"name": "rules", "kind": "rules"}
    assert loaded(tmp_path, {"weights": {"grammar": 1.0}}, judges=(rules,)).weights == {"grammar": 1.0}
    with pytest.raises(InputError, match='nobody scores "length"'):
        loaded(tmp_path, {"weights": {"length": 1.0}}, judges=(rules,))


def test_progress_and_complaints_move_the_weights_of_all_and_of_tags(tmp_path):
    (tmp_path / "progress.json").write_text(json.dumps({"accuracy": [0.5, 0.9], "safety": [0.5, 0.5]}))
    event = {"kind": "complaint", "prompt_id": "p", "at": "2026-01-01", "text": "too long"}
    write(tmp_path / "said.jsonl", [{**event, "event_id": f"e{n}", "user": f"u{n}"} for n in range(30)])
    given = {"preset": "standard", "by_tag": {"scene": {"tale": {"accuracy": 0.5, "brevity": 0.5}}}}
    moved = loaded(tmp_path, {**given, "progress": "progress.json", "complaints": "said.jsonl"})
    assert moved.weights["safety"] > 1.5 * 0.3 / 0.4 * moved.weights["accuracy"]
    assert moved.weights["brevity"] > 0.15
    assert moved.by_tag["scene"]["tale"]["brevity"] > 0.5
    assert moved.floors == {"brevity": 0.2}
    assert moved.moved_by == ("progress", "complaints")
    assert moved.unmoved == {"weights": STANDARD, "floors": {}}
    assert sum(moved.weights.values()) == pytest.approx(1)


def test_learned_weights_are_read_from_a_file(tmp_path):
    (tmp_path / "w.json").write_text(json.dumps({"weights": {"accuracy": 3, "safety": 1}, "choices": 40}))
    assert loaded(tmp_path, {"learned": "w.json"}).weights == {"accuracy": 0.75, "safety": 0.25}


@pytest.mark.parametrize("text", ["{}", "[]", '{"weights": {"accuracy": -1}}', '{"weights": {"accuracy": 0}}', "{"])
def test_files_without_weights_are_refused(tmp_path, text):
    (tmp_path / "w.json").write_text(text)
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, {"learned": "w.json"})
    assert caught.value.field == "weights"
