"""Time and memory of all label figures by the number of votes, and of the Bradley-Terry fit beside other libraries.

    python tests/benchmarks/label_scale.py [--prompts 100000 200000 500000 1000000] [--crowdkit PYTHON]

The first table is of whole processes, `prefdata audit --deep --per-prompt`: reading, tally, conflicts, cycles, repair,
agreement, Bradley-Terry and the measures of every prompt, written as JSON and Parquet. Prompts have five candidates
and ten votes. The second table is of the fit alone, on one core, for votes without ties: ours on --fits prompts,
choix (with the same penalty) and crowd-kit on the first --sample of them, all by the prompt. --crowdkit names the
Python of an environment that has crowd-kit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import choix
import numpy as np
from make_votes import CANDIDATES, VOTES

from prefdata.labels.bradley_terry import PRIOR, strengths

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, nargs="+", default=[100_000, 200_000, 500_000, 1_000_000])
    parser.add_argument("--fits", type=int, default=200_000)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--crowdkit", metavar="PYTHON")
    parser.add_argument("--own-ids", action="store_true", help="an id of its own for every candidate")
    options = parser.parse_args()
    scale(options.prompts, ["--own-ids"] if options.own_ids else [])
    fits(options.fits, options.sample, options.crowdkit)


def scale(sizes: list[int], how: list[str]) -> None:
    print(f"{'votes':>12}{'seconds':>10}{'CPU s':>8}{'CPU s per M votes':>20}{'peak MiB':>10}")
    for prompts in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file, out = Path(folder) / "votes.parquet", Path(folder)
            make = [sys.executable, str(HERE / "make_votes.py"), str(file), "--prompts", str(prompts), *how]
            subprocess.run(make, check=True)
            audit = [sys.executable, "-m", "prefdata", "audit", str(file), "--deep"]
            written = ["--json", str(out / "audit.json"), "--per-prompt", str(out / "prompts.parquet")]
            used = measure([*audit, *written])
        votes = prompts * VOTES
        print(
            f"{votes:>12,}{used.seconds:>10.2f}{used.cpu:>8.2f}{used.cpu / votes * 1e6:>20.2f}{used.peak:>10.0f}",
            flush=True,
        )


class Used(NamedTuple):
    """Wall and CPU seconds of a process, and its peak memory in MiB."""

    seconds: float
    cpu: float
    peak: float


def measure(command: list[str]) -> Used:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return Used(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def fits(prompts: int, sample: int, crowdkit: str | None) -> None:
    prompt, winner, loser = votes(prompts)
    first = prompt < sample
    others = {"choix": choix_seconds(prompt[first], winner[first], loser[first], sample) / sample}
    if crowdkit:
        each, together = crowdkit_seconds(crowdkit, prompt[first], winner[first], loser[first])
        others |= {"crowd-kit, a fit a prompt": each / sample, "crowd-kit, one fit": together / sample}
    ours = our_seconds(prompt, winner, loser, prompts) / prompts
    print(f"\n{'fit':<28}{'µs a prompt':>12}{'ratio':>8}\n{'prefdata':<28}{ours * 1e6:>12.1f}")
    for name, seconds in others.items():
        print(f"{name:<28}{seconds * 1e6:>12.1f}{seconds / ours:>8.0f}")


def votes(prompts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(prompt, winner, loser) [V] by hidden strengths, without ties, sorted by prompt."""
    rng = np.random.default_rng(0)
    prompt = np.repeat(np.arange(prompts), VOTES)
    a = rng.integers(0, CANDIDATES, len(prompt))
    b = (a + rng.integers(1, CANDIDATES, len(prompt))) % CANDIDATES
    strength = rng.normal(size=(prompts, CANDIDATES))
    wins = rng.random(len(prompt)) < 1 / (1 + np.exp(strength[prompt, b] - strength[prompt, a]))
    return prompt, np.where(wins, a, b), np.where(wins, b, a)


def our_seconds(prompt: np.ndarray, winner: np.ndarray, loser: np.ndarray, prompts: int) -> float:
    """From votes to strengths: the wins of every pair counted, and the fit."""
    start = time.perf_counter()
    low, high = np.minimum(winner, loser), np.maximum(winner, loser)
    cells = (prompt * CANDIDATES + low) * CANDIDATES + high
    pairs, place = np.unique(cells, return_inverse=True)
    wins = np.bincount(place * 2 + (winner == low), minlength=2 * len(pairs)).reshape(-1, 2).astype(float)
    owner, sides = np.divmod(pairs, CANDIDATES**2)
    sizes = np.full(prompts, CANDIDATES)
    strengths(owner, *np.divmod(sides, CANDIDATES), wins[:, 1], wins[:, 0], sizes)
    return time.perf_counter() - start


def choix_seconds(prompt: np.ndarray, winner: np.ndarray, loser: np.ndarray, prompts: int) -> float:
    both = np.stack([winner, loser], axis=1)
    data = [both[prompt == p].tolist() for p in range(prompts)]
    start = time.perf_counter()
    for pairs in data:
        choix.opt_pairwise(CANDIDATES, pairs, alpha=PRIOR / 2)
    return time.perf_counter() - start


def crowdkit_seconds(python: str, prompt: np.ndarray, winner: np.ndarray, loser: np.ndarray) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "votes.npz"
        np.savez(file, prompt=prompt, winner=winner, loser=loser)
        command = [python, str(HERE / "crowdkit_fits.py"), str(file)]
        shown = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""}
        )
    return [float(seconds) for seconds in shown.stdout.split()]


if __name__ == "__main__":
    main()
