"""Scenes of the tiny world as prompts with a picture, for the tests of detectors."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PIL import Image

from prefdata.models import VerifierConfig
from prefdata.questions import Prompt
from prefdata.tinyworld import WEIGHTS
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import Scene, scene

DETECTOR = WEIGHTS / "detector" / "detector.pt"
CALIBRATION = WEIGHTS / "detector" / "calibration.json"
CALIBRATED = VerifierConfig("eyes", "detector", weights=DETECTOR, calibration=CALIBRATION)


def finished(work: Coroutine[Any, Any, Any]) -> Any:
    """What work in an event loop of its own comes to; it must come to an end."""
    return asyncio.run(asyncio.wait_for(work, 120))


def shown(folder: Path, number: int) -> tuple[Scene, Prompt]:
    """A scene of the split "choice", and a prompt with its picture."""
    found, path = scene("choice", number), folder / f"{number}.png"
    Image.fromarray(draw(found).image).save(path)
    return found, prompt(path)


def prompt(*paths: Path) -> Prompt:
    """A prompt with pictures; those of another name are other pictures."""
    return Prompt("p", [], {f"sha256:{path}": path for path in paths})
