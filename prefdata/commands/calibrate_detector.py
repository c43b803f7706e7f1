"""`prefdata calibrate-detector`: measure on labelled pictures how far a detector can be trusted."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.commands import Commands, command
from prefdata.commands.showing import put_out
from prefdata.errors import InputError, PrefdataError

if TYPE_CHECKING:
    from prefdata.claims.calibration import Looked
    from prefdata.claims.labelled import Labelled
    from prefdata.claims.verifiers.detector import Loaded

EPILOG = """
The labels are prompts (`prefdata schema prompt`) with "image" and "objects": all that is in the image, with boxes. An
object without a box leaves its class out in that picture: write null for what is too hidden to be called seen or
missed. Each picture counts once.

For each class with 50 labelled things or more the file has
  hi       the lowest score from which what is said to be there is: precision, at least --precision
  lo       the highest score above which what is there is found: recall, at least --recall; else the lowest score
  recall   of all things, and of small, medium and large ones (the thirds of all sides); a claim is contradicted by
           silence only where it reaches --recall
  sides    of what the labels call small, medium or large
"At least" is meant of the lower end of the 95 % interval (Wilson), so 381 right detections are the fewest that can
show a precision of .99, and 637 things found the fewest that can show a recall of .994.

example:
  prefdata tinyworld draw 6000 --split calibration --out labels
  prefdata calibrate-detector --weights detector.pt --images labels/prompts.jsonl --out calibration.json
"""


def add(commands: Commands) -> None:
    summary = "Measure on labelled pictures how far a detector can be trusted."
    parser = command(commands, "calibrate-detector", run, summary, EPILOG)
    parser.add_argument("--weights", type=Path, required=True, metavar="FILE", help="weights that ultralytics loads")
    parser.add_argument("--images", type=Path, required=True, metavar="FILE", help="prompts with image and objects")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the calibration (-: standard output)")
    parser.add_argument("--embeddings", type=Path, metavar="FILE", help="saved prompt embeddings, for YOLOE")
    parser.add_argument("--synonyms", type=Path, metavar="FILE", help="lines: class, synonym, synonym")
    parser.add_argument("--precision", type=_share, default=0.99, metavar="P", help="default: .99")
    parser.add_argument("--recall", type=_share, default=0.994, metavar="R", help="default: .994")


def run(options: argparse.Namespace) -> int:
    from prefdata.claims import labelled
    from prefdata.claims.calibration import Targets, measured
    from prefdata.claims.verifiers import detector, open_vocabulary
    from prefdata.models import VerifierConfig

    files = {name: getattr(options, name) for name in ("weights", "embeddings", "synonyms")}
    if options.out in (options.images, *files.values()):
        raise PrefdataError(f"{options.out} is one of the files to read. To mend it: write to another file.")
    config = VerifierConfig("detector", "detector", **files)
    known = (open_vocabulary if options.embeddings else detector).loaded(config)
    pictures, targets = labelled.read(options.images), Targets(options.precision, options.recall)
    looked = list(_looked(known, pictures))
    _check_labels(options.images, looked)
    found = measured(looked, targets)
    _check_found(options.images, found)
    facts = {**_about(options, known, pictures), "targets": targets._asdict(), **found}
    put_out(options.out, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    if str(options.out) != "-":
        print("\n".join(_table(facts)))
    return 0


def _looked(known: Loaded, pictures: Sequence[Labelled]) -> Iterator[Looked]:
    """Each picture as the detector sees it, the labels in its classes; what it has no class for is left out."""
    from tqdm import tqdm

    from prefdata.claims.calibration import Looked
    from prefdata.claims.pixels import rgb
    from prefdata.claims.yolo import Detector

    detector = Detector(known.model)
    for start in tqdm(range(0, len(pictures), detector.together), disable=None, leave=False, unit="batch"):
        batch = pictures[start : start + detector.together]
        images = [rgb(picture.image) for picture in batch]
        for picture, image, seen in zip(batch, images, detector.look(images), strict=True):
            named = ((known.vocabulary.class_of(thing.name), thing) for thing in picture.things)
            things = [thing._replace(name=name) for name, thing in named if name]
            yield Looked(things, seen, image.shape[1], image.shape[0])


def _check_labels(path: Path, looked: Sequence[Looked]) -> None:
    if not any(thing.box for picture in looked for thing in picture.things):
        remedy = "give things of the detector's classes boxes in pixels: [x1, y1, x2, y2] from the upper left"
        raise InputError(str(path), "no labelled thing has a box and a class of the detector", remedy, None, "objects")


def _check_found(path: Path, found: dict[str, Any]) -> None:
    if found["classes"] and not any(row["recall"]["all"]["found"] for row in found["classes"].values()):
        remedy = "check that boxes are in pixels, x1, y1, x2, y2 from the upper left, and not shares of the picture"
        raise InputError(str(path), "none of the labelled things was found where its box is", remedy, None, "objects")


def _about(options: argparse.Namespace, known: Loaded, pictures: Sequence[Labelled]) -> dict[str, Any]:
    """Where the calibration comes from, and of which detector it is."""
    from prefdata.keys import file_key

    named = ("weights", "images", "out", "embeddings", "synonyms", "precision", "recall")
    given = [f"--{name} {value}" for name in named if (value := getattr(options, name)) is not None]
    names = [thing.name for picture in pictures for thing in picture.things]
    return {
        "command": f"prefdata calibrate-detector {' '.join(given)}",
        "model_hash": known.hash,
        "vocabulary_hash": known.vocabulary.hash,
        "names": list(known.vocabulary.names),
        "labels_sha256": file_key(options.images),
        "images": len(pictures),
        "things": len(names),
        "outside_vocabulary": sorted({name for name in names if known.vocabulary.class_of(name) is None}),
    }


def _table(facts: dict[str, Any]) -> Iterator[str]:
    """A line a class, and what could not be measured."""
    yield f"{'class':<20}{'hi':>8}{'lo':>8}{'precision':>11}{'recall':>8}{'things':>8}"
    for name, row in facts["classes"].items():
        hi, found = "never" if row["hi"] is None else f"{row['hi']:.4f}", row["recall"]["all"]
        yield (
            f"{name:<20}{hi:>8}{row['lo']:>8.4f}{row['precision']['at_least']:>11.4f}{found['at_least']:>8.4f}"
            f"{found['things']:>8,}"
        )
    short = [name for name, row in facts["classes"].items() if _is_short(row, facts["targets"])]
    notes = {
        "recall below the target, so that silence says nothing of": short,
        "too few labels, so not measured": [f"{name} ({count})" for name, count in facts["unmeasured"].items()],
        "no class for": facts["outside_vocabulary"],
    }
    yield from (f"{what}: {', '.join(names)}" for what, names in notes.items() if names)


def _is_short(row: dict[str, Any], targets: dict[str, float]) -> bool:
    return bool(row["recall"]["all"]["at_least"] < targets["recall"])


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return share
