"""A run's manifests → the plain data that the card and the report show."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

from prefdata.objectives.settings import Objectives
from prefdata.report import claim_examples, judges, objectives
from prefdata.report.claims import shown
from prefdata.report.examples import merge
from prefdata.report.numbers import add, figures
from prefdata.shards import Manifest

STAGES = ("import", "generate", "link", "select", "export")


def summarise(name: str, splits: list[str], manifests: list[Manifest]) -> dict[str, Any]:
    """Everything a reader asks of a run. `manifests`: those of all its steps but publish, in order."""
    imports, labels, selects, exports = (_of(kind, manifests) for kind in ("import", "label", "select", "export"))
    counts = reduce(add, [label.facts["counts"] for label in labels])
    export = reduce(add, [{**step.facts, "verified": {}} for step in exports])
    return {
        "name": name,
        "sources": [step.facts for step in imports],
        "figures": figures(counts),
        "counts": counts,
        "prompts_in": sum(label.facts["prompts"] for label in labels),
        "candidates_in": sum(label.facts["candidates"] for label in labels),
        "votes_from_ratings": sum(label.facts["votes_from_ratings"] for label in labels),
        "compared": sum(step.rows_in for step in selects),
        "pairs": sum(step.rows_out for step in exports),
        "target_pairs": selects[-1].facts["target_pairs"],
        "can_grow": selects[-1].facts["growing"] > 0,
        "coverage": selects[-1].facts["coverage"],
        "prompts": export["prompts"],
        "splits": {split: export["splits"].get(split, 0) for split in splits},
        "export": export,
        "origins": sorted({**export["origins"]["chosen"], **export["origins"]["rejected"]}),
        "strata_in": reduce(add, [label.facts["strata"] for label in labels]),
        "images": any(label.facts["with_images"] for label in labels),
        "image_bytes": export["image_bytes"],
        "drops": merged(manifests),
        "reliability": judges.shown(
            reduce(add, [label.facts["reliability"] for label in labels]), labels[0].facts["trust"]
        ),
        "examples": merge([label.facts["examples"] for label in labels]),
        "objectives": _objectives(labels, selects[-1], export["dominance"]),
        "claims": _claims([step.facts["verified"] for step in exports if step.facts["verified"]]),
        "likeness": selects[-1].facts["likeness"],
        "stages": stages(manifests),
    }


def _objectives(labels: list[Manifest], selected: Manifest, dominance: dict[str, int]) -> dict[str, Any] | None:
    """What counted how much; None where all evidence counted as it was."""
    counted = reduce(add, [label.facts["objectives"] for label in labels])
    return objectives.shown(Objectives(**selected.facts["objectives"]), counted, dominance)


def _claims(verified: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What all shards' claims came to; None where nothing was verified."""
    if not verified:
        return None
    counted = reduce(add, [part["counts"] for part in verified])
    return shown(counted, claim_examples.merge(part["examples"] for part in verified))


def stages(manifests: list[Manifest]) -> list[dict[str, Any]]:
    """Rows in, out and dropped of each stage, in the unit that the stage counts."""
    dropped = {stage: sum(drop["rows"] for drop in merged(manifests) if drop["stage"] == stage) for stage in STAGES}
    came = {
        "import": sum(step.rows_in for step in _of("import", manifests)),
        "generate": sum(step.rows_in for step in _of("generate", manifests)),
        "link": sum(step.rows_in for step in _of("label", manifests)),
        "select": sum(step.rows_in for step in _of("select", manifests)),
    }
    came["export"] = came["select"] - dropped["select"]
    units = {
        "import": "rows of the inputs",
        "generate": "candidates and judgements",
        "link": "records",
        "select": "compared pairs",
        "export": "pairs",
    }
    return [
        {"stage": s, "unit": units[s], "rows_in": came[s], "rows_out": came[s] - dropped[s], "dropped": dropped[s]}
        for s in STAGES
        if came[s] or s != "generate"
    ]


def _of(kind: str, manifests: list[Manifest]) -> list[Manifest]:
    return [manifest for manifest in manifests if re.split("[-+]", manifest.step)[0] == kind]


def merged(manifests: list[Manifest]) -> list[dict[str, Any]]:
    """Drops of all steps, added up by stage and reason, in the order of the stages."""
    totals: dict[tuple[str, str], int] = {}
    for drop in (drop for manifest in manifests for drop in manifest.drops):
        name = (drop["stage"], drop["reason"])
        totals[name] = totals.get(name, 0) + drop["rows"]
    return [
        {"stage": s, "reason": r, "rows": n}
        for (s, r), n in sorted(totals.items(), key=lambda item: (STAGES.index(item[0][0]), -item[1], item[0]))
    ]
