"""How pictures were made, by their pixels: charts, pages, screens and scenes made here, and real photographs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from prefdata.strata.rules.image_type import VALUES, image_type
from prefdata.strata.rules.pixels import SIDE, measures, pixels
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import scene

WORDS = "the quick brown fox jumps over a lazy dog while seven wizards wait for rain in the old harbour town"


def page(folder: Path, columns: int = 1) -> Path:
    """A page of text, as it is printed."""
    image = Image.new("RGB", (620, 800), "white")
    draw_on, width = ImageDraw.Draw(image), 540 // columns
    for column in range(columns):
        for line in range(40):
            words = WORDS[(7 * line) % 30 :]
            draw_on.text((40 + column * width, 40 + 17 * line), words[: width // 7], fill="black")
    return saved(folder, image, f"page-{columns}.png")


def desktop(folder: Path) -> Path:
    """A window with a title bar and a side bar, above a task bar."""
    image = Image.new("RGB", (1280, 720), (240, 240, 240))
    draw_on = ImageDraw.Draw(image)
    draw_on.rectangle((0, 0, 1280, 36), fill=(50, 90, 160))
    draw_on.rectangle((0, 36, 220, 680), fill=(225, 228, 232))
    draw_on.rectangle((0, 680, 1280, 720), fill=(30, 30, 40))
    for line in range(12):
        draw_on.text((16, 60 + 40 * line), WORDS[:20], fill=(60, 60, 60))
        draw_on.text((250, 60 + 40 * line), WORDS, fill=(20, 20, 20))
    return saved(folder, image, "desktop.png")


def boxes(folder: Path) -> Path:
    """Boxes with words, and arrows between them."""
    image = Image.new("RGB", (700, 500), "white")
    draw_on = ImageDraw.Draw(image)
    for n, (x, y) in enumerate([(60, 60), (300, 60), (540, 60), (180, 300), (420, 300)]):
        draw_on.rectangle((x, y, x + 110, y + 50), fill=(255, 230, 150), outline="black", width=2)
        draw_on.text((x + 20, y + 18), f"step {n}", fill="black")
        draw_on.line((x + 55, y + 50, 355, 300), fill="black", width=2)
    return saved(folder, image, "boxes.png")


def saved(folder: Path, image: Image.Image, name: str) -> Path:
    image.save(folder / name)
    return folder / name


def charts(folder: Path) -> list[Path]:
    """Bars, lines, points and a histogram, as matplotlib draws them."""
    from matplotlib.figure import Figure

    chance, made = np.random.default_rng(0), []
    draws = {
        "bars": lambda axes: axes.bar(range(6), chance.random(6)),
        "lines": lambda axes: axes.plot(np.cumsum(chance.normal(size=(80, 3)), axis=0)),
        "points": lambda axes: axes.scatter(chance.random(150), chance.random(150)),
        "histogram": lambda axes: axes.hist(chance.normal(size=900), 30),
        "lying": lambda axes: axes.barh(list("abcd"), [4, 3, 2, 1]),
    }
    for name, draws_on in draws.items():
        figure = Figure()
        draws_on(figure.add_subplot())
        figure.savefig(folder / f"{name}.png")
        made.append(folder / f"{name}.png")
    return made


def photographs() -> list[Path]:
    """Those that installed packages bring along."""
    found = []
    for package, names in {
        "ultralytics": ("assets/bus.jpg", "assets/zidane.jpg"),
        "matplotlib": ("mpl-data/sample_data/grace_hopper.jpg",),
    }.items():
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            found += [path for name in names if (path := Path(spec.origin).parent / name).is_file()]
    return found


def test_charts_are_charts(tmp_path):
    pytest.importorskip("matplotlib")
    assert {image_type(path) for path in charts(tmp_path)} == {"chart"}


def test_pages_of_text_are_documents(tmp_path):
    assert [image_type(page(tmp_path, columns)) for columns in (1, 2)] == ["document", "document"]


def test_a_desktop_is_a_screenshot_and_boxes_with_arrows_are_a_diagram(tmp_path):
    assert image_type(desktop(tmp_path)) == "screenshot"
    assert image_type(boxes(tmp_path)) == "diagram"


def test_scenes_of_the_tiny_world_are_drawings_under_their_noise(tmp_path):
    drawn = [saved(tmp_path, Image.fromarray(draw(scene("choice", n)).image), f"{n}.png") for n in range(20)]
    assert {image_type(path) for path in drawn} == {"drawing"}


def test_real_photographs_are_photos_whatever_file_they_are_in(tmp_path):
    real = photographs()
    if not real:
        pytest.skip("no installed package brings a photograph")
    for path in real:
        assert image_type(path) == "photo"
        with Image.open(path) as image:
            small = image.convert("RGB").resize((320, 240))
        small.save(tmp_path / "small.png")
        small.save(tmp_path / "small.jpg", quality=60)
        assert image_type(tmp_path / "small.png") == image_type(tmp_path / "small.jpg") == "photo"


def test_any_picture_has_a_type_however_small_grey_or_transparent(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)
    odd = [
        Image.new("RGB", (1, 1)), Image.new("L", (3, 900), 255), Image.fromarray(noise, "RGBA"),
        Image.new("P", (20, 20), 3), Image.new("LA", (20, 20)), Image.new("1", (20, 20)), Image.new("CMYK", (30, 20)),
    ]  # fmt: skip
    for n, image in enumerate(odd):
        path = tmp_path / f"{n}.{'jpg' if image.mode == 'CMYK' else 'png'}"
        image.save(path)
        assert image_type(path) in VALUES
        assert all(0 <= share <= 255 for share in measures(pixels(path)))


def test_large_pictures_are_looked_at_in_strides_with_their_own_colours(tmp_path):
    image = Image.new("RGB", (3 * SIDE + 1, 50), (10, 20, 30))
    path = saved(tmp_path, image, "wide.png")
    seen = pixels(path)
    assert seen.shape[0] == 3
    assert max(seen.shape) <= SIDE
    assert {tuple(colour) for colour in seen.reshape(3, -1).T.tolist()} == {(10, 20, 30)}


def test_measures_of_a_known_picture_are_those_that_can_be_counted():
    """Ten rows of white, on which one black line of eight lies."""
    colours = np.full((3, 10, 10), 255, np.int16)
    colours[:, 4, 1:9] = 0
    seen = measures(colours)
    assert seen.ground == pytest.approx(0.92)
    assert seen.ink == pytest.approx(0.08)
    assert (seen.lines, seen.blank, seen.frame, seen.vivid) == (1, 0.9, 1.0, 0.0)
    assert (seen.across, seen.down) == (0.7, 0.0)
    assert seen.border_across == pytest.approx(0.8)
    assert seen.hard == pytest.approx((2 + 16) / 180)
    assert seen.flat == pytest.approx(1 - 18 / 180)


def test_a_changed_file_is_looked_at_again(tmp_path):
    path = page(tmp_path)
    assert image_type(path) == "document"
    Image.open(desktop(tmp_path)).save(path)
    assert image_type(path) == "screenshot"
