"""Every recipe of `prefdata init` that asks models builds a data set as it stands, once the addresses are right."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml

from prefdata.cli import main
from prefdata.commands.init import RECIPES, recipes
from prefdata.shards import RunDir

from ..conftest import triplets, write_jsonl

# The one that looks at images needs weights and pictures, and has a test of its own.
DETECTOR = {"weights": "detector.pt", "calibration": "calibration.json"}
LIVE = [
    name
    for name in recipes()
    if name != "hallucination" and "policies:" in (RECIPES / f"{name}.yaml").read_text(encoding="utf-8")
]


def test_there_is_a_recipe_for_each_usual_way():
    assert {"best-of-n", "rejection-sampling", "constitution", "gold-vs-policy", "two-style"} == set(LIVE)


@pytest.mark.parametrize("name", LIVE)
def test_a_recipe_gives_pairs(serve, tmp_path, name):
    server = serve()
    assert main(["init", name, "--out", str(tmp_path / "build.yaml")]) == 0
    settings = yaml.safe_load((tmp_path / "build.yaml").read_text(encoding="utf-8"))
    for model in [*settings["policies"], *settings["judges"]]:
        if "base_url" in model:
            model.update(base_url=f"{server.url}/v1", api_key_env="PREFDATA_TEST_KEY")
    settings["policies"][0]["seed"] = 1  # the server answers by the request alone: without a seed all samples are one
    (tmp_path / "build.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    rows = [
        {
            "prompt_id": f"p{n}",
            "messages": [{"role": "user", "content": f"What is there in picture {n}?"}],
            "reference": f"There are {n} boats and a lighthouse.",
            "units": [["boat"], ["lighthouse"]],
        }
        for n in range(8)
    ]
    write_jsonl(tmp_path / "prompts.jsonl", rows)
    assert main(["build", str(tmp_path / "build.yaml"), "--run-dir", str(tmp_path / "run")]) == 0
    assert triplets(RunDir(tmp_path / "run"))


def test_the_recipe_against_hallucination_gives_pairs_that_a_detector_found(serve, tmp_path):
    from prefdata.tinyworld import WEIGHTS, samples

    server = serve()
    samples.write(tmp_path, "choice", 6, ("describe",), seed=5)
    assert main(["init", "hallucination", "--out", str(tmp_path / "build.yaml")]) == 0
    settings = yaml.safe_load((tmp_path / "build.yaml").read_text(encoding="utf-8"))
    settings["policies"] = [{"name": "small", "provider": "local", "model": str(WEIGHTS / "policy")}]
    detector = {name: str(WEIGHTS / "detector" / file) for name, file in DETECTOR.items()}
    settings["verifiers"][0].update(detector, synonyms=str(WEIGHTS / "synonyms.txt"))
    settings["sources"][1]["partners"] = str(WEIGHTS / "partners.txt")
    settings["verifiers"][1].update(base_url=f"{server.url}/v1", api_key_env="PREFDATA_TEST_KEY")
    (tmp_path / "build.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert main(["build", str(tmp_path / "build.yaml"), "--run-dir", str(tmp_path / "run")]) == 0
    run = RunDir(tmp_path / "run")
    sources = {json.loads(row["provenance"])["rejected"]["source"] for row in triplets(run)}
    assert "injected" in sources
    heard = {each["source"] for said in pd.read_parquet(run.verified["verdict"])["evidence"] for each in said}
    assert {"yolo", "asked"} <= heard
