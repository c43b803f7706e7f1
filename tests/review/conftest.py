"""Runs that queues are made of, and building with answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from prefdata.cli import main
from prefdata.shards import RunDir

from ..conftest import SAMPLE
from .world import write_world


def build_in(folder: Path, inputs: list, run: str = "run", code: int = 0, **config) -> RunDir:
    path = folder / f"{run}.yaml"
    path.write_text(yaml.safe_dump({"inputs": inputs, **config}, allow_unicode=True), encoding="utf-8")
    assert main(["build", str(path), "--run-dir", str(folder / run)]) == code
    return RunDir(folder / run)


@pytest.fixture
def built(tmp_path) -> Callable[..., RunDir]:
    """built(inputs, run="again", …) builds the world in a new folder, with more inputs if some are named."""
    world = write_world(tmp_path)

    def make(more: list | None = None, run: str = "run", **config) -> RunDir:
        return build_in(tmp_path, [*world, *(more or [])], run, **config)

    return make


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory) -> RunDir:
    """223 pairs of real answers that can be shown; 188 of them are exported."""
    everything = {"selection": {"max_pairs_per_prompt": None}}
    return build_in(tmp_path_factory.mktemp("sample"), [{"path": str(SAMPLE)}], **everything)
