"""Batches: few for many calls, faults of all kinds, and nothing sent twice however often the process is killed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prefdata.calls.batches import Batches
from prefdata.calls.engine import Endpoint, Engine
from prefdata.calls.ledger import Ledger, connect
from prefdata.calls.limiter import Limiter
from prefdata.calls.request import Answer, CallError, Request
from prefdata.providers.batch import BatchProvider

from .batch_server import BatchServer

QUICK = {"settle": 0.05, "poll": (0.01, 0.1), "grace": 0.2, "patience": 0.5}
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with BatchServer() as started:
        yield started


@pytest.fixture
def ledger(tmp_path) -> Path:
    return tmp_path / "ledger.sqlite"


def request(text: str, **more: Any) -> Request:
    return Request("m", "r1", [{"role": "user", "content": text}], {"temperature": 0.5}, max_tokens=64, **more)


class Life:
    """One life of a process: an engine on a ledger file with a provider of batches."""

    def __init__(self, url: str, ledger: Path, key: str = "right", tries: int = 5, **settings: Any) -> None:
        self.connection = connect(ledger)
        self.engine = Engine(Ledger(self.connection))
        self.memory = Batches(self.connection)
        self.provider = BatchProvider(f"{url}/v1", key, self.memory, **{**QUICK, **settings})
        self.endpoint = Endpoint(self.provider, Limiter(10_000), timeout=60, tries=tries, longest_pause=0.02)

    async def __aenter__(self) -> Life:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.close()
        await self.provider.close()
        self.connection.close()

    def call(self, asked: Request) -> asyncio.Task[Answer]:
        return asyncio.get_running_loop().create_task(self.engine.call(self.endpoint, asked))

    async def ask(self, *asked: Request) -> list[Answer | BaseException]:
        return await asyncio.gather(*(self.engine.call(self.endpoint, one) for one in asked), return_exceptions=True)


def ask(url: str, ledger: Path, texts: list[str], **settings: Any) -> list[str]:
    """What each text gets in a life of its own: the answer's text, or the reason why there is none."""

    async def live() -> list[str]:
        async with Life(url, ledger, **settings) as life:
            return [said(one) for one in await life.ask(*map(request, texts))]

    return asyncio.run(live())


def said(outcome: Answer | BaseException) -> str:
    if isinstance(outcome, Answer):
        return outcome.text
    assert isinstance(outcome, CallError), repr(outcome)
    return str(outcome)


def remembered(ledger: Path) -> tuple[int, int]:
    """Batches and calls in memory."""
    with contextlib.closing(connect(ledger)) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("batches", "batch_requests")
        ]
    return counts[0], counts[1]


def leave(server: BatchServer, ledger: Path) -> None:
    """Ask, and close when the batch is under way."""
    server.latency = 30

    async def live() -> None:
        async with Life(server.url, ledger) as life:
            life.call(request("one"))
            while not server.asked["GET /batches"]:
                await asyncio.sleep(0.01)

    asyncio.run(live())


TEXTS = [f"Question {n}?" for n in range(100)]
ANSWERS = [f"An answer to: {text}" for text in TEXTS]


def test_calls_that_come_together_are_one_batch_and_it_is_forgotten_when_the_ledger_has_its_answers(server, ledger):
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert server.stats()["batches"] == 1
    assert server.times_sent.total() == len(TEXTS)
    assert remembered(ledger) == (0, 0)
    assert [name for name in server.files if name.startswith("file-")] == [], "the input file is deleted"
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert server.stats()["batches"] == 1


def test_a_full_batch_is_sent_at_once_and_models_have_batches_of_their_own(server, ledger):
    async def live():
        async with Life(server.url, ledger, most=50, settle=30) as life:
            other = [Request("n", "r1", [{"role": "user", "content": f"{n}"}]) for n in range(100)]
            return await life.ask(*map(request, TEXTS), *other)

    begun = time.monotonic()
    assert all(isinstance(one, Answer) for one in asyncio.run(live()))
    assert time.monotonic() - begun < 10
    files = [{server.bodies[id]["model"] for id in server.bodies}, server.stats()["batches"]]
    assert files == [{"m", "n"}, 4]


def test_a_batch_holds_no_more_than_its_bytes(server, ledger, monkeypatch):
    monkeypatch.setattr("prefdata.providers.batch.provider.BYTES", 10_000)
    texts = [f"{n} " + "x" * 3000 for n in range(9)]
    assert ask(server.url, ledger, texts) == [f"An answer to: {text}" for text in texts]
    assert server.stats()["batches"] == 3


def test_rows_that_fail_fail_alone(server, ledger):
    texts = ["a 400", "b 500 once", "c 429 once", "d filter", "e", "f 500"]
    found = ask(server.url, ledger, texts, tries=3)
    assert found == [
        "http_400: no",
        "An answer to: b 500 once",
        "An answer to: c 429 once",
        "content_filter: the endpoint's filter stopped the answer",
        "An answer to: e",
        "retries_used_up: http_500: no",
    ]
    assert server.stats()["batches"] == 3
    assert server.times_sent.total() == 6 + 3 + 1
    again = ask(server.url, ledger, texts[:5])
    assert again == found[:5], "refusals are remembered"
    assert server.stats()["batches"] == 3


def test_separators_within_a_line_do_not_break_it(server, ledger):
    text = "one\u2028two\x85three"
    assert ask(server.url, ledger, [text]) == [f"An answer to: {text}"]


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_what_a_batch_did_not_come_to_goes_into_the_next_one(server, ledger, end):
    server.ends = [end]
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert (server.stats()["batches"], server.stats()["sent"]) == (2, 150)
    assert server.stats()["paid_again"] == 0


def test_an_end_that_repeats_names_itself(server, ledger):
    server.ends = ["expired"] * 2
    (found,) = ask(server.url, ledger, ["one"], tries=2)
    assert found == "retries_used_up: batch_expired: This request could not be executed in time."
    server.ends = ["cancelled"] * 2
    (found,) = ask(server.url, ledger, ["one"], tries=2)
    assert found.startswith("retries_used_up: batch_cancelled")


def test_a_batch_that_is_not_valid_costs_the_rows_it_names(server, ledger):
    texts = ["a", "b INVALID", "c", "d INVALID"]
    refused = "http_400: This is no request."
    assert ask(server.url, ledger, texts) == ["An answer to: a", refused, "An answer to: c", refused]
    assert server.stats()["batches"] == 2
    assert ask(server.url, ledger, texts)[1] == refused
    assert server.stats()["batches"] == 2


def test_too_many_tokens_make_batches_smaller_and_cost_no_try(server, ledger):
    server.most_rows = 3

    async def live():
        async with Life(server.url, ledger, tries=1) as life:
            life.endpoint.limiter = Limiter(8)
            return [said(one) for one in await life.ask(*map(request, TEXTS[:12]))]

    assert asyncio.run(live()) == ANSWERS[:12]
    assert server.stats()["paid_again"] == 0


@pytest.mark.parametrize("code", ["billing_hard_limit_reached", "model_not_found"])
def test_a_failure_that_is_no_rows_fault_stops_the_run(server, ledger, code):
    server.fatal = code
    assert ask(server.url, ledger, TEXTS[:2]) == [f"{code}: {server.url}/v1: No."] * 2
    server.fatal = None
    assert ask(server.url, ledger, TEXTS[:2]) == ANSWERS[:2]


def test_a_wrong_key_stops_the_run_and_blames_no_row(server, ledger):
    assert ask(server.url, ledger, TEXTS[:2], key="wrong") == [f"http_401: {server.url}/v1: wrong key"] * 2
    assert ask(server.url, ledger, TEXTS[:2]) == ANSWERS[:2]


@pytest.mark.parametrize(("kind", "status"), [("POST /files", 403), ("POST /batches", 404), ("POST /batches", 400)])
def test_a_refusal_of_the_file_or_the_batch_stops_the_run(server, ledger, kind, status):
    server.statuses[kind] = [status]
    assert ask(server.url, ledger, TEXTS[:2]) == [f"http_{status}: {server.url}/v1: not now"] * 2
    assert remembered(ledger) == (0, 0)
    assert ask(server.url, ledger, TEXTS[:2]) == ANSWERS[:2]


@pytest.mark.parametrize("kind", ["POST /files", "POST /batches", "GET /batches", "GET /files", "DELETE /files"])
def test_troubles_on_the_way_pass(server, ledger, kind):
    server.statuses[kind] = [500, 429]
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert (server.stats()["batches"], server.stats()["sent"]) == (1, len(TEXTS))


def test_a_batch_made_by_a_call_that_seemed_to_fail_is_found_and_not_made_again(server, ledger):
    async def live():
        async with Life(server.url, ledger) as life:
            life.provider.remote.client = life.provider.remote.client.with_options(timeout=0.3)
            server.after["POST /batches"] = 0.8
            return [said(one) for one in await life.ask(*map(request, TEXTS))]

    for n in range(120):  # found on a later page, behind batches of other people
        server.files[f"theirs-{n}"] = b""
        server.create({"input_file_id": f"theirs-{n}", "metadata": None})
    server.latency = 0.0
    assert asyncio.run(live()) == ANSWERS
    assert server.stats()["batches"] == 121
    assert server.stats()["paid_again"] == 0


def test_an_endpoint_out_of_reach_stops_the_run_and_the_next_one_reads_the_batch(server, ledger):
    server.latency = 0.5
    server.statuses["GET /batches"] = [503] * 50
    (found,) = ask(server.url, ledger, ["one"])
    assert found == f"unreachable: {server.url}/v1: http_503: not now"
    server.statuses.clear()
    assert ask(server.url, ledger, ["one"]) == ["An answer to: one"]
    assert server.stats()["batches"] == 1


def test_another_key_is_not_given_what_the_first_one_paid_for_and_does_not_pay_again(server, ledger):
    leave(server, ledger)
    kept, server.batches, server.key = server.batches, {}, "another"  # the batches of the other key's project
    (found,) = ask(server.url, ledger, ["one"], key="another")
    assert found.startswith("other_key: batch batch_0")
    server.batches, server.key, server.latency = kept, "right", 0
    server.ready["batch_0"] = 0
    assert ask(server.url, ledger, ["one"]) == ["An answer to: one"]
    assert server.times_sent.total() == 1


def test_a_batch_that_is_gone_is_sent_again(server, ledger):
    server.latency = 0.3

    async def live():
        async with Life(server.url, ledger) as life:
            task = life.call(request("one"))
            while not server.batches:
                await asyncio.sleep(0.01)
            server.batches.clear()
            return await task

    assert asyncio.run(live()).text == "An answer to: one"


def test_a_schema_the_model_does_not_know_is_left_out_from_then_on(server, ledger):
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}

    async def live(*texts: str) -> list[str]:
        async with Life(server.url, ledger) as life:
            return [said(one) for one in await life.ask(*(request(text, schema=schema) for text in texts))]

    assert asyncio.run(live("json_schema 1", "json_schema 2")) == [f"An answer to: json_schema {n}" for n in (1, 2)]
    assert server.stats()["batches"] == 2
    asyncio.run(live("json_schema 3"))
    assert server.stats()["batches"] == 3


def test_a_cancelled_call_leaves_its_batch_running_and_a_later_one_gets_its_answer(server, ledger):
    server.latency = 0.5

    async def cancelled() -> float:
        async with Life(server.url, ledger) as life:
            tasks = [life.call(request(text)) for text in TEXTS]
            while not server.batches:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            for task in tasks:
                task.cancel()
            begun = time.monotonic()
        return time.monotonic() - begun

    assert asyncio.run(cancelled()) < 0.3, "closing does not wait for the batch"
    assert remembered(ledger) == (1, len(TEXTS))
    assert ask(server.url, ledger, TEXTS[:40]) == ANSWERS[:40]
    assert remembered(ledger) == (1, 60), "what nobody has asked for yet is kept"
    asked = server.asked.copy()
    assert ask(server.url, ledger, TEXTS) == ANSWERS
    assert server.asked == asked, "and was read with the rest"
    assert remembered(ledger) == (0, 0)
    assert (server.stats()["batches"], server.stats()["sent"]) == (1, len(TEXTS))


def test_a_call_cancelled_before_its_batch_is_sent_is_not_sent(server, ledger):
    async def live():
        async with Life(server.url, ledger, settle=0.2) as life:
            first, second = asyncio.create_task(life.provider.call(request("one"))), life.call(request("two"))
            await asyncio.sleep(0.05)
            first.cancel()
            return await second

    assert asyncio.run(live()).text == "An answer to: two"
    assert server.times_sent.total() == 1


def test_a_call_cancelled_while_its_batch_is_being_made_is_not_sent_again(server, ledger):
    server.before["POST /files"] = 0.2

    async def live():
        async with Life(server.url, ledger) as life:
            first = asyncio.create_task(life.provider.call(request("one")))
            while not server.asked["POST /files"]:
                await asyncio.sleep(0.01)
            first.cancel()
            return await life.provider.call(request("one"))

    assert asyncio.run(live()).text == "An answer to: one"
    assert server.times_sent.total() == 1


def test_two_who_ask_the_same_share_a_row(server, ledger):
    async def live():
        async with Life(server.url, ledger) as life:
            return await asyncio.gather(*(life.provider.call(request("one")) for _ in range(3)))

    assert {answer.text for answer in asyncio.run(live())} == {"An answer to: one"}
    assert server.times_sent.total() == 1


def test_batches_that_nobody_asks_for_are_forgotten_after_a_month(server, ledger, monkeypatch):
    leave(server, ledger)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 31 * 86_400)
    with contextlib.closing(connect(ledger)) as connection:
        Batches(connection)
    assert remembered(ledger) == (0, 0)


def test_the_memory_forgets_what_the_ledger_would_answer(server, ledger):
    async def answered_with_more_room():
        async with Life(server.url, ledger) as life:
            await life.provider.call(request("one"))
            roomier = replace(request("one"), max_tokens=128)
            await life.engine.ledger.settle(roomier, Answer("stops by itself", completion_tokens=5), 0.0)

    asyncio.run(answered_with_more_room())
    assert remembered(ledger) == (0, 0)


# --- kill -9 -----------------------------------------------------------------------------------

CHILD = "import sys; from tests.live.test_batches import *; ask(sys.argv[1], Path(sys.argv[2]), TEXTS)"


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
