"""An OpenAI-compatible server whose answers and faults depend on what it is asked alone; for benchmarks.

    python tests/benchmarks/stub_server.py --port 9300 --latency-ms 100 --stragglers .05

It answers a judge that scores or compares with JSON and anything else with a text that ends with a tag,
[16 hex digits of the request's hash]. A request that shows a tag is known to need the tagged answer, and one that
shows several (a comparison) needs what was said of each as well, so that GET /stats can tell the longest chain of
calls (`critical_path_s`) beside the longest call (`longest_s`) and all time spent (`work_s`).
GET /bodies gives every request asked, once, as JSON Lines; POST /stats/reset forgets everything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from typing import Any

from stub_model import Call, Facts, Stub, reply

LENGTH, CLIENT = re.compile(rb"(?i)\r\ncontent-length: *(\d+)"), re.compile(rb"(?i)\r\nauthorization: *([^\r]*)")


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as clients of chat completions speak it: one request after another, kept alive."""

    def __init__(self, stub: Stub) -> None:
        self.stub, self.buffer = stub, b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.stub.facts.active = max(0, self.stub.facts.active - 1)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._take()

    def _take(self) -> None:
        """Begin the next request, if it is there as a whole and none is under way."""
        end = self.buffer.find(b"\r\n\r\n") + 4
        if self.timer is not None or end < 4:
            return
        head = self.buffer[:end]
        found = LENGTH.search(head)
        stop = end + (int(found[1]) if found else 0)
        if len(self.buffer) >= stop:
            body, self.buffer = self.buffer[end:stop], self.buffer[stop:]
            self._begin(head, body)

    def _begin(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1]
        question = json.loads(body) if path.endswith(b"/chat/completions") else {}
        if not question.get("messages"):
            self.transport.write(self._other(path))
            self._take()
            return
        client = CLIENT.search(head)
        call = self.stub.arrive(question, body, client[1] if client else b"")
        self.timer = asyncio.get_running_loop().call_later(call.seconds, self._end, call)

    def _end(self, call: Call) -> None:
        self.timer = None
        self.transport.write(self.stub.finish(call))
        self._take()

    def _other(self, path: bytes) -> bytes:
        """What is no call: nobody counts it."""
        if path.endswith(b"/chat/completions"):
            return reply(400, {"error": {"message": "no messages"}})
        if path == b"/stats/reset":
            self.stub.facts = Facts()
        if path == b"/bodies":
            return reply(200, b"\n".join(self.stub.facts.bodies) + b"\n")
        if path.startswith(b"/stats"):
            return reply(200, self.stub.facts.shown())
        return reply(200, {"object": "list", "data": [{"id": "stub", "object": "model", "created": 0}]})


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9300)
    parser.add_argument("--latency-ms", type=float, default=100.0)
    parser.add_argument("--stragglers", type=float, default=0.0, help="share of requests that take ten times as long")
    parser.add_argument("--errors", type=float, default=0.0, help="share of calls answered with status 500")
    parser.add_argument("--burst-429", type=int, default=0, help="after so many calls, refuse all for --retry-after")
    parser.add_argument("--retry-after", type=float, default=2.0, help="seconds")
    parser.add_argument("--poison", default="", help="a text whose requests are refused with status 400")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


async def serve(given: argparse.Namespace) -> None:
    stub = Stub(given)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(stub), "127.0.0.1", given.port, backlog=2048
    )
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(options()))
