"""A live build against the bare client: `python tests/benchmarks/call_speed.py [--requests N --latency S --at-once C]`.

Starts the tests' server, then runs in turn a build with one sample a prompt and a loop of bare
`AsyncOpenAI` calls, each a whole process, and prints wall and CPU seconds and peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

SERVER = Path(__file__).parent.parent / "live" / "server.py"
BARE = """
import asyncio, sys
from openai import AsyncOpenAI
count, at_once, url = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
async def main():
    client, numbers = AsyncOpenAI(base_url=url, api_key="right"), iter(range(count))
    async def worker():
        for n in numbers:
            messages = [{"role": "user", "content": f"Question {n}?"}]
            await client.chat.completions.create(model="m", messages=messages, max_tokens=64, temperature=1.0)
    await asyncio.gather(*(worker() for _ in range(at_once)))
asyncio.run(main())
"""


def measure(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write_config(folder: Path, url: str, requests: int, at_once: int) -> Path:
    rows = [
        {"prompt_id": f"p{n}", "messages": [{"role": "user", "content": f"Question {n}?"}]} for n in range(requests)
    ]
    (folder / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    policy = {"name": "p", "base_url": url, "model": "m", "concurrency": at_once, "api_key_env": "BENCHMARK_KEY"}
    sampling = {"per_prompt": 1, "temperatures": [1.0], "max_tokens": 64}
    config = {"prompts": {"path": "prompts.jsonl"}, "policies": [policy], "candidates": sampling}
    (folder / "build.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder / "build.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--port", type=int, default=9123)
    options = parser.parse_args()
    os.environ["BENCHMARK_KEY"] = "right"
    url = f"http://127.0.0.1:{options.port}/v1"
    server = subprocess.Popen(
        [sys.executable, str(SERVER), str(options.port), str(options.latency), "0", "0"], stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    server.stdout.readline()
    runs: dict[str, list[tuple[float, float, float]]] = {"build": [], "bare": []}
    try:
        for _ in range(options.repeats):
            with tempfile.TemporaryDirectory() as folder:
                config = write_config(Path(folder), url, options.requests, options.at_once)
                build = [sys.executable, "-m", "prefdata", "build", str(config), "--run-dir", f"{folder}/run"]
                runs["build"].append(measure(build))
            runs["bare"].append(measure([sys.executable, "-c", BARE, str(options.requests), str(options.at_once), url]))
    finally:
        server.terminate()
    for name, found in runs.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*found, strict=True))
        print(f"{name:<6} wall {wall:6.2f} s  cpu {cpu:6.2f} s  memory {memory:5.0f} MiB")


if __name__ == "__main__":
    main()
