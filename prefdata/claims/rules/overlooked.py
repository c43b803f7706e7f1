"""As how large a thing is described, for small things are overlooked more often; what is far away or hidden is small in
the picture, whatever its size."""

from __future__ import annotations

from collections.abc import Iterable

from prefdata.claims.claim import Claim
from prefdata.claims.rules.features import SCALE

ALL, SMALL = "all", "small"
CAUTIOUS_FIRST = (SMALL, "medium", "large")
FAINT = frozenset(["blurred", "blurry", "concealed", "distance", "distant", "background", "faint", "faraway"]) | {
    "hidden", "indistinct", "invisible", "obscured", "occluded", "unseen",
}  # fmt: skip
HARDLY = frozenset(["barely", "faintly", "half", "hardly", "partially", "partly", "scarcely", "slightly"])


def size(named: Claim, below: Iterable[Claim]) -> str:
    """The size of `Trust.recall` by which silence about a thing is judged: the least that it is said to have."""
    said = list(below)
    if any(map(_is_faint, said)):
        return SMALL
    meant = (claim for claim in said if claim["type"] == "attribute" and claim["negated"] == named["negated"])
    sizes = {SCALE[word] for claim in meant for word in (claim["predicate"] or "").split() if word in SCALE}
    return next((each for each in CAUTIOUS_FIRST if each in sizes), ALL)


def _is_faint(claim: Claim) -> bool:
    words = frozenset(f"{claim['predicate']} {claim['object']}".split())  # models say "in", "background"
    return claim["type"] in ("attribute", "relation") and bool(words & FAINT or ("visible" in words and words & HARDLY))
