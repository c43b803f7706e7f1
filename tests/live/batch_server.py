"""OpenAI's files and batches for tests: `with BatchServer() as server:`, or `python tests/live/batch_server.py PORT`.

What goes wrong is set on the server (see its attributes), or said in the text of a question: "400", "500",
"429" and "filter" fail, "json_schema" fails as long as one is asked for, "INVALID" fails the validation of its
whole batch; with "once" too they do so the first time only. GET /stats tells what it was sent.
"""

from __future__ import annotations

import email
import itertools
import json
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def text_of(body: dict) -> str:
    return str(body["messages"][-1]["content"])


class BatchServer:
    def __init__(self, port: int = 0, key: str = "right") -> None:
        self.key = key
        self.latency = 0.02  # seconds a batch takes
        self.answer: Callable[[dict], str] = lambda body: f"An answer to: {text_of(body)}"
        self.statuses: defaultdict[str, list[int]] = defaultdict(list)  # "POST /files" → what the next ones get
        self.before: dict[str, float] = {}  # "POST /batches" → seconds until it is done
        self.after: dict[str, float] = {}  # the same → seconds from then until it is answered
        self.ends: list[str] = []  # how the next batches end, half done, if not "completed"
        self.most_rows: int | None = None  # more in a batch is over the limit of enqueued tokens
        self.fatal: str | None = None  # the code with which every batch fails
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.ready: dict[str, float] = {}
        self.times_sent: Counter[str] = Counter()  # custom_id → batches that carried it
        self.times_answered: Counter[str] = Counter()
        self.bodies: dict[str, dict] = {}
        self.asked: Counter[str] = Counter()  # "POST /batches" → requests that came in
        self.numbers = itertools.count()
        self.lock = threading.RLock()
        self.http = Listener(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self) -> BatchServer:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def stats(self) -> dict[str, Any]:
        """rows: custom_ids sent; sent: how often in all; paid_again: answers given more than once."""
        again = sum(count - 1 for count in self.times_answered.values())
        counts = {"rows": len(self.times_sent), "sent": self.times_sent.total(), "paid_again": again}
        return {**counts, "batches": len(self.batches), "files": len(self.files), "asked": dict(self.asked)}

    # --- what it can be asked ----------------------------------------------------------------

    def upload(self, name: str, content: bytes) -> dict:
        self.files[name] = content
        return {"id": name, "object": "file", "bytes": len(content), "purpose": "batch", "status": "processed"}

    def create(self, asked: dict) -> dict:
        name = f"batch_{len(self.batches)}"
        rows = [json.loads(line) for line in self.files[asked["input_file_id"]].splitlines()]
        for row in rows:
            self.times_sent[row["custom_id"]] += 1
            self.bodies[row["custom_id"]] = row["body"]
        self.ready[name] = time.monotonic() + self.latency
        self.batches[name] = {**asked, "id": name, "object": "batch", "created_at": 0, "status": "in_progress"}
        return self.batches[name]

    def list(self, after: str | None, limit: int) -> dict:
        """The newest first, in pages."""
        names = list(self.batches)[::-1]
        begin = names.index(after) + 1 if after else 0
        page = [self.retrieve(name) for name in names[begin : begin + limit]]
        return {"object": "list", "data": page, "has_more": begin + limit < len(names)}

    def retrieve(self, name: str) -> dict:
        batch = self.batches[name]
        if batch["status"] == "in_progress" and time.monotonic() >= self.ready[name]:
            batch.update(self.ended(batch))
        return batch

    def ended(self, batch: dict) -> dict:
        rows = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        if errors := self.invalid(rows):
            return {"status": "failed", "errors": {"object": "list", "data": errors}}
        status = self.ends.pop(0) if self.ends else "completed"
        done = rows if status == "completed" else rows[: len(rows) // 2]
        good, bad = [], []
        for row in done:
            line = {"id": "r", "custom_id": row["custom_id"], "response": self.response(row), "error": None}
            (good if line["response"]["status_code"] == 200 else bad).append(line)
        if status == "expired":
            told = {"code": "batch_expired", "message": "This request could not be executed in time."}
            bad += [{"custom_id": row["custom_id"], "response": None, "error": told} for row in rows[len(done) :]]
        return {"status": status, "output_file_id": self.write(good), "error_file_id": self.write(bad)}

    def write(self, lines: list[dict]) -> str | None:
        """A file of results; none is written if it would be empty."""
        name = f"results-{next(self.numbers)}"
        if lines:
            self.files[name] = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        return name if lines else None

    def fails(self, row: dict, fault: str) -> bool:
        text = text_of(row["body"])
        return fault in text and not ("once" in text and self.times_sent[row["custom_id"]] > 1)

    def invalid(self, rows: list[dict]) -> list[dict]:
        if self.fatal is not None:
            return [{"code": self.fatal, "line": None, "message": "No.", "param": None}]
        if self.most_rows is not None and len(rows) > self.most_rows:
            return [{"code": "token_limit_exceeded", "line": None, "message": "Enqueued token limit reached."}]
        named = [at for at, row in enumerate(rows, start=1) if self.fails(row, "INVALID")]
        return [{"code": "invalid_row", "line": at, "message": "This is no request."} for at in named]

    def response(self, row: dict) -> dict:
        for status in (400, 500, 429):
            if self.fails(row, str(status)):
                return {"status_code": status, "body": {"error": {"message": "no", "code": None, "param": None}}}
        if self.fails(row, "json_schema") and "response_format" in row["body"]:
            told = {"message": "not supported with this model", "param": "response_format"}
            return {"status_code": 400, "body": {"error": told}}
        self.times_answered[row["custom_id"]] += 1
        finish = "content_filter" if self.fails(row, "filter") else "stop"
        choice = {"index": 0, "finish_reason": finish, "message": {"content": self.answer(row["body"])}}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        return {"status_code": 200, "body": {"object": "chat.completion", "choices": [choice], "usage": usage}}


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], batches: BatchServer) -> None:
        self.batches = batches
        super().__init__(address, Handler)

    def handle_error(self, *_: object) -> None:
        """A client that was killed is what the tests want."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def do_GET(self) -> None:
        self.respond()

    def do_POST(self) -> None:
        self.respond()

    def do_DELETE(self) -> None:
        self.respond()

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def respond(self) -> None:
        server, body = self.server.batches, self.rfile.read(int(self.headers.get("content-length", 0)))
        path, _, query = self.path.partition("?")
        kind = f"{self.command} /{path.removeprefix('/v1').split('/')[1]}"
        with server.lock:
            server.asked[kind] += 1
            status = server.statuses[kind].pop(0) if server.statuses[kind] else 200
        if path == "/stats":
            return self.send(200, server.stats())
        if self.headers["authorization"] != f"Bearer {server.key}":
            return self.send(401, {"error": {"message": "wrong key"}})
        time.sleep(server.before.get(kind, 0))
        if status != 200:
            return self.send(status, {"error": {"message": "not now"}})
        try:
            with server.lock:
                content = self.act(
                    path.removeprefix("/v1/").split("/"), dict(p.split("=") for p in query.split("&") if p), body
                )
        except KeyError:
            return self.send(404, {"error": {"message": "there is none"}})
        time.sleep(server.after.get(kind, 0))
        return self.send(200, content)

    def act(self, path: list[str], query: dict[str, str], body: bytes) -> dict | bytes:
        server = self.server.batches
        match [self.command, *path]:
            case ["POST", "files"]:
                return server.upload(f"file-{next(server.numbers)}", self.uploaded(body))
            case ["GET", "files", name, "content"]:
                return server.files[name]
            case ["DELETE", "files", name]:
                del server.files[name]
                return {"id": name, "object": "file", "deleted": True}
            case ["POST", "batches"]:
                return server.create(json.loads(body))
            case ["GET", "batches"]:
                return server.list(query.get("after"), int(query.get("limit", 20)))
            case ["GET", "batches", name]:
                return server.retrieve(name)
        raise KeyError(path)

    def uploaded(self, body: bytes) -> bytes:
        """The file in a multipart form."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in email.message_from_bytes(head + body).walk()
        }
        assert parts["purpose"].get_payload(decode=True) == b"batch"
        return parts["file"].get_payload(decode=True)  # type: ignore[return-value]

    def send(self, status: int, content: dict | bytes) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header(
            "content-type", "application/json" if isinstance(content, dict) else "application/octet-stream"
        )
        self.send_header("content-length", str(len(data)))
        self.send_header("retry-after", "0.05")
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    with BatchServer(int(sys.argv[1]), key=sys.argv[2] if len(sys.argv) > 2 else "right") as standing:
        print("ready", flush=True)
        threading.Event().wait()
