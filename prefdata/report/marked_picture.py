"""A picture and what verifiers looked at in it → an image in text form, with boxes in the pixels of the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from prefdata.claims.pixels import rgb
from prefdata.claims.verdict import CONTRADICTED, NOT_CHECKABLE, SUPPORTED
from prefdata.report.marked_text import Judged, said, title_of

LARGEST = 480  # pixels of the longer side that are kept
WIDE, HIGH = 340, 420  # pixels of the page that a picture gets at most
SMALL, TINY = 200, 80  # a longer side below which a picture is drawn three times as large, and four times
LINE, LETTER = 14, 7.9  # of labels, in pixels
SIGNS: dict[str, str] = {SUPPORTED: "✓", CONTRADICTED: "✗", NOT_CHECKABLE: "?"}
WORST_FIRST = (CONTRADICTED, SUPPORTED, NOT_CHECKABLE)  # what decides how a box is drawn

Row = dict[str, Any]


class Look(NamedTuple):
    """One source's look at one box, for one claim."""

    stance: str
    claim: Row
    score: float | None
    title: str


def picture(path: Path, judged: Iterable[Judged]) -> Row:
    """{uri, width, height, pixelated, boxes, alt}: a data URI, and the size it is shown at.

    The file must be an image that can be read (`images.trouble`); boxes of `judged` are in its pixels, upright.
    """
    image = Image.fromarray(rgb(path))
    scale = _scale(*image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    boxes = _placed([_box(box, looks, scale) for box, looks in _looked_at(judged).items()], width)
    kept = "; ".join(f"{box['label']} ({box['stance'].replace('_', ' ')})" for box in boxes)
    return {
        "uri": _uri(image),
        "width": width,
        "height": height,
        "pixelated": scale >= 3,
        "boxes": boxes,
        "alt": f"The picture, with boxes for: {kept}" if boxes else "The picture, without boxes",
    }


def _scale(width: int, height: int) -> float:
    """Pixels of the page for a pixel of the picture; whole where it is enlarged, so that pixels stay square."""
    longer = max(width, height)
    if longer < SMALL:
        return 4 if longer < TINY else 3
    return min(1, WIDE / width, HIGH / height)


def _uri(image: Image.Image) -> str:
    """Small pictures are kept pixel by pixel."""
    kept, out = image.copy(), io.BytesIO()
    kept.thumbnail((LARGEST, LARGEST))
    kind = "png" if max(image.size) < SMALL else "jpeg"
    kept.save(out, kind, quality=85)
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode()}"


def _looked_at(judged: Iterable[Judged]) -> dict[tuple[int, ...], list[Look]]:
    """Every box, to the pixel, with all looks at it, those first that decide how it is drawn."""
    found: dict[tuple[int, ...], list[Look]] = {}
    for each in judged:
        for evidence in each.verdict["evidence"] or []:
            scores = evidence["scores"] or []
            for at, box in enumerate(evidence["boxes"] or []):
                score = scores[at] if at < len(scores) else None
                look = Look(evidence["verdict"] or NOT_CHECKABLE, each.claim, score, title_of(each))
                found.setdefault(tuple(round(end) for end in box), []).append(look)
    for looks in found.values():
        looks.sort(key=lambda look: (WORST_FIRST.index(look.stance), look.claim["type"] != "object"))
    return found


def _box(box: tuple[int, ...], looks: list[Look], scale: float) -> Row:
    x0, y0, x1, y1 = (round(end * scale, 1) for end in box)
    first = looks[0]
    score = "" if first.score is None else f" {first.score:.2f}"
    return {
        "x": x0,
        "y": y0,
        "width": round(x1 - x0, 1),
        "height": round(y1 - y0, 1),
        "stance": first.stance,
        "label": f"{SIGNS[first.stance]} {said(first.claim)}{score}",
        "title": "\n".join(dict.fromkeys(look.title for look in looks)),
    }


def _placed(boxes: list[Row], width: int) -> list[Row]:
    """With each label's place, left and at, in a picture so wide: above its box or in it, where no label stands yet."""
    placed: list[Row] = []
    for box in sorted(boxes, key=lambda box: (box["y"], box["x"])):
        label = {**box, "at": max(box["y"] - 4, LINE - 2)}
        label["left"] = max(0.0, min(box["x"], width - LETTER * len(box["label"])))
        while any(_meet(label, other) for other in placed):
            label["at"] += LINE
        placed.append(label)
    return placed


def _meet(label: Row, other: Row) -> bool:
    """Whether two labels overlap; they are taken to be as wide as their letters."""
    a, c = label["left"], other["left"]
    b, d = (each["left"] + LETTER * len(each["label"]) for each in (label, other))
    return abs(label["at"] - other["at"]) < LINE and a <= d and c <= b
