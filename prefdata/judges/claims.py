"""`claims`: who says fewer false things of the image, and no fewer true ones.

Pairs as RLAIF-V makes them (Yu et al. 2024, section 3.2: the fewer rejected claims the better), with two guards:
whoever lies less must also cover what the other covers, for pairs that punish false mentions alone teach a model to say
less; and where the shares of claims that nobody could check lie far apart, the pair says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from prefdata.claims import lexicon
from prefdata.claims.claim import Claim
from prefdata.claims.verdict import CONTRADICTED, NOT_CHECKABLE, SUPPORTED, Verdict
from prefdata.models import ClaimsJudge

PASSED = "no_contradiction"  # the dimension that says whether nothing was contradicted


class Tally(NamedTuple):
    """How the claims of a candidate fared; what is vacuous is left out, for its error is counted above it.

    covered: the classes of things that it says truly are there: a woman and a lady are one person.
    """

    supported: int
    contradicted: int
    not_checkable: int
    covered: frozenset[str]

    @property
    def open_share(self) -> float:
        """The share of the claims that could not be checked."""
        return self.not_checkable / max(1, self.supported + self.contradicted + self.not_checkable)


class Unfit(NamedTuple):
    """Why a judge does not vote on a pair."""

    reason: str
    detail: str


def tally(claims: Sequence[Claim], verdicts: Sequence[Verdict], words: Mapping[str, str]) -> Tally:
    """words: word → object, as the judge's verifiers have it."""
    counted = [(claim, said) for claim, said in zip(claims, verdicts, strict=True) if not said["vacuous"]]
    number = {word: sum(said["verdict"] == word for _, said in counted) for word in (SUPPORTED, CONTRADICTED)}
    there = (claim for claim, said in counted if said["verdict"] == SUPPORTED and claim["type"] == "object")
    covered = _classes((claim["subject"] for claim in there if not claim["negated"]), words)
    left = sum(said["verdict"] == NOT_CHECKABLE for _, said in counted)
    return Tally(number[SUPPORTED], number[CONTRADICTED], left, covered)


def _classes(names: Iterable[str], words: Mapping[str, str]) -> frozenset[str]:
    """What is named, without names that are only more general ones for others."""
    of = {name: words.get(name) or _usual(name) for name in names}
    general = {name for name in of.values() if any(lexicon.is_hypernym(name, word) and of[word] != name for word in of)}
    return frozenset(of.values()) - general


def _usual(name: str) -> str:
    return lexicon.coco_class(name) or lexicon.canonical(lexicon.head(name))


def winner(judge: ClaimsJudge, a: Tally, b: Tally) -> str | Unfit:
    """ "a", "b" or "tie": who has fewer claims contradicted; of equals, who covers more."""
    if not all(side.supported + side.contradicted for side in (a, b)):
        return Unfit("nothing_checkable", f"{judge.name}: nothing that one of them says could be checked")
    if abs(a.open_share - b.open_share) > judge.balance:
        shares = f"{a.open_share:.0%} and {b.open_share:.0%}"
        return Unfit("claims_unbalanced", f"{judge.name}: {shares} of their claims could not be checked")
    if a.contradicted == b.contradicted:
        more = len(a.covered) - len(b.covered)
        return "tie" if not more else "a" if more > 0 else "b"
    better, worse = (a, b) if a.contradicted < b.contradicted else (b, a)
    one, other = "ab" if better is a else "ba"
    if len(better.covered) < judge.coverage * len(worse.covered):
        counts = f"{one} lies less and truly names {len(better.covered)}, {other} {len(worse.covered)}"
        return Unfit("says_too_little", f"{judge.name}: {counts}")
    return one
