"""The queue of a run: real pairs of it, with their texts, in a fixed draw."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from prefdata import faults
from prefdata.cli import main
from prefdata.review.pool import pool
from prefdata.review.queue import queue
from prefdata.shards import RunDir, read_json

from .conftest import build_in
from .world import FILES, IMAGES, QUESTIONS, candidates, prompts, read_rows, write_rows, write_world


def compared(run) -> dict[tuple[str, str, str], dict]:
    (table,) = [pq.read_table(path) for path in run.work.glob("label-*/comparisons.parquet")]
    return {(row["prompt_id"], row["a"], row["b"]): row for row in table.to_pylist()}


def pair_of(task) -> tuple[str, str, str]:
    return (task.prompt_id, *sorted((task.left.candidate_id, task.right.candidate_id)))


def records(run, kind: str) -> list[dict]:
    return [row for path in run.work.glob(f"import-*/{kind}-*.parquet") for row in pq.read_table(path).to_pylist()]


def test_every_question_is_a_pair_of_the_run_with_the_texts_of_its_prompt(sample_run):
    known = compared(sample_run)
    texts = {(row["prompt_id"], row["candidate_id"]): row["text"] for row in records(sample_run, "candidate")}
    messages = {row["prompt_id"]: row["messages"] for row in records(sample_run, "prompt")}
    tasks = queue(sample_run, 60)
    assert len({pair_of(task) for task in tasks}) == 60
    for task in tasks:
        assert known[pair_of(task)]["obstacle"] is None
        assert task.messages == messages[task.prompt_id]
        assert all(side.text == texts[task.prompt_id, side.candidate_id] for side in (task.left, task.right))


def test_why_a_pair_was_chosen_is_said_of_the_side_that_is_left(sample_run):
    known = compared(sample_run)
    for task in queue(sample_run, 60):
        row = known[pair_of(task)]
        expected = row["probability"] if task.left.candidate_id == row["a"] else 1 - row["probability"]
        assert task.probability == pytest.approx(expected)
        assert (task.conflict, task.in_cycle) == (row["conflict"], row["in_cycle"])
        assert 0 < task.propensity <= 1


def test_which_side_is_left_is_drawn_by_lot(sample_run):
    swapped = [task.left.candidate_id > task.right.candidate_id for task in queue(sample_run, 200)]
    assert 70 < sum(swapped) < 130


def test_a_question_has_one_name_whichever_side_is_shown_first(sample_run):
    for task in queue(sample_run, 20):
        swapped = replace(task, left=task.right, right=task.left)
        changed = replace(task, left=task.left._replace(text=task.left.text + "!"))
        assert swapped.task_id == task.task_id != changed.task_id


def test_one_row_in_ten_is_an_audit(sample_run):
    reasons = [task.reason for task in queue(sample_run, 50)]
    assert reasons.count("audit") == 5
    assert reasons.count("score") == 45


def test_the_order_says_nothing_of_chances_so_that_people_may_stop_anywhere(sample_run):
    tasks = queue(sample_run, 200)
    propensity = np.array([task.propensity for task in tasks])
    audit = np.array([task.reason == "audit" for task in tasks])
    place = np.arange(len(tasks))
    assert abs(np.corrcoef(place, propensity)[0, 1]) < 0.2
    assert abs(np.corrcoef(place, audit)[0, 1]) < 0.2


def test_the_same_run_gives_the_same_questions_and_other_wishes_another_draw(sample_run):
    first = queue(sample_run, 40)
    assert first == queue(sample_run, 40)
    assert {pair_of(task) for task in first} - {pair_of(task) for task in queue(sample_run, 41)}


def test_uncertain_pairs_are_asked_about_first(sample_run):
    drawn = [1 - abs(2 * task.probability - 1) for task in queue(sample_run, 60) if task.reason == "score"]
    everyone = 1 - (2 * pool(sample_run)["probability"] - 1).abs()
    assert sum(drawn) / len(drawn) > everyone.mean()


def test_a_run_with_fewer_pairs_than_wanted_gives_all_of_them_for_sure(built):
    tasks = queue(built(), 1000)
    assert {task.prompt_id for task in tasks} == set(QUESTIONS)
    assert {task.propensity for task in tasks} == {1.0}


def test_chances_of_all_pairs_add_up_to_the_rows_of_the_queue(sample_run):
    """By Horvitz and Thompson's estimate of the number of pairs, over several draws."""
    whole = len(pool(sample_run))
    found = [sum(1 / task.propensity for task in queue(sample_run, count)) for count in range(40, 80)]
    assert sum(found) / len(found) == pytest.approx(whole, rel=0.08)


def test_earlier_questions_are_not_asked_again_whatever_the_format(sample_run, tmp_path, capsys):
    command = ["queue", str(sample_run.path), "--count", "60"]
    files: list[str] = []
    for format in ("jsonl", "label_studio", "argilla"):
        out = tmp_path / f"{format}.json"
        skip = ["--skip", *files] if files else []
        assert main([*command, "--out", str(out), "--format", format, *skip]) == 0
        files.append(str(out))
    assert main([*command, "--out", str(tmp_path / "last.jsonl"), "--count", "1000", "--skip", *files]) == 0
    asked = [
        *(row["task_id"] for row in read_rows(Path(files[0]))),
        *(row["meta"]["task_id"] for row in read_json(Path(files[1]))),
        *(row["id"] for row in read_json(Path(files[2]))),
        *(row["task_id"] for row in read_rows(tmp_path / "last.jsonl")),
    ]
    assert len(asked) == len(set(asked)) == len(pool(sample_run))
    capsys.readouterr()
    assert main([*command, "--out", str(tmp_path / "x"), "--skip", *files, str(tmp_path / "last.jsonl")]) == 2
    assert "every pair was asked about before" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_rows_follow_their_schema_and_name_images_that_are_there(built, tmp_path):
    run = built()
    assert main(["queue", str(run.path), "--out", str(tmp_path / "asked" / "q.jsonl"), "--by", "topic"]) == 0
    rows = {row["prompt_id"]: row for row in read_rows(tmp_path / "asked" / "q.jsonl")}
    assert [faults.row_fault("review", row) for row in rows.values()] == [None] * len(QUESTIONS)
    for name, row in rows.items():
        assert row["messages"][0]["content"] == QUESTIONS[name][0]
        assert {row["left"], row["right"]} == set(QUESTIONS[name][1:])
        found = [(tmp_path / "asked" / image).resolve() for image in row.get("images", [])]
        assert found == [(tmp_path / image).resolve() for image in IMAGES.get(name, [])]
        assert all(path.is_file() for path in found)
    assert rows["p0"]["stratum"] == "topic: colour"
    assert rows["p3"]["stratum"] == "topic: —"


def test_images_that_came_in_rows_are_found_where_the_run_keeps_them(tmp_path):
    write_world(tmp_path)
    red = base64.b64encode((tmp_path / "red.png").read_bytes()).decode()
    write_rows(tmp_path / "p.jsonl", [{**row, "images": [f"data:image/png;base64,{red}"]} for row in prompts()])
    run = build_in(tmp_path, ["p.jsonl", "candidates.jsonl", "votes.jsonl"])
    assert all(path.is_file() and run.work in path.parents for task in queue(run, 10) for path in task.images)


def test_a_run_that_was_moved_together_with_its_images_still_finds_them(built, tmp_path):
    built()
    (tmp_path / "elsewhere").mkdir()
    for name in ("run", "red.png", "pictures"):
        (tmp_path / name).rename(tmp_path / "elsewhere" / name)
    tasks = queue(RunDir(tmp_path / "elsewhere" / "run"), 10)
    assert all(path.is_file() for task in tasks for path in task.images)


def test_pairs_that_labels_wait_for_come_first(built):
    run = built(labels={"conflicts": "relabel"})
    tasks = queue(run, 6)
    assert [task.reason for task in tasks[:3]] == ["conflict_to_review"] * 3
    assert {task.prompt_id for task in tasks[:3]} == {"p1", "p3", "p5"}
    assert all(task.conflict and task.propensity == 1 for task in tasks[:3])


def test_a_queue_in_which_people_answered_is_never_written_over(built, tmp_path, capsys):
    run, out = built(), tmp_path / "q.jsonl"
    command = ["queue", str(run.path), "--out", str(out)]
    assert main(command) == main(command) == 0  # nobody has answered yet
    rows = read_rows(out)
    write_rows(out, [rows[0], {**rows[1], "winner": "left", "judge": "anna"}, *rows[2:]])
    answered = out.read_bytes()
    capsys.readouterr()
    assert main(command) == 2
    assert "is no queue without answers. To mend it: name another file" in capsys.readouterr().err
    assert out.read_bytes() == answered


@pytest.mark.parametrize("name", ["label_studio_export.json", "argilla_export.json", "argilla_flat.json"])
def test_what_the_tools_exported_is_never_written_over(built, tmp_path, name):
    out = tmp_path / name
    out.write_bytes((FILES / name).read_bytes())
    assert main(["queue", str(built().path), "--out", str(out)]) == 2
    assert out.read_bytes() == (FILES / name).read_bytes()


@pytest.mark.parametrize("format", ["label_studio", "argilla"])
def test_a_queue_for_a_tool_may_be_made_again(built, tmp_path, format):
    command = ["queue", str(built().path), "--out", str(tmp_path / "q.json"), "--format", format]
    assert main(command) == main(command) == 0


def test_pairs_that_people_answered_in_the_run_are_not_asked_again(built, tmp_path):
    run = built()
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.jsonl")]) == 0
    answers = [{**row, "winner": "left", "judge": "anna"} for row in read_rows(tmp_path / "q.jsonl")]
    write_rows(tmp_path / "answers.jsonl", [row for row in answers if row["prompt_id"] in ("p0", "p1")])
    assert {task.prompt_id for task in queue(built(["answers.jsonl"], "again"), 10)} == set(QUESTIONS) - {"p0", "p1"}


def test_a_count_that_is_no_number_is_said_plainly(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["queue", str(tmp_path), "--out", "q", "--count", "abc"])
    assert '"abc" is no whole number' in capsys.readouterr().err


def test_answers_to_other_pairs_and_files_of_other_kinds_are_errors(built, tmp_path, capsys):
    run = built()
    other = {"task_id": "t", "prompt_id": "zz", "left_id": "x", "right_id": "y", "winner": "left", "judge": "anna"}
    wrong = {"it answers nothing of": other, "it is no queue of `prefdata queue`": {"colour": "red"}}
    for problem, row in wrong.items():
        write_rows(tmp_path / "a.jsonl", [row])
        assert main(["queue", str(run.path), "--answers", str(tmp_path / "a.jsonl")]) == 2
        said = capsys.readouterr().err
        assert problem in said
        assert "--format" not in said


def test_what_cannot_be_asked_is_said_with_a_remedy(built, tmp_path, capsys):
    run = built()
    out = str(tmp_path / "q.jsonl")
    wrong = {
        ("--out", out, "--by", "colour"): 'no prompt of the run has the tag "colour"',
        ("--out", out, "--html", "x.html"): "--html means nothing beside --out",
        ("--answers", out, "--count", "3"): "--count means nothing beside --answers",
        ("--out", out, "--skip", out): "is one of the files to read",
        ("--out", out, "--skip", str(tmp_path / "votes.jsonl")): "votes.jsonl, line 1: is no row of a review queue",
    }
    for options, problem in wrong.items():
        assert main(["queue", str(run.path), *options]) == 2
        said = capsys.readouterr().err
        assert problem in said
        assert "To mend it: " in said


def test_a_run_in_which_nothing_was_compared_has_nothing_to_ask(tmp_path, capsys):
    write_rows(tmp_path / "p.jsonl", [{**row, "images": None} for row in prompts()])
    write_rows(tmp_path / "c.jsonl", candidates())
    run = build_in(tmp_path, ["p.jsonl", "c.jsonl"])
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.jsonl")]) == 2
    assert "has no pair to ask about" in capsys.readouterr().err


def test_a_draw_is_told_by_reason(built, tmp_path, capsys):
    run = built()
    capsys.readouterr()
    assert main(["queue", str(run.path), "--out", str(tmp_path / "q.jsonl"), "--count", "4"]) == 0
    assert capsys.readouterr().out.split() == [
        *("1", "audit", "3", "score", "4", "questions", "on", "4", "prompts"),
        *("questions", str(tmp_path / "q.jsonl")),
    ]
    assert json.loads((tmp_path / "q.jsonl").read_text().splitlines()[0])["winner"] is None


def test_nobody_is_asked_about_a_prompt_that_is_left_out_as_a_double(build, tmp_path):
    asked = "Describe how a steam engine turns heat into work and why it needs a condenser"
    ids = ["p0", "p1"]
    prompts = [{"prompt_id": i, "messages": [{"role": "user", "content": asked}]} for i in ids]
    candidates = [{"prompt_id": i, "candidate_id": c, "text": f"{c} {i}"} for i in ids for c in "xy"]
    votes = [{"prompt_id": i, "a": "x", "b": "y", "winner": "a", "judge": "j"} for i in ids]
    files = {"prompts.jsonl": prompts, "candidates.jsonl": candidates, "votes.jsonl": votes}
    assert [task.prompt_id for task in queue(build(files, dedup={}), 10)] == ["p0"]
