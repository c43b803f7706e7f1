"""A stub server on one core, and commands measured on another: wall, CPU, and memory of the process tree."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EVERY = 0.1  # seconds between looks at the memory
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


class Served:
    """A stub server with its options; this process moves to its core, away from the client's."""

    def __init__(self, port: int, *options: str) -> None:
        os.sched_setaffinity(0, {SERVER_CORE})
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, str(HERE / "stub_server.py"), "--port", str(port), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)

    def __enter__(self) -> Served:
        assert self.process.stdout is not None
        if self.process.stdout.readline() != b"ready\n":
            raise SystemExit("the stub server does not start: is the port free?")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def stats(self) -> dict[str, Any]:
        return json.loads(self._get("/stats"))

    def bodies(self) -> bytes:
        """Every request asked, once, as JSON Lines."""
        return self._get("/bodies")

    def reset(self) -> None:
        request = urllib.request.Request(f"{self.url}/stats/reset", method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=60) as response:
            return response.read()


@dataclass
class Usage:
    """What a process and its children took. `code` is None if it was killed for taking too long."""

    code: int | None = None
    wall: float = 0.0
    cpu: float = 0.0
    output: str = ""
    memory: list[tuple[float, float]] = field(default_factory=list)  # (time, MiB)

    @property
    def peak(self) -> float:
        return max((size for _, size in self.memory), default=0.0)

    def memory_at(self, moment: float) -> float:
        """MiB at a time."""
        return next((size for when, size in reversed(self.memory) if when <= moment), 0.0)


def start(command: list[str], folder: Path) -> subprocess.Popen:
    """A process on the client's core, in a session of its own; its output goes to FOLDER/log."""
    with (folder / "log").open("wb") as log:
        pinned = ["taskset", "-c", str(CLIENT_CORE), *command]
        return subprocess.Popen(pinned, stdout=log, stderr=log, cwd=folder, start_new_session=True)


def measure(command: list[str], folder: Path, longest: float = 1800.0) -> Usage:
    """Run a command to its end and say what it took."""
    usage, begun = Usage(), time.perf_counter()
    process = start(command, folder)
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, usage, over, time.time() + longest))
    watch.start()
    _, status, used = os.wait4(process.pid, 0)
    usage.wall = time.perf_counter() - begun
    over.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    usage.code = None if usage.wall > longest else process.returncode
    usage.cpu = used.ru_utime + used.ru_stime
    usage.output = (folder / "log").read_text(encoding="utf-8", errors="replace")
    return usage


def kill_after(calls: int, command: list[str], folder: Path, server: Served) -> None:
    """Start a command and kill it when the server has had so many calls."""
    process = start(command, folder)
    while server.stats()["requests"] < calls and process.poll() is None:
        time.sleep(0.01)
    kill(process.pid)
    process.wait(timeout=60)


def _watch(pid: int, usage: Usage, over: threading.Event, deadline: float) -> None:
    while not over.wait(EVERY):
        usage.memory.append((time.time(), sum(_pss(one) for one in tree(pid))))
        if time.time() > deadline:
            kill(pid)


def tree(pid: int) -> list[int]:
    """A process and all that descends from it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [one for child in children.read_text().split() for one in tree(int(child))]
        except OSError:
            continue
    return found


def kill(pid: int) -> None:
    """SIGKILL to a process and its descendants, all of which we have started."""
    for one in tree(pid):
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _pss(pid: int) -> float:
    """MiB: shared pages count by the share of those who share them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
