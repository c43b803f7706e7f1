"""Fingerprints: the same picture keeps its own, whatever file it is in, and other pictures have others."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from prefdata.dedup.hamming import Looks, near
from prefdata.dedup.pictures import COLOURS, SAME_COLOUR, Fingerprint, fingerprint, perceptual_hash
from prefdata.keys import file_key

BITS = 4


def painted(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A picture of coloured patches that run into one another."""
    patches = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)


def saved(image: Image.Image, path, **how) -> Fingerprint:
    image.save(path, **how)
    return fingerprint(path, file_key(path))


def alike(one: Fingerprint, other: Fingerprint) -> bool:
    if None in (one.hash, other.hash):
        return False
    colours = (np.frombuffer(each.colours, np.uint8).astype(int) for each in (one, other))
    apart = np.abs(np.subtract(*colours)).max()
    return (one.hash ^ other.hash).bit_count() <= BITS and apart <= SAME_COLOUR


def test_the_hash_is_that_of_the_written_out_transform():
    grey = np.random.default_rng(0).integers(0, 256, (32, 32)).astype(float)
    at = np.arange(32)
    waves = np.cos(np.pi * np.outer(np.arange(8), 2 * at + 1) / 64)
    low = waves @ grey @ waves.T
    bits = "".join("1" if value > np.median(low) else "0" for value in low.ravel())
    assert f"{perceptual_hash(grey):064b}" == bits


@pytest.mark.parametrize("seed", range(8))
def test_a_picture_saved_in_another_way_is_alike(tmp_path, seed):
    image = painted(seed)
    first = saved(image, tmp_path / "a.png")
    assert alike(first, saved(image, tmp_path / "b.jpg", quality=60))
    assert alike(first, saved(image.resize((160, 120)), tmp_path / "c.png"))
    assert alike(first, saved(image, tmp_path / "d.webp", quality=80))
    assert alike(first, saved(image.point(lambda level: min(255, level + 6)), tmp_path / "e.png"))


def test_pictures_of_other_things_are_not_alike(tmp_path):
    found = [saved(painted(seed), tmp_path / f"{seed}.png") for seed in range(60)]
    assert not any(alike(*pair) for pair in combinations(found, 2))


def test_a_picture_in_other_colours_is_not_alike_though_its_greys_are(tmp_path):
    grey = painted(1).convert("L")
    red, blue = (
        Image.merge("RGB", [grey if n == side else Image.new("L", grey.size) for n in range(3)]) for side in (0, 2)
    )
    one, other = saved(red, tmp_path / "red.png"), saved(blue, tmp_path / "blue.png")
    assert (one.hash ^ other.hash).bit_count() <= BITS
    assert not alike(one, other)


def test_a_picture_is_looked_at_upright(tmp_path):
    image = painted(3)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° to the right
    turned = saved(image.transpose(Image.Transpose.ROTATE_90), tmp_path / "turned.jpg", exif=exif, quality=95)
    assert alike(saved(image, tmp_path / "upright.png"), turned)
    assert not alike(
        saved(image, tmp_path / "upright.png"), saved(image.transpose(Image.Transpose.ROTATE_90), tmp_path / "x.png")
    )


def test_what_is_below_transparency_is_not_seen(tmp_path):
    image = painted(4).convert("RGBA")
    hidden = image.copy()
    image.putalpha(0)
    assert saved(image, tmp_path / "a.png").hash is None
    hidden.putalpha(255)
    assert saved(hidden, tmp_path / "b.png").hash is not None


@pytest.mark.parametrize("colour", ["white", "black", (250, 240, 3)])
def test_a_picture_of_one_colour_has_no_hash(tmp_path, colour):
    flat = saved(Image.new("RGB", (64, 48), colour), tmp_path / "flat.png")
    assert flat == Fingerprint(int(file_key(tmp_path / "flat.png")[:16], 16))


def test_frequencies_that_are_not_there_are_not_told_by_their_rounding():
    chance = np.random.default_rng(0)
    corner = chance.integers(0, 256, (16, 16)).astype(float)
    mirrored = np.block([[corner, corner[:, ::-1]], [corner[::-1], corner[::-1, ::-1]]])
    hashes = {perceptual_hash(mirrored + chance.normal(0, 1e-11, (32, 32))) for _ in range(20)}
    assert hashes == {perceptual_hash(mirrored)}


# --- search ----------------------------------------------------------------------------------


def looks(hashes: list[int], known: list[bool] | None = None, shades: list[int] | None = None) -> Looks:
    colours = np.repeat(np.array(shades or [0] * len(hashes), np.uint8)[:, None], COLOURS, 1)
    return Looks(np.array(hashes, np.uint64), np.array(known or [True] * len(hashes), bool), colours)


HASHES = st.lists(
    st.builds(
        lambda base, flips: base ^ sum(1 << bit for bit in flips),
        st.sampled_from([0, 2**64 - 1, 0x0123456789ABCDEF]),
        st.sets(st.integers(0, 63), max_size=8),
    ),
    unique=True,
    max_size=25,
)


@settings(max_examples=200)
@given(HASHES, st.integers(0, 12), st.data())
def test_the_search_finds_all_that_comparing_all_finds(hashes, bits, data):
    shades = data.draw(st.lists(st.sampled_from([0, 10, 30]), min_size=len(hashes), max_size=len(hashes)))
    known = data.draw(st.lists(st.booleans(), min_size=len(hashes), max_size=len(hashes)))
    found = near(looks(hashes, known, shades), bits)
    expected = {
        (a, b)
        for a, b in combinations(range(len(hashes)), 2)
        if known[a] and known[b] and (hashes[a] ^ hashes[b]).bit_count() <= bits and abs(shades[a] - shades[b]) <= 16
    }
    assert set(zip(*(side.tolist() for side in found), strict=True)) == expected


def test_pictures_without_a_hash_are_like_themselves_alone():
    some = looks([0, 0, 0], [False, False, True])
    a, b = np.array([0, 0, 0, 2]), np.array([0, 1, 2, 2])
    assert some.alike(a, b, 4).tolist() == [True, False, False, True]


def test_the_search_compares_few_of_many():
    hashes = np.random.default_rng(0).integers(0, 2**63, 20_000, np.int64).tolist()
    hashes += [hashes[0] ^ 0b1111, hashes[5] ^ (1 << 63)]
    assert [side.tolist() for side in near(looks(hashes), 4)] == [[0, 5], [20_000, 20_001]]
