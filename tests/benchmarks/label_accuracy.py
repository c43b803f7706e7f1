"""How many labels are right, by our ranking, by majority, and by majority outside of cycles, at equal coverage.

    python -m tests.benchmarks.label_accuracy [--mtbench DIR] [--pandalm FILE] [--panel VOTES.jsonl …] [--json OUT]

Panels: prompts are drawn from a panel. "models": a prompt's candidates are the panel's models, its votes any votes on
two of them; "own": the panel's prompts with some of their votes. The truth is the majority of the whole panel, or of
the votes that were not drawn. Where an own prompt's truth holds the drawn votes too, a pair with one vote is right by
its own vote: those rows show what the leak does, not who is right. Simulated worlds: truth known. Pairs: all pairs of
candidates that have a truth, those voted on, or those the majority decides; covered are those that get a label.
Differences in points with 95 % intervals (bootstrap over prompts). Without any panel the simulations alone are run.
Two minutes of one core.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.equal_coverage import Outcome
from tests.benchmarks.label_studies import Mean, NoiseRow, Row, WorldRow, judge_rows, noise_rows, panel_rows, world_rows
from tests.benchmarks.panels import by_judge, read
from tests.benchmarks.simulated_votes import WORLDS

GPT4 = "gpt4_pair"
PANEL_HEAD = "panel|truth|votes|pairs|majority|ours|difference|plain BT|outside cycles|ours|difference|plain BT"
WORLD_HEAD = "world|pairs|majority|ours|difference|least, at candidates × votes|plain BT"
WORLD_HEAD += "|outside cycles|ours|difference|least, at candidates × votes|plain BT"
NOISE_HEAD = "votes|flipped|majority|exported|of these right|of those left out|by net wins|cycles by strength|plain BT"
NOISE_HEAD += "|ours|ours − exported|all by strength|ours − all by strength"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtbench", type=Path, help="folder with human.jsonl, and gpt4_pair.jsonl if there is one")
    parser.add_argument("--pandalm", type=Path, help="PandaLM's test set")
    parser.add_argument("--panel", type=Path, action="append", default=[], help="votes, as prefdata's JSON Lines")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    panels, rows = [], []
    if options.mtbench:
        people = read("MT-bench", [options.mtbench / "human.jsonl"], "mtbench")
        panels.append(people)
        rows += _by_gpt4(options.mtbench)
    if options.pandalm:
        panels.append(read("PandaLM", [options.pandalm], "pandalm"))
    panels += [read(path.stem, [path], "auto") for path in options.panel]
    rows += [row for panel in panels for row in panel_rows(panel, options.seed)]
    _print(PANEL_HEAD, map(_panel_cells, rows))
    worlds = [row for world in WORLDS for row in world_rows(world, options.seed)]
    _print(WORLD_HEAD, map(_world_cells, worlds))
    noise = list(noise_rows(panels, options.seed))
    _print(NOISE_HEAD, map(_noise_cells, noise))
    if options.json:
        found: dict[str, list[Any]] = {"panels": rows, "worlds": worlds, "noise": noise}
        text = json.dumps({name: [asdict(row) for row in part] for name, part in found.items()}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


def _by_gpt4(folder: Path) -> list[Row]:
    """GPT-4's votes on MT-bench, scored by people's majority."""
    if not (folder / f"{GPT4}.jsonl").exists():
        return []
    both = read("MT-bench", [folder / "human.jsonl", folder / f"{GPT4}.jsonl"], "mtbench")
    return list(judge_rows("GPT-4 on MT-bench", *by_judge(both.votes, GPT4)))


def _print(head: str, rows: Iterable[list[str]]) -> None:
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns), *rows]
    if len(lines) > 2:
        print("\n".join(f"| {' | '.join(line)} |" for line in lines), end="\n\n")


def _panel_cells(row: Row) -> list[str]:
    rivals = zip((row.majority, row.acyclic), row.plain, strict=True)
    cells = [cell for outcome, plain in rivals for cell in (*_outcome(outcome), _share(plain))]
    return [row.source, row.truth, str(row.votes), row.pairs, *cells]


def _world_cells(row: WorldRow) -> list[str]:
    return [row.world, row.pairs, *(cell for mean in (row.majority, row.acyclic) for cell in _mean(mean))]


def _mean(mean: Mean) -> list[str]:
    candidates, votes = mean.worst_at
    least = f"{_difference(mean.worst)}, {candidates} × {votes}"
    return [_share(mean.theirs), _share(mean.ours), _difference(mean), least, _share(mean.plain)]


def _noise_cells(row: NoiseRow) -> list[str]:
    exports = (row.majority, row.coverage, row.exported, row.left_out)
    orders = (row.margin, row.strength, row.plain, row.ours.ours)
    whole, _, gained = _outcome(row.by_strength)
    return [row.source, f"{row.rate:.0%}", *map(_share, (*exports, *orders)), _difference(row.ours), whole, gained]


def _outcome(outcome: Outcome) -> list[str]:
    return [f"{outcome.coverage:.2f} / {_share(outcome.theirs)}", _share(outcome.ours), _difference(outcome)]


def _share(share: float) -> str:
    return f"{share:.3f}".removeprefix("0") if share < 1 else "1"


def _difference(found: Outcome | Mean) -> str:
    return f"{100 * found.difference:+.1f} [{100 * found.lower:+.1f}, {100 * found.upper:+.1f}]"


if __name__ == "__main__":
    main()
