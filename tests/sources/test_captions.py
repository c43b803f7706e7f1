"""Captions of pictures: a file a model, a picture a prompt, a caption a candidate."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from prefdata.audit import audit
from prefdata.cli import main
from prefdata.config import load
from prefdata.errors import InputError
from prefdata.shards import RunDir
from prefdata.sources.imports.captions import QUESTION, reader

from ..conftest import drops, triplets, write_jsonl

REAL = Path(__file__).parents[1] / "metrics" / "data"
DOG = {"image_id": 7, "caption": "A dog on a bench."}
CAT = {"image_id": "9", "caption": "一只猫。"}


def asked(question):
    return [{"role": "user", "content": question}]


def said(candidate):
    return candidate["prompt_id"], candidate["candidate_id"], candidate["text"]


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".jsonl.gz", ".parquet"])
def test_a_caption_is_a_candidate_named_by_its_file(ending, write, read):
    rows = [DOG, {**CAT, "image_id": 9}]  # a column of a table has one type
    found = read(write(f"llava-1.5_beam5{ending}", rows))
    assert found.format == "captions"
    assert found.prompt == [{"prompt_id": name, "messages": asked(QUESTION)} for name in ("7", "9")]
    assert [said(row) for row in found.candidate] == [
        ("7", "llava-1.5_beam5", DOG["caption"]),
        ("9", "llava-1.5_beam5", CAT["caption"]),
    ]


def test_a_name_without_an_ending_keeps_what_looks_like_one(tmp_path, read):
    path = tmp_path / "llava-1.5"
    path.write_bytes(gzip.compress(json.dumps(DOG).encode()))
    assert [row["candidate_id"] for row in read(path).candidate] == ["llava-1.5"]


@pytest.mark.parametrize("system", ["llava-1.5", "instructblip"])
def test_real_files_give_a_prompt_and_a_candidate_a_row(system, read):
    found = read(REAL / f"captions_{system}.jsonl", linked=True)
    rows = [json.loads(line) for line in (REAL / f"captions_{system}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [said(row) for row in found.candidate] == [
        (str(row["image_id"]), f"captions_{system}", row["caption"]) for row in rows
    ]
    assert [row["prompt_id"] for row in found.prompt] == [str(row["image_id"]) for row in rows]
    assert {json.dumps(row["messages"]) for row in found.prompt} == {json.dumps(asked(QUESTION))}


def test_more_captions_of_a_picture_are_numbered_and_equal_ones_are_one(write, read):
    texts = ["a dog", "a cat", "a dog", "a bird", "a cat"]
    found = read(write("m.jsonl", [{"image_id": 7, "caption": text} for text in texts]), linked=True)
    assert [said(row)[1:] for row in found.candidate] == [("m", "a dog"), ("m#2", "a cat"), ("m#3", "a bird")]
    assert len(found.prompt) == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "c"])), max_size=20))
def test_a_candidate_stands_for_one_picture_and_one_text(rows):
    convert = reader("m.jsonl", None)
    named = [convert({"image_id": image, "caption": text}).candidate[0] for image, text in rows]
    by_name = {said(row)[:2]: row["text"] for row in named}
    assert all(by_name[said(row)[:2]] == row["text"] for row in named)
    assert len(by_name) == len({(image, text) for image, text in rows})


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"image_id": None}, "image_id", "missing_field"),
        ({"image_id": 7.0}, "image_id", "wrong_type"),
        ({"image_id": True}, "image_id", "wrong_type"),
        ({"image_id": [7]}, "image_id", "wrong_type"),
        ({"image_id": " "}, "image_id", "bad_value"),
        ({"caption": None}, "caption", "missing_field"),
        ({"caption": ["a dog"]}, "caption", "wrong_type"),
        ({"image": 5}, "images", "wrong_type"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_line_and_field(change, field, reason, write):
    path = write("rows.jsonl", [DOG, {**CAT, **change}, CAT])
    with pytest.raises(InputError) as caught:
        audit([path])
    error = caught.value
    assert (error.file, error.place, error.field, error.reason) == (str(path), "line 2", field, reason)
    assert error.remedy
    assert audit([path], on_bad_row="drop").figures()["drops"] == {f"import: {reason}": 1}


@pytest.fixture
def built(tmp_path):
    """built({file: rows}, votes, **of each input) → the run of captions that somebody voted on."""

    def build(files, votes, code=0, **settings):
        for name, rows in {**files, "votes.jsonl": votes}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            write_jsonl(tmp_path / name, rows)
        inputs = [*({"path": name, **settings} for name in files), {"path": "votes.jsonl"}]
        (tmp_path / "b.yaml").write_text(yaml.safe_dump({"inputs": inputs}), encoding="utf-8")
        assert main(["build", str(tmp_path / "b.yaml"), "--run-dir", str(tmp_path / "run")]) == code
        return RunDir(tmp_path / "run")

    return build


def vote(prompt_id, a, b):
    return {"prompt_id": prompt_id, "a": a, "b": b, "winner": "a", "judge": "eye"}


def test_files_about_the_same_pictures_are_candidates_of_the_same_prompts(built):
    other = [{**DOG, "caption": "A dog and a cat."}, {**CAT, "caption": "一只狗。"}]
    run = built({"greedy.jsonl": [DOG, CAT], "beam.jsonl": other}, [vote(p, "greedy", "beam") for p in ("7", "9")])
    assert {
        (row["prompt_id"], row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in triplets(run)
    } == {("7", DOG["caption"], "A dog and a cat."), ("9", CAT["caption"], "一只狗。")}
    assert [(row["kind"], row["reason"], row["file"]) for row in drops(run)] == [
        ("prompt", "duplicate", "beam.jsonl"),
        ("prompt", "duplicate", "beam.jsonl"),
    ]


def test_a_question_in_the_config_is_what_was_asked(built):
    files = {"greedy.jsonl": [DOG], "beam.jsonl": [{**DOG, "caption": "A cat."}]}
    run = built(files, [vote("7", "greedy", "beam")], question="What is here?")
    assert [row["prompt"] for row in triplets(run)] == [asked("What is here?")]


def test_two_files_of_one_name_are_told_apart_by_hand(built, capsys):
    files = {"a/m.jsonl": [DOG], "b/m.jsonl": [{**DOG, "caption": "A cat."}]}
    built(files, [vote("7", "m", "other")], code=2)
    shown = capsys.readouterr().err
    assert 'b/m.jsonl, line 1, field "candidate_id": the id "m" is already used' in shown
    assert "a/m.jsonl line 1" in shown


def test_a_question_to_rows_that_take_none_is_refused(write, tmp_path, capsys):
    write("votes.jsonl", [vote("7", "a", "b")])
    (tmp_path / "b.yaml").write_text("inputs: [{path: votes.jsonl, question: Why}]", encoding="utf-8")
    assert load(tmp_path / "b.yaml").inputs[0].question == "Why"
    assert main(["build", str(tmp_path / "b.yaml"), "--run-dir", str(tmp_path / "run")]) == 2
    assert "rows of the format vote take no question" in capsys.readouterr().err
