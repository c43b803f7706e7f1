"""Images are found and decoded safely: what may not be used is named with its reason, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from prefdata.images import ImageError, suffix_of, trouble
from prefdata.models import ImageRules

from .pictures import animation, bomb, noise, picture, png_header, written

HERE = ImageRules(("127.0.0.1",))


def reason(folder: Path, name: str, rules: ImageRules = HERE) -> str | None:
    found = trouble(folder, name, rules)
    assert found is None or name in found.detail
    return found and found.reason


# --- what an image may be --------------------------------------------------------------------

GOOD = {
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "webp": picture("WEBP"),
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_pictures_of_five_formats_can_be_used_and_get_the_suffix_of_what_they_are(kind, tmp_path):
    written(tmp_path / "image-without-suffix", GOOD[kind])
    assert trouble(tmp_path, "image-without-suffix") is None
    assert suffix_of(GOOD[kind], "x") == kind


MODES = [("JPEG", "CMYK", 9), ("JPEG", "L", 9), ("PNG", "P", 3), ("PNG", "I;16", 900), ("PNG", "LA", (9, 9))]


@pytest.mark.parametrize(("form", "mode", "colour"), MODES, ids=str)
def test_pictures_of_all_kinds_of_pixels_can_be_used(form, mode, colour, tmp_path):
    written(tmp_path / "x", picture(form, colour if mode != "CMYK" else (1, 2, 3, 4), mode=mode))
    assert trouble(tmp_path, "x") is None


def test_a_photo_with_a_preview_behind_it_is_a_jpeg(tmp_path):
    first, second = (Image.new("RGB", (64, 64), colour) for colour in ("red", "blue"))
    first.save(tmp_path / "x.jpg", "MPO", save_all=True, append_images=[second])
    assert trouble(tmp_path, "x.jpg") is None
    assert suffix_of((tmp_path / "x.jpg").read_bytes(), "x") == "jpg"


BAD = {
    "text": b"not an image",
    "nothing": b"",
    "TIFF": picture("TIFF"),
    "ICO": picture("ICO", size=(16, 16)),
    "EPS": picture("EPS"),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "PNG without pixels": png_header(8, 8),
    **{f"half a {form}": noise(form)[: len(noise(form)) // 2] for form in ("PNG", "JPEG", "WEBP", "GIF", "BMP")},
    "almost a whole JPEG": noise("JPEG")[:-200],
    "a PNG with a wrong checksum": picture("PNG")[:-6] + b"\0" + picture("PNG")[-5:],
    **{f"animated {form}": animation(form) for form in ("GIF", "WEBP", "PNG")},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_still_whole_picture_is_a_bad_image(name, tmp_path):
    written(tmp_path / "x.png", BAD[name])
    assert reason(tmp_path, "x.png") == "bad_image"
    with pytest.raises(ImageError, match="told"):
        suffix_of(BAD[name], "told")


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read(tmp_path):
    with open(tmp_path / "x.png", "wb") as handle:
        handle.truncate(10**10)  # a hole, ten gigabytes large
    assert reason(tmp_path, "x.png") == "image_too_large"
    found = trouble(written(tmp_path / "y.png", picture()).parent, "y.png", ImageRules((), 10))
    assert (found.reason, found.detail) == ("image_too_large", f"y.png has {len(picture())} bytes, more than 10")


TOO_LARGE = {
    "a header of 60000 × 60000": png_header(60_000, 60_000),
    "a header of 10000 × 10000, where Pillow would only warn": png_header(10_000, 10_000),
    "a bomb of 900 million pixels": bomb(30_000),
    "a GIF that claims 65535 × 65535": b"GIF89a\xff\xff\xff\xff" + picture("GIF")[10:],
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_picture_of_too_many_pixels_is_not_decoded(name, tmp_path, monkeypatch):
    decoded = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda image: decoded.append(image.size))
    written(tmp_path / "x.png", TOO_LARGE[name])
    assert reason(tmp_path, "x.png") == "image_too_large"
    assert decoded == []


def test_the_limit_is_the_users(tmp_path):
    written(tmp_path / "x.png", picture(size=(100, 100)))
    assert reason(tmp_path, "x.png", ImageRules((), 10**6, 9_999)) == "image_too_large"
    assert reason(tmp_path, "x.png", ImageRules((), 10**6, 10_000)) is None
    found = trouble(tmp_path, "x.png", ImageRules((), 10**6, 9_999))
    assert found.detail == "x.png has 100×100 pixels, more than 9,999"


def test_a_file_that_changed_is_looked_at_again(tmp_path):
    path = written(tmp_path / "x.png", b"no picture yet")
    assert reason(tmp_path, "x.png") == "bad_image"
    written(path, picture())
    assert reason(tmp_path, "x.png") is None


# --- where an image may lie ------------------------------------------------------------------


@pytest.fixture
def root(tmp_path) -> Path:
    """root/x.png and root/deep/y.png may be used, outside/z.png may not."""
    written(tmp_path / "outside" / "z.png", picture())
    written(tmp_path / "root" / "deep" / "y.png", picture())
    return written(tmp_path / "root" / "x.png", picture()).parent


@pytest.mark.parametrize("name", ["x.png", "deep/y.png", "./x.png", "deep/../x.png", "deep//y.png"])
def test_images_below_the_root_can_be_used(name, root):
    assert reason(root, name) is None


@pytest.mark.parametrize("name", ["../outside/z.png", "deep/../../outside/z.png", "../root/../outside/z.png", ".."])
def test_paths_out_of_the_root_are_refused(name, root):
    assert reason(root, name) == "image_outside"


def test_absolute_paths_are_refused_even_inside(root):
    assert reason(root, str(root / "x.png")) == "image_outside"
    assert reason(root, str(root.parent / "outside" / "z.png")) == "image_outside"


def test_links_may_not_lead_out_of_the_root(root):
    (root / "file.png").symlink_to(root.parent / "outside" / "z.png")
    (root / "folder").symlink_to(root.parent / "outside")
    (root / "within.png").symlink_to(root / "deep" / "y.png")
    assert [reason(root, name) for name in ("file.png", "folder/z.png", "within.png")] == [
        "image_outside",
        "image_outside",
        None,
    ]


def test_what_is_no_file_is_missing(root):
    (root / "loop.png").symlink_to("loop.png")
    os.mkfifo(root / "pipe.png")
    names = ["none.png", "deep", "", "loop.png", "pipe.png", "x" * 5000, "nul\0.png", "x.png/y.png", "file"]
    assert {name: reason(root, name) for name in names} == dict.fromkeys(names, "missing_image")


@pytest.mark.parametrize("address", ["https://example.org/x.png", "http://x.png", "file:///etc/passwd", "FTP://a/b"])
def test_addresses_that_were_not_fetched_are_of_hosts_that_are_not_allowed(address, root):
    assert reason(root, address) == "image_host_not_allowed"
