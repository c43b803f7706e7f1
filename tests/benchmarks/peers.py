"""prefdata beside distilabel, curator and Data Designer on the same calls, interleaved; prints a Markdown table.

    python tests/benchmarks/peers.py --venvs .peers [--only prefdata,curator] [--requests 1000] [--repeats 5]

Each peer gets a virtual environment under --venvs, made when it is not there. Every run is a whole process on one
core, the server on another. Three questions: what N equal calls cost (W1); what one request that is refused for good
costs among 200 (W5); what is asked again when the process is killed at half of its calls and begun anew (W6).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import live_build
from measuring import HERE, Served, Usage, kill_after, measure

POISONED = 200  # requests, one of them refused
LONGEST = 90.0  # seconds that a peer gets to go on after a kill
HEAD = "runner | span s | wall s | CPU s | memory MB (PSS) | one permanent 400 in 200 | kill -9 at half, then again"


@dataclass(frozen=True)
class Peer:
    """What to install, the script that runs it, and what else to tell the script."""

    packages: tuple[str, ...]
    script: str
    more: tuple[str, ...] = ()


DESIGNER = ("data-designer==0.9.6",)
PEERS = {
    "distilabel": Peer(("distilabel==1.5.3", "openai==3.52.0", "requests==2.34.2"), "distilabel_run.py"),
    "curator": Peer(("bespokelabs-curator==0.1.31",), "curator_run.py"),
    "data-designer": Peer(DESIGNER, "data_designer_run.py"),
    "data-designer (buffer 100)": Peer(DESIGNER, "data_designer_run.py", ("--buffer", "100")),
}
RUNNERS = ("raw", "prefdata", *PEERS)


def python(peer: Peer, venvs: Path) -> str:
    """The interpreter of a peer's environment, which is made if need be."""
    folder = venvs.resolve() / peer.packages[0].split("==")[0]
    made = folder / "made"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *peer.packages], check=True)
        made.touch()
    return str(folder / "bin/python")


@dataclass(frozen=True)
class Work:
    """Calls to make against a server."""

    requests: int
    at_once: int
    poison: bool = False

    def command(self, runner: str, folder: Path, server: Served, venvs: Path) -> list[str]:
        """What to run in a folder, which it fills if need be. The same command again goes on."""
        if runner == "prefdata":
            poison = self.requests // 2 if self.poison else None
            live_build.write(folder, server.url, self.requests, self.at_once, poison=poison)
            return live_build.command(folder)
        folder.mkdir()
        if runner == "raw":
            bodies = folder / "bodies.jsonl"
            bodies.write_text("".join(json.dumps(body) + "\n" for body in self.bodies()), encoding="utf-8")
            return [sys.executable, str(HERE / "raw_calls.py"), str(bodies), f"{server.url}/v1", str(self.at_once)]
        peer = PEERS[runner]
        sizes = ["--requests", str(self.requests), "--at-once", str(self.at_once)]
        told = ["--url", f"{server.url}/v1", *sizes, "--folder", str(folder), *peer.more]
        script = str(HERE / "peers" / peer.script)
        return [python(peer, venvs), script, *told, *(["--poison"] if self.poison else [])]

    def bodies(self) -> Iterator[dict[str, Any]]:
        for number in range(self.requests):
            message = {"role": "user", "content": live_build.question(number)}
            yield {"model": "stub", "messages": [message], "max_tokens": 64, "temperature": 1.0}


def answered(runner: str, usage: Usage, folder: Path) -> int:
    """How many rows came out with an answer."""
    if usage.code != 0:
        raise SystemExit(f"{runner} ended with {usage.code}:\n{usage.output[-2000:]}")
    if runner == "prefdata":
        return live_build.rows(folder)
    found = json.loads(usage.output.splitlines()[-1])
    return found.get("answered", found["rows"])


def speeds(runners: list[str], work: Work, server: Served, options: argparse.Namespace) -> dict[str, str]:
    """W1: span, wall, CPU and memory of each runner, as medians; least and greatest of the times."""
    figures: dict[str, list[tuple[float, ...]]] = {runner: [] for runner in runners}
    for repeat in range(options.repeats):
        for runner in runners if repeat % 2 == 0 else runners[::-1]:
            with tempfile.TemporaryDirectory() as place:
                figures[runner].append(speed(runner, work, server, Path(place) / "run", options.venvs))
    return {runner: " | ".join(map(ranged, zip(*found, strict=True))) for runner, found in figures.items()}


def speed(runner: str, work: Work, server: Served, folder: Path, venvs: Path) -> tuple[float, ...]:
    command = work.command(runner, folder, server, venvs)
    server.reset()
    usage = measure(command, folder)
    if (found := answered(runner, usage, folder)) != work.requests:
        print(f"{runner}: {found} answers to {work.requests} requests", file=sys.stderr)
    stats = server.stats()
    return stats["last"] - stats["first"], usage.wall, usage.cpu, usage.peak


def ranged(values: tuple[float, ...]) -> str:
    return f"{statistics.median(values):.3g} ({min(values):.3g}–{max(values):.3g})"


def poisoned(runner: str, work: Work, server: Served, venvs: Path) -> str:
    """W5: rows lost, and the calls that the refused request took."""
    with tempfile.TemporaryDirectory() as place:
        command = work.command(runner, Path(place) / "run", server, venvs)
        server.reset()
        usage = measure(command, Path(place) / "run", LONGEST)
        if usage.code != 0:
            return f"ended with {usage.code}"
        lost = work.requests - answered(runner, usage, Path(place) / "run")
        named = {row["reason"] for row in live_build.drops(Path(place) / "run")} if runner == "prefdata" else ()
    calls = server.stats()["statuses"].get("400", 0)
    return f"{lost} lost, calls spent on it {calls}" + "".join(f", named: {reason}" for reason in named)


def killed(runner: str, work: Work, server: Served, venvs: Path) -> str:
    """W6: what is asked again when the same command follows a SIGKILL at half."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        command = work.command(runner, folder, server, venvs)
        server.reset()
        kill_after(work.requests // 2, command, folder, server)
        before = server.stats()["requests"]
        usage = measure(command, folder, LONGEST)
        stats = server.stats()
        if usage.code is None:
            return f"hung: {stats['requests'] - before} requests in {LONGEST:.0f} s"
        if usage.code != 0:
            return f"ended with {usage.code}"
        lost = work.requests - answered(runner, usage, folder)
    return f"killed at {before}: {repeated(stats)} asked again, {lost} lost"


def repeated(stats: dict[str, Any]) -> int:
    return stats["requests"] - stats["unique"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venvs", type=Path, default=Path(".peers"), help="folder of the virtual environments")
    parser.add_argument("--only", default=",".join(RUNNERS), help="runners, with commas")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--latency-ms", type=float, default=100.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--port", type=int, default=9310)
    options = parser.parse_args()
    runners = options.only.split(",")
    if unknown := set(runners) - set(RUNNERS):
        parser.error(f"{', '.join(unknown)}: use some of {','.join(RUNNERS)}")
    for runner in runners:
        if runner in PEERS:
            python(PEERS[runner], options.venvs)
    with Served(options.port, "--latency-ms", str(options.latency_ms), "--poison", live_build.POISON) as server:
        show(runners, server, options)


def show(runners: list[str], server: Served, options: argparse.Namespace) -> None:
    whole = Work(options.requests, options.at_once)
    bad = Work(min(POISONED, options.requests), options.at_once, poison=True)
    costs = speeds(runners, whole, server, options)
    print(f"| {HEAD} |", "|---" * (HEAD.count("|") + 1) + "|", sep="\n")
    for runner in runners:
        ends = ["", ""]
        if runner != "raw":
            ends = [poisoned(runner, bad, server, options.venvs), killed(runner, whole, server, options.venvs)]
        print(f"| {runner} | {costs[runner]} | {ends[0]} | {ends[1]} |", flush=True)


if __name__ == "__main__":
    main()
