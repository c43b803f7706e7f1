"""`prefdata demo`: the whole live job in the tiny world, with models that come with prefdata."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from prefdata.commands import Commands, above_zero, command

SUMMARY = "Build a data set live: a tiny policy answers about drawn scenes, a detector and others judge."
EPILOG = """
Writes DIR/scenes (pictures, prompts, truth, captions, votes), DIR/weights, DIR/demo.yaml and the run DIR/run; what is
there already is not made again. Change demo.yaml and run `prefdata build DIR/demo.yaml --run-dir DIR/run` to try things
out. Needs `pip install 'prefdata[local,vision]'` (vision: ultralytics, AGPL-3.0) and no network; about a minute on two
cores.
"""
SCENES = 40
CONFIG = Path(__file__).parent.parent / "demo" / "demo.yaml"


def add(commands: Commands) -> None:
    parser = command(commands, "demo", run, SUMMARY, EPILOG)
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="default: demo")
    parser.add_argument("--scenes", type=above_zero, metavar="N", help="how many pictures (default: 40)")


def run(options: argparse.Namespace) -> int:
    from prefdata.commands.build import build
    from prefdata.tinyworld import WEIGHTS, samples

    out: Path = options.out
    if not (out / CONFIG.name).exists():
        scenes = options.scenes or SCENES
        samples.write(out / "scenes", "test", scenes)
        samples.write_annotations(out / "scenes", "test", scenes)
        shutil.copytree(WEIGHTS, out / "weights", dirs_exist_ok=True)
        shutil.copyfile(CONFIG, out / CONFIG.name)  # last: what lies beside it is whole
    elif options.scenes:
        print(f"{out} has its scenes already: --scenes is not looked at; another --out begins anew")
    build(out / CONFIG.name, out / "run")
    return 0
