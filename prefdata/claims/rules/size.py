"""Size words by the box: what is called "small" has sides that were measured on things with labels."""

from __future__ import annotations

from prefdata.claims.rules.answers import UNDECIDED, Answer
from prefdata.claims.sight import Box, Seen, View

EDGE = 1.0  # pixels; what ends nearer to the picture's edge may go on behind it


def has(view: View, seen: Seen, word: str) -> Answer:
    """Whether a thing is "small", "medium" or "large", as Trust.sides has it of its class."""
    trust = view.witness.trust.get(seen.name)
    if trust is None or word not in trust.sides:
        return "unmeasured"
    if seen.box is None or view.width is None or view.height is None:
        return "no_boxes" if seen.box is None else "no_image"
    cut = _is_cut(view, seen, seen.box)
    side = max(seen.box[2] - seen.box[0], seen.box[3] - seen.box[1]) / max(view.width, view.height)
    fitting = {name for name, (low, high) in trust.sides.items() if (cut or low <= side) and side <= high}
    if fitting == {word}:
        return True
    return False if fitting and word not in fitting else "cut_off" if cut else UNDECIDED


def _is_cut(view: View, seen: Seen, box: Box) -> bool:
    """Whether it ends at the picture's edge, or stands where something may hide a part of it: it may be larger."""
    assert view.width is not None
    assert view.height is not None
    inside = min(box[:2]) > EDGE and box[2] < view.width - EDGE and box[3] < view.height - EDGE
    return not inside or any(_touch(box, other.box) for other in view.seen if other is not seen and other.box)


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
