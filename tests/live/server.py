"""An OpenAI-compatible server for tests: `python tests/live/server.py PORT LATENCY_S FAULTS SEED [PLAIN]`.

It answers after a fixed time and by the request's content alone: a text to a question, scores to a
rubric, a verdict to a comparison, a value to a stratum, "Yes." to what wants a yes or no, but for denials and riddles.
FAULTS is the share of calls that fail in one of many ways; a question that names POISON is refused
for good. If PLAIN is given, requests for a JSON Schema or for log-probabilities are refused, as by
simple servers. GET /stats tells what it was asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import sys
from collections import Counter

PORT, LATENCY, FAULTS, SEED = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
PLAIN = len(sys.argv) > 5
chance = random.Random(SEED)
asked: Counter[str] = Counter()
answered: Counter[str] = Counter()
state = {"calls": 0, "active": 0, "most_active": 0, "refused": 0}
KINDS = ("500", "429", "hang", "cut", "broken", "no_choices", "filter")


def digit(*parts: str) -> int:
    return int(hashlib.sha256("|".join(parts).encode()).hexdigest()[:8], 16)


def answer(question: dict) -> str:
    system, text = said(question["messages"][0]), said(question["messages"][-1])
    if "Score it" in system:
        response = text.split("# Response\n")[1]
        return json.dumps({name: 1 + digit(name, response) % 10 for name in re.findall(r'"(\w+)": <1-10>', system)})
    if "You compare" in system:
        first, second = text.split("# Response A\n")[1].split("\n\n# Response B\n")
        return json.dumps({"winner": "A" if digit(first) % 97 > digit(second) % 97 else "B"})
    if "You rank" in system:
        shown = re.findall(r"# Response ([A-Z])\n(.*)", text)
        best = sorted(shown, key=lambda pair: digit(pair[1]) % 97)
        return json.dumps({"ranking": [[letter] for letter, _ in best]})
    if "You sort" in system:
        values = re.findall(r"(\w+) \(", system)
        unsure = "riddle" in text
        return "Perhaps." if unsure else json.dumps({"value": values[digit(text.split("# Task")[0]) % len(values)]})
    if "You rewrite" in system or "You revise" in system or "You criticise" in system:
        return f"{system.split()[1]}: {digit(text)}"
    if "Answer yes or no." in text:
        return "Perhaps." if "riddle" in text else "No." if "Is it true" in text else "Yes."
    return f"An answer to: {text} ({digit(text, str(question.get('temperature')), str(question.get('seed')))})"


def said(message: dict) -> str:
    """The text of a message, with a note of each image in it."""
    if isinstance(message["content"], str):
        return message["content"]
    return " ".join(part.get("text") or f"[{part['image_url']['url'][:40]}]" for part in message["content"])


def reply(status: int, body: object, headers: str = "") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content


def completion(text: str | None, finish: str = "stop") -> dict:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}


async def respond(question: dict) -> bytes | None:
    """The bytes of an answer; None cuts the connection."""
    await asyncio.sleep(LATENCY)
    if PLAIN and ("response_format" in question or "logprobs" in question):
        state["refused"] += 1
        return reply(400, {"error": {"message": "unknown field"}})
    if question["model"] == "newer" and "max_tokens" in question:
        state["refused"] += 1
        return reply(400, {"error": {"message": "'max_tokens' is not supported. Use 'max_completion_tokens'."}})
    if "POISON" in str(question["messages"]):
        return reply(400, {"error": {"message": "context length exceeded"}})
    fault = chance.choice(KINDS) if chance.random() < FAULTS else None
    if fault == "hang":
        await asyncio.sleep(60)
    if fault in ("500", "429"):
        return reply(int(fault), {"error": {"message": "busy"}}, "retry-after: 0.2\r\n" if fault == "429" else "")
    if fault == "cut":
        return None
    if fault == "broken":
        return reply(200, b'{"id": "c", "choi')
    if fault == "no_choices":
        return reply(200, {**completion(""), "choices": []})
    if fault == "filter":
        return reply(200, completion("", "content_filter"))
    answered[json.dumps(question, sort_keys=True)] += 1
    told = completion(answer(question))
    if question.get("logprobs"):
        told["choices"][0]["logprobs"] = {"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1.0}]}
        told["choices"][0]["token_ids"] = [7, 8]
    return reply(200, told)


async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lengths = [line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
            body = await reader.readexactly(int(lengths[0])) if lengths else b""
            if head.startswith("GET /stats"):
                facts = {**state, "distinct": len(asked), "paid_again": sum(n - 1 for n in answered.values())}
                writer.write(reply(200, facts))
                continue
            if "Bearer right" not in head:
                sent = re.findall(r"(?i)authorization: (.*)", head)
                writer.write(reply(401, {"error": {"message": f"wrong key: {sent}"}}))
                continue
            question = json.loads(body)
            asked[json.dumps(question, sort_keys=True)] += 1
            state["calls"] += 1
            state["active"] += 1
            state["most_active"] = max(state["most_active"], state["active"])
            try:
                content = await respond(question)
            finally:
                state["active"] -= 1
            if content is None:
                break
            writer.write(content)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(handle, "127.0.0.1", PORT, backlog=1024)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
