"""Every recipe of `prefdata init` that asks models builds a data set as it stands, once the addresses are right."""

from __future__ import annotations

import pytest
import yaml

from prefdata.cli import main
from prefdata.commands.init import RECIPES, recipes
from prefdata.shards import RunDir

from ..conftest import triplets, write_jsonl

# The one that looks at images needs weights and pictures: tests/tinyworld/test_demo.py runs its like.
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
