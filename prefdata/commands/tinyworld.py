"""`prefdata tinyworld`: the embedded world: draw scenes with known truth, train the models that see them."""

from __future__ import annotations

import argparse
from pathlib import Path

from prefdata.commands import Commands, above_zero, command

SUMMARY = "The embedded world of drawn scenes: pictures with known truth, and models trained on them."

TRAIN = """
Two models, each in its folder of --out: detector/detector.pt (YOLO11n, for ultralytics) and policy/ (a small LLaVA,
for transformers), and provenance.json with how they came about and how good they are on the splits "choice" and "test".
Needs `pip install 'prefdata[local,vision]'`, and no network. A GPU is used if there is one; on one core of a CPU the
detector takes about 8 minutes, the policy an hour and a half. After a stop, kill -9 included, the same command goes on
from at most two minutes before it.
"""

DRAW = """
Writes pictures/*.png, prompts.jsonl (questions about them for `prefdata build`, with image, tags.question_type, honest
reference, units and objects) and truth.jsonl (the objects of each picture, and the share of each that is seen).
The same number, split and seed give the same files; scenes of one split never occur in another.
"""


def add(commands: Commands) -> None:
    parser = commands.add_parser("tinyworld", help=SUMMARY, description=SUMMARY)
    actions: Commands = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _train(command(actions, "train", run_train, "Train the detector and the policy.", TRAIN))
    _draw(command(actions, "draw", run_draw, "Write pictures, prompts and truth.", DRAW))


def _train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("tinyworld"), metavar="DIR", help="default: tinyworld")
    parser.add_argument("--only", choices=("detector", "policy"), help="train one of the two")
    parser.add_argument("--steps", type=above_zero, metavar="N", help="steps (default: as many as it needs)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of scenes, words and weights (default: 0)")
    parser.add_argument("--threads", type=above_zero, default=1, metavar="N", help="CPU threads (default: 1)")


def _draw(parser: argparse.ArgumentParser) -> None:
    kinds, splits = ("describe", "count", "colour", "existence", "relation"), ("train", "calibration", "choice", "test")
    parser.add_argument("scenes", type=above_zero, metavar="N", help="how many pictures")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the files go")
    parser.add_argument("--split", choices=splits, default="test", help="which scenes (default: test)")
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds, help="which questions (default: all)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the scenes (default: 0)")


def run_train(options: argparse.Namespace) -> int:
    from prefdata.errors import PrefdataError
    from prefdata.tinyworld import train

    names = [options.only] if options.only else list(train.NAMES)
    try:
        train.use_threads(options.threads)
        for name in names:
            folder = train.train(train.lessons(name, options.seed), options.out, options.steps, options.seed, _say)
            print(f"{name}: in {folder}")
    except ImportError as error:
        raise PrefdataError(f"{error}. To mend it: pip install 'prefdata[local,vision]'.") from None
    return 0


def run_draw(options: argparse.Namespace) -> int:
    from prefdata.tinyworld import samples

    pictures, prompts = samples.write(options.out, options.split, options.scenes, options.kinds, options.seed)
    print(f"{pictures:,} pictures and {prompts:,} prompts in {options.out}")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)
