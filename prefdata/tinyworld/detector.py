"""The detector of the tiny world: YOLO11n from its YAML, trained on drawn scenes; its classes are the shapes.

ultralytics is AGPL-3.0. It is kept from the network and from the home folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from prefdata.claims.yolo import quiet
from prefdata.tinyworld.drawing import Picture, draw
from prefdata.tinyworld.scene import SHAPES, SIDE, scene

if TYPE_CHECKING:
    import torch

FILE = "detector.pt"
SEEN = 0.25  # less of a thing than this is neither a target nor a miss


class Found(NamedTuple):
    """One detection: box = x0, y0, x1, y1 in pixels of the picture, score in [0, 1]."""

    shape: str
    score: float
    box: tuple[float, float, float, float]


class Detector:
    """Trained weights, ready to look at pictures."""

    def __init__(self, path: Path, threads: int | None = None) -> None:
        """`path` is the .pt file or the folder that holds it."""
        quiet()
        import torch
        from ultralytics import YOLO

        if threads:
            torch.set_num_threads(threads)
        self.yolo: Any = YOLO(str(path / FILE if path.is_dir() else path), task="detect")

    def detect(self, images: list[np.ndarray], least: float = 0.25, overlap: float = 0.6) -> list[list[Found]]:
        """What is seen in each uint8 RGB image [height, width, 3], best first, above a score of `least`."""
        found: list[list[Found]] = []
        for start in range(0, len(images), 64):
            blue_first = [np.ascontiguousarray(image[..., ::-1]) for image in images[start : start + 64]]
            told = self.yolo.predict(
                blue_first, imgsz=SIDE, conf=least, iou=overlap, agnostic_nms=True, verbose=False, save=False
            )
            found += [[self._found(row) for row in result.boxes.data.tolist()] for result in told]
        return found

    def _found(self, row: list[float]) -> Found:
        return Found(self.yolo.names[int(row[5])], row[4], (row[0], row[1], row[2], row[3]))


class Lessons:
    """What the detector learns from, and how: batches of fresh scenes and YOLO's own loss."""

    name = "detector"
    rate, decay, batch_size, steps, half = 4e-3, 5e-4, 64, 1400, False

    def __init__(self, seed: int, device: str) -> None:
        quiet()
        import torch
        from ultralytics.cfg import get_cfg
        from ultralytics.nn.tasks import DetectionModel
        from ultralytics.utils import DEFAULT_CFG

        torch.manual_seed(seed)
        self.seed, self.device = seed, device
        make: Any = DetectionModel
        self.model: Any = make("yolo11n.yaml", nc=len(SHAPES), verbose=False).to(device)
        self.model.args, self.model.task = get_cfg(DEFAULT_CFG), "detect"
        self.model.names = dict(enumerate(SHAPES))

    def batch(self, step: int, steps: int) -> dict[str, torch.Tensor]:
        """The scenes of one step: img [batch, 3, SIDE, SIDE] in [0, 1], and of each thing in them its picture's
        place in the batch [things], its class [things, 1] and its box [things, 4] as shares of the side."""
        import torch

        numbers = range(step * self.batch_size, (step + 1) * self.batch_size)
        scenes = [scene("train", number, self.seed) for number in numbers]
        pictures = [draw(each) for each in scenes]
        told = [
            (at, SHAPES.index(thing.shape), *_centred(box))
            for at, (each, picture) in enumerate(zip(scenes, pictures, strict=True))
            for thing, box in zip(each.things, targets(picture), strict=True)
            if box
        ]
        rows = torch.tensor(told, dtype=torch.float32)
        images = torch.from_numpy(np.stack([picture.image for picture in pictures])).permute(0, 3, 1, 2)
        return {"img": images.float() / 255, "batch_idx": rows[:, 0], "cls": rows[:, 1:2], "bboxes": rows[:, 2:]}

    def loss(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Box, class and distribution loss, summed over the three and averaged over the pictures."""
        loss: torch.Tensor = self.model(batch)[0].sum() / len(batch["img"])
        return loss

    def save(self, folder: Path) -> None:
        """One file that `ultralytics.YOLO` loads: 16-bit weights, without the optimiser."""
        import torch
        import ultralytics

        model = self.model.cpu().eval()
        model.criterion, model.args = None, {"imgsz": SIDE, "task": "detect"}
        facts = {"train_args": model.args, "version": ultralytics.__version__, "date": None, "ema": None}
        torch.save({"model": model.half(), **facts}, folder / FILE)
        self.model = model.float().to(self.device)


def targets(picture: Picture) -> list[tuple[float, float, float, float] | None]:
    """The box of each thing of which enough is seen, None for the others."""
    return [box if seen >= SEEN else None for box, seen in zip(picture.boxes(), picture.seen, strict=True)]


def _centred(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """x, y, width, height as shares of the picture's side."""
    x0, y0, x1, y1 = (value / SIDE for value in box)
    return (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
