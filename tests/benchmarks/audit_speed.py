"""Time the audit against reading the file alone and against networkx, each as a whole process.

    python tests/benchmarks/audit_speed.py [--prompts 200000] [--repeats 5] [--own-ids]

Prints medians of interleaved runs, the ratios, and peak memory. The networkx job is the lean one:
votes are coded and grouped with numpy, networkx only sees one small graph a prompt, and it does less
than the audit does (conflicts, raw and majority cycles, three-cycles).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
READ = "import sys, pyarrow.parquet as pq; pq.read_table(sys.argv[1])"


def measure(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak MiB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--own-ids", action="store_true", help="an id of its own for every candidate")
    parser.add_argument("--skip-networkx", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "votes.parquet")
        make = [sys.executable, str(HERE / "make_votes.py"), file, "--prompts", str(options.prompts)]
        subprocess.run([*make, *(["--own-ids"] if options.own_ids else [])], check=True)
        jobs = {
            "read": [sys.executable, "-c", READ, file],
            "audit": [sys.executable, "-m", "prefdata", "audit", file, "--json", str(Path(folder) / "audit.json")],
            "networkx": [sys.executable, str(HERE / "networkx_audit.py"), file],
        }
        if options.skip_networkx:
            del jobs["networkx"]
        report(jobs, options.repeats)


def report(jobs: dict[str, list[str]], repeats: int) -> None:
    runs = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, command in jobs.items():
            runs[name].append(measure(command))
    for name, found in runs.items():
        seconds = statistics.median(second for second, _ in found)
        print(f"{name:<10}{seconds:8.2f} s {max(memory for _, memory in found):8.0f} MiB")
    for name in jobs:
        if name != "audit":
            ratio = statistics.median(a[0] / b[0] for a, b in zip(runs["audit"], runs[name], strict=True))
            print(f"audit / {name:<10}{ratio:8.2f}" + (f"   ({1 / ratio:.1f} times as fast)" if ratio < 1 else ""))


if __name__ == "__main__":
    main()
