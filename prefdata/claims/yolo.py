"""ultralytics' detectors, kept offline: weights → what is seen in pixels, of every class.

ultralytics is AGPL-3.0, and loading weights runs code that is in them: use weights from those whom you trust.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from prefdata.claims.sight import Box, Seen
from prefdata.errors import InputError, PrefdataError

LEAST = 0.001  # what scores less is never looked at
MOST = 32  # pictures that are looked at together: on a GPU, or if the model makes them no larger than SMALL
SMALL = 160**2  # pixels; with larger ones a CPU gains nothing
UNHURRIED = 60.0  # seconds a picture may take to be cleared of double boxes; ultralytics leaves out what takes longer
# Scores and boxes are rounded. In a batch their last digits depend on its size and on the picture's place in it:
# scores by up to 1.2e-6, boxes by up to 4e-7 of the picture's longer side (a thousand pictures, YOLO11n).
SCORE, BOX = 0.001, 0.1
SCORE_ERROR, BOX_ERROR = 4e-6, 1e-6
_ROOM: list[tempfile.TemporaryDirectory[str]] = []


class Detector:
    """A model of ultralytics that is ready to look at pictures, `together` of them at once; names: its classes in their
    order. It sees what has a score above `least`, a multiple of SCORE."""

    def __init__(self, yolo: Any, least: float = LEAST) -> None:
        self.names, self.least = names(yolo), least
        self._predictor = _predictor(yolo, least)
        self._predictor([np.zeros((32, 32, 3), np.uint8)])
        self.on_cpu = self._predictor.device.type == "cpu"
        self.together = 1 if self.on_cpu and np.prod(self._predictor.imgsz) > SMALL else MOST

    def look(self, pictures: Sequence[np.ndarray]) -> list[tuple[Seen, ...]]:
        """What is seen in each picture (uint8 RGB [height, width, 3]), best first; at most `together` pictures.

        On a CPU it does not depend on which pictures are looked at together: where a number could be rounded to either
        side, the picture is looked at again, alone. Where the memory is too small for so many, fewer are from then on.
        """
        found = self._rows(pictures)
        if self.on_cpu and len(pictures) > 1:
            unclear = (_is_unclear(rows, picture) for rows, picture in zip(found, pictures, strict=True))
            again = zip(found, pictures, unclear, strict=True)
            found = [self._rows([picture])[0] if is_unclear else rows for rows, picture, is_unclear in again]
        return [self._seen(rows) for rows in found]

    def _rows(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        """x0, y0, x1, y1, score and class of each box in each picture: [boxes, 6]."""
        import cv2
        import torch

        blue_first = [cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) for picture in pictures]
        try:
            return [result.boxes.data.cpu().numpy() for result in self._predictor(blue_first)]
        except torch.OutOfMemoryError as error:
            if len(pictures) == 1:
                remedy = "free memory, or use a smaller detector"
                raise PrefdataError(f"the detector cannot look at a picture ({error}). To mend it: {remedy}.") from None
        half = (len(pictures) + 1) // 2
        self.together = min(self.together, half)
        return self._rows(pictures[:half]) + self._rows(pictures[half:])

    def _seen(self, rows: np.ndarray) -> tuple[Seen, ...]:
        seen = (Seen(self.names[int(row[5])], _rounded(row[4], SCORE), _box(row)) for row in rows.tolist())
        return tuple(sorted((each for each in seen if each.score > self.least), key=_best_first))


def _best_first(seen: Seen) -> tuple[float, str, Box | None]:
    return -seen.score, seen.name, seen.box


def _is_unclear(rows: np.ndarray, picture: np.ndarray) -> bool:
    """Whether a score or a box is so near to where rounding turns that in another batch it might turn."""
    error = BOX_ERROR * max(picture.shape[:2])
    return bool(_turns(rows[:, 4], SCORE, SCORE_ERROR).any() or _turns(rows[:, :4], BOX, error).any())


def _turns(values: np.ndarray, unit: float, error: float) -> np.ndarray:
    """Where rounding to multiples of a unit can go either way if values are off by an error."""
    return np.abs(values.astype(float) / unit % 1 - 0.5) < error / unit


def _rounded(value: float, unit: float) -> float:
    return round(round(value / unit) * unit, 6)


def _box(row: Sequence[float]) -> Box:
    x0, y0, x1, y1 = (_rounded(value, BOX) for value in row[:4])
    return x0, y0, x1, y1


def load(weights: Path) -> Any:
    """The ultralytics model of a file. Raises InputError if there is none, PrefdataError without ultralytics."""
    command = f"prefdata tinyworld train --only detector --out {weights.parent.parent}"
    remedy = f"put the weights there; the tiny world's are made by `{command}`"
    if not weights.is_file():
        raise InputError(str(weights), "there are no weights", remedy)
    quiet()
    try:
        import torchvision  # type: ignore[import-untyped]  # noqa: F401  # with it ultralytics clears double boxes away much faster
        from ultralytics import YOLO
    except ImportError as error:
        raise PrefdataError(f"{error}. To mend it: pip install 'prefdata[vision]'.") from None
    try:
        yolo = YOLO(str(weights))
        classes = names(yolo)
    except Exception as error:  # ultralytics, torch and pickle raise whatever comes to hand
        problem = f"ultralytics cannot load it ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
        raise InputError(str(weights), problem, remedy) from None
    if yolo.task not in ("detect", "segment") or not classes:
        raise InputError(str(weights), f"it does not detect things but is made to {yolo.task}", remedy)
    return yolo


def quiet() -> None:
    """Before ultralytics is imported: no network, no installing, no settings in the home folder, but in one of this
    process that is removed at the end."""
    if not _ROOM:
        _ROOM.append(tempfile.TemporaryDirectory(prefix="prefdata-ultralytics-", ignore_cleanup_errors=True))
        os.environ.setdefault("YOLO_CONFIG_DIR", _ROOM[0].name)
        os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")


def names(yolo: Any) -> tuple[str, ...]:
    """A model's classes in their order, of the dict or list that ultralytics keeps them in."""
    return tuple(yolo.names[at] for at in range(len(yolo.names)))


def _predictor(yolo: Any, least: float) -> Any:
    """What looks at pictures; they are padded to a square, whatever shapes lie beside them.

    By default ultralytics keeps the best class of each place alone. Then a thing whose class comes second there is not
    seen at all, and silence means little; so every class has its own boxes here. On 6 000 pictures of the tiny world's
    calibration split three of eight classes reach a recall of .994 (the lower end of its 95 % interval) without that,
    and all eight with it.
    """
    from ultralytics.models.yolo.detect import DetectionPredictor
    from ultralytics.utils import nms

    class EveryClass(DetectionPredictor):
        def postprocess(self, preds: Any, img: Any, orig_imgs: Any, **kwargs: Any) -> Any:
            model: Any = self.model
            kept = nms.non_max_suppression(
                preds[0] if self.args.task == "segment" else preds,
                self.args.conf,
                self.args.iou,
                multi_label=True,
                max_det=self.args.max_det,
                nc=len(model.names),
                max_time_img=UNHURRIED,
                end2end=getattr(model, "end2end", False),
            )
            return self.construct_results(kept, img, orig_imgs)

    settings = {"mode": "predict", "conf": least, "rect": False, "verbose": False, "save": False}
    predictor: Any = EveryClass(overrides={**yolo.overrides, **settings})
    predictor.setup_model(model=yolo.model, verbose=False)
    return predictor
