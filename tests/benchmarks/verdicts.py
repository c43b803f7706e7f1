"""How right verdicts are on fresh captions of the tiny policy, by the detector and by eyes of known weakness.

    python tests/benchmarks/verdicts.py [--captions 1000] [--split test] [--seed 3] [--out verdicts]

A real build: the shipped policy describes each scene once at temperature 1; claims judges look with the shipped
detector and with noisy truth of several miss rates. Verdicts are scored by what the scenes say (`tests/claims/
tiny_truth.py`, which shares no code with the rules). DIR/run/report.html has the curve. Needs no GPU; three minutes.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from prefdata.claims.calibration import Share
from prefdata.cli import main as prefdata
from prefdata.tinyworld import WEIGHTS, samples
from prefdata.tinyworld.scene import Scene, scene
from tests.claims.tiny_truth import Allowed, allowed

MISSED = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
DECIDED = ("contradicted", "supported")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captions", type=int, default=1000)
    parser.add_argument("--split", choices=("choice", "test"), default="test")
    parser.add_argument("--seed", type=int, default=3, help="of the scenes; 0 is that of the shipped figures")
    parser.add_argument("--out", type=Path, help="keep the build here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder)
        build(out, options.split, options.captions, options.seed)
        scored = score(out / "run", options.split, options.captions, options.seed)
    print(table(scored).to_string(index=False))
    print("\n", by_type(scored).to_string(index=False))


def build(out: Path, split: str, captions: int, seed: int) -> None:
    """The build with its config, scenes and report in `out`."""
    samples.write(out / "scenes", split, captions, ("describe",), seed)
    shutil.copytree(WEIGHTS, out / "weights", dirs_exist_ok=True)
    (out / "verdicts.yaml").write_text(yaml.safe_dump(config()), encoding="utf-8")
    if prefdata(["build", str(out / "verdicts.yaml"), "--run-dir", str(out / "run")]):
        raise SystemExit("the build failed")


def config() -> dict[str, Any]:
    words = {"synonyms": "weights/synonyms.txt"}
    files = {"weights": "weights/detector/detector.pt", "calibration": "weights/detector/calibration.json"}
    verifiers = [{"name": "yolo", "kind": "detector", **files, **words}]
    verifiers += [{"name": f"misses {share:.1%}", "kind": "noisy", "miss": share, **words} for share in MISSED]
    return {
        "prompts": {"path": "scenes/prompts.jsonl"},
        "policies": [{"name": "tiny", "provider": "local", "model": "weights/policy", "concurrency": 64}],
        "candidates": {"per_prompt": 1, "temperatures": [1.0], "max_tokens": 96},
        "verifiers": verifiers,
        "judges": [{"name": each["name"], "kind": "claims", "verifiers": [each["name"]]} for each in verifiers],
    }


def score(run: Path, split: str, captions: int, seed: int) -> pd.DataFrame:
    """A row a verdict: judge, type, fate, and whether a decided one is right by the scene."""
    (path,) = run.glob(".work/generate-*/candidate-*.parquet")
    texts = {row.prompt_id: row.text for row in pd.read_parquet(path).itertuples()}
    scenes = {f"{each.name}-describe": each for each in (scene(split, n, seed) for n in range(captions))}
    claims = {
        (row["prompt_id"], row["claim_id"]): row for row in pd.read_parquet(run / "claims.parquet").to_dict("records")
    }
    said = pd.read_parquet(run / "verdicts.parquet")
    rows = (row for row in said.itertuples() if row.judge != "truth")
    return pd.DataFrame(_scored(rows, claims, scenes, texts))


def _scored(
    rows: Any, claims: dict[Any, Any], scenes: dict[str, Scene], texts: dict[str, str]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        claim = claims[row.prompt_id, row.claim_id]
        right = _allowed(scenes[row.prompt_id], texts[row.prompt_id], claim)
        fate = "untold" if right is None else "vacuous" if row.vacuous else row.verdict
        is_right = right is not None and fate in DECIDED and getattr(right, fate)
        yield {"judge": row.judge, "type": claim["type"], "fate": fate, "right": is_right}


def _allowed(shown: Scene, text: str, claim: Any) -> Allowed | None:
    """What may be said of a claim; None where a caption breaks off or stammers ("a red moon, box."), which at
    temperature 1 it may, so that nobody can say what is meant."""
    try:
        return allowed(shown, text, claim)
    except (StopIteration, IndexError, KeyError):
        return None


def table(scored: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(_row(judge, rows) for judge, rows in scored.groupby("judge", sort=False))


def by_type(scored: pd.DataFrame) -> pd.DataFrame:
    own = scored[scored["judge"] == "yolo"]
    return pd.DataFrame(_row(kind, rows) for kind, rows in own.groupby("type"))


def _row(name: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Shares of the claims, and of each kind of decision how many are right, with the lower end of its interval."""
    untold, rows = int((rows["fate"] == "untold").sum()), rows[rows["fate"] != "untold"]
    found = {
        "": name,
        "claims": len(rows),
        "untold": untold,
        "left open": f"{(rows['fate'] == 'not_checkable').mean():.1%}",
    }
    for word in DECIDED:
        of = rows[rows["fate"] == word]
        right = int(of["right"].sum())
        share = f"{right / len(of):.4f} (≥ {Share(right, len(of)).at_least:.4f})" if len(of) else "–"
        found |= {word: len(of), f"{word} right": share}
    return found


if __name__ == "__main__":
    main()
