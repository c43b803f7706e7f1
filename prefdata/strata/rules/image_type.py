"""`image_type`: how a picture was made, by its pixels: photo, drawing, chart, diagram, document, screenshot, or other.

Photographs have many colours and few equal neighbours; what is made with a computer is the other way round (the
measures go back to Athitsos, Swain and Frankel 1997, "Distinguishing photographs and graphics on the World Wide Web").
Among graphics, text comes in many lines of small strokes, charts have long axes or thin curves on a light ground,
diagrams short lines and boxes, and screenshots borders as wide as the picture.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from prefdata.strata.rules.pixels import Measures, measures, pixels

VALUES = {
    "photo": "a photograph",
    "drawing": "a drawing, a painting, a cartoon, a logo",
    "chart": "a chart of numbers: bars, lines, points, a pie",
    "diagram": "boxes, arrows and words that show how things hang together",
    "document": "a page of text",
    "screenshot": "what a screen shows: a desktop, a window, an app, a web page",
    "other": "none of these, or not clear",
}


def image_type(path: Path) -> str:
    """The type of a picture that can be read."""
    state = path.stat()
    return _of_file(path, state.st_size, state.st_mtime_ns)


@lru_cache(1 << 16)
def _of_file(path: Path, size: int, changed: int) -> str:
    """Looked at again only when the file changed: several prompts may show it, and each attempt asks for it."""
    return kind(measures(pixels(path)))


def kind(seen: Measures) -> str:
    """The first type that fits. A measure near its limit is no sure sign, so that "other" has its share."""
    is_graphic = seen.flat >= 0.72
    on_paper = seen.light >= 180 and seen.ground >= 0.3 and seen.frame >= 0.9
    if _is_text(seen) and on_paper:
        return "document"
    if not is_graphic:
        return "drawing" if _is_noisy(seen) else "photo" if seen.soft >= 0.2 and not on_paper else "other"
    if _is_screen(seen):
        return "screenshot"
    if on_paper and (_has_axes(seen) or _has_curves(seen)):
        return "chart"
    if on_paper and seen.hard >= 0.2 * seen.ink:
        return "diagram"
    return "drawing" if seen.vivid >= 0.3 or seen.hard < 0.12 * seen.ink else "other"


def _is_text(seen: Measures) -> bool:
    """Many bands of small, hard, colourless strokes."""
    small = seen.down < 0.1 and (seen.across < 0.06 or (seen.across < 0.25 and seen.hard >= 0.06))
    many = seen.lines >= 12 and seen.hard >= 0.06
    return (small or many) and seen.lines >= 4 and seen.vivid < 0.15 and seen.hard >= 0.03


def _is_screen(seen: Measures) -> bool:
    """A border from side to side that reaches the rim or parts a dark ground, or small things on a wide ground."""
    border = max(seen.border_across, seen.border_down)
    parted = seen.border_across >= 0.9 and seen.frame < 0.97
    return parted or (border >= 0.85 and seen.light < 180) or (seen.blank >= 0.55 and seen.lines >= 10)


def _is_noisy(seen: Measures) -> bool:
    """Flat colours under noise: hardly any neighbours are equal, and hardly any differ much."""
    return seen.soft >= 0.85 and seen.few >= 0.8


def _has_axes(seen: Measures) -> bool:
    return seen.border_across >= 0.5 and (seen.border_down >= 0.5 or seen.across >= 0.5)


def _has_curves(seen: Measures) -> bool:
    return seen.ink < 0.05 and seen.vivid >= 0.4
