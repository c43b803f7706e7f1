"""Batches and faults of all kinds: of a row, of a batch, of the endpoint and of the way there."""

from __future__ import annotations

import asyncio

import pytest

from prefdata.calls.limiter import Limiter

from .batch_lives import ANSWERS, TEXTS, Life, ask, leave, remembered, request, said


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
