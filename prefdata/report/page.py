"""Plain data → one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, Template

from prefdata.labels import measures
from prefdata.report import noise
from prefdata.report.numbers import judge_table, kappa_table

STRONGEST = 12  # judges shown in the agreement table


def render(facts: dict[str, Any]) -> str:
    """The report of a run (`report.summary`) or of an audit (`audit.facts`)."""
    counts = facts["counts"]
    judges = judge_table(counts)
    return template("page.html.j2").render(
        **facts,
        judges=judges[:STRONGEST],
        more_judges=max(0, len(judges) - STRONGEST),
        measures=measures.figures(counts["measures"]) if "measures" in counts else None,
        noise=noise.shown(counts["noise"]) if "noise" in counts else None,
        kappas=kappa_table(counts, [judge["name"] for judge in judges[:STRONGEST]]),
        strength_bars=histogram(facts["export"]["strength"]) if "export" in facts else None,
        most_dropped=max([drop["rows"] for drop in facts["drops"]], default=1),
    )


def template(name: str) -> Template:
    """A template of this folder, with the filters n, pct and fixed."""
    environment = Environment(
        loader=PackageLoader("prefdata.report", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"n": _number, "pct": _percent, "fixed": _fixed}
    return environment.get_template(name)


def histogram(counts: list[int], width: int = 640, height: int = 180) -> dict[str, Any]:
    """Rectangles of an SVG histogram over [0, 1]."""
    top, step = max([*counts, 1]), width / len(counts)
    heights = (np.array(counts) / top * height).round(2).tolist()
    bars = [
        {
            "x": round(i * step + 1, 2),
            "y": round(height - h, 2),
            "w": round(step - 2, 2),
            "h": h,
            "count": c,
            "from": i / len(counts),
            "to": (i + 1) / len(counts),
        }
        for i, (c, h) in enumerate(zip(counts, heights, strict=True))
    ]
    return {"bars": bars, "width": width, "height": height, "top": top, "total": sum(counts)}


def _number(value: float | None) -> str:
    if value is None:
        return "—"
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"
    return text.replace(",", "\N{NO-BREAK SPACE}")


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f} %"


def _fixed(value: float | None, digits: int = 3) -> str:
    return "—" if value is None else f"{value:.{digits}f}"
