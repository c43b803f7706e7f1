"""A queue goes out in every format, is answered there, and comes back."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from prefdata.cli import main
from prefdata.review.reading import answered
from prefdata.shards import read_json

from .conftest import build_in
from .world import IMAGES, QUESTIONS, read_rows, write_rows

WINNERS = dict(zip(QUESTIONS, ("left", "right", "tie", "both_bad", "left", "right"), strict=True))


def answer_jsonl(path: Path) -> list[tuple[str, str, str]]:
    rows = read_rows(path)
    write_rows(path, [{**row, "winner": WINNERS[row["prompt_id"]], "judge": "anna"} for row in rows])
    return [(row["prompt_id"], row["left_id"], row["right_id"]) for row in rows]


def answer_label_studio(path: Path) -> list[tuple[str, str, str]]:
    """As in files/label_studio_export.json, which the real one wrote."""
    tasks = read_json(path)
    for task in tasks:
        value = {"choices": [WINNERS[task["meta"]["prompt_id"]]]}
        result = [{"from_name": "preference", "to_name": "left", "type": "choices", "value": value}]
        task["annotations"] = [{"id": 1, "completed_by": 1, "was_cancelled": False, "result": result}]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return [tuple(task["meta"][name] for name in ("prompt_id", "left_id", "right_id")) for task in tasks]  # type: ignore[misc]


def answer_argilla(path: Path) -> list[tuple[str, str, str]]:
    """As in files/argilla_export.json, which the real one wrote."""
    records = read_json(path)
    for record in records:
        said = {"value": WINNERS[record["metadata"]["prompt_id"]], "user_id": "00000000-0000-0000-0000-000000000001"}
        record.update(responses={"preference": [said]}, status="completed")
    path.write_text(json.dumps(records), encoding="utf-8")
    return [tuple(record["metadata"][name] for name in ("prompt_id", "left_id", "right_id")) for record in records]  # type: ignore[misc]


ANSWER = {"jsonl": answer_jsonl, "label_studio": answer_label_studio, "argilla": answer_argilla}


@pytest.mark.parametrize("format", ANSWER)
def test_every_answer_comes_back_to_the_pair_and_the_side_that_it_was_about(built, tmp_path, format):
    path = tmp_path / f"{format}.json"
    assert main(["queue", str(built().path), "--out", str(path), "--format", format]) == 0
    shown = ANSWER[format](path)
    votes = answered(path).to_dict("records")
    assert [(vote["prompt_id"], vote["a"], vote["b"]) for vote in votes] == shown
    assert {left for _, left, _ in shown} == {"c0", "c1"}  # both orders are among them
    named = {"left": "a", "right": "b"}
    for vote in votes:
        assert vote["winner"] == named.get(WINNERS[vote["prompt_id"]], WINNERS[vote["prompt_id"]])
        assert vote["propensity"] == 1.0


def test_all_formats_name_the_questions_alike(built, tmp_path):
    run = built()
    for format in ANSWER:
        assert main(["queue", str(run.path), "--out", str(tmp_path / format), "--format", format]) == 0
    names = [row["task_id"] for row in read_rows(tmp_path / "jsonl")]
    assert names == [task["meta"]["task_id"] for task in read_json(tmp_path / "label_studio")]
    assert names == [record["id"] for record in read_json(tmp_path / "argilla")]


def pictures(urls: list[str]) -> list[bytes]:
    assert all(url.startswith("data:image/png;base64,") for url in urls)
    return [base64.b64decode(url.partition(",")[2]) for url in urls]


def test_label_studios_tasks_hold_what_the_interface_shows_and_hide_who_wrote_it(built, tmp_path):
    assert main(["queue", str(built().path), "--out", str(tmp_path / "q.json"), "--format", "label_studio"]) == 0
    interface = ElementTree.fromstring((tmp_path / "q.json.xml").read_text(encoding="utf-8"))
    shown = {tag.get("value", "").removeprefix("$") for tag in interface.iter("Text")}
    assert shown == {"prompt", "left", "right"}
    choices = interface.find("Choices")
    assert choices is not None
    assert choices.get("name") == "preference"
    assert [choice.get("value") for choice in choices] == ["left", "right", "tie", "both_bad"]
    assert [tag.get("on") for tag in interface.iter("Repeater")] == ["$images"]
    for task in read_json(tmp_path / "q.json"):
        name = task["meta"]["prompt_id"]
        assert set(task["data"]) == {*shown, "images"}
        assert task["data"]["prompt"] == QUESTIONS[name][0]
        assert pictures([image["url"] for image in task["data"]["images"]]) == [
            (tmp_path / image).read_bytes() for image in IMAGES.get(name, [])
        ]


def test_an_interface_for_texts_alone_shows_no_images(sample_run, tmp_path):
    assert main(["queue", str(sample_run.path), "--out", str(tmp_path / "q.json"), "--format", "label_studio"]) == 0
    assert "Image" not in (tmp_path / "q.json.xml").read_text()


def test_argillas_records_have_the_fields_of_their_settings_and_suggest_nothing(built, tmp_path):
    assert main(["queue", str(built().path), "--out", str(tmp_path / "q.json"), "--format", "argilla"]) == 0
    settings = read_json(tmp_path / "q.json.settings.json")
    required = {field["name"] for field in settings["fields"] if field["required"]}
    optional = {field["name"] for field in settings["fields"]} - required
    assert (required, optional) == ({"prompt", "left", "right"}, {"image_1", "image_2"})
    assert [question["name"] for question in settings["questions"]] == ["preference"]
    for record in read_json(tmp_path / "q.json"):
        name = record["metadata"]["prompt_id"]
        assert required <= set(record["fields"]) <= required | optional
        assert record["fields"]["prompt"] == [{"role": "user", "content": QUESTIONS[name][0]}]
        assert pictures([record["fields"][f"image_{n + 1}"] for n in range(len(IMAGES.get(name, [])))]) == [
            (tmp_path / image).read_bytes() for image in IMAGES.get(name, [])
        ]
        assert record["suggestions"] == record["responses"] == {}


def test_turns_that_only_one_candidate_has_are_shown_with_it(tmp_path):
    def talk(*answers: str) -> list[dict]:
        turns = [("user", "Hi"), ("assistant", answers[0]), ("user", "And?"), ("assistant", answers[1])]
        return [{"role": role, "content": text} for role, text in turns]

    models = {"model_a": "m", "model_b": "n", "conversation_a": talk("好", "更好"), "conversation_b": talk("x", "y")}
    votes = [{"question_id": 1, "turn": 2, "winner": "model_a", "judge": "j", **models}]
    write_rows(tmp_path / "v.jsonl", votes)
    run = build_in(tmp_path, ["v.jsonl"])
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.jsonl")]) == 0
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.json"), "--format", "label_studio"]) == 0
    (row,) = read_rows(tmp_path / "q.jsonl")
    side = "left" if row["left_id"] == "m" else "right"
    assert row[f"{side}_context"] == talk("好", "更好")[1:3]
    (task,) = read_json(tmp_path / "q.json")
    assert task["data"][side] == "assistant: 好\n\nuser: And?\n\nassistant: 更好"
