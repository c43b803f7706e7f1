"""Batches at work: few for many calls, nothing sent twice for a call that is given up, and a memory that forgets."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace

from prefdata.calls.batches import Batches
from prefdata.calls.ledger import connect
from prefdata.calls.request import Answer, Request

from .batch_lives import ANSWERS, TEXTS, Life, ask, leave, remembered, request


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


def test_separators_within_a_line_do_not_break_it(server, ledger):
    text = "one\u2028two\x85three"
    assert ask(server.url, ledger, [text]) == [f"An answer to: {text}"]


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
