"""What flipped votes would do to the labels: accuracies by share of flipped votes, and the chart of them."""

from __future__ import annotations

from typing import Any

WIDTH, HEIGHT = 460, 200  # of the chart, in pixels
LETTERS = 14  # pixels between the names at the ends of two lines
SERIES = {
    "exported": "exported",
    "majority_at_coverage": "majority, as many",
    "majority": "majority of all decided",
    "left_out": "left out",
}


def shown(counts: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Rows and lines from `labels.noise.curve`, added up; None where no label could be compared."""
    rates = sorted(counts, key=float)
    rows = [_row(float(rate), counts[rate]) for rate in rates]
    known = [row[name] for row in rows for name in SERIES if row[name] is not None]
    if not known:
        return None
    floor = min(0.5, *known)
    lines = [_line(name, rows, floor) for name in SERIES]
    return {
        "rows": rows, "names": SERIES, "lines": _apart([line for line in lines if line["points"]]),
        "ticks": [{"y": HEIGHT * (1 - at), "accuracy": floor + at * (1 - floor)} for at in (0, 0.5, 1)],
        "rates": [{"x": _x(row["rate"], rows), "rate": row["rate"]} for row in rows], "width": WIDTH, "height": HEIGHT,
    }  # fmt: skip


def _row(rate: float, found: dict[str, Any]) -> dict[str, Any]:
    """The accuracy of each kind of label where votes are flipped at this rate, and the share that is exported."""
    exported, pairs = found["exported"], found["pairs"]
    coverage = (exported["right"] + exported["wrong"]) / pairs if pairs else None
    return {"rate": rate, "coverage": coverage, **{name: _accuracy(found[name]) for name in SERIES}}


def _accuracy(judged: dict[str, float]) -> float | None:
    total = judged["right"] + judged["wrong"]
    return judged["right"] / total if total else None


def _x(rate: float, rows: list[dict[str, Any]]) -> float:
    return round(WIDTH * rate / rows[-1]["rate"], 2)


def _line(name: str, rows: list[dict[str, Any]], floor: float) -> dict[str, Any]:
    points = [
        {"rate": row["rate"], "accuracy": row[name], "x": _x(row["rate"], rows), "y": _y(row[name], floor)}
        for row in rows
        if row[name] is not None
    ]
    return {"name": name, "title": SERIES[name], "points": points}


def _y(accuracy: float, floor: float) -> float:
    return round(HEIGHT * (1 - accuracy) / (1 - floor), 2) if floor < 1 else 0.0


def _apart(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines with places for their names that do not cover each other."""
    place = float("-inf")
    for line in sorted(lines, key=lambda line: line["points"][-1]["y"]):
        place = line["at"] = max(line["points"][-1]["y"], place + LETTERS)
    return lines
