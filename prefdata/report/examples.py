"""Conflicts and cycles as a person can read them: the prompt, the responses, who voted for what."""

from __future__ import annotations

from typing import Any

import numpy as np

from prefdata.evidence import Evidence, Locator
from prefdata.labels.comparisons import Comparisons
from prefdata.labels.repair import VERDICTS

EACH = 4  # examples of each kind
LONGEST = 400  # characters of a text

Examples = dict[str, list[dict[str, Any]]]


def examples(evidence: Evidence, locator: Locator, found: Comparisons) -> Examples:
    """The most divided pairs and the prompts with the most edges in cycles."""
    reader = _Reader(evidence, locator, found)
    pairs = found.pairs
    divided = np.minimum(pairs.wins_low, pairs.wins_high)
    most = _one_a_prompt(np.argsort(-divided, kind="stable"), pairs.prompt)[:EACH]
    caught = np.bincount(pairs.prompt[found.verdict > 0], minlength=len(found.cyclic))
    worst = np.argsort(-caught, kind="stable")[:EACH]
    return {
        "conflicts": [{"rank": int(divided[at]), **reader.pair(at)} for at in most.tolist() if divided[at]],
        "cycles": [{"rank": int(caught[at]), **reader.cycle(at)} for at in worst.tolist() if caught[at]],
    }


def _one_a_prompt(order: np.ndarray, prompt: np.ndarray) -> np.ndarray:
    """The pairs in their order, only the first of each prompt."""
    return order[np.sort(np.unique(prompt[order], return_index=True)[1])]


def merge(parts: list[Examples]) -> Examples:
    """The best examples of several blocks or shards."""
    return {kind: _best([example for part in parts for example in part[kind]]) for kind in ("conflicts", "cycles")}


def _best(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda example: (-example["rank"], example["prompt_id"]))[:EACH]


class _Reader:
    """Looks texts up for codes."""

    def __init__(self, evidence: Evidence, locator: Locator, found: Comparisons) -> None:
        self.evidence, self.found = evidence, found
        self.row = locator.rows(found.votes)

    def pair(self, at: int) -> dict[str, Any]:
        pairs = self.found.pairs
        prompt, low, high = int(pairs.prompt[at]), int(pairs.low[at]), int(pairs.high[at])
        sides = [self._candidate(prompt, low), self._candidate(prompt, high)]
        votes = [int(pairs.wins_low[at]), int(pairs.wins_high[at]), int(pairs.ties[at])]
        return {**self._prompt(prompt), "candidates": sides, "votes": votes}

    def cycle(self, prompt: int) -> dict[str, Any]:
        pairs, found = self.found.pairs, self.found
        inside = np.flatnonzero((pairs.prompt == prompt) & (found.verdict > 0))
        members = sorted({int(x) for at in inside for x in (pairs.low[at], pairs.high[at])})
        edges = [self._edge(prompt, int(at)) for at in inside]
        return {
            **self._prompt(prompt),
            "candidates": [self._candidate(prompt, member) for member in members],
            "edges": edges,
        }

    def _edge(self, prompt: int, at: int) -> dict[str, Any]:
        ends = [int(self.found.pairs.low[at]), int(self.found.pairs.high[at])]
        winner, loser = ends if self.found.net[at] > 0 else ends[::-1]
        names = {"winner": self._name(prompt, winner), "loser": self._name(prompt, loser)}
        return {**names, "net": abs(float(self.found.net[at])), "repair": VERDICTS[self.found.verdict[at]]}

    def _prompt(self, prompt: int) -> dict[str, Any]:
        name = self.found.votes.prompt_ids[prompt].as_py()
        table = self.evidence.prompt
        at = table["prompt_id"].index(name).as_py() if len(table) else -1
        messages = table["messages"][at].as_py() if at >= 0 else []
        return {"prompt_id": name, "prompt": _cut("\n".join(message["content"] for message in messages))}

    def _candidate(self, prompt: int, local: int) -> dict[str, str | None]:
        row = self.row[self.found.votes.first[prompt] + local]
        text = self.evidence.candidate["text"][int(row)].as_py() if row >= 0 else None
        return {"candidate_id": self._name(prompt, local), "text": None if text is None else _cut(text)}

    def _name(self, prompt: int, local: int) -> str:
        return self.found.votes.names(np.array([prompt]), np.array([local]))[0].as_py()


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
