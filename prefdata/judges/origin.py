"""`origin`, `style` and `corruption`: judges that know where a candidate comes from and ask nobody.

They make labels by construction: a gold answer over the model's own, the style that was asked for over
the other, a candidate over what was made from it to be worse. Candidates of which they know nothing, or nothing that
tells them apart, get no vote.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from prefdata.models import OriginJudge
from prefdata.questions import Given, Prompt


def votes(judge: OriginJudge, prompt: Prompt, candidates: dict[str, Given]) -> Iterator[tuple[str, str, str]]:
    """(a, b, winner) for every pair that can be told apart."""
    if judge.kind == "corruption":
        yield from _over_corruptions(candidates)
        return
    rank = {name: _rank(judge, prompt, given) for name, given in sorted(candidates.items())}
    for a, b in combinations((name for name, place in rank.items() if place is not None), 2):
        if rank[a] != rank[b]:
            yield a, b, "a" if rank[a] < rank[b] else "b"  # type: ignore[operator]


def _over_corruptions(candidates: dict[str, Given]) -> Iterator[tuple[str, str, str]]:
    """Candidates over their own corruptions; of what two corruptions of one are to each other nothing is known."""
    for name, given in sorted(candidates.items()):
        if given.corrupted and given.base in candidates:
            a, b = sorted((name, given.base))
            yield a, b, "b" if a == name else "a"


def _rank(judge: OriginJudge, prompt: Prompt, given: Given) -> int | None:
    """0 is best; None if the judge has no opinion."""
    if judge.kind == "style":
        return None if None in (given.style, prompt.style) else int(given.style != prompt.style)
    return judge.prefers.index(given.source) if given.source in judge.prefers else None
