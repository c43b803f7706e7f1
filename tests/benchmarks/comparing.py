"""A workload run by prefdata and by the bare client in turn, each run a whole process, and the figures' table."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import live_build
from measuring import HERE, Served, Usage, measure

RETRY_AFTER = 2.0  # seconds
COLUMNS = (
    "workload | runner | requests/s | span s | ÷ raw | bound s | ÷ bound | wall s | ÷ raw "
    "| CPU s per 1 000 | ÷ raw | peak MiB | wasted | lost | sha256"
)
REMARKED = {
    "repeated_after_success": "asked again after an answer",
    "retry_after_violations": "sent before Retry-After had passed",
    "latest_violation_s": "the latest of these, seconds after the first 429",
    "peak": "most at once",
}


@dataclass(frozen=True)
class Workload:
    """Prompts to build from, and what the server does: `faults` are options of the stub server."""

    name: str
    prompts: int
    at_once: int = 32
    latency_ms: float = 100.0
    judged: bool = False
    faults: tuple[str, ...] = ()
    poisoned: bool = False

    @property
    def title(self) -> str:
        return f"{self.name}, {self.calls} calls"

    @property
    def calls(self) -> int:
        return live_build.calls(self.prompts, self.judged)

    @property
    def poison(self) -> int | None:
        """The number of the prompt that is refused."""
        return self.prompts // 2 if self.poisoned else None

    def write(self, folder: Path, url: str) -> None:
        live_build.write(folder, url, self.prompts, self.at_once, self.judged, self.poison)

    def serve(self, options: argparse.Namespace) -> Served:
        common = ("--latency-ms", str(self.latency_ms), "--seed", str(options.seed), "--poison", live_build.POISON)
        return Served(options.port, *common, *self.faults)


@dataclass
class Run:
    """One process and what the server saw of it."""

    workload: Workload
    usage: Usage
    stats: dict[str, Any]
    rows: int
    output: str = "–"
    chain: str = "critical_path_s"  # what no number of calls at once can shorten

    @property
    def span(self) -> float:
        return self.stats["last"] - self.stats["first"]

    @property
    def bound(self) -> float:
        paused = RETRY_AFTER if self.stats["paused"] else 0.0
        return max(self.stats["work_s"] / self.workload.at_once + paused, self.stats[self.chain])

    @property
    def figures(self) -> dict[str, float]:
        requests = self.stats["requests"]
        each = {"rate": requests / self.span, "span": self.span, "bound": self.bound, "over": self.span / self.bound}
        spent = {"wall": self.usage.wall, "cpu": 1000 * self.usage.cpu / requests, "peak": self.usage.peak}
        return {**each, **spent, "wasted": requests - self.stats["unique"], "lost": self.workload.calls - self.rows}

    def memory(self, share: float) -> float:
        """MiB when a share of the span has passed."""
        return self.usage.memory_at(self.stats["first"] + share * self.span)


def prefdata_run(workload: Workload, server: Served, folder: Path) -> Run:
    """A build in a new folder, with a new ledger."""
    workload.write(folder, server.url)
    server.reset()
    usage = finished(measure(live_build.command(folder), folder))
    return Run(workload, usage, server.stats(), live_build.rows(folder), live_build.output(folder))


def raw_run(workload: Workload, server: Served, folder: Path, bodies: Path) -> Run:
    folder.mkdir()
    server.reset()
    command = [sys.executable, str(HERE / "raw_calls.py"), str(bodies), f"{server.url}/v1", str(workload.at_once)]
    usage = finished(measure(command, folder))
    answered = json.loads(usage.output.splitlines()[-1])["rows"]
    return Run(workload, usage, server.stats(), answered, chain="longest_s")


def finished(usage: Usage) -> Usage:
    if usage.code != 0:
        raise SystemExit(f"a run ended with {usage.code}:\n{usage.output[-2000:]}")
    return usage


def compare(workload: Workload, options: argparse.Namespace) -> dict[str, list[Run]]:
    """Repeated runs of both runners, in turn; the first build tells which requests the raw client is to ask."""
    runs: dict[str, list[Run]] = {"raw": [], "prefdata": []}
    with workload.serve(options) as server, tempfile.TemporaryDirectory() as place:
        bodies = Path(place) / "bodies.jsonl"
        turns: list[tuple[str, Callable[..., Run]]] = [
            ("prefdata", prefdata_run),
            ("raw", partial(raw_run, bodies=bodies)),
        ]
        for repeat in range(options.repeats):
            for name, run in turns if repeat % 2 == 0 else reversed(turns):
                runs[name].append(run(workload, server, Path(place) / f"{name}{repeat}"))
                if not bodies.exists():
                    bodies.write_bytes(server.bodies())
    return runs


def table(workload: Workload, runs: dict[str, list[Run]]) -> Iterator[str]:
    """A line a runner. A ratio is the median of the ratios of the repeats, with the least and the greatest."""
    found = {name: [run.figures for run in of_runner] for name, of_runner in runs.items()}
    for name, figures in found.items():
        mid = {figure: statistics.median(each[figure] for each in figures) for figure in figures[0]}
        ratio = {figure: spread(figures, found["raw"], figure) for figure in ("span", "wall", "cpu")}
        outputs = ", ".join(sorted({run.output[:12] for run in runs[name]}))
        yield (
            f"| {workload.title} | {name} | {mid['rate']:.0f} | {mid['span']:.2f} | {ratio['span']} "
            f"| {mid['bound']:.2f} | {mid['over']:.2f} | {mid['wall']:.2f} | {ratio['wall']} | {mid['cpu']:.2f} "
            f"| {ratio['cpu']} | {mid['peak']:.0f} | {mid['wasted']:.0f} | {mid['lost']:.0f} | {outputs} |"
        )


def spread(figures: list[dict[str, float]], others: list[dict[str, float]], figure: str) -> str:
    """The median of the ratios, with the least and the greatest."""
    if figures is others:
        return "1"
    ratios = sorted(mine[figure] / other[figure] for mine, other in zip(figures, others, strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


def remarks(workload: Workload, runs: dict[str, list[Run]]) -> Iterator[str]:
    """What else there is to say of W1b and W4."""
    for name, of_runner in runs.items():
        if workload.name == "W1b":
            sizes = [f"{statistics.median(run.memory(share) for run in of_runner):.0f}" for share in (0.25, 0.5, 1.0)]
            yield f"{workload.title}, {name}: {', '.join(sizes)} MiB at 1/4, 1/2, 1 of the span"
        if workload.name == "W4":
            most = [f"{text} {max(run.stats[fact] for run in of_runner):.3g}" for fact, text in REMARKED.items()]
            yield f"W4, {name}, the worst of the runs: {', '.join(most)}; statuses {of_runner[0].stats['statuses']}"
