"""Corruptions in a build: their origins stand in the candidates, and they lose to what they were made from."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
import yaml

from prefdata.cli import main
from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.shards import RunDir
from prefdata.sources import drafting
from prefdata.sources.draft import CORRUPTIONS

from ..conftest import drops, triplets
from .corrupted import WEIGHTS, nobody

TRUTH = {"name": "known", "kind": "truth", "synonyms": str(WEIGHTS / "synonyms.txt")}
SOURCES = [
    {"name": "gold", "kind": "reference"},
    {"name": "injected", "kind": "inject", "of": "gold", "partners": str(WEIGHTS / "partners.txt")},
    {"name": "recoloured", "kind": "alter", "how": "colour", "of": "gold"},
    {"name": "fewer", "kind": "omit", "of": "gold"},
    {"name": "garbled", "kind": "degrade", "how": "drop_words", "of": "gold"},
]


@pytest.fixture
def built(tmp_path, monkeypatch):
    """built(sources, more) builds over eight drawn scenes → the run and the rows of its candidates."""
    monkeypatch.chdir(tmp_path)

    def build(sources: list[dict], **more) -> tuple[RunDir, list[dict]]:
        assert main(["tinyworld", "draw", "8", "--split", "train", "--out", str(tmp_path)]) == 0
        config = {"prompts": {"path": "prompts.jsonl"}, "run": {"name": "x", "shards": 1}, "verifiers": [TRUTH]}
        config |= {"sources": sources, "judges": [{"name": "built", "kind": "corruption"}], **more}
        (tmp_path / "build.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        assert main(["build", str(tmp_path / "build.yaml"), "--run-dir", str(tmp_path / "run")]) == 0
        run = RunDir(tmp_path / "run")
        files = run.work.glob("generate-*/candidate-*.parquet")
        return run, [row for file in files for row in pq.read_table(file).to_pylist()]

    return build


def test_what_was_corrupted_loses_to_what_it_was_made_from(built):
    run, rows = built(SOURCES)
    pairs = triplets(run)
    assert {row["chosen_id"] for row in pairs} == {"gold"}
    assert {row["rejected_id"] for row in pairs} == {f"{source['name']}:gold" for source in SOURCES[1:]}
    origins = {(row["prompt_id"], row["candidate_id"]): json.loads(row["origin"]) for row in rows}
    texts = {(row["prompt_id"], row["candidate_id"]): row["text"] for row in rows}
    for (prompt, name), origin in origins.items():
        if "edit" in origin:
            assert origin["confirmed"] is True
            assert origin["of"] == "gold"
            start, end = origin["edit"]["char_span"]
            text = texts[prompt, name]
            assert text[:start] + origin["edit"]["from"] + text[end:] == texts[prompt, "gold"]
    assert {drop["reason"] for drop in drops(run)} <= {"nothing_to_edit", "edit_not_confirmed", "over_max_pairs"}


def test_an_answer_is_swapped_with_that_to_the_picture_before(built):
    policy = {"name": "tiny", "provider": "local", "model": str(WEIGHTS / "policy"), "concurrency": 32}
    sources = [{"name": "other", "kind": "distort", "how": "swap", "temperature": 0, "confirm": []}]
    candidates = {"per_prompt": 1, "temperatures": [0], "max_tokens": 96}
    run, rows = built(sources, policies=[policy], candidates=candidates)
    swapped = [row for row in rows if row["candidate_id"].startswith("other:")]
    pictures = {row["prompt_id"].rsplit("-", 1)[0] for row in rows}
    without = {drop["prompt_id"].rsplit("-", 1)[0] for drop in drops(run) if drop["reason"] == "no_other_image"}
    assert without == {min(pictures)}, "all of the first picture"
    described = {row["prompt_id"].removesuffix("-describe") for row in swapped}
    assert described >= pictures - without, "no answer is that to the true picture, which would be left out as a double"
    for row in swapped:
        edit = json.loads(row["origin"])["edit"]
        assert edit["from"] != edit["to"]
    assert {row["rejected_id"] for row in triplets(run)} == {"other:tiny@0#0"}


@pytest.mark.parametrize("kind", [*drafting.KINDS, *drafting.VERIFIED])
def test_kinds_that_corrupt_say_so_of_their_drafts(kind):
    prompt = Prompt("p", [{"role": "user", "content": "?"}])
    gold, source = Source("gold", "reference"), Source("x", kind, of="gold", how="count", principles=("Be kind.",))
    made = [draft for draft in drafting.drafts((gold, source), prompt, [], nobody) if draft.candidate_id != "gold"]
    assert len(made) == 1
    assert made[0].corrupted == (kind in CORRUPTIONS)
    assert (made[0].base is None) == (kind in drafting.STARTS_AFRESH)
