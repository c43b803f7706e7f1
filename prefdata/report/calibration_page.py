"""trust.json → one HTML page: what judges are worth, and reliability diagrams."""

from __future__ import annotations

import math
from typing import Any

from prefdata.report.page import template

SIDE = 220  # of a diagram, in pixels
LARGEST = 7.0  # radius of the dot with the most labels
MOST = 12  # judges whose diagrams are shown

Facts = dict[str, Any]


def render(facts: Facts) -> str:
    """The page; needs no script, no network and no other file."""
    groups = [("all labels", facts["pooled"]), *facts["strata"].items()]
    shown = [_group(name, group) for name, group in groups if group]
    few = {name: labels for name, labels in facts["labels"].items() if name not in facts["strata"]}
    return template("calibration.html.j2").render(**{**facts, "name": "Judges against gold"}, groups=shown, few=few)


def _group(name: str, group: Facts) -> Facts:
    judges = sorted(group["judges"].items(), key=lambda item: (-item[1]["weight"], item[0]))
    widest = max((abs(judge["weight"]) for _, judge in judges), default=1.0) or 1.0
    rows = [{"name": name, "reach": 100 * abs(judge["weight"]) / widest, **judge} for name, judge in judges]
    with_curve = [row for row in rows if row["curve"]]
    charts = [
        ("Combination of all judges", group["combination"]["diagram"]),
        ("Strength, as it is", group["strength_diagrams"]["raw"]),
        ("Strength, calibrated", group["strength_diagrams"]["calibrated"]),
        *((row["name"], row["diagram"]) for row in with_curve[:MOST]),
    ]
    shown = [chart(title, diagram) for title, diagram in charts if diagram["labels"]]
    return {**group, "name": name, "judges": rows, "charts": shown, "errors": matrix(**_table(group["errors"]))}


def chart(title: str, diagram: Facts) -> Facts:
    """Dots of an SVG: across what was said, up how often it was right, with the 95 % interval; area by labels."""
    most = max(each["labels"] for each in diagram["bins"])
    dots = [
        {
            "x": round(SIDE * each["said"], 1),
            "y": round(SIDE * (1 - each["right"]), 1),
            "top": round(SIDE * (1 - each["high"]), 1),
            "bottom": round(SIDE * (1 - each["low"]), 1),
            "r": round(max(2.0, LARGEST * math.sqrt(each["labels"] / most)), 1),
            **each,
        }
        for each in diagram["bins"]
    ]
    return {**diagram, "title": title, "dots": dots, "side": SIDE}


def matrix(names: list[str], values: list[list[float | None]]) -> list[Facts]:
    """Rows of a small coloured table. tint: a cell's strength of colour in per cent, below 0 for the other colour."""
    return [
        {"name": name, "cells": [{"value": value, "tint": round(60 * (value or 0))} for value in row]}
        for name, row in zip(names, values, strict=True)
    ]


def _table(errors: Facts) -> Facts:
    return {"names": errors["judges"], "values": errors["correlation"]}
