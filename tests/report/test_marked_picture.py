"""Pictures with the boxes that verifiers looked at."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from prefdata.report.marked_picture import HIGH, LARGEST, LETTER, WIDE, picture
from prefdata.report.marked_text import Judged

from .tables import evidence, thing, verdict

TEXT = "a dog a cat"


def look(word, stance, boxes, scores=(), **more):
    of = thing(TEXT, word, **more)
    said = evidence(stance, boxes=[list(map(float, box)) for box in boxes], scores=list(scores))
    return Judged(dict(of), verdict(of, stance, evidence=[said]))


def pixels(found):
    return Image.open(io.BytesIO(base64.b64decode(found["uri"].split(",", 1)[1])))


def test_a_small_picture_is_kept_pixel_by_pixel_and_shown_larger(scene_files):
    [(path, drawn)] = scene_files(1)
    found = picture(path, [])
    assert found["uri"].startswith("data:image/png;base64,")
    assert np.array_equal(np.asarray(pixels(found)), drawn.image)
    assert (found["width"], found["height"], found["pixelated"]) == (288, 288, True)


@pytest.mark.parametrize("size", [(1600, 900), (900, 1600), (480, 481), (200, 200)])
def test_a_large_picture_is_made_small(size, tmp_path):
    Image.new("RGB", size, (200, 30, 30)).save(tmp_path / "a.jpg")
    found = picture(tmp_path / "a.jpg", [look("dog", "supported", [(0, 0, *size)])])
    assert max(pixels(found).size) == min(LARGEST, max(size))
    assert found["width"] <= WIDE
    assert found["height"] <= HIGH
    assert found["width"] / found["height"] == pytest.approx(size[0] / size[1], rel=0.02)
    [box] = found["boxes"]
    assert (box["width"], box["height"]) == pytest.approx((found["width"], found["height"]), abs=1)
    assert not found["pixelated"]


def test_a_picture_thinner_than_a_pixel_of_the_page_is_still_shown(tmp_path):
    Image.new("RGB", (3000, 2)).save(tmp_path / "a.png")
    found = picture(tmp_path / "a.png", [])
    assert (found["width"], found["height"]) == (WIDE, 1)


def test_a_picture_that_is_turned_by_its_exif_is_shown_upright(tmp_path):
    turned = Image.new("RGB", (300, 240))
    turned.paste((255, 255, 255), (0, 0, 150, 240))  # upright: the upper half
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "a.jpg", exif=exif, quality=95)
    shown = np.asarray(pixels(picture(tmp_path / "a.jpg", [])))
    assert shown.shape[:2] == (300, 240)
    assert shown[:100].mean() > 240
    assert shown[-100:].mean() < 15


def test_boxes_stand_where_they_are_in_the_picture(scene_files):
    [(path, drawn)] = scene_files(1)
    boxes = [box for box in drawn.boxes() if box]
    found = picture(path, [look("dog", "supported", boxes, [0.9] * len(boxes))])
    shown = [(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]) for box in found["boxes"]]
    assert sorted(shown) == sorted(tuple(3 * end for end in box) for box in boxes)
    assert {box["label"] for box in found["boxes"]} == {"✓ dog 0.90"}


def test_a_box_is_drawn_once_by_the_worst_that_is_said_of_it(scene_files):
    [(path, _)] = scene_files(1)
    box = (10, 10, 40, 40)
    said = [
        look("dog", "supported", [box], [0.8]),
        look("dog", "contradicted", [(10.2, 9.8, 40, 40.1)], [0.7], kind="attribute", predicate="brown"),
        look("cat", "not_checkable", [(50, 50, 60, 60)]),
    ]
    found = picture(path, said)["boxes"]
    assert [(each["label"], each["stance"]) for each in found] == [
        ("✗ brown dog 0.70", "contradicted"),
        ("? cat", "not_checkable"),
    ]
    assert found[0]["title"].splitlines()[0] == "brown dog (attribute): contradicted"
    assert "dog (object): supported" in found[0]["title"]


def test_labels_lie_in_the_picture_and_clear_of_each_other(scene_files):
    [(path, _)] = scene_files(1)
    said = [look("dog", "supported", [(8 * n, n % 3, 90 + n % 6, 80)], [n / 30]) for n in range(12)]
    found = picture(path, said)
    for n, box in enumerate(found["boxes"]):
        assert box["left"] >= 0
        assert box["left"] + LETTER * len(box["label"]) <= found["width"]
        for other in found["boxes"][:n]:
            apart = abs(box["left"] - other["left"]) > LETTER * min(len(box["label"]), len(other["label"]))
            assert apart or abs(box["at"] - other["at"]) >= 14


def test_the_alternative_text_names_the_boxes(scene_files):
    [(path, _)] = scene_files(1)
    found = picture(path, [look("dog", "not_checkable", [(1, 1, 9, 9)])])
    assert found["alt"] == "The picture, with boxes for: ? dog (not checkable)"
    assert picture(path, [])["alt"] == "The picture, without boxes"
