"""Triplets from real captions: `python tests/benchmarks/real_captions.py --data DIR [--captions FILE FILE …]`.

DIR has captions of the same pictures in several files, coco_objects.json and synonyms.txt. The recipe real-captions is
built from them, and CHAIR, recall and length are measured on the chosen texts and on the rejected ones, by
`prefdata metrics chair`: of the pairs against a false mention, of those against saying less, and of all. The first are
counted beside what the best choice could give at all.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from collections import Counter
from contextlib import redirect_stdout
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import yaml

from prefdata.cli import main as prefdata
from prefdata.commands.init import RECIPES
from prefdata.metrics.chair import chair
from prefdata.metrics.files import true_objects, word_list
from prefdata.shards import RunDir

CAPTIONS = ("captions_llava-1.5.jsonl", "captions_llava-1.5_beam5.jsonl", "captions_llava-1.5_opera.jsonl")
SIDES = ("chosen", "rejected")

Row = dict[str, Any]


class Truth(NamedTuple):
    """The files that say what is in the pictures, and in which words."""

    objects: Path
    synonyms: Path


class Said(NamedTuple):
    """What a caption mentions: how often what is not there, and which of the things that are."""

    false: int
    true: frozenset[str]


def build(data: Path, captions: list[str], folder: Path) -> RunDir:
    """The recipe as it stands, with these files in it, built below the folder."""
    settings = yaml.safe_load((RECIPES / "real-captions.yaml").read_text(encoding="utf-8"))
    settings["inputs"] = [{**settings["inputs"][0], "path": str((data / name).resolve())} for name in captions]
    for name in ("objects", "synonyms"):
        settings["verifiers"][0][name] = str((data / settings["verifiers"][0][name]).resolve())
    (folder / "build.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        assert prefdata(["build", str(folder / "build.yaml"), "--run-dir", str(folder / "run")]) == 0
    return RunDir(folder / "run")


def rows_of(run: RunDir) -> list[Row]:
    return [row for path in sorted(run.dataset.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def measured(texts: list[tuple[str, str]], truth: Truth, folder: Path) -> dict[str, Any]:
    """The figures of `prefdata metrics chair` for (picture, text); a picture may come several times."""
    known = json.loads(truth.objects.read_text(encoding="utf-8"))
    named = {f"{picture}/{n}": (picture, text) for n, (picture, text) in enumerate(texts)}
    objects = {name: known[picture] for name, (picture, _) in named.items()}
    rows = [json.dumps({"image_id": name, "caption": text}) for name, (_, text) in named.items()]
    (folder / "objects.json").write_text(json.dumps(objects), encoding="utf-8")
    (folder / "captions.jsonl").write_text("\n".join(rows), encoding="utf-8")
    options = ["--captions", "captions.jsonl", "--objects", "objects.json", "--json", "figures.json"]
    files = [part if part.startswith("--") else str(folder / part) for part in options]
    with redirect_stdout(io.StringIO()):
        assert prefdata(["metrics", "chair", *files, "--synonyms", str(truth.synonyms)]) == 0
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


def best_possible(data: Path, captions: list[str], truth: Truth) -> int:
    """How many pairs there are whose chosen caption has no false mention, whose rejected one has, and of which the
    chosen names no fewer of the things that are there; by CHAIR alone, without a judge."""
    words = word_list(truth.synonyms)
    objects = true_objects(truth.objects, set(words.values()))
    said: dict[str, set[tuple[str, Said]]] = {}
    for name in captions:
        rows = map(json.loads, (data / name).read_text(encoding="utf-8").splitlines())
        texts = {row["image_id"]: row["caption"] for row in rows}
        for caption in chair(texts, objects, words).per_caption:
            false = sum(mention.hallucinated for mention in caption.mentions)
            found = Said(false, frozenset(caption.found()))
            said.setdefault(str(caption.image_id), set()).add((texts[caption.image_id], found))
    return sum(_fits(a, b) for candidates in said.values() for (_, a), (_, b) in permutations(candidates, 2))


def _fits(chosen: Said, rejected: Said) -> bool:
    return not chosen.false and rejected.false > 0 and len(chosen.true) >= len(rejected.true)


def is_against_false(row: Row) -> bool:
    """Whether the rejected side of a pair has a contradicted claim, by the pair's own provenance."""
    claims = json.loads(row["provenance"])["claims"]["rejected"]
    return any(judge["contradicted"] for judge in claims.values())


def show(what: str, rows: list[Row], truth: Truth, folder: Path) -> None:
    counted = f"{what}: {len(rows)} pairs on {len({row['prompt_id'] for row in rows})} pictures"
    print(f"\n{counted:<56}" + "".join(f"{name:>9}" for name in ("CHAIR_i", "CHAIR_s", "recall", "words")))
    for side in SIDES if rows else ():
        texts = [(row["prompt_id"], row[side][-1]["content"]) for row in rows]
        figures = measured(texts, truth, folder)
        shares = (figures[name] for name in ("chair_i", "chair_s", "recall", "mean_words"))
        print(f"{side:>56}" + "".join(f"{share:>9.1f}" for share in shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--captions", nargs="+", default=list(CAPTIONS), help="the files of captions in DIR")
    options = parser.parse_args()
    truth = Truth(options.data / "coco_objects.json", options.data / "synonyms.txt")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = build(options.data, options.captions, folder)
        rows = rows_of(run)
        show("all", rows, truth, folder)
        show("against a false mention", [row for row in rows if is_against_false(row)], truth, folder)
        show("against saying less", [row for row in rows if not is_against_false(row)], truth, folder)
        best = best_possible(options.data, options.captions, truth)
        print(f"\npairs against a false mention that there are at best: {best}")
        dropped = Counter((row["stage"], row["reason"]) for row in pq.read_table(run.drops).to_pylist())
        for (stage, reason), number in sorted(dropped.items()):
            print(f"dropped {number:>6}  {stage}: {reason}")


if __name__ == "__main__":
    main()
