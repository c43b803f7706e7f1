"""What went wrong once: each of these lost an answer, paid for one twice, or refused rows for good."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from prefdata.calls.budget import IMAGE_TOKENS, Budget
from prefdata.calls.ledger import Ledger
from prefdata.calls.request import Answer, BudgetError, EndpointError, Request, RetryableError, TerminalError
from prefdata.cli import main
from prefdata.models import Model, Price, Sampling
from prefdata.providers.openai import OpenAIProvider, answer_of, of_status
from prefdata.questions import Prompt, question
from prefdata.shards import RunDir
from prefdata.sources.sample import samples

from ..conftest import drops, triplets, write_jsonl
from .test_sources import records


def request(max_tokens: int = 10, **more) -> Request:
    return Request("m", "r", [{"role": "user", "content": "x"}], {}, max_tokens, **more)


def ledger() -> Ledger:
    return Ledger(sqlite3.connect(":memory:", isolation_level=None))


def build(path, run, code=0) -> RunDir:
    assert main(["build", str(path), "--run-dir", str(run)]) == code
    return RunDir(run)


def test_samples_of_one_temperature_are_numbered():
    fixed = Model("p", "m", "r", "u", parameters={"temperature": None})
    assert [s.candidate_id for s in samples((fixed,), Sampling(), 3)] == ["p#0", "p#1", "p#2"]
    free = Model("p", "m", "r", "u")
    twice = samples((free,), Sampling(temperatures=(0.7, 0.7)), 3)
    assert [s.candidate_id for s in twice] == ["p@0.7#0", "p@0.7#1", "p@0.7#2"]


def test_an_imported_candidate_keeps_its_id_and_its_text(serve, config, tmp_path):
    server = serve()
    name = {"prompt_id": "p000", "candidate_id": "policy@0.3#0"}
    write_jsonl(tmp_path / "old.jsonl", [{**name, "text": "IMPORTED"}])
    run = build(config(server.url, prompts=1, inputs=[{"path": "old.jsonl"}]), tmp_path / "run")
    assert [d["reason"] for d in drops(run) if d["stage"] == "generate"] == ["duplicate_id"]
    assert "policy@0.3#0" not in {row["candidate_id"] for row in records(run, "candidate")}
    assert len({row["candidate_id"] for row in records(run, "rating")}) == 3, "the imported one is judged"


def test_references_to_nothing_are_found_before_anything_is_paid(serve, config, tmp_path, capsys):
    server = serve()
    write_jsonl(tmp_path / "old.jsonl", [{"prompt_id": "nowhere", "candidate_id": "c", "text": "t"}])
    build(config(server.url, inputs=[{"path": "old.jsonl"}]), tmp_path / "run", code=2)
    assert "old.jsonl, line 1" in capsys.readouterr().err
    assert server.stats()["calls"] == 0


@pytest.mark.parametrize(("status", "code"), [(402, None), (429, "insufficient_quota"), (400, "billing_not_active")])
def test_an_empty_account_is_not_the_rows_fault(status, code):
    assert isinstance(of_status(status, {"error": {"message": "pay", "code": code}}, {}, "u"), EndpointError)


def test_a_refusal_at_a_large_limit_says_nothing_of_a_small_one():
    book = ledger()
    asyncio.run(book.refuse(request(100_000), TerminalError("http_400", "max_tokens is too large")))
    assert book.find(request(512)) is None
    with pytest.raises(TerminalError):
        book.find(request(200_000))


def test_an_error_that_cannot_be_stored_reaches_who_waits_and_loses_no_neighbour():
    async def run() -> None:
        broken = asyncio.ensure_future(book.refuse(request(), TerminalError("http_400", "bad \ud83d")))
        with pytest.raises(UnicodeEncodeError):
            await asyncio.wait_for(broken, 2)
        await book.settle(request(11), Answer("kept"), 0.0)

    book = ledger()
    asyncio.run(run())
    assert book.find(request(11)) == Answer("kept")
    assert "\ud83d" not in str(of_status(400, {"error": {"message": "bad \ud83d"}}, {}, "u"))


def test_an_answer_without_text_is_paid_for_once():
    cut = {"choices": [{"message": {"content": None}, "finish_reason": "length"}], "usage": {"completion_tokens": 64}}
    assert answer_of(cut) == Answer("", "length", 0, 64)
    told = {"choices": [{"message": {"content": None, "refusal": "I cannot."}, "finish_reason": "stop"}]}
    assert answer_of(told).text == "I cannot."


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [{"message": "hi"}]},
        {"choices": {"0": {}}},
        {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": [1]},
        {"choices": [{"message": {"content": "x"}, "finish_reason": "stop", "logprobs": {"content": [{}]}}]},
        {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": "many"}},
        [],
        None,
    ],
)
def test_a_body_of_another_shape_may_go_better_next_time(body):
    with pytest.raises(RetryableError):
        answer_of(body)


class Picky(OpenAIProvider):
    """An endpoint that refuses some features, without a network."""

    def __init__(self, memory: Ledger, refuses: set[str]) -> None:
        super().__init__("http://127.0.0.1:1/v1", "k", 4, memory)
        self.refuses, self.tried = refuses, 0

    async def _post(self, request: Request, left_out: set[str]) -> Answer:
        self.tried += 1
        await asyncio.sleep(0.01)
        if self.refuses - left_out & self.refuses:
            raise TerminalError("http_400", "unknown field")
        return Answer("ok")


@pytest.mark.parametrize("refuses", [set(), {"logprobs"}, {"json_schema"}, {"json_schema", "logprobs"}])
def test_just_what_an_endpoint_refuses_is_left_out(refuses):
    async def run() -> None:
        provider = Picky(book, refuses)
        asked = Request("m", "r", [], {"logprobs": True}, schema={"type": "object"})
        assert (await provider.call(asked)).text == "ok"
        tried = provider.tried
        await asyncio.gather(*(provider.call(asked) for _ in range(5)))
        assert provider.tried == tried + 5, "found out once"
        await provider.close()

    book = ledger()
    asyncio.run(run())
    assert {name for name in ("json_schema", "logprobs") if book.refuses("http://127.0.0.1:1/v1", "m", name)} == refuses


def test_waiting_for_what_another_call_finds_out_is_not_the_calls_own_time(serve, config, tmp_path):
    server = serve(latency=0.7)
    rubric = {"name": "rubric", "kind": "pointwise", "dimensions": ["accuracy"], "timeout": 1.0}
    sampling = {"per_prompt": 4, "temperatures": [0.1, 0.3, 0.7, 1.0]}
    build(config(server.url, prompts=1, judges=[rubric], candidates=sampling), tmp_path / "run")
    assert server.stats()["calls"] == 8
    assert server.stats()["paid_again"] == 0


def test_the_budget_knows_that_images_cost():
    async def run() -> None:
        budget = Budget(max_tokens=IMAGE_TOKENS)
        with pytest.raises(BudgetError):
            await budget.reserve(request(images={"sha256:a": "https://example.org/a.png"}), Price())

    asyncio.run(run())


def test_a_budget_stop_leaves_the_run_as_it_is(serve, config, tmp_path, capsys):
    build(config(serve().url, budget={"max_tokens": 1500}), tmp_path / "run", code=2)
    assert main(["status", str(tmp_path / "run")]) == 0


def test_changed_splits_and_targets_are_noticed(serve, config, tmp_path, capsys):
    server = serve()
    run = build(config(server.url, export={"splits": {"train": 1.0}}), tmp_path / "run")
    build(config(server.url, export={"splits": {"train": 0.9999, "test": 0.0001}}), tmp_path / "run")
    assert list(run.dataset.glob("test-*"))
    build(config(server.url, selection={"target_pairs": 1000}, candidates={"max_per_prompt": 3}), tmp_path / "run")
    assert "not the 1,000" in capsys.readouterr().err
    build(config(server.url), tmp_path / "run")
    assert "target_pairs" not in capsys.readouterr().err


def test_styles_of_one_prompt_fall_into_one_split_and_blank_prompts_stay_blank(serve, config, tmp_path):
    styles = {"instructions": {"rich": "In full.", "sparse": "In short."}}
    judge = [{"name": "asked_for", "kind": "style"}]
    halves = {"splits": {"train": 0.5, "test": 0.5}}
    damage = [{"name": "noise", "kind": "degrade", "how": "drop_words"}]
    more = {"styles": styles, "judges": judge, "export": halves, "sources": damage}
    run = build(config(serve().url, candidates={"per_prompt": 1}, **more), tmp_path / "run")
    splits: dict[str, set[str]] = {}
    for row in triplets(run):
        splits.setdefault(row["prompt_id"].split("/")[0], set()).add(row["split"])
    assert all(len(found) == 1 for found in splits.values())
    assert {split for found in splits.values() for split in found} == {"train", "test"}
    assert any(row["chosen_id"].startswith("noise:rich/") for row in triplets(run)), "what is made keeps its style"


def test_the_protocols_own_fields_are_not_parameters(config, tmp_path, capsys):
    for name in ("n", "stream", "max_tokens", "messages"):
        build(config("http://127.0.0.1:9", policies=[{"name": "p", "parameters": {name: 1}}]), tmp_path / "run", code=2)
        assert f"policies.0.parameters.{name}" in capsys.readouterr().err


def test_a_dead_endpoint_stops_the_build_and_the_same_command_heals_it(serve, config, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("prefdata.calls.engine.Engine._pause", lambda *_: 0.0)
    dead = config("http://127.0.0.1:9", ledger="ledger.sqlite")
    run = build(dead, tmp_path / "run", code=2)
    said = capsys.readouterr().err
    assert "endpoint_down" in said
    assert "unreachable" in said
    assert main(["status", str(run.path), "--json"]) == 0
    assert '"state": "stopped"' in capsys.readouterr().out
    server = serve()
    build(config(server.url, ledger="ledger.sqlite"), tmp_path / "run")
    assert triplets(run)


def test_what_could_not_be_had_is_asked_for_again_by_the_next_command(serve, config, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("prefdata.calls.engine.Engine._pause", lambda *_: 0.0)
    flaky = {"judges": [], "policies": [{"name": "policy", "timeout": 0.3}]}
    server = serve(faults=0.9, seed=3)
    run = build(config(server.url, prompts=8, **flaky), tmp_path / "run")
    failed = [drop for drop in drops(run) if drop["reason"] == "retries_used_up"]
    assert failed
    assert "asks for them again" in capsys.readouterr().err
    for _ in range(20):
        build(config(server.url, prompts=8, **flaky), tmp_path / "run")
        if not [drop for drop in drops(run) if drop["reason"] == "retries_used_up"]:
            break
    assert not [drop for drop in drops(run) if drop["reason"] == "retries_used_up"]
    assert server.stats()["paid_again"] == 0


def test_equal_answers_are_one_candidate_whichever_came_first(serve, config, tmp_path):
    server = serve()
    twice = {"per_prompt": 4, "temperatures": [0.3, 0.7]}
    run = build(config(server.url, prompts=5, candidates=twice), tmp_path / "run")
    kept = [row["candidate_id"] for row in records(run, "candidate")]
    assert sorted(set(kept)) == ["policy@0.3#0", "policy@0.7#0"]
    doubles = [drop for drop in drops(run) if drop["reason"] == "duplicate_text"]
    assert len(kept) == len(doubles) == 10
    assert {row["candidate_id"] for row in records(run, "rating")} == set(kept)
    pairs = [(row["prompt_id"], row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in triplets(run)]
    assert len(set(pairs)) == len(pairs)


def test_a_limit_in_money_wants_a_price(config, tmp_path, capsys):
    build(config("http://127.0.0.1:9", budget={"max_cost_usd": 1}), tmp_path / "run", code=2)
    assert "budget.max_cost_usd" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"no database at all, but long enough to be taken for one" * 30])
def test_a_ledger_that_is_none_is_named(config, tmp_path, capsys, content):
    place = tmp_path / "ledger"
    place.mkdir() if content is None else place.write_bytes(content)
    build(config("http://127.0.0.1:9", ledger="ledger"), tmp_path / "run", code=2)
    assert "cannot be used as the ledger" in capsys.readouterr().err


def test_keys_that_are_none_are_named_and_not_repeated(config, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PREFDATA_TEST_KEY", "")
    build(config("http://127.0.0.1:9"), tmp_path / "run", code=2)
    assert "PREFDATA_TEST_KEY is not set" in capsys.readouterr().err
    pasted = [{"name": "policy", "api_key_env": "sk-abc123"}]
    build(config("http://127.0.0.1:9", policies=pasted), tmp_path / "run", code=2)
    assert "sk-abc123" not in capsys.readouterr().err


def test_an_image_that_is_named_twice_is_shown_twice(tmp_path):
    (tmp_path / "a.png").write_bytes(b"1")
    images = {"sha256:a": tmp_path / "a.png", "sha256:b": tmp_path / "a.png"}
    said = [{"role": "user", "content": "Compare."}]
    asked = question(
        Model("m", "m", "r", "u"), Prompt("p", said, images, {}, ("sha256:a", "sha256:b", "sha256:a")), said, 0.0, 9
    )
    urls = [part["image_url"]["url"] for part in asked.messages[0]["content"] if part["type"] == "image_url"]
    assert urls == ["sha256:a", "sha256:b", "sha256:a"]
