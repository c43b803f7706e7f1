"""Pictures of the tiny world as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from prefdata.tinyworld.drawing import Picture, draw
from prefdata.tinyworld.scene import scene


@pytest.fixture
def scene_files(tmp_path) -> Callable[[int], list[tuple[Path, Picture]]]:
    """scene_files(n) → n pictures with their files."""

    def make(number: int) -> list[tuple[Path, Picture]]:
        found = []
        for n in range(number):
            picture = draw(scene("choice", n))
            Image.fromarray(picture.image).save(tmp_path / f"{n}.png")
            found.append((tmp_path / f"{n}.png", picture))
        return found

    return make
