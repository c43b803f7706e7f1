"""Pixels are upright 8-bit RGB, whatever the file is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from prefdata.claims.pixels import ORIENTATION, rgb, size

RED, BLUE = (200, 30, 30), (30, 30, 200)
BOX = (30, 10, 50, 25)  # of the red part of the upright picture


@pytest.fixture
def picture():
    """60 × 40, blue, with a red box."""
    image = Image.new("RGB", (60, 40), BLUE)
    image.paste(RED, BOX)
    return image


def pixels(image: Image.Image, path, **how) -> np.ndarray:
    image.save(path, **how)
    assert size(path) == rgb(path).shape[1::-1]
    return rgb(path)


def test_rgb_is_as_it_is(picture, tmp_path):
    found = pixels(picture, tmp_path / "a.png")
    assert found.dtype == np.uint8
    assert np.array_equal(found, np.asarray(picture))


# What must be done to the upright picture for the file of each orientation (EXIF 2.3, 4.6.4 A).
STORED = {
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_90],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_270],
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("form", ["png", "jpg", "webp"])
def test_a_turned_picture_is_upright_and_boxes_lie_where_they_are_seen(picture, tmp_path, orientation, form):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = picture
    for step in STORED[orientation]:
        stored = stored.transpose(step)
    found = pixels(stored, tmp_path / f"a.{form}", exif=exif, quality=95)
    assert found.shape == (40, 60, 3)
    left, top, right, bottom = BOX
    inside = found[top + 3 : bottom - 3, left + 3 : right - 3].reshape(-1, 3).astype(int)
    assert np.abs(inside - RED).max() < 30
    assert np.abs(found[:5].astype(int) - BLUE).max() < 30


@pytest.mark.parametrize("orientation", [0, 9, 300])
def test_an_orientation_that_does_not_exist_turns_nothing(picture, tmp_path, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    assert np.array_equal(pixels(picture, tmp_path / "a.png", exif=exif), np.asarray(picture))


@pytest.mark.parametrize("broken", [b"Exif\0\0XX", b"Exif\0\0MM\0\x2a\0\0"])
@pytest.mark.parametrize("form", ["png", "jpg", "webp"])
def test_broken_exif_turns_nothing(picture, tmp_path, broken, form):
    assert pixels(picture, tmp_path / f"a.{form}", exif=broken).shape == (40, 60, 3)


def test_turned_grey_of_sixteen_bits_is_upright(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    levels = (np.arange(60, dtype=np.uint16) * 257).reshape(3, 20)
    assert np.array_equal(
        pixels(Image.fromarray(levels), tmp_path / "a.png", exif=exif)[..., 0], np.rot90(levels // 257, -1)
    )


def test_cmyk_looks_like_rgb(picture, tmp_path):
    found = pixels(picture.convert("CMYK"), tmp_path / "a.jpg", quality=95)
    assert np.abs(found[12:23, 32:48].astype(int) - RED).max() < 30
    assert np.abs(found[:5].astype(int) - BLUE).max() < 30


def test_sixteen_bits_of_grey_become_eight(tmp_path):
    levels = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(16, 16)
    found = pixels(Image.fromarray(levels), tmp_path / "a.png")
    assert np.array_equal(found[..., 0].ravel(), np.arange(256))
    assert (found == found[..., :1]).all()


def test_sixteen_bits_of_colour_become_eight(tmp_path):
    (tmp_path / "a.png").write_bytes(_png16([(65535, 0, 32768), (257 * 100, 257 * 200, 0)]))
    assert np.abs(rgb(tmp_path / "a.png")[0].astype(int) - [(255, 0, 128), (100, 200, 0)]).max() <= 1


def _png16(row: list[tuple[int, int, int]]) -> bytes:
    """One row of 16-bit RGB, which Pillow does not write (PNG, ISO/IEC 15948)."""
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", len(row), 1, 16, 2, 0, 0, 0)
    body = b"\0" + b"".join(struct.pack(">HHH", *pixel) for pixel in row)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def test_palettes_and_grey_become_rgb(picture, tmp_path):
    grey = picture.convert("L")
    assert np.array_equal(pixels(grey, tmp_path / "a.png"), np.asarray(grey.convert("RGB")))
    assert np.array_equal(pixels(picture.quantize(2), tmp_path / "b.png"), np.asarray(picture))
    assert np.array_equal(pixels(picture.quantize(2), tmp_path / "c.gif"), np.asarray(picture))
    assert np.array_equal(pixels(grey.convert("1"), tmp_path / "d.png")[..., 0], np.asarray(grey.convert("1")) * 255)


@pytest.mark.parametrize("form", ["png", "webp"])
def test_what_is_transparent_is_white_and_its_hidden_colour_is_not_seen(picture, tmp_path, form):
    layer = picture.convert("RGBA")
    layer.putalpha(0)
    layer.paste((*RED, 255), BOX)
    layer.putpixel((0, 0), (0, 0, 0, 128))
    found = pixels(layer, tmp_path / f"a.{form}", lossless=True, exact=True)
    assert tuple(found[39, 0]) == (255, 255, 255)
    assert tuple(found[15, 40]) == RED
    assert abs(int(found[0, 0, 0]) - 127) <= 1


def test_transparent_entries_of_a_palette_are_white_too(picture, tmp_path):
    few = picture.quantize(2)
    clear = few.getpixel((0, 0))
    assert tuple(pixels(few, tmp_path / "a.png", transparency=clear)[0, 0]) == (255, 255, 255)
    assert tuple(pixels(few, tmp_path / "b.gif", transparency=clear)[15, 40]) == RED
    grey = Image.new("LA", (4, 4), (10, 0))
    assert tuple(pixels(grey, tmp_path / "c.png")[0, 0]) == (255, 255, 255)
