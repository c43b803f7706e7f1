"""Sources as points over two dimensions, with their intervals: the shapes of an SVG chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from prefdata.objectives.fronts import Standing

SIDE = 300  # pixels of the chart
STEPS, MOST_TICKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5), 6
LINE, LETTER = 15, 7  # pixels of a label
AIR = 0.05  # of an axis beyond the outermost interval

Point = dict[str, Any]


def scatter(sources: Sequence[Standing], at: tuple[int, int], names: tuple[str, str]) -> dict[str, Any] | None:
    """The sources over the dimensions `at` (x, y) with their `names`; None for fewer than two that have both scores."""
    known = [source for source in sources if not np.isnan(source.mean[list(at)]).any()]
    if len(known) < 2:
        return None
    axes = [_Axis.over(known, dimension) for dimension in at]
    points = [_point(source, at, axes) for source in known]
    ticks = [[{"at": axis.place(end), "value": end} for end in axis.ticks()] for axis in axes]
    return {"side": SIDE, "x": names[0], "y": names[1], "points": _labelled(points), "ticks": ticks}


class _Axis:
    """From `low` to `high` over SIDE pixels; `up` for one that grows upwards."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    @classmethod
    def over(cls, sources: Sequence[Standing], dimension: int) -> _Axis:
        low = min(source.low[dimension] for source in sources)
        high = max(source.high[dimension] for source in sources)
        air = AIR * (high - low) + 0.005
        return cls(float(low - air), float(high + air))

    def place(self, value: float) -> float:
        """Pixels from the lower end."""
        return round(SIDE * (value - self.low) / (self.high - self.low), 1)

    def ticks(self) -> list[float]:
        """Round values, MOST_TICKS at most."""
        step = next(step for step in STEPS if (self.high - self.low) / step < MOST_TICKS)
        return [round(step * tick, 3) for tick in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def _point(source: Standing, at: tuple[int, int], axes: Sequence[_Axis]) -> Point:
    """Pixels from the upper left, as SVG counts."""
    x, y = (
        {end: axis.place(float(getattr(source, end)[dimension])) for end in ("mean", "low", "high")}
        for axis, dimension in zip(axes, at, strict=True)
    )
    down = {end: round(SIDE - value, 1) for end, value in y.items()}
    values = {name: float(source.mean[dimension]) for name, dimension in zip(("value_x", "value_y"), at, strict=True)}
    return {"name": source.name, "on_front": source.on_front, "x": x, "y": down, **values}


def _labelled(points: list[Point]) -> list[Point]:
    """Points from above to below, each with its label's side and height, so that labels stand clear of each other."""
    placed: list[Point] = []
    for point in sorted(points, key=lambda point: (point["y"]["mean"], point["name"])):
        label = {**point, "left": point["x"]["mean"] > SIDE / 2, "at": point["y"]["mean"]}
        while any(_meet(label, other) for other in placed):
            label["at"] = round(label["at"] + LINE / 3, 1)
        placed.append(label)
    return placed


def _meet(label: Point, other: Point) -> bool:
    """Whether two labels overlap; they are taken to be as wide as their letters."""
    (a, b), (c, d) = _span(label), _span(other)
    return bool(abs(label["at"] - other["at"]) < LINE and a <= d and c <= b)


def _span(label: Point) -> tuple[float, float]:
    """Where it begins and ends, from left to right."""
    start, width = label["x"]["mean"], LETTER * len(label["name"])
    return (start - width, start) if label["left"] else (start, start + width)
