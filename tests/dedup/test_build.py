"""Dedup in a build: copies and contaminated prompts are named drops, and what is alike never stands in two splits."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from prefdata.config import load
from prefdata.errors import InputError
from prefdata.shards import RunDir, read_json

from ..conftest import bytes_of, drops, triplets, write_jsonl
from .alike import user
from .test_embedding import embedding_model
from .test_pictures import painted

HALVES = {"splits": {"train": 0.5, "test": 0.5}}
SUBJECTS = ("rivers", "the moon", "old bridges", "bees", "the theory of colours", "winter", "chess", "tall ships")
LONG = "Explain in simple words to a child of ten years what {} have to do with {}, and give an example of number {}"


def files(
    prompts: dict[str, list[dict]], pictures: dict[str, str] | None = None, **texts: str
) -> dict[str, list[dict]]:
    """Inputs in which every prompt has two candidates and a vote."""
    shown = {name: {"images": [file]} for name, file in (pictures or {}).items()}
    said = {name: texts.get(name, f"A good answer to {name}.") for name in prompts}
    return {
        "p.jsonl": [{"prompt_id": name, "messages": asked, **shown.get(name, {})} for name, asked in prompts.items()],
        "c.jsonl": [
            {"prompt_id": name, "candidate_id": side, "text": text}
            for name in prompts
            for side, text in (("good", said[name]), ("bad", f"No idea about {name}."))
        ],
        "v.jsonl": [{"prompt_id": n, "a": "good", "b": "bad", "winner": "a", "judge": "j"} for n in prompts],
    }


def left_out(run: RunDir) -> dict[str, tuple[str, str | None]]:
    return {drop["prompt_id"]: (drop["reason"], drop["detail"]) for drop in drops(run)}


def many() -> dict[str, list[dict]]:
    """Prompts of which a third are nearly others, and some are the same asked in another frame."""
    chance, found = random.Random(0), {}
    for number in range(80):
        text = LONG.format(*chance.sample(SUBJECTS, 2), number)
        found[f"p{number:03}"] = user(text)
        if number % 3 == 0:
            found[f"q{chance.random():.6f}"] = user(text.replace("simple", "plain"))
        if number % 3 == 1:
            found[f"f{chance.random():.6f}"] = user(text, system=f"You are person {number}.")
    return found


def test_copies_are_dropped_with_the_name_of_the_one_that_stays(build):
    prompts = {
        "b": user("What is the capital of France?"),
        "a": user("what is the capital of France"),
        "c": user("And you?"),
    }
    run = build(files(prompts), dedup={})
    assert left_out(run) == {"b": ("duplicate_prompt", "a")}
    assert {row["prompt_id"] for row in triplets(run)} == {"a", "c"}


def test_without_the_section_nothing_is_compared(build):
    run = build(files({"a": user("Same?"), "b": user("Same?")}))
    assert len(triplets(run)) == 2
    assert not list(run.work.glob("label-*/signatures.parquet"))


def test_another_threshold_is_obeyed_by_the_next_build(build):
    given = files({"a": user(LONG.format("bees", "chess", 1)), "b": user(LONG.format("bees", "winter", 1))})
    assert left_out(build(given, dedup={"text": 0.95})) == {}
    assert left_out(build(given, dedup={"text": 0.5})) == {"b": ("duplicate_prompt", "a")}


def test_what_is_alike_never_stands_in_two_splits(build):
    run = build(files(many()), dedup={}, export=HALVES)
    text = {row["prompt_id"]: row["prompt"][-1]["content"].replace("plain", "simple") for row in triplets(run)}
    splits = defaultdict(set)
    for row in triplets(run):
        splits[text[row["prompt_id"]]].add(row["split"])
    assert all(len(found) == 1 for found in splits.values())
    assert Counter(text.values()).most_common(1)[0][1] == 2, "frames differ: both stay"
    assert {split for found in splits.values() for split in found} == {"train", "test"}


def test_without_dedup_they_would(build):
    run = build(files(many()), export=HALVES)
    splits = defaultdict(set)
    for row in triplets(run):
        splits[row["prompt"][-1]["content"]].add(row["split"])
    assert any(len(found) == 2 for found in splits.values())


def rows_of(run: RunDir) -> list[list[str]]:
    return [
        sorted(json.dumps(row, sort_keys=True, default=str) for row in rows) for rows in (triplets(run), drops(run))
    ]


@pytest.mark.parametrize("shards", [2, 5])
def test_neither_shards_nor_the_order_of_the_inputs_change_a_row(build, shards):
    given = files(many())
    one = build(given, dedup={}, export=HALVES, run={"shards": 1})
    rows, bytes_ = rows_of(one), bytes_of(one)
    shuffled = {name: random.Random(1).sample(own, len(own)) for name, own in given.items()}
    other = build(shuffled, dedup={}, export=HALVES, run={"shards": 1})
    same = [name for name in bytes_ if name.startswith("dataset") or name == "drops.parquet"]
    assert {name: bytes_of(other)[name] for name in same} == {name: bytes_[name] for name in same}
    assert rows_of(build(given, dedup={}, export=HALVES, run={"shards": shards})) == rows


def paint(folder: Path, **pictures: Image.Image) -> None:
    for name, image in pictures.items():
        image.save(folder / f"{name}.png")


def test_prompts_about_pictures_that_are_alike_fall_together(build, tmp_path):
    prompts, pictures = {}, {}
    for number in range(16):
        paint(tmp_path, **{f"large{number}": painted(number), f"small{number}": painted(number, (160, 120))})
        for size, text in (("large", "Describe the image."), ("small", f"What is left of thing {number}?")):
            prompts[f"{size}{number}"], pictures[f"{size}{number}"] = user(text), f"{size}{number}.png"
    prompts["again"], pictures["again"] = user("describe the image"), "small3.png"
    run = build(files(prompts, pictures), dedup={}, export=HALVES)
    assert left_out(run) == {"large3": ("duplicate_prompt", "again")}
    splits = {row["prompt_id"]: row["split"] for row in triplets(run)}
    assert all(splits[f"large{n}"] == splits[f"small{n}"] for n in range(16) if n != 3)
    assert set(splits.values()) == {"train", "test"}
    by_files = build(files(prompts, pictures), dedup={"image": None}, export=HALVES)
    assert left_out(by_files) == {}
    splits = {row["prompt_id"]: row["split"] for row in triplets(by_files)}
    assert splits["again"] == splits["small3"]
    assert any(splits[f"large{n}"] != splits[f"small{n}"] for n in range(16))


def test_contaminated_prompts_are_dropped_with_the_file_and_the_overlap(build, tmp_path):
    question = "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May."
    answer = "In May she sold 48 divided by 2, that is 24 clips; together these are 72 clips in both months."
    write_jsonl(tmp_path / "bench.jsonl", [{"question": question, "answer": answer}])
    (tmp_path / "short.txt").write_text("Who are you?\n", encoding="utf-8")
    prompts = {
        "asks": user(f"Solve: {question} How many clips?"),
        "short": user("who are you"),
        "fine": user("What is a clip?"),
        "recites": user("Tell me a story about clips."),
    }
    run = build(files(prompts, recites=answer), dedup={"against": ["bench.jsonl", "short.txt"]})
    assert left_out(run) == {
        "asks": ("contaminated", "bench.jsonl: 76 % of the 8-grams"),  # 13 of 17
        "short": ("contaminated", "short.txt: the same question"),
        "recites": ("contaminated", "bench.jsonl: 100 % of the 8-grams of candidate good"),
    }
    assert {row["prompt_id"] for row in triplets(run)} == {"fine"}


def test_pictures_of_a_benchmark_contaminate_and_its_questions_about_them_do_not(build, tmp_path):
    paint(tmp_path, bench=painted(1), same=painted(1, (200, 150)), other=painted(2))
    write_jsonl(tmp_path / "bench.jsonl", [{"question": "Describe the image.", "image": "bench.png"}])
    prompts = {"same": user("Who is in it?"), "other": user("Describe the image.")}
    run = build(files(prompts, {"same": "same.png", "other": "other.png"}), dedup={"against": ["bench.jsonl"]})
    assert left_out(run) == {"same": ("contaminated", "bench.jsonl: a picture of it")}


def test_a_changed_benchmark_is_compared_anew(build, tmp_path):
    bench = tmp_path / "bench.txt"
    bench.write_text("What else?\n", encoding="utf-8")
    given = files({"a": user("What now?")})
    assert left_out(build(given, dedup={"against": ["bench.txt"]})) == {}
    bench.write_text("What now?\n", encoding="utf-8")
    assert set(left_out(build(given, dedup={"against": ["bench.txt"]}))) == {"a"}


def test_a_prompt_without_votes_does_not_push_out_one_with(build):
    given = files({"a": user("Same?"), "b": user("Same!")})
    given["v.jsonl"] = given["v.jsonl"][1:]
    run = build(given, dedup={})
    assert [row["prompt_id"] for row in triplets(run)] == ["b"]
    assert left_out(run) == {}


def test_styles_of_one_prompt_are_no_copies_of_each_other(build):
    rows = [
        {"prompt_id": f"p{n}", "question": f"What happens in story {n}?", "units": [["boy"], ["cookie"]],
         "styles": {"rich": f"The boy takes cookie {n}.", "sparse": f"He is there {n}."}}
        for n in (1, 2, 2, 3)
    ]  # fmt: skip
    rows[2]["prompt_id"] = "p2x"
    long = {"rich": f"Answer fully. {'Say all there is to say. ' * 9}", "sparse": f"Be brief. {'Say little. ' * 9}"}
    styles, judges = {"instructions": long}, [{"name": "asked_for", "kind": "style"}]
    run = build({"pairs.jsonl": rows}, styles=styles, judges=judges, dedup={}, export=HALVES)
    assert left_out(run) == {f"p2x/{s}": ("duplicate_prompt", f"p2/{s}") for s in long}
    splits = {row["prompt_id"]: row["split"] for row in triplets(run)}
    assert set(splits) == {f"p{n}/{s}" for n in (1, 2, 3) for s in long}
    assert all(splits[f"p{n}/rich"] == splits[f"p{n}/sparse"] for n in (1, 2, 3))


def test_votes_without_prompts_are_still_dropped_for_want_of_them(build):
    run = build({"v.jsonl": files({"a": user("x"), "b": user("x")})["v.jsonl"]}, dedup={})
    assert Counter(reason for reason, _ in left_out(run).values()) == {"missing_prompt": 2}


def test_an_embedding_model_is_asked_and_other_weights_ask_again(build, tmp_path):
    embedding_model(tmp_path / "encoder")
    given = files({"a": user("what is the capital"), "b": user("capital the is what"), "c": user("天空")})
    strict = build(given, dedup={"embedding": "encoder", "cosine": 1.0})
    assert left_out(strict) == {}
    signed = pq.read_table(strict.work / "label-0000" / "signatures.parquet", columns=["embedding"])
    assert signed["embedding"].null_count == 0
    key = read_json(strict.work / "label-0000" / "manifest.json")["key"]
    loose = build(given, dedup={"embedding": "encoder", "cosine": 0.9})
    assert left_out(loose) == {"b": ("duplicate_prompt", "a")}
    vocabulary = tmp_path / "encoder" / "config.json"
    vocabulary.write_text(vocabulary.read_text().replace('"layer_norm_eps": 1e-12', '"layer_norm_eps": 1e-05'))
    again = build(given, dedup={"embedding": "encoder", "cosine": 1.0})
    assert read_json(again.work / "label-0000" / "manifest.json")["key"] != key


@pytest.mark.parametrize(
    ("section", "field", "told"),
    [
        ({"against": ["gone.jsonl"]}, "dedup.against.0", "there is no file"),
        ({"against": ["votes.jsonl"]}, "votes.jsonl", "neither questions nor answers"),
        ({"against": ["b.txt", "b.txt"]}, "dedup.against.1", "stands twice"),
        ({"cosine": 0.9}, "dedup.cosine", "means nothing without embedding"),
        ({"overlap": 0.9}, "dedup.overlap", "means nothing without against"),
        ({"embedding": "nowhere/at/all"}, "dedup.embedding", "nowhere/at/all"),
        ({"image": 20}, "dedup.image", "12"),
        ({"txet": 0.8}, "dedup.txet", 'write "text"'),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(build, tmp_path, capsys, section, field, told):
    (tmp_path / "b.txt").write_text("Why?\n", encoding="utf-8")
    write_jsonl(tmp_path / "votes.jsonl", files({"a": user("x")})["v.jsonl"])
    build(files({"a": user("Who?")}), code=2, dedup=section)
    shown = capsys.readouterr().err
    assert field in shown
    assert told in shown
    assert "To mend it" in shown


def test_a_wrong_benchmark_is_found_before_anything_is_built(tmp_path):
    write_jsonl(tmp_path / "p.jsonl", files({"a": user("x")})["p.jsonl"])
    write_jsonl(tmp_path / "bench.jsonl", [{"question": "Where?", "image": "gone.png"}])
    config = tmp_path / "build.yaml"
    config.write_text("inputs: [p.jsonl]\ndedup: {against: [bench.jsonl]}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bench.jsonl, line 1, field \"image\": there is no file gone.png"):
        load(config)
