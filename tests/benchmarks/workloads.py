"""Live builds against the bare client on six workloads, each run a whole process; medians of interleaved runs.

    python tests/benchmarks/workloads.py [--only W1,W2] [--repeats 5] [--latency-ms 100] [--seed 0] [--scale 1]

W1   1 000 prompts, one call each, 100 ms, 32 at once
W1b  5 000 and 20 000 prompts, one call each, 5 ms, 64 at once; memory over the run
W2   200 prompts: 800 candidates, 800 pointwise and 400 pairwise judgements (both orders), 100 ms, 32 at once
W3   W1 and W2 where one request in twenty takes ten times as long
W4   W1 where one call in twenty is a 500, and halfway every call is a 429 for two seconds
W5   200 prompts, one of which is refused for good
W6   W2, killed with SIGKILL after 25, 50 and 75 % of its calls and begun again

"raw" asks the same requests with `AsyncOpenAI` as it comes, in order, without waiting for what they depend on.
Span is from the server's first request to its last answer. Bound is the least span that is possible with so many
calls at once: all latencies added up, or the longest chain of calls that need each other (for raw, the longest call).
A wasted call is one whose request had been asked before. Server and client have a core each.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import live_build
from comparing import COLUMNS, RETRY_AFTER, Workload, compare, finished, prefdata_run, remarks, table
from measuring import kill_after, measure

W1, W2 = Workload("W1", 1000), Workload("W2", 200, judged=True)
STRAGGLERS, ERRORS = ("--stragglers", ".05"), ("--errors", ".05")
WORKLOADS = {
    "W1": [W1],
    "W1b": [Workload("W1b", prompts, at_once=64, latency_ms=5.0) for prompts in (5_000, 20_000)],
    "W2": [W2],
    "W3": [replace(workload, name=f"W3 on {workload.name}", faults=STRAGGLERS) for workload in (W1, W2)],
    "W4": [replace(W1, name="W4", faults=ERRORS)],
    "W5": [Workload("W5", 200, poisoned=True)],
    "W6": [replace(W2, name="W6")],
}


def compared(workload: Workload, options: argparse.Namespace) -> Iterator[str]:
    runs = compare(workload, options)
    yield f"| {COLUMNS} |"
    yield "|---" * (COLUMNS.count("|") + 1) + "|"
    yield from table(workload, runs)
    yield from remarks(workload, runs)


def poisoned(workload: Workload, options: argparse.Namespace) -> Iterator[str]:
    """W5: what a request that is refused for good costs, and what is lost with it."""
    with workload.serve(options) as server, tempfile.TemporaryDirectory() as place:
        run = prefdata_run(workload, server, Path(place) / "build")
        dropped = [f"{drop['prompt_id']}: {drop['reason']}" for drop in live_build.drops(Path(place) / "build")]
    calls = run.stats["statuses"].get("400", 0)
    yield f"W5: {run.rows} rows of {workload.prompts} prompts, calls refused {calls}, dropped {dropped}"


def killed(workload: Workload, options: argparse.Namespace) -> Iterator[str]:
    """W6: what a build asks again after SIGKILL, and whether it ends with the same bytes."""
    with workload.serve(options) as server, tempfile.TemporaryDirectory() as place:
        whole = prefdata_run(workload, server, Path(place) / "whole")
        for percent in (25, 50, 75):
            folder = Path(place) / f"killed{percent}"
            workload.write(folder, server.url)
            server.reset()
            kill_after(percent * workload.calls // 100, live_build.command(folder), folder, server)
            before = server.stats()["requests"]
            finished(measure(live_build.command(folder), folder))
            stats, same = server.stats(), live_build.output(folder) == whole.output
            yield (
                f"W6 at {percent} %: killed after {before} calls of {workload.calls}; "
                f"asked again {stats['requests'] - stats['unique']} (at most {workload.at_once}), "
                f"lost {workload.calls - live_build.rows(folder)}, {'equal' if same else 'OTHER'} bytes"
            )


PROCEDURES: dict[str, Callable[[Workload, argparse.Namespace], Iterator[str]]] = {"W5": poisoned, "W6": killed}


def adjusted(workload: Workload, options: argparse.Namespace) -> Workload:
    """The workload as the options want it."""
    latency = workload.latency_ms if options.latency_ms is None else options.latency_ms
    sized = replace(workload, prompts=max(4, round(workload.prompts * options.scale)), latency_ms=latency)
    if workload.name != "W4":
        return sized
    burst = ("--burst-429", str(sized.calls // 2), "--retry-after", str(RETRY_AFTER))
    return replace(sized, faults=(*sized.faults, *burst))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(WORKLOADS), help="names of workloads, with commas")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--latency-ms", type=float, help="instead of each workload's own")
    parser.add_argument("--scale", type=float, default=1.0, help="times as many prompts")
    parser.add_argument("--seed", type=int, default=0, help="chooses the requests that straggle or fail")
    parser.add_argument("--port", type=int, default=9300)
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := set(names) - set(WORKLOADS):
        parser.error(f"{', '.join(unknown)}: use some of {','.join(WORKLOADS)}")
    for name in names:
        for workload in WORKLOADS[name]:
            for line in PROCEDURES.get(name, compared)(adjusted(workload, options), options):
                print(line, flush=True)


if __name__ == "__main__":
    main()
