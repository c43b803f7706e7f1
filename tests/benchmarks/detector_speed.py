"""Time the verifier's whole way from files to views against ultralytics' own `YOLO.predict` on the same files.

    python tests/benchmarks/detector_speed.py [--pictures 960] [--repeats 9] [--threads 1]

The verifier is asked prompt by prompt, as many at once as a build has in progress (--at-once 64), and finds its batches
by itself; predict is given all the files and the size of the batches. Both have the same lowest score, size, threads
and weights. Repeats are interleaved; the ratios are medians of those of the repeats, in either order by turns, of the
time by the clock and of the processor's time, which others on the machine disturb less.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from prefdata.claims import yolo
from prefdata.claims.verifiers import detector
from prefdata.models import VerifierConfig
from prefdata.questions import Prompt
from prefdata.tinyworld import WEIGHTS
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import scene

FOLDER = WEIGHTS / "detector"
CONFIG = VerifierConfig("yolo", "detector", None, FOLDER / "detector.pt", FOLDER / "calibration.json")


class Verifier:
    """The detector's verifier; what it remembers of earlier repeats is of no use to it."""

    def __init__(self, at_once: int, threads: int) -> None:
        self.opened = detector.trusted(CONFIG, detector.loaded(CONFIG))
        self.at_once, self.threads, self.repeat = at_once, threads, 0

    def look(self, files: Sequence[Path]) -> int:
        """How many things are seen."""
        self.repeat += 1
        return asyncio.run(self._look(files))

    async def _look(self, files: Sequence[Path]) -> int:
        looker = detector.Looker("yolo", self._opening)
        places = asyncio.Semaphore(self.at_once)

        async def one(file: Path) -> int:
            async with places:
                view = await looker.look(Prompt(file.stem, [], {f"sha256:{self.repeat}/{file.stem}": file}))
            return len(view.seen)

        seen = await asyncio.gather(*map(one, files))
        await looker.close()
        return sum(seen)

    def _opening(self) -> detector.Opened:
        torch.set_num_threads(self.threads)  # in the thread that looks
        return self.opened


class Raw:
    """ultralytics as it comes."""

    def __init__(self, batch: int, least: float, threads: int) -> None:
        self.model = yolo.load(FOLDER / "detector.pt")
        self.settings = {"batch": batch, "conf": least, "verbose": False, "save": False}
        self.threads = threads

    def look(self, files: Sequence[Path]) -> int:
        torch.set_num_threads(self.threads)
        return sum(len(result.boxes) for result in self.model.predict(list(map(str, files)), **self.settings))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=960)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--side", type=int, help="draw the pictures this many pixels wide (default: 96)")
    options = parser.parse_args()
    verifier = Verifier(options.at_once, options.threads)
    least = min(trust.lo for trust in verifier.opened.witness.trust.values())
    raw = Raw(verifier.opened.detector.together, least, options.threads)
    with tempfile.TemporaryDirectory() as folder:
        files = [written(Path(folder) / f"{number}.png", number, options.side) for number in range(options.pictures)]
        report(verifier, raw, files, options.repeats)


def written(path: Path, number: int, side: int | None) -> Path:
    image = Image.fromarray(draw(scene("choice", number, 3)).image)
    (image.resize((side, side), Image.Resampling.BICUBIC) if side else image).save(path)
    return path


def report(verifier: Verifier, raw: Raw, files: Sequence[Path], repeats: int) -> None:
    took: dict[str, list[tuple[float, float]]] = {"verifier": [], "raw": []}  # seconds by the clock, of the processor
    runners = [("verifier", verifier), ("raw", raw)]
    for repeat in range(-1, repeats):  # the first one is to warm up
        for name, runner in runners if repeat % 2 else reversed(runners):
            begun, used = time.perf_counter(), time.process_time()
            seen = runner.look(files)
            if repeat >= 0:
                took[name].append((time.perf_counter() - begun, time.process_time() - used))
            else:
                print(f"{name}: {seen:,} things in {len(files):,} pictures")
    for at, clock in enumerate(("by the clock", "of the processor")):
        for name, seconds in took.items():
            middle = statistics.median(each[at] for each in seconds)
            print(f"{name:<10}{len(files) / middle:8.0f} pictures a second {clock}")
        ratios = sorted(a[at] / b[at] for a, b in zip(took["raw"], took["verifier"], strict=True))
        print(f"verifier / raw: {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
