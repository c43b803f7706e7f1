"""What claims judges say of one prompt's candidates: ratings of each, votes on pairs, and the claims and verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from prefdata.claims.claim import belonging
from prefdata.claims.verdict import TRUTH
from prefdata.judges.claims import PASSED, Tally, Unfit, tally, winner
from prefdata.models import ClaimsJudge
from prefdata.outcome import Outcome
from prefdata.questions import Prompt
from prefdata.verification import Verification, Verified, objects_of

COUNTED = ("claims_supported", "claims_contradicted", "claims_not_checkable")  # and those that are only measured
Row = dict[str, Any]


class Testimony:
    """Texts are heard as they come; what was found is told when it is known which candidate speaks for each."""

    def __init__(self, judges: Iterable[ClaimsJudge], prompt: Prompt, outcome: Outcome, verification: Verification):
        self.judges, self.prompt, self.outcome, self.verification = list(judges), prompt, outcome, verification
        self._heard: dict[tuple[str, str], Verified] = {}  # by judge and candidate
        self._known: dict[tuple[str, str], Verified] = {}
        self._claims: dict[str, Row] = {}
        self._verdicts: dict[tuple[str, str], Row] = {}

    async def hear(self, name: str, text: str) -> None:
        """Verify what a candidate claims, by every judge."""
        for judge in self.judges if text.strip() else ():
            work = self.verification.read(judge, self.prompt, text)
            verified = await self.outcome.unit("rating", (name,), judge.name, work)
            if verified is not None:
                self._heard[judge.name, name] = verified
                for dropped in verified.dropped:
                    self.outcome.refuse(dropped.reason, "rating", name, f"{judge.name}: {dropped.row}")
                known = await self.verification.truth(judge, self.prompt, text, verified.claims)
                if known is not None:
                    self._known[judge.name, name] = known

    def rename(self, old: str, new: str) -> None:
        """What was heard of one candidate was heard of another that says the same."""
        for found in (self._heard, self._known):
            for judge in self.judges:
                if (judge.name, old) in found:
                    found[judge.name, new] = found.pop((judge.name, old))

    def tell(self) -> None:
        """Everything as records, and the votes."""
        for judge in self.judges:
            heard = {name: verified for (by, name), verified in sorted(self._heard.items()) if by == judge.name}
            words = objects_of(judge)
            tallies = {name: tally(said.claims, said.verdicts, words) for name, said in heard.items()}
            for name, verified in heard.items():
                self.outcome.keep("rating", _ratings(judge, name, tallies[name]))
                self._record(judge.name, name, verified)
            self._vote(judge, tallies)
        for (_, name), known in sorted(self._known.items()):
            self._record(TRUTH, name, known)
        self.outcome.note("claim", self._claims.values())
        self.outcome.note("verdict", self._verdicts.values())

    def _record(self, judge: str, name: str, verified: Verified) -> None:
        """Claims and verdicts, with the ids that they have as this candidate's; each once, whoever extracts it too."""
        for claim, said in zip(belonging(verified.claims, name), verified.verdicts, strict=True):
            own = {"judge": judge, "claim_id": claim["claim_id"], "candidate_id": name}
            self._claims[claim["claim_id"]] = dict(claim)
            self._verdicts[judge, claim["claim_id"]] = {**said, **own}

    def _vote(self, judge: ClaimsJudge, tallies: dict[str, Tally]) -> None:
        for a, b in combinations(sorted(tallies), 2):
            said = winner(judge, tallies[a], tallies[b])
            if isinstance(said, Unfit):
                self.outcome.refuse_pair(said.reason, (a, b), said.detail)
            else:
                self.outcome.keep_unasked("vote", [{"a": a, "b": b, "winner": said, "judge": judge.name}])


def _ratings(judge: ClaimsJudge, name: str, counted: Tally) -> list[Row]:
    """Whether it passes, and counts that are only measured."""
    rated = {"candidate_id": name, "judge": judge.name, "weight": 0.0}
    counts = dict(zip(COUNTED, (counted.supported, counted.contradicted, counted.not_checkable), strict=True))
    counts["objects_covered"] = len(counted.covered)
    passed = {"dimension": PASSED, "score": float(not counted.contradicted), "scale_min": 0.0, "scale_max": 1.0}
    return [{**rated, **passed}, *({**rated, "dimension": what, "score": float(n)} for what, n in counts.items())]
