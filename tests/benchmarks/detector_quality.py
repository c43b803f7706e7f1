"""How well the tiny world's detector sees fresh scenes through the verifier, and how right its word on presence is.

    python tests/benchmarks/detector_quality.py [--scenes 1000] [--split test] [--seed 1]

Ordinary things are those of which a quarter or more is seen. Precision is of what scores at least hi, its class's upper
threshold; recall is of what scores at least hi, and of what scores more than lo, the lower one. Then, for each shape
and scene: whether it is there by the scene's truth, against what the two thresholds say. Needs no GPU, half a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from prefdata.claims.sight import View
from prefdata.claims.verifiers import detector
from prefdata.models import VerifierConfig
from prefdata.questions import Prompt
from prefdata.tinyworld import WEIGHTS
from prefdata.tinyworld.detector import Found
from prefdata.tinyworld.drawing import Picture, draw
from prefdata.tinyworld.measure import matched
from prefdata.tinyworld.scene import SHAPES, SIZES, Scene, scene

FOLDER = WEIGHTS / "detector"


class Shown(NamedTuple):
    """A scene, its picture, and what the verifier sees in it."""

    scene: Scene
    picture: Picture
    view: View

    def rows(self, threshold: str) -> list[tuple[str, str | None, bool]]:
        """See `measure.matched`; of what is seen at or above "hi", or above "lo"."""
        trust = self.view.witness.trust
        least = {name: trust[name].hi if threshold == "hi" else trust[name].lo + 1e-9 for name in SHAPES}
        seen = [Found(each.name, each.score, each.box) for each in self.view.seen if each.score >= least[each.name]]
        return matched(self.scene, self.picture, seen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--split", choices=("choice", "test"), default="test")
    parser.add_argument("--seed", type=int, default=1, help="0 is the seed of the provenance's figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shown = asyncio.run(looked(Path(folder), options.split, options.scenes, options.seed))
    print("\n".join([*shares(shown), "", *presence(shown)]))


async def looked(folder: Path, split: str, scenes: int, seed: int) -> list[Shown]:
    verifier = detector.make(
        VerifierConfig("yolo", "detector", None, FOLDER / "detector.pt", FOLDER / "calibration.json"), None
    )
    drawn = [(each, draw(each)) for each in (scene(split, number, seed) for number in range(scenes))]
    prompts = [prompt(folder / f"{at}.png", picture) for at, (_, picture) in enumerate(drawn)]
    views = await asyncio.gather(*(verifier.looker.look(each) for each in prompts))
    await verifier.close()
    return [Shown(*each, view) for each, view in zip(drawn, views, strict=True)]


def prompt(path: Path, picture: Picture) -> Prompt:
    Image.fromarray(picture.image).save(path)
    return Prompt(path.stem, [], {f"sha256:{path.stem}": path})


def shares(shown: Iterable[Shown]) -> Iterator[str]:
    """Precision and recall of ordinary things: all, by shape and by size."""
    at_hi = [row for each in shown for row in each.rows("hi")]
    above_lo = [row for each in shown for row in each.rows("lo")]
    yield f"{'':<10}{'precision':>10}{'recall':>10}{'above lo':>10}{'things':>10}"
    for name in ("all", *SHAPES, *SIZES):
        said = [row[2] for row in at_hi if row[1] is None and name in ("all", row[0])]
        found, seen = ([row[2] for row in rows if row[1] and name in ("all", *row[:2])] for rows in (at_hi, above_lo))
        right = f"{sum(said) / len(said):.4f}" if said else "–"
        yield (f"{name:<10}{right:>10}{sum(found) / len(found):>10.4f}{sum(seen) / len(seen):>10.4f}{len(found):>10,}")


def presence(shown: Iterable[Shown]) -> Iterator[str]:
    """What the thresholds say of every shape in every scene, and how often it is wrong."""
    told = Counter((each.scene.count(shape) > 0, word(each.view, shape)) for each in shown for shape in SHAPES)
    total = sum(told.values())
    for said, right in (("supported", True), ("contradicted", False)):
        count, wrong = told[right, said] + told[not right, said], told[not right, said]
        yield f"{said:<14}{count:>8,}{count / total:>8.1%}, wrong {wrong:,} ({wrong / max(count, 1):.2%})"
    undecided = told[True, "undecided"] + told[False, "undecided"]
    yield f"{'undecided':<14}{undecided:>8,}{undecided / total:>8.1%}"


def word(view: View, shape: str) -> str:
    trust, best = view.witness.trust[shape], max((each.score for each in view.seen if each.name == shape), default=0.0)
    if best >= trust.hi:
        return "supported"
    silence_counts = best <= trust.lo and trust.recall["all"] >= view.witness.min_recall
    return "contradicted" if silence_counts else "undecided"


if __name__ == "__main__":
    main()
