"""What the stub server makes of a call: its fate, its answer, and the facts about all calls since the last reset."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

VOLATILE = ("user", "metadata", "store", "stream", "stream_options", "safety_identifier", "prompt_cache_key")
STRAGGLING = 10  # times the latency
GRACE = 0.05  # seconds in which a call may have been on its way when its client was told to wait
TAG, QUOTED = re.compile(r"\[([0-9a-f]{16})\]"), re.compile(r'"([^"]+)"')


@dataclass
class Call:
    """One request under way, and what will become of it."""

    identity: str
    question: dict[str, Any]
    status: int = 200
    seconds: float = 0.0


@dataclass
class Facts:
    """What was asked since the last reset."""

    asked: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    bodies: list[bytes] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    made: dict[str, float] = field(default_factory=dict)  # tag → the earliest moment that the answer is there
    scored: dict[str, float] = field(default_factory=dict)  # tag → the earliest moment that it is scored too
    told: dict[bytes, float] = field(default_factory=dict)  # client → when it was first told to wait
    closed_at: float | None = None
    requests: int = 0
    active: int = 0
    peak: int = 0
    first: float | None = None
    last: float | None = None
    work_s: float = 0.0
    longest_s: float = 0.0
    critical_path_s: float = 0.0
    repeated_after_success: int = 0
    retry_after_violations: int = 0
    latest_violation_s: float = 0.0  # after the client was told to wait

    def shown(self) -> dict[str, Any]:
        hidden = {"asked", "answered", "bodies", "made", "scored", "told", "closed_at"}
        plain = {name: value for name, value in vars(self).items() if name not in hidden}
        return {
            **plain,
            "unique": len(self.asked),
            "answered": len(self.answered),
            "paused": self.closed_at is not None,
        }


class Stub:
    """Decides what becomes of each call, and keeps count."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.facts = options, Facts()

    def arrive(self, question: dict[str, Any], body: bytes, client: bytes) -> Call:
        """A call has come in; it is answered after `seconds` with `status`."""
        kept = {name: value for name, value in question.items() if name not in VOLATILE}
        call = Call(hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest(), question)
        self._count(call, body)
        if self._closed(client):
            call.status = 429
            return call
        call.seconds = self.options.latency_ms / 1000 * (STRAGGLING if self._straggles(call) else 1)
        call.status = self._status(call, body)
        self._chain(call, body)
        return call

    def finish(self, call: Call) -> bytes:
        """The answer's bytes."""
        facts = self.facts
        facts.active -= 1
        facts.last = time.time()
        facts.statuses[call.status] += 1
        if call.status == 429:
            return reply(429, {"error": {"message": "slow down"}}, f"retry-after: {math.ceil(self._pause_left())}\r\n")
        if call.status != 200:
            return reply(call.status, {"error": {"message": f"status {call.status}", "type": "stub_error"}})
        facts.answered.add(call.identity)
        return reply(200, completion(answer(call), call.question))

    def _count(self, call: Call, body: bytes) -> None:
        facts = self.facts
        facts.first = facts.first or time.time()
        facts.requests += 1
        facts.active += 1
        facts.peak = max(facts.peak, facts.active)
        facts.repeated_after_success += call.identity in facts.answered
        if call.identity not in facts.asked:
            facts.bodies.append(body)
        facts.asked[call.identity] += 1

    def _closed(self, client: bytes) -> bool:
        """Whether the door is closed: for a while, once, after so many calls. Notes who does not wait."""
        now = time.time()
        if self.options.burst_429 and self.facts.requests > self.options.burst_429 and self.facts.closed_at is None:
            self.facts.closed_at = now
        if self._pause_left() <= 0:
            return False
        self._note_violation(now - self.facts.told.setdefault(client, now))
        return True

    def _note_violation(self, since: float) -> None:
        """A client that was told to wait so many seconds ago has not waited."""
        if since > GRACE:
            self.facts.retry_after_violations += 1
            self.facts.latest_violation_s = max(self.facts.latest_violation_s, since)

    def _pause_left(self) -> float:
        """Seconds until the door opens again."""
        closed_at = self.facts.closed_at
        return 0.0 if closed_at is None else closed_at + self.options.retry_after - time.time()

    def _status(self, call: Call, body: bytes) -> int:
        if self.options.poison and self.options.poison.encode() in body:
            return 400
        again = self.facts.asked[call.identity]
        return 500 if self._chance(call, f"error {again}") < self.options.errors else 200

    def _straggles(self, call: Call) -> bool:
        return self._chance(call, "straggler") < self.options.stragglers

    def _chance(self, call: Call, what: str) -> float:
        """A number in [0, 1) that depends on the seed and the request's content."""
        return digest(f"{self.options.seed}|{what}|{call.identity}") / 2**32

    def _chain(self, call: Call, body: bytes) -> None:
        """Note when this call can end at the earliest, given the answers that it needs."""
        facts, tags = self.facts, TAG.findall(body.decode())
        known = facts.scored if len(tags) > 1 else facts.made
        end = max((known.get(tag, 0.0) for tag in tags), default=0.0) + call.seconds
        if not tags:
            facts.made[call.identity[:16]] = end
        if len(tags) == 1:
            facts.scored[tags[0]] = max(facts.scored.get(tags[0], 0.0), end)
        facts.work_s += call.seconds
        facts.longest_s = max(facts.longest_s, call.seconds)
        facts.critical_path_s = max(facts.critical_path_s, end)


def digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def answer(call: Call) -> str:
    """Scores, a verdict, or a text, by what the system message asks for."""
    system = " ".join(str(m["content"]) for m in call.question["messages"] if m.get("role") == "system")
    if "Score" in system:
        return json.dumps({name: 1 + digest(name + call.identity) % 10 for name in QUOTED.findall(system)})
    if "compare" in system:
        return json.dumps({"winner": "AB"[digest(call.identity) % 2]})
    return f"{'The answer of a stub, as long as a short answer is. ' * 2}[{call.identity[:16]}]"


def completion(text: str, question: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choices = [{"index": n, "finish_reason": "stop", "message": message} for n in range(question.get("n") or 1)]
    usage = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
    named = {"id": "stub", "object": "chat.completion", "created": 0, "model": question.get("model", "stub")}
    return {**named, "choices": choices, "usage": usage}


def reply(status: int, body: Any, headers: str = "") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content
