"""Where trained models come from: how they were trained, what was measured, what the files are."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prefdata.keys import file_key

FILE = "provenance.json"
PACKAGES = {"detector": ("torch", "ultralytics"), "policy": ("torch", "transformers", "tokenizers")}
MEASURED = {"choice": 300, "test": 300}  # scenes of each split


def record(out: Path, name: str, training: dict[str, Any]) -> dict[str, Any]:
    """Measure the model in out/name, and write what is known of it into out/provenance.json → that."""
    folder, path = out / name, out / FILE
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[name] = {
        "command": f"prefdata tinyworld train --only {name} --steps {training['steps']} --seed {training['seed']}",
        "training": training,
        "versions": {package: version(package) for package in PACKAGES[name]},
        "measured": {split: measured(folder, split, scenes) for split, scenes in MEASURED.items()},
        "files": {
            file.name: {"sha256": file_key(file), "bytes": file.stat().st_size} for file in sorted(folder.iterdir())
        },
    }
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    found: dict[str, Any] = known[name]
    return found


def measured(folder: Path, split: str, scenes: int) -> dict[str, Any]:
    """The figures of the model in a folder named policy or detector, on the first scenes of a split."""
    from prefdata.tinyworld import measure

    if folder.name == "detector":
        from prefdata.tinyworld.detector import Detector

        rates = measure.detect(Detector(folder), split, scenes)
        return {"scenes": scenes, **{name: _rounded(rate._asdict()) for name, rate in rates.items()}}
    from prefdata.tinyworld.policy import Policy

    policy = Policy(folder)
    return {
        "scenes": scenes,
        "greedy": _rounded(measure.describe(policy, split, scenes)._asdict()),
        "right_answers": _rounded(measure.answers(policy, split, scenes)),
    }


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()}
