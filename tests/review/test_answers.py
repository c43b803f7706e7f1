"""Answers come back as votes: from our own rows, and from what the real tools exported."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prefdata.cli import main
from prefdata.errors import InputError
from prefdata.shards import read_json
from prefdata.sources.imports.intake import Intake

from ..conftest import drops
from .world import FILES, read_rows, write_rows

ANNA, BEN = "label_studio:1", "label_studio:2"
USERS = {ANNA: "00000000-0000-0000-0000-000000000001", BEN: "00000000-0000-0000-0000-000000000002"}
# What anna and ben answered in the real tools. In Label Studio anna first said "left" to p2, and then "right".
SAID = {("p1", BEN): "tie", ("p2", ANNA): "right", ("p3", ANNA): "left", ("p3", BEN): "right", ("p4", ANNA): "both_bad"}
ANSWERS = {"left": "a", "right": "b", "tie": "tie", "both_bad": "both_bad"}


def read(path: Path, on_bad_row: str = "fail") -> tuple[list[dict], Intake]:
    intake = Intake(path, path.name, "auto", on_bad_row)
    rows = [row for chunk in intake.chunks() for row in chunk.table.to_pylist()]
    return sorted(rows, key=lambda row: (row["prompt_id"], row["judge"])), intake


def fault(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path)
    return caught.value


def row(**changes) -> dict:
    asked = {"task_id": "t", "prompt_id": "p", "left_id": "x", "left": "A", "right_id": "y", "right": "B"}
    return {**asked, "propensity": 0.25, "winner": "left", "judge": "anna", **changes}


@pytest.mark.parametrize(("answer", "winner"), ANSWERS.items())
def test_an_answer_is_a_vote_on_the_two_in_the_order_in_which_they_were_shown(tmp_path, answer, winner):
    (vote,), intake = read(write_rows(tmp_path / "a.jsonl", [row(winner=answer, left_id="z", right_id="b")]))
    assert intake.format == "review"
    known = {name: vote[name] for name in ("vote_id", "prompt_id", "a", "b", "winner", "judge", "order", "source")}
    expected = ("t:anna", "p", "z", "b", winner, "anna", "ab", "review")
    assert known == dict(zip(known, expected, strict=True))
    assert vote["propensity"] == 0.25


@pytest.mark.parametrize(
    ("name", "format"),
    [(f"{name}.json", name.rpartition("_")[0]) for name in ("label_studio_export", "argilla_export", "argilla_flat")],
)
def test_what_the_real_tools_export_is_found_and_read(name, format):
    found, intake = read(FILES / name)
    people = USERS if format == "argilla" else {judge: judge for judge in USERS}
    votes = {(vote["prompt_id"], vote["judge"]): vote["winner"] for vote in found}
    assert intake.format == format
    assert votes == {(prompt, people[judge]): ANSWERS[answer] for (prompt, judge), answer in SAID.items()}
    assert {vote["propensity"] for vote in found} == {1.0}
    assert {frozenset((vote["a"], vote["b"])) for vote in found} == {frozenset(("c0", "c1"))}
    assert [drop.reason for drop in intake.drops] == ["skipped", "unanswered"]
    assert intake.rows == intake.accepted + len(intake.drops) == 6


def test_the_shown_order_of_the_tools_leads_back_to_the_candidates():
    shown = {task["meta"]["prompt_id"]: task["meta"] for task in read_json(FILES / "label_studio_export.json")}
    assert {meta["left_id"] for meta in shown.values()} == {"c0", "c1"}  # both orders are among them
    for vote in read(FILES / "label_studio_export.json")[0]:
        meta = shown[vote["prompt_id"]]
        assert (vote["a"], vote["b"]) == (meta["left_id"], meta["right_id"])


def test_what_was_chosen_before_a_task_was_skipped_is_no_answer(tmp_path):
    (task, *_) = read_json(FILES / "label_studio_export.json")
    task["annotations"][0]["was_cancelled"] = True
    (tmp_path / "a.json").write_text(json.dumps([task]))
    assert [(vote["judge"], vote["winner"]) for vote in read(tmp_path / "a.json")[0]] == [(BEN, "b")]


def test_a_task_sent_in_without_a_choice_is_no_answer_of_that_person(tmp_path):
    (task, *_) = read_json(FILES / "label_studio_export.json")
    task["annotations"][0]["result"][0]["value"] = {"choices": []}
    (tmp_path / "a.json").write_text(json.dumps([task]))
    assert [(vote["judge"], vote["winner"]) for vote in read(tmp_path / "a.json")[0]] == [(BEN, "b")]


def test_argillas_flat_rows_are_read_from_a_table_too(tmp_path):
    rows = read_json(FILES / "argilla_flat.json")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "records.parquet")
    assert [vote["vote_id"] for vote in read(tmp_path / "records.parquet")[0]] == [
        vote["vote_id"] for vote in read(FILES / "argilla_flat.json")[0]
    ]


def test_a_pairwise_tag_of_label_studio_is_read_and_people_may_be_objects(tmp_path):
    (task, *_) = read_json(FILES / "label_studio_export.json")
    for annotation, side in zip(task["annotations"], ("right", "left"), strict=True):
        annotation["result"] = [{"from_name": "preference", "type": "pairwise", "value": {"selected": side}}]
        annotation["completed_by"] = {"id": annotation["completed_by"], "email": "someone@example.com"}
    (tmp_path / "a.json").write_text(json.dumps([task]))
    assert [(vote["judge"], vote["winner"]) for vote in read(tmp_path / "a.json")[0]] == [(ANNA, "b"), (BEN, "a")]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"winner": "a"}, "winner", "unknown_value"),
        ({"winner": ["left"]}, "winner", "unknown_value"),
        ({"judge": None}, "judge", "missing_field"),
        ({"judge": " "}, "judge", "missing_field"),
        ({"right_id": ""}, "right_id", "missing_field"),
        ({"prompt_id": 7}, "prompt_id", "missing_field"),
        ({"right_id": "x"}, "b", "self_comparison"),
        ({"propensity": 0}, "propensity", "out_of_range"),
        ({"propensity": 1.5}, "propensity", "out_of_range"),
        ({"propensity": "1"}, "propensity", "wrong_type"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_field(tmp_path, changes, field, reason):
    path = write_rows(tmp_path / "answers.jsonl", [row(task_id="first"), row(**changes)])
    error = fault(path)
    assert (error.file, error.place, error.field, error.reason) == (str(path), "line 2", field, reason)
    assert error.remedy
    found, intake = read(path, "drop")
    assert len(found) == 1
    assert [(drop.line, drop.reason) for drop in intake.drops] == [(2, reason)]


def test_a_row_without_a_place_for_the_winner_is_no_answer(tmp_path):
    other = row(preference="left")
    del other["winner"]  # as in Label Studio's JSON-MIN
    assert fault(write_rows(tmp_path / "a.jsonl", [other])).field == "winner"


def choose(task: dict, choices: list[str]) -> None:
    task["annotations"][0]["result"][0]["value"] = {"choices": choices}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda task: task["annotations"][0].pop("completed_by"), "annotations.completed_by"),
        (lambda task: task["annotations"][0]["result"][0].update(from_name="better"), "annotations.result.from_name"),
        (lambda task: choose(task, ["best"]), "annotations.result"),
        (lambda task: choose(task, ["left", "tie"]), "annotations.result"),
        (lambda task: task.update(annotations="none"), "annotations"),
        (lambda task: task["meta"].pop("left_id"), "left_id"),
    ],
)
def test_a_bad_task_of_label_studio_is_named(tmp_path, change, field):
    (task, *_) = read_json(FILES / "label_studio_export.json")
    change(task)
    (tmp_path / "a.json").write_text(json.dumps([task]))
    assert fault(tmp_path / "a.json").field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda record: record["responses"]["preference"][0].update(user_id="None"), "responses.preference.user_id"),
        (lambda record: record["responses"]["preference"][0].update(value="best"), "responses.preference"),
        (lambda record: record.update(responses=[]) or record.update(responses=[1]), "responses"),
        (lambda record: record["metadata"].pop("right_id"), "right_id"),
    ],
)
def test_a_bad_record_of_argilla_is_named(tmp_path, change, field):
    (record, *_) = read_json(FILES / "argilla_export.json")
    change(record)
    (tmp_path / "a.json").write_text(json.dumps([record]))
    assert fault(tmp_path / "a.json").field == field


def test_argillas_lists_of_different_length_are_no_answers(tmp_path):
    (record, *_) = read_json(FILES / "argilla_flat.json")
    record["preference.responses.users"].pop()
    (tmp_path / "a.json").write_text(json.dumps([record]))
    assert fault(tmp_path / "a.json").field == "preference.responses"


def test_answers_that_are_not_there_are_named_drops_and_never_stop_a_build(built, tmp_path):
    run = built()
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.jsonl")]) == 0
    rows = read_rows(tmp_path / "q.jsonl")
    write_rows(tmp_path / "answers.jsonl", [{**rows[0], "winner": "tie", "judge": "anna"}, *rows[1:]])
    again = built(["answers.jsonl", {"path": str(FILES / "argilla_flat.json")}], "again", on_bad_row="fail")
    left_out = [(drop["stage"], drop["reason"], drop["kind"]) for drop in drops(again) if drop["stage"] == "import"]
    assert sorted(left_out) == [("import", "skipped", "row")] + [("import", "unanswered", "row")] * 6


def test_answers_imported_twice_are_one_vote(built, tmp_path):
    once = built([{"path": str(FILES / "label_studio_export.json")}], "once")
    copy = tmp_path / "copy.json"
    copy.write_bytes((FILES / "label_studio_export.json").read_bytes())
    twice = built([{"path": str(FILES / "label_studio_export.json")}, "copy.json"], "twice")
    tables = [pq.read_table(run.work / "label-0000" / "comparisons.parquet").to_pylist() for run in (once, twice)]
    assert tables[0] == tables[1]
    assert sum(drop["reason"] == "duplicate" for drop in drops(twice)) == len(SAID)
