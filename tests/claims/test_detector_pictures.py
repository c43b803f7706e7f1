"""The detector and pictures of every kind: the same things are seen, and what is no picture is refused before."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from prefdata import images
from prefdata.claims import looking
from prefdata.claims.verifiers import detector
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import scene

from ..sources.pictures import animation, bomb, noise, png_header
from .scenes import CALIBRATED, DETECTOR, finished, prompt

ROOT = Path(__file__).parent.parent.parent
TURN_BACK = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


@pytest.fixture(scope="module")
def opened():
    return detector.trusted(CALIBRATED, detector.loaded(CALIBRATED))


@pytest.fixture
def look(opened):
    """Views of files, looked at together."""

    async def work(paths):
        looker = looking.Looker("eyes", lambda: opened)
        views = await asyncio.gather(*(looker.look(prompt(path)) for path in paths))
        await looker.close()
        return views

    return lambda *paths: finished(work(paths))


def plain(number):
    """A scene's picture, wider than it is high."""
    return Image.fromarray(np.ascontiguousarray(draw(scene("choice", number)).image[:72]))


def coloured(picture, path):
    """The picture as RGB PNG."""
    picture.convert("RGB").save(path)
    return path


def with_sixteen_bits(picture, path, grey):
    import cv2

    pixels = np.asarray(picture.convert("L" if grey else "RGB")).astype(np.uint16) * 257
    cv2.imwrite(str(path), pixels if grey else pixels[..., ::-1])
    return path


def turned(picture, path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.transpose(TURN_BACK[orientation]).save(path, exif=exif)
    return path


def seen(view):
    assert view.seen
    return view.seen, view.width, view.height


@pytest.mark.parametrize("number", range(4))
def test_the_same_picture_in_another_form_shows_the_same(look, tmp_path, number):
    picture = plain(number)
    grey, few = picture.convert("L"), picture.quantize(200)
    opaque = picture.convert("RGBA")
    opaque.save(tmp_path / "alpha.png")
    grey.save(tmp_path / "grey.png")
    few.save(tmp_path / "palette.png")
    few.save(tmp_path / "palette.gif")
    picture.save(tmp_path / "lossless.webp", lossless=True)
    picture.save(tmp_path / "plain.bmp")
    same = {
        coloured(picture, tmp_path / "plain.png"): [
            tmp_path / "alpha.png",
            tmp_path / "lossless.webp",
            tmp_path / "plain.bmp",
            with_sixteen_bits(picture, tmp_path / "16.png", grey=False),
            *(turned(picture, tmp_path / f"turned{n}.png", n) for n in TURN_BACK),
        ],
        coloured(grey, tmp_path / "plain grey.png"): [
            tmp_path / "grey.png",
            with_sixteen_bits(picture, tmp_path / "grey 16.png", grey=True),
        ],
        coloured(few, tmp_path / "plain few.png"): [tmp_path / "palette.png", tmp_path / "palette.gif"],
    }
    for one, others in same.items():
        assert all(images.trouble(tmp_path, path.name) is None for path in others)
        first, *rest = map(seen, look(one, *others))
        assert all(each == first for each in rest), one
        assert first[1:] == (96, 72)


@pytest.mark.parametrize("number", range(4))
def test_cmyk_shows_nearly_the_same(look, tmp_path, number):
    picture = plain(number)
    picture.convert("CMYK").save(tmp_path / "cmyk.jpg", quality=98, subsampling=0)
    sure = []
    for view in look(coloured(picture, tmp_path / "plain.png"), tmp_path / "cmyk.jpg"):
        sure.append(sorted((each.name, each.box) for each in view.seen if each.score > 0.5))
    one, other = sure
    assert [name for name, _ in one] == [name for name, _ in other] != []
    assert np.abs(np.array([box for _, box in one]) - np.array([box for _, box in other])).max() < 1.5


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.png", noise("PNG")[:2000], "bad_image"),
        ("empty.png", b"", "bad_image"),
        ("nothing.png", png_header(0, 0), "bad_image"),
        ("flat.png", png_header(0, 7), "bad_image"),
        ("huge.png", bomb(9000), "image_too_large"),
        ("moving.gif", animation("GIF"), "bad_image"),
        ("moving.webp", animation("WEBP"), "bad_image"),
    ],
)
def test_what_is_no_still_picture_is_refused_before(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    assert images.trouble(tmp_path, name).reason == reason


def test_a_picture_that_was_damaged_since_spoils_no_other(look, tmp_path):
    good = [coloured(plain(number), tmp_path / f"{number}.png") for number in range(6)]
    bad = tmp_path / "bad.png"
    bad.write_bytes(good[0].read_bytes()[:500])
    views = look(*good[:3], bad, tmp_path / "gone.png", *good[3:])
    assert views[3] == views[4] == "bad_image"
    assert [*views[:3], *views[5:]] == look(*good)


def test_nothing_goes_into_the_network_or_the_home_folder(tmp_path):
    coloured(plain(0), tmp_path / "plain.png")
    script = f"""
import sys
calls = []
sys.addaudithook(lambda name, _: calls.append(name) if name in ("socket.connect", "socket.getaddrinfo") else None)
from pathlib import Path
from prefdata.claims import yolo
from prefdata.claims.pixels import rgb
found = yolo.Detector(yolo.load(Path({str(DETECTOR)!r}))).look([rgb(Path("plain.png"))])
assert found[0], "nothing is seen"
print(calls)
"""
    home = tmp_path / "home"
    home.mkdir()
    told = {"HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert not list(home.iterdir())
