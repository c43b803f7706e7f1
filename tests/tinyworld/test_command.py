"""`prefdata tinyworld`: what `draw` writes is what a build reads; the help loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import jsonschema
import numpy as np
from PIL import Image

from prefdata import contracts
from prefdata.cli import main
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import scene

from .test_wording import NAMES


def test_draw_writes_pictures_prompts_and_truth(tmp_path, capsys):
    assert main(["tinyworld", "draw", "20", "--out", str(tmp_path)]) == 0
    assert "20 pictures and " in capsys.readouterr().out
    prompts, truth = (_rows(tmp_path / f"{name}.jsonl") for name in ("prompts", "truth"))
    for row in prompts:
        jsonschema.validate(row, contracts.schema("prompt"))
        assert row["units"]
    assert len({row["prompt_id"] for row in prompts}) == len(prompts)
    assert {row["tags"]["question_type"] for row in prompts} == {"describe", "count", "colour", "existence", "relation"}
    for number, row in enumerate(truth):
        shown = scene("test", number)
        assert np.array_equal(np.asarray(Image.open(tmp_path / row["image"])), draw(shown).image)
        assert [each["shape"] for each in row["objects"]] == [thing.shape for thing in shown.things]


def test_the_units_of_a_description_are_its_shapes(tmp_path):
    assert main(["tinyworld", "draw", "10", "--out", str(tmp_path), "--kinds", "describe", "--split", "choice"]) == 0
    prompts, truth = (_rows(tmp_path / f"{name}.jsonl") for name in ("prompts", "truth"))
    for row, known in zip(prompts, truth, strict=True):
        assert {NAMES[unit[0]] for unit in row["units"]} == {each["shape"] for each in known["objects"]}


def test_the_same_command_writes_the_same_files(tmp_path):
    for name in ("one", "two"):
        assert main(["tinyworld", "draw", "3", "--out", str(tmp_path / name)]) == 0
    files = [sorted(path for path in (tmp_path / name).rglob("*") if path.is_file()) for name in ("one", "two")]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom prefdata.cli import main\n"
        "try: main(['tinyworld', 'train', '--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy', 'PIL', 'torch', 'ultralytics') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "[]"


def _rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
