"""Candidates from every source, through a served model: what is asked, what comes out, whose it is."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
import yaml

from prefdata.cli import main
from prefdata.shards import RunDir

from ..conftest import drops, triplets, write_jsonl


def records(run: RunDir, kind: str) -> list[dict]:
    """The generated records of a run."""
    return [
        row for path in sorted(run.work.glob(f"generate-*/{kind}-*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


@pytest.fixture
def live(serve, config, tmp_path):
    """live(section=…) builds five prompts with one sample each; returns the run and the server."""

    def build(**more):
        server = serve()
        settings = {"candidates": {"per_prompt": 1, "temperatures": [0.7]}, "judges": [], **more}
        path = config(server.url, prompts=5, about=settings.pop("about", None), **settings)
        assert main(["build", str(path), "--run-dir", str(tmp_path / "run")]) == 0
        return RunDir(tmp_path / "run"), server

    return build


def by_source(run: RunDir) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in records(run, "candidate"):
        found.setdefault(json.loads(row["origin"])["source"], []).append(row)
    return found


def test_the_gold_answer_beats_the_policys_own_by_construction(live):
    run, server = live(
        about={"reference": "The gold answer."},
        sources=[{"name": "gold", "kind": "reference"}],
        judges=[{"name": "built", "kind": "origin", "prefers": ["gold", "sample"]}],
    )
    assert server.stats()["calls"] == 5
    assert [(row["chosen_id"], row["rejected_id"]) for row in triplets(run)] == [("gold", "policy@0.7#0")] * 5
    assert json.loads(triplets(run)[0]["provenance"])["judges"] == {"built": {"chosen": 1}}


def test_a_prompt_without_a_gold_answer_is_a_named_drop(live):
    run, _ = live(sources=[{"name": "gold", "kind": "reference"}])
    assert [(d["reason"], d["kind"], d["a"]) for d in drops(run)] == [("no_reference", "candidate", "gold")] * 5


def test_an_edit_asks_once_a_candidate_and_a_translation_there_and_back_twice(live):
    run, server = live(
        sources=[
            {"name": "other_words", "kind": "edit", "how": "paraphrase"},
            {"name": "round_trip", "kind": "edit", "how": "back_translation", "language": "Finnish"},
            {"name": "pirate", "kind": "edit", "how": "style", "instruction": "as a pirate"},
            {"name": "own", "kind": "edit", "instruction": "Remove all adjectives."},
        ]
    )
    assert server.stats()["calls"] == 5 * (1 + 1 + 2 + 1 + 1)
    made = by_source(run)
    assert {source: len(rows) for source, rows in made.items()} == dict.fromkeys(
        ["sample", "other_words", "round_trip", "pirate", "own"], 5
    )
    assert json.loads(made["round_trip"][0]["origin"])["of"] == "policy@0.7#0"
    assert made["other_words"][0]["candidate_id"] == "other_words:policy@0.7#0"


def test_a_revision_follows_a_critique_by_each_principle(live, tmp_path):
    (tmp_path / "principles.txt").write_text("# ours\n- Be honest.\n- Be kind.\n", encoding="utf-8")
    run, server = live(sources=[{"name": "better", "kind": "revise", "principles": "principles.txt", "rounds": 2}])
    assert server.stats()["calls"] == 5 * (1 + 4)
    origin = json.loads(by_source(run)["better"][0]["origin"])
    assert sorted(origin["principles"]) == ["Be honest.", "Be kind."]


def test_a_misled_policy_answers_the_prompt_itself(live):
    seeded = [{"name": "policy", "seed": 1}]  # the server answers by the request alone
    run, server = live(
        policies=seeded, sources=[{"name": "liar", "kind": "adversarial", "how": "false_detail", "count": 2}]
    )
    assert server.stats()["calls"] == 15
    rows = by_source(run)["liar"]
    assert len(rows) == 10
    assert all("false" in row["text"] for row in rows), "the server repeats what it was asked: the instruction is in it"


def test_damage_costs_nothing_and_is_the_same_again(live):
    hows = ["drop_words", "swap_words", "replace_words", "repeat", "truncate"]
    run, server = live(sources=[{"name": how, "kind": "degrade", "how": how} for how in hows])
    assert server.stats()["calls"] == 5
    texts = {(row["prompt_id"], row["candidate_id"]): row["text"] for row in records(run, "candidate")}
    assert len(texts) + sum(drop["stage"] == "generate" for drop in drops(run)) == 5 * 6
    for (prompt, name), text in texts.items():
        if ":" in name:
            assert text != texts[prompt, name.split(":")[1]]


def test_a_source_can_work_on_another_and_fails_with_it(live):
    run, _ = live(
        sources=[
            {"name": "gold", "kind": "reference"},
            {"name": "worse", "kind": "degrade", "how": "drop_words", "of": "gold"},
        ]
    )
    assert sorted({d["reason"] for d in drops(run)}) == ["no_base", "no_reference"]
    assert len(drops(run)) == 10


def test_two_styles_answer_a_prompt_for_each_wanted_style(live):
    instructions = {"rich": "In full sentences.", "sparse": "In few words."}
    run, server = live(styles={"instructions": instructions}, judges=[{"name": "asked_for", "kind": "style"}])
    assert server.stats()["calls"] == 10, "an answer in a style serves both prompts"
    rows = triplets(run)
    assert sorted(row["prompt_id"] for row in rows) == [f"p00{n}/{s}" for n in range(5) for s in ("rich", "sparse")]
    for row in rows:
        style = row["prompt_id"].split("/")[1]
        assert row["chosen_id"].startswith(f"{style}/")
        assert row["prompt"][-1]["content"].endswith(instructions[style])
        assert instructions[style] in row["chosen"][0]["content"]


def test_a_paired_corpus_needs_no_model(tmp_path):
    rows = [
        {"question": "What happens?", "units": [["boy", "son"], ["cookie"]],
         "styles": {"healthy": f"The boy takes cookie {n}.", "impaired": f"He is there {n}."}, "prompt_id": f"p{n}"}
        for n in range(3)
    ]  # fmt: skip
    write_jsonl(tmp_path / "pairs.jsonl", rows)
    config = {
        "inputs": [{"path": "pairs.jsonl"}],
        "styles": {"instructions": {"healthy": "Fully.", "impaired": "Briefly."}, "wanted": ["impaired"]},
        "judges": [
            {"name": "asked_for", "kind": "style"},
            {"name": "rules", "kind": "rules", "checks": ["information_units", "sentence_length"]},
        ],
    }
    (tmp_path / "build.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert main(["build", str(tmp_path / "build.yaml"), "--run-dir", str(tmp_path / "run")]) == 0
    run = RunDir(tmp_path / "run")
    assert [row["chosen_id"] for row in triplets(run)] == ["impaired"] * 3
    units = {(r["candidate_id"], r["score"]) for r in records(run, "rating") if r["dimension"] == "information_units"}
    assert units == {("healthy", 1.0), ("impaired", 0.0)}
