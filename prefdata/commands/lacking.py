"""What a finished run says of shares that it could not meet, and of the plan to fill its gaps."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def show_lacks(coverage: dict[str, Any], plan: Path) -> None:
    """Warn of shares that are off, and name every gap, what the plan asks for, and what no plan fills."""
    named = {(gap["margin"], gap["value"]) for gap in coverage["gaps"]}
    for row in coverage["shares"]:
        if row["off"] and (row["margin"], row["value"]) not in named:
            _warn(f"{row['margin']}={row['value']} has {_share(row, coverage)} of the pairs, not {row['share']:.1%}")
    for gap in coverage["gaps"]:
        _warn(
            f"{gap['margin']}={gap['value']} is short of {gap['missing']:,} pairs ({gap['there']:,} of {gap['goal']:,})"
        )
    hard = coverage["hard_negatives"]
    if hard["taken"] < hard["wanted"]:
        _warn(f"{hard['taken']:,} hard negatives, not {hard['wanted']:,}")
    for left in coverage["left"]:
        prompts = f"; about {left['prompts']:,} more prompts would fill it" if left["prompts"] else ""
        _warn(
            f"{left['missing']:,} pairs of {left['margin']}={left['value']} are in no plan: {left['because']}{prompts}"
        )
    if coverage["plan"]["candidates"]:
        asks = "{candidates:,} more candidates for {prompts:,} prompts".format(**coverage["plan"])
        print(f"gap plan  {plan}: {asks} (candidates.plan executes it)")


def _share(row: dict[str, Any], coverage: dict[str, Any]) -> str:
    return f"{row['actual'] / max(1, coverage['pairs']):.1%}"


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)
