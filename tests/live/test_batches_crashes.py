"""Batches and kill -9: nothing is sent twice, however often and whenever the process is killed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .batch_lives import ANSWERS, TEXTS, Life, ask, remembered, request
from .batch_server import BatchServer

ROOT = Path(__file__).parent.parent.parent
CHILD = """
import sys
from pathlib import Path
from tests.live.batch_lives import TEXTS, ask
ask(sys.argv[1], Path(sys.argv[2]), TEXTS)
"""


@contextlib.contextmanager
def child(server: BatchServer, ledger: Path) -> Iterator[None]:
    """A process that asks, and is killed when the block ends."""
    process = subprocess.Popen([sys.executable, "-c", CHILD, server.url, str(ledger)], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def until(true: Callable[[], Any]) -> None:
    over = time.monotonic() + 10
    while not true():
        assert time.monotonic() < over
        time.sleep(0.005)


def test_killed_during_the_upload(server, ledger):
    server.before["POST /files"] = 0.3
    with child(server, ledger):
        until(lambda: server.asked["POST /files"])
    server.before.clear()
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert (server.stats()["batches"], server.stats()["sent"]) == (1, len(TEXTS))


def test_killed_while_a_batch_is_made_that_comes_to_be_only_then(server, ledger):
    server.before["POST /batches"] = 0.7
    with child(server, ledger):
        until(lambda: server.asked["POST /batches"])
    server.before.clear()
    assert not server.batches
    assert ask(server.url, ledger, TEXTS, grace=3) == ANSWERS
    assert (server.stats()["batches"], server.stats()["sent"]) == (1, len(TEXTS))
    assert server.asked["POST /files"] == 1, "it was waited for"


def test_killed_while_a_batch_is_made_that_never_comes_to_be(server, ledger):
    server.before["POST /batches"], server.statuses["POST /batches"] = 0.3, [500]
    with child(server, ledger):
        until(lambda: server.asked["POST /batches"])
    server.before.clear()
    assert ask(server.url, ledger, TEXTS, grace=0.5) == ANSWERS
    assert (server.stats()["batches"], server.stats()["sent"]) == (1, len(TEXTS))


def test_killed_between_the_making_of_a_batch_and_its_commit(server, ledger):
    server.after["POST /batches"] = 0.5
    with child(server, ledger):
        until(lambda: server.batches)
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert (server.stats()["batches"], server.stats()["sent"]) == (1, len(TEXTS))


def test_killed_while_waiting_for_a_batch(server, ledger):
    server.latency = 0.5
    with child(server, ledger):
        until(lambda: server.asked["GET /batches"] > 2)
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert (server.stats()["batches"], server.stats()["sent"]) == (1, len(TEXTS))


def test_killed_after_a_batch_was_read_and_before_the_ledger_had_it(server, ledger):
    async def read_only():
        async with Life(server.url, ledger) as life:
            await asyncio.gather(*(life.provider.call(request(text)) for text in TEXTS))  # nobody commits this

    asyncio.run(read_only())
    assert remembered(ledger) == (1, len(TEXTS))
    asked = server.asked.copy()
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert server.asked == asked, "it is served from memory"
    assert remembered(ledger) == (0, 0)


def test_killed_again_and_again_at_any_moment(server, ledger):
    server.latency = 0.1
    for pause in (0.03, 0.12):
        with child(server, ledger):
            seen = server.asked.total()
            until(lambda seen=seen: server.asked.total() > seen)
            time.sleep(pause)
        if server.times_answered.total() == len(TEXTS):
            break
    assert ask(server.url, ledger, TEXTS, grace=0.5) == ANSWERS
    assert server.stats()["paid_again"] == 0
    assert set(server.times_sent.values()) == {1}
